//! The packed R-tree of a published version.

use std::{
    fmt,
    ops::{ControlFlow, Range},
};

use geo_index::rtree::{RTreeBuilder, RTreeIndex as _, sort::HilbertSort};
use layers::Extent;

use super::{
    SpatialIndex,
    levels::{Children, FAN_OUT, Levels, Node, Visit},
    squared_distance,
};

/// A static R-tree over the rows of a layer: 34 bytes per row, 38 where the rows had to be sorted.
///
/// Rows that follow the plane already, as those of a published layer sorted by H3 cell do, are taken as they are: a node is
/// then a range of rows, found rows come out ascending, and building is one pass.
pub struct PackedIndex {
    /// By row; empty where a row has no place.
    extents: Vec<Extent>,
    /// The row of each entry; none where entry n is row n.
    order: Option<Vec<u32>>,
    levels: Levels,
    placed: usize,
}

impl PackedIndex {
    /// Builds the tree over rows in any order; rows whose extent is empty or not finite are never found.
    ///
    /// # Complexity
    /// O(n log n): the entries are sorted by the Hilbert value of their centre.
    pub fn new(extents: Vec<Extent>) -> Self {
        let rows = (0_u32..).zip(&extents);
        let placed: Vec<u32> = rows
            .filter(|(_, extent)| is_placed(extent))
            .map(|(row, _)| row)
            .collect();
        let count = u32::try_from(placed.len()).expect("rows are numbered in u32");
        let mut builder = RTreeBuilder::<f64>::new(count);
        for row in &placed {
            let extent = &extents[*row as usize];
            builder.add(extent.min_x, extent.min_y, extent.max_x, extent.max_y);
        }
        let sorted = builder.finish::<HilbertSort>();
        let entries = sorted.indices();
        let order: Vec<u32> = (0..placed.len())
            .map(|at| placed[entries.get(at)])
            .collect();
        Self {
            levels: Levels::new(order.len(), |at| extents[order[at] as usize]),
            placed: placed.len(),
            order: Some(order),
            extents,
        }
    }

    /// Builds the tree over rows that follow a space-filling order already. Any order is correct; a bad one is slow.
    ///
    /// # Complexity
    /// O(n).
    pub fn in_order(mut extents: Vec<Extent>) -> Self {
        let mut placed = extents.len();
        for extent in extents.iter_mut().filter(|extent| !is_placed(extent)) {
            *extent = Extent::EMPTY;
            placed -= 1;
        }
        Self {
            levels: Levels::new(extents.len(), |at| extents[at]),
            placed,
            order: None,
            extents,
        }
    }

    /// The extent of a row; none where it has no place, or past the end.
    pub fn extent_of(&self, row: u32) -> Option<Extent> {
        let extent = self.extents.get(row as usize).copied();
        extent.filter(|extent| !extent.is_empty())
    }

    /// How many entries the tree has, without or with rows that have no place.
    pub(crate) fn entries(&self) -> usize {
        self.order.as_ref().map_or(self.extents.len(), Vec::len)
    }

    /// The row of an entry.
    pub(crate) fn row_at(&self, entry: usize) -> u32 {
        match &self.order {
            Some(order) => order[entry],
            None => u32::try_from(entry).expect("rows are numbered in u32"),
        }
    }

    /// Whether entries are rows, so that a range of entries is a range of rows.
    pub(crate) fn is_in_order(&self) -> bool {
        self.order.is_none()
    }

    /// The extent of a row as stored: empty where it has no place.
    pub(crate) fn stored_extent(&self, row: u32) -> &Extent {
        &self.extents[row as usize]
    }

    /// How many rows a window finds at most, within a node's worth at its edge.
    ///
    /// # Complexity
    /// O(√n): only nodes across the edge of the window are entered.
    pub(crate) fn at_most(&self, window: &Extent) -> usize {
        let mut count = 0;
        let mut run = |entries: Range<usize>, _| count += entries.len();
        self.walk(&(0..self.entries()), &mut in_window(window), &mut run);
        count
    }

    /// Walks the entries of a range in their order; see [`Levels::walk`]. `run` may get rows that have no place.
    pub(crate) fn walk(
        &self,
        share: &Range<usize>,
        node: &mut impl FnMut(&Extent) -> Visit,
        run: &mut impl FnMut(Range<usize>, bool),
    ) {
        let done: ControlFlow<()> = self.levels.walk(share, node, &mut |entries, all| {
            run(entries, all);
            ControlFlow::Continue(())
        });
        debug_assert!(done.is_continue(), "nothing breaks the walk");
    }

