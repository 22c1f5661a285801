//! Ground that two polygons both cover.

use std::{
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use geo::{BooleanOps as _, MultiPolygon, algorithm::bool_ops::FillRule};

use super::{
    MIN_AREA_M2, MIN_WIDTH_M,
    defects::{Defect, Kept},
    outlines::{Outlines, Position, area_m2, difference, perimeter_m, ring_polygon},
    pairs::Strips,
};

/// Outlines up to this many corners are tested for a line between them, and overlaid whole.
const MAX_SMALL: usize = 64;

/// The overlaps of all pairs of which at least one is wanted.
pub(super) fn find(outlines: &Outlines, wanted: &[bool]) -> Kept {
    let strips = Strips::new(outlines);
    let order = strips.by_size();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let mut own = Vec::new();
        while let Some(strip) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            strips.for_each_pair(*strip, wanted, |a, b, window| {
                own.extend(overlap(outlines, [a, b], window));
            });
        }
        found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(own);
    };
    thread::scope(|scope| {
        let others = thread::available_parallelism().map_or(1, NonZero::get) - 1;
        for _ in 0..others {
            scope.spawn(work);
        }
        work();
    });
    let mut found: Vec<Defect> = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    // The order in which threads came across them is not the data's.
    found.sort_unstable_by(|a, b| a.features.cmp(&b.features));
    let mut kept = Kept::default();
    for defect in found {
        kept.add(defect);
    }
    kept
}

/// What two features both cover within the window that their bounds share, where that is a defect.
fn overlap(outlines: &Outlines, features: [usize; 2], window: [i32; 4]) -> Option<Defect> {
    let [width_m, height_m] = [(window[0], window[2]), (window[1], window[3])]
        .map(|(from, to)| (f64::from(to) - f64::from(from)) / 1e3);
    // Nothing within a strip is wider, by area and perimeter, than the strip.
    if width_m.min(height_m) <= MIN_WIDTH_M || width_m * height_m <= MIN_AREA_M2 {
        return None;
    }
    let [a, b] = features.map(|feature| Rings::of(outlines, feature));
    if a.corners <= MAX_SMALL && b.corners <= MAX_SMALL && (a.is_apart(&b) || b.is_apart(&a)) {
        return None;
    }
    let [a, b] = [a.within(window), b.within(window)];
    let mut shape = a.intersection_with_fill_rule(&b, FillRule::NonZero);
    let width_m = |polygon: &geo::Polygon| {
        let shape = MultiPolygon::from(polygon.clone());
        2.0 * area_m2(polygon) / perimeter_m(&shape)
    };
    shape
        .0
        .retain(|polygon| area_m2(polygon) > MIN_AREA_M2 && width_m(polygon) > MIN_WIDTH_M);
    let width_m = shape.iter().map(width_m).reduce(f64::max)?;
    Some(Defect {
        features: features.into(),
        area_m2: area_m2(&shape),
        width_m,
        shape,
    })
}

/// The rings of a feature.
struct Rings<'a> {
    rings: Vec<&'a [Position]>,
    corners: usize,
}

impl<'a> Rings<'a> {
    fn of(outlines: &'a Outlines, feature: usize) -> Self {
        let rings: Vec<&[Position]> = outlines.rings(feature).collect();
        let corners = rings.iter().map(|ring| ring.len()).sum();
        Self { rings, corners }
    }

    /// Whether a side of this has all of this on its left and all of the other on its right, but for half the least width
    /// of a defect on either side: what both cover is then no wider than that.
    fn is_apart(&self, other: &Self) -> bool {
        let slack_mm = MIN_WIDTH_M / 2.0 * 1e3;
        self.rings.iter().any(|ring| {
            let next = ring.iter().skip(1).chain(ring.first());
            ring.iter().zip(next).any(|(from, to)| {
                let across = |[x, y]: &Position| {
                    let along = (difference(to[0], from[0]), difference(to[1], from[1]));
                    along.0 * difference(*y, from[1]) - along.1 * difference(*x, from[0])
                };
                let slack = slack_mm * difference(to[0], from[0]).hypot(difference(to[1], from[1]));
                other
                    .rings
                    .iter()
                    .copied()
                    .flatten()
                    .all(|at| across(at) <= slack)
                    && self
                        .rings
                        .iter()
                        .copied()
                        .flatten()
                        .all(|at| across(at) >= -slack)
            })
        })
    }

    /// As polygons in metres, cut to the window where it is large.
    fn within(&self, window: [i32; 4]) -> MultiPolygon {
        let ring = |ring: &&[Position]| {
            if ring.len() <= MAX_SMALL {
                ring_polygon(ring)
            } else {
                ring_polygon(&cut(ring, window))
            }
        };
        self.rings.iter().map(ring).collect()
    }
}

/// A ring cut to a window side by side (Sutherland & Hodgman 1974). Pieces stay joined by sides along the window's edge, which
/// cover nothing. Cuts are rounded to the millimetre.
fn cut(ring: &[Position], window: [i32; 4]) -> Vec<Position> {
    let mut ring = ring.to_vec();
    for (axis, bound, keep_above) in [
        (0, window[0], true),
        (1, window[1], true),
        (0, window[2], false),
        (1, window[3], false),
    ] {
        let is_in = |at: &Position| {
            if keep_above {
                at[axis] >= bound
            } else {
                at[axis] <= bound
            }
        };
        let mut kept = Vec::with_capacity(ring.len());
        for (at, to) in ring.iter().zip(ring.iter().skip(1).chain(ring.first())) {
            if is_in(at) {
                kept.push(*at);
            }
            if is_in(at) != is_in(to) {
                kept.push(crossing(*at, *to, axis, bound));
            }
        }
        ring = kept;
    }
    ring
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "between two such positions"
)]
fn crossing(from: Position, to: Position, axis: usize, bound: i32) -> Position {
    let share = difference(bound, from[axis]) / difference(to[axis], from[axis]);
    let other = 1 - axis;
    let mut at = [bound; 2];
    at[other] =
        (f64::from(from[other]) + share * difference(to[other], from[other])).round() as i32;
    at
}
