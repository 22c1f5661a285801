//! Prepared rows of all sources, sorted by H3 cell, numbered and written; what does not fit into memory waits in runs.

use std::{fs::File, path::Path, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, RecordBatch, UInt64Array},
    compute::interleave_record_batch,
    datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type},
    error::ArrowError,
};
use parquet::errors::ParquetError;
use serde::{Deserialize, Serialize};

use self::runs::{Merge, Runs};
use super::{
    attributes::Audit,
    prepare::{Prepared, TextMode},
};
use crate::{
    Extent, GeometryKind, Layer, StoreError,
    catalog::CellCounts,
    geoparquet::{GeoParquetWriter, ROWS_PER_GROUP, write_error},
    parallel::map_in_order,
    partition::Outlines,
    repair::AreaLedger,
    report::Findings,
};

mod runs;

/// Where sorted runs wait, within the folder of the version to be.
const RUNS_FOLDER: &str = "runs";

/// What has been gathered so far.
pub(super) struct Assembly {
    schema: SchemaRef,
    /// Columns that turned out to be needless.
    left_out: Vec<String>,
    /// None in a rehearsal, where only counts matter.
    shelf: Option<Shelf>,
    pub(super) tally: Tally,
    /// The outlines of what should be a partition; not in the tally, so such an import is not gone on with.
    pub(super) outlines: Outlines,
}

/// Everything about the gathered rows but the rows themselves.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) published: u64,
    pub(super) repaired: u64,
    pub(super) areas: AreaLedger,
    pub(super) aside: u64,
    pub(super) kinds: Vec<GeometryKind>,
    /// None while nothing has a position: JSON has no infinite numbers.
    pub(super) extent: Option<Extent>,
    pub(super) cells: CellCounts,
    pub(super) findings: Findings,
    pub(super) audit: Audit,
    /// How far each source that was begun has come.
    pub(super) reached: Vec<Reached>,
}

/// How far a source has come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Reached {
    /// Its features up to this number are gathered.
    pub(super) features: u64,
    /// How its text was read by then.
    pub(super) text: TextMode,
}

/// Where rows wait to be written.
struct Shelf {
    batches: Vec<RecordBatch>,
    aside: Vec<RecordBatch>,
    bytes: usize,
    memory_bytes: usize,
    runs: Runs,
    /// Rows whose hashes are kept beside the runs.
    hashed: usize,
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
            left_out: Vec::new(),
            shelf: None,
            tally: Tally::default(),
            outlines: Outlines::default(),
        }
    }

    /// Gathers to be written, with so many bytes of rows in memory and the rest in a folder; goes on where an earlier
    /// import left that folder.
    ///
    /// # Errors
    /// When the folder cannot be read or cleared.
    pub(super) fn resume(
        schema: SchemaRef,
        folder: &Path,
        memory_bytes: usize,
    ) -> Result<Self, StoreError> {
        let (runs, mut tally) = Runs::resume(&folder.join(RUNS_FOLDER))?;
        for kept in runs.hashes() {
            tally.audit.take_up(&kept?);
        }
        Ok(Self {
            schema,
            left_out: Vec::new(),
            shelf: Some(Shelf {
                batches: Vec::new(),
                aside: Vec::new(),
                bytes: 0,
                memory_bytes,
                runs,
                hashed: tally.audit.rows(),
            }),
            tally,
            outlines: Outlines::default(),
        })
    }

    /// Adds the rows of the next batch.
    ///
    /// # Errors
    /// When what no longer fits into memory cannot be written.
    pub(super) fn add(&mut self, prepared: Prepared) -> Result<(), StoreError> {
        let tally = &mut self.tally;
        tally.published += prepared.rows.num_rows() as u64;
        tally.repaired += prepared.repaired;
        tally.areas.merge(prepared.areas);
        self.outlines.merge(prepared.outlines);
        tally.aside += prepared.set_aside.num_rows() as u64;
        let extent = tally
            .extent
            .unwrap_or(Extent::EMPTY)
            .union(&prepared.extent);
        tally.extent = (!extent.is_empty()).then_some(extent);
        tally.cells.add(&prepared.rows);
        for kind in prepared.kinds {
            if !tally.kinds.contains(&kind) {
                tally.kinds.push(kind);
            }
        }
        tally.findings.absorb(prepared.findings);
        tally.audit.absorb(prepared.audit);
        let (source, reached) = prepared.reached;
        // A source without features never gets here.
        let nothing = Reached {
            features: 0,
            text: TextMode::Undecided,
        };
        tally.reached.resize(source + 1, nothing);
        tally.reached[source] = reached;
        let Some(shelf) = &mut self.shelf else {
            return Ok(());
        };
        shelf.add(prepared.rows, prepared.set_aside);
        // Hashes stay in memory; rows always get a quarter of it.
        let hashes = tally.audit.bytes().min(shelf.memory_bytes / 4 * 3);
        if shelf.bytes + hashes > shelf.memory_bytes {
            shelf.spill(&self.tally)?;
        }
        Ok(())
    }

    /// Leaves columns out of what is written.
    pub(super) fn leave_out(&mut self, names: Vec<String>) {
        self.left_out = names;
    }

    /// The kind of all geometries; the declared one when there is none.
    pub(super) fn kind(&self, declared: GeometryKind) -> GeometryKind {
        match self.tally.kinds.as_slice() {
            [] => declared,
            [only] => *only,
            _ => GeometryKind::Mixed,
        }
    }

    /// Writes the rows in the order of their cells, numbered from 0, and those set aside; then nothing else is left.
    ///
    /// # Complexity
    /// O(n log n) comparisons; memory is that of the rows kept and of a few row groups.
    pub(super) fn write(
        &mut self,
        (data, quarantine): (&Path, &Path),
        step: &(dyn Fn(u64) + Sync),
    ) -> Result<(), StoreError> {
        let Some(shelf) = &mut self.shelf else {
            return Ok(());
        };
        shelf.write_aside(quarantine, &self.left_out)?;
        let mut fields = vec![Field::new(Layer::FID, DataType::UInt64, false)];
        let kept = self.schema.fields().iter();
        let kept = kept.filter(|field| !self.left_out.contains(field.name()));
        fields.extend(kept.map(|field| field.as_ref().clone()));
        let schema = Arc::new(Schema::new(fields));
        let file = File::create(data).map_err(|source| StoreError::io("create", data, source))?;
        let fail = |error| write_error(data, error);
        let mut writer = GeoParquetWriter::new(file, Arc::clone(&schema)).map_err(fail)?;
        let encoder = writer.encoder();
        let mut written = 0;
        let mut ordered = shelf.in_order(&self.tally)?;
        map_in_order(
            || ordered.next().transpose(),
            || (),
            |(), ordered| {
                let batch = numbered(&ordered, &schema)?;
                Ok((encoder.encode(&batch)?, ordered.rows.len() as u64))
            },
            |encoded: Result<_, ParquetError>| {
                let (group, rows) = encoded.map_err(fail)?;
                writer.append(group).map_err(fail)?;
                written += rows;
                step(written);
                Ok(())
            },
        )?;
        drop(ordered);
        writer.finish().map_err(fail)?;
        shelf.runs.remove()
    }
}

