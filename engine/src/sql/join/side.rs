//! The indexed side of a spatial join: a resident layer as it is, or rows that are gathered and indexed for one query.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array as _, AsArray as _, BinaryArray, BooleanArray, BooleanBufferBuilder, RecordBatch,
        },
        buffer::BooleanBuffer,
        compute::{cast, concat_batches},
        datatypes::DataType,
    },
    common::exec_datafusion_err,
    error::Result,
    execution::{SendableRecordBatchStream, memory_pool::MemoryReservation},
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_plan::{
        ExecutionPlan, coalesce_partitions::CoalescePartitionsExec, coop::CooperativeExec,
        filter::FilterExec, projection::ProjectionExec, repartition::RepartitionExec,
    },
};
use futures::TryStreamExt as _;
use layers::{Extent, Layer};
use rayon::prelude::*;

use crate::{
    LayerSnapshot,
    index::{PackedIndex, SpatialIndex as _, is_placed},
    snapshot::{Ready, Shapes, all_points, extents_of},
    sql::{functions::Guard, scan::ResidentScanExec},
};

/// Rows that a filter looks at together.
const FILTER_ROWS: usize = 8192;

/// A way from a scan of a resident layer to the rows of a join's child: filters and choices of columns, nothing else.
#[derive(Clone, Debug)]
pub(in crate::sql) struct Resident {
    pub(super) scan: ResidentScanExec,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Filter(Arc<dyn PhysicalExpr>),
    Columns(Vec<usize>),
}

impl Resident {
    /// The way through a plan, if it is one and ends with the layer's own geometry in a column.
    pub(in crate::sql) fn of(
        plan: &Arc<dyn ExecutionPlan>,
        geometry: &Arc<dyn PhysicalExpr>,
    ) -> Option<Self> {
        let resident = Self::through(plan)?;
        let mut place = geometry.downcast_ref::<Column>()?.index();
        for step in resident.steps.iter().rev() {
            if let Step::Columns(columns) = step {
                place = *columns.get(place)?;
            }
        }
        let schema = resident.scan.columns().schema();
        (schema.fields().get(place)?.name() == Layer::GEOM).then_some(resident)
    }

    /// The scan, where it reads all rows and nothing on the way leaves any out.
    pub(in crate::sql) fn as_full_scan(&self) -> Option<&ResidentScanExec> {
        let takes_all = |step: &Step| matches!(step, Step::Columns(_));
        let is_full = self.scan.rows_read().is_none() && self.steps.iter().all(takes_all);
        is_full.then_some(&self.scan)
    }

    fn through(plan: &Arc<dyn ExecutionPlan>) -> Option<Self> {
        if let Some(scan) = plan.downcast_ref::<ResidentScanExec>() {
            return scan.fetch().is_none().then(|| Self {
                scan: scan.clone(),
                steps: Vec::new(),
            });
        }
        if let Some(filter) = plan.downcast_ref::<FilterExec>() {
            let mut resident =
                Self::through(filter.input()).filter(|_| filter.fetch().is_none())?;
            resident
                .steps
                .push(Step::Filter(Arc::clone(filter.predicate())));
            if let Some(columns) = filter.projection() {
                resident.steps.push(Step::Columns(columns.to_vec()));
            }
            return Some(resident);
        }
        if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
            let columns = projection
                .expr()
                .iter()
                .map(|part| Some(part.expr.downcast_ref::<Column>()?.index()));
            let columns: Vec<usize> = columns.collect::<Option<_>>()?;
            let mut resident = Self::through(projection.input())?;
            resident.steps.push(Step::Columns(columns));
            return Some(resident);
        }
        let passes = plan.is::<CooperativeExec>()
            || plan.is::<RepartitionExec>()
            || plan.is::<CoalescePartitionsExec>();
        match plan.children().as_slice() {
            [child] if passes && plan.fetch().is_none() => Self::through(child),
            _ => None,
        }
    }

    /// The rows and the index, nothing copied; filters are answered here and now, on all cores.
    pub(in crate::sql) fn open(&self, guard: &Guard) -> Result<Indexed> {
        let layer = self.scan.layer();
        let mut columns = self.scan.columns().clone();
        let mut selected = self.scan.rows_read().map(|rows| {
            let mut bits = BooleanBufferBuilder::new(layer.len());
            bits.append_n(layer.len(), false);
            for row in rows {
                bits.set_bit(*row as usize, true);
            }
            bits.finish()
        });
        for step in &self.steps {
            match step {
                Step::Columns(places) => columns = columns.project(places)?,
                Step::Filter(predicate) => {
                    let holds = filtered(&columns, predicate, selected.as_ref(), guard)?;
                    selected =
                        Some(selected.map_or_else(|| holds.clone(), |before| &before & &holds));
                }
            }
        }
        Ok(Indexed {
            columns,
            selected,
            ..Indexed::of_layer(layer)
        })
    }
}

/// Which rows satisfy a predicate; rows that are not selected are not asked.
fn filtered(
    columns: &RecordBatch,
    predicate: &Arc<dyn PhysicalExpr>,
    selected: Option<&BooleanBuffer>,
    guard: &Guard,
) -> Result<BooleanBuffer> {
    let starts: Vec<usize> = (0..columns.num_rows()).step_by(FILTER_ROWS).collect();
    let parts = starts.into_par_iter().map(|start| {
        guard.check()?;
        let length = FILTER_ROWS.min(columns.num_rows() - start);
        if selected.is_some_and(|bits| bits.slice(start, length).count_set_bits() == 0) {
            return Ok(BooleanArray::new(BooleanBuffer::new_unset(length), None));
        }
        let holds = predicate
            .evaluate(&columns.slice(start, length))?
            .into_array(length)?;
        Ok(holds.as_boolean().clone())
    });
    let parts: Vec<BooleanArray> = parts.collect::<Result<_>>()?;
    let mut bits = BooleanBufferBuilder::new(columns.num_rows());
    for part in parts {
        match part.nulls() {
            Some(known) => bits.append_buffer(&(part.values() & known.inner())),
            None => bits.append_buffer(part.values()),
        }
    }
    Ok(bits.finish())
}

