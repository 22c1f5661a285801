//! Prepared rows of all sources, sorted by H3 cell, numbered and written; what does not fit into memory waits in runs.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, RecordBatch, UInt64Array},
    compute::{concat_batches, interleave_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type},
    error::ArrowError,
};
use parquet::errors::ParquetError;

use self::runs::{Merge, Runs};
use super::prepare::Prepared;
use crate::{
    Extent, GeometryKind, Layer, StoreError,
    geoparquet::{GeoParquetWriter, ROWS_PER_GROUP, write_error},
    parallel::map_in_order,
};

mod runs;

/// Rows kept in memory, in bytes; when there are more, a sorted run goes to disk. Import as a whole stays below 1 GiB.
const MEMORY_BYTES: usize = 448 << 20;

/// What has been gathered so far.
pub(super) struct Assembly {
    schema: SchemaRef,
    /// None in a rehearsal, where only counts matter.
    shelf: Option<Shelf>,
    pub(super) published: u64,
    pub(super) repaired: u64,
    pub(super) aside: u64,
    pub(super) kinds: Vec<GeometryKind>,
    pub(super) extent: Extent,
}

/// Where rows wait to be written.
struct Shelf {
    batches: Vec<RecordBatch>,
    bytes: usize,
    memory_bytes: usize,
    runs: Runs,
    quarantine_path: PathBuf,
    quarantine: Option<Quarantine>,
}

/// Rows set aside, written as they come.
struct Quarantine {
    writer: GeoParquetWriter<File>,
    waiting: Vec<RecordBatch>,
}

/// Rows that are next in order, by the batches they are in: a row group to be.
struct Ordered {
    batches: Arc<[RecordBatch]>,
    rows: Vec<(usize, usize)>,
    /// The number of the first one.
    first: u64,
}

impl Assembly {
    /// Gathers for a rehearsal: counts and throws away.
    pub(super) fn rehearsal(schema: SchemaRef) -> Self {
        Self {
            schema,
            shelf: None,
            published: 0,
            repaired: 0,
            aside: 0,
            kinds: Vec::new(),
            extent: Extent::EMPTY,
        }
    }

    /// Gathers to be written; rows set aside go to `quarantine`, runs into the folder beside it.
    pub(super) fn new(schema: SchemaRef, quarantine: PathBuf) -> Self {
        let shelf = Shelf {
            batches: Vec::new(),
            bytes: 0,
            memory_bytes: MEMORY_BYTES,
            runs: Runs::new(&quarantine.with_file_name("runs")),
            quarantine_path: quarantine,
            quarantine: None,
        };
        Self {
            shelf: Some(shelf),
            ..Self::rehearsal(schema)
        }
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When what no longer fits into memory cannot be written.
    pub(super) fn add(&mut self, prepared: Prepared) -> Result<(), StoreError> {
        self.published += prepared.rows.num_rows() as u64;
        self.repaired += prepared.repaired;
        self.aside += prepared.set_aside.num_rows() as u64;
        self.extent = self.extent.union(&prepared.extent);
        for kind in prepared.kinds {
            if !self.kinds.contains(&kind) {
                self.kinds.push(kind);
            }
        }
        match &mut self.shelf {
            Some(shelf) => {
                shelf.set_aside(prepared.set_aside)?;
                shelf.add(prepared.rows)
            }
            None => Ok(()),
        }
    }

    /// The kind of all geometries; the declared one when there is none.
    pub(super) fn kind(&self, declared: GeometryKind) -> GeometryKind {
        match self.kinds.as_slice() {
            [] => declared,
            [only] => *only,
            _ => GeometryKind::Mixed,
        }
    }

    /// Writes the rows in the order of their cells, numbered from 0, and ends the quarantine.
    ///
    /// # Complexity
    /// O(n log n) comparisons; memory is that of the rows kept and of a few row groups.
    pub(super) fn write(
        &mut self,
        path: &Path,
        step: &(dyn Fn(u64) + Sync),
    ) -> Result<(), StoreError> {
        let Some(shelf) = &mut self.shelf else {
            return Ok(());
        };
        shelf.finish_quarantine()?;
        let mut fields = vec![Field::new(Layer::FID, DataType::UInt64, false)];
        fields.extend(
            self.schema
                .fields()
                .iter()
                .map(|field| field.as_ref().clone()),
        );
        let schema = Arc::new(Schema::new(fields));
        let file = File::create(path).map_err(|source| StoreError::io("create", path, source))?;
        let fail = |error| write_error(path, error);
        let mut writer = GeoParquetWriter::new(file, Arc::clone(&schema)).map_err(fail)?;
        let encoder = writer.encoder();
        let mut written = 0;
        let mut ordered = shelf.in_order()?;
        map_in_order(
            || ordered.next().transpose(),
            || (),
            |(), ordered| {
                let rows = ordered.rows.len() as u64;
                numbered(&ordered, &schema)
                    .map_err(ParquetError::from)
                    .and_then(|batch| encoder.encode(&batch))
                    .map(|group| (group, rows))
            },
            |encoded| {
                let (group, rows) = encoded.map_err(fail)?;
                writer.append(group).map_err(fail)?;
                written += rows;
                step(written);
                Ok(())
            },
        )?;
        drop(ordered);
        let file = writer.finish().map_err(fail)?;
        file.sync_all()
            .map_err(|source| StoreError::io("write", path, source))?;
        shelf.runs.remove()
    }
}

impl Shelf {
    fn add(&mut self, rows: RecordBatch) -> Result<(), StoreError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        self.bytes += rows.get_array_memory_size();
        self.batches.push(rows);
        if self.bytes > self.memory_bytes {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), StoreError> {
        self.bytes = 0;
        let batches = std::mem::take(&mut self.batches);
        self.runs.add(&order_of(&batches), &batches)
    }

