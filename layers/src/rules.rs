//! Legal figures as data: what a rule says, of what, since when, by which document, and whether it was checked.
//!
//! The rules of the country are CSV files in `layers/rules/`, built into the program; a province adds its own from a folder
//! ([`RuleBook::with_folder`]). A rule is found by its id, the case it applies to and a date: [`RuleBook::rule`].
//!
//! A file has a heading and these columns, all of them present, in this order; lines that start with `#` are remarks:
//!
//! | column | what |
//! |---|---|
//! | `id` | `subject.name`, of `a-z`, `0-9`, `_` and dots; ends with `_max` or `_min` where the value is a limit |
//! | `applies_to` | the case, such as `urban`; several cases with one value are joined by a bar; empty where there is but one |
//! | `value` | a number, several numbers with spaces between, three numbers 0–255 for a colour, or text, as the unit says |
//! | `unit` | one of [`Unit::ALL`] |
//! | `name_vi`, `name_en` | what the value is, in Vietnamese and English |
//! | `document`, `article` | where it is written |
//! | `effective_from` | the first day it is in force, `YYYY-MM-DD` |
//! | `effective_to` | the first day it is no longer in force; empty while no end is known |
//! | `verified` | `true` where the value was read in the document itself; `false` where it was seen second-hand only |
//! | `note` | what a user of the value should know |

use std::{
    fmt,
    path::Path,
    sync::{Arc, OnceLock},
};

use chrono::NaiveDate;
use serde::Serialize;

mod error;
mod periods;
mod read;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use self::error::did_you_mean;
pub use self::{
    error::{RuleError, RuleFileError, RulePlace},
    unit::{Unit, UnknownUnit},
};
use crate::spelling::nearest_spelling;

/// The files of the country, by name.
const EMBEDDED: [(&str, &str); 7] = [
    ("air.csv", include_str!("../rules/air.csv")),
    ("corridors.csv", include_str!("../rules/corridors.csv")),
    ("land_use.csv", include_str!("../rules/land_use.csv")),
    ("noise.csv", include_str!("../rules/noise.csv")),
    ("planning.csv", include_str!("../rules/planning.csv")),
    ("safety.csv", include_str!("../rules/safety.csv")),
    ("water.csv", include_str!("../rules/water.csv")),
];

/// One figure (or colour, or word) that a document sets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Its name: subject, dot, what is set.
    pub id: Arc<str>,
    /// The case it applies to; empty where there is but one.
    pub applies_to: String,
    /// What is set.
    pub value: RuleValue,
    /// The unit of the value.
    pub unit: Unit,
    /// What the value is, in Vietnamese; empty where no name is known for certain.
    pub name_vi: String,
    /// What the value is, in English.
    pub name_en: String,
    /// The document that sets it.
    pub document: String,
    /// Where in the document; empty where that is not known.
    pub article: String,
    /// When it is in force.
    #[serde(flatten)]
    pub effective: Effective,
    /// Whether the value was read in the document itself. What is not verified may be shown, with that warning, but not
    /// relied on.
    pub verified: bool,
    /// What a user of the value should know.
    pub note: String,
}

/// The value of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RuleValue {
    /// One number.
    Number(f64),
    /// A list of numbers: breakpoints.
    Numbers(Vec<f64>),
    /// Red, green, blue.
    Color([u8; 3]),
    /// Words.
    Text(String),
}

/// The days a rule is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// The first day.
    #[serde(rename = "effective_from")]
    pub from: NaiveDate,
    /// The first day after; none while no end is known.
    #[serde(rename = "effective_to")]
    pub to: Option<NaiveDate>,
}

/// All rules, with a look-up by date.
///
/// In a book, the periods of an id and case follow each other without overlap or gap and have one unit.
#[derive(Clone, Debug)]
pub struct RuleBook {
    /// By id, case and first day.
    rules: Vec<Rule>,
}

impl Rule {
    /// The part of its id before the first dot.
    pub fn subject(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }
}

impl Effective {
    /// Whether the day is one of them.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date < to)
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(formatter, "{} – {to}", self.from),
            None => write!(formatter, "{} –", self.from),
        }
    }
}