/// Rows with an index over their geometries.
#[derive(Debug)]
pub(in crate::sql) struct Indexed {
    /// All rows, also those that are not selected.
    pub(super) columns: RecordBatch,
    /// The rows that take part; none for all.
    selected: Option<BooleanBuffer>,
    /// Whether every geometry is one point, whose extent says all.
    pub(super) all_points: bool,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Layer(Arc<LayerSnapshot>),
    Gathered(Box<Gathered>),
}

#[derive(Debug)]
struct Gathered {
    geometries: BinaryArray,
    index: PackedIndex,
    shapes: Shapes,
    unplaced: Vec<u32>,
    /// Held as long as the rows are.
    _memory: MemoryReservation,
}

impl Indexed {
    /// All rows of a layer.
    pub(in crate::sql) fn of_layer(layer: &Arc<LayerSnapshot>) -> Self {
        Self {
            columns: layer.batch.clone(),
            selected: None,
            all_points: layer.is_all_points(),
            source: Source::Layer(Arc::clone(layer)),
        }
    }

    /// Gathers the rows of a stream and builds an index over them, within the memory of the query.
    pub(super) async fn gather(
        rows: SendableRecordBatchStream,
        geometry: Arc<dyn PhysicalExpr>,
        memory: MemoryReservation,
    ) -> Result<Self> {
        let columns = all_rows(rows, &memory, 2 * size_of::<Extent>()).await?;
        let geometries = wkb_of(&geometry, &columns)?;
        let (extents, unplaced) = extents_of(&geometries);
        Ok(Self {
            all_points: all_points(&geometries),
            selected: None,
            source: Source::Gathered(Box::new(Gathered {
                shapes: Shapes::new(columns.num_rows()),
                index: PackedIndex::new(extents),
                geometries,
                unplaced,
                _memory: memory,
            })),
            columns,
        })
    }

    pub(super) fn index(&self) -> &PackedIndex {
        match &self.source {
            Source::Layer(layer) => layer.index(),
            Source::Gathered(gathered) => &gathered.index,
        }
    }

    /// Rows with a geometry that no position leads to: EMPTY, or not finite.
    pub(super) fn unplaced(&self) -> &[u32] {
        match &self.source {
            Source::Layer(layer) => layer.unplaced(),
            Source::Gathered(gathered) => &gathered.unplaced,
        }
    }

    pub(super) fn shape(&self, row: u32) -> Option<Ready<'_>> {
        match &self.source {
            Source::Layer(layer) => layer.shape(row),
            Source::Gathered(gathered) => {
                let (geometries, shapes) = (&gathered.geometries, &gathered.shapes);
                let is_known = geometries.is_valid(row as usize);
                is_known
                    .then(|| shapes.of(row, geometries.value(row as usize)))
                    .flatten()
            }
        }
    }

    /// How many rows there are, taking part or not.
    pub(super) fn len(&self) -> usize {
        self.columns.num_rows()
    }

    /// Around all rows that have a place, taking part or not.
    pub(super) fn extent(&self) -> Extent {
        let rows = (0..self.index().entries()).map(|entry| self.index().row_at(entry));
        rows.fold(Extent::EMPTY, |all, row| {
            all.union(self.index().stored_extent(row))
        })
    }

    /// Whether a row takes part.
    pub(super) fn is_selected(&self, row: u32) -> bool {
        self.selected
            .as_ref()
            .is_none_or(|selected| selected.value(row as usize))
    }

    /// Whether all rows take part and have a place, so that whole ranges of entries can be taken.
    pub(super) fn takes_ranges(&self) -> bool {
        self.selected.is_none() && self.index().is_in_order() && self.index().len() == self.len()
    }

    /// Whether a row has a place.
    pub(super) fn is_placed(&self, row: u32) -> bool {
        is_placed(self.index().stored_extent(row))
    }
}

/// All rows of a stream as one batch, within the memory of the query, with some bytes more for each row.
pub(super) async fn all_rows(
    mut rows: SendableRecordBatchStream,
    memory: &MemoryReservation,
    bytes_per_row: usize,
) -> Result<RecordBatch> {
    let (schema, mut batches) = (rows.schema(), Vec::new());
    while let Some(batch) = rows.try_next().await? {
        // Twice: once as they come, once as one batch.
        memory.try_grow(2 * batch.get_array_memory_size() + batch.num_rows() * bytes_per_row)?;
        batches.push(batch);
    }
    Ok(concat_batches(&schema, &batches)?)
}

/// The WKB of an expression over a batch.
pub(super) fn wkb_of(geometry: &Arc<dyn PhysicalExpr>, batch: &RecordBatch) -> Result<BinaryArray> {
    let values = geometry.evaluate(batch)?.into_array(batch.num_rows())?;
    let values = cast(&values, &DataType::Binary)?;
    let binary = values.as_binary_opt::<i32>();
    binary
        .cloned()
        .ok_or_else(|| exec_datafusion_err!("a geometry is not WKB"))
}
