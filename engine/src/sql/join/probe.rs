//! Rows that come by and look for matches, and what is remembered of them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use datafusion::{
    arrow::array::{BinaryArray, BooleanArray, Float64Array, RecordBatch, UInt32Array},
    common::{JoinSide, JoinType},
    error::Result,
    execution::{SendableRecordBatchStream, memory_pool::MemoryReservation},
};

use super::{
    definition::Join,
    side::{all_rows, wkb_of},
};

/// Rows of the probe side: one batch of them, or all.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) rows: RecordBatch,
    pub(super) geometries: BinaryArray,
    /// How near is near enough, where it is not the indexed side that says it.
    pub(super) distances: Option<Float64Array>,
    pub(super) matched: Flags,
    /// Held as long as the rows are.
    _memory: Option<MemoryReservation>,
}

impl Probe {
    pub(super) fn new(
        rows: RecordBatch,
        join: &Join,
        memory: Option<MemoryReservation>,
    ) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            geometries: wkb_of(join.geometry(join.probe_side()), &rows)?,
            matched: Flags::new(join, join.probe_side(), rows.num_rows()),
            distances: join.distances(join.probe_side(), &rows)?,
            rows,
            _memory: memory,
        }))
    }

    /// All rows of a stream, within the memory of the query.
    pub(super) async fn gather(
        rows: SendableRecordBatchStream,
        join: &Join,
        memory: MemoryReservation,
    ) -> Result<Arc<Self>> {
        let rows = all_rows(rows, &memory, 0).await?;
        Self::new(rows, join, Some(memory))
    }
}

/// Which rows found a match: a bit for each, set from any thread; no bits where the join does not ask.
#[derive(Debug)]
pub(super) struct Flags(Box<[AtomicU64]>);

impl Flags {
    pub(super) fn new(join: &Join, side: JoinSide, rows: usize) -> Self {
        let asked = Leftover::of(join.kind, side).map_or(0, |_| rows.div_ceil(64));
        Self((0..asked).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn set(&self, rows: &UInt32Array) {
        if self.0.is_empty() {
            return;
        }
        for row in rows.values() {
            // The flags are read after the last partition is done, which orders the two.
            self.0[*row as usize / 64].fetch_or(1 << (row % 64), Ordering::Relaxed);
        }
    }

    fn is_set(&self, row: u32) -> bool {
        self.0[row as usize / 64].load(Ordering::Relaxed) & (1 << (row % 64)) != 0
    }
}

/// What a join says of a side's rows beside the pairs: those that found a match, those that did not, or all with a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leftover {
    Matched,
    Unmatched,
    Marked,
}

impl Leftover {
    pub(super) fn of(join_type: JoinType, side: JoinSide) -> Option<Self> {
        let is_left = side == JoinSide::Left;
        match join_type {
            JoinType::Full => Some(Self::Unmatched),
            JoinType::Left | JoinType::LeftAnti if is_left => Some(Self::Unmatched),
            JoinType::Right | JoinType::RightAnti if !is_left => Some(Self::Unmatched),
            JoinType::LeftSemi if is_left => Some(Self::Matched),
            JoinType::RightSemi if !is_left => Some(Self::Matched),
            JoinType::LeftMark if is_left => Some(Self::Marked),
            JoinType::RightMark if !is_left => Some(Self::Marked),
            _ => None,
        }
    }

    /// The rows of these that are left over, and their marks.
    pub(super) fn among(
        self,
        rows: impl Iterator<Item = u32>,
        matched: &Flags,
    ) -> (UInt32Array, BooleanArray) {
        let rows = rows.filter(|row| match self {
            Self::Matched => matched.is_set(*row),
            Self::Unmatched => !matched.is_set(*row),
            Self::Marked => true,
        });
        let rows: UInt32Array = rows.collect::<Vec<_>>().into();
        let marks = rows
            .values()
            .iter()
            .map(|row| Some(matched.is_set(*row)))
            .collect();
        (rows, marks)
    }
}
