//! Rectangles in an R-tree: which rows meet a window, which rows are nearest to a position.
//!
//! Two trees behind one trait. [`PackedIndex`] is built once over a published version and never changes: a packed R-tree
//! whose nodes are runs of rows. [`DynamicIndex`] takes insertions and removals: edits, scenarios, live positions.

mod dynamic;
mod levels;
mod packed;

use layers::Extent;

pub use self::{dynamic::DynamicIndex, packed::PackedIndex};
pub(crate) use self::{
    levels::{Levels, Visit},
    packed::{is_placed, keep_nearest},
};

/// Rows found by their extents. Rows are `u32`: the number of a row in its layer's batch.
pub trait SpatialIndex {
    /// The rows whose extent shares at least a point with the window, in ascending order. An empty window finds nothing.
    ///
    /// # Complexity
    /// O(log n + k log k) for k hits.
    fn search(&self, window: &Extent) -> Vec<u32>;

    /// Up to `count` rows whose extent is nearest to the position, with the distance in the units of the coordinates,
    /// nearest first; ties in ascending order of the row. Inside an extent the distance is 0.
    fn nearest(&self, x: f64, y: f64, count: usize) -> Vec<(u32, f64)>;

    /// How many rows are in the index.
    fn len(&self) -> usize;

    /// Whether no row is in the index.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The square of the distance from a position to a rectangle; 0 inside.
fn squared_distance(x: f64, y: f64, extent: &Extent) -> f64 {
    squared_gap(extent, &Extent::from_corners((x, y), (x, y)))
}

/// The square of the least distance between two rectangles; 0 where they meet, infinite where one is empty.
pub(crate) fn squared_gap(a: &Extent, b: &Extent) -> f64 {
    // Extents have no NaN, about which `f64::max` takes care, at three times the cost.
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    let across = larger(larger(a.min_x - b.max_x, b.min_x - a.max_x), 0.0);
    let along = larger(larger(a.min_y - b.max_y, b.min_y - a.max_y), 0.0);
    across * across + along * along
}

/// How far, of the largest coordinate, a distance may round.
pub(crate) const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// How far around an extent what is at most so far away may lie, rounding included.
pub(crate) fn reach(distance: f64, around: &Extent) -> f64 {
    let edges = [around.min_x, around.min_y, around.max_x, around.max_y];
    let largest = edges
        .iter()
        .fold(0.0, |most: f64, edge| most.max(edge.abs()));
    distance * (1.0 + ROUNDING) + largest * ROUNDING
}

/// Sorts by distance, then row, and keeps the first `count`; squared distances in, distances out.
fn nearest_first(mut found: Vec<(u32, f64)>, count: usize) -> Vec<(u32, f64)> {
    found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    found.truncate(count);
    found
        .into_iter()
        .map(|(row, squared)| (row, squared.sqrt()))
        .collect()
}

#[cfg(test)]
mod tests;
