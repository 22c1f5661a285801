//! Which layer is written to which files, and in which order.

mod administration;
mod environment;
mod land;
mod layouts;
mod services;
mod terrain;
mod transport;
mod water;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    accidents, communes::PROVINCE_AREA_KM2, error::GenerateError, facilities,
    manifest::ManifestEntry, province::Province, records, roads::Road, write::create,
};

const README: &str = "Hải Dương (tổng hợp) - Hai Duong (synthetic)\n\n\
Dữ liệu trong thư mục này là dữ liệu tổng hợp do máy sinh ra. Tên, mã và một số số liệu là số liệu công bố;\n\
hình học, thửa đất, quy hoạch, công trình, quan trắc và tai nạn KHÔNG có thật. Không dùng để ra quyết định.\n\n\
The data in this folder are synthetic, made by a generator. Names, codes and some figures are published ones;\n\
geometries, parcels, plans, buildings, observations and accidents are NOT real. Do not base decisions on them.\n\n\
manifest.json lists the layers and their files; truths.json lists what was planted on purpose.\n";

/// Writes everything but the manifest.
pub(crate) fn write_all(
    dir: &Path,
    province: &Province,
    progress: &mut dyn FnMut(&str, f64),
) -> Result<Vec<ManifestEntry>, GenerateError> {
    create::bytes(&dir.join("README.txt"), README.as_bytes())?;
    progress("Đơn vị hành chính · Administrative units", 0.36);
    let mut entries = administration::write(dir, province)?;
    entries.extend(layouts::write(dir, province)?);
    progress("Thửa đất và quy hoạch · Parcels and plan", 0.4);
    let land = land::write(dir, province, progress)?;
    entries.extend(land.entries);
    progress("Giao thông · Transport", 0.7);
    let roads: Vec<Road> = province.road_graph(land.lanes);
    let accidents = accidents::accidents(&roads, province);
    entries.extend(transport::write(dir, province, &roads, &accidents)?);
    progress("Sông ngòi · Water", 0.8);
    entries.extend(water::write(dir, province, &land.ditches)?);
    progress("Trường, trạm, chợ · Services", 0.84);
    let facilities = facilities::facilities(province, &land.public);
    entries.extend(services::write(dir, province, &facilities)?);
    progress("Quan trắc · Environment", 0.88);
    entries.extend(environment::write(dir, province)?);
    progress("Địa hình · Terrain", 0.9);
    entries.extend(terrain::write(dir, province)?);
    let conflicts: Vec<serde_json::Value> = land
        .conflicts
        .iter()
        .map(|conflict| {
            json!({
                "ma_xa": conflict.commune_code.to_string(), "so_to": conflict.sheet, "so_thua": conflict.number,
                "ma_dat": conflict.code.0, "ma_qh": conflict.planned.0,
                "overlap_m2": (conflict.overlap_m2 * 1e4).round() / 1e4,
            })
        })
        .collect();
    let spot = &accidents.hot_spot;
    let truths = json!({
        "seed": province.options.seed, "scale": province.options.scale.to_string(), "synthetic": true,
        "hot_spot": {
            "layer": "accidents", "lon": spot.centre.x, "lat": spot.centre.y, "radius_m": spot.radius_m,
            "accidents": spot.count,
        },
        "plan_conflicts": {"min_overlap_m2": 1, "count": conflicts.len(), "parcels": conflicts},
        "admin_units": {
            "communes_before_2025_01_01": 235, "communes_2025_h1": 207, "units_from_2025_07_01": 64, "wards": 21,
            "split": 34, "straddling": 13, "register_population": 2_225_640, "area_official_km2": PROVINCE_AREA_KM2,
        },
        "counts": {"parcels": land.parcels, "buildings": land.buildings, "plan_zones": land.zones, "roads": roads.len()},
    });
    create::json(&dir.join("truths.json"), &truths)?;
    Ok(entries)
}

/// An entry of the manifest with titles that say the data are synthetic.
fn entry(layer: &str, theme: &str, (vi, en): (&str, &str), sources: &[&str]) -> ManifestEntry {
    ManifestEntry {
        layer: layer.to_owned(),
        theme: theme.to_owned(),
        title_vi: format!("{vi} (tổng hợp)"),
        title_en: format!("{en} (synthetic)"),
        sources: sources.iter().map(PathBuf::from).collect(),
        record: records::of_layer(layer),
    }
}

/// A number as text with a fixed count of decimals.
fn fixed(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}")
}
