//! Which feature before is which feature after.

use std::{collections::HashMap, iter::Peekable};

use super::records::Record;

/// The rows of two versions, matched.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Matching {
    pub(super) unchanged: u64,
    /// Rows of the version after, ascending.
    pub(super) added: Vec<u64>,
    /// Rows of the version before, ascending.
    pub(super) removed: Vec<u64>,
    /// By row of the version before, ascending.
    pub(super) changed: Vec<Changed>,
}

/// A feature that is in both versions and differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Changed {
    pub(super) before: u64,
    pub(super) after: u64,
    pub(super) geometry: bool,
    pub(super) attributes: bool,
}

/// What makes two records the same feature; none for a record that has no such identity.
type Identity = fn(&Record) -> Option<u128>;

/// Matches two streams, best in the order of their cells: then only one cell of each is held, and what finds no match in it.
pub(super) fn match_all(
    before: impl Iterator<Item = Record>,
    after: impl Iterator<Item = Record>,
    by_key: bool,
) -> Matching {
    let mut matching = Matching::default();
    let (mut before, mut after) = (before.peekable(), after.peekable());
    let (mut old_rest, mut new_rest) = (Vec::new(), Vec::new());
    while let Some(cell) = least_cell(&mut before, &mut after) {
        let (mut old, mut new) = (take(&mut before, cell), take(&mut after, cell));
        matching.pair_within(&mut old, &mut new, by_key);
        old_rest.append(&mut old);
        new_rest.append(&mut new);
    }
    // Features that moved to another cell, and files that are not in the order of cells.
    matching.pair_within(&mut old_rest, &mut new_rest, by_key);
    if !by_key {
        matching.pair_unique_attributes(&mut old_rest, &mut new_rest);
    }
    matching.removed = old_rest.iter().map(|record| record.row).collect();
    matching.added = new_rest.iter().map(|record| record.row).collect();
    matching.removed.sort_unstable();
    matching.added.sort_unstable();
    matching.changed.sort_unstable();
    matching
}

fn least_cell(
    before: &mut Peekable<impl Iterator<Item = Record>>,
    after: &mut Peekable<impl Iterator<Item = Record>>,
) -> Option<u64> {
    match (before.peek(), after.peek()) {
        (Some(old), Some(new)) => Some(old.cell.min(new.cell)),
        (old, new) => old.or(new).map(|record| record.cell),
    }
}

fn take(records: &mut Peekable<impl Iterator<Item = Record>>, cell: u64) -> Vec<Record> {
    std::iter::from_fn(|| records.next_if(|record| record.cell == cell)).collect()
}

impl Matching {
    /// Takes out of two groups what belongs together: first what is identical.
    fn pair_within(&mut self, before: &mut Vec<Record>, after: &mut Vec<Record>, by_key: bool) {
        self.pair(before, after, |record| Some(content(record)));
        let identity: Identity = if by_key {
            |record| record.key
        } else {
            |record| record.geometry
        };
        self.pair(before, after, identity);
    }

    /// Pairs records of the same identity in stored order.
    fn pair(&mut self, before: &mut Vec<Record>, after: &mut Vec<Record>, identity: Identity) {
        if before.is_empty() || after.is_empty() {
            return;
        }
        let mut waiting: HashMap<u128, Vec<usize>> = HashMap::with_capacity(before.len());
        for (at, record) in before.iter().enumerate().rev() {
            if let Some(identity) = identity(record) {
                waiting.entry(identity).or_default().push(at);
            }
        }
        let mut taken = vec![false; before.len()];
        after.retain(|new| {
            let old = identity(new).and_then(|identity| waiting.get_mut(&identity)?.pop());
            if let Some(at) = old {
                taken[at] = true;
                self.enter(&before[at], new);
            }
            old.is_none()
        });
        let mut taken = taken.into_iter();
        before.retain(|_| taken.next() == Some(false));
    }

    /// Pairs records whose attributes only they have in their version.
    fn pair_unique_attributes(&mut self, before: &mut Vec<Record>, after: &mut Vec<Record>) {
        let old = counts(before);
        let new = counts(after);
        let is_unique = |record: &Record| {
            let one = Some(&1);
            old.get(&record.attributes) == one && new.get(&record.attributes) == one
        };
        let (mut old_unique, old_rest) = before.iter().copied().partition(is_unique);
        let (mut new_unique, new_rest) = after.iter().copied().partition(is_unique);
        (*before, *after) = (old_rest, new_rest);
        self.pair(&mut old_unique, &mut new_unique, |record| {
            Some(record.attributes)
        });
    }

    fn enter(&mut self, old: &Record, new: &Record) {
        let changed = Changed {
            before: old.row,
            after: new.row,
            geometry: old.geometry != new.geometry,
            attributes: old.attributes != new.attributes,
        };
        if changed.geometry || changed.attributes {
            self.changed.push(changed);
        } else {
            self.unchanged += 1;
        }
    }
}

fn counts(records: &[Record]) -> HashMap<u128, u32> {
    let mut counts = HashMap::with_capacity(records.len());
    for record in records {
        *counts.entry(record.attributes).or_insert(0) += 1;
    }
    counts
}

/// One number for attributes and geometry, both digests already.
fn content(record: &Record) -> u128 {
    record.attributes
        ^ record
            .geometry
            .map_or(0, |geometry| geometry.rotate_left(64) | 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(row: u64, cell: u64, attributes: u128, geometry: u128) -> Record {
        let (key, geometry) = (Some(u128::from(row)), Some(geometry));
        Record {
            row,
            cell,
            key,
            attributes,
            geometry,
        }
    }

    #[test]
    fn without_a_key_geometry_tells_features_then_unique_attributes() {
        let before = [
            record(0, 1, 10, 100),
            record(1, 1, 11, 101),
            record(2, 2, 12, 102),
            record(3, 2, 13, 103),
            record(4, 2, 13, 104),
        ];
        let after = [
            record(0, 1, 10, 100),
            record(1, 1, 21, 101),
            record(2, 3, 12, 202),
            record(3, 3, 13, 203),
            record(4, 3, 13, 204),
        ];
        let found = match_all(before.into_iter(), after.into_iter(), false);
        let changed = |before, after, geometry| Changed {
            before,
            after,
            geometry,
            attributes: !geometry,
        };
        assert_eq!(found.unchanged, 1);
        assert_eq!(found.changed, [changed(1, 1, false), changed(2, 2, true)]);
        assert_eq!(
            (found.removed, found.added),
            (vec![3, 4], vec![3, 4]),
            "attributes that two features share tell none of them"
        );
    }

    #[test]
    fn the_order_of_cells_makes_it_cheap_but_not_right() {
        let before: Vec<_> = (0..50)
            .map(|row| record(row, row % 7, 1, row.into()))
            .collect();
        let after: Vec<_> = before
            .iter()
            .rev()
            .map(|old| {
                record(
                    old.row,
                    old.cell,
                    1 + u128::from(old.row == 9),
                    old.row.into(),
                )
            })
            .collect();
        for by_key in [true, false] {
            let found = match_all(before.iter().copied(), after.iter().copied(), by_key);
            assert_eq!((found.unchanged, found.changed.len()), (49, 1));
            assert_eq!((found.changed[0].before, found.changed[0].after), (9, 9));
        }
    }
}
