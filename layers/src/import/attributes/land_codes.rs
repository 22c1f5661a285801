//! Columns of land-use codes: healed, checked against the list of the day, and mixed codes made lists.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, StringArray, StringBuilder};
use chrono::NaiveDate;

use super::{distinct::Distinct, survey::Notes};
use crate::{FindingCode, LandUseCode, LandUseError, land_use::split_codes};

/// Beginnings of the names of such columns.
const NAMES: [&str; 11] = [
    "ma_dat",
    "madat",
    "loai_dat",
    "loaidat",
    "ma_qh",
    "maqh",
    "ma_loai_dat",
    "kh_dat",
    "ky_hieu",
    "mdsd",
    "land_use",
];

/// A column without such a name has at least so many codes of at least so many kinds among its first rows.
const FEW: (usize, usize) = (5, 2);

/// A column of text recognised as land-use codes.
#[derive(Debug)]
pub(super) struct CodeColumn {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) date: NaiveDate,
    /// Whether it makes a column of lists.
    pub(super) makes_list: bool,
}

/// A column after its check.
pub(super) struct Checked {
    /// What each row says, healed.
    pub(super) healed: ArrayRef,
    /// The codes of each row.
    pub(super) list: ArrayRef,
    /// Rows with several codes.
    pub(super) mixed: u64,
}

/// What one text says; texts repeat, so each is looked at once in a batch.
struct Verdict<'a> {
    text: &'a str,
    count: u64,
    /// Codes in capitals, other parts as they were; each once.
    parts: Vec<String>,
    /// Codes in capitals, joined by `+`; as it was where a part is no code.
    healed: String,
}

impl CodeColumn {
    /// Whether a column is one of codes: nine in ten values are, or half of them where its name says so.
    pub(super) fn fits(name: &str, values: &[&str]) -> bool {
        let are_codes = |value: &&&str| {
            let mut parts = split_codes(value).peekable();
            parts.peek().is_some() && parts.all(|part| LandUseCode::listed(part).is_some())
        };
        let codes: Vec<&&str> = values.iter().filter(are_codes).collect();
        if NAMES.iter().any(|known| name.starts_with(known)) || name == "kh" {
            return !codes.is_empty() && codes.len() * 2 >= values.len();
        }
        let kinds = codes.iter().any(|code| code != &codes[0]);
        codes.len() >= FEW.0 && kinds && codes.len() * 10 >= values.len() * 9
    }

    pub(super) fn check<'a>(&self, column: &'a StringArray, notes: &mut Notes<'_>) -> Checked {
        let texts = Distinct::of(column.iter());
        let verdict_on = |(text, count): &(Option<&'a str>, u64)| {
            let text = text.filter(|text| !text.trim().is_empty())?;
            Some(Verdict::on(text, *count))
        };
        let verdicts: Vec<Option<Verdict<'_>>> = texts.values.iter().map(verdict_on).collect();
        let filled = verdicts.iter().flatten();
        filled.clone().for_each(|verdict| self.tell(verdict, notes));
        let mixed = filled.clone().filter(|verdict| verdict.parts.len() > 1);
        let mixed = mixed.map(|verdict| verdict.count).sum();
        let mut list = ListBuilder::new(StringBuilder::new());
        for row in &texts.rows {
            if let Some(verdict) = &verdicts[*row] {
                let parts = verdict.parts.iter();
                parts.for_each(|part| list.values().append_value(part));
            }
            list.append(verdicts[*row].is_some());
        }
        let is_sound = |verdict: &Verdict<'_>| verdict.healed == verdict.text;
        let healed = |(row, text): (&usize, _)| match &verdicts[*row] {
            Some(verdict) => Some(verdict.healed.as_str()),
            None => text,
        };
        Checked {
            list: Arc::new(list.finish()),
            mixed,
            healed: if filled.clone().all(is_sound) {
                Arc::new(column.clone())
            } else {
                let rows = texts.rows.iter().zip(column);
                Arc::new(rows.map(healed).collect::<StringArray>())
            },
        }
    }

    fn tell(&self, verdict: &Verdict<'_>, notes: &mut Notes<'_>) {
        let place = format!("{}: {} {:?}", notes.label, self.name, verdict.text);
        let mut note = |code, what: &dyn Fn() -> String| {
            notes
                .findings
                .note_many(code, verdict.count, || format!("{place}{}", what()));
        };
        if verdict.healed != verdict.text {
            note(FindingCode::LandUseHealed, &|| {
                format!(" → {}", verdict.healed)
            });
        }
        if verdict.parts.len() > 1 {
            note(FindingCode::LandUseMixed, &String::new);
        }
        let codes = || {
            verdict
                .parts
                .iter()
                .map(|part| (part, LandUseCode::listed(part)))
        };
        if let Some((part, _)) = codes().find(|(_, code)| code.is_none()) {
            note(
                FindingCode::LandUseUnknown,
                &|| match LandUseCode::parse(part, self.date) {
                    Err(LandUseError::Unknown {
                        nearest: Some(nearest),
                        ..
                    }) => format!(" → {nearest}?"),
                    _ => String::new(),
                },
            );
        }
        let ended = codes().find(|(_, code)| code.is_some_and(|code| !code.is_in_force(self.date)));
        if let Some((part, _)) = ended {
            note(
                FindingCode::LandUseNotInForce,
                &|| match LandUseCode::parse(part, self.date) {
                    Err(LandUseError::NotInForce { code, periods, .. }) => {
                        format!(": {code} {}", periods.join(", "))
                    }
                    _ => String::new(),
                },
            );
        }
    }
}

impl<'a> Verdict<'a> {
    fn on(text: &'a str, count: u64) -> Self {
        let listed = |part| LandUseCode::listed(part).map(|code| code.to_string());
        let codes: Vec<Option<String>> = split_codes(text).map(listed).collect();
        let mut parts: Vec<String> = Vec::with_capacity(1);
        // Words without a code among them are one text.
        if codes.iter().any(Option::is_some) {
            for (code, part) in codes.iter().zip(split_codes(text)) {
                let part = code.clone().unwrap_or_else(|| part.to_owned());
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        } else {
            parts.push(text.trim().to_owned());
        }
        let is_known = codes.iter().all(Option::is_some) && !codes.is_empty();
        Self {
            text,
            count,
            healed: if is_known {
                parts.join("+")
            } else {
                text.to_owned()
            },
            parts,
        }
    }
}
