//! Attributes of a tile's features: each name and each value once, features refer to them.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray as _, BooleanArray, Float64Array, Int64Array, ListArray,
        StringArray,
    },
    compute::cast,
    datatypes::DataType,
    util::display::{ArrayFormatter, FormatOptions},
};
use layers::{AttributeKind, Layer, TileLayer, Value};

use crate::LayerSnapshot;

/// The attributes of a layer, ready to be read by row.
pub(super) struct Columns {
    names: Vec<Arc<str>>,
    columns: Vec<Column>,
}

/// An attribute's column, of the few types a tile can carry.
enum Column {
    Text(ArrayRef),
    Whole(Int64Array),
    Real(Float64Array),
    Truth(BooleanArray),
    /// Dates, moments and anything else that has a text.
    Formatted(ArrayRef),
}

/// An attribute's value, hashable.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Text(Arc<str>),
    Real(u64),
    Whole(i64),
    Truth(bool),
}

/// The names and values seen so far.
#[derive(Default)]
pub(super) struct Dictionary {
    values: Vec<Value>,
    numbers: HashMap<Key, u32>,
}

impl Columns {
    /// The attributes of a layer that tiles carry: all but bytes, `fid` (it is the feature's id), `h3` and `geom`.
    pub(super) fn of(layer: &LayerSnapshot) -> Self {
        let carried = layer
            .meta
            .attributes
            .iter()
            .filter(|attribute| attribute.kind != AttributeKind::Bytes);
        let not_ours = carried.filter(|attribute| {
            ![Layer::FID, Layer::H3, Layer::GEOM].contains(&attribute.name.as_str())
        });
        let (names, columns) = not_ours
            .filter_map(|attribute| {
                let column = layer.batch.column_by_name(&attribute.name)?;
                Some((Arc::from(attribute.name.as_str()), Column::new(column)))
            })
            .unzip();
        Self { names, columns }
    }

    /// The attribute names, in order.
    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// A row's attributes as (name, value) numbers; nulls and NaN are absent.
    pub(super) fn attributes(&self, row: u32, dictionary: &mut Dictionary) -> Vec<(u32, u32)> {
        let attribute = |(name, column): (u32, &Column)| {
            Some((name, dictionary.number(column.key(row as usize)?)))
        };
        (0..).zip(&self.columns).filter_map(attribute).collect()
    }
}

impl Column {
    fn new(column: &ArrayRef) -> Self {
        let as_type = |wanted: &DataType| cast(column, wanted).ok();
        let typed = match column.data_type() {
            DataType::Utf8 => Some(Self::Text(Arc::clone(column))),
            DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _) => {
                as_type(&DataType::Utf8).map(Self::Text)
            }
            DataType::Boolean => Some(Self::Truth(column.as_boolean().clone())),
            whole if whole.is_integer() => {
                as_type(&DataType::Int64).map(|whole| Self::Whole(whole.as_primitive().clone()))
            }
            real if real.is_floating() => {
                as_type(&DataType::Float64).map(|real| Self::Real(real.as_primitive().clone()))
            }
            DataType::List(item) if item.data_type() == &DataType::Utf8 => {
                Some(Self::Text(Arc::new(joined(column.as_list()))))
            }
            _ => None,
        };
        typed.unwrap_or_else(|| Self::Formatted(Arc::clone(column)))
    }

    fn key(&self, row: usize) -> Option<Key> {
        let array: &dyn Array = match self {
            Self::Text(array) | Self::Formatted(array) => array,
            Self::Whole(array) => array,
            Self::Real(array) => array,
            Self::Truth(array) => array,
        };
        if array.is_null(row) {
            return None;
        }
        Some(match self {
            Self::Text(array) => Key::Text(array.as_string::<i32>().value(row).into()),
            Self::Whole(array) => Key::Whole(array.value(row)),
            Self::Real(array) => {
                // Adding zero makes one value of 0 and −0.
                Key::Real(
                    Some(array.value(row))
                        .filter(|value| !value.is_nan())
                        .map(|value| value + 0.0)?
                        .to_bits(),
                )
            }
            Self::Truth(array) => Key::Truth(array.value(row)),
            Self::Formatted(array) => {
                let options = FormatOptions::new();
                let formatter = ArrayFormatter::try_new(array.as_ref(), &options).ok()?;
                Key::Text(formatter.value(row).try_to_string().ok()?.into())
            }
        })
    }
}

/// Lists of texts as a tile shows them: `ONT+LUK`.
fn joined(lists: &ListArray) -> StringArray {
    let join = |list: ArrayRef| {
        let texts: Vec<&str> = list.as_string::<i32>().iter().flatten().collect();
        texts.join("+")
    };
    lists.iter().map(|list| list.map(join)).collect()
}

impl Dictionary {
    fn number(&mut self, key: Key) -> u32 {
        let next = u32::try_from(self.values.len()).expect("a tile has fewer than 2^32 values");
        let value = match &key {
            Key::Text(text) => Value::Text(Arc::clone(text)),
            Key::Real(bits) => Value::Real(f64::from_bits(*bits)),
            Key::Whole(whole) => Value::Whole(*whole),
            Key::Truth(truth) => Value::Truth(*truth),
        };
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.values.push(value);
        }
        number
    }

    /// Hands the names and values to the layer whose features and labels refer to them.
    pub(super) fn finish(self, columns: &Columns, layer: &mut TileLayer) {
        layer.keys = columns.names().to_vec();
        layer.values = self.values;
    }
}
