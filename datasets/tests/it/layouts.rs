//! Three layouts of administrative units and the crosswalk between them: counts of the law, seamless, shares of 1.

use std::collections::{BTreeMap, BTreeSet};

use datasets::{PROVINCE_AREA_KM2, units};
use geo::{BooleanOps as _, GeodesicArea as _, MultiPolygon, Validation as _};
use serde_json::Value;

use crate::{partition::outer_ring, province, read};

type Unit = (MultiPolygon, Value);

/// The units of a level on a day, read as a layer with `valid_from` and `valid_to` is read.
fn on(level: &str, day: &str) -> Vec<Unit> {
    let holds = |unit: &Unit| {
        let starts = unit.1["valid_from"].as_str().is_none_or(|from| from <= day);
        let lasts = unit.1["valid_to"].as_str().is_none_or(|to| day < to);
        unit.1["level"] == level && starts && lasts
    };
    let all = read::polygons(&province::folder().join("admin_units.geojson"));
    all.into_iter().filter(holds).collect()
}

fn crosswalk(day: &str) -> Vec<BTreeMap<String, String>> {
    let rows = read::csv(&province::folder().join("admin_crosswalk.csv"));
    rows.into_iter()
        .filter(|row| row["valid_from"] == day)
        .collect()
}

fn code(unit: &Unit) -> &str {
    unit.1["code"].as_str().unwrap()
}

fn area_km2(shapes: &[Unit]) -> f64 {
    shapes
        .iter()
        .map(|(shape, _)| shape.geodesic_area_unsigned() / 1e6)
        .sum()
}

#[test]
fn each_layout_has_the_units_that_the_law_counts() {
    let counts = |day: &str| ["commune", "district", "province"].map(|level| on(level, day).len());
    assert_eq!(counts("2024-12-31"), [235, 12, 1]);
    assert_eq!(counts("2025-01-01"), [207, 12, 1]);
    assert_eq!(counts("2025-06-30"), [207, 12, 1]);
    assert_eq!(counts("2025-07-01"), [64, 0, 1]);
    let wards = |unit: &&Unit| unit.1["kind"] == "phường";
    let after = on("commune", "2026-01-01");
    assert_eq!(after.iter().filter(wards).count(), 21);
    let people: u64 = after
        .iter()
        .map(|unit| unit.1["population"].as_u64().unwrap())
        .sum();
    assert_eq!(people, 2_225_640);
    let official: f64 = after
        .iter()
        .map(|unit| unit.1["area_official_km2"].as_f64().unwrap())
        .sum();
    assert!((official - PROVINCE_AREA_KM2).abs() < 1e-9, "{official}");
    let hai_phong = &on("province", "2025-07-01")[0].1;
    assert_eq!(
        (&hai_phong["code"], &hai_phong["working_crs"]),
        (&"31".into(), &"EPSG:9210".into())
    );
    assert_eq!(hai_phong["verified"], false);
}

#[test]
fn what_is_assumed_says_so_and_bears_no_code_of_the_law() {
    for unit in on("commune", "2024-12-31") {
        assert_eq!(unit.1["verified"], false, "{}", unit.1);
        let is_part = unit.1["name"].as_str().unwrap().contains("phần giả định");
        assert_eq!(is_part, code(&unit).ends_with(['a', 'b']), "{}", unit.1);
    }
    for row in crosswalk("2025-07-01") {
        let method = if row["split"] == "true" {
            "assumption"
        } else {
            "official"
        };
        assert_eq!(row["method"], method, "{row:?}");
    }
}

#[test]
fn every_layout_is_valid_and_covers_the_province_without_gap_or_overlap() {
    let province = area_km2(&on("province", "2025-01-01"));
    for day in ["2024-01-01", "2025-01-01", "2025-07-01"] {
        let units = on("commune", day);
        for unit in &units {
            assert!(unit.0.is_valid(), "{}", unit.1);
            assert!(!unit.0.0.is_empty(), "{}", unit.1);
        }
        let shapes: Vec<MultiPolygon> = units.iter().map(|unit| unit.0.clone()).collect();
        outer_ring(&shapes);
        assert!((area_km2(&units) - province).abs() < 1e-3, "{day}");
    }
}

#[test]
fn the_crosswalk_says_of_each_unit_what_became_of_it() {
    for (day, before) in [("2025-01-01", "2024-12-31"), ("2025-07-01", "2025-06-30")] {
        let rows = crosswalk(day);
        let codes = |units: Vec<Unit>| -> BTreeSet<String> {
            units.iter().map(|unit| code(unit).to_owned()).collect()
        };
        let column =
            |name: &str| -> BTreeSet<String> { rows.iter().map(|row| row[name].clone()).collect() };
        assert_eq!(column("from_code"), codes(on("commune", before)));
        assert_eq!(column("to_code"), codes(on("commune", day)));
        for share in ["area_share", "pop_share"] {
            let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
            for row in &rows {
                let value: f64 = row[share].parse().unwrap();
                assert!(
                    (0.0..=1.0).contains(&value) && (share == "pop_share" || value > 0.0),
                    "{row:?}"
                );
                *sums.entry(&row["from_code"]).or_default() += value;
            }
            assert!(
                sums.values().all(|sum| (sum - 1.0).abs() < 1e-12),
                "{sums:?}"
            );
        }
    }
    let mut targets: BTreeMap<String, u32> = BTreeMap::new();
    for row in crosswalk("2025-07-01") {
        *targets.entry(row["from_code"].clone()).or_default() += 1;
    }
    assert_eq!(targets.values().filter(|&&count| count > 1).count(), 34);
}

#[test]
fn a_unit_is_made_of_the_communes_that_the_law_names_in_the_shares_the_crosswalk_says() {
    let communes: BTreeMap<String, MultiPolygon> = on("commune", "2025-06-30")
        .into_iter()
        .map(|unit| (code(&unit).to_owned(), unit.0))
        .collect();
    let rows = crosswalk("2025-07-01");
    for unit in on("commune", "2025-07-01") {
        let law = units()
            .iter()
            .find(|law| law.code.to_string() == code(&unit))
            .unwrap();
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row["to_code"] == code(&unit))
            .collect();
        assert_eq!(own.len(), law.whole.len() + law.parts.len());
        for row in own {
            let commune = &communes[&row["from_code"]];
            let common = commune.intersection(&unit.0).geodesic_area_unsigned();
            let share: f64 = row["area_share"].parse().unwrap();
            let found = common / commune.geodesic_area_unsigned();
            assert!((found - share).abs() < 1e-4, "{found} {row:?}");
        }
    }
}
