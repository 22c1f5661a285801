//! Answers and layers as JSON, GeoJSON, CSV, Arrow, Parquet and FlatGeobuf, whole or batch by batch.
//!
//! What a value looks like in text formats:
//! - a geometry is WKT; in GeoJSON the first geometry column (or `geom`, if there are several) is the feature's geometry
//!   and the others stay WKT among its properties;
//! - an H3 cell, that is an unsigned 64-bit number in a column whose name begins with `h3`, is its hexadecimal text, as every
//!   H3 library reads it: JSON numbers above 2^53 lose digits in browsers;
//! - any other whole number beyond ±2^53 is its decimal digits as text in JSON;
//! - a moment is RFC 3339 text, a date `YYYY-MM-DD`; NaN and infinity are null.

mod arrow_stream;
mod csv;
mod flatgeobuf;
mod geometry;
mod json;
mod parquet;
mod value;

use std::{fmt, time::Duration};

use ::parquet::errors::ParquetError;
use arrow::{array::RecordBatch, datatypes::SchemaRef, error::ArrowError};
use layers::Layer;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use self::geometry::{GeometryCrs, crs_of};
use self::value::Column;
pub use self::value::type_name;
use crate::sql::{Answer, SqlMetrics};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `{"columns": [{"name", "type"}], "rows": [[…]], "truncated": false, "elapsed_ms": 1.2, "metrics": {…}}`; a layer has no `elapsed_ms` and no
    /// `metrics`, see [`SqlMetrics`].
    #[default]
    Json,
    /// A `FeatureCollection` (RFC 7946): `fid`, if there is one, is the feature's id; `truncated` is a foreign member. Rows
    /// without a geometry column, or with null or an EMPTY point, have the geometry null.
    Geojson,
    /// RFC 4180 in UTF-8 with a header line and `\r\n`; null is nothing, an empty text is `""`, geometry is WKT, lists and records
    /// are JSON.
    Csv,
    /// An Arrow IPC stream; geometry columns are WKB with the extension `geoarrow.wkb` and their CRS.
    Arrow,
    /// `GeoParquet` 1.1, compressed with Zstandard; plain Parquet when there is no geometry column. A CRS other than longitude and
    /// latitude is written as unknown (`"crs": null`), as `GeoParquet` wants PROJJSON.
    Parquet,
    /// `FlatGeobuf` 3 with its index, two dimensions; every row must have a geometry. It is written at the end, as the index
    /// comes first.
    Flatgeobuf,
}

/// What an answer says at its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending {
    /// Whether there were more rows than allowed.
    pub truncated: bool,
    /// The time it took.
    pub elapsed: Option<Duration>,
    /// What it has cost.
    pub metrics: Option<SqlMetrics>,
}

/// Writes rows in a format, batch by batch.
pub struct Encoder {
    writer: Box<dyn Write + Send>,
    bytes: Vec<u8>,
}

/// What a format does with rows.
trait Write {
    fn batch(&mut self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), OutputError>;

    fn finish(self: Box<Self>, ending: &Ending, bytes: &mut Vec<u8>) -> Result<(), OutputError>;
}

impl Encoder {
    /// Begins to write rows of these columns.
    ///
    /// # Errors
    /// When the format cannot hold them.
    pub fn new(format: Format, schema: &SchemaRef) -> Result<Self, OutputError> {
        let mut bytes = Vec::new();
        let writer: Box<dyn Write + Send> = match format {
            Format::Json => Box::new(json::Table::begin(schema, &mut bytes)),
            Format::Geojson => Box::new(json::Features::begin(schema, &mut bytes)?),
            Format::Csv => Box::new(csv::Lines::begin(schema, &mut bytes)),
            Format::Arrow => Box::new(arrow_stream::Messages::begin(schema)?),
            Format::Parquet => Box::new(parquet::RowGroups::begin(schema)?),
            Format::Flatgeobuf => Box::new(flatgeobuf::Features::begin(schema)?),
        };
        Ok(Self { writer, bytes })
    }

