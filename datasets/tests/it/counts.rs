//! How many of everything, and the shape of the observations.

use std::collections::BTreeMap;

use crate::{province, read};

fn count(rows: &[BTreeMap<String, String>], column: &str, value: &str) -> usize {
    rows.iter().filter(|row| row[column] == value).count()
}

#[test]
fn the_small_province_has_about_the_promised_size() {
    let truths = read::json(&province::folder().join("truths.json"));
    let parcels = truths["counts"]["parcels"].as_u64().unwrap();
    let buildings = truths["counts"]["buildings"].as_u64().unwrap();
    assert!((22_000..=28_500).contains(&parcels), "{parcels}");
    assert!((7_000..=9_500).contains(&buildings), "{buildings}");
}

#[test]
fn every_commune_has_parcels_a_health_station_and_schools() {
    let folder = province::folder();
    let mut with_parcels: Vec<String> = datasets::DISTRICTS
        .iter()
        .flat_map(|district| {
            read::shapefile(&folder.join(format!("parcels/{}.shp", district.file_name)))
        })
        .map(|row| row.text("ma_xa"))
        .collect();
    with_parcels.sort();
    with_parcels.dedup();
    assert_eq!(with_parcels.len(), 207);

    let health = read::csv(&folder.join("health_facilities.csv"));
    assert_eq!(count(&health, "kind", "health_station"), 207);
    assert_eq!(count(&health, "kind", "hospital"), 20);
    let schools = read::csv(&folder.join("schools.csv"));
    for (level, range) in [
        ("kindergarten", 260..=340),
        ("primary", 260..=310),
        ("lower_secondary", 240..=300),
        ("upper_secondary", 45..=60),
    ] {
        let found = count(&schools, "level", level);
        assert!(range.contains(&found), "{found} of level {level}");
    }
}

#[test]
fn residents_sum_to_the_province_and_ages_to_the_village() {
    let rows = read::csv(&province::folder().join("residents.csv"));
    let mut sum = 0;
    for row in &rows {
        let number = |name: &str| row[name].parse::<u32>().unwrap();
        let ages = [
            "age_0_2",
            "age_3_5",
            "age_6_10",
            "age_11_14",
            "age_15_17",
            "age_18_59",
            "age_60_plus",
        ];
        assert_eq!(
            ages.map(number).iter().sum::<u32>(),
            number("total"),
            "{row:?}"
        );
        sum += number("total");
    }
    assert!(sum.abs_diff(1_950_000) < 5_000, "{sum}");
}

#[test]
fn fine_dust_has_the_observed_distribution() {
    let rows = read::csv(&province::folder().join("observations.csv"));
    let mut values: Vec<f64> = rows
        .iter()
        .filter(|row| row["parameter"] == "PM2.5")
        .map(|row| row["value"].parse().unwrap())
        .collect();
    values.sort_by(f64::total_cmp);
    assert_eq!(values.len(), 5 * 30 * 24);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert!((mean - 20.5).abs() < 1.5, "mean {mean}");
    let quartiles = (values[values.len() / 4], values[values.len() * 3 / 4]);
    assert!(
        (quartiles.0 - 15.0).abs() < 2.0 && (quartiles.1 - 24.0).abs() < 2.0,
        "{quartiles:?}"
    );
    assert!(
        (85.0..=103.0).contains(&values[values.len() - 1]),
        "{}",
        values[values.len() - 1]
    );
}

#[test]
fn the_hot_spot_has_its_accidents() {
    let folder = province::folder();
    let spot = &read::json(&folder.join("truths.json"))["hot_spot"];
    let (lon, lat) = (spot["lon"].as_f64().unwrap(), spot["lat"].as_f64().unwrap());
    let near = |row: &BTreeMap<String, String>, radius_m: f64| {
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        let (dx, dy) = (
            (number("lon") - lon) * 103_900.0,
            (number("lat") - lat) * 110_700.0,
        );
        dx.hypot(dy) <= radius_m
    };
    let rows = read::csv(&folder.join("accidents.csv"));
    assert_eq!(rows.len(), 3000);
    let radius_m = spot["radius_m"].as_f64().unwrap();
    let inside = rows.iter().filter(|row| near(row, radius_m + 5.0)).count();
    assert!(
        inside as u64 >= spot["accidents"].as_u64().unwrap(),
        "{inside}"
    );
    let around = rows.iter().filter(|row| near(row, radius_m * 4.0)).count();
    assert!(inside * 2 > around, "{inside} of {around} nearby");
}
