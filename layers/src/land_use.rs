//! Land-use codes: the dated list of the country, and texts of one or several codes checked against it.
//!
//! The list is a part of the rules ([`crate::rules`], ids `land_use.code` and `land_use.color`): codes of the circulars of
//! 2014 and 2018 until 2024-08-01, those of Circular 08/2024/TT-BTNMT from then.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::{
    Language, Rule, RuleBook,
    rules::{RuleValue, did_you_mean},
    spelling::nearest_spelling,
};

/// A land-use code that is, or once was, in the list: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LandUseCode([u8; 3]);

/// The three groups that all land is divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LandUseGroup {
    /// Agricultural land, `NNP`.
    Agricultural,
    /// Non-agricultural land, `PNN`.
    NonAgricultural,
    /// Unused land, `CSD`.
    Unused,
}

/// The codes of one parcel, in the order they were written, each once. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct LandUseCodes(Vec<LandUseCode>);

/// A text that is no land-use code, or one of another time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LandUseError {
    /// No code in the text.
    #[error("there is no land-use code in {text:?}; write for example LUC or ONT+CLN")]
    Empty {
        /// What was given.
        text: String,
    },
    /// A code that was never in the list.
    #[error("{code:?} is not a land-use code{}", did_you_mean(nearest.as_ref()))]
    Unknown {
        /// What was given.
        code: String,
        /// The closest code in force on the date.
        nearest: Option<String>,
    },
    /// A code that was not in force on the date.
    #[error("land-use code {code} is not in force on {date}; it is: {}", periods.join(", "))]
    NotInForce {
        /// The code.
        code: LandUseCode,
        /// The day asked for.
        date: NaiveDate,
        /// When it is, and by which document.
        periods: Vec<String>,
    },
}

/// What the list says of a code.
struct Entry {
    group: LandUseGroup,
    /// By first day.
    rules: Vec<&'static Rule>,
    color: Option<[u8; 3]>,
}

/// The parts of a text of one or several codes: `ONT+LUK`, `ONT, LUK`, `ont/luk`; nothing is checked.
pub fn split_codes(text: &str) -> impl Iterator<Item = &str> {
    let between = |character: char| {
        matches!(character, '+' | ',' | ';' | '/' | '|' | '&') || character.is_whitespace()
    };
    text.split(between).filter(|code| !code.is_empty())
}

impl LandUseCode {
    /// The code a text names, which must be in force on the date; capitals do not count.
    ///
    /// # Errors
    /// When there is no such code, or not on that date.
    pub fn parse(text: &str, date: NaiveDate) -> Result<Self, LandUseError> {
        let Some(code) = Self::listed(text) else {
            let known = Self::in_force(date);
            return Err(LandUseError::Unknown {
                code: text.to_owned(),
                nearest: nearest_spelling(text, known.iter().map(Self::as_str)),
            });
        };
        if code.is_in_force(date) {
            return Ok(code);
        }
        let period = |rule: &&Rule| format!("{} ({})", rule.effective, rule.document);
        Err(LandUseError::NotInForce {
            code,
            date,
            periods: code.entry().rules.iter().map(period).collect(),
        })
    }

    /// The code a text names, of any time; capitals do not count.
    pub fn listed(text: &str) -> Option<Self> {
        let bytes = <[u8; 3]>::try_from(text.as_bytes()).ok()?;
        let code = Self(bytes.map(|byte| byte.to_ascii_uppercase()));
        list().contains_key(&code).then_some(code)
    }

    /// Whether it is in the list of a day.
    pub fn is_in_force(self, date: NaiveDate) -> bool {
        let rules = &self.entry().rules;
        rules.iter().any(|rule| rule.effective.contains(date))
    }

    /// All codes in force on a date, in alphabetical order.
    pub fn in_force(date: NaiveDate) -> Vec<Self> {
        let codes = list().keys().copied();
        codes.filter(|code| code.is_in_force(date)).collect()
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("codes in the list are ASCII letters")
    }

    /// Its group.
    pub fn group(self) -> LandUseGroup {
        self.entry().group
    }

    /// What the newest list calls it, in Vietnamese; empty where the name is not known for certain.
    pub fn name_vi(self) -> &'static str {
        self.newest().map_or("", |rule| &rule.name_vi)
    }

    /// A plain English translation of the name; empty where there is no name.
    pub fn name_en(self) -> &'static str {
        self.newest().map_or("", |rule| &rule.name_en)
    }

    /// Red, green, blue on the current-use map; none where no colour is known. No colour is verified yet.
    pub fn color(self) -> Option<[u8; 3]> {
        self.entry().color
    }

    fn newest(self) -> Option<&'static Rule> {
        self.entry().rules.last().copied()
    }

    fn entry(self) -> &'static Entry {
        list()
            .get(&self)
            .expect("a code is made from the list only")
    }
}

impl LandUseCodes {
    /// The codes of a text such as `ONT+LUK`, joined by `+ , ; / | &` or spaces, all in force on the date.
    ///
    /// # Errors
    /// When the text has no code, or one that is unknown or not in force on the date: the first such.
    pub fn parse(text: &str, date: NaiveDate) -> Result<Self, LandUseError> {
        let mut codes = Vec::with_capacity(1);
        for part in split_codes(text) {
            let code = LandUseCode::parse(part, date)?;
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        if codes.is_empty() {
            return Err(LandUseError::Empty {
                text: text.to_owned(),
            });
        }
        Ok(Self(codes))
    }

    /// The codes, in order; at least one.
    pub fn as_slice(&self) -> &[LandUseCode] {
        &self.0
    }
}

impl LandUseGroup {
    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agricultural => "NNP",
            Self::NonAgricultural => "PNN",
            Self::Unused => "CSD",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Agricultural, Self::NonAgricultural, Self::Unused]
            .into_iter()
            .find(|group| group.as_str() == code)
    }
}

