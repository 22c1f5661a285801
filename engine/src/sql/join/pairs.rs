//! Rows of two sides to rows of the join's answer.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, RecordBatchOptions,
            UInt32Array, new_null_array,
        },
        compute::{filter, take},
        datatypes::{DataType, SchemaRef},
    },
    common::JoinSide,
    error::Result,
    physical_plan::joins::utils::{ColumnIndex, JoinFilter},
};

/// Rows of one side, to be put into the answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rows<'a> {
    /// These rows of this batch.
    Of(&'a RecordBatch, &'a UInt32Array),
    /// So many nulls.
    Missing(usize),
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Of(_, rows) => rows.len(),
            Self::Missing(count) => *count,
        }
    }

    fn column(&self, index: usize, data_type: &DataType) -> Result<ArrayRef> {
        match self {
            Self::Missing(count) => Ok(new_null_array(data_type, *count)),
            Self::Of(batch, rows) => match neighbours(rows) {
                Some(first) => Ok(batch.column(index).slice(first, rows.len())),
                None => Ok(take(batch.column(index), rows, None)?),
            },
        }
    }
}

/// The first row, where the rows follow one another.
fn neighbours(rows: &UInt32Array) -> Option<usize> {
    let rows = rows.values();
    let (first, last) = (*rows.first()?, *rows.last()?);
    let follow =
        last.checked_sub(first)? as usize + 1 == rows.len() && rows.is_sorted_by(|a, b| a < b);
    follow.then_some(first as usize)
}

/// The columns of an answer, and where each comes from.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) schema: SchemaRef,
    pub(super) from: Vec<ColumnIndex>,
    /// The side whose rows look for matches.
    pub(super) probe: JoinSide,
}

impl Columns {
    /// Puts rows of both sides, and what marks them, beside each other.
    pub(super) fn batch(
        &self,
        probe: Rows<'_>,
        indexed: Rows<'_>,
        mark: Option<&BooleanArray>,
    ) -> Result<RecordBatch> {
        let places = self.from.iter().zip(self.schema.fields());
        let arrays = places.map(|(column, field)| match (column.side, mark) {
            (JoinSide::None, Some(mark)) => Ok(Arc::new(mark.clone()) as ArrayRef),
            (side, _) if side == self.probe => probe.column(column.index, field.data_type()),
            _ => indexed.column(column.index, field.data_type()),
        });
        let arrays: Vec<ArrayRef> = arrays.collect::<Result<_>>()?;
        let rows = probe.len().max(indexed.len());
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
    }
}

/// The pairs that satisfy the rest of a join's condition.
pub(super) fn satisfying(
    condition: &JoinFilter,
    probe: JoinSide,
    (probe_batch, of_probe): (&RecordBatch, UInt32Array),
    (indexed_batch, of_indexed): (&RecordBatch, UInt32Array),
) -> Result<(UInt32Array, UInt32Array)> {
    let columns = Columns {
        schema: Arc::clone(condition.schema()),
        from: condition.column_indices().to_vec(),
        probe,
    };
    let both = columns.batch(
        Rows::Of(probe_batch, &of_probe),
        Rows::Of(indexed_batch, &of_indexed),
        None,
    )?;
    let holds = condition
        .expression()
        .evaluate(&both)?
        .into_array(of_probe.len())?;
    let holds = holds.as_boolean();
    let (of_probe, of_indexed) = (filter(&of_probe, holds)?, filter(&of_indexed, holds)?);
    Ok((
        of_probe.as_primitive().clone(),
        of_indexed.as_primitive().clone(),
    ))
}
