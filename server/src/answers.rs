//! Answers to SQL: what they may cost, and their rows as a client takes them.

use std::{sync::Arc, time::Duration, vec};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use engine::{
    CancelToken, TwinSnapshot,
    output::{Encoder, Ending, Format},
    sql::{self, Description, SqlError, SqlLimits, SqlParameters, SqlRequest, SqlStream},
};
use futures::{Stream, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    error::{Refusal, RequestError},
    offload::{CancelOnDrop, Offload},
    pull::pull,
    refusals,
};

/// Time one query may take. The time that a client takes to read the answer does not count.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Memory one query may take, in bytes.
pub const MEMORY_LIMIT_BYTES: usize = 1 << 30;

/// Rows an answer for people may have, as JSON, GeoJSON or FlatGeobuf; a longer one is cut and says so.
pub const ROW_LIMIT: usize = 100_000;

/// Rows an answer for programs may have, as CSV, Arrow or Parquet; a longer one breaks off, for these formats cannot say that they
/// are cut.
pub const STREAM_ROW_LIMIT: usize = 20_000_000;

/// Answers that may be read at the same time: each holds its snapshot and the memory of its query.
const MOST_OPEN: usize = 16;

/// Time until the first part of an answer, and until each further one: the query's own, and some for waiting and for writing.
const DEADLINE: Duration = TIME_LIMIT.saturating_add(Duration::from_secs(20));

/// Bytes of an answer that are sent at once; what is no longer than this is sent whole, with its length.
const CHUNK_BYTES: usize = 512 << 10;

/// Where questions are answered.
#[derive(Clone, Debug)]
pub struct Answers {
    threads: Offload,
    open: Arc<Semaphore>,
}

/// A question, and over what.
#[derive(Clone, Debug)]
pub struct Question {
    /// The layers.
    pub snapshot: Arc<TwinSnapshot>,
    /// One SQL statement.
    pub query: String,
    /// Values of `$1`, `$2`, …
    pub params: SqlParameters,
}

/// The beginning of an answer in a format, and how to get the rest.
pub(crate) struct Encoded<S> {
    /// What is known of its end: nothing yet of an answer that is sent as it comes.
    pub(crate) ending: Ending,
    /// The first bytes.
    pub(crate) begun: Vec<u8>,
    /// The other bytes; none where the first are all.
    pub(crate) rest: Option<S>,
}

impl Question {
    fn request(self, rows: usize, cancel: CancelToken) -> (Arc<TwinSnapshot>, SqlRequest) {
        let limits = SqlLimits {
            time: TIME_LIMIT,
            memory_bytes: MEMORY_LIMIT_BYTES,
            rows,
        };
        let request = SqlRequest {
            query: self.query,
            params: self.params,
            limits,
            cancel,
        };
        (self.snapshot, request)
    }
}

impl Answers {
    /// Answers on these threads.
    pub fn on(threads: Offload) -> Self {
        Self {
            threads,
            open: Arc::new(Semaphore::new(MOST_OPEN)),
        }
    }

    /// An answer in a format.
    pub(crate) async fn encoded(
        &self,
        question: Question,
        format: Format,
    ) -> Result<Encoded<impl Stream<Item = Result<Vec<u8>, RequestError>> + use<>>, RequestError>
    {
        let permit = self.permit()?;
        let wanted = CancelOnDrop::default();
        let cancel = wanted.0.clone();
        let begin = move |_: &CancelToken| {
            let mut bytes = EncodedRows::begin(question, format, cancel, permit)?;
            let begun = bytes.next().transpose()?.unwrap_or_default();
            Ok::<_, RequestError>((begun, bytes))
        };
        let (begun, bytes) = self.threads.run(DEADLINE, begin).await??;
        Ok(Encoded {
            ending: bytes.rows.ending().unwrap_or_default(),
            begun,
            rest: bytes.encoder.is_some().then(|| self.pull(wanted, bytes)),
        })
    }

    /// The rows of an answer, batch by batch.
    pub(crate) async fn batches(
        &self,
        question: Question,
    ) -> Result<
        (
            SchemaRef,
            impl Stream<Item = Result<RecordBatch, RequestError>> + use<>,
        ),
        RequestError,
    > {
        let permit = self.permit()?;
        let wanted = CancelOnDrop::default();
        let (snapshot, request) = question.request(STREAM_ROW_LIMIT, wanted.0.clone());
        let begin = move |_: &CancelToken| sql::stream(&snapshot, &request);
        let rows = self.threads.run(DEADLINE, begin).await?;
        let rows = rows.map_err(refusals::of_sql)?;
        let schema = Arc::clone(rows.schema());
        let batches = Rows::Running(rows).inspect(move |_| _ = &permit);
        Ok((schema, self.pull(wanted, batches)))
    }

