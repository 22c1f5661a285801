//! The H3 index: rows ordered by cell, so that any coarser cell is one range of them.

use arrow::array::UInt64Array;
use h3o::{CellIndex, Resolution};

/// Cells of all rows in ascending order. The children of a cell at one resolution are neighbours in that order, because a
/// cell's number begins with its parent's digits.
#[derive(Debug, Default)]
pub(super) struct CellOrder {
    /// Cells, ascending, without nulls.
    cells: Vec<u64>,
    /// The row of each cell; none when row `n` holds cell `n`, as in a layer sorted by cell with nulls last.
    rows: Option<Vec<u32>>,
    /// The resolution of the cells, that of the first.
    resolution: Option<Resolution>,
}

impl CellOrder {
    pub(super) fn new(cells: &UInt64Array) -> Self {
        let mut known: Vec<(u64, u32)> = cells
            .iter()
            .zip(0_u32..)
            .filter_map(|(cell, row)| cell.map(|cell| (cell, row)))
            .collect();
        let in_place = known.is_sorted()
            && known
                .last()
                .is_none_or(|(_, row)| *row as usize + 1 == known.len());
        if !in_place {
            known.sort_unstable();
        }
        let first = known
            .first()
            .and_then(|(cell, _)| CellIndex::try_from(*cell).ok());
        Self {
            rows: (!in_place).then(|| known.iter().map(|(_, row)| *row).collect()),
            cells: known.into_iter().map(|(cell, _)| cell).collect(),
            resolution: first.map(CellIndex::resolution),
        }
    }

    /// Whether the rows stand in the order of their cells, so that neighbours in one are neighbours in the other.
    pub(super) fn follows_rows(&self) -> bool {
        self.rows.is_none() && !self.cells.is_empty()
    }

    /// Rows in a cell or any of its children; for a cell finer than the rows', those in its parent.
    pub(super) fn rows_in(&self, cell: CellIndex) -> Vec<u32> {
        let Some(resolution) = self.resolution else {
            return Vec::new();
        };
        if cell.resolution() >= resolution {
            return cell
                .parent(resolution)
                .map(|cell| self.rows_with(cell.into()))
                .unwrap_or_default();
        }
        let last = cell.children_count(resolution) - 1;
        match (
            cell.child_at(0, resolution),
            cell.child_at(last, resolution),
        ) {
            (Some(first), Some(last)) => self.rows_between(first.into(), last.into()),
            _ => Vec::new(),
        }
    }

    /// Rows with exactly this cell.
    pub(super) fn rows_with(&self, cell: u64) -> Vec<u32> {
        self.rows_between(cell, cell)
    }

    fn rows_between(&self, first: u64, last: u64) -> Vec<u32> {
        let start = self.cells.partition_point(|cell| *cell < first);
        let end = self.cells.partition_point(|cell| *cell <= last);
        let Some(rows) = &self.rows else {
            let row = |place: usize| u32::try_from(place).expect("rows are numbered in u32");
            return (row(start)..row(end)).collect();
        };
        let mut found = rows[start..end].to_vec();
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use h3o::LatLng;

    use super::*;

    /// Cells on a lattice over the province, with nulls, in an order given by `shuffle`.
    fn lattice(shuffle: usize) -> UInt64Array {
        let count = 2000;
        (0..count)
            .map(|place| {
                let place = place * shuffle % count;
                let (lat, lon) = (
                    20.7 + (place / 40) as f64 * 0.01,
                    106.1 + (place % 40) as f64 * 0.012,
                );
                let cell = LatLng::new(lat, lon).unwrap().to_cell(Resolution::Nine);
                (!place.is_multiple_of(97)).then_some(u64::from(cell))
            })
            .collect()
    }

    #[test]
    fn a_parent_cell_is_the_rows_whose_parent_it_is_whatever_the_order_of_rows() {
        let mut sorted: Vec<Option<u64>> = lattice(1).iter().collect();
        sorted.sort_by_key(|cell| cell.unwrap_or(u64::MAX));
        for cells in [lattice(1), lattice(7), sorted.into_iter().collect()] {
            let order = CellOrder::new(&cells);
            for resolution in [
                Resolution::Zero,
                Resolution::Four,
                Resolution::Seven,
                Resolution::Nine,
            ] {
                let parent_of = |cell: u64| {
                    CellIndex::try_from(cell)
                        .unwrap()
                        .parent(resolution)
                        .unwrap()
                };
                let parents: std::collections::BTreeSet<CellIndex> =
                    cells.iter().flatten().map(parent_of).collect();
                for parent in parents {
                    let brute: Vec<u32> = (0_u32..)
                        .zip(cells.iter())
                        .filter(|(_, cell)| cell.is_some_and(|cell| parent_of(cell) == parent))
                        .map(|(row, _)| row)
                        .collect();
                    assert_eq!(order.rows_in(parent), brute);
                }
            }
        }
    }

    #[test]
    fn a_finer_cell_answers_for_its_parent_and_an_absent_one_for_nothing() {
        let cell = LatLng::new(20.9373, 106.3146)
            .unwrap()
            .to_cell(Resolution::Nine);
        let order = CellOrder::new(&UInt64Array::from(vec![Some(u64::from(cell)), None]));
        assert_eq!(
            order.rows_in(cell.center_child(Resolution::Eleven).unwrap()),
            [0]
        );
        assert!(
            order
                .rows_in(LatLng::new(0.0, 0.0).unwrap().to_cell(Resolution::Three))
                .is_empty()
        );
        assert!(CellOrder::default().rows_in(cell).is_empty());
    }
}