impl RuleBook {
    /// The rules of the country.
    pub fn embedded() -> &'static Self {
        static BOOK: OnceLock<RuleBook> = OnceLock::new();
        BOOK.get_or_init(|| Self::parse(EMBEDDED).expect("a test loads every embedded file"))
    }

    /// The rules of the country and those of a folder's `.csv` files.
    ///
    /// # Errors
    /// When a file cannot be read or understood, or periods overlap or leave a gap, also between its rules and the country's.
    pub fn with_folder(dir: &Path) -> Result<Self, RuleFileError> {
        let own = read::folder(dir)?;
        let own = own
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        Self::parse(EMBEDDED.into_iter().chain(own))
    }

    /// The rules of files, given as name and text.
    ///
    /// # Errors
    /// As [`RuleBook::with_folder`].
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleFileError> {
        let mut rows = Vec::new();
        for (file, text) in files {
            rows.extend(read::file(file, text)?);
        }
        let rules = periods::in_order(rows)?;
        Ok(Self { rules })
    }

    /// The rule of an id for a case on a date.
    ///
    /// # Errors
    /// When there is no such id or case, or none is in force on the date.
    pub fn rule(&self, id: &str, applies_to: &str, date: NaiveDate) -> Result<&Rule, RuleError> {
        let of_id = self.of_id(id);
        if of_id.is_empty() {
            return Err(RuleError::UnknownId {
                id: id.to_owned(),
                nearest: nearest_spelling(id, self.rules.iter().map(|rule| rule.id.as_ref())),
            });
        }
        let of_case: Vec<&Rule> = of_id
            .iter()
            .filter(|rule| rule.applies_to == applies_to)
            .collect();
        if of_case.is_empty() {
            let mut known: Vec<_> = of_id.iter().map(|rule| rule.applies_to.clone()).collect();
            known.dedup();
            return Err(RuleError::UnknownCase {
                id: id.to_owned(),
                applies_to: applies_to.to_owned(),
                known,
            });
        }
        let found = of_case.iter().find(|rule| rule.effective.contains(date));
        found.copied().ok_or_else(|| RuleError::NotInForce {
            id: id.to_owned(),
            applies_to: applies_to.to_owned(),
            date,
            periods: of_case
                .iter()
                .map(|rule| format!("{} ({})", rule.effective, rule.document))
                .collect(),
        })
    }

    /// The numbers of a rule, which has one or several.
    ///
    /// # Errors
    /// As [`RuleBook::rule`], and when the value is no number.
    pub fn numbers(
        &self,
        id: &str,
        applies_to: &str,
        date: NaiveDate,
    ) -> Result<&[f64], RuleError> {
        match &self.rule(id, applies_to, date)?.value {
            RuleValue::Number(number) => Ok(std::slice::from_ref(number)),
            RuleValue::Numbers(numbers) => Ok(numbers),
            RuleValue::Color(_) | RuleValue::Text(_) => Err(RuleError::NoNumber {
                id: id.to_owned(),
                applies_to: applies_to.to_owned(),
            }),
        }
    }

    /// The rules in force on a date, of one subject or of all, by id and case.
    ///
    /// # Errors
    /// When there is no such subject.
    pub fn in_force(
        &self,
        subject: Option<&str>,
        date: NaiveDate,
    ) -> Result<Vec<&Rule>, RuleError> {
        if let Some(subject) = subject
            && !self.subjects().contains(&subject)
        {
            return Err(RuleError::UnknownSubject {
                subject: subject.to_owned(),
                known: self.subjects().into_iter().map(str::to_owned).collect(),
            });
        }
        let wanted = |rule: &&Rule| {
            subject.is_none_or(|subject| rule.subject() == subject) && rule.effective.contains(date)
        };
        Ok(self.rules.iter().filter(wanted).collect())
    }

    /// What there are rules about, in alphabetical order.
    pub fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = self.rules.iter().map(Rule::subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }

    /// All rules of an id, by case and first day.
    pub fn of_id(&self, id: &str) -> &[Rule] {
        let start = self.rules.partition_point(|rule| rule.id.as_ref() < id);
        let end = self.rules.partition_point(|rule| rule.id.as_ref() <= id);
        &self.rules[start..end]
    }
}
