//! Sides that no neighbour shares.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use super::outlines::{Outlines, Position, difference};

/// Sides sorted at a time; more are taken in several rounds by their hash, so that memory is bounded.
const SIDES_PER_ROUND: usize = 2_000_000;

/// A corner of one polygon on a side of another is off it by this at most, in millimetres: both were rounded.
const MAX_ROUNDING_MM: f64 = 2.0;

/// The height of the strips that corners are looked up by, in millimetres: a few parcels.
const STRIP_MM: i32 = 100_000;

/// A side of a ring; its feature lies on its left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Side {
    pub(super) from: Position,
    pub(super) to: Position,
    pub(super) feature: usize,
}

/// The sides that are not shared by exactly two polygons in opposite directions, by where they start; a side on which corners
/// of others lie counts as the pieces between them. At every position as many sides start as end.
pub(super) fn loose(outlines: &Outlines) -> Vec<Side> {
    let rounds = sides(outlines).count() / SIDES_PER_ROUND + 1;
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let mut loose = Vec::new();
    for round in 0..rounds {
        let is_now = |side: &Side| {
            rounds == 1 || hasher.hash_one(ends(side)) % rounds as u64 == round as u64
        };
        keep_unmatched(sides(outlines).filter(is_now).collect(), &mut loose);
    }
    let pieces = split(&loose);
    loose.clear();
    keep_unmatched(pieces, &mut loose);
    loose.sort_unstable();
    loose
}

/// For each feature, whether it has a loose side.
pub(super) fn owners(loose: &[Side], features: usize) -> Vec<bool> {
    let mut owners = vec![false; features];
    for side in loose {
        owners[side.feature] = true;
    }
    owners
}

/// All sides of the features of a layer.
fn sides(outlines: &Outlines) -> impl Iterator<Item = Side> {
    (0..outlines.len()).flat_map(move |feature| {
        outlines.rings(feature).flat_map(move |ring| {
            let next = ring.iter().skip(1).chain(ring.first());
            let side = move |(&from, &to): (&Position, &Position)| Side { from, to, feature };
            ring.iter().zip(next).map(side)
        })
    })
}

/// The ends of a side, the same in both directions.
fn ends(side: &Side) -> (Position, Position) {
    (side.from.min(side.to), side.from.max(side.to))
}

fn keep_unmatched(mut sides: Vec<Side>, into: &mut Vec<Side>) {
    sides.sort_unstable_by_key(|side| (ends(side), side.from, side.feature));
    for same in sides.chunk_by(|a, b| ends(a) == ends(b)) {
        if !matches!(same, [a, b] if a.from == b.to) {
            into.extend(same);
        }
    }
}

/// Sides cut at the corners of others that lie on them.
fn split(sides: &[Side]) -> Vec<Side> {
    let strip = |y: i32| y.div_euclid(STRIP_MM);
    // Every corner of a loose side is the start of one.
    let mut corners: Vec<(i32, Position)> = sides
        .iter()
        .map(|side| (strip(side.from[1]), side.from))
        .collect();
    corners.sort_unstable();
    corners.dedup();
    let slack = 2;
    let mut pieces = Vec::with_capacity(sides.len());
    let mut on_side: Vec<(f64, Position)> = Vec::new();
    for side in sides {
        let [west, south] = [0, 1].map(|axis| side.from[axis].min(side.to[axis]) - slack);
        let [east, north] = [0, 1].map(|axis| side.from[axis].max(side.to[axis]) + slack);
        on_side.clear();
        for strip in strip(south)..=strip(north) {
            let first = corners.partition_point(|corner| *corner < (strip, [west, i32::MIN]));
            let near = corners[first..]
                .iter()
                .take_while(|(other, at)| *other == strip && at[0] <= east);
            on_side.extend(near.filter_map(|(_, at)| Some((along(side, *at)?, *at))));
        }
        on_side.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut from = side.from;
        for to in on_side.iter().map(|(_, at)| *at).chain([side.to]) {
            pieces.push(Side { from, to, ..*side });
            from = to;
        }
    }
    pieces
}

/// How far along a side a position lies, as a share; none where it is an end or does not lie on it.
fn along(side: &Side, at: Position) -> Option<f64> {
    if at == side.from || at == side.to {
        return None;
    }
    let way = [0, 1].map(|axis| difference(side.to[axis], side.from[axis]));
    let there = [0, 1].map(|axis| difference(at[axis], side.from[axis]));
    let square = way[0] * way[0] + way[1] * way[1];
    let share = (way[0] * there[0] + way[1] * there[1]) / square;
    let across = way[0] * there[1] - way[1] * there[0];
    let is_on = across * across <= MAX_ROUNDING_MM * MAX_ROUNDING_MM * square;
    (is_on && share > 0.0 && share < 1.0).then_some(share)
}
