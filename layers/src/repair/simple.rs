//! Whether a small ring is simple, told faster than GEOS does and exactly as it does.

use geo::{
    Coord, Intersects as _, Line, LineString,
    kernels::{Kernel as _, Orientation, RobustKernel},
};

/// Rings up to this many positions are tested side against side; beyond it GEOS' sweep is faster.
const MAX_POSITIONS: usize = 64;

/// The signed area, counter-clockwise positive, of a small closed ring whose sides meet only at their common corners, in
/// the square of its units. None means "not settled": it may be large, or has equal neighbours, touches or crosses itself.
///
/// # Complexity
/// O(n²) comparisons of bounds; the exact predicate decides only between sides whose bounds meet. No allocation.
pub(super) fn simple_area(ring: &LineString) -> Option<f64> {
    let ring = ring.0.as_slice();
    if !(4..=MAX_POSITIONS).contains(&ring.len()) || ring[0] != ring[ring.len() - 1] {
        return None;
    }
    let sides = ring.len() - 1;
    let mut doubled = 0.0;
    for at in 0..sides {
        let (start, end) = (ring[at], ring[at + 1]);
        let after = if at + 2 <= sides {
            ring[at + 2]
        } else {
            ring[1]
        };
        if start == end || folds_back(start, end, after) {
            return None;
        }
        // The last side is a neighbour of the first.
        let others = if at == 0 { sides - 1 } else { sides };
        if meets_any(start, end, ring.get(at + 2..=others).unwrap_or_default()) {
            return None;
        }
        doubled += (start.x - ring[0].x) * (end.y - ring[0].y)
            - (end.x - ring[0].x) * (start.y - ring[0].y);
    }
    Some(doubled / 2.0)
}

/// Whether a side meets any side of a chain of positions.
fn meets_any(start: Coord, end: Coord, chain: &[Coord]) -> bool {
    let (left, right) = (start.x.min(end.x), start.x.max(end.x));
    let (bottom, top) = (start.y.min(end.y), start.y.max(end.y));
    chain.windows(2).any(|other| {
        let (from, to) = (other[0], other[1]);
        let apart = (from.x > right && to.x > right)
            || (from.x < left && to.x < left)
            || (from.y > top && to.y > top)
            || (from.y < bottom && to.y < bottom);
        !apart && Line::new(start, end).intersects(&Line::new(from, to))
    })
}

/// Whether the way back from `end` lies on the way there: both go to the same side of it and are collinear.
fn folds_back(start: Coord, end: Coord, after: Coord) -> bool {
    let opposite = |from: f64, at: f64, to: f64| (from < at && to > at) || (from > at && to < at);
    !opposite(start.x, end.x, after.x)
        && !opposite(start.y, end.y, after.y)
        && RobustKernel::orient2d(start, end, after) == Orientation::Collinear
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rings on a coarse grid, where touching, folding and crossing are common.
    fn ring() -> impl Strategy<Value = LineString> {
        prop::collection::vec((0_i32..5, 0_i32..5), 3..9).prop_map(|corners| {
            let degrees =
                |(x, y): (i32, i32)| (106.0 + f64::from(x) / 7.0, 20.0 + f64::from(y) / 7.0);
            let mut ring = corners.into_iter().map(degrees).collect::<LineString>();
            ring.close();
            ring
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn a_ring_without_equal_neighbours_is_simple_exactly_when_geos_finds_it_valid(ring in ring()) {
            prop_assume!(ring.0.len() > 3 && ring.0.windows(2).all(|pair| pair[0] != pair[1]));
            let polygon = geo::Geometry::Polygon(geo::Polygon::new(ring.clone(), Vec::new()));
            let geos = gdal::vector::Geometry::from_wkb(&super::super::wkb_of(&polygon)).unwrap();
            let valid = crate::messages::quiet(|| geos.is_valid());
            prop_assert_eq!(simple_area(&ring).is_some(), valid, "{:?}", ring);
        }
    }
}
