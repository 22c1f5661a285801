//! The styles a twin is drawn with.
//!
//! Styles follow one convention: a vector source `twin` whose source layers are layer ids, and for each raster a source named
//! by its layer id. Each style layer that draws data carries its layer and theme in `metadata`, so that a legend can group.

mod generic;
mod land_codes;
mod roads;

use layers::{Extent, GeometryKind, LayerKind, LayerMeta, vector_tile::LABEL_POINTS};
use serde_json::{Map, Value as Json, json};

use self::generic::Generic;

const GROUND: &str = include_str!("cartography/ground.json");
const LINES: &str = include_str!("cartography/lines.json");
const POINTS: &str = include_str!("cartography/points.json");
const LABELS: &str = include_str!("cartography/labels.json");

/// Layers that are drawn by rules of their own when they have this geometry and these attributes.
const KNOWN: [(&str, GeometryKind, &[&str]); 20] = [
    ("districts", GeometryKind::Polygon, &["name"]),
    ("communes", GeometryKind::Polygon, &["name"]),
    ("places", GeometryKind::Point, &["name", "rank"]),
    ("parcels", GeometryKind::Polygon, &["ma_dat"]),
    ("land_use_plan", GeometryKind::Polygon, &["ma_qh"]),
    ("roads", GeometryKind::Line, &["class"]),
    ("railways", GeometryKind::Line, &[]),
    ("accidents", GeometryKind::Point, &["severity"]),
    ("waterways", GeometryKind::Line, &["class"]),
    ("water_areas", GeometryKind::Polygon, &["class"]),
    ("dykes", GeometryKind::Line, &[]),
    ("buildings", GeometryKind::Polygon, &["use"]),
    ("schools", GeometryKind::Point, &["name"]),
    ("health_facilities", GeometryKind::Point, &["name", "kind"]),
    ("markets", GeometryKind::Point, &["name"]),
    ("industrial_zones", GeometryKind::Polygon, &["name"]),
    ("power_lines", GeometryKind::Line, &[]),
    ("tourism_sites", GeometryKind::Point, &["name"]),
    ("residents", GeometryKind::Point, &["total"]),
    ("stations", GeometryKind::Point, &["name", "kind"]),
];

/// Rasters that are drawn, with the type of their source. Beyond zoom 13 they have no more detail to give.
const RASTERS: [(&str, &str); 2] = [("land_cover", "raster"), ("elevation", "raster-dem")];

/// How much paper softens the official colours of parcels, in percent; the plan is shown in the colours of the law.
const PARCEL_PAPER_PERCENT: u16 = 58;

/// The part of the rules for an unknown layer that belongs to one fragment.
type Part = fn(&Generic) -> &Vec<Json>;

/// The `topo` style for whatever layers a twin has: the calm general map. Addresses in it start with `/`.
pub fn topo(layers: &[LayerMeta]) -> Json {
    let mut style_layers = Vec::new();
    let unknown: Vec<Generic> = layers
        .iter()
        .filter(|meta| !is_known(meta))
        .map(generic::layers)
        .collect();
    let parts: [(&str, Part); 4] = [
        (GROUND, |generic| &generic.ground),
        (LINES, |generic| &generic.lines),
        (POINTS, |generic| &generic.points),
        (LABELS, |generic| &generic.labels),
    ];
    for (fragment, generic) in parts {
        style_layers.extend(known_layers(fragment, layers));
        style_layers.extend(
            unknown
                .iter()
                .flat_map(|unknown| generic(unknown).iter().cloned()),
        );
    }
    for style_layer in &mut style_layers {
        describe(style_layer, layers);
    }
    json!({
        "version": 8,
        "name": "Lục Đầu topo",
        "glyphs": "/fonts/{fontstack}/{range}.pbf",
        "sources": sources(layers),
        "layers": style_layers,
    })
}

fn is_known(meta: &LayerMeta) -> bool {
    KNOWN.iter().any(|(id, geometry, attributes)| {
        let has = |name: &&str| {
            meta.attributes
                .iter()
                .any(|attribute| attribute.name == **name)
        };
        *id == meta.id.as_str()
            && meta.kind == LayerKind::Vector(*geometry)
            && attributes.iter().all(has)
    })
}

