//! Entity tags: a name for exactly these bytes, made from what they are computed from rather than from the bytes.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use layers::{Layer, LayerMeta};

/// Clients keep the answer but ask before each use whether it still holds.
pub const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// A fingerprint of everything an answer depends on.
#[derive(Clone, Debug)]
pub struct Fingerprint(DefaultHasher);

/// An entity tag as it stands in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag(HeaderValue);

impl Fingerprint {
    /// A fingerprint of an answer computed by this version of the program.
    pub fn new(what: &str) -> Self {
        Self(DefaultHasher::new())
            .with(env!("CARGO_PKG_VERSION"))
            .with(what)
    }

    /// Adds something the answer depends on.
    #[must_use]
    pub fn with(mut self, part: impl Hash) -> Self {
        part.hash(&mut self.0);
        self
    }

    /// Adds a layer's version, and the day its rows were chosen for. The moment of publication is in it too: a twin made anew
    /// counts from version 1 again.
    #[must_use]
    pub fn with_layer(self, meta: &LayerMeta) -> Self {
        self.with(&meta.id)
            .with(meta.version)
            .with(meta.published_at.timestamp_micros())
            .with(meta.notes.get(Layer::VALID_AT))
    }

    /// The fingerprint as a number.
    pub fn finish(&self) -> u64 {
        self.0.finish()
    }

    /// A tag that promises the same bytes.
    pub fn strong(&self) -> EntityTag {
        EntityTag::from_text(&format!("\"{:016x}\"", self.finish()))
    }

    /// A tag that promises the same meaning; for answers that may travel compressed.
    pub fn weak(&self) -> EntityTag {
        EntityTag::from_text(&format!("W/\"{:016x}\"", self.finish()))
    }
}

impl EntityTag {
    fn from_text(text: &str) -> Self {
        Self(
            HeaderValue::from_str(text)
                .expect("hexadecimal digits and quotes are a valid header value"),
        )
    }

    /// Whether `If-None-Match` names this tag: the client has these bytes already.
    pub fn is_known_to(&self, headers: &HeaderMap) -> bool {
        let own = self
            .0
            .as_bytes()
            .strip_prefix(b"W/")
            .unwrap_or(self.0.as_bytes());
        headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| {
                value.split(',').map(str::trim).any(|tag| {
                    tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == own
                })
            })
    }

    /// The answer to a client that has these bytes already.
    pub fn not_modified(self) -> Response {
        self.on(StatusCode::NOT_MODIFIED.into_response())
    }

    /// An answer with a media type and this tag, to be asked about before each use.
    pub fn answer(self, media_type: &'static str, bytes: impl Into<Body>) -> Response {
        self.on(([(header::CONTENT_TYPE, media_type)], bytes.into()).into_response())
    }

    fn on(self, mut response: Response) -> Response {
        response.headers_mut().insert(header::ETAG, self.0);
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, REVALIDATE);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_names_the_tag_has_the_bytes() {
        let tag = Fingerprint::new("test").with(1_u32).strong();
        let weak = Fingerprint::new("test").with(1_u32).weak();
        let named = |value: &str| {
            HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap())])
        };
        let text = tag.0.to_str().unwrap().to_owned();
        assert!(
            tag.is_known_to(&named(&text))
                && tag.is_known_to(&named(&format!("\"other\", W/{text}")))
        );
        assert!(weak.is_known_to(&named(&text)) && tag.is_known_to(&named("*")));
        assert!(!tag.is_known_to(&named("\"0\"")) && !tag.is_known_to(&HeaderMap::new()));
        assert_ne!(tag, Fingerprint::new("test").with(2_u32).strong());
    }
}
