//! The point of a polygon that is farthest from its border: where its label stands.
//!
//! A search by quadtree cells that are refined while they can still hold a better point ("pole of inaccessibility",
//! Garcia-Castellanos & Lombardo 2007; the cell search is Agafonkin's).

use std::{cmp::Ordering, collections::BinaryHeap};

/// The search ends when no cell can be better by more than this share of the polygon's smaller side. A label is placed to
/// a pixel; a twentieth of what it stands in is finer.
const PRECISION_SHARE: f64 = 0.05;

/// Cells looked at before the best so far is taken; reached only by shapes as thin as a hair.
const CELL_LIMIT: usize = 400;

/// The search starts with at most this many squares along the longer side.
const FIRST_CELLS: f64 = 32.0;

/// A square that may hold the point.
struct Cell {
    center: [f64; 2],
    half: f64,
    depth: f64,
}

impl Cell {
    fn new(center: [f64; 2], half: f64, rings: &[&[[f64; 2]]]) -> Self {
        Self {
            center,
            half,
            depth: depth(center, rings),
        }
    }

    /// No point of the cell is deeper than this.
    fn bound(&self) -> f64 {
        self.depth + self.half * std::f64::consts::SQRT_2
    }
}

/// The deepest point of a polygon given as its exterior ring and holes, none repeating its first point.
pub(super) fn deepest_point(rings: &[&[[f64; 2]]]) -> [f64; 2] {
    let extent = layers::Extent::around(rings[0].iter().map(|position| (position[0], position[1])));
    let (center_x, center_y) = extent.center();
    let side = extent.width().min(extent.height());
    let mut best = Cell::new([center_x, center_y], 0.0, rings);
    if side <= 0.0 {
        return best.center;
    }
    let mut cells = BinaryHeap::new();
    let longest = extent.width().max(extent.height());
    let half = side.max(longest / FIRST_CELLS) / 2.0;
    let (columns, rows) = (
        (extent.width() / half / 2.0).ceil(),
        (extent.height() / half / 2.0).ceil(),
    );
    let mut row = 0.0;
    while row < rows {
        let mut column = 0.0;
        while column < columns {
            let center = [
                extent.min_x + (column * 2.0 + 1.0) * half,
                extent.min_y + (row * 2.0 + 1.0) * half,
            ];
            cells.push(Cell::new(center, half, rings));
            column += 1.0;
        }
        row += 1.0;
    }
    let mut looked_at = cells.len();
    while let Some(cell) = cells.pop() {
        if cell.bound() - best.depth <= side * PRECISION_SHARE || looked_at > CELL_LIMIT {
            if cell.depth > best.depth {
                best = cell;
            }
            break;
        }
        let half = cell.half / 2.0;
        for (x, y) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
            cells.push(Cell::new(
                [cell.center[0] + x, cell.center[1] + y],
                half,
                rings,
            ));
        }
        looked_at += 4;
        if cell.depth > best.depth {
            best = cell;
        }
    }
    best.center
}

/// Distance to the border, negative outside.
fn depth(position: [f64; 2], rings: &[&[[f64; 2]]]) -> f64 {
    let mut inside = false;
    let mut squared = f64::INFINITY;
    for ring in rings {
        let mut previous = ring[ring.len() - 1];
        for vertex in *ring {
            let crosses = (vertex[1] > position[1]) != (previous[1] > position[1]);
            if crosses {
                let share = (position[1] - vertex[1]) / (previous[1] - vertex[1]);
                inside ^= position[0] < vertex[0] + share * (previous[0] - vertex[0]);
            }
            squared = squared.min(squared_distance(position, previous, *vertex));
            previous = *vertex;
        }
    }
    if inside {
        squared.sqrt()
    } else {
        -squared.sqrt()
    }
}

fn squared_distance(position: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (along_x, along_y) = (b[0] - a[0], b[1] - a[1]);
    let squared = along_x * along_x + along_y * along_y;
    let share = ((position[0] - a[0]) * along_x + (position[1] - a[1]) * along_y) / squared;
    let share = if squared > 0.0 {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (x, y) = (
        position[0] - a[0] - share * along_x,
        position[1] - a[1] - share * along_y,
    );
    x * x + y * y
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_bound = self.bound().total_cmp(&other.bound());
        by_bound
            .then_with(|| other.center[0].total_cmp(&self.center[0]))
            .then_with(|| other.center[1].total_cmp(&self.center[1]))
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cell {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_stands_inside_even_where_the_centroid_does_not() {
        let horseshoe = [
            [0.0, 0.0],
            [10.0, 0.0],
            [10.0, 10.0],
            [8.0, 10.0],
            [8.0, 2.0],
            [2.0, 2.0],
            [2.0, 10.0],
            [0.0, 10.0],
        ];
        let point = deepest_point(&[&horseshoe]);
        assert!(depth(point, &[&horseshoe]) > 0.9, "{point:?}");
    }

    #[test]
    fn a_label_keeps_out_of_a_hole() {
        let square = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let hole = [[3.0, 3.0], [3.0, 9.5], [9.5, 9.5], [9.5, 3.0]];
        let point = deepest_point(&[&square, &hole]);
        assert!(depth(point, &[&square, &hole]) > 1.3, "{point:?}");
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the middle of whole numbers is exact")]
    fn a_polygon_without_area_still_has_a_place() {
        let flat = [[1.0, 1.0], [3.0, 1.0], [2.0, 1.0]];
        assert_eq!(deepest_point(&[&flat]), [2.0, 1.0]);
    }
}
