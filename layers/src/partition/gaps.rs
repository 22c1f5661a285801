//! Holes in the union of all polygons.

use geo::{BooleanOps as _, LineString, MultiPolygon, Polygon, algorithm::bool_ops::FillRule};

use super::{
    MAX_GAP_M2, MIN_AREA_M2, MIN_WIDTH_M,
    defects::{Defect, Kept},
    edges::Side,
    outlines::{Position, area_m2, perimeter_m, ring_polygon},
};

/// Features named around a gap at most.
const MAX_NEIGHBOURS: usize = 2;

/// The ground covered by all polygons, from their loose sides: shared ones lie within it.
pub(super) fn union(loose: &[Side]) -> MultiPolygon {
    let rings: MultiPolygon = rings(loose).iter().map(|ring| ring_polygon(ring)).collect();
    rings.union_with_fill_rule(&MultiPolygon::empty(), FillRule::NonZero)
}

/// Loose sides put end to end until they close. Which rings they make does not matter: what surrounds a position is the same.
fn rings(loose: &[Side]) -> Vec<Vec<Position>> {
    let start_of = |at: Position| loose.partition_point(|side| side.from < at);
    // For the first side of each position, how many that start there were used.
    let mut used = vec![0_usize; loose.len()];
    let mut rings = Vec::new();
    for first in 0..loose.len() {
        let group = start_of(loose[first].from);
        if first < group + used[group] {
            continue;
        }
        let mut ring = Vec::new();
        let mut at = loose[first].from;
        loop {
            let group = start_of(at);
            let next = loose.get(group + used.get(group).copied().unwrap_or(0));
            let Some(side) = next.filter(|side| side.from == at) else {
                break;
            };
            used[group] += 1;
            ring.push(at);
            at = side.to;
        }
        rings.push(ring);
    }
    rings
}

/// The holes that are small enough to be gaps. An island within one counts to it.
pub(super) fn find(covered: &MultiPolygon, loose: &[Side]) -> Kept {
    let mut gaps = Kept::default();
    for hole in covered.iter().flat_map(Polygon::interiors) {
        let shape = MultiPolygon::from(Polygon::new(hole.clone(), Vec::new()));
        let area_m2 = area_m2(&shape);
        let width_m = 2.0 * area_m2 / perimeter_m(&shape);
        if area_m2 > MIN_AREA_M2 && area_m2 <= MAX_GAP_M2 && width_m > MIN_WIDTH_M {
            let features = neighbours(hole, loose);
            gaps.add(Defect {
                features,
                area_m2,
                width_m,
                shape,
            });
        }
    }
    gaps
}

/// Features with a loose side that starts at a corner of the hole.
fn neighbours(hole: &LineString, loose: &[Side]) -> Vec<usize> {
    let mut found = Vec::new();
    for corner in &hole.0 {
        #[expect(clippy::cast_possible_truncation, reason = "made of such millimetres")]
        let at = [
            (corner.x * 1e3).round() as i32,
            (corner.y * 1e3).round() as i32,
        ];
        let first = loose.partition_point(|side| side.from < at);
        let here = loose[first..].iter().take_while(|side| side.from == at);
        for side in here {
            if found.len() < MAX_NEIGHBOURS && !found.contains(&side.feature) {
                found.push(side.feature);
            }
        }
    }
    found
}
