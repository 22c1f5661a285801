//! One value of a column as JSON.

use std::sync::Arc;

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, LargeStringArray},
    compute::cast,
    datatypes::{
        DataType, Field, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType, UInt64Type,
    },
};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value};

use super::{OutputError, geometry, not_arrow};

/// Whole numbers up to here survive as IEEE doubles, which is what JSON readers make of them.
const LARGEST_EXACT: u64 = 1 << 53;

/// The type of a column in a word: `geometry`, `h3`, `text`, `int64`, `float64`, `boolean`, `date`, `timestamp`, `list<…>`, …
pub fn type_name(field: &Field) -> String {
    if geometry::crs_of(field).is_some() {
        return "geometry".to_owned();
    }
    match field.data_type() {
        DataType::UInt64 if is_cell_name(field.name()) => "h3".to_owned(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "bytes".to_owned(),
        DataType::List(item) | DataType::LargeList(item) => {
            let item = item.as_ref().clone().with_name(field.name());
            format!("list<{}>", type_name(&item))
        }
        other => other.to_string().to_lowercase(),
    }
}

/// A column that turns its rows into JSON.
pub(super) struct Column {
    name: String,
    data: Data,
}

/// The few shapes that columns are brought to before they are read row by row.
enum Data {
    Geometry(ArrayRef),
    Cells(ArrayRef),
    Whole(ArrayRef),
    Counting(ArrayRef),
    Real(ArrayRef),
    Truth(ArrayRef),
    Text(ArrayRef),
    Moment(ArrayRef),
    List(ArrayRef, Box<Column>),
    Record(ArrayRef, Vec<Column>),
}

impl Column {
    pub(super) fn new(field: &Field, array: &ArrayRef) -> Result<Self, OutputError> {
        let to = |kind: &DataType| cast(array, kind).map_err(not_arrow);
        let data = match field.data_type() {
            _ if geometry::crs_of(field).is_some() => Data::Geometry(to(&DataType::LargeBinary)?),
            DataType::UInt64 if is_cell_name(field.name()) => Data::Cells(to(&DataType::UInt64)?),
            DataType::UInt64 => Data::Counting(to(&DataType::UInt64)?),
            kind if kind.is_integer() => Data::Whole(to(&DataType::Int64)?),
            kind if kind.is_floating() => Data::Real(to(&DataType::Float64)?),
            DataType::Boolean => Data::Truth(to(&DataType::Boolean)?),
            DataType::Timestamp(..) => {
                Data::Moment(to(&DataType::Timestamp(TimeUnit::Microsecond, None))?)
            }
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
                Data::Text(hexadecimal(array)?)
            }
            DataType::List(item) | DataType::LargeList(item) => {
                let list = to(&DataType::LargeList(Arc::clone(item)))?;
                let items = item.as_ref().clone().with_name(field.name());
                let items = Self::new(&items, list.as_list::<i64>().values())?;
                Data::List(list, Box::new(items))
            }
            DataType::Struct(fields) => {
                let parts = fields.iter().zip(array.as_struct().columns());
                let parts = parts
                    .map(|(field, part)| Self::new(field, part))
                    .collect::<Result<_, _>>()?;
                Data::Record(ArrayRef::clone(array), parts)
            }
            _ => Data::Text(to(&DataType::LargeUtf8)?),
        };
        Ok(Self {
            name: field.name().clone(),
            data,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The bytes of a geometry column.
    pub(super) fn wkb(&self, row: usize) -> Option<&[u8]> {
        match &self.data {
            Data::Geometry(array) => array
                .is_valid(row)
                .then(|| array.as_binary::<i64>().value(row)),
            _ => None,
        }
    }

    /// The value of a row.
    pub(super) fn json(&self, row: usize) -> Result<Value, OutputError> {
        if self.array().is_null(row) {
            return Ok(Value::Null);
        }
        Ok(match &self.data {
            Data::Geometry(array) => {
                let text = geometry::wkt_of(array.as_binary::<i64>().value(row));
                text.ok_or_else(|| OutputError::Geometry {
                    column: self.name.clone(),
                    row,
                })?
                .into()
            }
            Data::Cells(array) => {
                format!("{:x}", array.as_primitive::<UInt64Type>().value(row)).into()
            }
            Data::Counting(array) => counting(array.as_primitive::<UInt64Type>().value(row)),
            Data::Whole(array) => whole(array.as_primitive::<Int64Type>().value(row)),
            Data::Real(array) => array.as_primitive::<Float64Type>().value(row).into(),
            Data::Truth(array) => array.as_boolean().value(row).into(),
            Data::Text(array) => array.as_string::<i64>().value(row).into(),
            Data::Moment(array) => {
                moment(array.as_primitive::<TimestampMicrosecondType>().value(row))
            }
            Data::List(array, items) => {
                let offsets = array.as_list::<i64>().value_offsets();
                let place = |offset: i64| usize::try_from(offset).expect("Arrow checks offsets");
                (place(offsets[row])..place(offsets[row + 1]))
                    .map(|item| items.json(item))
                    .collect::<Result<_, _>>()?
            }
            Data::Record(_, parts) => {
                let parts = parts
                    .iter()
                    .map(|part| Ok((part.name.clone(), part.json(row)?)));
                Value::Object(parts.collect::<Result<Map<_, _>, OutputError>>()?)
            }
        })
    }

    fn array(&self) -> &ArrayRef {
        match &self.data {
            Data::Geometry(array)
            | Data::Cells(array)
            | Data::Whole(array)
            | Data::Counting(array)
            | Data::Real(array)
            | Data::Truth(array)
            | Data::Text(array)
            | Data::Moment(array)
            | Data::List(array, _)
            | Data::Record(array, _) => array,
        }
    }
}

/// Whether an unsigned number under this name is an H3 cell: `h3`, `h3_…`, `parcels.h3`.
fn is_cell_name(name: &str) -> bool {
    name.starts_with("h3")
        || name
            .rsplit_once('.')
            .is_some_and(|(_, column)| column == "h3")
}

fn counting(value: u64) -> Value {
    if value <= LARGEST_EXACT {
        value.into()
    } else {
        value.to_string().into()
    }
}

fn whole(value: i64) -> Value {
    if value.unsigned_abs() <= LARGEST_EXACT {
        value.into()
    } else {
        value.to_string().into()
    }
}

fn moment(micros: i64) -> Value {
    let moment = DateTime::from_timestamp_micros(micros);
    moment
        .map(|moment| moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        .into()
}

/// Bytes as hexadecimal text.
fn hexadecimal(array: &ArrayRef) -> Result<ArrayRef, OutputError> {
    let bytes = cast(array, &DataType::LargeBinary).map_err(not_arrow)?;
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
            .collect::<String>()
    };
    let texts = bytes
        .as_binary::<i64>()
        .iter()
        .map(|bytes| bytes.map(digits));
    Ok(Arc::new(texts.collect::<LargeStringArray>()))
}
