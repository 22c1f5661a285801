//! Overlays compute on a grid of whole numbers laid over their input; this brings vertices back to where they were.

use geo::{Coord, MapCoordsInPlace as _, MultiLineString, MultiPolygon};
use rstar::RTree;

/// The grid of `i_overlay` has some 2^30 lines across the input; a vertex is moved by less than this share of the width.
const MOVED: f64 = 1.0 / (1_u64 << 27) as f64;

/// An answer of an overlay.
pub(in crate::sql::functions) trait Overlaid {
    fn move_each(&mut self, to: impl Fn(Coord) -> Coord + Copy);
}

impl Overlaid for MultiPolygon {
    fn move_each(&mut self, to: impl Fn(Coord) -> Coord + Copy) {
        self.map_coords_in_place(to);
    }
}

impl Overlaid for MultiLineString {
    fn move_each(&mut self, to: impl Fn(Coord) -> Coord + Copy) {
        self.map_coords_in_place(to);
    }
}

/// Moves each vertex of an answer that is a vertex of the input to exactly that; crossings stay where the grid has them.
///
/// Without it, neighbours that were overlaid in different groups would no longer share their vertices.
///
/// # Complexity
/// O((n + m) log m) for n vertices of the answer and m of the input.
pub(in crate::sql::functions) fn restore<A: Overlaid>(
    mut answer: A,
    input: impl Iterator<Item = Coord>,
) -> A {
    let vertices: Vec<[f64; 2]> = input.map(|at| [at.x, at.y]).collect();
    let span = |axis: usize| {
        let values = vertices.iter().map(|at| at[axis]);
        values.clone().fold(f64::NEG_INFINITY, f64::max) - values.fold(f64::INFINITY, f64::min)
    };
    let most = span(0).max(span(1)) * MOVED;
    let vertices = RTree::bulk_load(vertices);
    answer.move_each(|at| {
        let nearest = vertices.nearest_neighbor(&[at.x, at.y]);
        let near = nearest.filter(|[x, y]| (at.x - x).hypot(at.y - y) <= most);
        near.map_or(at, |&[x, y]| Coord { x, y })
    });
    answer
}
