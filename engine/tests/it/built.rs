//! Layers and twins built in memory for tests.
#![expect(clippy::unwrap_used, reason = "what tests unwrap, they test")]

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, BinaryArray, RecordBatch, UInt64Array},
    datatypes::{DataType, Field, Schema},
};
use engine::{LayerSnapshot, TwinSnapshot};
use geo::Geometry;
use layers::{
    Attribute, AttributeKind, Extent, GeometryKind, Layer, LayerId, LayerKind, LayerMeta, Theme,
    Version, layer::geometry_field,
};

/// A number that looks random but is the same each time, 0 to 1.
pub(crate) fn scatter(seed: u32) -> f64 {
    let mixed = seed.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b;
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    f64::from((mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39) >> 8) / f64::from(1 << 24)
}

/// A layer of shapes in degrees with attributes.
pub(crate) fn layer(
    id: &str,
    kind: GeometryKind,
    columns: Vec<(&str, ArrayRef)>,
    shapes: &[Geometry<f64>],
) -> LayerSnapshot {
    let mut fields = vec![Field::new(Layer::FID, DataType::UInt64, false)];
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from_iter_values(
        0..shapes.len() as u64,
    ))];
    let mut attributes = Vec::new();
    for (name, column) in columns {
        let kind = match column.data_type() {
            DataType::Utf8 => AttributeKind::Text,
            DataType::Float64 => AttributeKind::Real,
            DataType::Boolean => AttributeKind::Truth,
            DataType::Date32 => AttributeKind::Date,
            _ => AttributeKind::Whole,
        };
        attributes.push(Attribute {
            name: name.to_owned(),
            source_name: None,
            kind,
        });
        fields.push(Field::new(name, column.data_type().clone(), true));
        arrays.push(column);
    }
    fields.push(geometry_field(Layer::GEOM, "OGC:CRS84"));
    arrays.push(Arc::new(BinaryArray::from_iter_values(
        shapes.iter().map(wkb_of),
    )));
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let meta = meta(id, LayerKind::Vector(kind), shapes.len() as u64, attributes);
    LayerSnapshot::from_layer(Layer {
        meta: Arc::new(meta),
        schema,
        batches: vec![batch],
    })
    .unwrap()
}

/// What the catalog would say of a layer.
pub(crate) fn meta(
    id: &str,
    kind: LayerKind,
    feature_count: u64,
    attributes: Vec<Attribute>,
) -> LayerMeta {
    LayerMeta {
        id: id.parse().unwrap(),
        version: Version(3),
        title_vi: id.to_owned(),
        title_en: id.to_owned(),
        theme: Theme::Other,
        kind,
        feature_count,
        extent: Some(Extent {
            min_x: 106.0,
            min_y: 20.6,
            max_x: 106.7,
            max_y: 21.3,
        }),
        attributes,
        h3_resolution: 9,
        sources: Vec::new(),
        synthetic: true,
        published_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        notes: BTreeMap::new(),
    }
}

/// A twin of some layers.
pub(crate) fn twin(layers: Vec<LayerSnapshot>) -> Arc<TwinSnapshot> {
    Arc::new(TwinSnapshot::from_layers(layers))
}

pub(crate) fn id(name: &str) -> LayerId {
    name.parse().unwrap()
}

fn wkb_of(shape: &Geometry<f64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    wkb::writer::write_geometry(&mut bytes, shape, &wkb::writer::WriteOptions::default()).unwrap();
    bytes
}
