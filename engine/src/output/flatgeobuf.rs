//! Rows as FlatGeobuf.

use std::fmt::Display;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use flatgeobuf::{
    ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType,
    geozero::{ColumnValue, FeatureProcessor as _, PropertyProcessor as _},
};
use geozero::wkb::process_wkb_geom;
use serde_json::Value;

use super::{
    Ending, OutputError, Write, columns_of,
    geometry::{self, GeometryCrs},
    type_name,
    value::Column,
};
use crate::snapshot::extent_of;

/// What readers call the layer of a file.
const NAME: &str = "lucdau";

/// The features of a file, on disk until the index is known.
pub(super) struct Features {
    writer: FgbWriter<'static>,
    geometry: usize,
    kinds: Vec<ColumnType>,
    rows: usize,
}

impl Features {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, OutputError> {
        let geometry = geometry::main_column(schema).ok_or(OutputError::NoGeometryColumn)?;
        let crs = geometry::crs_of(schema.field(geometry));
        let options = FgbWriterOptions {
            detect_type: false,
            promote_to_multi: false,
            crs: FgbCrs {
                code: crs.as_ref().and_then(epsg).unwrap_or_default(),
                ..FgbCrs::default()
            },
            ..FgbWriterOptions::default()
        };
        let mut writer = FgbWriter::create_with_options(NAME, GeometryType::Unknown, options)
            .map_err(refused)?;
        let mut kinds = Vec::new();
        for (place, field) in schema.fields().iter().enumerate() {
            kinds.push(column_type(&type_name(field)));
            if place != geometry {
                writer.add_column(field.name(), kinds[place], |_, _| {});
            }
        }
        Ok(Self {
            writer,
            geometry,
            kinds,
            rows: 0,
        })
    }

    fn feature(&mut self, columns: &[Column], row: usize) -> Result<(), OutputError> {
        let shape = columns[self.geometry].wkb(row);
        let nowhere = OutputError::NoGeometry { row: self.rows };
        // Without a coordinate there is nothing to index.
        let placed = shape.filter(|wkb| !extent_of(wkb).is_empty());
        let mut shape = placed.ok_or(nowhere)?;
        process_wkb_geom(&mut shape, &mut self.writer).map_err(refused)?;
        let attributes = columns.iter().zip(&self.kinds).enumerate();
        let attributes = attributes.filter(|(place, _)| *place != self.geometry);
        for (number, (_, (column, kind))) in attributes.enumerate() {
            let value = column.json(row)?;
            let text;
            let value = match (&value, *kind) {
                (Value::Null, _) => continue,
                (Value::Bool(truth), _) => ColumnValue::Bool(*truth),
                (Value::Number(number), ColumnType::Double) => {
                    ColumnValue::Double(number.as_f64().unwrap_or(f64::NAN))
                }
                (Value::Number(number), _) => {
                    ColumnValue::Long(number.as_i64().unwrap_or_default())
                }
                (Value::String(text), ColumnType::Long) => {
                    ColumnValue::Long(text.parse().map_err(refused)?)
                }
                (Value::String(text), ColumnType::DateTime) => ColumnValue::DateTime(text),
                (Value::String(text), _) => ColumnValue::String(text),
                (Value::Array(_) | Value::Object(_), _) => {
                    text = value.to_string();
                    ColumnValue::Json(&text)
                }
            };
            self.writer
                .property(number, column.name(), &value)
                .map_err(refused)?;
        }
        self.writer.feature_end(0).map_err(refused)?;
        self.rows += 1;
        Ok(())
    }
}

impl Write for Features {
    fn batch(&mut self, batch: &RecordBatch, _: &mut Vec<u8>) -> Result<(), OutputError> {
        let columns = columns_of(batch)?;
        (0..batch.num_rows()).try_for_each(|row| self.feature(&columns, row))
    }

    fn finish(self: Box<Self>, _: &Ending, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        self.writer.write(bytes).map_err(refused)
    }
}

fn epsg(crs: &GeometryCrs) -> Option<i32> {
    match crs {
        GeometryCrs::LonLat => Some(4326),
        GeometryCrs::Other(name) => name.strip_prefix("EPSG:")?.parse().ok(),
        GeometryCrs::Unknown => None,
    }
}

/// Cells are text, as they are in every text format.
fn column_type(name: &str) -> ColumnType {
    match name {
        "boolean" => ColumnType::Bool,
        "date" | "timestamp" => ColumnType::DateTime,
        name if name.starts_with("int") || name.starts_with("uint") => ColumnType::Long,
        name if name.starts_with("float") => ColumnType::Double,
        name if name.starts_with("list") || name.starts_with("struct") => ColumnType::Json,
        _ => ColumnType::String,
    }
}

fn refused(message: impl Display) -> OutputError {
    OutputError::Flatgeobuf {
        message: message.to_string(),
    }
}
