//! JSON values as the parameters `$1`, `$2`, … of a query.

use datafusion::common::{
    ParamValues, ScalarValue,
    metadata::{FieldMetadata, ScalarAndMetadata},
};
use layers::Layer;
use sedona_geometry::types::Edges;
use sedona_schema::{crs::lnglat, datatypes::SedonaType};
use serde_json::Value;

use super::{SqlError, functions::wkb_of};

/// Parameters in order: null, true, false, a number, a text, or a GeoJSON geometry in longitude and latitude.
pub(super) fn bind(values: &[Value]) -> Result<ParamValues, SqlError> {
    let bound = (1..)
        .zip(values)
        .map(|(number, value)| parameter(number, value));
    Ok(ParamValues::List(bound.collect::<Result<_, _>>()?))
}

fn parameter(number: usize, value: &Value) -> Result<ScalarAndMetadata, SqlError> {
    let scalar = match value {
        Value::Null => ScalarValue::Null,
        Value::Bool(truth) => ScalarValue::Boolean(Some(*truth)),
        Value::String(text) => ScalarValue::Utf8(Some(text.clone())),
        Value::Number(value) => match (value.as_i64(), value.as_u64()) {
            (Some(whole), _) => ScalarValue::Int64(Some(whole)),
            (None, Some(whole)) => ScalarValue::UInt64(Some(whole)),
            (None, None) => ScalarValue::Float64(value.as_f64()),
        },
        Value::Array(_) => return Err(refused(number, "a list")),
        Value::Object(_) => return geometry(number, value),
    };
    Ok(ScalarAndMetadata::new(scalar, None))
}

/// A GeoJSON geometry as WKB with its CRS on the type.
fn geometry(number: usize, value: &Value) -> Result<ScalarAndMetadata, SqlError> {
    let parsed = serde_json::from_value::<geojson::Geometry>(value.clone()).ok();
    let shape = parsed.and_then(|geometry| geo::Geometry::<f64>::try_from(geometry).ok());
    let shape = shape.ok_or_else(|| refused(number, "an object that is no GeoJSON geometry"))?;
    let bytes = wkb_of(&shape)
        .ok()
        .ok_or_else(|| refused(number, "a geometry that has no WKB"))?;
    let field = SedonaType::Wkb(Edges::Planar, lnglat())
        .to_storage_field(Layer::GEOM, true)
        .expect("WKB in longitude and latitude has a column type");
    Ok(ScalarAndMetadata::new(
        ScalarValue::Binary(Some(bytes)),
        Some(FieldMetadata::new_from_field(&field)),
    ))
}

fn refused(number: usize, found: &'static str) -> SqlError {
    SqlError::Parameter { number, found }
}
