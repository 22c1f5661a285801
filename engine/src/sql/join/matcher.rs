//! The work of one partition of a spatial join: rows come by, find their matches, and leave as batches.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use datafusion::{
    arrow::{
        array::{Array as _, ArrayRef, AsArray as _, Float64Array, RecordBatch, UInt32Array},
        compute::filter,
    },
    common::{JoinSide, exec_err},
    error::Result,
    execution::SendableRecordBatchStream,
    physical_plan::metrics::BaselineMetrics,
};
use futures::TryStreamExt as _;
use geo::Coord;
use tokio::sync::OnceCell;

use super::{
    definition::{Join, Predicate},
    find::{Test, Watch},
    pairs::{Columns, Rows, satisfying},
    probe::{Flags, Leftover, Probe},
    side::Indexed,
    vicinity::Vicinity,
};
use crate::shape::{Shape, metres_between};

/// Rows that search alone after one whose next are too far away.
const ALONE: u32 = 32;

/// What the partitions of one join share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) searched: OnceCell<Arc<Searched>>,
    /// The probe side, where it is read once.
    pub(super) probe: OnceCell<Arc<Probe>>,
    /// How many partitions still work.
    running: AtomicUsize,
}

impl Shared {
    pub(super) fn new(partitions: usize) -> Self {
        Self {
            searched: OnceCell::new(),
            probe: OnceCell::new(),
            running: AtomicUsize::new(partitions),
        }
    }
}

/// The indexed side, and what is remembered of its rows.
#[derive(Debug)]
pub(super) struct Searched {
    pub(super) rows: Indexed,
    /// How near is near enough, where its rows say it, and the most that any says.
    distances: Option<(Vec<Option<f64>>, f64)>,
    matched: Flags,
}

impl Searched {
    pub(super) fn new(rows: Indexed, join: &Join) -> Result<Arc<Self>> {
        if let Predicate::Within { metric, .. } = &join.predicate {
            metric.check(&rows.extent())?;
        }
        let distances = join
            .distances(join.indexed, &rows.columns)?
            .map(|distances| {
                let most = distances.iter().flatten().fold(f64::NEG_INFINITY, f64::max);
                (distances.iter().collect(), most)
            });
        Ok(Arc::new(Self {
            matched: Flags::new(join, join.indexed, rows.len()),
            distances,
            rows,
        }))
    }
}

/// The state of one partition.
pub(super) struct Matcher {
    pub(super) join: Arc<Join>,
    pub(super) shared: Arc<Shared>,
    pub(super) searched: Arc<Searched>,
    pub(super) columns: Columns,
    /// Where rows to probe with come from; none where they were all read already.
    pub(super) stream: Option<SendableRecordBatchStream>,
    /// The entries of the index that are searched.
    pub(super) share: Range<usize>,
    pub(super) batch_rows: usize,
    pub(super) watch: Watch,
    pub(super) metrics: BaselineMetrics,
    pub(super) cursor: Cursor,
}

/// How far a partition has come.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// The rows at work.
    probe: Option<Arc<Probe>>,
    /// The first of them that did not search yet.
    next: u32,
    /// What the one before it found, the next run last.
    runs: Vec<Range<u32>>,
    /// How far each of its nearest is, in the order of the runs, which are of one row each then.
    distances: Vec<f64>,
    pairs: Pairs,
    /// Where the last geometry was and how far its last neighbour: the next one's cannot be farther than both together.
    last: Option<(Coord<f64>, f64)>,
    /// What is near this and the next positions, or from which row on to look for that again.
    vicinity: Option<Vicinity>,
    alone_until: u32,
    remaining: VecDeque<Remaining>,
    is_done: bool,
}

impl Cursor {
    pub(super) fn over(probe: Option<Arc<Probe>>) -> Self {
        Self {
            probe,
            ..Self::default()
        }
    }
}

/// Pairs that are not out yet.
#[derive(Debug, Default)]
struct Pairs {
    of_probe: Vec<u32>,
    of_indexed: Vec<u32>,
    /// How far apart they are, where that was measured.
    distances: Vec<f64>,
}

/// Rows of which something is still to be said, from some row on: of the probe side, or of the indexed one.
#[derive(Debug)]
struct Remaining {
    probe: Option<Arc<Probe>>,
    start: u32,
}

