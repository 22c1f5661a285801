//! What layers and columns mean, as tables beside them: `catalog.layers` and `catalog.columns`.
//!
//! A comment is not put into the metadata of a column: plans compare that, and a union of two layers would be refused.

use std::{borrow::Cow, sync::Arc};

use async_trait::async_trait;
use chrono::Utc;
use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
            TimestampMicrosecondArray,
        },
        datatypes::{Field, Schema},
    },
    catalog::{MemTable, SchemaProvider, TableProvider},
    error::Result,
};
use layers::{Extent, Layer, LayerKind, LayerMeta, catalog::Sharing};
use serde::Serialize;

use crate::{LayerSnapshot, TwinSnapshot, output::type_name};

/// The name of the schema.
pub(super) const SCHEMA: &str = "catalog";

const TABLES: [&str; 2] = ["layers", "columns"];

/// Endings of the columns that an import derives of another.
const DERIVED: [&str; 4] = ["list", "code", "num", "date"];

/// The tables that say what is in a snapshot.
#[derive(Debug)]
pub(super) struct AboutSchema(pub(super) Arc<TwinSnapshot>);

#[async_trait]
impl SchemaProvider for AboutSchema {
    fn table_names(&self) -> Vec<String> {
        TABLES.map(str::to_owned).to_vec()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let rows = match name {
            "layers" => layers_of(&self.0)?,
            "columns" => columns_of(&self.0)?,
            _ => return Ok(None),
        };
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
        Ok(Some(Arc::new(table)))
    }

    fn table_exist(&self, name: &str) -> bool {
        TABLES.contains(&name)
    }
}

/// What a layer is, in a sentence: its title in both languages.
pub(super) fn comment_of_layer(meta: &LayerMeta) -> String {
    if meta.title_en.is_empty() || meta.title_en == meta.title_vi {
        return meta.title_vi.clone();
    }
    format!("{} · {}", meta.title_vi, meta.title_en)
}

/// What a column is; none where nobody said.
pub(super) fn comment_of_column(meta: &LayerMeta, name: &str) -> Option<Cow<'static, str>> {
    let resolution = meta.h3_resolution;
    match name {
        Layer::GEOM => Some("hình học, kinh độ và vĩ độ (OGC:CRS84) · geometry in longitude and latitude (OGC:CRS84)".into()),
        Layer::FID => Some("số thứ tự của đối tượng trong lớp · number of the feature in the layer".into()),
        Layer::H3 => Some(format!("ô H3 cấp {resolution} nơi có đối tượng · H3 cell of resolution {resolution} it lies in").into()),
        _ => None,
    }
    .or_else(|| {
        let attribute = meta.attributes.iter().find(|attribute| attribute.name == name)?;
        if let Some(source) = &attribute.source_name {
            return Some(format!("trong nguồn là {source} · named {source} in the source").into());
        }
        let (of, ending) = name.rsplit_once('_')?;
        let is_derived = DERIVED.contains(&ending) && meta.attributes.iter().any(|other| other.name == of);
        is_derived.then(|| format!("rút ra từ {of} khi nhập, hoặc như trong nguồn · derived of {of} at import, or as in the source").into())
    })
}

/// A text of a layer; empty is as unknown.
type Text = fn(&LayerMeta) -> Option<String>;

/// Which data a layer is.
const WHAT: [(&str, Text); 6] = [
    ("layer", |meta| Some(meta.id.to_string())),
    ("title", |meta| Some(meta.title_vi.clone())),
    ("title_en", |meta| Some(meta.title_en.clone())),
    ("theme", |meta| plain_word(&meta.theme)),
    ("sectors", |meta| {
        let words: Vec<_> = meta
            .record
            .sectors
            .iter()
            .map(|word| word.as_str())
            .collect();
        Some(words.join(", "))
    }),
    ("kind", |meta| Some(kind_of(meta.kind))),
];

/// How old it is, and whose.
const WHOSE: [(&str, Text); 7] = [
    ("version", |meta| Some(meta.version.to_string())),
    ("frequency", |meta| Some(meta.record.frequency?.to_string())),
    ("freshness", |meta| {
        let freshness = meta.record.freshness(meta.published_at, Utc::now());
        Some(freshness.to_string())
    }),
    ("agency", |meta| Some(meta.record.agency.clone())),
    ("sharing", |meta| Some(meta.record.sharing?.to_string())),
    ("licence", |meta| Some(meta.record.licence.clone())),
    ("source", |meta| Some(source_of(meta))),
];

