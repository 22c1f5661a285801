//! A version as a stream of what matching needs of each feature: its cell and the digests of its key, attributes and shape.

use std::{
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, RecordBatch},
    compute::cast,
    datatypes::{DataType, UInt64Type},
    row::{RowConverter, Rows, SortField},
};
use parquet::arrow::ProjectionMask;

use super::{
    DiffRequest, Stored,
    area::{AreaMeter, ClassSums},
    matching::{self, Matching},
};
use crate::{Layer, LayerKind, StoreError};

/// Rows read at a time.
const ROWS_PER_BATCH: usize = 8192;

/// Batches that may wait to be matched.
const MAX_WAITING: usize = 2;

/// What matching needs of a feature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Its number in the version, which is its `fid`.
    pub(super) row: u64,
    /// Its H3 cell; `u64::MAX` without one.
    pub(super) cell: u64,
    /// The digest of its key; none without a key.
    pub(super) key: Option<u128>,
    /// The digest of the attributes that both versions have.
    pub(super) attributes: u128,
    /// The digest of its WKB; none without a geometry.
    pub(super) geometry: Option<u128>,
}

/// What was counted while a version was read.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) rows: u64,
    pub(super) without_key: u64,
    pub(super) classes: ClassSums,
    keys: Vec<u64>,
}

impl Side {
    /// Rows whose key another row has too.
    pub(super) fn shared_keys(&self) -> u64 {
        let groups = self.keys.chunk_by(|a, b| a == b);
        groups
            .filter(|group| group.len() > 1)
            .map(|group| group.len() as u64)
            .sum()
    }
}

/// Which columns to read, and as what.
#[derive(Debug)]
pub(super) struct Columns {
    /// The attributes that both versions have, each with the type both are compared as.
    pub(super) attributes: Vec<(String, DataType)>,
    pub(super) key: Option<String>,
    by: Option<String>,
    has_area: bool,
}

impl Columns {
    pub(super) fn common(
        request: &DiffRequest,
        before: &Stored,
        after: &Stored,
    ) -> Result<Self, StoreError> {
        let attributes: Vec<(String, DataType)> = before
            .attributes()
            .filter_map(|(name, kind)| {
                let (_, other) = after.attributes().find(|(other, _)| other == name)?;
                let kind = if kind == other { kind } else { &DataType::Utf8 };
                Some((name.clone(), kind.clone()))
            })
            .collect();
        for attribute in request.key.iter().chain(&request.by) {
            if !attributes.iter().any(|(name, _)| name == attribute) {
                return Err(StoreError::UnknownAttribute {
                    layer: request.layer.clone(),
                    attribute: attribute.clone(),
                    known: attributes.into_iter().map(|(name, _)| name).collect(),
                });
            }
        }
        let has_area = [before, after].iter().any(|side| {
            use crate::GeometryKind::{Mixed, Polygon};
            matches!(side.meta.kind, LayerKind::Vector(Polygon | Mixed))
        });
        Ok(Self {
            attributes,
            key: request.key.clone(),
            by: request.by.clone(),
            has_area,
        })
    }

