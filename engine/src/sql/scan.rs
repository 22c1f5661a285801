//! The operator that reads rows of a resident layer.

use std::{fmt, ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{RecordBatch, RecordBatchOptions, UInt32Array},
        compute::take,
        datatypes::SchemaRef,
    },
    common::{Statistics, stats::Precision},
    error::Result,
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::EquivalenceProperties,
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
        coop::cooperative,
        execution_plan::{Boundedness, EmissionType, SchedulingType},
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::stream;

use super::access::Access;
use crate::LayerSnapshot;

/// Rows below which a second partition costs more than it saves.
const ROWS_PER_PARTITION: usize = 16_384;

/// Emits all rows of a layer, or those an index found, in stored order; columns are shared with the snapshot, not copied,
/// where rows are neighbours.
#[derive(Clone, Debug)]
pub(super) struct ResidentScanExec {
    layer: Arc<LayerSnapshot>,
    access: Arc<Access>,
    /// The layer's rows with only the columns asked for.
    columns: RecordBatch,
    limit: Option<usize>,
    metrics: ExecutionPlanMetricsSet,
    properties: Arc<PlanProperties>,
}

impl ResidentScanExec {
    pub(super) fn new(
        layer: Arc<LayerSnapshot>,
        access: Access,
        projection: Option<&[usize]>,
        most_partitions: usize,
    ) -> Result<Self> {
        let columns = match projection {
            Some(projection) => layer.batch.project(projection)?,
            None => layer.batch.clone(),
        };
        let rows = access.rows.as_ref().map_or(layer.len(), Vec::len);
        let partitions = rows
            .div_ceil(ROWS_PER_PARTITION)
            .clamp(1, most_partitions.max(1));
        Ok(Self {
            properties: properties(columns.schema(), partitions),
            layer,
            access: Arc::new(access),
            columns,
            limit: None,
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// The same scan, stopping after some rows; they then come in one partition.
    pub(super) fn limited_to(mut self, limit: Option<usize>) -> Self {
        if limit.is_some() {
            self.properties = properties(self.columns.schema(), 1);
        }
        self.limit = limit;
        self
    }

    /// The same scan of fewer rows, ascending, in as many partitions.
    pub(super) fn narrowed(&self, rows: Vec<u32>, reason: String) -> Self {
        Self {
            access: Arc::new(Access {
                rows: Some(rows),
                reason,
            }),
            ..self.clone()
        }
    }

    /// Statistics of a table or scan that has exactly so many rows.
    pub(super) fn statistics_of(schema: &SchemaRef, rows: usize) -> Statistics {
        Statistics {
            num_rows: Precision::Exact(rows),
            ..Statistics::new_unknown(schema)
        }
    }

    pub(super) fn layer(&self) -> &Arc<LayerSnapshot> {
        &self.layer
    }

    /// The layer's rows, all of them, with the columns asked for.
    pub(super) fn columns(&self) -> &RecordBatch {
        &self.columns
    }

    /// The rows an index found, ascending; none for all.
    pub(super) fn rows_read(&self) -> Option<&[u32]> {
        self.access.rows.as_deref()
    }

    /// How many rows come out.
    fn rows(&self) -> usize {
        let rows = self.access.rows.as_ref().map_or(self.layer.len(), Vec::len);
        self.limit.map_or(rows, |limit| rows.min(limit))
    }

    /// The share of the rows that one partition reads, as places in the list of rows.
    fn places(&self, partition: usize) -> Range<usize> {
        let (rows, partitions) = (self.rows(), self.properties.partitioning.partition_count());
        rows * partition / partitions..rows * (partition + 1) / partitions
    }

    /// The rows at some places, as one batch.
    fn batch(&self, places: Range<usize>) -> Result<RecordBatch> {
        let Some(rows) = &self.access.rows else {
            return Ok(self.columns.slice(places.start, places.len()));
        };
        let rows = &rows[places];
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(self.columns.slice(0, 0));
        };
        if (last - first) as usize + 1 == rows.len() {
            return Ok(self.columns.slice(*first as usize, rows.len()));
        }
        let picked = UInt32Array::from(rows.to_vec());
        let columns = self
            .columns
            .columns()
            .iter()
            .map(|column| take(column, &picked, None));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        Ok(RecordBatch::try_new_with_options(
            self.columns.schema(),
            columns,
            &options,
        )?)
    }
}

fn properties(schema: SchemaRef, partitions: usize) -> Arc<PlanProperties> {
    let properties = PlanProperties::new(
        EquivalenceProperties::new(schema),
        Partitioning::UnknownPartitioning(partitions),
        EmissionType::Incremental,
        Boundedness::Bounded,
    );
    Arc::new(properties.with_scheduling_type(SchedulingType::Cooperative))
}

impl DisplayAs for ResidentScanExec {
    fn fmt_as(&self, format: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meta = &self.layer.meta;
        let (rows, of) = (self.rows(), self.layer.len());
        match format {
            DisplayFormatType::Default | DisplayFormatType::Verbose => {
                write!(
                    formatter,
                    "ResidentScanExec: layer={} {}, index={}",
                    meta.id, meta.version, self.access.reason
                )?;
                write!(formatter, ", rows={rows} of {of}")?;
                if let Some(limit) = self.limit {
                    write!(formatter, ", limit={limit}")?;
                }
                let names: Vec<&str> = self
                    .columns
                    .schema_ref()
                    .fields()
                    .iter()
                    .map(|field| field.name().as_str())
                    .collect();
                write!(formatter, ", columns=[{}]", names.join(", "))
            }
            DisplayFormatType::TreeRender => {
                writeln!(formatter, "layer={} {}", meta.id, meta.version)?;
                writeln!(formatter, "index={}", self.access.reason)?;
                writeln!(formatter, "rows={rows} of {of}")
            }
        }
    }
}

impl ExecutionPlan for ResidentScanExec {
    fn name(&self) -> &'static str {
        "ResidentScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let batch_rows = context.session_config().batch_size().max(1);
        let places = self.places(partition);
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let (scan, end) = (self.clone(), places.end);
        let batches = places.step_by(batch_rows).map(move |start| {
            let _timed = metrics.elapsed_compute().timer();
            scan.batch(start..(start + batch_rows).min(end))
                .inspect(|batch| metrics.record_output(batch.num_rows()))
        });
        let batches = RecordBatchStreamAdapter::new(self.columns.schema(), stream::iter(batches));
        Ok(Box::pin(cooperative(batches)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn partition_statistics(&self, partition: Option<usize>) -> Result<Arc<Statistics>> {
        let rows = partition.map_or_else(|| self.rows(), |partition| self.places(partition).len());
        Ok(Arc::new(Self::statistics_of(
            self.columns.schema_ref(),
            rows,
        )))
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }

    fn with_fetch(&self, limit: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(Arc::new(self.clone().limited_to(limit)))
    }

    fn fetch(&self) -> Option<usize> {
        self.limit
    }
}
