//! Layers and twins built in memory.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{
        ArrayRef, BinaryArray, Int64Array, ListArray, ListBuilder, RecordBatch, StringBuilder,
        UInt32Array, UInt64Array,
    },
    compute::take,
    datatypes::{DataType, Field, Schema},
};
use engine::{LayerSnapshot, TwinSnapshot};
use geo::{BoundingRect as _, Geometry, InteriorPoint as _};
use h3o::{LatLng, Resolution};
use layers::{
    Attribute, AttributeKind, Extent, GeometryKind, Layer, LayerId, LayerKind, LayerMeta, Theme,
    Version, layer::geometry_field,
};

/// Columns by name.
pub(crate) type Columns = Vec<(&'static str, ArrayRef)>;

/// A number that looks random but is the same each time, 0 to 1.
pub(crate) fn scatter(seed: u32) -> f64 {
    let mixed = seed.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b;
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    f64::from((mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39) >> 8) / f64::from(1 << 24)
}

/// Whole numbers below what is asked that look random but are the same each time.
pub(crate) fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % below
    }
}

/// A column of lists of texts.
pub(crate) fn lists(rows: &[Option<&[&str]>]) -> ListArray {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in rows {
        lists.append_option(row.map(|texts| texts.iter().map(|text| Some(*text))));
    }
    lists.finish()
}

/// A layer of shapes in degrees with attributes, in the order given and without H3 cells.
pub(crate) fn layer(
    id: &str,
    kind: GeometryKind,
    columns: Columns,
    shapes: &[Geometry<f64>],
) -> LayerSnapshot {
    let shapes = BinaryArray::from_iter_values(shapes.iter().map(wkb_of));
    let geometry = (
        geometry_field(Layer::GEOM, "OGC:CRS84"),
        Arc::new(shapes) as ArrayRef,
    );
    LayerSnapshot::from_layer(assemble(id, kind, columns, vec![geometry])).unwrap()
}

/// A layer of shapes in degrees with attributes, sorted by H3 cell as import leaves it.
pub(crate) fn sorted_layer(
    id: &str,
    kind: GeometryKind,
    columns: Columns,
    shapes: &[Option<Geometry<f64>>],
) -> Layer {
    let cells: Vec<Option<u64>> = shapes
        .iter()
        .map(|shape| cell_of(shape.as_ref()?))
        .collect();
    let mut order: Vec<u32> = (0..).take(shapes.len()).collect();
    order.sort_by_key(|row| cells[*row as usize].unwrap_or(u64::MAX));
    let order = UInt32Array::from(order);
    let sorted = |column: ArrayRef| take(&column, &order, None).unwrap();
    let shapes: BinaryArray = shapes
        .iter()
        .map(|shape| shape.as_ref().map(wkb_of))
        .collect();
    let columns = columns
        .into_iter()
        .map(|(name, column)| (name, sorted(column)))
        .collect();
    let places = vec![
        (
            Field::new(Layer::H3, DataType::UInt64, true),
            sorted(Arc::new(UInt64Array::from(cells))),
        ),
        (
            geometry_field(Layer::GEOM, "OGC:CRS84"),
            sorted(Arc::new(shapes)),
        ),
    ];
    assemble(id, kind, columns, places)
}

/// A layer of its attributes and what follows them.
/// A layer of shapes in degrees with their number `n`, sorted by H3 cell.
pub(crate) fn numbered_layer(id: &str, shapes: &[Option<Geometry<f64>>]) -> LayerSnapshot {
    let numbers = Int64Array::from_iter_values((0..).take(shapes.len()));
    let columns: Columns = vec![("n", Arc::new(numbers))];
    let layer = sorted_layer(id, GeometryKind::Mixed, columns, shapes);
    LayerSnapshot::from_layer(layer).unwrap()
}

fn assemble(
    id: &str,
    kind: GeometryKind,
    columns: Columns,
    places: Vec<(Field, ArrayRef)>,
) -> Layer {
    let rows = places[0].1.len();
    let mut attributes = Vec::new();
    let mut fields = vec![Field::new(Layer::FID, DataType::UInt64, false)];
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from_iter_values(0..rows as u64))];
    for (name, column) in columns {
        attributes.push(Attribute {
            name: name.to_owned(),
            source_name: None,
            kind: match column.data_type() {
                DataType::Utf8 => AttributeKind::Text,
                DataType::Float64 => AttributeKind::Real,
                DataType::Boolean => AttributeKind::Truth,
                DataType::Date32 => AttributeKind::Date,
                DataType::List(_) => AttributeKind::List,
                _ => AttributeKind::Whole,
            },
        });
        fields.push(Field::new(name, column.data_type().clone(), true));
        arrays.push(column);
    }
    for (field, array) in places {
        fields.push(field);
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let meta = LayerMeta {
        attributes,
        ..meta(id, LayerKind::Vector(kind), rows)
    };
    Layer {
        meta: Arc::new(meta),
        schema,
        batches: vec![batch],
    }
}

/// What the catalog would say of a layer without attributes.
pub(crate) fn meta(id: &str, kind: LayerKind, rows: usize) -> LayerMeta {
    LayerMeta {
        id: id.parse().unwrap(),
        version: Version(3),
        title_vi: format!("Lớp {id}"),
        title_en: format!("Layer {id}"),
        theme: if id == "districts" {
            Theme::Administration
        } else {
            Theme::Other
        },
        kind,
        feature_count: rows as u64,
        extent: Some(Extent {
            min_x: 106.0,
            min_y: 20.6,
            max_x: 106.7,
            max_y: 21.3,
        }),
        attributes: Vec::new(),
        h3_resolution: 9,
        sources: Vec::new(),
        synthetic: true,
        published_at: chrono::DateTime::UNIX_EPOCH,
        record: layers::CatalogRecord::default(),
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

fn cell_of(shape: &Geometry<f64>) -> Option<u64> {
    let inside = shape
        .interior_point()
        .or_else(|| Some(shape.bounding_rect()?.center().into()))?;
    Some(
        LatLng::new(inside.y(), inside.x())
            .unwrap()
            .to_cell(Resolution::Nine)
            .into(),
    )
}