    /// The attributes that one version has and the other lacks.
    pub(super) fn only_in(&self, side: &Stored) -> Vec<String> {
        let is_common = |name: &str| self.attributes.iter().any(|(common, _)| common == name);
        side.attributes()
            .filter(|(name, _)| !is_common(name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Whether there is anything to sum by class.
    pub(super) fn has_classes(&self) -> bool {
        self.has_area || self.by.is_some()
    }

    /// The common attributes of a batch, as they are compared.
    pub(super) fn of(
        &self,
        batch: &RecordBatch,
    ) -> Result<Vec<ArrayRef>, arrow::error::ArrowError> {
        let column = |(name, kind): &(String, DataType)| {
            let index = batch.schema_ref().index_of(name)?;
            cast(batch.column(index), kind)
        };
        self.attributes.iter().map(column).collect()
    }

    /// A column of a batch as text.
    pub(super) fn text(
        batch: &RecordBatch,
        name: Option<&String>,
    ) -> Result<Option<ArrayRef>, arrow::error::ArrowError> {
        name.map(|name| {
            let index = batch.schema_ref().index_of(name)?;
            cast(batch.column(index), &DataType::Utf8)
        })
        .transpose()
    }
}

/// Reads both versions, each on its own thread, and matches their features.
pub(super) fn compare(
    before: &Stored,
    after: &Stored,
    columns: &Columns,
) -> Result<(Matching, Side, Side), StoreError> {
    let (send_old, old) = sync_channel(MAX_WAITING);
    let (send_new, new) = sync_channel(MAX_WAITING);
    thread::scope(|scope| {
        let readers = [(before, send_old), (after, send_new)]
            .map(|(side, send)| scope.spawn(move || read(side, columns, &send)));
        let by_key = columns.key.is_some();
        let matching = matching::match_all(old.iter().flatten(), new.iter().flatten(), by_key);
        let [old, new] = readers.map(|reader| reader.join().expect("reading does not panic"));
        Ok((matching, old?, new?))
    })
}

/// Sends the records of a version, and sums it up.
fn read(
    side: &Stored,
    columns: &Columns,
    send: &SyncSender<Vec<Record>>,
) -> Result<Side, StoreError> {
    let builder = side.open()?;
    let wanted = columns.attributes.iter().map(|(name, _)| name.as_str());
    let wanted = wanted.chain([Layer::H3, Layer::GEOM]);
    let mask = ProjectionMask::columns(builder.parquet_schema(), wanted);
    let batches = builder
        .with_projection(mask)
        .with_batch_size(ROWS_PER_BATCH)
        .build()
        .map_err(|error| side.damaged(&error))?;
    let meter = if columns.has_area {
        Some(AreaMeter::new()?)
    } else {
        None
    };
    let mut sums = Side::default();
    for batch in batches {
        let batch = batch.map_err(|error| side.damaged(&error))?;
        let records = records(&batch, columns, sums.rows).map_err(|error| side.damaged(&error))?;
        if columns.has_classes() {
            let classes =
                Columns::text(&batch, columns.by.as_ref()).map_err(|error| side.damaged(&error))?;
            let areas = meter.as_ref().map(|meter| meter.areas_m2(&batch));
            sums.classes
                .add(classes.as_ref(), areas.as_deref(), batch.num_rows())
                .map_err(|most| StoreError::TooManyClasses {
                    attribute: columns.by.clone().unwrap_or_default(),
                    most,
                })?;
        }
        sums.rows += batch.num_rows() as u64;
        if columns.key.is_some() {
            let keys = records.iter().filter_map(|record| record.key);
            let known = sums.keys.len();
            #[expect(clippy::cast_possible_truncation, reason = "64 bits tell keys apart")]
            sums.keys.extend(keys.map(|key| key as u64));
            sums.without_key += (records.len() - (sums.keys.len() - known)) as u64;
        }
        if send.send(records).is_err() {
            // The other side failed; its error is the one that is told.
            break;
        }
    }
    sums.keys.sort_unstable();
    Ok(sums)
}

fn records(
    batch: &RecordBatch,
    columns: &Columns,
    first: u64,
) -> Result<Vec<Record>, arrow::error::ArrowError> {
    let attributes = encoded(&columns.of(batch)?)?;
    let keys = Columns::text(batch, columns.key.as_ref())?;
    let cells = batch
        .column_by_name(Layer::H3)
        .and_then(|column| column.as_primitive_opt::<UInt64Type>());
    let shapes = batch
        .column_by_name(Layer::GEOM)
        .and_then(|column| column.as_binary_opt::<i32>());
    let record = |row: usize| Record {
        row: first + row as u64,
        cell: cells.map_or(0, |cells| {
            if cells.is_valid(row) {
                cells.value(row)
            } else {
                u64::MAX
            }
        }),
        key: keys.as_ref().and_then(|keys| {
            let keys = keys.as_string::<i32>();
            keys.is_valid(row)
                .then(|| digest(keys.value(row).as_bytes()))
        }),
        attributes: attributes
            .as_ref()
            .map_or(0, |rows| digest(rows.row(row).as_ref())),
        geometry: shapes
            .filter(|shapes| shapes.is_valid(row))
            .map(|shapes| digest(shapes.value(row))),
    };
    Ok((0..batch.num_rows()).map(record).collect())
}

/// Rows as bytes that are equal where all their values are; none without columns.
fn encoded(columns: &[ArrayRef]) -> Result<Option<Rows>, arrow::error::ArrowError> {
    if columns.is_empty() {
        return Ok(None);
    }
    let fields = columns
        .iter()
        .map(|column| SortField::new(column.data_type().clone()));
    let converter = RowConverter::new(fields.collect())?;
    converter.convert_columns(columns).map(Some)
}

fn digest(bytes: &[u8]) -> u128 {
    let hash = blake3::hash(bytes);
    let (half, _) = hash
        .as_bytes()
        .split_first_chunk::<16>()
        .expect("a hash has 32 bytes");
    u128::from_le_bytes(*half)
}
