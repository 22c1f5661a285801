//! Records of layers: what import notes, what the exports hold, what the specifications ask for.

use std::collections::BTreeMap;

use arrow::{array::AsArray as _, datatypes::UInt64Type};
use chrono::{DateTime, TimeDelta, Utc};
use h3o::{CellIndex, Resolution};
use layers::{CatalogRecord, LayerMeta, Sector, Sharing, UpdateFrequency, catalog};
use serde_json::Value;

use crate::fixtures::{POINT, Place, SQUARE, geojson, id};

fn full_record() -> CatalogRecord {
    CatalogRecord {
        agency: "Sở Mẫu".to_owned(),
        sharing: Some(Sharing::Open),
        licence: "CC-BY-4.0".to_owned(),
        frequency: Some(UpdateFrequency::Monthly),
        sectors: vec![Sector::Environment, Sector::Finance],
        h3: None,
    }
}

/// A layer of two features, imported with a record.
fn imported(record: CatalogRecord) -> (Place, LayerMeta) {
    let place = Place::new();
    let source = place.file("probe.geojson", geojson(&[("a", POINT), ("b", SQUARE)]));
    place
        .import_with(&source, |request| request.record = record)
        .unwrap();
    let meta = place.twin.meta(&id("probe")).unwrap();
    (place, meta)
}

fn later(meta: &LayerMeta) -> DateTime<Utc> {
    meta.published_at + TimeDelta::days(40)
}

/// What recordGeoJSON of OGC API Records 1.0 asks for.
#[track_caller]
fn check_record(record: &Value) {
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    assert!(
        text(&record["id"]) && record["type"] == "Feature",
        "{record}"
    );
    for member in ["time", "geometry", "properties"] {
        assert!(record.get(member).is_some(), "{member}: {record}");
    }
    assert!(record["geometry"].is_null() || record["geometry"]["type"] == "Polygon");
    let properties = &record["properties"];
    assert!(
        text(&properties["type"]) && text(&properties["title"]),
        "{record}"
    );
    assert!(properties["license"].as_str().unwrap().len() <= 64);
    assert!(text(&properties["language"]["code"]));
    DateTime::parse_from_rfc3339(properties["updated"].as_str().unwrap()).unwrap();
    for theme in properties["themes"].as_array().unwrap() {
        let concepts = theme["concepts"].as_array().unwrap();
        assert!(text(&theme["scheme"]) && !concepts.is_empty());
        assert!(concepts.iter().all(|concept| text(&concept["id"])));
    }
    for link in record["links"].as_array().unwrap() {
        assert!(text(&link["href"]) && text(&link["rel"]));
    }
}

/// What the JSON schema of a STAC 1.1 Collection asks for.
#[track_caller]
fn check_collection(collection: &Value) {
    assert_eq!(collection["type"], "Collection");
    assert_eq!(collection["stac_version"], "1.1.0");
    for member in ["id", "description", "license"] {
        assert!(
            collection[member]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{member}"
        );
    }
    let bbox = collection["extent"]["spatial"]["bbox"][0]
        .as_array()
        .unwrap();
    let [west, south, east, north] = [0, 1, 2, 3].map(|at: usize| bbox[at].as_f64().unwrap());
    assert!(
        bbox.len() == 4 && west <= east && south <= north,
        "{bbox:?}"
    );
    let interval = collection["extent"]["temporal"]["interval"][0]
        .as_array()
        .unwrap();
    assert_eq!(interval.len(), 2);
    assert!(collection["links"].is_array());
    for provider in collection["providers"].as_array().unwrap() {
        assert!(provider["name"].is_string());
    }
}

#[test]
fn a_record_holds_what_was_given_at_import_and_what_was_found() {
    let (place, meta) = imported(full_record());
    let all = catalog::records(
        std::slice::from_ref(&meta),
        later(&meta),
        Some("http://a.vn"),
    );
    assert_eq!(
        (&all["type"], &all["numberReturned"]),
        (&"FeatureCollection".into(), &1.into())
    );
    let record = &all["features"][0];
    check_record(record);
    let properties = &record["properties"];
    assert_eq!(properties["license"], "CC-BY-4.0");
    assert_eq!(properties["contacts"][0]["organization"], "Sở Mẫu");
    assert_eq!(properties["themes"][1]["concepts"][1]["title"], "Tài chính");
    assert_eq!(
        properties["lucdau:freshness"], "due",
        "40 days after a monthly update"
    );
    assert_eq!(
        (&properties["lucdau:sharing"], &properties["lucdau:count"]),
        (&"open".into(), &2.into())
    );
    let source = &properties["lucdau:sources"][0];
    assert_eq!(
        (&source["file"], &source["crs"]),
        (&"probe.geojson".into(), &"EPSG:4326".into())
    );
    let bytes = std::fs::read(place.path("probe.geojson")).unwrap();
    assert_eq!(source["blake3"], blake3::hash(&bytes).to_hex().to_string());
    assert_eq!(record["links"][0]["href"], "http://a.vn/layers/probe");
    assert_eq!(
        record["geometry"]["coordinates"][0][0][0],
        meta.extent.unwrap().min_x
    );
}

