//! What GDAL says while it works: caught and handed to the caller, never printed, and without the passwords it repeats.

use std::{cell::RefCell, sync::Once};

use gdal::errors::CplErrType;

use crate::source::address::without_secrets;

thread_local! {
    /// One list per nested [`listen`]; GDAL calls its handler on the thread that works.
    static HEARD: RefCell<Vec<Heard>> = const { RefCell::new(Vec::new()) };
}

static HANDLER: Once = Once::new();

/// Messages kept per call; a damaged file can say the same thing a million times.
const MAX_MESSAGES: usize = 100;

/// Warnings and errors, in order.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    messages: Vec<(bool, String)>,
}

impl Heard {
    /// The first error, or the first warning where there is no error.
    pub(crate) fn first(&self) -> Option<String> {
        self.failure()
            .or_else(|| self.messages.first().map(|(_, text)| text.clone()))
    }

    /// The first error.
    pub(crate) fn failure(&self) -> Option<String> {
        self.messages
            .iter()
            .find(|(failure, _)| *failure)
            .map(|(_, text)| text.clone())
    }

    /// All of it.
    pub(crate) fn texts(self) -> impl Iterator<Item = String> {
        self.messages.into_iter().map(|(_, text)| text)
    }
}

/// Runs something that calls GDAL; gives its result and the warnings and errors GDAL uttered on this thread.
pub(crate) fn listen<T>(work: impl FnOnce() -> T) -> (T, Heard) {
    HANDLER.call_once(|| gdal::config::set_error_handler(hear));
    HEARD.with_borrow_mut(|stack| stack.push(Heard::default()));
    let result = work();
    let heard = HEARD.with_borrow_mut(|stack| stack.pop().unwrap_or_default());
    (result, heard)
}

/// Runs something that calls GDAL whose messages matter to nobody.
pub(crate) fn quiet<T>(work: impl FnOnce() -> T) -> T {
    listen(work).0
}

fn hear(kind: CplErrType, _number: i32, message: &str) {
    if matches!(kind, CplErrType::None | CplErrType::Debug) {
        return;
    }
    let failure = !matches!(kind, CplErrType::Warning);
    let message = without_secrets(message.trim());
    HEARD.with_borrow_mut(|stack| match stack.last_mut() {
        Some(heard) if heard.messages.len() < MAX_MESSAGES => {
            heard.messages.push((failure, message.into_owned()));
        }
        Some(_) => {}
        None => tracing::debug!(%message, "gdal"),
    });
}
