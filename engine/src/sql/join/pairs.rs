//! Rows of two sides to rows of the join's answer.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, RecordBatchOptions,
            UInt32Array, new_null_array,
        },
        compute::take,
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
    /// Puts rows of both sides, and what is said of them, beside each other: a mark, a distance, or nothing.
    pub(super) fn batch(
        &self,
        probe: Rows<'_>,
        indexed: Rows<'_>,
        said: Option<&ArrayRef>,
    ) -> Result<RecordBatch> {
        let rows = probe.len().max(indexed.len());
        let places = self.from.iter().zip(self.schema.fields());
        let arrays = places.map(|(column, field)| match (column.side, said) {
            (JoinSide::None, Some(said)) => Ok(Arc::clone(said)),
            (JoinSide::None, None) => Ok(new_null_array(field.data_type(), rows)),
            (side, _) if side == self.probe => probe.column(column.index, field.data_type()),
            _ => indexed.column(column.index, field.data_type()),
        });
        let arrays: Vec<ArrayRef> = arrays.collect::<Result<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
    }
}

/// Which pairs satisfy the rest of a join's condition.
pub(super) fn satisfying(
    condition: &JoinFilter,
    probe: JoinSide,
    of_probe: Rows<'_>,
    of_indexed: Rows<'_>,
) -> Result<BooleanArray> {
    let columns = Columns {
        schema: Arc::clone(condition.schema()),
        from: condition.column_indices().to_vec(),
        probe,
    };
    let both = columns.batch(of_probe, of_indexed, None)?;
    let holds = condition.expression().evaluate(&both)?;
    Ok(holds.into_array(both.num_rows())?.as_boolean().clone())
}
