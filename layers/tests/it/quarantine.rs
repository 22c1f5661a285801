//! What was set aside, as a layer to look at.

use arrow::array::{Array as _, AsArray as _};
use geo::CoordsIter as _;
use geo_traits::to_geo::ToGeoGeometry as _;
use layers::{Layer, LayerKind, Silent};

use crate::fixtures::{Place, SQUARE, geojson, id};

const FLAT: &str = r#"{"type":"Polygon","coordinates":[[[106.30,20.90],[106.31,20.91],[106.32,20.92],[106.30,20.90]]]}"#;
const BROKEN_LINE: &str =
    r#"{"type":"LineString","coordinates":[[106.30,20.90],[NaN,20.91],[106.32,20.92]]}"#;
const ONE_SPOT: &str = r#"{"type":"LineString","coordinates":[[106.30,20.90],[106.30,20.90]]}"#;
const NOWHERE: &str = r#"{"type":"Point","coordinates":[20.9,106.3]}"#;

/// (reason, geometry) of each row.
fn rows(layer: &Layer) -> Vec<(String, Option<geo::Geometry>)> {
    let batch = &layer.batches[0];
    let reasons = batch.column_by_name("reason").unwrap().as_string::<i32>();
    let shapes = batch
        .column_by_name(Layer::GEOM)
        .unwrap()
        .as_binary::<i32>();
    let shape = |wkb: Option<&[u8]>| Some(wkb::reader::read_wkb(wkb?).unwrap().to_geometry());
    let rows = reasons.iter().zip(shapes.iter());
    let mut rows: Vec<_> = rows
        .map(|(reason, wkb)| (reason.unwrap().to_owned(), shape(wkb)))
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

#[test]
fn what_was_set_aside_is_a_layer_in_degrees_whatever_the_source_was_in() {
    let place = Place::new();
    let mut features = vec![("good", SQUARE); 20];
    features.extend([("flat", FLAT), ("spot", ONE_SPOT)]);
    let degrees = place.file("a.geojson", geojson(&features));
    let source = place.ogr2ogr("a.gpkg", &degrees, &["-t_srs", "EPSG:9209"]);
    let report = place.import(&source).unwrap();
    assert_eq!(report.features_set_aside, 2);
    let layer = place
        .twin
        .quarantine_layer(&id("probe"), report.version.unwrap())
        .unwrap();
    let meta = &layer.meta;
    assert_eq!(meta.id, id("probe_quarantine"));
    assert_eq!(meta.quarantine_of(), Some(id("probe")));
    assert_eq!(meta.feature_count, 2);
    assert!(matches!(meta.kind, LayerKind::Vector(_)));
    let names: Vec<&str> = meta
        .attributes
        .iter()
        .map(|attribute| attribute.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "reason",
            "detail",
            "source",
            "source_feature",
            "a_name",
            "a_n"
        ]
    );
    let rows = rows(&layer);
    assert_eq!(rows[0].0, "too-few-points");
    assert!(
        matches!(rows[0].1, Some(geo::Geometry::Point(_))),
        "{rows:?}"
    );
    assert_eq!(rows[1].0, "zero-area");
    assert!(
        matches!(rows[1].1, Some(geo::Geometry::LineString(_))),
        "{rows:?}"
    );
    for (_, shape) in &rows {
        for at in shape.as_ref().unwrap().coords_iter() {
            assert!(
                (at.x - 106.31).abs() < 0.011 && (at.y - 20.91).abs() < 0.011,
                "{at:?}"
            );
        }
    }
    assert!(
        !layer.batches[0]
            .column_by_name(Layer::H3)
            .unwrap()
            .is_null(0)
    );
}

#[test]
fn what_has_no_place_is_kept_without_geometry_and_a_line_without_its_bad_positions() {
    let place = Place::new();
    let mut features = vec![("good", SQUARE); 20];
    features.extend([("nan", BROKEN_LINE), ("swapped", NOWHERE)]);
    let report = place
        .import(&place.file("a.geojson", geojson(&features)))
        .unwrap();
    assert_eq!(report.features_set_aside, 2, "{report:?}");
    let layer = place
        .twin
        .quarantine_layer(&id("probe"), report.version.unwrap())
        .unwrap();
    let rows = rows(&layer);
    assert_eq!(rows[0].0, "coordinate-not-finite");
    assert_eq!(rows[0].1.as_ref().unwrap().coords_count(), 2);
    assert_eq!(rows[1], ("coordinate-untransformable".to_owned(), None));
}

#[test]
fn a_clean_layer_has_no_quarantine_and_rolling_back_brings_the_old_one_again() {
    let place = Place::new();
    let twin = &place.twin;
    let bad = place.file("a.geojson", geojson(&[("good", SQUARE), ("flat", FLAT)]));
    let first = place.import(&bad).unwrap().version.unwrap();
    let good = place.file("b.geojson", geojson(&[("good", SQUARE)]));
    let second = place.import(&good).unwrap().version.unwrap();
    assert!(
        twin.quarantine_meta(&twin.meta(&id("probe")).unwrap())
            .is_none()
    );
    assert!(
        twin.quarantine_layer(&id("probe"), second)
            .unwrap()
            .is_empty()
    );
    twin.rollback(&id("probe"), first).unwrap();
    let shown = twin
        .quarantine_meta(&twin.meta(&id("probe")).unwrap())
        .unwrap();
    assert_eq!(shown.id, id("probe_quarantine"));
    let long = id(&"x".repeat(63));
    let request = layers::ImportRequest::new(vec![bad], long.clone());
    let report = layers::import::import(twin, &request, &Silent).unwrap();
    let layer = twin
        .quarantine_layer(&long, report.version.unwrap())
        .unwrap();
    assert_eq!(layer.meta.id.as_str().len(), 63);
    assert_eq!(layer.meta.quarantine_of(), Some(long));
}
