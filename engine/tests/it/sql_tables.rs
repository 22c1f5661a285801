//! Functions that stand where a table does.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array};
use chrono::NaiveDate;
use engine::{LayerSnapshot, TwinSnapshot};
use layers::GeometryKind;
use serde_json::json;

use crate::{
    built::sorted_layer,
    fixture::{ask, province, rows, shape, text},
};

#[test]
fn the_nearest_rows_come_first_with_their_metres() {
    let found = rows(
        &province(),
        "SELECT so_thua, distance_m FROM nearest('parcels', ST_Point(106.05, 20.7), 3)",
    );
    let metres: Vec<f64> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[1].as_f64().unwrap())
        .collect();
    assert_eq!(metres.len(), 3);
    assert!(metres.is_sorted());
    // 0.05° along the parallel of 20.7°: N(φ) cos φ · 0.05° = 5,209.6 m; the geodesic is as long to a millimetre.
    let (a, e2, lat) = (6378137.0_f64, 0.006694379990141317, 20.7_f64.to_radians());
    let parallel = a / (1.0 - e2 * lat.sin().powi(2)).sqrt() * lat.cos() * 0.05_f64.to_radians();
    assert!(
        (metres[0] - parallel).abs() < 0.01,
        "{} is not {parallel}",
        metres[0]
    );
    let inside = rows(
        &province(),
        "SELECT distance_m FROM nearest('districts', ST_Point(106.2, 20.8), 1)",
    );
    assert_eq!(inside, json!([[0.0]]));
}

#[test]
fn a_tile_has_the_outline_of_the_tile() {
    let found = rows(
        &province(),
        "SELECT ST_AsText(geom), min_lon, max_lat FROM tile_bbox(1, 1, 0)",
    );
    let north = 85.05112877980659;
    assert_eq!(found[0][1], json!(0.0));
    assert!(
        (found[0][2].as_f64().unwrap() - north).abs() < 1e-9,
        "{found}"
    );
    let count = "SELECT count(*) FROM parcels p JOIN tile_bbox(12, 3255, 1803) t ON ST_Intersects(p.geom, t.geom)";
    let counted = rows(&province(), count)[0][0].as_i64().unwrap();
    assert!(counted > 0);
    let window = "SELECT count(*) FROM parcels WHERE ST_Intersects(geom, (SELECT geom FROM tile_bbox(12, 3255, 1803)))";
    assert_eq!(rows(&province(), window), json!([[counted]]));
}

#[test]
fn a_cover_is_that_of_the_function() {
    let polygon = "ST_GeomFromText('POLYGON((106.3 20.9, 106.32 20.9, 106.32 20.92, 106.3 20.92, 106.3 20.9))')";
    for mode in ["centroid", "contains", "intersects", "covers"] {
        let table = rows(
            &province(),
            &format!("SELECT h3 FROM h3_cover({polygon}, 9, '{mode}') ORDER BY h3"),
        );
        let unnested = format!(
            "SELECT h3 FROM (SELECT unnest(h3_polygon_to_cells({polygon}, 9, '{mode}')) AS h3) ORDER BY h3"
        );
        assert_eq!(table, rows(&province(), &unnested), "{mode}");
        assert!(!table.as_array().unwrap().is_empty());
    }
}

#[test]
fn a_layer_is_as_it_was_on_a_day_and_still_has_its_index() {
    let day = |text: &str| {
        let day: NaiveDate = text.parse().unwrap();
        i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap()
    };
    let names: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let from: ArrayRef = Arc::new(Date32Array::from(vec![
        day("2000-01-01"),
        day("2025-07-01"),
    ]));
    let to: ArrayRef = Arc::new(Date32Array::from(vec![Some(day("2025-07-01")), None]));
    let shapes = [
        Some(shape("POINT (106.3 20.9)")),
        Some(shape("POINT (106.4 20.9)")),
    ];
    let layer = sorted_layer(
        "units",
        GeometryKind::Point,
        vec![("n", names), ("valid_from", from), ("valid_to", to)],
        &shapes,
    );
    let twin = Arc::new(TwinSnapshot::from_layers([LayerSnapshot::from_layer(
        layer,
    )
    .unwrap()]));
    assert_eq!(
        rows(&twin, "SELECT n FROM layer_at('units', '2025-06-30')"),
        json!([[1]])
    );
    assert_eq!(
        rows(&twin, "SELECT n FROM layer_at('units', DATE '2025-07-01')"),
        json!([[2]])
    );
    let joined = "SELECT count(*) FROM layer_at('units', '2025-07-01') a JOIN units b ON ST_Intersects(a.geom, b.geom)";
    assert_eq!(rows(&twin, joined), json!([[1]]));
    assert!(text(&twin, &format!("EXPLAIN {joined}")).contains("packed r-tree of units"));
}

#[test]
fn wrong_calls_say_how_it_is_right() {
    for (call, said) in [
        ("nearest('schol', ST_Point(106, 20), 3)", "schol"),
        (
            "nearest('parcels', ST_Point(106, 20))",
            "call it as nearest('layer', point, count)",
        ),
        ("nearest('parcels', 'here', 3)", "argument 2 is no geometry"),
        (
            "nearest('parcels', ST_Point(106, 20), 0)",
            "the count is not between 1 and 100000",
        ),
        (
            "nearest('parcels', ST_Point(584527, 2316227, 9209), 3)",
            "ST_Transform",
        ),
        ("nearest('parcels', geom, 3)", "takes constants"),
        ("tile_bbox(3, 9, 0)", "3/9/0"),
        ("layer_at('parcels', 'tomorrow')", "\"tomorrow\" is no day"),
        ("h3_cover(ST_Point(106, 20), 99)", "99"),
    ] {
        let refused = ask(&province(), &format!("SELECT * FROM {call}"))
            .unwrap_err()
            .to_string();
        assert!(refused.contains(said), "{call}: {refused}");
    }
}
