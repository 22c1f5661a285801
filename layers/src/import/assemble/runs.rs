//! Sorted runs of rows on disk, and their merge: how more rows are sorted than memory holds.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::{self, File},
    io::{BufReader, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{RecordBatch, UInt64Array},
    compute::interleave_record_batch,
    error::ArrowError,
    ipc::{reader::StreamReader, writer::StreamWriter},
};
use serde::{Deserialize, Serialize};

use super::{Ordered, Tally, cell_at, cells_of};
use crate::{
    StoreError,
    geoparquet::{ROWS_PER_GROUP, write_error},
    store::checksum,
};

/// Rows of a run read at a time; with a dozen runs open they cost a few MB each.
const ROWS_PER_BATCH: usize = 8_192;

/// What is known of the runs of an interrupted import.
const CHECKPOINT_FILE: &str = "checkpoint.json";

/// Runs in a folder, as Arrow streams, with what was set aside meanwhile and a checkpoint to go on from.
#[derive(Debug)]
pub(super) struct Runs {
    folder: PathBuf,
    files: Vec<RunFile>,
}

/// A run as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RunFile {
    kind: RunKind,
    blake3: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum RunKind {
    Rows,
    Aside,
    Hashes,
}

#[derive(Serialize, Deserialize)]
struct Checkpoint {
    files: Vec<RunFile>,
    tally: Tally,
}

impl Runs {
    /// The runs of an interrupted import and their tally; none, in a folder made empty, where there was none or where
    /// any of its files is not as it was written.
    pub(super) fn resume(folder: &Path) -> Result<(Self, Tally), StoreError> {
        let mut runs = Self {
            folder: folder.into(),
            files: Vec::new(),
        };
        let known = fs::read(folder.join(CHECKPOINT_FILE)).ok();
        let known = known.and_then(|json| serde_json::from_slice::<Checkpoint>(&json).ok());
        if let Some(Checkpoint { files, tally }) = known {
            let is_whole = |(at, file): (usize, &RunFile)| {
                let found = File::open(runs.path(at)).and_then(checksum);
                found.is_ok_and(|found| found == file.blake3)
            };
            if files.iter().enumerate().all(is_whole) {
                runs.files = files;
                return Ok((runs, tally));
            }
        }
        runs.remove()?;
        Ok((runs, Tally::default()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of(RunKind::Rows).next().is_none()
    }

    /// Writes rows in an order as the next run, rows set aside, and hashes of all; from here an import can go on.
    pub(super) fn add(
        &mut self,
        (order, batches): (&[(usize, usize)], &[RecordBatch]),
        (aside, hashes): (&[RecordBatch], Option<Result<RecordBatch, ArrowError>>),
        tally: &Tally,
    ) -> Result<(), StoreError> {
        fs::create_dir_all(&self.folder)
            .map_err(|source| StoreError::io("create", &self.folder, source))?;
        let all: Vec<&RecordBatch> = batches.iter().collect();
        let sorted = order
            .chunks(ROWS_PER_BATCH)
            .map(|rows| interleave_record_batch(&all, rows));
        self.write(RunKind::Rows, sorted)?;
        self.write(RunKind::Aside, aside.iter().cloned().map(Ok))?;
        self.write(RunKind::Hashes, hashes.into_iter())?;
        let checkpoint = Checkpoint {
            files: self.files.clone(),
            tally: tally.clone(),
        };
        let path = self.folder.join(CHECKPOINT_FILE);
        let written = self.folder.join("checkpoint.new");
        let json = serde_json::to_vec(&checkpoint).map_err(|error| StoreError::Encode {
            path: path.clone(),
            detail: error.to_string(),
        })?;
        fs::write(&written, json)
            .and_then(|()| fs::rename(&written, &path))
            .map_err(|source| StoreError::io("write", &path, source))
    }

    /// Writes batches as the next file; no file when there are none.
    fn write(
        &mut self,
        kind: RunKind,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    ) -> Result<(), StoreError> {
        let mut batches = batches.peekable();
        let path = self.path(self.files.len());
        let fail = |error| failed(&path, error);
        let schema = match batches.peek() {
            Some(Ok(first)) => first.schema(),
            Some(Err(_)) | None => {
                return batches
                    .next()
                    .map_or(Ok(()), |first| first.map(drop).map_err(fail));
            }
        };
        let file = File::create(&path).map_err(|source| StoreError::io("create", &path, source))?;
        let out = Hashing {
            file: BufWriter::new(file),
            hasher: blake3::Hasher::new(),
        };
        let mut writer = StreamWriter::try_new(out, &schema).map_err(fail)?;
        for batch in batches {
            batch.and_then(|batch| writer.write(&batch)).map_err(fail)?;
        }
        let mut out = writer.into_inner().map_err(fail)?;
        out.flush()
            .map_err(|source| StoreError::io("write", &path, source))?;
        self.files.push(RunFile {
            kind,
            blake3: out.hasher.finalize().to_hex().to_string(),
        });
        Ok(())
    }

    /// The rows set aside, in the order they came.
    pub(super) fn aside(&self) -> impl Iterator<Item = Result<RecordBatch, StoreError>> {
        self.read(RunKind::Aside)
    }

    /// The hashes of rows, in the order they came.
    pub(super) fn hashes(&self) -> impl Iterator<Item = Result<RecordBatch, StoreError>> {
        self.read(RunKind::Hashes)
    }

    fn read(&self, kind: RunKind) -> impl Iterator<Item = Result<RecordBatch, StoreError>> {
        self.of(kind).flat_map(|path| {
            let (opened, failure) = match open(&path) {
                Ok(reader) => (Some(reader), None),
                Err(error) => (None, Some(Err(error))),
            };
            let batches = opened.into_iter().flatten();
            failure
                .into_iter()
                .chain(batches.map(move |batch| batch.map_err(|error| failed(&path, error))))
        })
    }

    pub(super) fn remove(&mut self) -> Result<(), StoreError> {
        self.files.clear();
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StoreError::io("remove", &self.folder, error))
            }
            _ => Ok(()),
        }
    }

    /// The paths of the files of a kind.
    fn of(&self, kind: RunKind) -> impl Iterator<Item = PathBuf> {
        let files = self.files.iter().enumerate();
        files
            .filter(move |(_, file)| file.kind == kind)
            .map(|(at, _)| self.path(at))
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number}.arrows"))
    }
}

/// Writes to a file and hashes what it writes: cheaper than reading it again, and no sync is needed to trust it later.
struct Hashing {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

type Reader = StreamReader<BufReader<File>>;

fn open(path: &Path) -> Result<Reader, StoreError> {
    let file = File::open(path).map_err(|source| StoreError::io("open", path, source))?;
    StreamReader::try_new(BufReader::new(file), None).map_err(|error| failed(path, error))
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
    reader: Reader,
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
        for path in runs.of(RunKind::Rows) {
            let mut reader = open(&path)?;
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
