//! Dates by the order of their parts, alone or with a time.

use chrono::{NaiveDate, NaiveTime};

/// Which part of a date comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// `2024-05-31`, `2024/05/31` or `20240531`
    Year,
    /// `31/05/2024`, `31-05-2024` or `31.05.2024`
    Day,
    /// `05/31/2024` and its like
    Month,
}

/// A date, and a time where one is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrittenDate {
    pub(crate) date: NaiveDate,
    pub(crate) time: Option<NaiveTime>,
}

impl DateOrder {
    pub(crate) const ALL: [Self; 3] = [Self::Year, Self::Day, Self::Month];

    /// The date a text is in this order; years have four digits.
    pub(crate) fn read(self, text: &str) -> Option<WrittenDate> {
        let (date, time) = match text.split_once([' ', 'T']) {
            Some((date, time)) => (date, Some(time_of(time.trim())?)),
            None => (text, None),
        };
        let [a, b, c] = match date.as_bytes() {
            digits if self == Self::Year && digits.len() == 8 && date.is_ascii() => {
                [&date[..4], &date[4..6], &date[6..]]
            }
            _ => parts_of(date)?,
        };
        let (year, month, day) = match self {
            Self::Year => (a, b, c),
            Self::Day => (c, b, a),
            Self::Month => (c, a, b),
        };
        let date = NaiveDate::from_ymd_opt(
            i32::try_from(digits(year, 4..=4)?).ok()?,
            digits(month, 1..=2)?,
            digits(day, 1..=2)?,
        )?;
        Some(WrittenDate { date, time })
    }
}

/// Three parts with one mark between them.
fn parts_of(date: &str) -> Option<[&str; 3]> {
    let mark = date.chars().find(|mark| matches!(mark, '-' | '/' | '.'))?;
    let mut parts = date.split(mark);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

/// `7:05`, `07:05:30` or `07:05:30.25`.
fn time_of(text: &str) -> Option<NaiveTime> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 1..=2)?, digits(parts.next()?, 2..=2)?);
    let (second, fraction) = match parts.next() {
        None => (0, "0"),
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            (digits(whole, 2..=2)?, fraction)
        }
    };
    let micros = digits(fraction, 1..=6)? * 10_u32.pow(6 - u32::try_from(fraction.len()).ok()?);
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros)
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_number = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: [&str; 3]) {
        let read = |order: DateOrder| {
            order.read(text).map_or_else(String::new, |written| {
                let time = written.time.map(|time| format!(" {time}"));
                format!("{}{}", written.date, time.unwrap_or_default())
            })
        };
        assert_eq!(DateOrder::ALL.map(read), expected, "{text}");
    }

    #[test]
    fn a_date_is_read_in_each_order_that_its_parts_allow() {
        check("2024-05-31", ["2024-05-31", "", ""]);
        check("20240531", ["2024-05-31", "", ""]);
        check("31/05/2024", ["", "2024-05-31", ""]);
        check("05/31/2024", ["", "", "2024-05-31"]);
        check("1-2-2024", ["", "2024-02-01", "2024-01-02"]);
        check("31/05/2024 7:05", ["", "2024-05-31 07:05:00", ""]);
        check("2024-05-31T23:59:59.5", ["2024-05-31 23:59:59.500", "", ""]);
        for text in [
            "",
            "31/02/2024",
            "31/05/24",
            "20241301",
            "1/2-2024",
            "31/05/2024 25:00",
            "2024",
            "áááá",
        ] {
            check(text, ["", "", ""]);
        }
    }
}
