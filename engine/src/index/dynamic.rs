//! The R-tree of what changes.

use std::collections::BTreeMap;

use layers::Extent;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::{SpatialIndex, nearest_first, packed::is_placed, squared_distance};

/// An R*-tree whose rows come, move and go.
#[derive(Debug, Default)]
pub struct DynamicIndex {
    tree: RTree<Entry>,
    extents: BTreeMap<u32, Extent>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    row: u32,
    extent: Extent,
}

impl DynamicIndex {
    /// Builds the tree at once, which is several times faster than inserting rows one by one.
    pub fn new(rows: impl IntoIterator<Item = (u32, Extent)>) -> Self {
        let extents: BTreeMap<u32, Extent> = rows
            .into_iter()
            .filter(|(_, extent)| is_placed(extent))
            .collect();
        let entries = extents
            .iter()
            .map(|(row, extent)| Entry {
                row: *row,
                extent: *extent,
            })
            .collect();
        Self {
            tree: RTree::bulk_load(entries),
            extents,
        }
    }

    /// Puts a row at an extent, moving it if it is already there; an empty extent removes it.
    pub fn insert(&mut self, row: u32, extent: Extent) {
        self.remove(row);
        if is_placed(&extent) {
            self.extents.insert(row, extent);
            self.tree.insert(Entry { row, extent });
        }
    }

    /// Takes a row out; whether it was there.
    pub fn remove(&mut self, row: u32) -> bool {
        let Some(extent) = self.extents.remove(&row) else {
            return false;
        };
        self.tree.remove(&Entry { row, extent }).is_some()
    }
}

impl SpatialIndex for DynamicIndex {
    fn search(&self, window: &Extent) -> Vec<u32> {
        if window.is_empty() {
            return Vec::new();
        }
        let window = AABB::from_corners([window.min_x, window.min_y], [window.max_x, window.max_y]);
        let mut found: Vec<u32> = self
            .tree
            .locate_in_envelope_intersecting(&window)
            .map(|entry| entry.row)
            .collect();
        found.sort_unstable();
        found
    }

    fn nearest(&self, x: f64, y: f64, count: usize) -> Vec<(u32, f64)> {
        let mut found: Vec<(u32, f64)> = Vec::with_capacity(count);
        for (entry, squared) in self.tree.nearest_neighbor_iter_with_distance_2(&[x, y]) {
            if found.len() >= count && found.last().is_none_or(|(_, last)| squared > *last) {
                break;
            }
            found.push((entry.row, squared));
        }
        nearest_first(found, count)
    }

    fn len(&self) -> usize {
        self.extents.len()
    }
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(
            [self.extent.min_x, self.extent.min_y],
            [self.extent.max_x, self.extent.max_y],
        )
    }
}

impl PointDistance for Entry {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        squared_distance(point[0], point[1], &self.extent)
    }
}
