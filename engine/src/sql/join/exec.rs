//! The spatial join as an operator of a plan.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field, Fields, Schema},
    common::JoinSide,
    error::{DataFusionError, Result},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    physical_expr::{EquivalenceProperties, expressions::Column},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties as _,
        Partitioning, PlanProperties,
        execution_plan::{Boundedness, EmissionType},
        joins::utils::{ColumnIndex, build_join_schema},
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet},
        projection::{EmbeddedProjection, ProjectionExec, try_embed_projection},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{TryStreamExt as _, stream};

use super::{
    definition::{Join, Predicate},
    find::Watch,
    matcher::{Cursor, Matcher, Searched, Shared},
    pairs::Columns,
    probe::Probe,
    side::{Indexed, Resident},
};
use crate::sql::functions::Guard;

/// A probe side of at most so many rows is read once, and the work shared out by rows of the indexed side instead.
const ROWS_TO_COLLECT: usize = 4096;

/// Rows of the indexed side below which a second partition costs more than it saves.
const ROWS_PER_SHARE: usize = 16_384;

/// Joins two sides on a spatial condition, by the index of one of them: a resident layer's own, or one built for the query.
#[derive(Debug)]
pub(super) struct SpatialJoinExec {
    join: Arc<Join>,
    /// The way to the indexed side's layer; none where its rows have to be gathered.
    resident: Option<Resident>,
    /// Whether the probe side is read once by all partitions.
    collects: bool,
    partitions: usize,
    /// The join's columns before the projection, then those that are wanted.
    columns: Vec<ColumnIndex>,
    projection: Option<Vec<usize>>,
    properties: Arc<PlanProperties>,
    shared: Arc<Shared>,
    metrics: ExecutionPlanMetricsSet,
}

impl SpatialJoinExec {
    pub(super) fn try_new(
        join: Join,
        partitions: usize,
        projection: Option<Vec<usize>>,
    ) -> Result<Self> {
        let (schema, mut columns) =
            build_join_schema(&join.left.schema(), &join.right.schema(), &join.kind);
        let schema = match &projection {
            Some(places) => {
                let schema = with_distance(&schema).project(places)?;
                columns.push(DISTANCE_COLUMN);
                columns = places.iter().map(|place| columns[*place].clone()).collect();
                schema
            }
            None => schema,
        };
        let (indexed, probe) = (join.plan(join.indexed), join.plan(join.probe_side()));
        let resident = Resident::of(indexed, join.geometry(join.indexed));
        let rows = resident
            .as_ref()
            .map_or(0, |resident| resident.scan.layer().len());
        let collects = rows >= 2 * ROWS_PER_SHARE
            && !matches!(join.predicate, Predicate::Nearest { .. })
            && super::rows_of(probe)?.is_some_and(|rows| rows <= ROWS_TO_COLLECT);
        let shares = if collects {
            (rows / ROWS_PER_SHARE).clamp(1, partitions)
        } else {
            probe.output_partitioning().partition_count()
        };
        Ok(Self {
            properties: properties(&schema, shares),
            resident,
            collects,
            partitions,
            columns,
            projection,
            shared: Arc::new(Shared::new(shares)),
            metrics: ExecutionPlanMetricsSet::new(),
            join: Arc::new(join),
        })
    }

    /// The name of a column that only [`choosing`](Self::choosing) brings out: how far apart the two of a pair are.
    pub(super) const DISTANCE: &str = "distance";

    /// Whether two columns are the two geometries between which the search measures, in their plane.
    pub(super) fn measures_between(&self, a: usize, b: usize) -> bool {
        let side_of = |place: usize| {
            let column = self.columns.get(place)?;
            let geometry = self.join.geometry(column.side).downcast_ref::<Column>()?;
            (geometry.index() == column.index).then_some(column.side)
        };
        let is_planar = matches!(
            self.join.predicate,
            Predicate::Nearest {
                in_metres: false,
                ..
            }
        );
        let sides = [side_of(a), side_of(b)];
        is_planar
            && self.join.wants_pairs()
            && (sides == [Some(JoinSide::Left), Some(JoinSide::Right)]
                || sides == [Some(JoinSide::Right), Some(JoinSide::Left)])
    }

