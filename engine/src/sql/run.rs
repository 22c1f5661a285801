//! From a request to its rows, on threads that can be abandoned at the deadline.

use std::{
    num::NonZero,
    sync::{Arc, OnceLock},
    thread,
    time::Instant,
};

use datafusion::{
    arrow::{
        array::{Array as _, ArrayRef, RecordBatch, RecordBatchOptions},
        datatypes::{DataType, Field, Fields, Schema, SchemaRef},
    },
    error::{DataFusionError, Result},
    execution::{
        SessionState, TaskContext,
        context::SQLOptions,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::GreedyMemoryPool,
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    logical_expr::LogicalPlan,
    physical_plan::{ExecutionPlan, execute_stream},
};
use futures::StreamExt as _;
use tokio::runtime::{Builder, Runtime};

use super::{
    Answer, Description, SqlError, SqlMetrics, SqlRequest, SqlStream, bounds, error,
    functions::Guard,
    plain,
    session::{self, Rules},
    stream::{self, Sink},
};
use crate::TwinSnapshot;

/// SQL threads per core: planning does not give way, so a few plans may take long without holding up all queries.
const THREADS_PER_CORE: usize = 2;

/// Stack of a SQL thread: plans are trees and are walked recursively, at some 8 KiB a level. Only what is used takes memory.
const STACK_BYTES: usize = 128 << 20;

pub(super) fn query(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
) -> Result<Answer, SqlError> {
    let begun = Instant::now();
    let mut rows = stream(snapshot, request)?;
    let (mut batches, mut bytes) = (Vec::new(), 0);
    for batch in &mut rows {
        let batch = batch?;
        bytes += bytes_of(&batch);
        if bytes > request.limits.memory_bytes {
            return Err(SqlError::Memory {
                limit_bytes: request.limits.memory_bytes,
            });
        }
        batches.push(batch);
    }
    Ok(Answer {
        schema: Arc::clone(rows.schema()),
        batches,
        truncated: rows.truncated(),
        elapsed: begun.elapsed(),
        metrics: rows.metrics(),
    })
}

pub(super) fn stream(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
) -> Result<SqlStream, SqlError> {
    let guard = Guard::new(request.cancel.clone(), request.limits.time);
    let (sink, source) = stream::pair(request, guard.clone());
    let work = {
        let (snapshot, request) = (Arc::clone(snapshot), request.clone());
        async move {
            let outcome = Box::pin(answer(&snapshot, &request, guard, &sink)).await;
            sink.end(outcome);
        }
    };
    let task = runtime()?.spawn(work).abort_handle();
    source.of_task(task).into_stream(request.limits.rows)
}

pub(super) fn describe(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
) -> Result<Description, SqlError> {
    let guard = Guard::new(request.cancel.clone(), request.limits.time);
    let explain = |failure: DataFusionError| error::explain(&failure, request, snapshot);
    runtime()?.block_on(async {
        let state = session::open(snapshot, guard.clone(), Rules::Plain).map_err(explain)?;
        let plan = logical_plan(&state, request, snapshot).await?;
        let parameters = parameters_of(&plan).map_err(explain)?;
        let schema = if request.params.len() < parameters.fields().len() {
            schema_of_answer(plan.schema().as_arrow())
        } else {
            let (_, plan) = physical_plan(snapshot, request, guard).await?;
            schema_of_answer(&plan.schema())
        };
        Ok(Description { schema, parameters })
    })
}

/// The parameters of a plan in the order of their numbers; null is the type of one that could be anything.
fn parameters_of(plan: &LogicalPlan) -> Result<SchemaRef> {
    let mut parameters: Vec<_> = plan.get_parameter_fields()?.into_iter().collect();
    parameters.sort_by_key(|(name, _)| (name.len(), name.clone()));
    let parameters = parameters.into_iter().map(|(name, field)| {
        let field = field.map_or_else(
            || Field::new(&name, DataType::Null, true),
            |field| field.as_ref().clone().with_name(&name),
        );
        Arc::new(field)
    });
    Ok(Arc::new(Schema::new(parameters.collect::<Fields>())))
}

/// The columns of an answer, the same whenever it is asked: whether a plan knows a column to be without null depends on how far it is
/// optimized. A layer's file has metadata of its own, which is not true of a part of its columns.
fn schema_of_answer(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter();
    let fields = fields.map(|field| field.as_ref().clone().with_nullable(true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Plans a query and hands on its rows.
async fn answer(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
    guard: Guard,
    sink: &Sink,
) -> Result<SqlMetrics, SqlError> {
    let (begun, mut metrics) = (Instant::now(), SqlMetrics::default());
    let explain = |failure: DataFusionError| error::explain(&failure, request, snapshot);
    let (state, plan) = physical_plan(snapshot, request, guard.clone()).await?;
    let context = task_context(&state, request.limits.memory_bytes).map_err(explain)?;
    metrics.planned(begun.elapsed());
    let mut rows = execute_stream(Arc::clone(&plan), context).map_err(explain)?;
    let schema = schema_of_answer(&rows.schema());
    // With the first rows, so that the reader wakes once, and a failure on the first row comes before anything else.
    let mut begun = Instant::now();
    let mut next = rows.next().await.transpose().map_err(explain)?;
    metrics.executed(begun.elapsed());
    sink.schema(Arc::clone(&schema));
    while let Some(batch) = next {
        guard.check().map_err(explain)?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        metrics.rows += batch.num_rows();
        let columns = batch.columns().to_vec();
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options);
        sink.batch(batch.map_err(|error| explain(error.into()))?)
            .await;
        begun = Instant::now();
        next = rows.next().await.transpose().map_err(explain)?;
        metrics.executed(begun.elapsed());
    }
    metrics.count(&plan);
    tracing::debug!(?metrics, query = request.query, "answered");
    Ok(metrics)
}

/// The plan of a query with its parameters, and the session to run it in.
async fn physical_plan(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
    guard: Guard,
) -> Result<(SessionState, Arc<dyn ExecutionPlan>), SqlError> {
    let explain = |failure: DataFusionError| error::explain(&failure, request, snapshot);
    let mut state = session::open(snapshot, guard.clone(), Rules::Plain).map_err(explain)?;
    let plan = logical_plan(&state, request, snapshot).await?;
    let plan = plan.with_param_values(request.params.values());
    let plan = plan.map_err(explain)?;
    if !plain::is_plain(&plan).map_err(explain)? {
        state = session::open(snapshot, guard, Rules::All).map_err(explain)?;
    }
    let plan = state.create_physical_plan(&plan).await.map_err(explain)?;
    Ok((state, plan))
}

/// The plan of a query before its parameters are bound: as it was read before, or read now.
async fn logical_plan(
    state: &SessionState,
    request: &SqlRequest,
    snapshot: &TwinSnapshot,
) -> Result<LogicalPlan, SqlError> {
    if let Some(plan) = snapshot.prepared.find(&request.query) {
        return Ok(plan);
    }
    bounds::check(&request.query)?;
    let read = read(state, &request.query).await;
    let plan = read.map_err(|failure| error::explain(&failure, request, snapshot))?;
    snapshot.prepared.keep(&request.query, &plan);
    Ok(plan)
}

async fn read(state: &SessionState, query: &str) -> Result<LogicalPlan> {
    let dialect = state.config_options().sql_parser.dialect;
    let statement = state.sql_to_statement(query, &dialect)?;
    let plan = state.statement_to_plan(statement).await?;
    let read_only = SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false);
    read_only.verify_plan(&plan)?;
    Ok(plan)
}

/// The bytes of a batch's own rows, without the rest of the columns they are slices of.
fn bytes_of(batch: &RecordBatch) -> usize {
    let size = |column: &ArrayRef| {
        let data = column.to_data();
        data.get_slice_memory_size()
            .unwrap_or_else(|_unknown| data.get_array_memory_size())
    };
    batch.columns().iter().map(size).sum()
}

/// Where operators account for their memory; they may not write to disk.
fn task_context(state: &SessionState, memory_bytes: usize) -> Result<Arc<TaskContext>> {
    let runtime: Arc<RuntimeEnv> = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(GreedyMemoryPool::new(memory_bytes)))
        .with_disk_manager_builder(
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
        )
        .build_arc()?;
    Ok(Arc::new(TaskContext::from(state).with_runtime(runtime)))
}

/// The threads all queries share.
fn runtime() -> Result<&'static Runtime, SqlError> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let start = || {
        let builder = &mut Builder::new_multi_thread();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        builder
            .worker_threads(cores * THREADS_PER_CORE)
            .thread_name("sql")
            .thread_stack_size(STACK_BYTES);
        builder.build().map_err(|error| error.to_string())
    };
    let started = RUNTIME.get_or_init(start);
    started.as_ref().map_err(|message| SqlError::Internal {
        message: format!("no threads for SQL: {message}"),
    })
}
