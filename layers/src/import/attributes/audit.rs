//! What the checks of attributes gather over all batches: counts, and hashes of rows.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray as _, RecordBatch, UInt64Array},
    datatypes::UInt64Type,
    error::ArrowError,
};
use serde::{Deserialize, Serialize};

/// Counts by name, and for each check of duplicates a hash of every row in the order of reading: 8 bytes a row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::import) struct Audit {
    counts: BTreeMap<String, u64>,
    /// Too many for a checkpoint's JSON: they are kept beside the runs of rows.
    #[serde(skip)]
    pub(super) hashes: Vec<Vec<u64>>,
}

impl Audit {
    pub(super) fn count(&mut self, name: &str, number: u64) {
        if number > 0 {
            *self.counts.entry(name.to_owned()).or_default() += number;
        }
    }

    pub(super) fn counted(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// Adds that of the next rows.
    pub(in crate::import) fn absorb(&mut self, later: Self) {
        for (name, number) in &later.counts {
            self.count(name, *number);
        }
        self.hashes
            .resize_with(later.hashes.len().max(self.hashes.len()), Vec::new);
        for (all, more) in self.hashes.iter_mut().zip(later.hashes) {
            all.extend(more);
        }
    }

    /// Rows hashed so far.
    pub(in crate::import) fn rows(&self) -> usize {
        self.hashes.first().map_or(0, Vec::len)
    }

    /// Bytes of memory that the hashes take.
    pub(in crate::import) fn bytes(&self) -> usize {
        self.hashes.len() * self.rows() * size_of::<u64>()
    }

    /// The hashes of the rows from this one on, to be kept on disk; none when there are none.
    pub(in crate::import) fn hashes_from(
        &self,
        row: usize,
    ) -> Option<Result<RecordBatch, ArrowError>> {
        (row < self.rows()).then(|| {
            let named = self.hashes.iter().enumerate().map(|(at, hashes)| {
                let hashes = UInt64Array::from_iter_values(hashes[row..].iter().copied());
                (format!("h{at}"), Arc::new(hashes) as ArrayRef)
            });
            RecordBatch::try_from_iter(named)
        })
    }

    /// Takes up hashes that were kept on disk.
    pub(in crate::import) fn take_up(&mut self, kept: &RecordBatch) {
        self.hashes.resize_with(kept.num_columns(), Vec::new);
        for (all, column) in self.hashes.iter_mut().zip(kept.columns()) {
            all.extend_from_slice(column.as_primitive::<UInt64Type>().values());
        }
    }
}