    /// Writes rows.
    ///
    /// # Errors
    /// When the format cannot hold a value.
    pub fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        self.writer.batch(batch, &mut self.bytes)
    }

    /// How many bytes are ready to be taken.
    pub fn ready(&self) -> usize {
        self.bytes.len()
    }

    /// Takes the bytes that are ready.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Ends the rows, and gives the bytes that were not yet taken.
    ///
    /// # Errors
    /// When the format cannot be ended.
    pub fn finish(mut self, ending: &Ending) -> Result<Vec<u8>, OutputError> {
        self.writer.finish(ending, &mut self.bytes)?;
        Ok(self.bytes)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Encoder")
            .field("ready", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Rows to be written whole, of an answer or a layer.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    schema: &'a SchemaRef,
    batches: &'a [RecordBatch],
    ending: Ending,
}

impl<'a> From<&'a Answer> for Rows<'a> {
    fn from(answer: &'a Answer) -> Self {
        Self {
            schema: &answer.schema,
            batches: &answer.batches,
            ending: Ending {
                truncated: answer.truncated,
                elapsed: Some(answer.elapsed),
                metrics: Some(answer.metrics),
            },
        }
    }
}

impl<'a> From<&'a Layer> for Rows<'a> {
    fn from(layer: &'a Layer) -> Self {
        Self {
            schema: &layer.schema,
            batches: &layer.batches,
            ending: Ending::default(),
        }
    }
}

/// Writes rows whole.
///
/// # Errors
/// When the format cannot hold them.
pub fn encode<'a>(format: Format, rows: impl Into<Rows<'a>>) -> Result<Vec<u8>, OutputError> {
    let rows = rows.into();
    let mut encoder = Encoder::new(format, rows.schema)?;
    for batch in rows.batches {
        encoder.batch(batch)?;
    }
    encoder.finish(&rows.ending)
}

/// Rows that cannot be written in the format asked for.
#[derive(Debug, Error)]
pub enum OutputError {
    /// GeoJSON is longitude and latitude by definition.
    #[error(
        "column {column:?} is in {crs} and GeoJSON knows only longitude and latitude: write ST_Transform({column}, 'EPSG:4326')"
    )]
    NotLonLat {
        /// Which column.
        column: String,
        /// Its CRS.
        crs: String,
    },
    /// Bytes that are no geometry.
    #[error("row {row} of column {column:?} holds no valid WKB")]
    Geometry {
        /// Which column.
        column: String,
        /// Which row, from 0.
        row: usize,
    },
    /// Arrow refused to convert or write.
    #[error("the rows could not be written")]
    Arrow {
        /// Why.
        source: ArrowError,
    },
    /// Parquet refused to write.
    #[error("the rows could not be written as Parquet")]
    Parquet {
        /// Why.
        source: ParquetError,
    },
    /// `FlatGeobuf` without a place for a feature.
    #[error(
        "row {row} has no geometry, which FlatGeobuf cannot hold: add WHERE geom IS NOT NULL, or ask for another format"
    )]
    NoGeometry {
        /// Which row, from 0.
        row: usize,
    },
    /// `FlatGeobuf` of rows that have no geometry at all.
    #[error(
        "no column is a geometry, and FlatGeobuf is made of features: ask for csv, json or parquet"
    )]
    NoGeometryColumn,
    /// `FlatGeobuf` refused to write.
    #[error("the rows could not be written as FlatGeobuf: {message}")]
    Flatgeobuf {
        /// Why.
        message: String,
    },
}

fn not_arrow(source: ArrowError) -> OutputError {
    OutputError::Arrow { source }
}

/// The columns of a batch, ready to be read row by row.
fn columns_of(batch: &RecordBatch) -> Result<Vec<Column>, OutputError> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    columns
        .map(|(field, array)| Column::new(field, array))
        .collect()
}