impl LandUseError {
    /// What was wrong and what would be right, in a language.
    pub fn explain(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        match self {
            Self::Empty { text } => {
                format!("{text:?} không có mã loại đất; hãy viết ví dụ LUC hoặc ONT+CLN")
            }
            Self::Unknown { code, nearest } => match nearest {
                Some(nearest) => format!("{code:?} không phải mã loại đất; có phải {nearest:?}?"),
                None => format!("{code:?} không phải mã loại đất"),
            },
            Self::NotInForce {
                code,
                date,
                periods,
            } => format!(
                "mã loại đất {code} không có hiệu lực ngày {date}; hiệu lực: {}",
                periods.join(", ")
            ),
        }
    }
}

impl fmt::Display for LandUseCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for LandUseCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for LandUseCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for LandUseCodes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = self.0.iter().map(LandUseCode::as_str).collect();
        formatter.write_str(&codes.join("+"))
    }
}

/// The list by code. Rows that are no three-letter code of a group would be left out; a test sees that there are none.
fn list() -> &'static BTreeMap<LandUseCode, Entry> {
    static LIST: OnceLock<BTreeMap<LandUseCode, Entry>> = OnceLock::new();
    LIST.get_or_init(|| {
        let book = RuleBook::embedded();
        let code = |rule: &Rule| Some(LandUseCode(rule.applies_to.as_bytes().try_into().ok()?));
        let mut list = BTreeMap::new();
        for rule in book.of_id("land_use.code") {
            let RuleValue::Text(group) = &rule.value else {
                continue;
            };
            if let (Some(code), Some(group)) = (code(rule), LandUseGroup::from_code(group)) {
                let entry = list.entry(code).or_insert_with(|| Entry {
                    group,
                    rules: Vec::new(),
                    color: None,
                });
                entry.rules.push(rule);
            }
        }
        for rule in book.of_id("land_use.color") {
            if let (Some(entry), RuleValue::Color(color)) =
                (code(rule).and_then(|code| list.get_mut(&code)), &rule.value)
            {
                entry.color = Some(*color);
            }
        }
        list
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(text: &str, date: &str, expected: &str) {
        let found = LandUseCodes::parse(text, day(date));
        let found = found.map_or_else(|error| error.to_string(), |codes| codes.to_string());
        assert!(found.starts_with(expected), "{text:?}: {found}");
    }

    #[test]
    fn mixed_codes_are_lists_however_they_are_joined() {
        for text in [
            "ONT+LUK",
            "ont, luk",
            "ONT;LUK",
            "ONT/LUK",
            " ONT  LUK+ONT ",
        ] {
            check(text, "2025-01-01", "ONT+LUK");
        }
        check("LUC", "2020-01-01", "LUC");
    }

    #[test]
    fn what_is_no_code_is_told_with_the_nearest_one() {
        check(
            "LUKK",
            "2025-01-01",
            "\"LUKK\" is not a land-use code; did you mean \"LUK\"?",
        );
        check(
            "ONT+SKKK",
            "2025-01-01",
            "\"SKKK\" is not a land-use code; did you mean \"SKK\"?",
        );
        check("đất ở", "2025-01-01", "\"đất\" is not a land-use code");
        check(" + ", "2025-01-01", "there is no land-use code in \" + \"");
    }

    #[test]
    fn a_code_of_the_new_list_is_refused_before_its_first_day() {
        check(
            "CNT",
            "2024-07-31",
            "land-use code CNT is not in force on 2024-07-31; it is: 2024-08-01 –",
        );
        check("CNT", "2024-08-01", "CNT");
        check(
            "LUC",
            "2010-01-01",
            "land-use code LUC is not in force on 2010-01-01",
        );
    }

    #[test]
    fn every_row_of_the_list_is_a_code_with_a_group_and_every_color_has_its_code() {
        let book = RuleBook::embedded();
        let codes = list();
        for rule in book.of_id("land_use.code") {
            let code = codes.keys().find(|code| code.as_str() == rule.applies_to);
            assert!(
                code.is_some_and(|code| code.group().as_str() == rule_text(rule)),
                "{rule:?}"
            );
            assert!(
                rule.applies_to
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase())
            );
        }
        for rule in book.of_id("land_use.color") {
            assert!(
                codes.keys().any(|code| code.as_str() == rule.applies_to),
                "{rule:?}"
            );
            assert!(!rule.verified, "colours were seen second-hand only");
        }
        let paddy = LandUseCode::parse("luc", day("2025-01-01")).unwrap();
        assert_eq!(paddy.color(), Some([255, 252, 140]));
        assert_eq!(
            (paddy.name_vi(), paddy.group()),
            ("Đất chuyên trồng lúa", LandUseGroup::Agricultural)
        );
    }

    fn rule_text(rule: &Rule) -> &str {
        match &rule.value {
            RuleValue::Text(text) => text,
            _ => "",
        }
    }
}
