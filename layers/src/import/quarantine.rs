//! Rows set aside: what they were, and why they are not among the published.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanArray, RecordBatch, StringArray, UInt64Array, new_null_array},
    compute::filter_record_batch,
    datatypes::{DataType, Field, Schema, SchemaRef},
};

use super::shapes::Shape;
use crate::{Attribute, ImportError, ReadError, repair::Fault, source::SourceBatch};

/// Columns of rows set aside: why, where from, the attributes, and the geometry as it came.
pub(super) fn quarantine_schema(attributes: &[Attribute]) -> SchemaRef {
    let fixed = [
        ("reason", DataType::Utf8),
        ("detail", DataType::Utf8),
        ("source", DataType::Utf8),
    ];
    let mut fields: Vec<Field> = fixed
        .into_iter()
        .map(|(name, kind)| Field::new(name, kind, true))
        .collect();
    fields.push(Field::new("source_feature", DataType::UInt64, true));
    let attribute_field = |attribute: &Attribute| {
        Field::new(
            format!("a_{}", attribute.name),
            attribute.kind.data_type(),
            true,
        )
    };
    fields.extend(attributes.iter().map(attribute_field));
    fields.push(Field::new("source_wkb", DataType::Binary, true));
    Arc::new(Schema::new(fields))
}

/// The rows of a batch whose geometry has a fault.
pub(super) fn quarantine(
    columns: &[ArrayRef],
    shapes: Option<&[Shape]>,
    batch: &SourceBatch,
    merged: &[Attribute],
    (label, first): (&str, u64),
) -> Result<RecordBatch, ImportError> {
    let schema = quarantine_schema(merged);
    let faults: Vec<Option<&Fault>> = shapes
        .unwrap_or_default()
        .iter()
        .map(|shape| shape.as_ref().err())
        .collect();
    if faults.iter().all(Option::is_none) {
        return Ok(RecordBatch::new_empty(schema));
    }
    let code = |fault: &Fault| {
        serde_json::to_value(fault.code)
            .ok()?
            .as_str()
            .map(str::to_owned)
    };
    let reasons: StringArray = faults.iter().map(|fault| fault.and_then(code)).collect();
    let details: StringArray = faults
        .iter()
        .map(|fault| fault.map(|fault| fault.detail.as_str()))
        .collect();
    let sources: StringArray = faults.iter().map(|_| Some(label)).collect();
    let numbers: UInt64Array = (0..batch.rows as u64)
        .map(|row| Some(first + row))
        .collect();
    let mut all: Vec<ArrayRef> = vec![
        Arc::new(reasons),
        Arc::new(details),
        Arc::new(sources),
        Arc::new(numbers),
    ];
    all.extend(columns.iter().take(merged.len()).cloned());
    all.push(
        batch
            .geometry
            .clone()
            .unwrap_or_else(|| new_null_array(&DataType::Binary, batch.rows)),
    );
    let mask: BooleanArray = faults.iter().map(|fault| Some(fault.is_some())).collect();
    RecordBatch::try_new(schema, all)
        .and_then(|rows| filter_record_batch(&rows, &mask))
        .map_err(|error| {
            ImportError::Read(ReadError::Damaged {
                path: label.into(),
                detail: error.to_string(),
            })
        })
}