#[test]
fn the_h3_summary_counts_cells_and_the_fullest_one() {
    let place = Place::new();
    let points: Vec<(String, String)> = (0..200)
        .map(|row| {
            let (lon, lat) = (
                106.2 + f64::from(row % 20) * 0.01,
                20.8 + f64::from(row / 20) * 0.01,
            );
            (
                row.to_string(),
                format!(r#"{{"type":"Point","coordinates":[{lon},{lat}]}}"#),
            )
        })
        .collect();
    let points: Vec<(&str, &str)> = points
        .iter()
        .map(|(name, at)| (name.as_str(), at.as_str()))
        .collect();
    let source = place.file("points.geojson", geojson(&points));
    place.import(&source).unwrap();
    let layer = place.twin.read(&id("probe")).unwrap();
    let mut by_cell = BTreeMap::<CellIndex, u64>::new();
    for batch in &layer.batches {
        let cells = batch
            .column_by_name("h3")
            .unwrap()
            .as_primitive::<UInt64Type>()
            .clone();
        for cell in cells.iter().flatten() {
            let parent = CellIndex::try_from(cell)
                .unwrap()
                .parent(Resolution::Seven)
                .unwrap();
            *by_cell.entry(parent).or_default() += 1;
        }
    }
    let found = layer.meta.record.h3.unwrap();
    assert_eq!((found.resolution, found.cells), (7, by_cell.len() as u64));
    assert_eq!(Some(found.fullest), by_cell.values().copied().max());
    assert!(found.cells > 20);
}

#[test]
fn of_a_restricted_layer_only_the_record_is_shown() {
    let record = CatalogRecord {
        sharing: Some(Sharing::Restricted),
        licence: "Nội bộ".to_owned(),
        ..full_record()
    };
    let (_place, meta) = imported(record);
    let metas = std::slice::from_ref(&meta);
    let records = catalog::records(metas, later(&meta), Some("http://a.vn"));
    let stac = catalog::stac(metas, later(&meta), Some("http://a.vn"));
    check_record(&records["features"][0]);
    check_collection(&stac["collections"][0]);
    assert_eq!(
        records["features"][0]["properties"]["lucdau:sharing"],
        "restricted"
    );
    assert_eq!(records["features"][0]["properties"]["license"], "other");
    for text in [records["features"][0].to_string(), stac.to_string()] {
        for hidden in [
            "probe.geojson",
            "lucdau:count",
            "lucdau:attributes",
            "lucdau:h3",
            "http://a.vn",
        ] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}

#[test]
fn collections_of_layers_and_tables_have_what_stac_asks_for() {
    let (place, meta) = imported(CatalogRecord::default());
    let table = place.file("table.csv", "code,name\n1,a\n2,b\n");
    let request = layers::ImportRequest::new(vec![table], id("units"));
    layers::import::import(&place.twin, &request, &layers::Silent).unwrap();
    let metas = place.twin.layers().unwrap();
    let stac = catalog::stac(&metas, later(&meta), None);
    let collections = stac["collections"].as_array().unwrap();
    assert_eq!(collections.len(), 2);
    collections.iter().for_each(check_collection);
    let records = catalog::records(&metas, later(&meta), None);
    let features = records["features"].as_array().unwrap();
    features.iter().for_each(check_record);
    assert!(features[1]["geometry"].is_null(), "a table has no place");
    assert_eq!(features[0]["properties"]["lucdau:freshness"], "unknown");
}

#[test]
fn a_description_written_before_there_were_records_still_opens() {
    let (_place, meta) = imported(CatalogRecord::default());
    let mut old = serde_json::to_value(&meta).unwrap();
    old.as_object_mut().unwrap().remove("record").unwrap();
    let opened: LayerMeta = serde_json::from_value(old).unwrap();
    assert_eq!(opened.record, CatalogRecord::default());
}
