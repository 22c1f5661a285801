//! Roads, railways, accidents.

use std::path::Path;

use geo::Coord;
use serde_json::json;

use super::{entry, fixed};
use crate::{
    accidents::Accidents,
    error::GenerateError,
    manifest::ManifestEntry,
    province::Province,
    rivers,
    roads::Road,
    write::{
        geojson::{self, GeoJsonWriter},
        geoparquet::{self, Column, Geometries},
        table::TableWriter,
    },
};

pub(super) fn write(
    dir: &Path,
    province: &Province,
    roads: &[Road],
    accidents: &Accidents,
) -> Result<Vec<ManifestEntry>, GenerateError> {
    write_roads(dir, province, roads)?;
    railways(dir, province)?;
    write_accidents(dir, province, accidents)?;
    let theme = "transport";
    Ok(vec![
        entry("roads", theme, ("Đường bộ", "Roads"), &["roads.parquet"]),
        entry(
            "railways",
            theme,
            ("Đường sắt", "Railways"),
            &["railways.geojson"],
        ),
        entry(
            "accidents",
            theme,
            ("Tai nạn giao thông", "Road accidents"),
            &["accidents.csv"],
        ),
    ])
}

fn write_roads(dir: &Path, province: &Province, roads: &[Road]) -> Result<(), GenerateError> {
    let lines: Vec<Vec<Coord>> = roads
        .iter()
        .map(|road| province.plane.lonlats(&road.line))
        .collect();
    let text = |of: fn(&Road) -> String| Column::Text(roads.iter().map(of).collect());
    let columns = vec![
        ("name", text(|road| road.name.clone())),
        ("ref", text(|road| road.reference.clone())),
        ("class", text(|road| road.class.name().to_owned())),
        (
            "width_m",
            Column::Float(roads.iter().map(Road::width_m).collect()),
        ),
        (
            "lanes",
            Column::Int(roads.iter().map(|road| i32::from(road.lanes)).collect()),
        ),
        ("oneway", Column::Bool(vec![false; roads.len()])),
        (
            "speed_kmh",
            Column::Int(roads.iter().map(|road| road.class.speed_kmh()).collect()),
        ),
        (
            "bridge",
            Column::Bool(roads.iter().map(|road| road.bridge).collect()),
        ),
    ];
    let geometries = Geometries::lines(lines.iter().map(Vec::as_slice));
    geoparquet::write(&dir.join("roads.parquet"), &geometries, columns)
}

fn railways(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("railways.geojson"), "railways")?;
    for (name, line) in &province.railways {
        for part in rivers::clip(line, &province.partition.province) {
            let degrees = province.plane.lonlats(&part.0);
            writer.feature(&geojson::line(&degrees), &json!({"name": name}))?;
        }
    }
    writer.finish()
}

fn write_accidents(
    dir: &Path,
    province: &Province,
    accidents: &Accidents,
) -> Result<(), GenerateError> {
    let header = [
        "lon",
        "lat",
        "occurred_at",
        "severity",
        "injured",
        "deaths",
        "road_ref",
    ];
    let mut writer = TableWriter::new(&dir.join("accidents.csv"), &header)?;
    for accident in &accidents.rows {
        let place = province.plane.lonlat(accident.place);
        writer.row(&[
            fixed(place.x, 6),
            fixed(place.y, 6),
            accident.occurred_at.clone(),
            accident.severity.to_owned(),
            accident.injured.to_string(),
            accident.deaths.to_string(),
            accident.road.clone(),
        ])?;
    }
    writer.finish()
}
