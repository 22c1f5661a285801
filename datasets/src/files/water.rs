//! Waterways, water areas, dykes.

use std::path::Path;

use geo::{Coord, LineString, MultiPolygon};
use serde_json::json;

use super::{administration::in_degrees, entry};
use crate::{
    error::GenerateError,
    manifest::ManifestEntry,
    province::Province,
    write::{
        geojson::{self, GeoJsonWriter},
        geoparquet::{self, Column, Geometries},
    },
};

pub(super) fn write(
    dir: &Path,
    province: &Province,
    ditches: &[Vec<Coord>],
) -> Result<Vec<ManifestEntry>, GenerateError> {
    waterways(dir, province, ditches)?;
    water_areas(dir, province)?;
    dykes(dir, province)?;
    Ok(vec![
        entry(
            "waterways",
            "water",
            ("Sông, kênh, mương", "Waterways"),
            &["waterways.parquet"],
        ),
        entry(
            "water_areas",
            "water",
            ("Mặt nước", "Water areas"),
            &["water_areas.parquet"],
        ),
        entry("dykes", "water", ("Đê", "Dykes"), &["dykes.geojson"]),
    ])
}

fn waterways(dir: &Path, province: &Province, ditches: &[Vec<Coord>]) -> Result<(), GenerateError> {
    let mut rows: Vec<(String, &str, f64, Vec<Coord>)> = Vec::new();
    for river in &province.rivers {
        for LineString(line) in river.course(&province.partition.province) {
            rows.push((river.name.to_owned(), "river", river.width_m, line));
        }
    }
    for (number, canal) in province.canals.iter().enumerate() {
        rows.push((format!("Kênh {}", number + 1), "canal", 12.0, canal.clone()));
    }
    for ditch in ditches {
        rows.push((String::new(), "ditch", 3.0, ditch.clone()));
    }
    let lines: Vec<Vec<Coord>> = rows
        .iter()
        .map(|row| province.plane.lonlats(&row.3))
        .collect();
    let columns = vec![
        (
            "name",
            Column::Text(rows.iter().map(|row| row.0.clone()).collect()),
        ),
        (
            "class",
            Column::Text(rows.iter().map(|row| row.1.to_owned()).collect()),
        ),
        (
            "width_m",
            Column::Float(rows.iter().map(|row| row.2).collect()),
        ),
    ];
    geoparquet::write(
        &dir.join("waterways.parquet"),
        &Geometries::lines(lines.iter().map(Vec::as_slice)),
        columns,
    )
}

fn water_areas(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut names = Vec::new();
    let mut classes = Vec::new();
    let mut shapes: Vec<MultiPolygon> = Vec::new();
    for (river, surface) in province.rivers.iter().zip(&province.surfaces) {
        if !surface.0.is_empty() {
            names.push(river.name.to_owned());
            classes.push("river".to_owned());
            shapes.push(in_degrees(&province.plane, surface));
        }
    }
    for lake in &province.lakes {
        names.push(lake.name.to_owned());
        classes.push(if lake.name.is_empty() { "pond" } else { "lake" }.to_owned());
        shapes.push(in_degrees(
            &province.plane,
            &MultiPolygon::new(vec![lake.polygon()]),
        ));
    }
    let columns = vec![
        ("name", Column::Text(names)),
        ("class", Column::Text(classes)),
    ];
    geoparquet::write(
        &dir.join("water_areas.parquet"),
        &Geometries::multi_polygons(shapes.iter()),
        columns,
    )
}

fn dykes(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("dykes.geojson"), "dykes")?;
    for dyke in &province.dykes {
        let line = province.plane.lonlats(&dyke.line);
        writer.feature(
            &geojson::line(&line),
            &json!({"name": dyke.name, "grade": dyke.grade}),
        )?;
    }
    writer.finish()
}
