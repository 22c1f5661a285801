//! From a request to its answer, on threads that can be abandoned at the deadline.

use std::{
    num::NonZero,
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use datafusion::{
    arrow::{
        array::{Array as _, RecordBatch},
        datatypes::SchemaRef,
    },
    error::{DataFusionError, Result},
    execution::{
        SendableRecordBatchStream, SessionState, TaskContext,
        context::SQLOptions,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::GreedyMemoryPool,
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    physical_plan::execute_stream,
};
use futures::StreamExt as _;
use tokio::runtime::{Builder, Runtime};

use super::{
    Answer, SqlError, SqlRequest, bounds, error,
    functions::Guard,
    parameters, plain,
    session::{self, Rules},
};
use crate::TwinSnapshot;

/// How often the waiting thread looks whether the query was cancelled.
const CANCEL_CHECK: Duration = Duration::from_millis(10);

/// SQL threads per core: planning does not give way, so a few plans may take long without holding up all queries.
const THREADS_PER_CORE: usize = 2;

/// Stack of a SQL thread: plans are trees and are walked recursively, at some 8 KiB a level. Only what is used takes memory.
const STACK_BYTES: usize = 128 << 20;

/// The rows of an answer before it is timed.
struct Rows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    truncated: bool,
}

pub(super) fn query(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
) -> Result<Answer, SqlError> {
    bounds::check(&request.query)?;
    let begun = Instant::now();
    let guard = Guard {
        cancel: request.cancel.clone(),
        deadline: begun + request.limits.time,
    };
    let (sender, receiver) = sync_channel(1);
    let work = {
        let (snapshot, request, guard) = (Arc::clone(snapshot), request.clone(), guard.clone());
        async move {
            let rows = Box::pin(answer(&snapshot, &request, guard)).await;
            // The receiver is gone when the deadline came first; then nobody wants the rows.
            sender.send(rows).ok();
        }
    };
    let task = runtime()?.spawn(work);
    let outcome = wait(&receiver, &guard, request);
    task.abort();
    let Rows {
        schema,
        batches,
        truncated,
    } = outcome?;
    Ok(Answer {
        schema,
        batches,
        truncated,
        elapsed: begun.elapsed(),
    })
}

/// Waits for the rows, the deadline or the cancellation, whichever comes first.
fn wait(
    receiver: &Receiver<Result<Rows, SqlError>>,
    guard: &Guard,
    request: &SqlRequest,
) -> Result<Rows, SqlError> {
    loop {
        let left = guard.deadline.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left.min(CANCEL_CHECK)) {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => return Err(stopped(guard, request).unwrap_or(error)),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(SqlError::Internal {
                    message: "the query's task ended without an answer".to_owned(),
                });
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(error) = stopped(guard, request) {
            return Err(error);
        }
    }
}

/// Why a query had to stop, if it had to: errors after that are its consequence.
fn stopped(guard: &Guard, request: &SqlRequest) -> Option<SqlError> {
    if guard.cancel.is_cancelled() {
        return Some(SqlError::Cancelled);
    }
    (Instant::now() >= guard.deadline).then_some(SqlError::Timeout {
        limit: request.limits.time,
    })
}

async fn answer(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
    guard: Guard,
) -> Result<Rows, SqlError> {
    let explain = |failure: DataFusionError| error::explain(&failure, request, snapshot);
    let mut state = session::open(snapshot, guard.clone(), Rules::Plain).map_err(explain)?;
    let dialect = state.config_options().sql_parser.dialect;
    let statement = state
        .sql_to_statement(&request.query, &dialect)
        .map_err(explain)?;
    let plan = state.statement_to_plan(statement).await.map_err(explain)?;
    let read_only = SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false);
    read_only.verify_plan(&plan).map_err(explain)?;
    let plan = plan
        .with_param_values(parameters::bind(&request.params)?)
        .map_err(explain)?;
    if !plain::is_plain(&plan).map_err(explain)? {
        state = session::open(snapshot, guard.clone(), Rules::All).map_err(explain)?;
    }
    let plan = state.create_physical_plan(&plan).await.map_err(explain)?;
    let context = task_context(&state, request.limits.memory_bytes).map_err(explain)?;
    let stream = execute_stream(plan, context).map_err(explain)?;
    collect(stream, request, &guard).await.map_err(explain)
}

/// Reads the answer up to its limits.
async fn collect(
    mut stream: SendableRecordBatchStream,
    request: &SqlRequest,
    guard: &Guard,
) -> Result<Rows> {
    // A layer's file has metadata of its own, which is not true of a part of its columns.
    let schema = stream.schema().as_ref().clone().with_metadata([].into());
    let mut rows = Rows {
        schema: Arc::new(schema),
        batches: Vec::new(),
        truncated: false,
    };
    let (mut room, mut bytes) = (request.limits.rows, 0);
    while let Some(batch) = stream.next().await {
        guard.check()?;
        let batch = batch?;
        if batch.num_rows() > room {
            rows.truncated = true;
            rows.batches.push(batch.slice(0, room));
            break;
        }
        room -= batch.num_rows();
        bytes += bytes_of(&batch)?;
        if bytes > request.limits.memory_bytes {
            return Err(DataFusionError::ResourcesExhausted(
                "the answer is too large".to_owned(),
            ));
        }
        rows.batches.push(batch);
    }
    Ok(rows)
}

/// The bytes of a batch's own rows, without the rest of the columns they are slices of.
fn bytes_of(batch: &RecordBatch) -> Result<usize> {
    let sizes = batch
        .columns()
        .iter()
        .map(|column| Ok(column.to_data().get_slice_memory_size()?));
    sizes.sum()
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
