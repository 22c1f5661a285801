//! Analyses that run behind requests: a bounded queue, two at a time, progress, cancellation, results kept for a while.

mod runner;
mod view;

use std::{
    collections::BTreeMap,
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
};

use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    CancelToken, Engine,
    analysis::{Analysis, Outcome},
};
use serde_json::Value;

pub use self::view::{JobView, ResultLinks, ResultView};
use crate::{
    error::{Noun, RequestError},
    events::{Event, Events},
    http::problem::Problem,
};

/// Jobs remembered, results included; the oldest finished one is forgotten first.
pub const MAX_KEPT: usize = 64;

/// Jobs that may wait for a runner.
pub const MAX_QUEUED: usize = 16;

/// Jobs that run at once.
pub const MAX_RUNNING: usize = 2;

/// What a job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// It waits for a runner.
    Queued,
    /// It is being computed.
    Running,
    /// Its result is ready.
    Done,
    /// It ended with an error.
    Failed,
    /// It was cancelled.
    Cancelled,
}

/// The jobs of a server; clones share them, the last one to go ends the runners.
#[derive(Clone)]
pub struct Jobs {
    table: Arc<Table>,
    queue: SyncSender<u64>,
}

/// The jobs by number, and what running one needs.
pub(crate) struct Table {
    engine: Arc<Engine>,
    events: Events,
    /// When the server started, so that a number of an earlier run names nothing.
    run: i64,
    jobs: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    last: u64,
    by_number: BTreeMap<u64, Job>,
}

/// One job.
pub(crate) struct Job {
    analysis: &'static dyn Analysis,
    parameters: Value,
    /// The day whose rows are read; none for all.
    day: Option<NaiveDate>,
    cancel: CancelToken,
    status: JobStatus,
    progress: f64,
    message: String,
    error: Option<Problem>,
    outcome: Option<Arc<Outcome>>,
    created_at: DateTime<Utc>,
}

impl JobStatus {
    /// Its word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl Jobs {
    /// Starts the runners.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(engine: Arc<Engine>, events: Events) -> io::Result<Self> {
        let table = Table {
            engine,
            events,
            run: Utc::now().timestamp(),
            jobs: Mutex::default(),
        };
        let table = Arc::new(table);
        let (queue, numbers) = sync_channel(MAX_QUEUED);
        runner::start(&table, numbers)?;
        Ok(Self { table, queue })
    }

    /// Queues an analysis of the rows of all times or of a day.
    ///
    /// # Errors
    /// When [`MAX_QUEUED`] jobs wait already.
    pub fn submit(
        &self,
        analysis: &'static dyn Analysis,
        parameters: Value,
        day: Option<NaiveDate>,
    ) -> Result<JobView, RequestError> {
        let (number, view) = self.table.add(analysis, parameters, day);
        match self.queue.try_send(number) {
            Ok(()) => {
                self.table.forget_oldest();
                Ok(view)
            }
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.table.lock().by_number.remove(&number);
                Err(RequestError::TooMany {
                    what: "queued jobs",
                    limit: MAX_QUEUED,
                })
            }
        }
    }

    /// How a job stands.
    ///
    /// # Errors
    /// When there is no such job, or no longer.
    pub fn view(&self, id: &str) -> Result<JobView, RequestError> {
        self.table.with(id, |_, job, id| job.view(id))
    }

    /// Asks a job to stop; one that is over stays as it is.
    ///
    /// # Errors
    /// When there is no such job, or no longer.
    pub fn cancel(&self, id: &str) -> Result<JobView, RequestError> {
        let view = self.table.with(id, |_, job, id| {
            job.cancel.cancel();
            if job.status == JobStatus::Queued {
                job.status = JobStatus::Cancelled;
            }
            job.view(id)
        })?;
        self.table
            .events
            .tell(Event::Job(Arc::new(view.without_result())));
        Ok(view)
    }

    /// What a finished job found.
    ///
    /// # Errors
    /// When there is no such job, or it has no result yet.
    pub fn outcome(&self, id: &str) -> Result<Arc<Outcome>, RequestError> {
        self.table.with(id, |_, job, id| {
            let not_ready = || RequestError::NotReady {
                id: id.to_owned(),
                status: job.status.as_str(),
            };
            job.outcome.clone().ok_or_else(not_ready)
        })?
    }
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn id(&self, number: u64) -> String {
        format!("{:x}-{number}", self.run)
    }

    /// Notes a new job.
    fn add(
        &self,
        analysis: &'static dyn Analysis,
        parameters: Value,
        day: Option<NaiveDate>,
    ) -> (u64, JobView) {
        let mut ledger = self.lock();
        ledger.last += 1;
        let number = ledger.last;
        let job = Job {
            analysis,
            parameters,
            day,
            cancel: CancelToken::new(),
            status: JobStatus::Queued,
            progress: 0.0,
            message: String::new(),
            error: None,
            outcome: None,
            created_at: Utc::now(),
        };
        let view = job.view(&self.id(number));
        ledger.by_number.insert(number, job);
        (number, view)
    }

    /// Forgets the oldest finished job when more than [`MAX_KEPT`] are remembered; a job that was refused costs no result.
    fn forget_oldest(&self) {
        let mut ledger = self.lock();
        if ledger.by_number.len() > MAX_KEPT {
            let mut numbered = ledger.by_number.iter();
            let oldest = numbered.find(|(_, job)| job.status.is_over());
            if let Some(number) = oldest.map(|(&number, _)| number) {
                ledger.by_number.remove(&number);
            }
        }
    }

    /// Reads or changes the job an id names, under a lock held for that alone.
    fn with<T>(
        &self,
        id: &str,
        read: impl FnOnce(u64, &mut Job, &str) -> T,
    ) -> Result<T, RequestError> {
        let number = id
            .rsplit_once('-')
            .and_then(|(_, number)| number.parse().ok());
        let number = number.filter(|&number| self.id(number) == id);
        let mut ledger = self.lock();
        match number.and_then(|number| ledger.by_number.get_mut(&number).map(|job| (number, job))) {
            Some((number, job)) => Ok(read(number, job, id)),
            None => Err(RequestError::Unknown {
                what: Noun::Job,
                name: id.to_owned(),
                nearest: None,
            }),
        }
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Jobs")
            .field("kept", &self.table.lock().by_number.len())
            .finish_non_exhaustive()
    }
}
