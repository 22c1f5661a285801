//! How long work tells what it is doing, and how it is told to stop.

/// Hears of progress; the command line draws bars from it, a server sends events.
pub trait Progress: Sync {
    /// So much of a step is done; `total` where it is known.
    fn step(&self, what: &str, done: u64, total: Option<u64>);

    /// Whether the work should stop; asked between batches.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Hears and says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _what: &str, _done: u64, _total: Option<u64>) {}
}
