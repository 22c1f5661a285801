//! Where the client thinks this server is, for absolute URLs in styles and `TileJSON`.
//!
//! The Host header is the client's word. Only a plain `name:port` is believed; anything else gives relative URLs, so that
//! no document sends a map to an address smuggled into the header.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

/// The longest host name believed, with its port.
const MAX_HOST_LEN: usize = 262;

/// Scheme and host to put before a path; empty when the Host header cannot be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads the headers of a request.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut hosts = headers.get_all(header::HOST).iter();
        match (
            hosts.next().and_then(|host| host.to_str().ok()),
            hosts.next(),
        ) {
            (Some(host), None) => Self::from_host(host),
            _ => Self::default(),
        }
    }

    fn from_host(host: &str) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if !host.is_empty() && host.len() <= MAX_HOST_LEN && host.bytes().all(plain) {
            Self(format!("http://{host}"))
        } else {
            Self::default()
        }
    }

    /// The address of a path that starts with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let from_headers = Self::from_headers(&parts.headers);
        let from_authority = || {
            parts
                .uri
                .authority()
                .map(|authority| Self::from_host(authority.as_str()))
        };
        let believed = if from_headers == Self::default() {
            from_authority()
        } else {
            None
        };
        Ok(believed.unwrap_or(from_headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, expected: &str) {
        assert_eq!(Origin::from_host(host).url("/x"), expected, "{host:?}");
    }

    #[test]
    fn a_plain_host_is_believed_and_anything_else_gives_a_relative_url() {
        check("localhost:8080", "http://localhost:8080/x");
        check("[::1]:8080", "http://[::1]:8080/x");
        check("ban-do.haiduong.gov.vn", "http://ban-do.haiduong.gov.vn/x");
        check("evil.example/path?", "/x");
        check("a@b", "/x");
        check("\"><script>", "/x");
        check("", "/x");
    }
}
