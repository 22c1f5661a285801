//! The cells that are tested: those that polygons cover, or a disk around points.

use geo::{Geometry, Polygon};
use h3o::{
    CellIndex, LatLng, Resolution,
    geom::{ContainmentMode, TilerBuilder},
};
use layers::{Extent, LonLat};
use rayon::prelude::*;

use super::super::AnalysisError;
use crate::{CancelToken, LayerSnapshot};

/// Cells that are computed at most; a province at resolution 11 has 700,000.
const CELL_LIMIT: u64 = 1_000_000;

/// Kilometres along a degree of a meridian.
const KM_PER_DEG: f64 = 111.32;

/// A study area in cells, ascending.
#[derive(Debug)]
pub(super) struct Covered {
    pub(super) cells: Vec<CellIndex>,
    /// Polygons that have no usable shape.
    pub(super) unusable_polygons: u64,
}

/// Every cell that a layer's polygons touch, so that no point of the area is left without a cell.
pub(super) fn covered(
    area: &LayerSnapshot,
    resolution: Resolution,
    cancel: &CancelToken,
) -> Result<Covered, AnalysisError> {
    let rows: Vec<u32> =
        (0..u32::try_from(area.len()).expect("a layer has fewer than 2^32 rows")).collect();
    let ground_km2: f64 = rows
        .iter()
        .filter_map(|row| area.extent_of(*row))
        .map(|extent| km2_of(&extent))
        .sum();
    // Polygons fill about half of their extents.
    check_count(ground_km2 / 2.0 / average_km2(resolution), resolution)?;
    let of_row = |row: &u32| -> Result<(Vec<CellIndex>, u64), AnalysisError> {
        if cancel.is_cancelled() {
            return Err(AnalysisError::Cancelled);
        }
        let mut cells = Vec::new();
        let mut unusable = 0;
        for polygon in area.geometry(*row).map(polygons_of).unwrap_or_default() {
            let mut tiler = TilerBuilder::new(resolution)
                .containment_mode(ContainmentMode::Covers)
                .build();
            match tiler.add(polygon) {
                Ok(()) => cells.extend(tiler.into_coverage()),
                Err(_no_area) => unusable += 1,
            }
        }
        Ok((cells, unusable))
    };
    let by_row: Vec<(Vec<CellIndex>, u64)> =
        rows.par_iter().map(of_row).collect::<Result<_, _>>()?;
    let unusable_polygons = by_row.iter().map(|(_, unusable)| unusable).sum();
    let mut cells: Vec<CellIndex> = by_row.into_iter().flat_map(|(cells, _)| cells).collect();
    cells.sort_unstable();
    cells.dedup();
    Ok(Covered {
        cells,
        unusable_polygons,
    })
}

/// A disk of cells around the middle of some, wide enough to hold them all.
pub(super) fn around(
    cells: impl Iterator<Item = CellIndex>,
    resolution: Resolution,
) -> Result<Covered, AnalysisError> {
    let cells: Vec<CellIndex> = cells.collect();
    let centers: Vec<LatLng> = cells.iter().map(|cell| LatLng::from(*cell)).collect();
    let extent = Extent::around(centers.iter().map(|center| (center.lng(), center.lat())));
    let (lon, lat) = extent.center();
    let Some(middle) = LatLng::new(lat, lon)
        .ok()
        .map(|middle| middle.to_cell(resolution))
    else {
        return Ok(Covered {
            cells: Vec::new(),
            unusable_polygons: 0,
        });
    };
    // Estimated before it is counted, since counting fails where the cells are far apart.
    check_count(
        std::f64::consts::FRAC_PI_2 * km2_of(&extent) / average_km2(resolution),
        resolution,
    )?;
    let rings = cells
        .iter()
        .filter_map(|cell| middle.grid_distance(*cell).ok())
        .max()
        .unwrap_or(0);
    let rings = u32::try_from(rings).unwrap_or(0);
    check_count(3.0 * f64::from(rings).powi(2), resolution)?;
    let mut disk: Vec<CellIndex> = middle.grid_disk(rings);
    disk.sort_unstable();
    disk.dedup();
    Ok(Covered {
        cells: disk,
        unusable_polygons: 0,
    })
}

fn check_count(cells: f64, resolution: Resolution) -> Result<(), AnalysisError> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count; saturates"
    )]
    let cells = cells as u64;
    if cells > CELL_LIMIT {
        return Err(AnalysisError::TooManyCells {
            cells,
            resolution: resolution.into(),
            limit: CELL_LIMIT,
        });
    }
    Ok(())
}

fn average_km2(resolution: Resolution) -> f64 {
    resolution.area_km2()
}

fn km2_of(extent: &Extent) -> f64 {
    let middle = LonLat {
        lon: extent.center().0,
        lat: extent.center().1,
    };
    extent.width() * KM_PER_DEG * middle.lat.to_radians().cos() * extent.height() * KM_PER_DEG
}

fn polygons_of(geometry: Geometry<f64>) -> Vec<Polygon<f64>> {
    match geometry {
        Geometry::Polygon(polygon) => vec![polygon],
        Geometry::MultiPolygon(polygons) => polygons.0,
        Geometry::GeometryCollection(all) => all.0.into_iter().flat_map(polygons_of).collect(),
        _ => Vec::new(),
    }
}
