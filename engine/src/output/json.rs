//! Rows as a JSON table or as GeoJSON.

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use geo_traits::to_geo::ToGeoGeometry as _;
use layers::Layer;
use serde_json::{Map, Value, json};

use super::{
    Ending, OutputError, Write, columns_of,
    geometry::{self, GeometryCrs},
    value::Column,
};
use crate::sql::SqlColumn;

/// A list of rows as a member of an object.
struct List {
    is_empty: bool,
}

impl List {
    fn begin(before: &str, bytes: &mut Vec<u8>) -> Self {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(b'[');
        Self { is_empty: true }
    }

    fn push(&mut self, item: &Value, bytes: &mut Vec<u8>) {
        if !self.is_empty {
            bytes.push(b',');
        }
        self.is_empty = false;
        bytes.extend_from_slice(item.to_string().as_bytes());
    }

    /// Ends the list, and with it the object.
    fn finish(ending: &Ending, bytes: &mut Vec<u8>) {
        let elapsed = ending.elapsed.map_or_else(String::new, |elapsed| {
            let micros = (elapsed.as_secs_f64() * 1e6).round();
            format!(",\"elapsed_ms\":{}", micros / 1e3)
        });
        let metrics = ending.metrics.map_or_else(String::new, |metrics| {
            format!(",\"metrics\":{}", json!(metrics))
        });
        let end = format!("],\"truncated\":{}{elapsed}{metrics}}}", ending.truncated);
        bytes.extend_from_slice(end.as_bytes());
    }
}

/// The rows of a table.
pub(super) struct Table(List);

impl Table {
    pub(super) fn begin(schema: &SchemaRef, bytes: &mut Vec<u8>) -> Self {
        let columns = schema.fields().iter().map(|field| SqlColumn::of(field));
        let columns = json!(columns.collect::<Vec<_>>());
        Self(List::begin(
            &format!("{{\"columns\":{columns},\"rows\":"),
            bytes,
        ))
    }
}

impl Write for Table {
    fn batch(&mut self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        let columns = columns_of(batch)?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().map(|column| column.json(row));
            self.0
                .push(&Value::Array(cells.collect::<Result<_, _>>()?), bytes);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, ending: &Ending, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        List::finish(ending, bytes);
        Ok(())
    }
}

/// The features of a collection.
pub(super) struct Features {
    list: List,
    main: Option<usize>,
}

impl Features {
    pub(super) fn begin(schema: &SchemaRef, bytes: &mut Vec<u8>) -> Result<Self, OutputError> {
        let main = geometry::main_column(schema);
        if let Some(field) = main.map(|place| schema.field(place))
            && let Some(GeometryCrs::Other(crs)) = geometry::crs_of(field)
        {
            return Err(OutputError::NotLonLat {
                column: field.name().clone(),
                crs,
            });
        }
        let list = List::begin("{\"type\":\"FeatureCollection\",\"features\":", bytes);
        Ok(Self { list, main })
    }
}

impl Write for Features {
    fn batch(&mut self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        let columns = columns_of(batch)?;
        for row in 0..batch.num_rows() {
            self.list.push(&feature(&columns, self.main, row)?, bytes);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, ending: &Ending, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        let ending = Ending {
            truncated: ending.truncated,
            ..Ending::default()
        };
        List::finish(&ending, bytes);
        Ok(())
    }
}

fn feature(columns: &[Column], main: Option<usize>, row: usize) -> Result<Value, OutputError> {
    let shape = main
        .map(|place| shape(&columns[place], row))
        .transpose()?
        .flatten();
    let mut feature = json!({ "type": "Feature", "geometry": shape });
    let mut properties = Map::new();
    for (place, column) in columns.iter().enumerate() {
        if column.name() == Layer::FID {
            feature["id"] = column.json(row)?;
        } else if Some(place) != main {
            properties.insert(column.name().to_owned(), column.json(row)?);
        }
    }
    feature["properties"] = properties.into();
    Ok(feature)
}

fn shape(column: &Column, row: usize) -> Result<Option<geojson::Geometry>, OutputError> {
    let Some(bytes) = column.wkb(row) else {
        return Ok(None);
    };
    let read = geometry::read(bytes);
    let read = read.ok_or_else(|| OutputError::Geometry {
        column: column.name().to_owned(),
        row,
    })?;
    Ok(read
        .try_to_geometry()
        .map(|shape| geojson::Geometry::from(&shape)))
}
