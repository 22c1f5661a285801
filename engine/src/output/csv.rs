//! Rows as CSV.

use serde_json::Value;

use super::{OutputError, Rows};

/// CSV (RFC 4180) in UTF-8 with a header line and `\r\n`; null is nothing, an empty text is `""`, geometry is WKT, lists and
/// records are JSON.
///
/// # Errors
/// When a geometry column holds bytes that are no WKB.
pub fn to_csv<'a>(rows: impl Into<Rows<'a>>) -> Result<Vec<u8>, OutputError> {
    let rows = rows.into();
    let mut text = String::new();
    write_line(
        &mut text,
        rows.schema
            .fields()
            .iter()
            .map(|field| quoted(field.name())),
    );
    rows.for_each(|columns, row| {
        let cells = columns.iter().map(|column| Ok(cell(column.json(row)?)));
        write_line(&mut text, cells.collect::<Result<Vec<_>, OutputError>>()?);
        Ok(())
    })?;
    Ok(text.into_bytes())
}

fn write_line(text: &mut String, cells: impl IntoIterator<Item = String>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&cell);
    }
    text.push_str("\r\n");
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