    /// All rows in the order of their cells, a row group at a time.
    fn in_order(
        &mut self,
    ) -> Result<Box<dyn Iterator<Item = Result<Ordered, StoreError>>>, StoreError> {
        if self.runs.is_empty() {
            let batches: Arc<[RecordBatch]> = std::mem::take(&mut self.batches).into();
            let order = order_of(&batches);
            let groups = order.len().div_ceil(ROWS_PER_GROUP);
            return Ok(Box::new((0..groups).map(move |group| {
                let first = group * ROWS_PER_GROUP;
                let end = (first + ROWS_PER_GROUP).min(order.len());
                Ok(Ordered {
                    batches: Arc::clone(&batches),
                    rows: order[first..end].to_vec(),
                    first: first as u64,
                })
            })));
        }
        if !self.batches.is_empty() {
            self.spill()?;
        }
        Ok(Box::new(Merge::open(&self.runs)?))
    }

    fn set_aside(&mut self, rows: RecordBatch) -> Result<(), StoreError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let path = &self.quarantine_path;
        if self.quarantine.is_none() {
            let file =
                File::create(path).map_err(|source| StoreError::io("create", path, source))?;
            let writer = GeoParquetWriter::new(file, rows.schema())
                .map_err(|error| write_error(path, error))?;
            self.quarantine = Some(Quarantine {
                writer,
                waiting: Vec::new(),
            });
        }
        let Some(quarantine) = &mut self.quarantine else {
            return Ok(());
        };
        quarantine.waiting.push(rows);
        let waiting: usize = quarantine.waiting.iter().map(RecordBatch::num_rows).sum();
        if waiting < ROWS_PER_GROUP {
            return Ok(());
        }
        quarantine.flush().map_err(|error| write_error(path, error))
    }

    fn finish_quarantine(&mut self) -> Result<(), StoreError> {
        let Some(mut quarantine) = self.quarantine.take() else {
            return Ok(());
        };
        let finished = quarantine.flush().and_then(|()| quarantine.writer.finish());
        finished
            .map(drop)
            .map_err(|error| write_error(&self.quarantine_path, error))
    }
}

impl Quarantine {
    fn flush(&mut self) -> Result<(), ParquetError> {
        let Some(first) = self.waiting.first() else {
            return Ok(());
        };
        let rows = concat_batches(&first.schema(), &self.waiting)?;
        self.waiting.clear();
        self.writer.write(&rows)
    }
}

/// The rows of a group as one batch, with their numbers before them.
fn numbered(ordered: &Ordered, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let batches: Vec<&RecordBatch> = ordered.batches.iter().collect();
    let rows = interleave_record_batch(&batches, &ordered.rows)?;
    let numbers = ordered.first..ordered.first + ordered.rows.len() as u64;
    let mut columns: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from_iter_values(numbers))];
    columns.extend(rows.columns().iter().cloned());
    RecordBatch::try_new(Arc::clone(schema), columns)
}

/// (batch, row) of every row: by cell, rows without one last, otherwise as they came.
fn order_of(batches: &[RecordBatch]) -> Vec<(usize, usize)> {
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let mut keyed: Vec<(u64, u32, u32)> = Vec::with_capacity(rows);
    for (at, batch) in (0_u32..).zip(batches) {
        let cells = cells_of(batch);
        let rows = u32::try_from(batch.num_rows()).expect("a batch is small");
        keyed.extend((0..rows).map(|row| (cell_at(cells.as_ref(), row as usize), at, row)));
    }
    keyed.sort_unstable();
    keyed
        .into_iter()
        .map(|(_, batch, row)| (batch as usize, row as usize))
        .collect()
}

/// The H3 column; none of a table.
fn cells_of(batch: &RecordBatch) -> Option<UInt64Array> {
    let column = batch.column_by_name(Layer::H3)?;
    Some(column.as_primitive::<UInt64Type>().clone())
}

/// What a row is sorted by: its cell, after all cells when it has none; always the same in a table.
fn cell_at(cells: Option<&UInt64Array>, row: usize) -> u64 {
    match cells {
        Some(cells) if cells.is_valid(row) => cells.value(row),
        Some(_) => u64::MAX,
        None => 0,
    }
}

#[cfg(test)]
mod tests;