    /// The same join with only these of its columns; behind its last one is the distance.
    pub(super) fn choosing(&self, places: &[usize]) -> Result<Self> {
        let (left, right) = (self.join.left.schema(), self.join.right.schema());
        let distance = left.fields().len() + right.fields().len();
        let places = places.iter().map(|place| match &self.projection {
            Some(chosen) => chosen.get(*place).copied().unwrap_or(distance),
            None => *place,
        });
        let join = self.join.as_ref().clone();
        Self::try_new(join, self.partitions, Some(places.collect()))
    }

    fn shares(&self) -> usize {
        self.properties.partitioning.partition_count()
    }
}

/// Where the distance comes from: neither side.
const DISTANCE_COLUMN: ColumnIndex = ColumnIndex {
    index: usize::MAX,
    side: JoinSide::None,
};

/// The columns of a join, and the distance.
fn with_distance(schema: &Schema) -> Schema {
    let distance = Field::new(SpatialJoinExec::DISTANCE, DataType::Float64, true);
    let fields = schema.fields().iter().cloned();
    let fields: Fields = fields.chain([Arc::new(distance)]).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn properties(schema: &Schema, partitions: usize) -> Arc<PlanProperties> {
    Arc::new(PlanProperties::new(
        EquivalenceProperties::new(Arc::new(schema.clone())),
        Partitioning::UnknownPartitioning(partitions),
        EmissionType::Incremental,
        Boundedness::Bounded,
    ))
}

impl DisplayAs for SpatialJoinExec {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = &self.join;
        let [left, right] = &join.geometries;
        let on = match &join.predicate {
            Predicate::Relation(relation) => format!("{}({left}, {right})", relation.function()),
            Predicate::Within {
                distance, metric, ..
            } => format!("{}({left}, {right}, {distance})", metric.function()),
            Predicate::Nearest { count, in_metres } => {
                let is_left = join.indexed == JoinSide::Left;
                let (from, to) = if is_left {
                    (right, left)
                } else {
                    (left, right)
                };
                format!("st_knn({from}, {to}, {count}, {in_metres})")
            }
        };
        write!(
            formatter,
            "SpatialJoinExec: join_type={}, on={on}",
            join.kind
        )?;
        if let Some(condition) = &join.condition {
            write!(formatter, ", and={}", condition.expression())?;
        }
        let side = if join.indexed == JoinSide::Left {
            "left"
        } else {
            "right"
        };
        match &self.resident {
            Some(resident) => {
                let meta = &resident.scan.layer().meta;
                write!(
                    formatter,
                    ", index={side} packed r-tree of {} {}",
                    meta.id, meta.version
                )?;
            }
            None => write!(
                formatter,
                ", index={side}, built for this query (not the geom of a resident layer)"
            )?,
        }
        let probe = if self.collects {
            "read once, work shared by rows of the index"
        } else {
            "streamed"
        };
        write!(formatter, ", probe={probe}")?;
        if let Some(projection) = &self.projection {
            let schema = self.schema();
            let names: Vec<&str> = schema
                .fields()
                .iter()
                .map(|field| field.name().as_str())
                .collect();
            debug_assert_eq!(names.len(), projection.len(), "a name for each place");
            write!(formatter, ", columns=[{}]", names.join(", "))?;
        }
        Ok(())
    }
}

