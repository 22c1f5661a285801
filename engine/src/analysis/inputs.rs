//! Layers and attributes an analysis asks a twin for, or an error that says what the twin has.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray as _, Float64Array, StringArray},
    compute::cast,
    datatypes::DataType,
};
use layers::{GeometryKind, LayerId, LayerKind};

use super::AnalysisError;
use crate::{LayerSnapshot, TwinSnapshot, spelling::nearest_spelling};

/// The layer of a name.
pub(super) fn layer<'a>(
    twin: &'a TwinSnapshot,
    id: &LayerId,
) -> Result<&'a Arc<LayerSnapshot>, AnalysisError> {
    twin.layer(id).ok_or_else(|| AnalysisError::UnknownLayer {
        layer: id.to_string(),
        nearest: nearest_spelling(id.as_str(), twin.layers.keys().map(LayerId::as_str)),
    })
}

/// The layer of a name, which has to hold points.
pub(super) fn points<'a>(
    twin: &'a TwinSnapshot,
    id: &LayerId,
) -> Result<&'a Arc<LayerSnapshot>, AnalysisError> {
    of_kind(twin, id, GeometryKind::Point, "points")
}

/// The layer of a name, which has to hold polygons.
pub(super) fn polygons<'a>(
    twin: &'a TwinSnapshot,
    id: &LayerId,
) -> Result<&'a Arc<LayerSnapshot>, AnalysisError> {
    of_kind(twin, id, GeometryKind::Polygon, "polygons")
}

fn of_kind<'a>(
    twin: &'a TwinSnapshot,
    id: &LayerId,
    kind: GeometryKind,
    expected: &'static str,
) -> Result<&'a Arc<LayerSnapshot>, AnalysisError> {
    let layer = layer(twin, id)?;
    let found = match layer.meta.kind {
        LayerKind::Vector(found) if found == kind => return Ok(layer),
        LayerKind::Vector(GeometryKind::Point) => "points",
        LayerKind::Vector(GeometryKind::Line) => "lines",
        LayerKind::Vector(GeometryKind::Polygon) => "polygons",
        LayerKind::Vector(GeometryKind::Mixed) => "mixed geometries",
        LayerKind::Table => "rows without geometry",
        LayerKind::Raster => "pixels",
    };
    Err(AnalysisError::WrongKind {
        layer: id.clone(),
        found,
        expected,
    })
}

/// An attribute's column.
pub(super) fn attribute<'a>(
    layer: &'a LayerSnapshot,
    name: &str,
) -> Result<&'a ArrayRef, AnalysisError> {
    layer.batch.column_by_name(name).ok_or_else(|| {
        let known = || {
            layer
                .meta
                .attributes
                .iter()
                .map(|attribute| attribute.name.as_str())
        };
        AnalysisError::UnknownAttribute {
            layer: layer.meta.id.clone(),
            attribute: name.to_owned(),
            nearest: nearest_spelling(name, known()),
            known: known().collect::<Vec<_>>().join(", "),
        }
    })
}

/// An attribute as numbers.
pub(super) fn numbers(layer: &LayerSnapshot, name: &str) -> Result<Float64Array, AnalysisError> {
    let column = attribute(layer, name)?;
    if !column.data_type().is_numeric() {
        return Err(AnalysisError::NotNumeric {
            layer: layer.meta.id.clone(),
            attribute: name.to_owned(),
            found: column.data_type().to_string(),
        });
    }
    let numbers =
        cast(column, &DataType::Float64).map_err(|source| AnalysisError::Columns { source })?;
    Ok(numbers.as_primitive().clone())
}

/// An attribute as text.
pub(super) fn texts(layer: &LayerSnapshot, name: &str) -> Result<StringArray, AnalysisError> {
    let texts = cast(attribute(layer, name)?, &DataType::Utf8)
        .map_err(|source| AnalysisError::Columns { source })?;
    Ok(texts.as_string().clone())
}
