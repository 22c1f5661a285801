//! Days and the periods between them: [from, to), open at either end where nobody knows or nobody said.

use std::fmt;

use chrono::NaiveDate;
use thiserror::Error;

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{value:?} is not a day; write YYYY-MM-DD, for example 2025-07-01")]
pub struct BadDay {
    /// What was given.
    pub value: String,
}

/// Reads a day written as `2025-07-01`; spaces around it do not matter, another form or a time is refused.
///
/// # Errors
/// When the text is no such day of the calendar.
///
/// ```
/// assert!(layers::admin::day("2025-07-01").is_ok());
/// assert!(layers::admin::day("01/07/2025").is_err() && layers::admin::day("2025-02-30").is_err());
/// ```
pub fn day(text: &str) -> Result<NaiveDate, BadDay> {
    let bad = || BadDay {
        value: text.to_owned(),
    };
    let text = text.trim();
    // chrono alone would also take 2025-7-1.
    if text.len() != 10 {
        return Err(bad());
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_unparsed| bad())
}

/// The days from `from` up to but without `to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first day; none where it has always been so.
    pub from: Option<NaiveDate>,
    /// The first day after it; none where it still is so.
    pub to: Option<NaiveDate>,
}

impl Period {
    /// Whether a day is in it.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }

    /// Whether it has no day: it ends before or when it begins.
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to <= from)
    }

    /// Whether some day is in both; false where either is empty.
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |to: Option<NaiveDate>, from: Option<NaiveDate>| matches!((to, from), (Some(to), Some(from)) if to <= from);
        !self.is_empty()
            && !other.is_empty()
            && !before(self.to, other.from)
            && !before(other.to, self.from)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text =
            |day: Option<NaiveDate>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
        write!(formatter, "[{}, {})", text(self.from), text(self.to))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some_day() -> impl Strategy<Value = Option<NaiveDate>> {
        proptest::option::of(
            (0..12_u64).prop_map(|days| NaiveDate::default() + chrono::Days::new(days)),
        )
    }

    proptest! {
        #[test]
        fn periods_overlap_when_some_day_is_in_both(a in some_day(), b in some_day(), c in some_day(), d in some_day()) {
            let (one, other) = (Period { from: a, to: b }, Period { from: c, to: d });
            // Open ends reach past the days drawn.
            let mut days = (0..14_u64).map(|days| NaiveDate::default() + chrono::Days::new(days) - chrono::Days::new(1));
            let shared = days.any(|day| one.holds(day) && other.holds(day));
            prop_assert_eq!(one.overlaps(&other), shared);
            prop_assert_eq!(other.overlaps(&one), shared);
        }
    }
}
