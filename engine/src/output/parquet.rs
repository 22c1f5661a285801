//! Rows as GeoParquet.

use std::sync::Arc;

use arrow::{
    array::RecordBatch,
    datatypes::{Schema, SchemaRef},
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties},
};
use serde_json::{Map, Value, json};

use super::{
    Ending, OutputError, Write,
    geometry::{self, GeometryCrs},
};

/// Rows of a group: what is held in memory before it is compressed and written.
const ROWS_PER_GROUP: usize = 65_536;

/// The row groups of a file.
pub(super) struct RowGroups(ArrowWriter<Vec<u8>>);

impl RowGroups {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, OutputError> {
        let geo = geo_metadata(schema);
        let metadata = geo.map(|geo| vec![KeyValue::new("geo".to_owned(), geo.to_string())]);
        let begin = || {
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
                .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
                .set_key_value_metadata(metadata)
                .build();
            ArrowWriter::try_new(Vec::new(), Arc::clone(schema), Some(properties))
        };
        begin().map(Self).map_err(not_parquet)
    }
}

impl Write for RowGroups {
    fn batch(&mut self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        self.0.write(batch).map_err(not_parquet)?;
        bytes.append(self.0.inner_mut());
        Ok(())
    }

    fn finish(self: Box<Self>, _: &Ending, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        bytes.append(&mut self.0.into_inner().map_err(not_parquet)?);
        Ok(())
    }
}

fn not_parquet(source: ParquetError) -> OutputError {
    OutputError::Parquet { source }
}

/// The `geo` key of GeoParquet; none without a geometry column.
fn geo_metadata(schema: &Schema) -> Option<Value> {
    let main = schema.field(geometry::main_column(schema)?).name();
    let columns = schema.fields().iter().filter_map(|field| {
        let crs = geometry::crs_of(field)?;
        let mut column = json!({ "encoding": "WKB", "geometry_types": [] });
        if crs != GeometryCrs::LonLat {
            column["crs"] = Value::Null;
        }
        Some((field.name().clone(), column))
    });
    let columns: Map<String, Value> = columns.collect();
    Some(json!({ "version": "1.1.0", "primary_column": main, "columns": columns }))
}
