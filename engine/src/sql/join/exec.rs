//! The spatial join as an operator of a plan.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{
        array::{AsArray as _, Float64Array, RecordBatch},
        compute::cast,
        datatypes::{DataType, Schema},
    },
    common::{JoinSide, JoinType},
    error::{DataFusionError, Result},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties as _,
        Partitioning, PlanProperties,
        execution_plan::{Boundedness, EmissionType},
        joins::utils::{ColumnIndex, JoinFilter, build_join_schema},
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet},
        projection::{EmbeddedProjection, ProjectionExec, try_embed_projection},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{TryStreamExt as _, stream};

use super::{
    find::{Metric, Watch},
    matcher::{Cursor, Matcher, Searched, Shared},
    pairs::Columns,
    probe::Probe,
    side::{Indexed, Resident},
};
use crate::{shape::Relation, sql::functions::Guard};

/// A probe side of at most so many rows is read once, and the work shared out by rows of the indexed side instead.
const ROWS_TO_COLLECT: usize = 4096;

/// Rows of the indexed side below which a second partition costs more than it saves.
const ROWS_PER_SHARE: usize = 16_384;

/// The spatial condition of a join.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    /// The left geometry stands in this relation to the right one.
    Relation(Relation),
    /// The two are at most so far apart, as a side or a literal says.
    Within {
        distance: Arc<dyn PhysicalExpr>,
        said_by: JoinSide,
        metric: Metric,
    },
    /// The indexed row is one of so many nearest to the probe's, in the plane or in metres.
    Nearest { count: usize, in_metres: bool },
}

/// What is joined with what, on what.
#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) left: Arc<dyn ExecutionPlan>,
    pub(super) right: Arc<dyn ExecutionPlan>,
    /// The geometry of each side, left first.
    pub(super) geometries: [Arc<dyn PhysicalExpr>; 2],
    pub(super) predicate: Predicate,
    /// The rest of the condition.
    pub(super) condition: Option<JoinFilter>,
    pub(super) kind: JoinType,
    /// The side that is searched; the other's rows come by and look for matches.
    pub(super) indexed: JoinSide,
}

impl Join {
    /// How near is near enough for each row of a side, where that side says it; a literal is said by the probe side.
    pub(super) fn distances(
        &self,
        of: JoinSide,
        rows: &RecordBatch,
    ) -> Result<Option<Float64Array>> {
        let Predicate::Within {
            distance, said_by, ..
        } = &self.predicate
        else {
            return Ok(None);
        };
        if (*said_by == self.indexed) != (of == self.indexed) {
            return Ok(None);
        }
        let values = distance.evaluate(rows)?.into_array(rows.num_rows())?;
        Ok(Some(
            cast(&values, &DataType::Float64)?.as_primitive().clone(),
        ))
    }

    pub(super) fn probe_side(&self) -> JoinSide {
        if self.indexed == JoinSide::Left {
            JoinSide::Right
        } else {
            JoinSide::Left
        }
    }

    fn plan(&self, side: JoinSide) -> &Arc<dyn ExecutionPlan> {
        if side == JoinSide::Left {
            &self.left
        } else {
            &self.right
        }
    }

    pub(super) fn geometry(&self, side: JoinSide) -> &Arc<dyn PhysicalExpr> {
        &self.geometries[usize::from(side != JoinSide::Left)]
    }
}

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
        let (schema, columns) =
            build_join_schema(&join.left.schema(), &join.right.schema(), &join.kind);
        let schema = match &projection {
            Some(places) => schema.project(places)?,
            None => schema,
        };
        let columns = match &projection {
            Some(places) => places.iter().map(|place| columns[*place].clone()).collect(),
            None => columns,
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

    fn shares(&self) -> usize {
        self.properties.partitioning.partition_count()
    }
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
