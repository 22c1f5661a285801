//! The rows of an answer as they come, taken by whoever asked at their own pace.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};
use tokio::{sync::Semaphore, task::AbortHandle};

use super::{SqlError, SqlMetrics, SqlRequest, functions::Guard};

/// How often the waiting thread looks whether the query was cancelled.
const CANCEL_CHECK: Duration = Duration::from_millis(10);

/// Batches a query is ahead of its reader; then it waits.
const BATCHES_AHEAD: usize = 4;

/// The rows of a query, batch by batch. The query runs on other threads, a few batches ahead of the reader, and stops when this
/// is dropped.
///
/// Its time limit is for the time that the reader waits, not for what the reader does between two batches.
#[derive(Debug)]
pub struct SqlStream {
    schema: SchemaRef,
    rows_left: usize,
    truncated: bool,
    metrics: SqlMetrics,
    source: Source,
}

/// What the reader has of a query that runs.
#[derive(Debug)]
pub(super) struct Source {
    messages: Receiver<Message>,
    room: Arc<Semaphore>,
    guard: Guard,
    time: Duration,
    task: Option<AbortHandle>,
}

/// What the query has of its reader.
#[derive(Debug)]
pub(super) struct Sink {
    messages: SyncSender<Message>,
    room: Arc<Semaphore>,
}

/// What a query tells its reader: once the schema, then batches until the end, or why there are none.
type Message = Result<Told, SqlError>;

#[derive(Debug)]
enum Told {
    Schema(SchemaRef),
    Batch(RecordBatch),
    End(SqlMetrics),
}

/// Both ends of a query's rows.
pub(super) fn pair(request: &SqlRequest, guard: Guard) -> (Sink, Source) {
    // Room for the schema and the end besides: telling never blocks a thread that queries share.
    let (sender, receiver) = sync_channel(BATCHES_AHEAD + 2);
    let room = Arc::new(Semaphore::new(BATCHES_AHEAD));
    let sink = Sink {
        messages: sender,
        room: Arc::clone(&room),
    };
    let source = Source {
        messages: receiver,
        room,
        guard,
        time: request.limits.time,
        task: None,
    };
    (sink, source)
}

impl Sink {
    /// Tells the schema.
    pub(super) fn schema(&self, schema: SchemaRef) {
        self.tell(Ok(Told::Schema(schema)));
    }

    /// Hands on a batch once the reader has room for it.
    pub(super) async fn batch(&self, batch: RecordBatch) {
        if let Ok(permit) = self.room.acquire().await {
            permit.forget();
            self.tell(Ok(Told::Batch(batch)));
        }
    }

    /// Tells that this was all, or why there is no more.
    pub(super) fn end(&self, outcome: Result<SqlMetrics, SqlError>) {
        self.tell(outcome.map(Told::End));
    }

    /// The reader is gone when the deadline came first; then nobody wants to know.
    fn tell(&self, message: Message) {
        self.messages.send(message).ok();
    }
}

impl Source {
    /// The task to end with the reader.
    pub(super) fn of_task(mut self, task: AbortHandle) -> Self {
        self.task = Some(task);
        self
    }

    /// Waits for the schema, which is there once the query is planned.
    pub(super) fn into_stream(self, rows: usize) -> Result<SqlStream, SqlError> {
        let Told::Schema(schema) = self.wait()? else {
            return Err(ended());
        };
        self.guard.pause();
        Ok(SqlStream {
            schema,
            rows_left: rows,
            truncated: false,
            metrics: SqlMetrics::default(),
            source: self,
        })
    }

    /// Waits for what comes next, the deadline or the cancellation, whichever comes first.
    fn wait(&self) -> Message {
        loop {
            match self
                .messages
                .recv_timeout(self.guard.left().min(CANCEL_CHECK))
            {
                Ok(Ok(told)) => return Ok(told),
                // After the end has come, errors are its consequence.
                Ok(Err(error)) => return Err(self.stopped().unwrap_or(error)),
                Err(RecvTimeoutError::Disconnected) => return Err(ended()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(error) = self.stopped() {
                return Err(error);
            }
        }
    }

    /// Why the query has to stop, if it has to.
    fn stopped(&self) -> Option<SqlError> {
        if self.guard.is_cancelled() {
            return Some(SqlError::Cancelled);
        }
        let timeout = SqlError::Timeout { limit: self.time };
        self.guard.left().is_zero().then_some(timeout)
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

fn ended() -> SqlError {
    SqlError::Internal {
        message: "the query's task ended without an answer".to_owned(),
    }
}

impl SqlStream {
    /// Columns; geometry columns carry the extension name and the CRS.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Whether there were more rows than the limit lets through; known after the last batch.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// What the query has cost; known once there are no more rows, and not for an answer that is cut.
    pub fn metrics(&self) -> SqlMetrics {
        self.metrics
    }

    fn cut(&mut self, batch: RecordBatch) -> RecordBatch {
        let rows = batch.num_rows().min(self.rows_left);
        self.truncated = rows < batch.num_rows();
        self.rows_left -= rows;
        if self.truncated {
            batch.slice(0, rows)
        } else {
            batch
        }
    }
}

impl Iterator for SqlStream {
    type Item = Result<RecordBatch, SqlError>;

    /// Blocks until the next rows are there. After an error or the end there are none.
    fn next(&mut self) -> Option<Self::Item> {
        if self.truncated || self.source.room.is_closed() {
            return None;
        }
        self.source.guard.resume();
        let told = self.source.wait();
        self.source.guard.pause();
        match told {
            Ok(Told::Batch(batch)) => {
                self.source.room.add_permits(1);
                Some(Ok(self.cut(batch)))
            }
            Ok(Told::Schema(_)) => Some(Err(ended())),
            Ok(Told::End(metrics)) => {
                self.metrics = metrics;
                self.source.room.close();
                None
            }
            Err(error) => {
                self.source.room.close();
                Some(Err(error))
            }
        }
    }
}