/// The layers of a fragment that the twin has data for, with colour tables put in.
fn known_layers(fragment: &str, layers: &[LayerMeta]) -> Vec<Json> {
    let fragment: Vec<Json> =
        serde_json::from_str(fragment).expect("the embedded fragment is JSON");
    let roads = |layer: Json| {
        if layer == "$roads" {
            roads::layers()
        } else {
            vec![layer]
        }
    };
    let mut drawn: Vec<Json> = fragment
        .into_iter()
        .flat_map(roads)
        .filter(|layer| has_data(layer, layers))
        .collect();
    for layer in &mut drawn {
        let paint = layer.get_mut("paint").and_then(Json::as_object_mut);
        for value in paint.into_iter().flat_map(Map::values_mut) {
            match value.as_str() {
                Some("$parcel-color") => *value = land_codes::color("ma_dat", PARCEL_PAPER_PERCENT),
                Some("$plan-color") => *value = land_codes::color("ma_qh", 0),
                _ => {}
            }
        }
    }
    drawn
}

fn has_data(style_layer: &Json, layers: &[LayerMeta]) -> bool {
    match layer_of(style_layer) {
        None => true,
        Some(id) if style_layer["source"] == "twin" => layers
            .iter()
            .any(|meta| meta.id.as_str() == id && is_known(meta)),
        Some(id) => layers
            .iter()
            .any(|meta| meta.id.as_str() == id && meta.kind == LayerKind::Raster),
    }
}

/// The twin layer that a style layer draws.
fn layer_of(style_layer: &Json) -> Option<&str> {
    let name = style_layer
        .get("source-layer")
        .or_else(|| style_layer.get("source"))
        .and_then(Json::as_str)?;
    Some(name.strip_suffix(LABEL_POINTS).unwrap_or(name))
}

fn describe(style_layer: &mut Json, layers: &[LayerMeta]) {
    let meta =
        layer_of(style_layer).and_then(|id| layers.iter().find(|meta| meta.id.as_str() == id));
    if let Some(meta) = meta {
        style_layer["metadata"] = json!({"lucdau:theme": meta.theme, "lucdau:layer": meta.id});
    }
}

fn sources(layers: &[LayerMeta]) -> Json {
    let vector: Vec<&LayerMeta> = layers
        .iter()
        .filter(|meta| matches!(meta.kind, LayerKind::Vector(_)))
        .collect();
    let mut sources = Map::new();
    if !vector.is_empty() {
        let ids: Vec<&str> = vector.iter().map(|meta| meta.id.as_str()).collect();
        let address = format!("/vector/{}/{{z}}/{{x}}/{{y}}.mvt", ids.join(","));
        let extent = bounds(&vector);
        let attribution = if vector.iter().any(|meta| meta.synthetic) {
            "Dữ liệu tổng hợp · Synthetic data"
        } else {
            ""
        };
        sources.insert(
            "twin".to_owned(),
            json!({"type": "vector", "tiles": [address], "minzoom": 0, "maxzoom": 16, "bounds": extent, "attribution": attribution}),
        );
    }
    for (id, kind) in RASTERS {
        if let Some(meta) = layers
            .iter()
            .find(|meta| meta.id.as_str() == id && meta.kind == LayerKind::Raster)
        {
            let address = format!("/raster/{id}/{{z}}/{{x}}/{{y}}.png");
            let mut source = json!({"type": kind, "tiles": [address], "tileSize": 256, "maxzoom": 13, "bounds": bounds(&[meta])});
            if kind == "raster-dem" {
                source["encoding"] = json!("terrarium");
            }
            sources.insert(id.to_owned(), source);
        }
    }
    Json::Object(sources)
}

/// West, south, east and north of the layers in degrees; the world where none has an extent.
fn bounds(layers: &[&LayerMeta]) -> [f64; 4] {
    let extent = layers
        .iter()
        .filter_map(|meta| meta.extent)
        .fold(Extent::EMPTY, |all, extent| all.union(&extent));
    if extent.is_empty() {
        return [-180.0, -85.051_129, 180.0, 85.051_129];
    }
    [extent.min_x, extent.min_y, extent.max_x, extent.max_y]
}
