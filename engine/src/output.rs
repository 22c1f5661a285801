//! Answers and layers as JSON, GeoJSON, CSV, Arrow and Parquet.
//!
//! What a value looks like in text formats:
//! - a geometry is WKT; in GeoJSON the first geometry column (or `geom`, if there are several) is the feature's geometry
//!   and the others stay WKT among its properties;
//! - an H3 cell, that is an unsigned 64-bit number in a column whose name begins with `h3`, is its hexadecimal text, as every
//!   H3 library reads it: JSON numbers above 2^53 lose digits in browsers;
//! - any other whole number beyond ±2^53 is its decimal digits as text in JSON;
//! - a moment is RFC 3339 text, a date `YYYY-MM-DD`; NaN and infinity are null.

mod binary;
mod csv;
mod geometry;
mod json;
mod value;

use std::time::Duration;

use arrow::{array::RecordBatch, datatypes::SchemaRef, error::ArrowError};
use layers::Layer;
use thiserror::Error;

pub(crate) use self::geometry::{GeometryCrs, crs_of};
use self::value::Column;
pub use self::{
    binary::{to_arrow_stream, to_parquet},
    csv::to_csv,
    json::{to_geojson, to_json_table},
    value::type_name,
};
use crate::sql::Answer;

/// Rows to be written, of an answer or a layer.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    schema: &'a SchemaRef,
    batches: &'a [RecordBatch],
    truncated: bool,
    elapsed: Option<Duration>,
}

impl Rows<'_> {
    fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Calls with the columns of each batch and each of its rows.
    fn for_each(
        &self,
        mut take: impl FnMut(&[Column], usize) -> Result<(), OutputError>,
    ) -> Result<(), OutputError> {
        for batch in self.batches {
            let columns = self.schema.fields().iter().zip(batch.columns());
            let columns: Vec<Column> = columns
                .map(|(field, array)| Column::new(field, array))
                .collect::<Result<_, _>>()?;
            for row in 0..batch.num_rows() {
                take(&columns, row)?;
            }
        }
        Ok(())
    }
}

impl<'a> From<&'a Answer> for Rows<'a> {
    fn from(answer: &'a Answer) -> Self {
        let Answer {
            schema,
            batches,
            truncated,
            elapsed,
        } = answer;
        Self {
            schema,
            batches,
            truncated: *truncated,
            elapsed: Some(*elapsed),
        }
    }
}

impl<'a> From<&'a Layer> for Rows<'a> {
    fn from(layer: &'a Layer) -> Self {
        Self {
            schema: &layer.schema,
            batches: &layer.batches,
            truncated: false,
            elapsed: None,
        }
    }
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
        source: parquet::errors::ParquetError,
    },
}

fn not_arrow(source: ArrowError) -> OutputError {
    OutputError::Arrow { source }
}
