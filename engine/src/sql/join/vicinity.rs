//! The nearest rows of many positions close together: what can be near any of them is found once for all.

use geo::Coord;
use layers::Extent;

use super::side::Indexed;
use crate::{
    index::{ROUNDING, SpatialIndex as _, keep_nearest, reach, squared_gap},
    shape::Shape,
};

/// The most positions that are looked at together.
const TOGETHER: usize = 64;

/// With fewer positions than this, or more rows near them than the next, a search for each is as fast.
const FEWEST: usize = 8;
const MOST_ROWS: usize = 128;

/// A rectangle, and all rows that can be among the nearest of a position in it.
#[derive(Debug)]
pub(super) struct Vicinity {
    around: Extent,
    /// Nearest to the middle of the rectangle first.
    rows: Vec<u32>,
}

impl Vicinity {
    /// Around as many of some positions as lie no farther apart than `spread`; none where that is not worth it.
    pub(super) fn of(
        indexed: &Indexed,
        positions: impl Iterator<Item = Coord<f64>>,
        spread: f64,
        count: usize,
    ) -> Option<Self> {
        let (mut around, mut together) = (Extent::EMPTY, 0);
        for position in positions.take(TOGETHER) {
            let wider = around.union(&Extent::around([position.x_y()]));
            if diagonal(&wider) > spread {
                break;
            }
            (around, together) = (wider, together + 1);
        }
        if together < FEWEST {
            return None;
        }
        let middle = Extent::around([around.center()]);
        let nearest = indexed.nearest(&Shape::at(around.center()), count, f64::INFINITY);
        let (_, farthest) = nearest.get(count.checked_sub(1)?)?;
        // No position here is farther from the middle than half the diagonal, so none of its nearest is farther than this.
        let reach = reach(farthest + diagonal(&around) / 2.0, &around);
        let index = indexed.index();
        let rows = index.search(&around.grown(reach)).into_iter();
        let near =
            rows.filter(|row| squared_gap(index.stored_extent(*row), &around) <= reach * reach);
        let selected = near.filter(|row| indexed.is_selected(*row));
        let mut rows: Vec<(f64, u32)> = selected
            .map(|row| (squared_gap(index.stored_extent(row), &middle), row))
            .collect();
        if rows.len() > MOST_ROWS {
            return None;
        }
        rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Some(Self {
            around,
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        })
    }

    pub(super) fn holds(&self, position: Coord<f64>) -> bool {
        self.around.contains(position.x, position.y)
    }

    /// The `count` rows nearest to a point in the rectangle, nearest first, ties in the order of the rows.
    pub(super) fn nearest(
        &self,
        indexed: &Indexed,
        from: &Shape<'_>,
        count: usize,
    ) -> Vec<(u32, f64)> {
        let mut found = Vec::with_capacity(count + 1);
        for row in &self.rows {
            let gap =
                squared_gap(indexed.index().stored_extent(*row), from.extent()) * (1.0 - ROUNDING);
            let is_full = found.len() == count;
            if !is_full
                || found
                    .last()
                    .is_none_or(|(_, farthest)| gap <= farthest * farthest)
            {
                keep_nearest(
                    &mut found,
                    count,
                    *row,
                    indexed.distance(from, *row, f64::INFINITY),
                );
            }
        }
        found
    }
}

fn diagonal(extent: &Extent) -> f64 {
    extent.width().hypot(extent.height())
}
