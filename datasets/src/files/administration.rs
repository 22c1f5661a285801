//! Districts, communes, places.

use std::path::Path;

use geo::{Area as _, Coord, LineString, MapCoords as _, MultiPolygon, Polygon};
use serde_json::json;

use super::entry;
use crate::{
    communes::{DISTRICTS, communes, district_row},
    error::GenerateError,
    manifest::ManifestEntry,
    plane::Plane,
    province::Province,
    write::geojson::{self, GeoJsonWriter},
};

pub(super) fn write(dir: &Path, province: &Province) -> Result<Vec<ManifestEntry>, GenerateError> {
    districts(dir, province)?;
    write_communes(dir, province)?;
    places(dir, province)?;
    let theme = "administration";
    Ok(vec![
        entry(
            "districts",
            theme,
            ("Đơn vị cấp huyện", "District units"),
            &["districts.geojson"],
        ),
        entry(
            "communes",
            theme,
            ("Đơn vị cấp xã", "Communes"),
            &["communes.geojson"],
        ),
        entry("places", theme, ("Địa danh", "Places"), &["places.geojson"]),
    ])
}

/// The same polygons in degrees; shared vertices stay shared.
pub(super) fn in_degrees(plane: &Plane, shape: &MultiPolygon) -> MultiPolygon {
    let mut shape = shape.map_coords(|place| plane.lonlat(place));
    for polygon in &mut shape.0 {
        let (mut exterior, interiors) = std::mem::replace(
            polygon,
            Polygon::new(LineString::new(Vec::new()), Vec::new()),
        )
        .into_inner();
        exterior.0.dedup();
        *polygon = Polygon::new(exterior, interiors);
    }
    shape
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn districts(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("districts.geojson"), "districts")?;
    for (row, district) in DISTRICTS.iter().enumerate() {
        let population: u32 = communes()
            .iter()
            .zip(&province.populations)
            .filter(|(commune, _)| commune.district == district.code)
            .map(|(_, population)| population)
            .sum();
        let shape = in_degrees(&province.plane, &province.partition.districts[row]);
        let attributes = json!({
            "code": district.code.to_string(),
            "name": format!("{} {}", capitalised(district.kind), district.name),
            "kind": district.kind, "area_km2": district.area_km2, "population": population,
        });
        writer.feature(&geojson::multi_polygon(&shape), &attributes)?;
    }
    writer.finish()
}

fn write_communes(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("communes.geojson"), "communes")?;
    for (row, commune) in communes().iter().enumerate() {
        let district = &DISTRICTS[district_row(commune.district)];
        let on_plane = &province.partition.communes[row];
        let shape = in_degrees(&province.plane, on_plane);
        let attributes = json!({
            "code": commune.code.to_string(),
            "name": format!("{} {}", capitalised(commune.kind.vietnamese()), commune.name),
            "kind": commune.kind.vietnamese(), "district_code": district.code.to_string(),
            "district": format!("{} {}", capitalised(district.kind), district.name),
            "population": province.populations[row],
            "area_km2": (on_plane.unsigned_area() / 1e4).round() / 100.0,
        });
        writer.feature(&geojson::multi_polygon(&shape), &attributes)?;
    }
    writer.finish()
}

fn places(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("places.geojson"), "places")?;
    let mut add = |name: &str, (kind, rank): (&str, u8), population: u32, place: Coord| {
        let attributes =
            json!({"name": name, "kind": kind, "rank": rank, "population": population});
        writer.feature(&geojson::point(province.plane.lonlat(place)), &attributes)
    };
    for district in &DISTRICTS {
        let seat = communes()
            .iter()
            .position(|commune| commune.code == district.seat);
        let place = seat
            .map(|row| province.sites[row].place())
            .unwrap_or_default();
        let population: u32 = communes()
            .iter()
            .zip(&province.populations)
            .filter(|(commune, _)| commune.district == district.code && commune.kind.is_urban())
            .map(|(_, population)| population)
            .sum();
        let (kind, rank) = if district.code == 288 {
            ("city", 1)
        } else {
            ("town", 2)
        };
        add(district.name, (kind, rank), population, place)?;
    }
    for (row, commune) in communes().iter().enumerate() {
        if DISTRICTS
            .iter()
            .any(|district| district.seat == commune.code)
        {
            continue;
        }
        add(
            commune.name,
            ("commune", 3),
            province.populations[row],
            province.sites[row].place(),
        )?;
    }
    for village in &province.villages {
        let text = if communes()[village.commune].kind.is_urban() {
            format!("{}, {}", village.name, communes()[village.commune].name)
        } else {
            village.name.trim_start_matches("Thôn ").to_owned()
        };
        add(&text, ("village", 4), village.population, village.place)?;
    }
    writer.finish()
}
