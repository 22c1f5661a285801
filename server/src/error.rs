//! What can go wrong with a request, and the one place that knows its status code and public words.
//!
//! The public message and the internal chain are different fields: a client never sees a path or a library's text that
//! was not written for it; the log sees the whole chain, once.

use std::{error::Error as StdError, time::Duration};

use axum::http::StatusCode;
use thiserror::Error;

use crate::{http::problem::Problem, offload::OffloadError, pull::PullError};

/// How long a client is asked to wait when a queue is full, in seconds.
pub const RETRY_AFTER_SECONDS: u32 = 1;

/// Why a request has no good answer.
#[derive(Debug, Error)]
pub enum RequestError {
    /// A name in the address that names nothing.
    #[error("no {what} is called {name:?}")]
    Unknown {
        /// What was looked for.
        what: Noun,
        /// What was given.
        name: String,
        /// The closest name there is.
        nearest: Option<String>,
    },
    /// An address nothing answers.
    #[error("nothing answers at {path}")]
    NoPage {
        /// The path asked for.
        path: String,
    },
    /// A method an address does not take.
    #[error("{path} does not take {method}")]
    Method {
        /// The method used.
        method: String,
        /// The path asked for.
        path: String,
    },
    /// A tile address outside what is served.
    #[error("tile {value:?} does not exist: {expected}")]
    TileAddress {
        /// What was given.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// A parameter that cannot be read.
    #[error("{name} cannot be {value:?}: {expected}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// A body that cannot be read.
    #[error("the request body cannot be read: {detail}")]
    Body {
        /// The status the reader chose: 400, 413, 415 or 422.
        status: StatusCode,
        /// Why.
        detail: String,
    },
    /// A query or an analysis that was refused for a reason the client can put right.
    #[error("{detail}")]
    Refused {
        /// What was refused.
        what: Refusal,
        /// Why, in words meant for the client.
        detail: String,
    },
    /// A result asked for before there is one.
    #[error("job {id} is {status}: its result is ready when it is \"done\"")]
    NotReady {
        /// The job.
        id: String,
        /// What it is doing.
        status: &'static str,
    },
    /// Too much is asked at once.
    #[error("too many {what} at once: at most {limit}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// Work that was not done in time.
    #[error("no answer within {} s", deadline.as_secs_f32())]
    Deadline {
        /// The time it had.
        deadline: Duration,
    },
    /// No graphics device: raster tiles cannot be drawn.
    #[error(
        "raster tiles cannot be drawn here: no Vulkan device; install libvulkan1 and mesa-vulkan-drivers, then restart"
    )]
    NoRenderer,
    /// A fault on our side.
    #[error("the server could not {doing}; the cause is in its log")]
    Internal {
        /// What it was doing.
        doing: &'static str,
        /// The chain for the log.
        source: Box<dyn StdError + Send + Sync>,
    },
}

/// What a name can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// A layer.
    Layer,
    /// A style.
    Style,
    /// An analysis.
    Analysis,
    /// A job.
    Job,
    /// A font.
    Font,
}

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The query cannot be understood or planned.
    Query,
    /// The query would change something.
    ReadOnly,
    /// The query passed its time, memory or row limit.
    Limit,
    /// The parameters of an analysis.
    Parameters,
    /// The answer has no geometry, or the layer is not of the kind asked for.
    Kind,
}

impl std::fmt::Display for Noun {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Layer => "layer",
            Self::Style => "style",
            Self::Analysis => "analysis",
            Self::Job => "job",
            Self::Font => "font",
        })
    }
}

impl From<OffloadError> for RequestError {
    fn from(error: OffloadError) -> Self {
        match error {
            OffloadError::Busy { waiting, .. } => Self::TooMany {
                what: "requests",
                limit: waiting,
            },
            OffloadError::Deadline { deadline } => Self::Deadline { deadline },
            OffloadError::Lost { .. } => Self::internal("finish the work", error),
        }
    }
}

impl From<PullError> for RequestError {
    fn from(error: PullError) -> Self {
        match error {
            PullError::Offload(error) => error.into(),
            PullError::Abandoned => Self::internal("send the whole answer", error),
        }
    }
}

impl RequestError {
    /// A fault on our side, with its chain for the log.
    pub fn internal(
        doing: &'static str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Internal {
            doing,
            source: source.into(),
        }
    }

    /// The document the client gets.
    pub fn problem(&self) -> Problem {
        let (status, kind, title) = self.class();
        let mut problem = Problem::new(status, kind, title, self.to_string());
        match self {
            Self::Unknown {
                nearest: Some(nearest),
                ..
            } => {
                problem.detail = format!("{self}; did you mean {nearest:?}?");
                problem.nearest = Some(nearest.clone());
            }
            Self::TooMany { .. } => problem.retry_after_seconds = Some(RETRY_AFTER_SECONDS),
            _ => {}
        }
        problem
    }

    /// Status, slug of the type and bilingual title.
    fn class(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unknown {
                what: Noun::Layer, ..
            } => (
                StatusCode::NOT_FOUND,
                "unknown-layer",
                "Không có lớp này · No such layer",
            ),
            Self::Unknown { .. } | Self::NoPage { .. } => (
                StatusCode::NOT_FOUND,
                "not-found",
                "Không tìm thấy · Not found",
            ),
            Self::Method { .. } => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Sai phương thức · Method not allowed",
            ),
            Self::TileAddress { .. } => (
                StatusCode::BAD_REQUEST,
                "tile-address",
                "Địa chỉ ô bản đồ sai · Bad tile address",
            ),
            Self::Parameter { .. } => (
                StatusCode::BAD_REQUEST,
                "parameter",
                "Tham số sai · Bad parameter",
            ),
            Self::Body { status, .. } => {
                (*status, "body", "Nội dung yêu cầu sai · Bad request body")
            }
            Self::Refused { what, .. } => what.class(),
            Self::NotReady { .. } => (
                StatusCode::CONFLICT,
                "not-ready",
                "Chưa có kết quả · Not ready",
            ),
            Self::TooMany { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Máy chủ đang bận · Server busy",
            ),
            Self::Deadline { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "deadline",
                "Quá thời gian · Took too long",
            ),
            Self::NoRenderer => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no-renderer",
                "Không có thiết bị Vulkan · No Vulkan device",
            ),
            Self::Internal { .. } => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Lỗi máy chủ · Server error",
            ),
        }
    }
}

impl Refusal {
    fn class(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Query => (
                StatusCode::BAD_REQUEST,
                "query",
                "Câu truy vấn sai · Bad query",
            ),
            Self::ReadOnly => (
                StatusCode::FORBIDDEN,
                "read-only",
                "Chỉ được đọc · Read only",
            ),
            Self::Limit => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "limit",
                "Vượt giới hạn · Limit passed",
            ),
            Self::Parameters => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "parameters",
                "Tham số phân tích sai · Bad analysis parameters",
            ),
            Self::Kind => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "kind",
                "Không đúng loại dữ liệu · Wrong kind of data",
            ),
        }
    }
}
