//! What the columns of a CSV file hold, from every one of their cells.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array,
        TimestampMicrosecondArray,
    },
    datatypes::DataType,
};
use chrono::{DateTime, Datelike as _};

use super::super::SourceField;
use crate::{
    AttributeKind,
    written::{DateOrder, WrittenDate, is_padded, names_things},
};

/// Days from the first day of the common era to 1970-01-01.
const EPOCH_DAYS: i32 = 719_163;

/// What a column may still be; everything until a cell says otherwise.
#[expect(clippy::struct_excessive_bools, reason = "a set of possibilities")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    seen: bool,
    truth: bool,
    whole: bool,
    real: bool,
    date: bool,
    moment: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self {
            seen: false,
            truth: true,
            whole: true,
            real: true,
            date: true,
            moment: true,
        }
    }
}

impl Guess {
    /// Looks at a cell.
    pub(super) fn see(&mut self, cell: &[u8]) {
        self.seen = true;
        self.truth &= truth(cell).is_some();
        let padded = is_padded(cell);
        self.whole &= !padded && whole(cell).is_some();
        self.real &= !padded && number(cell).is_some();
        self.date &= date(cell).is_some();
        self.moment &= moment(cell).is_some();
    }

    fn kind(self, name: &str) -> AttributeKind {
        match self {
            Self { seen: false, .. } => AttributeKind::Text,
            Self { whole: true, .. } if names_things(name) => AttributeKind::Text,
            Self { truth: true, .. } => AttributeKind::Truth,
            Self { whole: true, .. } => AttributeKind::Whole,
            Self { real: true, .. } => AttributeKind::Real,
            Self { date: true, .. } => AttributeKind::Date,
            Self { moment: true, .. } => AttributeKind::Moment,
            _ => AttributeKind::Text,
        }
    }

    /// The type of the columns of [`Self::read`]; text stays bytes, to be decoded.
    pub(super) fn data_type(self, name: &str) -> DataType {
        match self.kind(name) {
            AttributeKind::Text => DataType::Binary,
            kind => kind.data_type(),
        }
    }

    pub(super) fn is_text(self, name: &str) -> bool {
        self.kind(name) == AttributeKind::Text
    }

    /// Cells as the type that was found for their column.
    pub(super) fn read(cells: &BinaryArray, field: &SourceField) -> ArrayRef {
        let cells_of = || cells.iter();
        match field.data_type {
            DataType::Boolean => Arc::new(
                cells_of()
                    .map(|cell| truth(cell?))
                    .collect::<BooleanArray>(),
            ),
            DataType::Int64 => {
                Arc::new(cells_of().map(|cell| whole(cell?)).collect::<Int64Array>())
            }
            DataType::Float64 => Arc::new(
                cells_of()
                    .map(|cell| number(cell?))
                    .collect::<Float64Array>(),
            ),
            DataType::Date32 => {
                Arc::new(cells_of().map(|cell| date(cell?)).collect::<Date32Array>())
            }
            DataType::Timestamp(..) => {
                let moments: TimestampMicrosecondArray =
                    cells_of().map(|cell| moment(cell?)).collect();
                Arc::new(moments.with_timezone("UTC"))
            }
            _ => Arc::new(cells.clone()),
        }
    }
}

fn text(cell: &[u8]) -> Option<&str> {
    str::from_utf8(cell).ok().map(str::trim)
}

fn truth(cell: &[u8]) -> Option<bool> {
    match text(cell)?.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn whole(cell: &[u8]) -> Option<i64> {
    text(cell)?.parse().ok()
}

/// A number with a decimal point, or with the decimal comma of Viet Nam.
pub(super) fn number(cell: &[u8]) -> Option<f64> {
    let text = text(cell)?;
    text.parse().ok().or_else(|| {
        let single_comma = text.matches(',').count() == 1 && !text.contains('.');
        single_comma
            .then(|| text.replace(',', ".").parse().ok())
            .flatten()
    })
}

/// Days since 1970 of `2024-05-31`, `31/05/2024` or `2024/05/31`, as GDAL writes it.
fn date(cell: &[u8]) -> Option<i32> {
    let written = written(cell)?;
    let days = written.date.num_days_from_ce() - EPOCH_DAYS;
    written.time.is_none().then_some(days)
}

/// Microseconds since 1970; a time without a zone is taken as it stands.
fn moment(cell: &[u8]) -> Option<i64> {
    const ZONED: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y/%m/%d %H:%M:%S%.f%#z"];
    let text = text(cell)?;
    let zoned = DateTime::parse_from_rfc3339(text).ok().or_else(|| {
        ZONED
            .into_iter()
            .find_map(|form| DateTime::parse_from_str(text, form).ok())
    });
    if let Some(zoned) = zoned {
        return Some(zoned.timestamp_micros());
    }
    let written = written(cell)?;
    let local = written.date.and_time(written.time?);
    Some(local.and_utc().timestamp_micros())
}

/// Month first is never taken for granted: nobody here writes so.
fn written(cell: &[u8]) -> Option<WrittenDate> {
    let text = text(cell)?;
    DateOrder::Year
        .read(text)
        .or_else(|| DateOrder::Day.read(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, cells: &[&str], expected: AttributeKind) {
        let mut guess = Guess::default();
        for cell in cells {
            guess.see(cell.as_bytes());
        }
        assert_eq!(guess.kind(name), expected, "{name}: {cells:?}");
    }

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        use AttributeKind::{Date, Moment, Real, Text, Truth, Whole};
        check("population", &["12", "-3"], Whole);
        check("value", &["12", "3.5"], Real);
        check("value", &["12,5"], Real);
        check("value", &["12", "n/a"], Text);
        check("code", &["10507"], Text);
        check("ma_xa", &["10507"], Text);
        check("station_id", &["1"], Text);
        check("so", &["012"], Text);
        check("zero", &["0", "0.5"], Real);
        check("open", &["true", "FALSE"], Truth);
        check("day", &["2024-05-31", "2024-06-01"], Date);
        check("day", &["31/05/2024"], Date);
        check(
            "at",
            &["2024-05-31T07:00:00+07:00", "2024-05-31 07:00:00"],
            Moment,
        );
        check("nothing", &[], Text);
    }

    #[test]
    fn days_and_moments_count_from_1970() {
        assert_eq!(
            (date(b"1970-01-02"), date(b"02/01/1970")),
            (Some(1), Some(1))
        );
        assert_eq!(moment(b"1970-01-01T07:00:01+07:00"), Some(1_000_000));
        assert_eq!(moment(b"1970-01-01 00:00"), Some(0));
        assert_eq!(moment(b"1970/01/01 07:00:01+07"), Some(1_000_000));
        assert_eq!(date(b"1970/01/02"), Some(1));
    }
}
