//! How a command ends when it does not succeed: an exit code, one message in two languages, the causes once.

use std::{
    error::Error as StdError,
    io::{self, Write as _},
    process::ExitCode,
};

use engine::EngineError;
use layers::{AdminError, ImportError, RuleError, RuleFileError, StoreError, report::Language};

use crate::{error::RequestError, http::problem::chain, serve::ServeError};

/// Words by which libraries say that a disk is full when their error is not the system's own; the last are SQLite's when
/// it has no room even to open its catalog.
const DISK_FULL_WORDS: [&str; 5] = [
    "No space left on device",
    "no storage space",
    "disk is full",
    "disk full",
    "trying to resize an existing shared-memory segment",
];

/// What is said then, whatever was being done.
const DISK_FULL: &str = "lỗi: ổ đĩa đã đầy; giải phóng dung lượng rồi chạy lại lệnh này\n\
                         error: the disk is full; free some space, then run the same command again\n";

/// The exit codes besides 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something broke.
    Internal = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// The command was refused, with reasons, and nothing changed.
    Refused = 3,
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    vi: String,
    en: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// A failure with its message.
    pub(crate) fn new(exit: Exit, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            exit,
            vi: vi.into(),
            en: en.into(),
            source: None,
        }
    }

    /// Something broke while doing what the message says.
    pub(crate) fn internal(
        vi: impl Into<String>,
        en: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(Exit::Internal, vi, en)
        }
    }

    /// Whether the reader of our output went away, as `| head` does: no failure of ours.
    fn is_closed_pipe(&self) -> bool {
        let source = self
            .source
            .as_deref()
            .and_then(|source| source.downcast_ref::<io::Error>());
        source.is_some_and(|source| source.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Tells the person at the terminal, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if self.is_closed_pipe() {
            return ExitCode::SUCCESS;
        }
        let mut text = format!("lỗi: {}\nerror: {}\n", self.vi, self.en);
        if let Some(source) = self.source.as_deref() {
            if is_disk_full(source) {
                DISK_FULL.clone_into(&mut text);
            }
            let causes = chain(source);
            let news = causes
                .strip_prefix(&self.en)
                .map_or(causes.as_str(), |more| more.trim_start_matches(": "));
            if !news.is_empty() {
                text.extend(["  nguyên nhân · cause: ", news, "\n"]);
            }
        }
        drop(io::stderr().write_all(text.as_bytes()));
        ExitCode::from(self.exit as u8)
    }
}

/// Whether a full disk is among the causes.
pub(crate) fn is_disk_full(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let text = cause.to_string();
        if kind == Some(io::ErrorKind::StorageFull)
            || DISK_FULL_WORDS.iter().any(|words| text.contains(words))
        {
            return true;
        }
        next = cause.source();
    }
    false
}

/// An import that published nothing, or a failure of the twin's store.
pub(crate) fn of_import(error: ImportError) -> Failure {
    let exit = match &error {
        ImportError::Store(StoreError::NotATwin { .. }) => Exit::Usage,
        error if error.is_refusal() => Exit::Refused,
        _ => Exit::Internal,
    };
    let (vi, en) = (
        error.explain(Language::Vietnamese),
        error.explain(Language::English),
    );
    // What explains itself in both languages needs its causes only when the system is behind them.
    let source = if error.source().is_some() {
        Some(error.into())
    } else {
        None
    };
    Failure {
        exit,
        vi,
        en,
        source,
    }
}

/// A failure of the twin's store.
pub(crate) fn of_store(error: StoreError) -> Failure {
    match error {
        StoreError::NoTwin { .. }
        | StoreError::UnknownLayer { .. }
        | StoreError::UnknownVersion { .. }
        | StoreError::UnknownAttribute { .. }
        | StoreError::TooManyClasses { .. }
        | StoreError::WrongKind { .. }
        | StoreError::BadAddress { .. }
        | StoreError::NoRemote { .. }
        | StoreError::Removed { .. }
        | StoreError::NotYet { .. } => Failure {
            exit: Exit::Usage,
            ..of_import(error.into())
        },
        StoreError::Conflict { .. } | StoreError::Diverged { .. } => Failure {
            exit: Exit::Refused,
            ..of_import(error.into())
        },
        error => of_import(error.into()),
    }
}

/// A rule file that cannot be used.
pub(crate) fn of_rule_file(error: RuleFileError) -> Failure {
    Failure {
        exit: Exit::Usage,
        vi: error.explain(Language::Vietnamese),
        en: error.explain(Language::English),
        source: error.source().is_some().then(|| error.into()),
    }
}

/// A question the rules do not answer.
pub(crate) fn of_rule(error: &RuleError) -> Failure {
    Failure::new(
        Exit::Usage,
        error.explain(Language::Vietnamese),
        error.explain(Language::English),
    )
}

/// Administrative units that contradict themselves, or a table that cannot be restated on them.
pub(crate) fn of_admin(error: AdminError) -> Failure {
    let (vi, en) = (
        error.explain(Language::Vietnamese),
        error.explain(Language::English),
    );
    let source = error.source().is_some().then(|| error.into());
    Failure {
        exit: Exit::Refused,
        vi,
        en,
        source,
    }
}

/// A failure to load or read layers.
pub(crate) fn of_engine(error: EngineError) -> Failure {
    match error {
        EngineError::UnknownLayer { .. } => {
            Failure::new(Exit::Usage, "không có lớp này", error.to_string())
        }
        error => Failure::internal(
            "không nạp được các lớp",
            "the layers cannot be loaded",
            error,
        ),
    }
}

/// What would be a problem document over HTTP.
pub(crate) fn of_request(error: RequestError) -> Failure {
    let problem = error.problem();
    let vi = problem
        .title
        .split(" · ")
        .next()
        .unwrap_or_default()
        .to_lowercase();
    match error {
        RequestError::Internal { doing, source } => {
            Failure::internal(vi, format!("could not {doing}"), source)
        }
        RequestError::NoRenderer => Failure::new(
            Exit::Internal,
            "không có thiết bị Vulkan: cài libvulkan1 và mesa-vulkan-drivers",
            problem.detail,
        ),
        RequestError::Refused { .. }
        | RequestError::Unknown { .. }
        | RequestError::TileAddress { .. } => Failure::new(Exit::Usage, vi, problem.detail),
        _ => Failure::new(Exit::Refused, vi, problem.detail),
    }
}

/// A server that could not start.
pub(crate) fn of_serve(error: ServeError) -> Failure {
    match &error {
        ServeError::Exposed { address } => Failure::new(
            Exit::Refused,
            format!("{address} mở ra ngoài máy này mà chưa có xác thực: dùng 127.0.0.1"),
            error.to_string(),
        ),
        ServeError::Taken { address } => Failure::new(
            Exit::Internal,
            format!(
                "cổng {} đang có chương trình khác dùng: chọn cổng khác bằng --bind 127.0.0.1:CỔNG",
                address.port()
            ),
            error.to_string(),
        ),
        _ => Failure::internal("máy chủ không chạy được", "the server cannot run", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_recognised_wherever_it_was_met() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(is_disk_full(&io::Error::other(full)));
        assert!(is_disk_full(&io::Error::other("database or disk is full")));
        assert!(!is_disk_full(&io::Error::from(io::ErrorKind::NotFound)));
    }
}
