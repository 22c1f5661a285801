//! Rows as a table to read in a terminal.

use serde::Deserialize;
use serde_json::Value;

/// Characters of a value shown at most; a polygon's text would fill the screen.
const MAX_VALUE_CHARS: usize = 60;

/// A JSON table, as SQL answers it.
#[derive(Debug, Deserialize)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
}

impl Table {
    /// Lines with columns under each other, numbers to the right, and the number of rows.
    pub(crate) fn to_text(&self) -> String {
        if let Some(plans) = self.as_plans() {
            return plans;
        }
        let heading: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let body: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(show).collect())
            .collect();
        let widths: Vec<usize> = (0..heading.len())
            .map(|column| {
                std::iter::once(&heading)
                    .chain(&body)
                    .map(|row| row[column].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let is_number = |column: usize| {
            self.rows
                .iter()
                .all(|row| row[column].is_number() || row[column].is_null())
        };
        let line = |row: &[String]| {
            let cells = row.iter().enumerate().map(|(column, text)| {
                let width = widths[column];
                if is_number(column) {
                    format!("{text:>width$}")
                } else {
                    format!("{text:width$}")
                }
            });
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
        let body: String = body.iter().map(|row| line(row)).collect();
        format!(
            "{}{}\n{body}({} dòng · rows)\n",
            line(&heading),
            rule.join("──"),
            self.rows.len()
        )
    }
}

impl Table {
    /// The answer of EXPLAIN, whose values are trees of many lines, as it is meant to be read.
    fn as_plans(&self) -> Option<String> {
        let names = self.columns.iter().map(|column| column.name.as_str());
        if !names.eq(["plan_type", "plan"]) {
            return None;
        }
        let plans = self.rows.iter().map(|row| match row.as_slice() {
            [Value::String(kind), Value::String(plan)] => Some(format!(
                "{kind}\n  {}\n",
                plan.trim_end().replace('\n', "\n  ")
            )),
            _ => None,
        });
        plans.collect()
    }
}

fn show(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.replace(['\n', '\t'], " "),
        other => other.to_string(),
    };
    if text.chars().count() <= MAX_VALUE_CHARS {
        return text;
    }
    let cut: String = text.chars().take(MAX_VALUE_CHARS - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plan_keeps_its_lines() {
        let table: Table = serde_json::from_value(json!({
            "columns": [{"name": "plan_type"}, {"name": "plan"}],
            "rows": [["physical_plan", "SortExec\n  ResidentScanExec: layer=parcels v3\n"]],
        }))
        .unwrap();
        assert_eq!(
            table.to_text(),
            "physical_plan\n  SortExec\n    ResidentScanExec: layer=parcels v3\n"
        );
    }

    #[test]
    fn numbers_stand_to_the_right_and_long_values_are_cut() {
        let table = json!({
            "columns": [{"name": "name", "type": "text"}, {"name": "n", "type": "int64"}],
            "rows": [["Kinh Môn", 7], ["x".repeat(99), 1234], [null, null]],
        });
        let text = serde_json::from_value::<Table>(table).unwrap().to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[2].starts_with("Kinh Môn  ") && lines[2].ends_with("     7"),
            "{text}"
        );
        assert!(lines[3].contains("x…  1234"), "{text}");
        assert_eq!(lines[5], "(3 dòng · rows)");
    }
}
