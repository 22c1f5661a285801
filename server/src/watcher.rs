//! Sees what other processes publish: a thread that asks the twin's counter and has the engine load what is new.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use engine::Engine;

use crate::{
    events::{Event, Events, LayerEvent},
    http::problem::chain,
};

/// Time between two looks. A new version shows within a second of its publication, loading included.
pub const INTERVAL: Duration = Duration::from_millis(250);

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Watcher {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts to watch the engine's twin and tells what changes.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(engine: Arc<Engine>, events: Events) -> io::Result<Self> {
        let (stop, stopped) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("lucdau-watcher".to_owned())
            .spawn(move || {
                let mut failing = false;
                while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    failing = look(&engine, &events, failing);
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// Loads and tells what is new. Returns whether the catalog could not be read, which is logged once, not four times a second.
fn look(engine: &Engine, events: &Events, was_failing: bool) -> bool {
    match engine.refresh() {
        Ok(changes) => {
            for change in changes {
                let event = LayerEvent::from(change);
                tracing::info!(layer = event.layer, version = ?event.version, failure = ?event.failure, "layer changed");
                events.tell(Event::Layer(event));
            }
            false
        }
        Err(error) => {
            if !was_failing {
                tracing::error!(cause = %chain(&error), "the twin cannot be read; the last state is served");
            }
            true
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
