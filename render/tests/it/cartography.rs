//! The default style.

use layers::{
    Attribute, AttributeKind, Extent, GeometryKind, LayerKind, LayerMeta, Theme, Version,
};
use render::{Style, cartography::topo};

fn meta(id: &str, kind: LayerKind, attributes: &[&str]) -> LayerMeta {
    let attribute = |name: &&str| Attribute {
        name: (*name).to_owned(),
        source_name: None,
        kind: AttributeKind::Text,
    };
    LayerMeta {
        id: id.parse().unwrap(),
        version: Version(1),
        title_vi: id.to_owned(),
        title_en: id.to_owned(),
        theme: Theme::Other,
        kind,
        feature_count: 1,
        extent: Some(Extent {
            min_x: 106.0,
            min_y: 20.6,
            max_x: 106.7,
            max_y: 21.3,
        }),
        attributes: attributes.iter().map(attribute).collect(),
        h3_resolution: 9,
        sources: vec![],
        synthetic: true,
        published_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        record: layers::CatalogRecord::default(),
        notes: std::collections::BTreeMap::new(),
    }
}

/// The layers of the default province, with the attributes the rules need.
pub(crate) fn province() -> Vec<LayerMeta> {
    use GeometryKind::{Line, Point, Polygon};
    let vector = [
        ("districts", Polygon, &["name"][..]),
        ("communes", Polygon, &["name"]),
        ("places", Point, &["name", "rank"]),
        ("parcels", Polygon, &["ma_dat", "so_thua"]),
        ("land_use_plan", Polygon, &["ma_qh"]),
        ("roads", Line, &["class", "name", "ref"]),
        ("railways", Line, &["name"]),
        ("accidents", Point, &["severity"]),
        ("waterways", Line, &["class", "name"]),
        ("water_areas", Polygon, &["class", "name"]),
        ("dykes", Line, &["name", "grade"]),
        ("buildings", Polygon, &["use"]),
        ("schools", Point, &["name"]),
        ("health_facilities", Point, &["name", "kind"]),
        ("markets", Point, &["name"]),
        ("industrial_zones", Polygon, &["name", "kind"]),
        ("power_lines", Line, &["name"]),
        ("tourism_sites", Point, &["name"]),
        ("residents", Point, &["total"]),
        ("stations", Point, &["name", "kind"]),
    ];
    let mut layers: Vec<_> = vector
        .into_iter()
        .map(|(id, kind, names)| meta(id, LayerKind::Vector(kind), names))
        .collect();
    layers.push(meta("observations", LayerKind::Table, &["value"]));
    layers.push(meta("elevation", LayerKind::Raster, &[]));
    layers.push(meta("land_cover", LayerKind::Raster, &[]));
    layers
}

#[test]
fn the_topo_style_of_the_default_province_is_drawn_without_a_warning() {
    let document = topo(&province());
    let (style, warnings) = Style::parse(&document).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let inputs = style.inputs(15.0);
    for layer in ["parcels", "roads", "buildings", "places", "schools"] {
        assert!(
            inputs.vector_layers.iter().any(|known| known == layer),
            "{layer} is not drawn"
        );
    }
    assert!(
        !inputs
            .vector_layers
            .iter()
            .any(|layer| layer == "land_use_plan"),
        "the plan is hidden by default"
    );
    assert_eq!(inputs.rasters, ["land_cover", "elevation"]);
    for layer in document["layers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|layer| layer["type"] != "background")
    {
        assert!(
            layer["metadata"]["lucdau:layer"].is_string(),
            "{} has no layer",
            layer["id"]
        );
        assert_eq!(layer["metadata"]["lucdau:theme"], "other");
    }
}

#[test]
fn a_twin_gets_only_the_sources_it_has() {
    let document = topo(&[meta(
        "districts",
        LayerKind::Vector(GeometryKind::Polygon),
        &["name"],
    )]);
    assert_eq!(document["sources"].as_object().unwrap().len(), 1);
    assert_eq!(
        document["sources"]["twin"]["tiles"][0],
        "/vector/districts/{z}/{x}/{y}.mvt"
    );
    assert_eq!(document["sources"]["twin"]["bounds"][0], 106.0);
    Style::parse(&document).unwrap();
    let (empty, _) = Style::parse(&topo(&[])).unwrap();
    assert!(empty.inputs(10.0).vector_layers.is_empty());
}

#[test]
fn unknown_layers_are_visible_by_their_geometry() {
    let layers = [
        meta("kiln", LayerKind::Vector(GeometryKind::Polygon), &["ten"]),
        meta("paths", LayerKind::Vector(GeometryKind::Line), &[]),
        meta("wells", LayerKind::Vector(GeometryKind::Point), &["name"]),
        meta("mixture", LayerKind::Vector(GeometryKind::Mixed), &[]),
        // a known name without the attributes that its rules need
        meta("roads", LayerKind::Vector(GeometryKind::Line), &["highway"]),
    ];
    let document = topo(&layers);
    let (style, warnings) = Style::parse(&document).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let ids: Vec<_> = document["layers"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|layer| layer["id"].as_str())
        .collect();
    for id in [
        "kiln-polygon",
        "kiln-polygon-edge",
        "kiln-name",
        "paths-linestring",
        "wells-point",
        "wells-name",
    ] {
        assert!(ids.contains(&id), "{ids:?} lacks {id}");
    }
    assert!(ids.contains(&"roads-linestring"));
    assert_eq!(ids.iter().filter(|id| id.starts_with("mixture")).count(), 4);
    assert_eq!(style.inputs(12.0).vector_layers.len(), 5);
}
