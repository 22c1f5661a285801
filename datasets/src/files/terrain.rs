//! Elevation and land cover: rasters of one second of arc (about 30 m).

use std::path::Path;

use geo::Coord;
use tiff::encoder::colortype::{Gray8, Gray32Float};

use super::entry;
use crate::{
    error::GenerateError,
    ground,
    land_cover::{LandCover, NODATA},
    manifest::ManifestEntry,
    province::Province,
    write::geotiff::{self, Frame},
};

const PIXEL_DEG: f64 = 1.0 / 3600.0;
/// Pixels between places that are projected exactly; those between are interpolated.
const PROJECTED_EVERY: u32 = 32;
/// Height of river beds in the plain, below the sea's level.
const RIVER_BED_M: f64 = -2.5;
/// Depth of river beds below the land where that is higher, in the hills.
const RIVER_DEPTH_M: f64 = 6.5;

pub(super) fn write(dir: &Path, province: &Province) -> Result<Vec<ManifestEntry>, GenerateError> {
    let frame = Frame {
        north_west: Coord {
            x: 106.10,
            y: 21.25,
        },
        pixel_deg: PIXEL_DEG,
        columns: (0.52_f64 / PIXEL_DEG).round() as u32,
        rows: (0.58_f64 / PIXEL_DEG).round() as u32,
    };
    let cover = LandCover::new(province);
    let mut heights_m = Vec::with_capacity((frame.columns * frame.rows) as usize);
    let mut classes = Vec::with_capacity(heights_m.capacity());
    for row in 0..frame.rows {
        for place in row_places(&frame, row, province) {
            let height_m = province.relief.height_m(place);
            let flags = province
                .partition
                .commune(place)
                .map_or(0, |_| province.ground.at(place));
            let surface_m = match flags {
                _ if flags & ground::RIVER != 0 => RIVER_BED_M.max(height_m - RIVER_DEPTH_M),
                _ if flags & ground::LAKE != 0 => (height_m - 1.5).max(0.2),
                _ if flags & ground::BANK != 0 => height_m + 0.8,
                _ => height_m,
            };
            heights_m.push((surface_m * 10.0).round() as f32 / 10.0);
            classes.push(cover.class(place, height_m));
        }
    }
    geotiff::write::<Gray32Float>(&dir.join("elevation.tif"), &frame, "-9999", &heights_m)?;
    geotiff::write::<Gray8>(
        &dir.join("land_cover.tif"),
        &frame,
        &NODATA.to_string(),
        &classes,
    )?;
    Ok(vec![
        entry(
            "elevation",
            "terrain",
            ("Độ cao", "Elevation"),
            &["elevation.tif"],
        ),
        entry(
            "land_cover",
            "terrain",
            ("Lớp phủ mặt đất", "Land cover"),
            &["land_cover.tif"],
        ),
    ])
}

/// Places of a row's pixels on the plane.
fn row_places<'a>(
    frame: &'a Frame,
    row: u32,
    province: &'a Province,
) -> impl Iterator<Item = Coord> + 'a {
    let exact: Vec<Coord> = (0..=frame.columns / PROJECTED_EVERY + 1)
        .map(|number| {
            let degrees = frame.centre(number * PROJECTED_EVERY, row);
            province.plane.place(degrees.x, degrees.y)
        })
        .collect();
    (0..frame.columns).map(move |column| {
        let number = (column / PROJECTED_EVERY) as usize;
        let share = f64::from(column % PROJECTED_EVERY) / f64::from(PROJECTED_EVERY);
        crate::shape::between(exact[number], exact[number + 1], share)
    })
}
