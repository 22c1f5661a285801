//! Sorted runs of rows on disk, and their merge: how more rows are sorted than memory holds.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::{self, File},
    io::{BufReader, BufWriter, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{RecordBatch, UInt64Array},
    compute::interleave_record_batch,
    error::ArrowError,
    ipc::{reader::StreamReader, writer::StreamWriter},
};

use super::{Ordered, cell_at, cells_of};
use crate::{
    StoreError,
    geoparquet::{ROWS_PER_GROUP, write_error},
};

/// Rows of a run read at a time; with a dozen runs open they cost a few MB each.
const ROWS_PER_BATCH: usize = 8_192;

/// Runs in a folder, as Arrow streams; removed when dropped.
#[derive(Debug)]
pub(super) struct Runs {
    folder: PathBuf,
    count: usize,
}

impl Runs {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.into(),
            count: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Writes rows in an order as the next run.
    pub(super) fn add(
        &mut self,
        order: &[(usize, usize)],
        batches: &[RecordBatch],
    ) -> Result<(), StoreError> {
        let Some(first) = batches.first() else {
            return Ok(());
        };
        let path = self.path(self.count);
        fs::create_dir_all(&self.folder)
            .map_err(|source| StoreError::io("create", &self.folder, source))?;
        let file = File::create(&path).map_err(|source| StoreError::io("create", &path, source))?;
        let batches: Vec<&RecordBatch> = batches.iter().collect();
        let write = || -> Result<(), ArrowError> {
            let mut writer = StreamWriter::try_new(BufWriter::new(file), &first.schema())?;
            for rows in order.chunks(ROWS_PER_BATCH) {
                writer.write(&interleave_record_batch(&batches, rows)?)?;
            }
            writer.finish()
        };
        write().map_err(|error| failed(&path, error))?;
        self.count += 1;
        Ok(())
    }

    pub(super) fn remove(&mut self) -> Result<(), StoreError> {
        self.count = 0;
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StoreError::io("remove", &self.folder, error))
            }
            _ => Ok(()),
        }
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number}.arrows"))
    }
}

/// The disk's error where there is one beneath.
fn failed(path: &Path, error: ArrowError) -> StoreError {
    match error {
        ArrowError::IoError(_, source) => StoreError::io("write", path, source),
        other => write_error(path, other.into()),
    }
}

/// A run being read.
struct Head {
    path: PathBuf,
    reader: StreamReader<BufReader<File>>,
    batch: RecordBatch,
    cells: Option<UInt64Array>,
    row: usize,
    /// Where `batch` stands among the batches of the group being gathered.
    place: Option<usize>,
}

/// The rows of all runs in one order, a row group at a time. Rows of one cell come in the order of their runs.
pub(super) struct Merge {
    heads: Vec<Head>,
    /// (cell, run) of the next row of each run that has one.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    given: u64,
}

impl Merge {
    pub(super) fn open(runs: &Runs) -> Result<Self, StoreError> {
        let mut merge = Self {
            heads: Vec::new(),
            next: BinaryHeap::new(),
            given: 0,
        };
        for number in 0..runs.count {
            let path = runs.path(number);
            let file = File::open(&path).map_err(|source| StoreError::io("open", &path, source))?;
            let mut reader = StreamReader::try_new(BufReader::new(file), None)
                .map_err(|error| failed(&path, error))?;
            let first = reader.next().transpose();
            let Some(batch) = first.map_err(|error| failed(&path, error))? else {
                continue;
            };
            let head = Head {
                path,
                reader,
                cells: cells_of(&batch),
                batch,
                row: 0,
                place: None,
            };
            let run = merge.heads.len();
            merge.next.push(Reverse((head.cell(), run)));
            merge.heads.push(head);
        }
        Ok(merge)
    }

    fn gather(&mut self) -> Result<Option<Ordered>, StoreError> {
        let mut batches = Vec::new();
        let mut rows = Vec::new();
        self.heads.iter_mut().for_each(|head| head.place = None);
        while rows.len() < ROWS_PER_GROUP {
            let Some(Reverse((_, run))) = self.next.pop() else {
                break;
            };
            let head = &mut self.heads[run];
            let place = *head.place.get_or_insert_with(|| {
                batches.push(head.batch.clone());
                batches.len() - 1
            });
            rows.push((place, head.row));
            if head.advance()? {
                self.next.push(Reverse((head.cell(), run)));
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let first = self.given;
        self.given += rows.len() as u64;
        Ok(Some(Ordered {
            batches: Arc::from(batches),
            rows,
            first,
        }))
    }
}

impl Iterator for Merge {
    type Item = Result<Ordered, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.gather().transpose()
    }
}

impl Head {
    fn cell(&self) -> u64 {
        cell_at(self.cells.as_ref(), self.row)
    }

    /// Goes to the next row; false at the end of the run.
    fn advance(&mut self) -> Result<bool, StoreError> {
        self.row += 1;
        if self.row < self.batch.num_rows() {
            return Ok(true);
        }
        let next = self.reader.next().transpose();
        let Some(batch) = next.map_err(|error| failed(&self.path, error))? else {
            return Ok(false);
        };
        self.cells = cells_of(&batch);
        self.batch = batch;
        (self.row, self.place) = (0, None);
        Ok(true)
    }
}
