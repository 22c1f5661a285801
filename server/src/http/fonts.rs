//! `/fonts`: glyphs of the built-in font for MapLibre clients.

use axum::{http::HeaderMap, response::Response, routing::get};
use render::glyphs;

use crate::{
    error::{Noun, RequestError},
    http::{
        etag::Fingerprint,
        extract::Address,
        routes::{Operation, Routes},
    },
};

const PBF: &str = "application/x-protobuf";

/// Code points in one range.
const RANGE: u32 = 256;

/// The routes of glyphs.
pub fn routes() -> Routes {
    let operation = Operation::get(
        "/fonts/{fontstack}/{range}.pbf",
        "Hình chữ · Glyphs of 256 code points",
    )
    .answers(200, &[PBF]);
    Routes::default().on([operation], get(glyph_range))
}

async fn glyph_range(
    Address((fontstack, name)): Address<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, RequestError> {
    let start = range_start(&name)?;
    let tag = Fingerprint::new("glyphs")
        .with(&fontstack)
        .with(start)
        .weak();
    if tag.is_known_to(&headers) {
        return Ok(tag.not_modified());
    }
    let glyphs = glyphs::range(&fontstack, start);
    let glyphs = glyphs.ok_or(RequestError::Unknown {
        what: Noun::Font,
        name: fontstack,
        nearest: None,
    })?;
    Ok(tag.answer(PBF, glyphs))
}

/// The first code point of `256-511.pbf`.
fn range_start(name: &str) -> Result<u32, RequestError> {
    let (start, end) = name
        .strip_suffix(".pbf")
        .and_then(|range| range.split_once('-'))
        .unwrap_or_default();
    match (start.parse::<u32>(), end.parse::<u32>()) {
        (Ok(start), Ok(end))
            if start.is_multiple_of(RANGE) && start.checked_add(RANGE - 1) == Some(end) =>
        {
            Ok(start)
        }
        _ => Err(RequestError::Parameter {
            name: "the range of code points",
            value: name.to_owned(),
            expected: "256 code points that start at a multiple of 256, for example 0-255.pbf"
                .to_owned(),
        }),
    }
}
