//! Columns and shapes to the layer an analysis answers with.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, BinaryArray, RecordBatch, UInt32Array, UInt64Array},
    compute::take,
    datatypes::{DataType, Field, Schema},
};
use geo::{Centroid as _, Geometry, InteriorPoint as _};
use h3o::{LatLng, Resolution};
use layers::{
    Attribute, AttributeKind, CatalogRecord, Extent, GeometryKind, Layer, LayerKind, LayerMeta,
    Theme, Version, layer::geometry_field,
};

use super::{AnalysisError, Provenance};

/// What an answer is called and where it belongs.
pub(super) struct Titles {
    pub(super) vi: &'static str,
    pub(super) en: &'static str,
    pub(super) theme: Theme,
    /// Resolution of the `h3` column.
    pub(super) resolution: Resolution,
    /// Whether any input was made up by a generator.
    pub(super) synthetic: bool,
}

/// The layer of an answer; rows are put in the order of their H3 cells, as in every layer.
pub(super) fn layer(
    titles: &Titles,
    columns: Vec<(&str, ArrayRef)>,
    shapes: &[Geometry<f64>],
    provenance: &Provenance,
) -> Result<Layer, AnalysisError> {
    let cells: Vec<Option<u64>> = shapes
        .iter()
        .map(|shape| cell_of(shape, titles.resolution))
        .collect();
    let mut order: Vec<u32> =
        (0..u32::try_from(shapes.len()).expect("an answer has fewer than 2^32 rows")).collect();
    order.sort_by_key(|row| cells[*row as usize]);
    let wkb = order
        .iter()
        .map(|row| wkb_of(&shapes[*row as usize]))
        .collect::<Vec<_>>();
    let mut fields = vec![Field::new(Layer::FID, DataType::UInt64, false)];
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from_iter_values(
        0..order.len() as u64,
    ))];
    let mut attributes = Vec::with_capacity(columns.len());
    let rows = UInt32Array::from(order.clone());
    for (name, column) in columns {
        let column =
            take(&column, &rows, None).map_err(|source| AnalysisError::Columns { source })?;
        fields.push(Field::new(name, column.data_type().clone(), true));
        attributes.push(Attribute {
            name: name.to_owned(),
            source_name: None,
            kind: kind_of(column.data_type()),
        });
        arrays.push(column);
    }
    fields.push(Field::new(Layer::H3, DataType::UInt64, true));
    arrays.push(Arc::new(
        order
            .iter()
            .map(|row| cells[*row as usize])
            .collect::<UInt64Array>(),
    ));
    fields.push(geometry_field(Layer::GEOM, layers::crs::STORED_CRS));
    arrays.push(Arc::new(BinaryArray::from_iter_values(wkb)));
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|source| AnalysisError::Columns { source })?;
    let meta = meta(titles, attributes, shapes, provenance);
    Ok(Layer {
        meta: Arc::new(meta),
        schema,
        batches: vec![batch],
    })
}

fn meta(
    titles: &Titles,
    attributes: Vec<Attribute>,
    shapes: &[Geometry<f64>],
    provenance: &Provenance,
) -> LayerMeta {
    let extents = shapes.iter().filter_map(geo::BoundingRect::bounding_rect);
    let extent = extents.fold(Extent::EMPTY, |extent, shape| {
        extent.union(&Extent {
            min_x: shape.min().x,
            min_y: shape.min().y,
            max_x: shape.max().x,
            max_y: shape.max().y,
        })
    });
    let provenance_text =
        serde_json::to_string(provenance).expect("names, numbers and dates have a JSON text");
    LayerMeta {
        id: provenance
            .analysis
            .parse()
            .expect("an analysis is named like a layer"),
        version: Version(1),
        title_vi: titles.vi.to_owned(),
        title_en: titles.en.to_owned(),
        theme: titles.theme,
        kind: LayerKind::Vector(GeometryKind::Polygon),
        feature_count: shapes.len() as u64,
        extent: (!extent.is_empty()).then_some(extent),
        attributes,
        h3_resolution: titles.resolution.into(),
        sources: Vec::new(),
        synthetic: titles.synthetic,
        published_at: provenance.computed_at,
        record: CatalogRecord::default(),
        notes: BTreeMap::from([("provenance".to_owned(), provenance_text)]),
    }
}

fn cell_of(shape: &Geometry<f64>, resolution: Resolution) -> Option<u64> {
    let point = shape.interior_point().or_else(|| shape.centroid())?;
    Some(
        LatLng::new(point.y(), point.x())
            .ok()?
            .to_cell(resolution)
            .into(),
    )
}

fn wkb_of(shape: &Geometry<f64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    wkb::writer::write_geometry(&mut bytes, shape, &wkb::writer::WriteOptions::default())
        .expect("writing to memory does not fail");
    bytes
}

fn kind_of(data_type: &DataType) -> AttributeKind {
    match data_type {
        DataType::Boolean => AttributeKind::Truth,
        whole if whole.is_integer() => AttributeKind::Whole,
        real if real.is_floating() => AttributeKind::Real,
        DataType::Date32 | DataType::Date64 => AttributeKind::Date,
        DataType::Timestamp(_, _) => AttributeKind::Moment,
        DataType::Binary | DataType::LargeBinary => AttributeKind::Bytes,
        DataType::List(item) if item.data_type().is_string() => AttributeKind::List,
        _ => AttributeKind::Text,
    }
}