    /// The columns of an answer and the types of its parameters, without asking for rows.
    pub(crate) async fn describe(&self, question: Question) -> Result<Description, RequestError> {
        let describe = move |cancel: &CancelToken| {
            let (snapshot, request) = question.request(0, cancel.clone());
            sql::describe(&snapshot, &request).map_err(refusals::of_sql)
        };
        self.threads.run(DEADLINE, describe).await?
    }

    fn permit(&self) -> Result<OwnedSemaphorePermit, RequestError> {
        let permit = Arc::clone(&self.open).try_acquire_owned();
        permit.map_err(|_all_taken| RequestError::TooMany {
            what: "answers being read",
            limit: MOST_OPEN,
        })
    }

    fn pull<T, W>(
        &self,
        wanted: CancelOnDrop,
        work: W,
    ) -> impl Stream<Item = Result<T, RequestError>> + use<T, W>
    where
        T: Send + 'static,
        W: Iterator<Item = Result<T, RequestError>> + Send + 'static,
    {
        let parts = pull(self.threads.clone(), DEADLINE, wanted, work);
        parts.map(|part| part.map_err(RequestError::from)?)
    }
}

/// The rows of an answer, with what is wrong with them as the client is told it.
enum Rows {
    /// All there before the first is sent: the formats for people tell at once how many there are.
    Held(vec::IntoIter<RecordBatch>, Ending),
    /// Sent as they come.
    Running(SqlStream),
}

impl Rows {
    fn open(
        question: Question,
        format: Format,
        cancel: CancelToken,
    ) -> Result<(SchemaRef, Self), SqlError> {
        match format {
            Format::Json | Format::Geojson | Format::Flatgeobuf => {
                let (snapshot, request) = question.request(ROW_LIMIT, cancel);
                let answer = sql::query(&snapshot, &request)?;
                let ending = Ending {
                    truncated: answer.truncated,
                    elapsed: Some(answer.elapsed),
                    metrics: Some(answer.metrics),
                };
                Ok((
                    answer.schema,
                    Self::Held(answer.batches.into_iter(), ending),
                ))
            }
            Format::Csv | Format::Arrow | Format::Parquet => {
                let (snapshot, request) = question.request(STREAM_ROW_LIMIT, cancel);
                let rows = sql::stream(&snapshot, &request)?;
                Ok((Arc::clone(rows.schema()), Self::Running(rows)))
            }
        }
    }

    /// Whether rows are left out, where that is known and the format can tell.
    fn ending(&self) -> Option<Ending> {
        match self {
            Self::Held(_, ending) => Some(*ending),
            Self::Running(_) => None,
        }
    }
}

impl Iterator for Rows {
    type Item = Result<RecordBatch, RequestError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Held(batches, _) => batches.next().map(Ok),
            Self::Running(rows) => {
                let batch = rows.next().map(|batch| batch.map_err(refusals::of_sql));
                if rows.truncated() {
                    return Some(Err(too_long()));
                }
                batch
            }
        }
    }
}

fn too_long() -> RequestError {
    RequestError::Refused {
        what: Refusal::Limit,
        detail: format!(
            "the answer has more than {STREAM_ROW_LIMIT} rows: narrow it down, or ask for parts of it with LIMIT and OFFSET"
        ),
    }
}

/// Rows in a format, some [`CHUNK_BYTES`] at once.
struct EncodedRows {
    rows: Rows,
    /// None once the last bytes were given.
    encoder: Option<Encoder>,
    _permit: OwnedSemaphorePermit,
}

impl EncodedRows {
    fn begin(
        question: Question,
        format: Format,
        cancel: CancelToken,
        permit: OwnedSemaphorePermit,
    ) -> Result<Self, RequestError> {
        let (schema, rows) = Rows::open(question, format, cancel).map_err(refusals::of_sql)?;
        let encoder = Encoder::new(format, &schema).map_err(refusals::of_output)?;
        Ok(Self {
            rows,
            encoder: Some(encoder),
            _permit: permit,
        })
    }
}

impl Iterator for EncodedRows {
    type Item = Result<Vec<u8>, RequestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut encoder = self.encoder.take()?;
        let chunk = || {
            for batch in &mut self.rows {
                encoder.batch(&batch?).map_err(refusals::of_output)?;
                if encoder.ready() >= CHUNK_BYTES {
                    let bytes = encoder.take();
                    return Ok((bytes, Some(encoder)));
                }
            }
            let ending = self.rows.ending().unwrap_or_default();
            let bytes = encoder.finish(&ending).map_err(refusals::of_output)?;
            Ok((bytes, None))
        };
        Some(chunk().map(|(bytes, rest)| {
            self.encoder = rest;
            bytes
        }))
    }
}
