//! Rows that hold on a day: every layer may have columns `valid_from` and `valid_to`, and a reader may name a day.

use std::sync::Arc;

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, BooleanArray, Date32Array, RecordBatch},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Date32Type, Schema},
};
use chrono::{Datelike as _, NaiveDate};

use super::Layer;
use crate::admin::day;

/// Days from the first of the Common Era to 1970-01-01, as chrono counts.
const EPOCH_DAYS: i32 = 719_163;

impl Layer {
    /// The first day on which a row holds: a date or an ISO text; null where it has always held.
    pub const VALID_FROM: &str = "valid_from";
    /// The first day on which a row holds no more; null where it still holds.
    pub const VALID_TO: &str = "valid_to";
    /// The note in [`LayerMeta::notes`](super::LayerMeta::notes) that says for which day rows were chosen.
    pub const VALID_AT: &str = "valid_at";

    /// Whether rows of this schema begin or end: whether it has one of the two columns, of a type that can be read.
    pub fn has_validity(schema: &Schema) -> bool {
        let is_day = |name: &str| {
            schema.field_with_name(name).is_ok_and(|field| {
                use DataType::{Date32, Date64, LargeUtf8, Timestamp, Utf8, Utf8View};
                matches!(
                    field.data_type(),
                    Date32 | Date64 | Timestamp(..) | Utf8 | LargeUtf8 | Utf8View
                )
            })
        };
        is_day(Self::VALID_FROM) || is_day(Self::VALID_TO)
    }

    /// The rows whose period [`valid_from`](Self::VALID_FROM), [`valid_to`](Self::VALID_TO) holds a day.
    ///
    /// Null, a text that is no ISO day, and a missing column leave a period open at that end. A layer without the columns
    /// comes back as it is; one with them says for which day it is, in its notes. Rows keep their numbers (`fid`).
    ///
    /// # Complexity
    /// O(rows); no copy of the rows where the layer has neither column.
    #[must_use]
    pub fn valid_at(&self, day: NaiveDate) -> Self {
        if !Self::has_validity(&self.schema) {
            return self.clone();
        }
        let batches: Vec<RecordBatch> = self
            .batches
            .iter()
            .map(|batch| rows_at(batch, day))
            .collect();
        let mut meta = self.meta.as_ref().clone();
        meta.feature_count = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        meta.notes
            .insert(Self::VALID_AT.to_owned(), day.to_string());
        Self {
            meta: Arc::new(meta),
            schema: Arc::clone(&self.schema),
            batches,
        }
    }
}

fn rows_at(batch: &RecordBatch, day: NaiveDate) -> RecordBatch {
    let day = day.num_days_from_ce() - EPOCH_DAYS;
    let column = |name: &str| batch.column_by_name(name).and_then(days_of);
    let (from, to) = (column(Layer::VALID_FROM), column(Layer::VALID_TO));
    let value = |days: &Option<Date32Array>, row: usize| {
        days.as_ref()
            .filter(|days| days.is_valid(row))
            .map(|days| days.value(row))
    };
    let holds = |row: usize| {
        value(&from, row).is_none_or(|from| from <= day)
            && value(&to, row).is_none_or(|to| day < to)
    };
    let keep: BooleanArray = (0..batch.num_rows()).map(|row| Some(holds(row))).collect();
    filter_record_batch(batch, &keep).expect("the mask has a value for each row")
}

/// A column of dates, moments or ISO texts as days since 1970; none for other types.
pub(crate) fn days_of(column: &ArrayRef) -> Option<Date32Array> {
    match column.data_type() {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            let days = cast(column, &DataType::Date32).ok()?;
            Some(days.as_primitive::<Date32Type>().clone())
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let texts = cast(column, &DataType::Utf8).ok()?;
            let number = |text: &str| Some(day(text).ok()?.num_days_from_ce() - EPOCH_DAYS);
            Some(
                texts
                    .as_string::<i32>()
                    .iter()
                    .map(|text| number(text?))
                    .collect(),
            )
        }
        _ => None,
    }
}

/// A day counted from 1970.
pub(crate) fn day_of(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days.checked_add(EPOCH_DAYS)?)
}

#[cfg(test)]
mod tests {
    use arrow::{array::StringArray, datatypes::Field};

    use super::*;

    fn batch(from: ArrayRef, to: ArrayRef) -> RecordBatch {
        let field =
            |name: &str, column: &ArrayRef| Field::new(name, column.data_type().clone(), true);
        let fields = vec![field(Layer::VALID_FROM, &from), field(Layer::VALID_TO, &to)];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![from, to]).unwrap()
    }

    #[track_caller]
    fn check(batch: &RecordBatch, at: &str, expected: usize) {
        assert_eq!(
            rows_at(batch, day(at).unwrap()).num_rows(),
            expected,
            "{at}"
        );
    }

    #[test]
    fn a_row_holds_from_its_first_day_to_the_day_before_its_end_and_null_is_open() {
        let texts = |values: [Option<&str>; 4]| -> ArrayRef {
            Arc::new(StringArray::from(values.to_vec()))
        };
        let from = texts([
            None,
            Some("2025-01-01"),
            Some("2025-07-01"),
            Some("lúc đầu"),
        ]);
        let to = texts([
            Some("2025-01-01"),
            Some("2025-07-01"),
            None,
            Some("2025-01-01"),
        ]);
        let dates = |column: &ArrayRef| -> ArrayRef { Arc::new(days_of(column).unwrap()) };
        for batch in [batch(dates(&from), dates(&to)), batch(from, to)] {
            check(&batch, "1990-01-01", 2);
            check(&batch, "2024-12-31", 2);
            check(&batch, "2025-01-01", 1);
            check(&batch, "2025-06-30", 1);
            check(&batch, "2025-07-01", 1);
        }
    }

    #[test]
    fn numbers_are_no_days() {
        let numbers: ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![2025]));
        let fields = vec![Field::new(Layer::VALID_FROM, DataType::Int64, true)];
        assert!(days_of(&numbers).is_none() && !Layer::has_validity(&Schema::new(fields)));
    }
}
