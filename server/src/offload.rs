//! The one bridge from async to CPU work: named threads, a bounded queue, a deadline, cancellation.
//!
//! A request that waits here costs a task, not a thread. When the client goes away its future is dropped, and with it the
//! work: still queued it is skipped, already running it sees its [`CancelToken`] set.

use std::{
    any::Any,
    collections::VecDeque,
    fmt, io,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use engine::cancel::CancelToken;
use thiserror::Error;
use tokio::sync::oneshot;

/// A pool of named threads for CPU work; clones share it, the last one to go ends the threads.
#[derive(Clone, Debug)]
pub struct Offload {
    pool: Arc<Pool>,
}

/// Why work gave no answer.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum OffloadError {
    /// The queue is full.
    #[error("{waiting} pieces of work already wait for the {pool} threads")]
    Busy {
        /// Name of the pool.
        pool: &'static str,
        /// How many wait.
        waiting: usize,
    },
    /// The work was not done in time.
    #[error("no answer within {} s", deadline.as_secs_f32())]
    Deadline {
        /// The time it had, waiting included.
        deadline: Duration,
    },
    /// The work panicked, or the pool is closing.
    #[error("the work ended early: {message}")]
    Lost {
        /// The panic's message.
        message: String,
    },
}

struct Pool {
    queue: Arc<Queue>,
}

struct Queue {
    name: &'static str,
    capacity: usize,
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Box<dyn FnOnce() + Send>>,
    closed: bool,
}

/// Number of cores, at least 1.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl Offload {
    /// Starts `threads` threads called `lucdau-NAME-N` that share a queue of `capacity` pieces of work.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(name: &'static str, threads: usize, capacity: usize) -> io::Result<Self> {
        let queue = Arc::new(Queue {
            name,
            capacity,
            state: Mutex::default(),
            ready: Condvar::new(),
        });
        let pool = Pool {
            queue: Arc::clone(&queue),
        };
        for number in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name(format!("lucdau-{name}-{number}"))
                .spawn(move || queue.serve())?;
        }
        Ok(Self {
            pool: Arc::new(pool),
        })
    }

    /// Runs work on the pool and waits for its answer without holding a thread.
    ///
    /// # Errors
    /// When the queue is full, the deadline passes (waiting counts) or the work panics.
    pub async fn run<T, F>(&self, deadline: Duration, work: F) -> Result<T, OffloadError>
    where
        F: FnOnce(&CancelToken) -> T + Send + 'static,
        T: Send + 'static,
    {
        let cancel = CancelToken::new();
        let _cancelled_when_dropped = CancelOnDrop(cancel.clone());
        let (sender, answer) = oneshot::channel();
        self.pool.queue.push(Box::new(move || {
            if !cancel.is_cancelled() {
                drop(sender.send(catch_unwind(AssertUnwindSafe(|| work(&cancel)))));
            }
        }))?;
        match tokio::time::timeout(deadline, answer).await {
            Err(_) => Err(OffloadError::Deadline { deadline }),
            Ok(Err(_)) => Err(OffloadError::Lost {
                message: "the pool is closing".to_owned(),
            }),
            Ok(Ok(Err(panic))) => Err(OffloadError::Lost {
                message: panic_message(panic.as_ref()),
            }),
            Ok(Ok(Ok(value))) => Ok(value),
        }
    }
}

/// The text a panic carried.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "panic without a message".to_owned())
}

/// Asks work to stop when whoever wants it is gone.
#[derive(Debug, Default)]
pub(crate) struct CancelOnDrop(pub(crate) CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), OffloadError> {
        let mut state = self.lock();
        let waiting = state.waiting.len();
        if waiting >= self.capacity {
            return Err(OffloadError::Busy {
                pool: self.name,
                waiting,
            });
        }
        state.waiting.push_back(work);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    fn serve(&self) {
        while let Some(work) = self.next() {
            work();
        }
    }

    fn next(&self) -> Option<Box<dyn FnOnce() + Send>> {
        let mut state = self
            .ready
            .wait_while(self.lock(), |state| {
                state.waiting.is_empty() && !state.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting.pop_front()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.queue.ready.notify_all();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pool")
            .field("name", &self.queue.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn an_answer_comes_back_and_a_panic_is_an_error() {
        let pool = Offload::start("test", 1, 4).unwrap();
        assert_eq!(pool.run(LONG, |_| 6 * 7).await, Ok(42));
        let lost = pool.run(LONG, |_| -> u8 { panic!("no bread") }).await;
        assert_eq!(
            lost,
            Err(OffloadError::Lost {
                message: "no bread".to_owned()
            })
        );
        assert_eq!(pool.run(LONG, |_| "still here").await, Ok("still here"));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_a_late_answer_is_cancelled() {
        let pool = Offload::start("test", 1, 1).unwrap();
        let (release, held) = sync_channel::<()>(1);
        let (tell, told) = sync_channel::<bool>(1);
        let late = pool.run(Duration::from_millis(20), move |cancel| {
            held.recv().unwrap();
            tell.send(cancel.is_cancelled()).unwrap();
        });
        assert!(
            matches!(late.await, Err(OffloadError::Deadline { .. })),
            "the worker is still held"
        );
        let mut queued = Box::pin(pool.run(LONG, |_| ()));
        assert!(futures::poll!(&mut queued).is_pending());
        assert!(matches!(
            pool.run(LONG, |_| ()).await,
            Err(OffloadError::Busy { waiting: 1, .. })
        ));
        release.send(()).unwrap();
        assert!(
            told.recv().unwrap(),
            "work past its deadline sees that nobody waits"
        );
        assert_eq!(queued.await, Ok(()));
    }
}
