//! The entrances of bytes as fuzz targets call them, with what must hold of the outcome; compiled by `cargo fuzz` only.

use geo::CoordsIter as _;
use unicode_normalization::is_nfc;

use crate::{Crs, Encoding, LayerId, LayerMeta, encoding, repair, source::geoparquet};

/// Text, line by line, read in every encoding: always characters, always composed.
pub fn text(bytes: &[u8]) {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let found = encoding::detect(lines.iter().copied());
    assert_eq!(
        found.is_none(),
        bytes.is_ascii(),
        "ASCII is the same in all"
    );
    for encoding in Encoding::ALL {
        let decoded: Vec<_> = lines.iter().map(|line| encoding.decode(line)).collect();
        assert!(decoded.iter().all(|line| is_nfc(line)), "{encoding}");
        encoding::looks_like_mojibake(decoded.iter().map(|line| &**line));
    }
}

/// A geometry: what is published of it can be read again and is not mended twice.
pub fn shape(bytes: &[u8]) {
    let Ok(parsed) = repair::parse(bytes) else {
        return;
    };
    let on_earth = |at: geo::Coord| at.x.abs() <= 360.0 && at.y.abs() <= 90.0;
    if !parsed.geometry.coords_iter().all(on_earth) {
        return;
    }
    let Ok(sound) = repair::mend(parsed.geometry) else {
        return;
    };
    let again = repair::geometry_of(&repair::wkb_of(&sound.geometry));
    assert_eq!(
        again.as_ref(),
        Ok(&sound.geometry),
        "published WKB reads back"
    );
}

/// Descriptions: `GeoParquet` metadata, a layer in the catalog, a name, a system, an encoding. Refused or read, no more.
pub fn descriptions(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    geoparquet::understand(text);
    if let Ok(meta) = serde_json::from_str::<LayerMeta>(text) {
        let written = serde_json::to_string(&meta).expect("a description can be written");
        serde_json::from_str::<LayerMeta>(&written).expect("what is written can be read");
    }
    if let Ok(id) = text.parse::<LayerId>() {
        assert_eq!(id.to_string(), text);
    }
    text.parse::<Encoding>().ok();
    if text.len() < 64 {
        text.parse::<Crs>().ok();
    }
}
