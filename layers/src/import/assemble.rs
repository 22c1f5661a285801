//! Prepared rows of all sources, sorted by H3 cell, numbered and written.

use std::{fs::File, path::Path, sync::Arc};

use arrow::{
    array::{Array as _, AsArray as _, RecordBatch, UInt64Array},
    compute::{concat_batches, interleave_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type},
};

use super::prepare::Prepared;
use crate::{
    Extent, GeometryKind, Layer, StoreError,
    geoparquet::{GeoParquetWriter, ROWS_PER_GROUP, write_error},
    partition::Outlines,
    repair::AreaLedger,
};

/// What has been gathered so far.
#[derive(Debug)]
pub(super) struct Assembly {
    schema: SchemaRef,
    /// False in a rehearsal, where only counts matter.
    keep: bool,
    batches: Vec<RecordBatch>,
    set_aside: Vec<RecordBatch>,
    pub(super) published: u64,
    pub(super) repaired: u64,
    pub(super) areas: AreaLedger,
    pub(super) outlines: Outlines,
    pub(super) aside: u64,
    pub(super) kinds: Vec<GeometryKind>,
    pub(super) extent: Extent,
}

impl Assembly {
    pub(super) fn new(schema: SchemaRef, keep: bool) -> Self {
        Self {
            schema,
            keep,
            batches: Vec::new(),
            set_aside: Vec::new(),
            published: 0,
            repaired: 0,
            areas: AreaLedger::default(),
            outlines: Outlines::default(),
            aside: 0,
            kinds: Vec::new(),
            extent: Extent::EMPTY,
        }
    }

    /// Adds rows.
    pub(super) fn add(&mut self, prepared: Prepared) {
        self.published += prepared.rows.num_rows() as u64;
        self.repaired += prepared.repaired;
        self.areas.merge(prepared.areas);
        self.outlines.merge(prepared.outlines);
        self.aside += prepared.set_aside.num_rows() as u64;
        self.extent = self.extent.union(&prepared.extent);
        for kind in prepared.kinds {
            if !self.kinds.contains(&kind) {
                self.kinds.push(kind);
            }
        }
        if self.keep && prepared.rows.num_rows() > 0 {
            self.batches.push(prepared.rows);
        }
        if self.keep && prepared.set_aside.num_rows() > 0 {
            self.set_aside.push(prepared.set_aside);
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

    /// Writes the rows in the order of their cells, numbered from 0.
    ///
    /// # Complexity
    /// All rows are in memory; O(n log n) comparisons, one copy of a row group at a time.
    pub(super) fn write(&self, path: &Path, step: &dyn Fn(u64)) -> Result<(), StoreError> {
        let file = File::create(path).map_err(|source| StoreError::io("create", path, source))?;
        let mut fields = vec![Field::new(Layer::FID, DataType::UInt64, false)];
        fields.extend(
            self.schema
                .fields()
                .iter()
                .map(|field| field.as_ref().clone()),
        );
        let schema = Arc::new(Schema::new(fields));
        let fail = |error| write_error(path, error);
        let mut writer = GeoParquetWriter::new(file, Arc::clone(&schema)).map_err(fail)?;
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let mut written = 0_u64;
        for order in self.order().chunks(ROWS_PER_GROUP) {
            let rows =
                interleave_record_batch(&batches, order).map_err(|error| fail(error.into()))?;
            let numbers: UInt64Array = (written..written + order.len() as u64)
                .collect::<Vec<_>>()
                .into();
            let mut columns: Vec<arrow::array::ArrayRef> = vec![Arc::new(numbers)];
            columns.extend(rows.columns().iter().cloned());
            let rows = RecordBatch::try_new(Arc::clone(&schema), columns)
                .map_err(|error| fail(error.into()))?;
            writer.write(&rows).map_err(fail)?;
            written += order.len() as u64;
            step(written);
        }
        let file = writer.finish().map_err(fail)?;
        file.sync_all()
            .map_err(|source| StoreError::io("write", path, source))
    }

    /// Writes the rows set aside; nothing when there are none.
    pub(super) fn write_set_aside(&self, path: &Path) -> Result<(), StoreError> {
        write_beside(&self.set_aside, path)
    }

    /// (batch, row) of every row: by cell, rows without one last, otherwise as they came.
    fn order(&self) -> Vec<(usize, usize)> {
        let cells = self.batches.iter().map(|batch| {
            batch
                .column_by_name(Layer::H3)
                .map(|column| column.as_primitive::<UInt64Type>().clone())
        });
        let mut keyed: Vec<(u64, usize, usize)> = Vec::new();
        for (at, cells) in cells.enumerate() {
            let rows = self.batches[at].num_rows();
            let cell = |row: usize| match &cells {
                Some(cells) if cells.is_valid(row) => cells.value(row),
                Some(_) => u64::MAX,
                None => 0,
            };
            keyed.extend((0..rows).map(|row| (cell(row), at, row)));
        }
        keyed.sort_unstable();
        keyed
            .into_iter()
            .map(|(_, batch, row)| (batch, row))
            .collect()
    }
}

/// Writes what lies beside the data; nothing when there is nothing.
pub(super) fn write_beside(batches: &[RecordBatch], path: &Path) -> Result<(), StoreError> {
    let Some(first) = batches.first() else {
        return Ok(());
    };
    let fail = |error| write_error(path, error);
    let rows = concat_batches(&first.schema(), batches).map_err(|error| fail(error.into()))?;
    let file = File::create(path).map_err(|source| StoreError::io("create", path, source))?;
    let mut writer = GeoParquetWriter::new(file, rows.schema()).map_err(fail)?;
    writer.write(&rows).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(())
}