impl Shelf {
    fn add(&mut self, rows: RecordBatch, aside: RecordBatch) {
        for (batch, kept) in [(rows, &mut self.batches), (aside, &mut self.aside)] {
            if batch.num_rows() > 0 {
                self.bytes += batch.get_array_memory_size();
                kept.push(batch);
            }
        }
    }

    fn spill(&mut self, tally: &Tally) -> Result<(), StoreError> {
        self.bytes = 0;
        let batches = std::mem::take(&mut self.batches);
        let aside = std::mem::take(&mut self.aside);
        let hashes = tally.audit.hashes_from(self.hashed);
        self.hashed = tally.audit.rows();
        let beside = (aside.as_slice(), hashes);
        self.runs
            .add((&order_of(&batches), &batches), beside, tally)
    }

    /// All rows in the order of their cells, a row group at a time.
    fn in_order(
        &mut self,
        tally: &Tally,
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
            self.spill(tally)?;
        }
        Ok(Box::new(Merge::open(&self.runs)?))
    }

    /// Writes the rows set aside; no file when there are none.
    fn write_aside(&mut self, path: &Path, left_out: &[String]) -> Result<(), StoreError> {
        let mut writer: Option<GeoParquetWriter<File>> = None;
        let fail = |error| write_error(path, error);
        let waiting = self.aside.drain(..).map(Ok);
        for batch in self.runs.aside().chain(waiting) {
            let is_left_out = |name: &str| left_out.iter().any(|out| name == format!("a_{out}"));
            let batch = without(&batch?, is_left_out).map_err(|error| fail(error.into()))?;
            let writer = if let Some(writer) = &mut writer {
                writer
            } else {
                let file =
                    File::create(path).map_err(|source| StoreError::io("create", path, source))?;
                writer.insert(GeoParquetWriter::new(file, batch.schema()).map_err(fail)?)
            };
            writer.write(&batch).map_err(fail)?;
        }
        writer.map_or(Ok(()), |writer| writer.finish().map(drop).map_err(fail))
    }
}

/// Writes rows that lie beside the data; no file when there are none.
pub(super) fn write_beside(rows: Option<&RecordBatch>, path: &Path) -> Result<(), StoreError> {
    let Some(rows) = rows else {
        return Ok(());
    };
    let fail = |error| write_error(path, error);
    let file = File::create(path).map_err(|source| StoreError::io("create", path, source))?;
    let mut writer = GeoParquetWriter::new(file, rows.schema()).map_err(fail)?;
    writer.write(rows).map_err(fail)?;
    writer.finish().map(drop).map_err(fail)
}

/// A batch without some of its columns.
fn without(
    batch: &RecordBatch,
    is_left_out: impl Fn(&str) -> bool,
) -> Result<RecordBatch, ArrowError> {
    let fields = batch.schema_ref().fields().iter().enumerate();
    let kept = fields.filter(|(_, field)| !is_left_out(field.name()));
    batch.project(&kept.map(|(at, _)| at).collect::<Vec<_>>())
}

/// The rows of a group as one batch, with their numbers before them.
fn numbered(ordered: &Ordered, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let kept = |batch: &RecordBatch| without(batch, |name| schema.index_of(name).is_err());
    let batches = ordered.batches.iter().map(kept);
    let batches: Vec<RecordBatch> = batches.collect::<Result<_, _>>()?;
    let batches: Vec<&RecordBatch> = batches.iter().collect();
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
