//! `/` and `/embed`: the viewer, embedded in the binary.

mod assets;

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse as _, Response},
    routing::get,
};

use self::assets::Assets;
use crate::{
    error::RequestError,
    http::{
        etag::Fingerprint,
        routes::{Operation, Routes},
    },
};

/// Files in `assets/` carry a hash of their content in their name.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What a page of ours may do. MapLibre runs its workers from blobs.
const VIEWER_POLICY: &str = "default-src 'self'; script-src 'self'; worker-src 'self' blob:; child-src blob:; \
     img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; \
     base-uri 'none'; frame-ancestors 'self'";

/// The same for the page that others may put in a frame.
const EMBED_POLICY: &str = "default-src 'self'; script-src 'self'; worker-src 'self' blob:; child-src blob:; \
     img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; \
     base-uri 'none'; frame-ancestors *";

const NOT_BUILT: &str = "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>Lục Đầu</title>\
    <body style=\"font:16px/1.6 sans-serif;max-width:40em;margin:4em auto;padding:0 1em\"><h1>Lục Đầu</h1>\
    <p>Trình xem chưa được dựng. Chạy <code>make viewer</code> rồi dựng lại chương trình.</p>\
    <p>The viewer is not built. Run <code>make viewer</code>, then build the program again.</p>\
    <p>API: <a href=\"/api\">/api</a> · <a href=\"/layers\">/layers</a></p>";

/// The routes of the viewer's pages.
pub fn routes() -> Routes {
    let html = ["text/html"];
    let viewer = Operation::get("/", "Trình xem bản đồ · The map viewer").answers(200, &html);
    let embed = Operation::get(
        "/embed",
        "Bản đồ trần cho iframe · A bare map for an iframe",
    )
    .answers(200, &html);
    Routes::default()
        .on(
            [viewer],
            get(async |headers: HeaderMap| page("index.html", VIEWER_POLICY, &headers)),
        )
        .on(
            [embed],
            get(async |headers: HeaderMap| page("embed.html", EMBED_POLICY, &headers)),
        )
}

/// Whatever no route answers: a file of the viewer, or a problem document.
pub async fn fallback(uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    match Assets::get(name).filter(|_| !is_page(name)) {
        Some(_) => file(name, &headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response()),
        None => RequestError::NoPage {
            path: uri.path().to_owned(),
        }
        .into_response(),
    }
}

fn page(name: &str, policy: &'static str, headers: &HeaderMap) -> Response {
    let mut response = file(name, headers).unwrap_or_else(|| Html(NOT_BUILT).into_response());
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    response
}

fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    let file = Assets::get(name)?;
    let tag = Fingerprint::new("viewer")
        .with(file.metadata.sha256_hash())
        .weak();
    if tag.is_known_to(headers) {
        return Some(tag.not_modified());
    }
    let media_type = mime_guess::from_path(name).first_or_octet_stream();
    let mut response = tag.answer("application/octet-stream", file.data.into_owned());
    let headers = response.headers_mut();
    let text = if media_type.type_() == "text" {
        "; charset=utf-8"
    } else {
        ""
    };
    if let Ok(media_type) = HeaderValue::try_from(format!("{media_type}{text}")) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    // A worker that is loaded as a file obeys the policy of that file.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(VIEWER_POLICY),
    );
    if name.starts_with("assets/") {
        headers.insert(header::CACHE_CONTROL, FOREVER);
    }
    Some(response)
}

/// Pages have their own addresses, with their own security policy.
fn is_page(name: &str) -> bool {
    name.is_empty()
        || name
            .rsplit('.')
            .next()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("html"))
}