    /// The `count` rows nearest by some distance, nearest first, ties in ascending order of the row.
    ///
    /// `least` is a distance that no row inside an extent falls short of, infinite for an empty one; `exact` is that of a row,
    /// infinite where it has none or is not asked for. Nothing farther than `within` is looked at.
    pub(crate) fn nearest_by(
        &self,
        count: usize,
        within: f64,
        least: &impl Fn(&Extent) -> f64,
        exact: &mut impl FnMut(u32) -> f64,
    ) -> Vec<(u32, f64)> {
        let mut search = Nearest {
            index: self,
            least,
            exact,
            count,
            within,
            found: Vec::with_capacity(count.min(self.entries()) + 1),
        };
        if count > 0 {
            search.under(None);
        }
        search.found
    }
}

/// A search for the nearest rows, depth first, nearest nodes first.
struct Nearest<'a, L, E> {
    index: &'a PackedIndex,
    least: &'a L,
    exact: &'a mut E,
    count: usize,
    within: f64,
    /// Nearest first.
    found: Vec<(u32, f64)>,
}

impl<L: Fn(&Extent) -> f64, E: FnMut(u32) -> f64> Nearest<'_, L, E> {
    /// Beyond this distance nothing can be among the nearest.
    fn bound(&self) -> f64 {
        match self.found.last() {
            Some((_, farthest)) if self.found.len() == self.count => *farthest,
            _ => self.within,
        }
    }

    fn under(&mut self, node: Option<Node>) {
        let levels = &self.index.levels;
        let children = levels.children(node);
        let (Children::Nodes(_, places) | Children::Entries(places)) = &children;
        // First all measures, without a branch; then the few that matter, nearest first: not worth a heap.
        let mut all = [f64::INFINITY; FAN_OUT];
        for (least, at) in all.iter_mut().zip(places.clone()) {
            *least = (self.least)(match children {
                Children::Nodes(level, _) => levels.extent(Node { level, at }),
                Children::Entries(_) => self.index.stored_extent(self.index.row_at(at)),
            });
        }
        let (mut near, mut filled) = ([(0.0_f64, 0_usize); FAN_OUT], 0);
        let bound = self.bound();
        for (least, at) in all.into_iter().zip(places.clone()) {
            if least <= bound && least < f64::INFINITY {
                let mut slot = filled;
                while slot > 0 && near[slot - 1].0 > least {
                    near[slot] = near[slot - 1];
                    slot -= 1;
                }
                near[slot] = (least, at);
                filled += 1;
            }
        }
        for (least, at) in &near[..filled] {
            if *least > self.bound() {
                break;
            }
            match &children {
                Children::Nodes(level, _) => self.under(Some(Node {
                    level: *level,
                    at: *at,
                })),
                Children::Entries(_) => self.take(self.index.row_at(*at)),
            }
        }
    }

    fn take(&mut self, row: u32) {
        let distance = (self.exact)(row);
        if distance <= self.bound() {
            keep_nearest(&mut self.found, self.count, row, distance);
        }
    }
}

/// Keeps a row among the `count` nearest if it is one, nearest first, ties in the order of the rows. What has no distance, or an
/// infinite one, is not kept.
pub(crate) fn keep_nearest(found: &mut Vec<(u32, f64)>, count: usize, row: u32, distance: f64) {
    let place = found.partition_point(|(other, nearer)| {
        nearer.total_cmp(&distance).then(other.cmp(&row)).is_lt()
    });
    if place < count && distance.is_finite() {
        found.insert(place, (row, distance));
        found.truncate(count);
    }
}

/// What a window does with nodes.
fn in_window(window: &Extent) -> impl FnMut(&Extent) -> Visit {
    move |extent| match () {
        () if window.covers(extent) => Visit::All,
        () if window.intersects(extent) => Visit::Enter,
        () => Visit::Skip,
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
        let mut found = Vec::new();
        if window.is_empty() {
            return found;
        }
        let mut run = |entries: Range<usize>, _| {
            let rows = entries.map(|entry| self.row_at(entry));
            found.extend(rows.filter(|row| window.intersects(self.stored_extent(*row))));
        };
        self.walk(&(0..self.entries()), &mut in_window(window), &mut run);
        if !self.is_in_order() {
            found.sort_unstable();
        }
        found
    }

    fn nearest(&self, x: f64, y: f64, count: usize) -> Vec<(u32, f64)> {
        let squared = |extent: &Extent| squared_distance(x, y, extent);
        let found = self.nearest_by(count, f64::INFINITY, &squared, &mut |row| {
            squared(self.stored_extent(row))
        });
        found
            .into_iter()
            .map(|(row, squared)| (row, squared.sqrt()))
            .collect()
    }

    fn len(&self) -> usize {
        self.placed
    }
}

impl fmt::Debug for PackedIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PackedIndex")
            .field("rows", &self.placed)
            .field("in_order", &self.is_in_order())
            .finish_non_exhaustive()
    }
}
