//! Rows as CSV.

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use serde_json::Value;

use super::{Ending, OutputError, Write, columns_of};

/// A line for every row.
pub(super) struct Lines;

impl Lines {
    pub(super) fn begin(schema: &SchemaRef, bytes: &mut Vec<u8>) -> Self {
        write_line(
            bytes,
            schema.fields().iter().map(|field| quoted(field.name())),
        );
        Self
    }
}

impl Write for Lines {
    fn batch(&mut self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        let columns = columns_of(batch)?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().map(|column| Ok(cell(column.json(row)?)));
            write_line(bytes, cells.collect::<Result<Vec<_>, OutputError>>()?);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &Ending, _: &mut Vec<u8>) -> Result<(), OutputError> {
        Ok(())
    }
}

fn write_line(bytes: &mut Vec<u8>, cells: impl IntoIterator<Item = String>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(cell.as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
}

fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(&text),
        other => quoted(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
