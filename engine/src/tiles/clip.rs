//! Lines and rings in tile units, cut to the tile and its buffer.
//!
//! Everything is whole numbers, and a crossing with a line `x = k` or `y = k` is computed from the two ends of the segment
//! in lexicographic order: two tiles that share an edge compute the same crossing. Segments get a vertex where they cross
//! the tile's own edges ([`split_at_edges`]), so that what a tile shows of a long segment does not depend on where the
//! buffer cut it.

use super::grid::{BUFFER, EXTENT};

type Point = [i64; 2];

/// The far edge of the tile.
const FAR: i64 = EXTENT as i64;

/// The lines that bound tile and buffer: axis, place, and which side is kept (1: at or above the place).
const BOUNDS: [(usize, i64, i64); 4] = [
    (0, -BUFFER, 1),
    (0, FAR + BUFFER, -1),
    (1, -BUFFER, 1),
    (1, FAR + BUFFER, -1),
];

/// How a shape lies to the tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Wholly in the tile: nothing to cut.
    Inside,
    /// Partly in the tile or its buffer.
    Across,
    /// Beyond the buffer.
    Outside,
}

/// How points lie to the tile, by their bounding box.
pub(super) fn reach(points: &[Point]) -> Reach {
    let mut low = [i64::MAX; 2];
    let mut high = [i64::MIN; 2];
    for point in points {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    if low.iter().any(|low| *low > FAR + BUFFER) || high.iter().any(|high| *high < -BUFFER) {
        Reach::Outside
    } else if low.iter().all(|low| *low >= 0) && high.iter().all(|high| *high <= FAR) {
        Reach::Inside
    } else {
        Reach::Across
    }
}

/// Whether a point lies in the tile or its buffer.
pub(super) fn holds(point: Point) -> bool {
    point
        .iter()
        .all(|place| (-BUFFER..=FAR + BUFFER).contains(place))
}

/// Adds a vertex wherever a segment crosses one of the tile's four edge lines.
pub(super) fn split_at_edges(points: &[Point], closed: bool) -> Vec<Point> {
    let mut split = Vec::with_capacity(points.len() + 8);
    let mut crossings: Vec<Point> = Vec::with_capacity(4);
    for (index, start) in points.iter().enumerate() {
        push_new(&mut split, *start);
        let next = if index + 1 < points.len() {
            Some(&points[index + 1])
        } else {
            points.first().filter(|_| closed)
        };
        let Some(end) = next else { break };
        crossings.clear();
        for axis in 0..2 {
            for edge in [0, FAR] {
                if (start[axis] < edge) != (end[axis] < edge)
                    && start[axis] != edge
                    && end[axis] != edge
                {
                    crossings.push(crossing(*start, *end, axis, edge));
                }
            }
        }
        let from_start = |point: &Point| (point[0] - start[0]).abs() + (point[1] - start[1]).abs();
        crossings.sort_by_key(from_start);
        for point in &crossings {
            push_new(&mut split, *point);
        }
    }
    split
}

/// The part of a ring in the tile and its buffer (Sutherland & Hodgman 1974); empty where there is none. The ring does not
/// repeat its first point.
pub(super) fn clip_ring(ring: Vec<Point>) -> Vec<Point> {
    BOUNDS.iter().fold(ring, |ring, (axis, place, side)| {
        let inside = |point: &Point| (point[*axis] - place) * side >= 0;
        if ring.iter().all(inside) {
            return ring;
        }
        let mut kept = Vec::with_capacity(ring.len() + 4);
        let Some(mut previous) = ring.last().copied() else {
            return kept;
        };
        for point in ring {
            if inside(&point) != inside(&previous) {
                push_new(&mut kept, crossing(previous, point, *axis, *place));
            }
            if inside(&point) {
                push_new(&mut kept, point);
            }
            previous = point;
        }
        kept
    })
}

/// The parts of a line in the tile and its buffer (Liang & Barsky 1984, one bound at a time).
pub(super) fn clip_line(line: &[Point]) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in line.windows(2) {
        let Some((start, end)) = clip_segment(pair[0], pair[1]) else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && piece.last() == Some(&start) => push_new(piece, end),
            _ => pieces.push(vec![start, end]),
        }
        open = end == pair[1];
    }
    pieces.retain(|piece| piece.len() > 2 || piece[0] != piece[1]);
    pieces
}

fn clip_segment(start: Point, end: Point) -> Option<(Point, Point)> {
    let (mut from, mut to) = (start, end);
    for (axis, place, side) in BOUNDS {
        let inside = |point: &Point| (point[axis] - place) * side >= 0;
        match (inside(&from), inside(&to)) {
            (true, true) => {}
            (false, false) => return None,
            (true, false) => to = crossing(from, to, axis, place),
            (false, true) => from = crossing(from, to, axis, place),
        }
    }
    Some((from, to))
}

/// Where a segment crosses the line on which a coordinate has a value; the same whichever way the segment runs.
fn crossing(start: Point, end: Point, axis: usize, place: i64) -> Point {
    let (a, b) = if start <= end {
        (start, end)
    } else {
        (end, start)
    };
    let other = 1 - axis;
    #[expect(clippy::cast_precision_loss, reason = "differences are below 2^37")]
    let shift =
        (place - a[axis]) as f64 * (b[other] - a[other]) as f64 / (b[axis] - a[axis]) as f64;
    let mut point = [place; 2];
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the crossing lies between the ends"
    )]
    let rounded = shift.round() as i64;
    point[other] = a[other] + rounded;
    point
}

fn push_new(points: &mut Vec<Point>, point: Point) {
    if points.last() != Some(&point) {
        points.push(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_around_the_tile_becomes_the_tile_with_its_buffer() {
        let clipped = clip_ring(vec![
            [-9000, -9000],
            [9000, -9000],
            [9000, 9000],
            [-9000, 9000],
        ]);
        assert_eq!(clipped.len(), 4);
        assert!(
            clipped
                .iter()
                .all(|point| point.iter().all(|place| *place == -64 || *place == 4160)),
            "{clipped:?}"
        );
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_lines() {
        let pieces = clip_line(&[[100, 100], [5000, 100], [5000, 300], [100, 300]]);
        assert_eq!(
            pieces,
            [vec![[100, 100], [4160, 100]], vec![[4160, 300], [100, 300]]]
        );
        assert!(clip_line(&[[-100, -100], [-100, 5000]]).is_empty());
        assert!(
            clip_line(&[[-200, 0], [0, -200]]).is_empty(),
            "it only cuts the corner outside"
        );
    }

    #[test]
    fn neighbours_cross_their_shared_edge_at_the_same_place() {
        let in_west = [[100, 7], [9000, 3001], [-20000, 4001], [4096, 12]];
        let in_east = in_west.map(|[x, y]| [x - 4096, y]);
        let on_edge = |points: &[Point], edge: i64| {
            let mut on: Vec<i64> = points
                .iter()
                .filter(|point| point[0] == edge)
                .map(|point| point[1])
                .collect();
            on.sort_unstable();
            on
        };
        let west = on_edge(&split_at_edges(&in_west, true), 4096);
        let east = on_edge(&split_at_edges(&in_east, true), 0);
        assert_eq!(west, east);
        assert_eq!(west.len(), 3);
    }
}
