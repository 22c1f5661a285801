//! The extent that says where a source lies, without its few features that lie far off.

use crate::Extent;

/// The fewest features of which one can be called far off.
const FEWEST_FOR_OUTLIERS: usize = 20;

/// How many times the extent of the middle nine tenths a feature may lie beyond it; a province's islands stay inside.
const OUTLIER_REACH: f64 = 10.0;

/// The extent of features without those far off: one with X and Y swapped, or at (0, 0), says nothing of where a file
/// lies, and must not have all of it refused.
pub(in crate::import) fn typical(extents: &[Extent]) -> Extent {
    let union = |all: &mut dyn Iterator<Item = &Extent>| {
        all.fold(Extent::EMPTY, |union, extent| union.union(extent))
    };
    if extents.len() < FEWEST_FOR_OUTLIERS {
        return union(&mut extents.iter());
    }
    let reach = |position: fn((f64, f64)) -> f64| {
        let mut all: Vec<f64> = extents
            .iter()
            .map(|extent| position(extent.center()))
            .collect();
        all.sort_by(f64::total_cmp);
        let tail = all.len() / 20;
        let (low, high) = (all[tail], all[all.len() - 1 - tail]);
        let room = (high - low) * OUTLIER_REACH;
        low - room..=high + room
    };
    let (xs, ys) = (reach(|center| center.0), reach(|center| center.1));
    union(&mut extents.iter().filter(|extent| {
        let (x, y) = extent.center();
        xs.contains(&x) && ys.contains(&y)
    }))
}
