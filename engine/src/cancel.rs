//! A way to say "stop" to work that runs elsewhere.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A switch shared by whoever may cancel work and the work itself; once cancelled it stays so.
///
/// ```
/// let token = engine::cancel::CancelToken::new();
/// let work = token.clone();
/// token.cancel();
/// assert!(work.is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A switch that is not yet thrown.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop; it does so at its next check.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
