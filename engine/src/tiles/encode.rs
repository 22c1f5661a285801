//! A tile's features as Mapbox Vector Tile 2.1 bytes.

use std::collections::BTreeSet;

use fast_mvt::{
    MvtCoord, MvtExtent, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtResult, MvtValueRef,
};
use layers::{TileGeometry, TileLayer, Value, VectorTile, vector_tile::LABEL_POINTS};
use rayon::prelude::*;

/// Writes a tile as a Mapbox Vector Tile.
///
/// Layers without features are left out, and so is a second layer of the same name. The labels of a polygon layer follow
/// it as a layer of points, named with [`LABEL_POINTS`]; other labels are not part of the format. A layer beyond what the
/// format can count (2^29 vertices in a line, 2^32 values) is left out and logged; `TileOptions::limit_bytes` keeps
/// tiles far below that.
///
/// # References
/// Mapbox Vector Tile specification 2.1.
pub fn encode_mvt(tile: &VectorTile) -> Vec<u8> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut layers: Vec<&TileLayer> = Vec::with_capacity(tile.layers.len());
    for layer in &tile.layers {
        if !layer.name.is_empty() && !layer.features.is_empty() && names.insert(&layer.name) {
            layers.push(layer);
        }
    }
    // A tile is its layers one after the other: they encode apart.
    layers
        .into_par_iter()
        .map(|layer| {
            let both = encode_layer(layer)
                .and_then(|bytes| Ok([bytes, encode_label_points(layer)?].concat()));
            both.unwrap_or_else(|error| {
                tracing::error!(layer = %layer.name, %error, "layer left out of a tile");
                Vec::new()
            })
        })
        .collect::<Vec<_>>()
        .concat()
}

fn begin(name: impl Into<String>, extent: u32) -> MvtResult<MvtLayerBuilder> {
    let mut builder = MvtLayerBuilder::new(name.into())?;
    if let Some(extent) = MvtExtent::new(extent) {
        builder.extent(extent);
    }
    Ok(builder)
}

fn encode_layer(layer: &TileLayer) -> MvtResult<Vec<u8>> {
    let mut builder = begin(layer.name.as_ref(), layer.extent)?;
    for feature in &layer.features {
        let kind = match &feature.geometry {
            TileGeometry::Points(_) => MvtGeomType::Point,
            TileGeometry::Lines(_) => MvtGeomType::LineString,
            TileGeometry::Polygons(_) => MvtGeomType::Polygon,
        };
        let mut writer = builder.feature_of(kind);
        writer.id(Some(feature.id.0));
        write_geometry(&mut writer, &feature.geometry)?;
        write_attributes(&mut writer, &feature.attributes, layer)?;
        builder = writer.end();
    }
    Ok(builder.encode())
}

/// The labels of a polygon layer that lie on the tile itself, as points; nothing for other layers.
fn encode_label_points(layer: &TileLayer) -> MvtResult<Vec<u8>> {
    let has_polygons = layer
        .features
        .iter()
        .any(|feature| matches!(feature.geometry, TileGeometry::Polygons(_)));
    let side = f64::from(layer.extent);
    let mut inside = layer
        .labels
        .iter()
        .filter(|label| {
            label
                .position
                .iter()
                .all(|place| (0.0..side).contains(place))
        })
        .peekable();
    if !has_polygons || inside.peek().is_none() {
        return Ok(Vec::new());
    }
    let mut builder = begin(format!("{}{LABEL_POINTS}", layer.name), layer.extent)?;
    for label in inside {
        #[expect(clippy::cast_possible_truncation, reason = "within the tile's extent")]
        let [x, y] = label.position.map(|place| place as i32);
        let mut writer = builder.feature_of(MvtGeomType::Point);
        writer.id(Some(label.id.0));
        writer.points([MvtCoord { x, y }])?;
        write_attributes(&mut writer, &label.attributes, layer)?;
        builder = writer.end();
    }
    Ok(builder.encode())
}

fn write_geometry(writer: &mut MvtFeatureBuilder, geometry: &TileGeometry) -> MvtResult<()> {
    let coords = |points: &[[i32; 2]]| {
        points
            .iter()
            .map(|[x, y]| MvtCoord { x: *x, y: *y })
            .collect::<Vec<_>>()
    };
    match geometry {
        TileGeometry::Points(points) => {
            writer.points(coords(points))?;
        }
        TileGeometry::Lines(lines) => {
            for line in lines.iter().filter(|line| line.len() >= 2) {
                writer.line(coords(line))?;
            }
        }
        TileGeometry::Polygons(polygons) => {
            for rings in polygons {
                for (index, ring) in rings.iter().enumerate().filter(|(_, ring)| ring.len() >= 3) {
                    writer.ring(coords(ring), index == 0)?;
                }
            }
        }
    }
    Ok(())
}

fn write_attributes(
    writer: &mut MvtFeatureBuilder,
    attributes: &[(u32, u32)],
    layer: &TileLayer,
) -> MvtResult<()> {
    for (key, value) in attributes {
        let (Some(key), Some(value)) = (
            layer.keys.get(*key as usize),
            layer.values.get(*value as usize),
        ) else {
            continue;
        };
        let value = match value {
            Value::Text(text) => MvtValueRef::String(text),
            Value::Real(real) => MvtValueRef::Double(*real),
            Value::Whole(whole) => {
                u64::try_from(*whole).map_or(MvtValueRef::SInt(*whole), MvtValueRef::UInt)
            }
            Value::Truth(truth) => MvtValueRef::Bool(*truth),
        };
        writer.tag_ref(key, value)?;
    }
    Ok(())
}
