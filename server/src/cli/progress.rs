//! Progress of long steps on standard error: a bar on a terminal, plain lines elsewhere.

use std::{
    io::{self, IsTerminal as _},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use layers::progress::Progress;

use crate::cli::output::note;

/// What a bar looks like while the total is known.
const BAR: &str = "{spinner} {msg:44!} [{bar:28}] {percent:>3}% {elapsed} · còn · left {eta}";

/// What it looks like before.
const SPINNER: &str = "{spinner} {msg:44!} {elapsed}";

/// The least time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Parts a share of 0 to 1 is cut into.
const PARTS: u64 = 1000;

/// One long piece of work, told step by step.
#[derive(Debug)]
pub(crate) struct Steps {
    bar: ProgressBar,
    prefix: String,
    /// Where there is no terminal: what was told last.
    told: Option<Mutex<Told>>,
}

/// What lines without a terminal need to remember.
#[derive(Debug)]
struct Told {
    /// When the last line was told.
    at: Instant,
    /// The step that is being done and since when.
    step: String,
    since: Instant,
}

impl Steps {
    /// Progress of work called `prefix`.
    pub(crate) fn new(prefix: impl Into<String>) -> Self {
        let lines = !io::stderr().is_terminal();
        let target = if lines {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target).with_style(style(SPINNER));
        if !lines {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self {
            bar,
            prefix: prefix.into(),
            told: lines.then(|| {
                let now = Instant::now();
                Mutex::new(Told {
                    at: now,
                    step: String::new(),
                    since: now,
                })
            }),
        }
    }

    /// Tells a step and the share done of the whole, 0 to 1.
    pub(crate) fn share(&self, what: &str, share: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 0 ..= PARTS"
        )]
        let done = (share.clamp(0.0, 1.0) * PARTS as f64) as u64;
        self.step(what, done, Some(PARTS));
    }

    /// Clears the bar and leaves a line.
    pub(crate) fn finish(&self, line: &str) {
        self.bar.finish_and_clear();
        note(line);
    }
}

impl Progress for Steps {
    fn step(&self, what: &str, done: u64, total: Option<u64>) {
        let message = format!("{} · {what}", self.prefix);
        if let Some(told) = &self.told {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.step != what {
                what.clone_into(&mut told.step);
                told.since = Instant::now();
            }
            if told.at.elapsed() >= LINE_EVERY {
                let left = total.and_then(|total| left(done, total, told.since.elapsed()));
                note(&format!("{message}{}", left.unwrap_or_default()));
                told.at = Instant::now();
            }
            return;
        }
        match total {
            Some(total) => {
                self.bar.set_style(style(BAR));
                self.bar.set_length(total);
                self.bar.set_position(done.min(total));
            }
            None => self.bar.set_style(style(SPINNER)),
        }
        self.bar.set_message(message);
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How much of a step is done and how long the rest takes at the same pace.
fn left(done: u64, total: u64, elapsed: Duration) -> Option<String> {
    if done == 0 || total == 0 {
        return None;
    }
    let share = done as f64 / total as f64;
    let seconds = elapsed.as_secs_f64() * (1.0 - share).max(0.0) / share;
    Some(format!(
        " · {:.0} % · còn · left {seconds:.0} s",
        share * 100.0
    ))
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_invalid| ProgressStyle::default_bar());
    style.progress_chars("━╸ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_pace_so_far() {
        let left = |done, total| left(done, total, Duration::from_secs(10));
        assert_eq!(left(25, 100).as_deref(), Some(" · 25 % · còn · left 30 s"));
        assert_eq!(left(100, 100).as_deref(), Some(" · 100 % · còn · left 0 s"));
        assert_eq!((left(0, 100), left(0, 0)), (None, None));
    }
}
