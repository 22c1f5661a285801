//! Rows set aside: what they were, and why they are not among the published.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, AsArray as _, BinaryArray, BooleanArray, RecordBatch, StringArray, UInt64Array,
        new_null_array,
    },
    compute::filter_record_batch,
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use geo::{Coord, CoordsIter as _, Geometry, LineString, MultiLineString, Polygon};

use super::shapes::{Shape, cell_of, is_on_earth};
use crate::{
    Attribute, ImportError, Layer, ReadError,
    crs::{Patchwork, STORED_CRS},
    layer::geometry_field,
    repair::{self, Fault},
    source::SourceBatch,
};

/// Columns of rows set aside: why, where from, the attributes, the geometry as it came, and what can be shown of it.
pub(super) fn quarantine_schema(attributes: &[Attribute]) -> SchemaRef {
    let fixed = [
        ("reason", DataType::Utf8),
        ("detail", DataType::Utf8),
        ("source", DataType::Utf8),
    ];
    let mut fields: Vec<Field> = fixed
        .into_iter()
        .map(|(name, kind)| Field::new(name, kind, true))
        .collect();
    fields.push(Field::new("source_feature", DataType::UInt64, true));
    let attribute_field = |attribute: &Attribute| {
        Field::new(
            format!("a_{}", attribute.name),
            attribute.kind.data_type(),
            true,
        )
    };
    fields.extend(attributes.iter().map(attribute_field));
    fields.push(Field::new("source_wkb", DataType::Binary, true));
    fields.push(Field::new(Layer::H3, DataType::UInt64, true));
    fields.push(geometry_field(Layer::GEOM, STORED_CRS));
    Arc::new(Schema::new(fields))
}

/// The rows of a batch whose geometry has a fault.
pub(super) fn quarantine(
    columns: &[ArrayRef],
    shapes: Option<&[Shape]>,
    (batch, transformer): (&SourceBatch, &mut Patchwork),
    merged: &[Attribute],
    (label, first): (&str, u64),
) -> Result<RecordBatch, ImportError> {
    let schema = quarantine_schema(merged);
    let faults: Vec<Option<&Fault>> = shapes
        .unwrap_or_default()
        .iter()
        .map(|shape| shape.as_ref().err())
        .collect();
    if faults.iter().all(Option::is_none) {
        return Ok(RecordBatch::new_empty(schema));
    }
    let reasons: StringArray = faults
        .iter()
        .map(|fault| fault.and_then(|fault| fault.code.word()))
        .collect();
    let details: StringArray = faults
        .iter()
        .map(|fault| fault.map(|fault| fault.detail.as_str()))
        .collect();
    let sources: StringArray = faults.iter().map(|_| Some(label)).collect();
    let numbers: UInt64Array = (0..batch.rows as u64)
        .map(|row| Some(first + row))
        .collect();
    let mut all: Vec<ArrayRef> = vec![
        Arc::new(reasons),
        Arc::new(details),
        Arc::new(sources),
        Arc::new(numbers),
    ];
    all.extend(columns.iter().take(merged.len()).cloned());
    let source = batch.geometry.clone();
    let source = source.unwrap_or_else(|| new_null_array(&DataType::Binary, batch.rows));
    let outlines = outlines(&source, &faults, transformer);
    let cells = outlines.iter().map(|shown| cell_of(shown.as_ref()?));
    let shown = outlines
        .iter()
        .map(|shown| shown.as_ref().map(repair::wkb_of));
    all.push(source);
    all.push(Arc::new(cells.collect::<UInt64Array>()));
    all.push(Arc::new(shown.collect::<BinaryArray>()));
    let mask: BooleanArray = faults.iter().map(|fault| Some(fault.is_some())).collect();
    RecordBatch::try_new(schema, all)
        .and_then(|rows| filter_record_batch(&rows, &mask))
        .map_err(|error| {
            ImportError::Read(ReadError::Damaged {
                path: label.into(),
                detail: error.to_string(),
            })
        })
}

/// For each row with a fault, what can be shown of its geometry.
fn outlines(
    source: &ArrayRef,
    faults: &[Option<&Fault>],
    transformer: &mut Patchwork,
) -> Vec<Option<Geometry>> {
    let Some(source) = source.as_binary_opt::<i32>() else {
        return vec![None; faults.len()];
    };
    let shown = |(wkb, fault): (Option<&[u8]>, Option<&Fault>)| {
        fault?;
        outline(&repair::read(wkb?).ok()?.geometry, transformer)
    };
    source
        .iter()
        .zip(faults.iter().copied())
        .map(shown)
        .collect()
}

/// The lines of a geometry in the stored CRS, without positions that are none; its first position where it has no line. Such
/// lines are valid whatever the geometry was, so that maps and queries can take them.
fn outline(geometry: &Geometry, transformer: &mut Patchwork) -> Option<Geometry> {
    let mut lines: Vec<LineString> = Vec::new();
    collect_lines(geometry, &mut lines);
    for line in &mut lines {
        line.0.retain(|at| at.x.is_finite() && at.y.is_finite());
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = line.0.iter().map(Coord::x_y).unzip();
        transformer.transform(&mut x, &mut y);
        line.0 = x.into_iter().zip(y).map(|(x, y)| Coord { x, y }).collect();
        line.0.retain(|at| is_on_earth(*at));
        line.0.dedup();
    }
    let first = *lines.iter().flat_map(|line| &line.0).next()?;
    lines.retain(|line| line.0.len() > 1);
    Some(match lines.len() {
        0 => Geometry::Point(first.into()),
        1 => Geometry::LineString(lines.swap_remove(0)),
        _ => Geometry::MultiLineString(MultiLineString::new(lines)),
    })
}

/// The lines and rings of a geometry; a point is a line of one position.
fn collect_lines(geometry: &Geometry, into: &mut Vec<LineString>) {
    let mut rings = |polygon: &Polygon| {
        into.push(polygon.exterior().clone());
        into.extend_from_slice(polygon.interiors());
    };
    match geometry {
        Geometry::Polygon(polygon) => rings(polygon),
        Geometry::MultiPolygon(polygons) => polygons.iter().for_each(rings),
        Geometry::LineString(line) => into.push(line.clone()),
        Geometry::MultiLineString(lines) => into.extend_from_slice(&lines.0),
        Geometry::GeometryCollection(parts) => {
            parts.iter().for_each(|part| collect_lines(part, into));
        }
        other => into.extend(other.coords_iter().map(|at| LineString(vec![at]))),
    }
}
