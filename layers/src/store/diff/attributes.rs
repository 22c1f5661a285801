//! Which attributes changed, in how many features, with examples.

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, RecordBatch, UInt32Array},
    compute::{concat_batches, take_record_batch},
    datatypes::SchemaRef,
    error::ArrowError,
    util::display::{ArrayFormatter, FormatOptions},
};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};

use super::{
    AttributeChange, Example, MAX_EXAMPLES, Stored,
    matching::{Changed, Matching},
    records::Columns,
};
use crate::StoreError;

/// Changed features compared at a time.
pub(super) const ROWS_AT_ONCE: usize = 8192;

pub(super) fn changes(
    before: &Stored,
    after: &Stored,
    columns: &Columns,
    matching: &Matching,
) -> Result<Vec<AttributeChange>, StoreError> {
    let mut found: Vec<AttributeChange> = columns
        .attributes
        .iter()
        .map(|(name, _)| AttributeChange {
            name: name.clone(),
            features: 0,
            examples: Vec::new(),
        })
        .collect();
    let changed: Vec<Changed> = matching
        .changed
        .iter()
        .copied()
        .filter(|changed| changed.attributes)
        .collect();
    for pairs in changed.chunks(ROWS_AT_ONCE) {
        let old = before.rows(&pairs.iter().map(|pair| pair.before).collect::<Vec<_>>())?;
        let new = after.rows(&pairs.iter().map(|pair| pair.after).collect::<Vec<_>>())?;
        compare(&old, &new, columns, pairs, &mut found).map_err(|error| after.damaged(&error))?;
    }
    found.retain(|change| change.features > 0);
    found.sort_by(|a, b| {
        b.features
            .cmp(&a.features)
            .then_with(|| a.name.cmp(&b.name))
    });
    Ok(found)
}

fn compare(
    old: &RecordBatch,
    new: &RecordBatch,
    columns: &Columns,
    pairs: &[Changed],
    found: &mut [AttributeChange],
) -> Result<(), ArrowError> {
    let keys = Columns::text(new, columns.key.as_ref())?;
    let name = |row: usize| match &keys {
        Some(keys) if keys.is_valid(row) => keys.as_string::<i32>().value(row).to_owned(),
        _ => format!("fid {}", pairs[row].after),
    };
    let (old, new) = (columns.of(old)?, columns.of(new)?);
    for ((old, new), change) in old.iter().zip(&new).zip(found) {
        let (old, new) = (Texts::new(old)?, Texts::new(new)?);
        for row in 0..pairs.len() {
            let (before, after) = (old.text(row), new.text(row));
            if before == after {
                continue;
            }
            change.features += 1;
            if change.examples.len() < MAX_EXAMPLES {
                change.examples.push(Example {
                    feature: name(row),
                    before,
                    after,
                });
            }
        }
    }
    Ok(())
}

/// The values of a column as text.
struct Texts<'a> {
    column: &'a ArrayRef,
    formatter: ArrayFormatter<'a>,
}

impl<'a> Texts<'a> {
    fn new(column: &'a ArrayRef) -> Result<Self, ArrowError> {
        static OPTIONS: FormatOptions<'_> = FormatOptions::new();
        let formatter = ArrayFormatter::try_new(column, &OPTIONS)?;
        Ok(Self { column, formatter })
    }

    fn text(&self, row: usize) -> Option<String> {
        self.column
            .is_valid(row)
            .then(|| self.formatter.value(row).to_string())
    }
}

impl Stored {
    /// Rows by number, in the order asked for, each of them once.
    pub(super) fn rows(&self, wanted: &[u64]) -> Result<RecordBatch, StoreError> {
        let mut order: Vec<usize> = (0..wanted.len()).collect();
        order.sort_unstable_by_key(|&at| wanted[at]);
        let sorted = order.iter().map(|&at| wanted[at]);
        let builder = self.open()?;
        let schema = SchemaRef::clone(builder.schema());
        let reader = builder
            .with_row_selection(selection(sorted))
            .with_batch_size(wanted.len().max(1))
            .build()
            .map_err(|error| self.damaged(&error))?;
        let read = || -> Result<RecordBatch, ArrowError> {
            let batches = reader.collect::<Result<Vec<_>, _>>()?;
            let rows = concat_batches(&schema, &batches)?;
            let mut places = vec![0_u32; order.len()];
            for (place, &at) in order.iter().enumerate() {
                places[at] = u32::try_from(place).expect("a chunk of rows is small");
            }
            take_record_batch(&rows, &UInt32Array::from(places))
        };
        read().map_err(|error| self.damaged(&error))
    }
}

/// The selection of ascending row numbers.
fn selection(rows: impl Iterator<Item = u64>) -> RowSelection {
    let mut selectors = Vec::new();
    let mut next = 0;
    for row in rows {
        let row = usize::try_from(row).expect("rows of a file fit in memory's numbers");
        if row > next {
            selectors.push(RowSelector::skip(row - next));
        }
        selectors.push(RowSelector::select(1));
        next = row + 1;
    }
    selectors.into()
}
