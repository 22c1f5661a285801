//! H3 cells as numbers, text, outlines and covers; the one place that turns degrees into `h3o` values and back.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use h3o::{
    CellIndex, LatLng, Resolution,
    geom::{ContainmentMode, TilerBuilder},
};
use thiserror::Error;

/// The most cells one cover or disk may have.
pub(crate) const MAX_CELLS: usize = 5_000_000;

/// A value that H3 has no answer for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum H3Error {
    /// A number that names no cell.
    #[error("{value} (hexadecimal {value:x}) is not an H3 cell")]
    Cell { value: u64 },
    /// A text that names no cell.
    #[error(
        "{text:?} is not an H3 cell: write its hexadecimal digits, for example \"88415c96a5fffff\""
    )]
    CellText { text: String },
    /// A resolution outside 0 to 15.
    #[error("H3 resolution {value} does not exist: use 0 (coarse) to 15 (fine)")]
    Resolution { value: i64 },
    /// A parent finer than its child.
    #[error(
        "an H3 cell of resolution {of} has no parent of resolution {asked}: ask for {of} or coarser"
    )]
    NoParent { of: u8, asked: u8 },
    /// Degrees that are no place.
    #[error(
        "latitude {lat}, longitude {lon} is no place: both have to be finite numbers of degrees"
    )]
    Position { lat: String, lon: String },
    /// An answer too large.
    #[error(
        "about {count} H3 cells are more than the {MAX_CELLS} allowed: use a coarser resolution or a smaller area"
    )]
    TooMany { count: usize },
    /// A shape with no inside, or a broken one.
    #[error("no H3 cover of this geometry: {reason}")]
    Cover { reason: String },
}

/// The cell of a number.
pub(crate) fn cell_of(value: u64) -> Result<CellIndex, H3Error> {
    CellIndex::try_from(value)
        .ok()
        .ok_or(H3Error::Cell { value })
}

/// The cell of its hexadecimal text.
pub(crate) fn cell_of_text(text: &str) -> Result<CellIndex, H3Error> {
    text.trim().parse().ok().ok_or_else(|| H3Error::CellText {
        text: text.to_owned(),
    })
}

/// The resolution of a number.
pub(crate) fn resolution_of(value: i64) -> Result<Resolution, H3Error> {
    u8::try_from(value)
        .ok()
        .and_then(|value| Resolution::try_from(value).ok())
        .ok_or(H3Error::Resolution { value })
}

/// The cell a position lies in.
pub(crate) fn cell_at(lat: f64, lon: f64, resolution: Resolution) -> Result<CellIndex, H3Error> {
    let position = LatLng::new(lat, lon).ok();
    let position = position.ok_or_else(|| H3Error::Position {
        lat: lat.to_string(),
        lon: lon.to_string(),
    })?;
    Ok(position.to_cell(resolution))
}

/// The outline of a cell in degrees (lon, lat), closed. Cells across the antimeridian come out with longitudes on both
/// sides of it.
pub(crate) fn outline(cell: CellIndex) -> Polygon<f64> {
    let ring = cell
        .boundary()
        .iter()
        .map(|corner| Coord {
            x: corner.lng(),
            y: corner.lat(),
        })
        .collect::<Vec<_>>();
    Polygon::new(LineString::new(ring), Vec::new())
}

/// The cells within `k` steps of a cell, itself included, ascending.
pub(crate) fn disk(cell: CellIndex, k: u32) -> Result<Vec<u64>, H3Error> {
    let k_wide = k as usize;
    let count = 3_usize
        .saturating_mul(k_wide)
        .saturating_mul(k_wide + 1)
        .saturating_add(1);
    if count > MAX_CELLS {
        return Err(H3Error::TooMany { count });
    }
    let mut cells: Vec<u64> = cell
        .grid_disk::<Vec<_>>(k)
        .into_iter()
        .map(u64::from)
        .collect();
    cells.sort_unstable();
    Ok(cells)
}

/// The cells of polygons in degrees, ascending, each once.
pub(crate) fn cover(
    polygons: MultiPolygon<f64>,
    resolution: Resolution,
    mode: ContainmentMode,
) -> Result<Vec<u64>, H3Error> {
    let mut tiler = TilerBuilder::new(resolution).containment_mode(mode).build();
    let filled = polygons
        .into_iter()
        .filter(|polygon| !polygon.exterior().0.is_empty());
    tiler.add_batch(filled).map_err(|error| H3Error::Cover {
        reason: error.to_string(),
    })?;
    let count = tiler.coverage_size_hint();
    if count > MAX_CELLS {
        return Err(H3Error::TooMany { count });
    }
    let mut cells: Vec<u64> = tiler.into_coverage().map(u64::from).collect();
    cells.sort_unstable();
    cells.dedup();
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use geo::Contains as _;

    use super::*;

    /// Resolution, cell of 106.3146 E 20.9373 N and its area in km², by h3-py 4.5.0.
    const REFERENCE: [(i64, &str, f64); 7] = [
        (5, "85415c97fffffff", 275.866028),
        (6, "86415c947ffffff", 39.409480),
        (7, "87415c941ffffff", 5.631365),
        (8, "88415c96a5fffff", 0.804613),
        (9, "89415c941b3ffff", 0.114940),
        (10, "8a415c96a49ffff", 0.016420),
        (11, "8b415c96a49bfff", 0.002346),
    ];

    #[test]
    fn cell_areas_equal_the_reference_implementation() {
        for (resolution, text, area_km2) in REFERENCE {
            let cell = cell_of_text(text).unwrap();
            assert_eq!(i64::from(u8::from(cell.resolution())), resolution);
            assert!(
                (cell.area_km2() - area_km2).abs() < 1e-6,
                "{text}: {}",
                cell.area_km2()
            );
        }
    }

    #[test]
    fn a_cell_covers_itself_and_its_outline_holds_its_middle() {
        let cell = cell_at(20.9373, 106.3146, Resolution::Eight).unwrap();
        let middle = LatLng::from(cell);
        assert!(outline(cell).contains(&geo::Point::new(middle.lng(), middle.lat())));
        let covered = cover(
            MultiPolygon::new(vec![outline(cell)]),
            Resolution::Eight,
            ContainmentMode::ContainsCentroid,
        );
        assert_eq!(covered.unwrap(), [u64::from(cell)]);
        assert_eq!(disk(cell, 2).unwrap().len(), 19);
    }

    #[test]
    fn what_is_no_cell_is_refused_with_the_value() {
        assert_eq!(
            cell_of(42).unwrap_err().to_string(),
            "42 (hexadecimal 2a) is not an H3 cell"
        );
        assert!(
            cell_of_text("xyz").is_err()
                && resolution_of(16).is_err()
                && resolution_of(-1).is_err()
        );
        assert!(cell_at(f64::NAN, 0.0, Resolution::Zero).is_err());
        assert!(disk(cell_of_text("88415c96a5fffff").unwrap(), 10_000).is_err());
    }
}