/// An edge of where a layer lies, in degrees.
type Edge = fn(&Extent) -> f64;

const WHERE: [(&str, Edge); 4] = [
    ("min_lon", |extent| extent.min_x),
    ("min_lat", |extent| extent.min_y),
    ("max_lon", |extent| extent.max_x),
    ("max_lat", |extent| extent.max_y),
];

fn layers_of(snapshot: &TwinSnapshot) -> Result<RecordBatch> {
    let layers = snapshot.layers.values();
    let metas: Vec<&LayerMeta> = layers.map(|layer| layer.meta.as_ref()).collect();
    let texts = |(name, of): (&'static str, Text)| {
        let texts = metas
            .iter()
            .map(|meta| of(meta).filter(|text| !text.is_empty()));
        (name, Arc::new(texts.collect::<StringArray>()) as ArrayRef)
    };
    let edges = |(name, of): (&'static str, Edge)| {
        let edges = metas.iter().map(|meta| meta.extent.as_ref().map(of));
        (name, Arc::new(edges.collect::<Float64Array>()) as ArrayRef)
    };
    let rows = metas
        .iter()
        .map(|meta| i64::try_from(meta.feature_count).ok());
    let rows: Int64Array = rows.collect();
    let published = metas
        .iter()
        .map(|meta| meta.published_at.timestamp_micros());
    let published = TimestampMicrosecondArray::from_iter_values(published).with_timezone("UTC");
    let synthetic: BooleanArray = metas.iter().map(|meta| Some(meta.synthetic)).collect();
    let mut columns: Vec<(&str, ArrayRef)> = WHAT.map(texts).to_vec();
    columns.push(("rows", Arc::new(rows)));
    columns.push(("published", Arc::new(published)));
    columns.extend(WHOSE.map(texts));
    columns.push(("synthetic", Arc::new(synthetic)));
    columns.extend(WHERE.map(edges));
    table(columns)
}

fn columns_of(snapshot: &TwinSnapshot) -> Result<RecordBatch> {
    let fields = snapshot
        .layers
        .values()
        .flat_map(|layer: &Arc<LayerSnapshot>| {
            let schema = layer.batch.schema();
            let fields: Vec<_> = schema.fields().iter().map(Arc::clone).collect();
            (1_i64..)
                .zip(fields)
                .map(|(place, field)| (layer.meta.as_ref(), place, field))
        });
    let fields: Vec<_> = fields.collect();
    let texts = |of: &dyn Fn(&LayerMeta, &Field) -> Option<String>| -> ArrayRef {
        Arc::new(
            fields
                .iter()
                .map(|(meta, _, field)| of(meta, field))
                .collect::<StringArray>(),
        )
    };
    let places = Int64Array::from_iter_values(fields.iter().map(|(_, place, _)| *place));
    table(vec![
        ("layer", texts(&|meta, _| Some(meta.id.to_string()))),
        ("ordinal_position", Arc::new(places)),
        ("column_name", texts(&|_, field| Some(field.name().clone()))),
        ("data_type", texts(&|_, field| Some(type_name(field)))),
        (
            "comment",
            texts(&|meta, field| comment_of_column(meta, field.name()).map(Cow::into_owned)),
        ),
    ])
}

fn table(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
        .collect();
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    Ok(RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns,
    )?)
}

fn kind_of(kind: LayerKind) -> String {
    match kind {
        LayerKind::Vector(geometry) => plain_word(&geometry).unwrap_or_default(),
        LayerKind::Table => "table".to_owned(),
        LayerKind::Raster => "raster".to_owned(),
    }
}

/// The files a layer was made of, without their folders; of a restricted layer nothing, as in the catalog for others.
fn source_of(meta: &LayerMeta) -> String {
    if meta.record.sharing == Some(Sharing::Restricted) {
        return String::new();
    }
    let names = meta
        .sources
        .iter()
        .filter_map(|source| source.path.file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.dedup();
    names.join(", ")
}

/// The word an enum is in JSON.
fn plain_word(value: &impl Serialize) -> Option<String> {
    let value = serde_json::to_value(value).ok()?;
    value.as_str().map(str::to_owned)
}