impl ExecutionPlan for SpatialJoinExec {
    fn name(&self) -> &'static str {
        "SpatialJoinExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.join.left, &self.join.right]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        let indexed = if self.resident.is_some() {
            Distribution::UnspecifiedDistribution
        } else {
            Distribution::SinglePartition
        };
        let probe = if self.collects {
            Distribution::SinglePartition
        } else {
            Distribution::UnspecifiedDistribution
        };
        if self.join.indexed == JoinSide::Left {
            vec![indexed, probe]
        } else {
            vec![probe, indexed]
        }
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        let benefits = |side| side != self.join.indexed && !self.collects;
        vec![benefits(JoinSide::Left), benefits(JoinSide::Right)]
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut join = self.join.as_ref().clone();
        if let [left, right] = children.as_slice() {
            (join.left, join.right) = (Arc::clone(left), Arc::clone(right));
        }
        Ok(Arc::new(Self::try_new(
            join,
            self.partitions,
            self.projection.clone(),
        )?))
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        let join = self.join.as_ref().clone();
        Ok(Arc::new(Self::try_new(
            join,
            self.partitions,
            self.projection.clone(),
        )?))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let guard = Guard::of(context.session_config().options())?;
        let work = Work {
            join: Arc::clone(&self.join),
            resident: self.resident.clone(),
            shared: Arc::clone(&self.shared),
            guard: guard.clone(),
            context: Arc::clone(&context),
        };
        let (shares, collects) = (self.shares(), self.collects);
        let columns = Columns {
            schema: self.schema(),
            from: self.columns.clone(),
            probe: self.join.probe_side(),
        };
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let counter = |name| MetricBuilder::new(&self.metrics).counter(name, partition);
        let watch = Watch {
            guard,
            tested: counter("rows_tested"),
            untested: counter("rows_taken_untested"),
        };
        let open = {
            async move {
                let searched = work.searched().await?;
                let (stream, probe) = if collects {
                    (None, Some(work.probe().await?))
                } else {
                    let probe = work.join.plan(work.join.probe_side());
                    (Some(probe.execute(partition, Arc::clone(&context))?), None)
                };
                // A task woken by this one waits where no other thread looks until this one gives way.
                tokio::task::yield_now().await;
                let (part, parts) = if collects {
                    (partition, shares)
                } else {
                    (0, 1)
                };
                Ok::<_, DataFusionError>(Matcher {
                    share: Matcher::share_of(&searched.rows, part, parts),
                    join: work.join,
                    shared: work.shared,
                    searched,
                    columns,
                    stream,
                    batch_rows: context.session_config().batch_size().max(1),
                    watch,
                    metrics,
                    cursor: Cursor::over(probe),
                })
            }
        };
        let batches = stream::once(open).map_ok(|matcher| {
            stream::try_unfold(matcher, |mut matcher| async move {
                Ok(matcher.next().await?.map(|batch| (batch, matcher)))
            })
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            self.schema(),
            batches.try_flatten(),
        )))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn try_swapping_with_projection(
        &self,
        projection: &ProjectionExec,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        if self.projection.is_some() {
            Ok(None)
        } else {
            try_embed_projection(projection, self)
        }
    }
}

impl EmbeddedProjection for SpatialJoinExec {
    fn with_projection(&self, projection: Option<Vec<usize>>) -> Result<Self> {
        Self::try_new(self.join.as_ref().clone(), self.partitions, projection)
    }
}

/// What the partitions do together, whichever comes first.
struct Work {
    join: Arc<Join>,
    resident: Option<Resident>,
    shared: Arc<Shared>,
    guard: Guard,
    context: Arc<TaskContext>,
}

impl Work {
    async fn searched(&self) -> Result<Arc<Searched>> {
        let open = || async {
            let rows = if let Some(resident) = &self.resident {
                resident.open(&self.guard)?
            } else {
                let rows = self.rows(self.join.indexed)?;
                let geometry = Arc::clone(self.join.geometry(self.join.indexed));
                Indexed::gather(rows, geometry, self.memory("the index of a spatial join")).await?
            };
            Searched::new(rows, &self.join)
        };
        self.shared
            .searched
            .get_or_try_init(open)
            .await
            .map(Arc::clone)
    }

    async fn probe(&self) -> Result<Arc<Probe>> {
        let gather = || async {
            let rows = self.rows(self.join.probe_side())?;
            Probe::gather(
                rows,
                &self.join,
                self.memory("the smaller side of a spatial join"),
            )
            .await
        };
        self.shared
            .probe
            .get_or_try_init(gather)
            .await
            .map(Arc::clone)
    }

    /// All rows of a side, which is in one partition.
    fn rows(&self, side: JoinSide) -> Result<SendableRecordBatchStream> {
        self.join.plan(side).execute(0, Arc::clone(&self.context))
    }

    fn memory(&self, what: &str) -> MemoryReservation {
        MemoryConsumer::new(what).register(self.context.memory_pool())
    }
}
