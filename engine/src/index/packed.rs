//! The packed Hilbert R-tree of a published version.

use std::fmt;

use geo_index::rtree::{NeighborsOptions, RTree, RTreeBuilder, RTreeIndex as _, sort::HilbertSort};
use layers::Extent;

use super::{SpatialIndex, nearest_first, squared_distance};

/// A static R-tree over the rows that have an extent, in one buffer of about 40 bytes per row.
pub struct PackedIndex {
    tree: RTree<f64>,
    /// The row of each entry, ascending, as rows without an extent are not in the tree.
    rows: Vec<u32>,
}

impl PackedIndex {
    /// Builds the tree; rows whose extent is empty or not finite are left out.
    ///
    /// # Complexity
    /// O(n log n): about 80 ms per million rows on one core.
    pub fn new(extents: &[Extent]) -> Self {
        let placed = || {
            (0_u32..)
                .zip(extents)
                .filter(|(_, extent)| is_placed(extent))
        };
        let rows: Vec<u32> = placed().map(|(row, _)| row).collect();
        let count = u32::try_from(rows.len()).expect("rows are numbered in u32");
        let mut builder = RTreeBuilder::<f64>::new(count);
        for (_, extent) in placed() {
            builder.add(extent.min_x, extent.min_y, extent.max_x, extent.max_y);
        }
        Self {
            tree: builder.finish::<HilbertSort>(),
            rows,
        }
    }
}

/// Whether an extent can stand in a tree: not empty, and every edge a finite number.
pub(crate) fn is_placed(extent: &Extent) -> bool {
    !extent.is_empty()
        && [extent.min_x, extent.min_y, extent.max_x, extent.max_y]
            .iter()
            .all(|edge| edge.is_finite())
}

impl SpatialIndex for PackedIndex {
    fn search(&self, window: &Extent) -> Vec<u32> {
        if window.is_empty() || self.rows.is_empty() {
            return Vec::new();
        }
        let mut found = self
            .tree
            .search(window.min_x, window.min_y, window.max_x, window.max_y);
        found.sort_unstable();
        if self.rows.len() != self.rows.last().map_or(0, |last| *last as usize + 1) {
            for entry in &mut found {
                *entry = self.rows[*entry as usize];
            }
        }
        found
    }

    fn nearest(&self, x: f64, y: f64, count: usize) -> Vec<(u32, f64)> {
        if self.rows.is_empty() || count == 0 {
            return Vec::new();
        }
        let squared = |[min_x, min_y, max_x, max_y]: [f64; 4]| {
            squared_distance(
                x,
                y,
                &Extent {
                    min_x,
                    min_y,
                    max_x,
                    max_y,
                },
            )
        };
        let found = self.tree.neighbors_with_callbacks(
            NeighborsOptions::k(count).include_tie_breakers(true),
            squared,
            |_, extent| Some(squared(extent)),
        );
        nearest_first(
            found
                .into_iter()
                .map(|(entry, distance)| (self.rows[entry as usize], distance))
                .collect(),
            count,
        )
    }

    fn len(&self) -> usize {
        self.rows.len()
    }
}

impl fmt::Debug for PackedIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PackedIndex")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
