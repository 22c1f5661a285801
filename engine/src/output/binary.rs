//! Rows as an Arrow IPC stream or as GeoParquet.

use arrow::{
    compute::concat_batches, datatypes::Schema, error::ArrowError, ipc::writer::StreamWriter,
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::{metadata::KeyValue, properties::WriterProperties},
};
use serde_json::{Map, Value, json};

use super::{
    OutputError, Rows,
    geometry::{self, GeometryCrs},
    not_arrow,
};

/// An Arrow IPC stream; geometry columns are WKB with the extension `geoarrow.wkb` and their CRS.
///
/// # Errors
/// When Arrow refuses a column.
pub fn to_arrow_stream<'a>(rows: impl Into<Rows<'a>>) -> Result<Vec<u8>, OutputError> {
    let rows = rows.into();
    let write = || -> Result<Vec<u8>, ArrowError> {
        let mut writer = StreamWriter::try_new(Vec::new(), rows.schema)?;
        for batch in rows.batches {
            writer.write(batch)?;
        }
        writer.into_inner()
    };
    write().map_err(not_arrow)
}

/// GeoParquet 1.1, compressed with Zstandard; plain Parquet when there is no geometry column.
///
/// A CRS other than longitude and latitude is written as unknown (`"crs": null`), as GeoParquet wants PROJJSON.
///
/// # Errors
/// When Parquet refuses a column.
pub fn to_parquet<'a>(rows: impl Into<Rows<'a>>) -> Result<Vec<u8>, OutputError> {
    let rows = rows.into();
    let all = concat_batches(rows.schema, rows.batches).map_err(not_arrow)?;
    let metadata =
        geo_metadata(rows.schema).map(|geo| vec![KeyValue::new("geo".to_owned(), geo.to_string())]);
    let write = || {
        let compression = Compression::ZSTD(ZstdLevel::try_new(3)?);
        let properties = WriterProperties::builder().set_compression(compression);
        let properties = properties.set_key_value_metadata(metadata).build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, all.schema(), Some(properties))?;
        writer.write(&all)?;
        writer.close()?;
        Ok(bytes)
    };
    write().map_err(|source| OutputError::Parquet { source })
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
