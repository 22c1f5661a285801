//! GeoJSON (RFC 7946), feature by feature.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use geo::{Coord, MultiPolygon};
use serde_json::{Value, json};

use super::create;
use crate::error::GenerateError;

/// A feature collection being written.
#[derive(Debug)]
pub(crate) struct GeoJsonWriter {
    path: PathBuf,
    file: BufWriter<File>,
    is_first: bool,
}

impl GeoJsonWriter {
    pub(crate) fn new(path: &Path, name: &str) -> Result<Self, GenerateError> {
        let mut file = create::file(path)?;
        write!(
            file,
            "{{\"type\":\"FeatureCollection\",\"name\":\"{name}\",\"features\":["
        )
        .map_err(create::io_error(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            is_first: true,
        })
    }

    /// Adds a feature; coordinates are longitude and latitude.
    pub(crate) fn feature(
        &mut self,
        geometry: &Value,
        attributes: &Value,
    ) -> Result<(), GenerateError> {
        let separator = if std::mem::take(&mut self.is_first) {
            "\n"
        } else {
            ",\n"
        };
        let feature = json!({"type": "Feature", "properties": attributes, "geometry": geometry});
        write!(self.file, "{separator}{feature}").map_err(create::io_error(&self.path))
    }

    pub(crate) fn finish(mut self) -> Result<(), GenerateError> {
        self.file
            .write_all(b"\n]}\n")
            .and_then(|()| self.file.flush())
            .map_err(create::io_error(&self.path))
    }
}

fn positions(line: &[Coord]) -> Value {
    line.iter().map(|place| json!([place.x, place.y])).collect()
}

pub(crate) fn point(place: Coord) -> Value {
    json!({"type": "Point", "coordinates": [place.x, place.y]})
}

pub(crate) fn line(line: &[Coord]) -> Value {
    json!({"type": "LineString", "coordinates": positions(line)})
}

pub(crate) fn polygon(ring: &[Coord]) -> Value {
    json!({"type": "Polygon", "coordinates": [positions(ring)]})
}

/// A polygon where there is one, else a multipolygon.
pub(crate) fn multi_polygon(shape: &MultiPolygon) -> Value {
    let polygons: Vec<Value> = shape
        .iter()
        .map(|polygon| {
            let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            rings.map(|ring| positions(&ring.0)).collect()
        })
        .collect();
    match polygons.as_slice() {
        [only] => json!({"type": "Polygon", "coordinates": only}),
        _ => json!({"type": "MultiPolygon", "coordinates": polygons}),
    }
}
