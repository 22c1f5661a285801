//! GeoParquet 1.1 with WKB geometries in OGC:CRS84.
//!
//! # References
//! <https://geoparquet.org/releases/v1.1.0/>

use std::{path::Path, sync::Arc};

use arrow::{
    array::{ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, StringArray},
    record_batch::RecordBatch,
};
use geo::{Coord, MultiPolygon};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::{metadata::KeyValue, properties::WriterProperties},
};
use serde_json::json;

use super::create;
use crate::error::GenerateError;

const FORMAT: &str = "GeoParquet";

/// A column of attributes.
#[derive(Debug)]
pub(crate) enum Column {
    Text(Vec<String>),
    Int(Vec<i32>),
    Float(Vec<f64>),
    Bool(Vec<bool>),
}

/// Geometries of one kind, as WKB, with what the metadata must say about them.
#[derive(Debug)]
pub(crate) struct Geometries {
    kinds: Vec<&'static str>,
    wkb: Vec<Vec<u8>>,
    bbox_deg: [f64; 4],
}

impl Geometries {
    pub(crate) fn lines<'a>(lines: impl Iterator<Item = &'a [Coord]>) -> Self {
        let mut all = Self::empty("LineString");
        for line in lines {
            let mut wkb = header(2);
            all.positions(line, &mut wkb);
            all.wkb.push(wkb);
        }
        all
    }

    pub(crate) fn multi_polygons<'a>(shapes: impl Iterator<Item = &'a MultiPolygon>) -> Self {
        let mut all = Self::empty("MultiPolygon");
        for shape in shapes {
            let mut wkb = header(6);
            wkb.extend((shape.0.len() as u32).to_le_bytes());
            for polygon in shape {
                wkb.extend(header(3));
                wkb.extend((1 + polygon.interiors().len() as u32).to_le_bytes());
                for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                    all.positions(&ring.0, &mut wkb);
                }
            }
            all.wkb.push(wkb);
        }
        all
    }

    fn empty(kind: &'static str) -> Self {
        let bbox_deg = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        Self {
            kinds: vec![kind],
            wkb: Vec::new(),
            bbox_deg,
        }
    }

    fn positions(&mut self, line: &[Coord], wkb: &mut Vec<u8>) {
        wkb.extend((line.len() as u32).to_le_bytes());
        for place in line {
            wkb.extend(place.x.to_le_bytes());
            wkb.extend(place.y.to_le_bytes());
            let [min_x, min_y, max_x, max_y] = self.bbox_deg;
            self.bbox_deg = [
                min_x.min(place.x),
                min_y.min(place.y),
                max_x.max(place.x),
                max_y.max(place.y),
            ];
        }
    }
}

/// Byte order mark (little endian) and geometry type.
fn header(kind: u32) -> Vec<u8> {
    let mut wkb = vec![1];
    wkb.extend(kind.to_le_bytes());
    wkb
}

/// Writes one file; all columns are as long as the geometries.
pub(crate) fn write(
    path: &Path,
    geometries: &Geometries,
    columns: Vec<(&'static str, Column)>,
) -> Result<(), GenerateError> {
    let mut arrays: Vec<(&str, ArrayRef)> = columns
        .into_iter()
        .map(|(name, column)| {
            let array: ArrayRef = match column {
                Column::Text(values) => Arc::new(StringArray::from(values)),
                Column::Int(values) => Arc::new(Int32Array::from(values)),
                Column::Float(values) => Arc::new(Float64Array::from(values)),
                Column::Bool(values) => Arc::new(BooleanArray::from(values)),
            };
            (name, array)
        })
        .collect();
    let wkb: BinaryArray = geometries
        .wkb
        .iter()
        .map(|wkb| Some(wkb.as_slice()))
        .collect();
    arrays.push(("geometry", Arc::new(wkb)));
    let batch = RecordBatch::try_from_iter(arrays).map_err(create::encode_error(path, FORMAT))?;
    let geo = json!({
        "version": "1.1.0", "primary_column": "geometry",
        "columns": {"geometry": {
            "encoding": "WKB", "geometry_types": geometries.kinds, "bbox": geometries.bbox_deg,
        }},
    });
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(vec![KeyValue::new("geo".to_owned(), geo.to_string())]))
        .build();
    let file = create::file(path)?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))
        .map_err(create::encode_error(path, FORMAT))?;
    writer
        .write(&batch)
        .map_err(create::encode_error(path, FORMAT))?;
    writer.close().map_err(create::encode_error(path, FORMAT))?;
    Ok(())
}