impl Matcher {
    /// The next batch of the answer; none at its end.
    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            self.watch.guard.check()?;
            if let Some(probe) = self.cursor.probe.clone() {
                let timer = self.metrics.elapsed_compute().clone();
                let _timed = timer.timer();
                let more = self.fill(&probe)?;
                let batch = self.flush(&probe)?;
                if !more {
                    self.end_batch(probe);
                }
                if batch.is_some() {
                    return Ok(batch);
                }
            } else if let Some(batch) = self.leftover()? {
                return Ok(Some(batch));
            } else if let Some(rows) = self.fetch().await? {
                self.cursor.probe = Some(Probe::new(rows, &self.join, None)?);
            } else if self.cursor.is_done {
                return Ok(None);
            } else {
                self.end();
            }
        }
    }

    async fn fetch(&mut self) -> Result<Option<RecordBatch>> {
        match &mut self.stream {
            Some(stream) if !self.cursor.is_done => stream.try_next().await,
            _ => Ok(None),
        }
    }

    /// Finds pairs until a batch of them is full; whether there may be more among these rows.
    fn fill(&mut self, probe: &Probe) -> Result<bool> {
        let rows = u32::try_from(probe.rows.num_rows()).expect("rows are numbered in u32");
        loop {
            while let Some(run) = self.cursor.runs.last_mut() {
                let pairs = &mut self.cursor.pairs;
                let room = self.batch_rows - pairs.of_indexed.len();
                if room == 0 {
                    return Ok(true);
                }
                let end = run
                    .end
                    .min(run.start + u32::try_from(room).unwrap_or(u32::MAX));
                pairs.of_indexed.extend(run.start..end);
                pairs
                    .of_probe
                    .resize(pairs.of_indexed.len(), self.cursor.next - 1);
                pairs.distances.extend(self.cursor.distances.pop());
                run.start = end;
                if run.start == run.end {
                    self.cursor.runs.pop();
                }
            }
            if self.cursor.next == rows {
                return Ok(false);
            }
            self.search(probe, self.cursor.next)?;
            self.cursor.next += 1;
        }
    }

    /// Finds the rows that a row of the probe side has to do with.
    fn search(&mut self, probe: &Probe, row: u32) -> Result<()> {
        let place = row as usize;
        let Some(shape) = probe
            .geometries
            .is_valid(place)
            .then(|| probe.geometries.value(place))
        else {
            return Ok(());
        };
        let Some(shape) = Shape::from_wkb(shape) else {
            return Ok(());
        };
        let test = match &self.join.predicate {
            Predicate::Nearest { count, in_metres } => {
                if row.is_multiple_of(1024) {
                    self.watch.guard.check()?;
                }
                return self.nearest(probe, &shape, *count, *in_metres);
            }
            Predicate::Relation(relation) if self.join.indexed == JoinSide::Left => {
                Test::Relation(relation.inverse())
            }
            Predicate::Relation(relation) => Test::Relation(*relation),
            Predicate::Within { metric, .. } => {
                metric.check(shape.extent())?;
                match (&self.searched.distances, &probe.distances) {
                    (Some((distances, most)), _) => Test::WithinOfRow(*metric, distances, *most),
                    (None, Some(distances)) if distances.is_valid(place) => {
                        Test::Within(*metric, distances.value(place))
                    }
                    _ => return Ok(()),
                }
            }
        };
        self.cursor.runs = self
            .searched
            .rows
            .find(&shape, test, &self.share, &self.watch)?;
        self.cursor.runs.reverse();
        Ok(())
    }

    fn nearest(
        &mut self,
        probe: &Probe,
        shape: &Shape<'_>,
        count: usize,
        in_metres: bool,
    ) -> Result<()> {
        let here = shape.as_point();
        if let Some(here) = here.filter(|_| !in_metres) {
            self.gather_vicinity(probe, here, count);
        }
        let moved = self.cursor.last.zip(here).map(|((there, farthest), here)| {
            let moved = if in_metres {
                metres_between(here, there)
            } else {
                shape.distance_to(there, f64::INFINITY)
            };
            farthest + moved
        });
        let rows = &self.searched.rows;
        let found = match (in_metres, here) {
            (false, _) => match &self.cursor.vicinity {
                Some(vicinity) if here.is_some_and(|here| vicinity.holds(here)) => {
                    vicinity.nearest(rows, shape, count)
                }
                _ => rows.nearest(shape, count, moved.unwrap_or(f64::INFINITY)),
            },
            // Metres to a shape may be a little more than they could be, so the bound is a little wider.
            (true, Some(here)) => {
                let within = moved.map_or(f64::INFINITY, |moved| moved * 1.001);
                rows.nearest_in_metres(here, count, within)
            }
            (true, None) if shape.extent().is_empty() => Vec::new(),
            (true, None) => {
                return exec_err!(
                    "ST_KNN(…, TRUE) measures in metres from points only: use ST_Centroid of the first geometry"
                );
            }
        };
        let farthest = found.last().filter(|_| found.len() == count);
        self.cursor.last = here.zip(farthest.map(|(_, distance)| *distance));
        for (row, distance) in found.into_iter().rev() {
            self.cursor.runs.push(row..row + 1);
            self.cursor.distances.push(distance);
        }
        Ok(())
    }

    /// Looks ahead for positions near this one, where the last vicinity ends.
    fn gather_vicinity(&mut self, probe: &Probe, here: Coord<f64>, count: usize) {
        let cursor = &mut self.cursor;
        let holds = |vicinity: &Vicinity| vicinity.holds(here);
        let Some((_, farthest)) = cursor.last.filter(|_| cursor.next >= cursor.alone_until) else {
            return;
        };
        if cursor.vicinity.as_ref().is_some_and(holds) {
            return;
        }
        let rows = cursor.next as usize..probe.geometries.len();
        let ahead = rows.map_while(|row| {
            let wkb = probe
                .geometries
                .is_valid(row)
                .then(|| probe.geometries.value(row))?;
            Shape::from_wkb(wkb)?.as_point()
        });
        cursor.vicinity = Vicinity::of(&self.searched.rows, ahead, farthest, count);
        if cursor.vicinity.is_none() {
            cursor.alone_until = cursor.next + ALONE;
        }
    }

    /// The pairs found so far as a batch; none where there are none or the join does not ask for pairs.
    fn flush(&mut self, probe: &Probe) -> Result<Option<RecordBatch>> {
        let pairs = std::mem::take(&mut self.cursor.pairs);
        if pairs.of_probe.is_empty() {
            return Ok(None);
        }
        let mut of_probe = UInt32Array::from(pairs.of_probe);
        let mut of_indexed = UInt32Array::from(pairs.of_indexed);
        let is_measured = !pairs.distances.is_empty();
        let mut distances: Option<ArrayRef> =
            is_measured.then(|| Arc::new(Float64Array::from(pairs.distances)) as ArrayRef);
        let rows = &self.searched.rows.columns;
        if let Some(condition) = &self.join.condition {
            let holds = satisfying(
                condition,
                self.columns.probe,
                Rows::Of(&probe.rows, &of_probe),
                Rows::Of(rows, &of_indexed),
            )?;
            of_probe = filter(&of_probe, &holds)?.as_primitive().clone();
            of_indexed = filter(&of_indexed, &holds)?.as_primitive().clone();
            distances = distances.map(|all| filter(&all, &holds)).transpose()?;
        }
        probe.matched.set(&of_probe);
        self.searched.matched.set(&of_indexed);
        if !self.join.wants_pairs() || of_probe.is_empty() {
            return Ok(None);
        }
        self.metrics.record_output(of_probe.len());
        let (of_probe, of_indexed) = (
            Rows::Of(&probe.rows, &of_probe),
            Rows::Of(rows, &of_indexed),
        );
        let batch = self
            .columns
            .batch(of_probe, of_indexed, distances.as_ref())?;
        Ok(Some(batch))
    }

    /// The rows at work are done. What no partition can know alone of rows read once is said at the very end.
    fn end_batch(&mut self, probe: Arc<Probe>) {
        (self.cursor.probe, self.cursor.next, self.cursor.alone_until) = (None, 0, 0);
        if self.stream.is_some() {
            self.cursor.remaining.push_back(Remaining {
                probe: Some(probe),
                start: 0,
            });
        }
    }

    /// All rows are done; the last partition to come here speaks for all.
    fn end(&mut self) {
        self.cursor.is_done = true;
        if self.shared.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            let read_once = self.shared.probe.get().cloned().map(Some);
            let sides = read_once.into_iter().chain([None]);
            self.cursor
                .remaining
                .extend(sides.map(|probe| Remaining { probe, start: 0 }));
        }
    }

    /// The next batch of rows left over.
    fn leftover(&mut self) -> Result<Option<RecordBatch>> {
        while let Some(Remaining { probe, start }) = self.cursor.remaining.pop_front() {
            let searched = Arc::clone(&self.searched);
            let (side, rows, matched) = match &probe {
                Some(probe) => (self.join.probe_side(), &probe.rows, &probe.matched),
                None => (self.join.indexed, &searched.rows.columns, &searched.matched),
            };
            let end = rows.num_rows().min(start as usize + self.batch_rows);
            let range = start..u32::try_from(end).expect("rows are numbered in u32");
            let Some(leftover) = Leftover::of(self.join.kind, side).filter(|_| !range.is_empty())
            else {
                continue;
            };
            let start = range.end;
            let takes_part = |row: &u32| probe.is_some() || searched.rows.is_selected(*row);
            let (left, marks) = leftover.among(range.filter(takes_part), matched);
            let batch = if left.is_empty() {
                None
            } else {
                self.metrics.record_output(left.len());
                let (these, missing) = (Rows::Of(rows, &left), Rows::Missing(left.len()));
                let (of_probe, of_indexed) = if probe.is_some() {
                    (these, missing)
                } else {
                    (missing, these)
                };
                let marks = (leftover == Leftover::Marked).then(|| Arc::new(marks) as ArrayRef);
                let batch = self.columns.batch(of_probe, of_indexed, marks.as_ref());
                Some(batch?)
            };
            self.cursor.remaining.push_front(Remaining { probe, start });
            if batch.is_some() {
                return Ok(batch);
            }
        }
        Ok(None)
    }

    /// The entries of the index that one of several partitions searches.
    pub(super) fn share_of(indexed: &Indexed, partition: usize, partitions: usize) -> Range<usize> {
        let entries = indexed.index().entries();
        entries * partition / partitions..entries * (partition + 1) / partitions
    }
}
