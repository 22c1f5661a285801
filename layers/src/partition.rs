//! Gaps, overlaps and slivers in what should be a partition of the ground: parcels, communes, the zones of a plan.
//!
//! Polygons are kept as outlines in whole millimetres of an equal-area plane. A side that two polygons share in opposite
//! directions is clean; only polygons with other sides can overlap a neighbour, and only those sides can surround a gap. So
//! a clean layer costs one sort of its sides. Defects are reported and shown; healing them is for who knows the ground.

mod defects;
mod edges;
mod gaps;
mod outlines;
mod overlaps;
mod pairs;
mod plane;

pub(crate) use self::{defects::Defects, outlines::Outlines, plane::Plane};
use self::{
    defects::{Defect, Kept},
    outlines::{area_m2, perimeter_m},
};
use crate::FindingCode;

/// An overlap or gap of at most this width (twice its area by its perimeter) is no defect: coordinates rounded to a centimetre
/// in two sources differ by as much, and no boundary is surveyed more finely.
pub(crate) const MIN_WIDTH_M: f64 = 0.05;

/// Nor is one of at most this area.
pub(crate) const MIN_AREA_M2: f64 = 0.5;

/// A hole of more than this is a lake, a village or a field that the layer leaves out, not a gap.
pub(crate) const MAX_GAP_M2: f64 = 10_000.0;

/// A polygon narrower than this is a sliver: no parcel or zone can be used at that width.
pub(crate) const MAX_SLIVER_WIDTH_M: f64 = 0.5;

/// Looks for the defects of a partition.
///
/// # Complexity
/// O(n log n) for n corners, then an overlay for each pair of neighbours with unmatched sides; about 100 bytes per polygon
/// of six corners, held by the outlines, and as much again for unmatched sides.
pub(crate) fn check(outlines: &Outlines, plane: &Plane) -> Defects {
    let loose = edges::loose(outlines);
    let covered = gaps::union(&loose);
    let mut overlaps = overlaps::find(outlines, &edges::owners(&loose, outlines.len()));
    let drawn_m2 = outlines.area_m2();
    let covered_m2: f64 = covered.iter().map(area_m2).sum();
    // Two clean partitions on top of each other have unmatched sides only around them.
    let hidden_m2 = drawn_m2 - covered_m2 - overlaps.area_m2();
    if hidden_m2 > f64::max(10.0, 1e-6 * drawn_m2) {
        overlaps = overlaps::find(outlines, &vec![true; outlines.len()]);
    }
    let gaps = gaps::find(&covered, &loose);
    let mut slivers = Kept::default();
    for feature in 0..outlines.len() {
        let shape = outlines.shape(feature);
        let (area_m2, perimeter_m) = (area_m2(&shape), perimeter_m(&shape));
        if 2.0 * area_m2 < MAX_SLIVER_WIDTH_M * perimeter_m {
            let width_m = 2.0 * area_m2 / perimeter_m;
            slivers.add(Defect {
                features: vec![feature],
                area_m2,
                width_m,
                shape,
            });
        }
    }
    let kinds = [
        (FindingCode::PartitionOverlap, overlaps),
        (FindingCode::PartitionGap, gaps),
        (FindingCode::PartitionSliver, slivers),
    ];
    Defects::new(kinds, outlines, plane)
}

#[cfg(test)]
mod tests;
