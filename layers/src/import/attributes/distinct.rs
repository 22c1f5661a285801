//! The different values of a column: what repeats is judged once.

use std::{collections::HashMap, hash::Hash};

use foldhash::quality::FixedState;

/// Values, each once and with how often it is there, and for every row which of them it has.
pub(super) struct Distinct<T> {
    pub(super) values: Vec<(T, u64)>,
    pub(super) rows: Vec<usize>,
}

impl<T: Copy + Eq + Hash> Distinct<T> {
    pub(super) fn of(values: impl Iterator<Item = T>) -> Self {
        let mut numbers: HashMap<T, usize, FixedState> = HashMap::default();
        let mut distinct = Self {
            values: Vec::new(),
            rows: Vec::with_capacity(values.size_hint().0),
        };
        for value in values {
            let number = *numbers.entry(value).or_insert(distinct.values.len());
            if number == distinct.values.len() {
                distinct.values.push((value, 0));
            }
            distinct.values[number].1 += 1;
            distinct.rows.push(number);
        }
        distinct
    }
}
