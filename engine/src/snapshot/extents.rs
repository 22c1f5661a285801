//! The extent of every row, read straight from its WKB.

use arrow::array::{Array as _, BinaryArray};
use layers::Extent;
use rayon::prelude::*;
use sedona_geometry::{bounds::wkb_bounds_xy, interval::IntervalTrait as _};

use crate::index::is_placed;

/// The extents of all rows, empty where there is none, and the rows that have a geometry but no finite extent.
pub(crate) fn of_rows(geometries: &BinaryArray) -> (Vec<Extent>, Vec<u32>) {
    let extents: Vec<Extent> = (0..geometries.len())
        .into_par_iter()
        .map(|row| {
            if geometries.is_valid(row) {
                of_wkb(geometries.value(row))
            } else {
                Extent::EMPTY
            }
        })
        .collect();
    let unplaced = (0_u32..)
        .zip(&extents)
        .filter(|(row, extent)| !is_placed(extent) && geometries.is_valid(*row as usize))
        .map(|(row, _)| row)
        .collect();
    (extents, unplaced)
}

/// Whether every geometry is one point with two coordinates, whose extent then says all: no other WKB has 21 bytes.
pub(crate) fn all_points(geometries: &BinaryArray) -> bool {
    (0..geometries.len()).all(|row| geometries.is_null(row) || geometries.value_length(row) == 21)
}

/// The extent of one geometry; empty for EMPTY and for bytes that are no WKB.
pub(crate) fn of_wkb(bytes: &[u8]) -> Extent {
    let Ok(bounds) = wkb_bounds_xy(bytes) else {
        return Extent::EMPTY;
    };
    if bounds.is_empty() {
        return Extent::EMPTY;
    }
    Extent {
        min_x: bounds.x().lo(),
        min_y: bounds.y().lo(),
        max_x: bounds.x().hi(),
        max_y: bounds.y().hi(),
    }
}
