//! Rule files to rules: one file's text, row by row; a folder's files.

use std::{fs, path::Path, str::FromStr as _, sync::Arc};

use chrono::NaiveDate;
use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Effective, Rule, RuleFileError, RulePlace, RuleValue, Unit};

/// The columns, in their order.
const COLUMNS: [&str; 12] = [
    "id",
    "applies_to",
    "value",
    "unit",
    "name_vi",
    "name_en",
    "document",
    "article",
    "effective_from",
    "effective_to",
    "verified",
    "note",
];

/// A rule and where it is written.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) rule: Rule,
    pub(super) place: RulePlace,
}

/// Name and text of every `.csv` file of a folder, in the order of their names.
pub(super) fn folder(dir: &Path) -> Result<Vec<(String, String)>, RuleFileError> {
    let unreadable = |path: &Path, source| RuleFileError::Unreadable {
        path: path.into(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(|source| unreadable(dir, source))? {
        let path = entry.map_err(|source| unreadable(dir, source))?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

/// The rules of a file; a row with several cases gives several.
pub(super) fn file(name: &str, text: &str) -> Result<Vec<Row>, RuleFileError> {
    let file: Arc<str> = name.into();
    let damaged = |error: csv::Error| RuleFileError::Damaged {
        file: Arc::clone(&file),
        line: error.position().map_or(0, csv::Position::line),
        detail: error.to_string(),
    };
    let mut reader = ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heading = reader.headers().map_err(damaged)?;
    if heading != COLUMNS.as_slice() {
        return Err(RuleFileError::Columns {
            file: Arc::clone(&file),
            found: heading.iter().collect::<Vec<_>>().join(","),
            expected: COLUMNS.join(","),
        });
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(damaged)?;
        let fields = Fields {
            file: Arc::clone(&file),
            line: record.position().map_or(0, csv::Position::line),
            record: &record,
        };
        fields.rows(&mut rows)?;
    }
    Ok(rows)
}

/// A record being read.
struct Fields<'a> {
    file: Arc<str>,
    line: u64,
    record: &'a StringRecord,
}

impl Fields<'_> {
    fn rows(&self, rows: &mut Vec<Row>) -> Result<(), RuleFileError> {
        let id = self.parsed("id", "subject.name, of a-z, 0-9, _ and dots", |text| {
            is_id(text).then(|| Arc::<str>::from(text))
        })?;
        let units = Unit::ALL.map(Unit::as_str).join(", ");
        let unit = self.parsed("unit", &units, |text| Unit::from_str(text).ok())?;
        let value = self.parsed("value", expected(unit), |text| value(text, unit))?;
        let date = |text: &str| NaiveDate::from_str(text).ok();
        let from = self.parsed("effective_from", "YYYY-MM-DD", date)?;
        let to = self.parsed("effective_to", "YYYY-MM-DD", |text| match text {
            "" => Some(None),
            text => date(text).map(Some),
        })?;
        if to.is_some_and(|to| to <= from) {
            let later = format!("> {from}");
            return Err(self.wrong("effective_to", &later));
        }
        let verified = self.parsed("verified", "true, false", |text| text.parse().ok())?;
        let document = self.parsed("document", "…", |text| {
            (!text.is_empty()).then(|| text.to_owned())
        })?;
        for case in self.text("applies_to").split('|') {
            let rule = Rule {
                id: Arc::clone(&id),
                applies_to: case.trim().to_owned(),
                value: value.clone(),
                unit,
                name_vi: self.text("name_vi").to_owned(),
                name_en: self.text("name_en").to_owned(),
                document: document.clone(),
                article: self.text("article").to_owned(),
                effective: Effective { from, to },
                verified,
                note: self.text("note").to_owned(),
            };
            let place = RulePlace {
                file: Arc::clone(&self.file),
                line: self.line,
                effective: rule.effective,
            };
            rows.push(Row { rule, place });
        }
        Ok(())
    }

    fn text(&self, column: &str) -> &str {
        let at = COLUMNS.iter().position(|known| *known == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    fn parsed<T>(
        &self,
        column: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, RuleFileError> {
        parse(self.text(column)).ok_or_else(|| self.wrong(column, expected))
    }

    fn wrong(&self, column: &'static str, expected: &str) -> RuleFileError {
        RuleFileError::Field {
            file: Arc::clone(&self.file),
            line: self.line,
            column,
            value: self.text(column).to_owned(),
            expected: expected.to_owned(),
        }
    }
}

fn is_id(text: &str) -> bool {
    let spelled_well = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.contains('.') && text.split('.').all(spelled_well)
}

fn value(text: &str, unit: Unit) -> Option<RuleValue> {
    let mut words = text.split_whitespace();
    match unit {
        Unit::Text => (!text.is_empty()).then(|| RuleValue::Text(text.to_owned())),
        Unit::Rgb => {
            let color: Vec<u8> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
            color.try_into().ok().map(RuleValue::Color)
        }
        _ => {
            let number = |word: &str| word.parse().ok().filter(|number: &f64| number.is_finite());
            let first = number(words.next()?)?;
            let rest: Vec<f64> = words.map(number).collect::<Option<_>>()?;
            Some(if rest.is_empty() {
                RuleValue::Number(first)
            } else {
                RuleValue::Numbers([vec![first], rest].concat())
            })
        }
    }
}

fn expected(unit: Unit) -> &'static str {
    match unit {
        Unit::Text => "…",
        Unit::Rgb => "R G B, 0–255",
        _ => "1.5 | 0 50 100",
    }
}
