//! Rows as a JSON table or as GeoJSON.

use geo_traits::to_geo::ToGeoGeometry as _;
use layers::Layer;
use serde_json::{Map, Value, json};

use super::{
    OutputError, Rows,
    geometry::{self, GeometryCrs},
    value::Column,
};
use crate::sql::SqlColumn;

/// `{"columns": [{"name", "type"}], "rows": [[…]], "truncated": false, "elapsed_ms": 1.2}`; a layer has no `elapsed_ms`.
///
/// # Errors
/// When a geometry column holds bytes that are no WKB.
pub fn to_json_table<'a>(rows: impl Into<Rows<'a>>) -> Result<Vec<u8>, OutputError> {
    let rows = rows.into();
    let columns: Vec<SqlColumn> = rows
        .schema
        .fields()
        .iter()
        .map(|field| SqlColumn::of(field))
        .collect();
    let mut table = Vec::with_capacity(rows.len());
    rows.for_each(|columns, row| {
        table.push(Value::Array(
            columns
                .iter()
                .map(|column| column.json(row))
                .collect::<Result<_, _>>()?,
        ));
        Ok(())
    })?;
    let mut answer = json!({ "columns": columns, "rows": table, "truncated": rows.truncated });
    if let Some(elapsed) = rows.elapsed {
        let micros = (elapsed.as_secs_f64() * 1e6).round();
        answer["elapsed_ms"] = (micros / 1e3).into();
    }
    Ok(answer.to_string().into_bytes())
}

/// A GeoJSON `FeatureCollection` (RFC 7946): `fid`, if there is one, is the feature's id; `truncated` is a foreign member.
/// Rows without a geometry column, or with null or an EMPTY point, have the geometry null.
///
/// # Errors
/// When the geometry is not in longitude and latitude or its bytes are no WKB.
pub fn to_geojson<'a>(rows: impl Into<Rows<'a>>) -> Result<Vec<u8>, OutputError> {
    let rows = rows.into();
    let main = geometry::main_column(rows.schema);
    if let Some(field) = main.map(|place| rows.schema.field(place))
        && let Some(GeometryCrs::Other(crs)) = geometry::crs_of(field)
    {
        return Err(OutputError::NotLonLat {
            column: field.name().clone(),
            crs,
        });
    }
    let mut features = Vec::with_capacity(rows.len());
    rows.for_each(|columns, row| {
        features.push(feature(columns, main, row)?);
        Ok(())
    })?;
    let collection =
        json!({ "type": "FeatureCollection", "truncated": rows.truncated, "features": features });
    Ok(collection.to_string().into_bytes())
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
