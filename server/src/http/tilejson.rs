//! `TileJSON` 3.0.0: what a set of tiles is, for clients that ask before they draw.

use std::sync::Arc;

use layers::{AttributeKind, Extent, LayerKind, LayerMeta};
use serde_json::{Map, Value, json};

use crate::{
    error::{Noun, RequestError},
    http::address::MAX_ZOOM,
};

/// A `TileJSON` document of tiles made from these layers.
pub fn document(name: &str, template: &str, metas: &[Arc<LayerMeta>]) -> Value {
    let extent = metas
        .iter()
        .filter_map(|meta| meta.extent)
        .fold(Extent::EMPTY, |all, extent| all.union(&extent));
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": name,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "attribution": attribution(metas),
    });
    if !extent.is_empty() {
        let (lon, lat) = extent.center();
        document["bounds"] = json!([extent.min_x, extent.min_y, extent.max_x, extent.max_y]);
        document["center"] = json!([lon, lat, 10]);
    }
    document
}

/// The `vector_layers` of a `TileJSON`: each layer's attributes by kind.
pub fn vector_layers(metas: &[Arc<LayerMeta>]) -> Value {
    let vector = metas
        .iter()
        .filter(|meta| matches!(meta.kind, LayerKind::Vector(_)));
    let described = vector.map(|meta| {
        let fields: Map<String, Value> =
            meta.attributes.iter().map(|attribute| (attribute.name.clone(), json!(word(attribute.kind)))).collect();
        json!({"id": meta.id, "description": meta.title_vi, "fields": fields, "minzoom": 0, "maxzoom": MAX_ZOOM})
    });
    Value::Array(described.collect())
}

/// What is said of the data wherever a person sees it.
pub fn attribution(metas: &[Arc<LayerMeta>]) -> &'static str {
    if metas.iter().any(|meta| meta.synthetic) {
        "Lục Đầu · Dữ liệu tổng hợp, không phải số liệu thật · Synthetic data, not real records"
    } else {
        "Lục Đầu"
    }
}

/// A document's name without its `.json`.
///
/// # Errors
/// When it does not end so: nothing answers there.
pub fn without_json(name: &str) -> Result<&str, RequestError> {
    let style = name.strip_suffix(".json");
    style.ok_or_else(|| RequestError::Unknown {
        what: Noun::Style,
        name: name.to_owned(),
        nearest: Some(format!("{name}.json")),
    })
}

fn word(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::Whole | AttributeKind::Real => "Number",
        AttributeKind::Truth => "Boolean",
        AttributeKind::Text
        | AttributeKind::Date
        | AttributeKind::Moment
        | AttributeKind::Bytes
        | AttributeKind::List => "String",
    }
}
