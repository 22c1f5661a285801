//! The problem document (RFC 9457) every error becomes.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::error::RequestError;

/// Media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What a client is told when a request has no good answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A name for this kind of problem that does not change.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in Vietnamese and English.
    pub title: String,
    /// The HTTP status, repeated.
    #[serde(serialize_with = "as_number")]
    pub status: StatusCode,
    /// What was wrong this time, and what would be right.
    pub detail: String,
    /// The closest name there is, when a name was not found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A problem of a kind, told in its own words.
    pub fn new(status: StatusCode, kind: &str, title: &str, detail: String) -> Self {
        Self {
            kind: format!("urn:lucdau:problem:{kind}"),
            title: title.to_owned(),
            status,
            detail,
            nearest: None,
            retry_after_seconds: None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).expect("texts and numbers have a JSON text");
        let mut response =
            (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl RequestError {
    /// Writes a fault of ours to the log; what the client did wrong is the client's to know.
    pub(crate) fn log(&self) {
        if let Self::Internal { doing, source } = self {
            tracing::error!(cause = %chain(source.as_ref()), "could not {doing}");
        }
    }
}

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        self.log();
        self.problem().into_response()
    }
}

/// An error and its sources in one line, each once.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let words = source.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = source.source();
    }
    text
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde asks for"
)]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}
