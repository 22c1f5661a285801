//! The parameters `$1`, `$2`, … of a query: JSON values, or a row of Arrow columns.

use datafusion::{
    arrow::array::RecordBatch,
    common::{
        ParamValues, ScalarValue,
        metadata::{FieldMetadata, ScalarAndMetadata},
    },
};
use layers::Layer;
use sedona_geometry::types::Edges;
use sedona_schema::{crs::lnglat, datatypes::SedonaType};
use serde_json::Value;

use super::{SqlError, functions::wkb_of};

/// Values of `$1`, `$2`, …
#[derive(Clone, Debug, Default)]
pub struct SqlParameters(Vec<ScalarAndMetadata>);

impl SqlParameters {
    /// Null, true, false, numbers, texts, GeoJSON geometries in longitude and latitude.
    ///
    /// # Errors
    /// When a value is a list, or an object that is no geometry.
    pub fn from_json(values: &[Value]) -> Result<Self, SqlError> {
        let values = (1..)
            .zip(values)
            .map(|(number, value)| parameter(number, value));
        Ok(Self(values.collect::<Result<_, _>>()?))
    }

    /// The values of a row, each with its column's type; geometries are WKB columns that say so, as in an answer.
    ///
    /// # Errors
    /// When a column has a type that no parameter can have.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn from_row(batch: &RecordBatch, row: usize) -> Result<Self, SqlError> {
        let fields = batch.schema_ref().fields();
        let values = fields.iter().zip(batch.columns()).map(|(field, column)| {
            let value = ScalarValue::try_from_array(column, row);
            let value = value.map_err(|_untellable| SqlError::Invalid {
                message: format!("a parameter cannot be of type {}", field.data_type()),
            })?;
            let metadata = FieldMetadata::new_from_field(field);
            Ok(ScalarAndMetadata::new(value, Some(metadata)))
        });
        Ok(Self(values.collect::<Result<_, SqlError>>()?))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn values(&self) -> ParamValues {
        ParamValues::List(self.0.clone())
    }
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
