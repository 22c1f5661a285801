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
const BAR: &str = "{spinner} {msg:44!} [{bar:28}] {percent:>3}% {elapsed}";

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
    /// Where there is no terminal: when a line was told last.
    told: Option<Mutex<Instant>>,
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
            told: lines.then(|| Mutex::new(Instant::now())),
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
            if told.elapsed() >= LINE_EVERY {
                note(&message);
                *told = Instant::now();
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

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_invalid| ProgressStyle::default_bar());
    style.progress_chars("━╸ ")
}
