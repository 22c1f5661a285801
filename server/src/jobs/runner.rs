//! The threads that run jobs, one at a time each.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, Weak, mpsc::Receiver},
    thread,
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use engine::{
    CancelToken,
    analysis::{Analysis, AnalysisContext, Outcome},
};
use serde_json::Value;

use crate::{
    error::RequestError,
    events::Event,
    http::problem::chain,
    jobs::{Job, JobStatus, MAX_RUNNING, Table},
    offload::panic_message,
    refusals,
};

/// The least time between two events of one job.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// A job that a runner took on.
struct Begun {
    analysis: &'static dyn Analysis,
    parameters: Value,
    day: Option<NaiveDate>,
    cancel: CancelToken,
}

/// Starts the runners; they end when the queue's sender is gone.
pub(super) fn start(table: &Arc<Table>, numbers: Receiver<u64>) -> io::Result<()> {
    let numbers = Arc::new(Mutex::new(numbers));
    for runner in 0..MAX_RUNNING {
        let numbers = Arc::clone(&numbers);
        let table = Arc::downgrade(table);
        thread::Builder::new()
            .name(format!("lucdau-job-{runner}"))
            .spawn(move || serve(&table, &numbers))?;
    }
    Ok(())
}

fn serve(table: &Weak<Table>, numbers: &Mutex<Receiver<u64>>) {
    loop {
        let next = numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        match (next, table.upgrade()) {
            (Ok(number), Some(table)) => table.run(number),
            _ => return,
        }
    }
}

impl Table {
    /// Computes a job and notes what came of it.
    fn run(&self, number: u64) {
        let Some(begun) = self.begin(number) else {
            return;
        };
        let result = catch_unwind(AssertUnwindSafe(|| self.compute(number, &begun)));
        let result = result.unwrap_or_else(|panic| {
            Err(RequestError::internal(
                "finish the analysis",
                panic_message(panic.as_ref()),
            ))
        });
        self.change(number, |job| match result {
            Ok(outcome) => {
                (job.status, job.progress, job.outcome) =
                    (JobStatus::Done, 1.0, Some(Arc::new(outcome)));
            }
            Err(_) if job.cancel.is_cancelled() => job.status = JobStatus::Cancelled,
            Err(error) => {
                if let RequestError::Internal { doing, source } = &error {
                    tracing::error!(cause = %chain(source.as_ref()), "could not {doing}");
                }
                (job.status, job.error) = (JobStatus::Failed, Some(error.problem()));
            }
        });
    }

    fn begin(&self, number: u64) -> Option<Begun> {
        self.change(number, |job| {
            let begins = job.status == JobStatus::Queued;
            if begins {
                job.status = JobStatus::Running;
            }
            begins.then(|| Begun {
                analysis: job.analysis,
                parameters: job.parameters.clone(),
                day: job.day,
                cancel: job.cancel.clone(),
            })
        })?
    }

    fn compute(&self, number: u64, begun: &Begun) -> Result<Outcome, RequestError> {
        let told = Mutex::new(None::<Instant>);
        let progress = |share: f64, message: &str| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            let due = told.is_none_or(|told| told.elapsed() >= TELL_EVERY);
            if due {
                *told = Some(Instant::now());
            }
            drop(told);
            if due {
                self.change(number, |job| {
                    job.progress = share.clamp(0.0, 1.0);
                    message.clone_into(&mut job.message);
                });
            }
        };
        let snapshot = match begun.day {
            None => self.engine.snapshot(),
            Some(day) => self
                .engine
                .snapshot_at(day)
                .map_err(|error| RequestError::internal("choose the rows of this day", error))?,
        };
        let context = AnalysisContext {
            snapshot,
            progress: &progress,
            cancel: begun.cancel.clone(),
        };
        begun
            .analysis
            .run(&context, &begun.parameters)
            .map_err(refusals::of_analysis)
    }

    /// Changes a job and tells who listens; none when it was forgotten.
    fn change<T>(&self, number: u64, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        let mut ledger = self.lock();
        let job = ledger.by_number.get_mut(&number)?;
        let changed = change(job);
        let view = job.view(&self.id(number)).without_result();
        drop(ledger);
        self.events.tell(Event::Job(Arc::new(view)));
        Some(changed)
    }
}
