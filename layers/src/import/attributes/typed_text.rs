//! Numbers and dates that came as text: recognised where all first values read one way, kept beside the text.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Date32Array, Float64Array, StringArray, TimestampMicrosecondArray},
    datatypes::Date32Type,
};
use chrono::{Datelike as _, NaiveDateTime, NaiveTime};

use super::survey::Notes;
use crate::{
    AttributeKind, FindingCode,
    written::{DateOrder, NumberStyle, is_padded, names_things, split_unit},
};

/// Values that a column must have at least before it is taken for more than text.
const FEW: usize = 3;

/// Whole numbers of one length from here on are codes: telephone numbers, commune codes.
const CODE_DIGITS: usize = 5;

/// What may stand behind a number.
const UNITS: [&str; 22] = [
    "%", "‰", "ha", "m", "m2", "m²", "m3", "m³", "km", "km2", "km²", "cm", "mm", "kg", "g", "tấn",
    "t", "đ", "đồng", "VND", "người", "hộ",
];

/// A column of text, and how it reads.
#[derive(Debug)]
pub(super) struct TypedColumn {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) reading: Reading,
}

/// All ways that fit every first value, and agree on each. Later values must read alike in all of them too.
#[derive(Debug, PartialEq)]
pub(super) enum Reading {
    /// Numbers, with one unit or none.
    Number(Vec<NumberStyle>, String),
    /// Dates.
    Date(Vec<DateOrder>),
    /// Dates of which some have a time, which stands as it is written.
    Moment(Vec<DateOrder>),
}

/// What a column of text holds.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    /// Text.
    Nothing,
    /// Numbers or dates that could be read in two ways; such a value.
    Ambiguous(&'a str),
    /// Numbers or dates.
    Reading(Reading),
}

/// Looks at the first values of a column, none of them empty.
pub(super) fn recognise<'a>(name: &str, values: &[&'a str]) -> Found<'a> {
    if values.len() < FEW || names_things(name) {
        return Found::Nothing;
    }
    match dates(values) {
        Found::Nothing => numbers(values),
        found => found,
    }
}

fn dates<'a>(values: &[&'a str]) -> Found<'a> {
    let fits = |order: &DateOrder| {
        let mut values = values.iter().map(|value| order.read(value));
        values.all(|written| {
            written.is_some_and(|written| (1000..3000).contains(&written.date.year()))
        })
    };
    let orders: Vec<DateOrder> = DateOrder::ALL.into_iter().filter(fits).collect();
    if orders.is_empty() {
        return Found::Nothing;
    }
    let is_ambiguous = |value: &&&str| agreed(&orders, |order| order.read(value)).is_none();
    if let Some(value) = values.iter().find(is_ambiguous) {
        return Found::Ambiguous(value);
    }
    let is_timed = |value: &&str| {
        orders[0]
            .read(value)
            .is_some_and(|written| written.time.is_some())
    };
    Found::Reading(if values.iter().any(is_timed) {
        Reading::Moment(orders)
    } else {
        Reading::Date(orders)
    })
}

fn numbers<'a>(values: &[&'a str]) -> Found<'a> {
    let split: Vec<(&str, &str)> = values.iter().map(|value| split_unit(value)).collect();
    let unit = split[0].1;
    let is_like = |(number, own): &(&str, &str)| *own == unit && !is_padded(number.as_bytes());
    if !(unit.is_empty() || UNITS.contains(&unit)) || !split.iter().all(is_like) {
        return Found::Nothing;
    }
    let is_long = |(number, _): &(&str, &str)| {
        number.len() >= CODE_DIGITS && number.len() == split[0].0.len() && is_whole(number)
    };
    if unit.is_empty() && split.iter().all(is_long) {
        return Found::Nothing;
    }
    let fits = |style: &NumberStyle| split.iter().all(|(number, _)| style.read(number).is_some());
    let styles: Vec<NumberStyle> = NumberStyle::ALL.into_iter().filter(fits).collect();
    if styles.is_empty() {
        return Found::Nothing;
    }
    let is_ambiguous = |(_, (number, _)): &(&&str, &(&str, &str))| {
        agreed(&styles, |style| style.read(number)).is_none()
    };
    match values.iter().zip(&split).find(is_ambiguous) {
        Some((value, _)) => Found::Ambiguous(value),
        None => Found::Reading(Reading::Number(styles, unit.to_owned())),
    }
}

fn is_whole(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a value is in all ways; none where one does not fit or they differ.
fn agreed<W: Copy, T: PartialEq>(ways: &[W], read: impl Fn(W) -> Option<T>) -> Option<T> {
    let (first, others) = ways.split_first()?;
    let value = read(*first)?;
    let is_same = |way: &W| read(*way).as_ref() == Some(&value);
    others.iter().all(is_same).then_some(value)
}

impl Reading {
    pub(super) fn kind(&self) -> AttributeKind {
        match self {
            Self::Number(..) => AttributeKind::Real,
            Self::Date(_) => AttributeKind::Date,
            Self::Moment(_) => AttributeKind::Moment,
        }
    }

    /// The ending of the name of the column it makes.
    pub(super) fn ending(&self) -> &'static str {
        match self {
            Self::Number(..) => "num",
            Self::Date(_) | Self::Moment(_) => "date",
        }
    }

    /// Its unit in brackets, where it has one.
    pub(super) fn unit(&self) -> String {
        match self {
            Self::Number(_, unit) if !unit.is_empty() => format!(" ({unit})"),
            _ => String::new(),
        }
    }

    fn number(&self, text: &str) -> Option<f64> {
        let Self::Number(styles, unit) = self else {
            return None;
        };
        let (number, own) = split_unit(text);
        if own != unit || is_padded(number.as_bytes()) {
            return None;
        }
        if !number.is_empty() && is_whole(number) {
            return number.parse().ok();
        }
        agreed(styles, |style| style.read(number))
    }

    fn moment(&self, text: &str) -> Option<NaiveDateTime> {
        let (Self::Date(orders) | Self::Moment(orders)) = self else {
            return None;
        };
        let written = agreed(orders, |order| order.read(text))?;
        let is_lost = written.time.is_some() && matches!(self, Self::Date(_));
        let time = written.time.unwrap_or(NaiveTime::MIN);
        (!is_lost).then(|| written.date.and_time(time))
    }
}

impl TypedColumn {
    /// The numbers or dates of a column; null, and told, where a text is none.
    pub(super) fn read(&self, column: &StringArray, notes: &mut Notes<'_>) -> ArrayRef {
        match self.reading {
            Reading::Number(..) => {
                let numbers = self.values(column, notes, |text| self.reading.number(text));
                Arc::new(Float64Array::from(numbers))
            }
            Reading::Date(_) => {
                let day = |text: &str| {
                    Some(Date32Type::from_naive_date(
                        self.reading.moment(text)?.date(),
                    ))
                };
                Arc::new(Date32Array::from(self.values(column, notes, day)))
            }
            Reading::Moment(_) => {
                let micros =
                    |text: &str| Some(self.reading.moment(text)?.and_utc().timestamp_micros());
                let moments = self.values(column, notes, micros);
                Arc::new(TimestampMicrosecondArray::from(moments).with_timezone("UTC"))
            }
        }
    }

    fn values<T>(
        &self,
        column: &StringArray,
        notes: &mut Notes<'_>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<Option<T>> {
        let mut value = |text: &str| {
            let text = text.trim();
            let value = read(text);
            if value.is_none() && !text.is_empty() {
                let label = notes.label;
                notes.findings.note(FindingCode::TextNotTyped, || {
                    format!("{label}: {} {text:?}", self.name)
                });
            }
            value
        };
        column
            .iter()
            .map(|text| text.and_then(&mut value))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(values: &[&str]) -> Option<Vec<Option<f64>>> {
        match recognise("x", values) {
            Found::Reading(reading) => {
                Some(values.iter().map(|value| reading.number(value)).collect())
            }
            _ => None,
        }
    }

    #[track_caller]
    fn number(values: [&str; 3], expected: [f64; 3]) {
        assert_eq!(
            reads(&values),
            Some(expected.map(Some).to_vec()),
            "{values:?}"
        );
    }

    #[track_caller]
    fn date(values: [&str; 3], expected: [&str; 3]) {
        let Found::Reading(reading) = recognise("x", &values) else {
            panic!("{values:?}: {:?}", recognise("x", &values));
        };
        let found = values.map(|value| reading.moment(value).unwrap().to_string());
        assert_eq!(found, expected, "{values:?}");
    }

    #[test]
    fn numbers_are_read_where_their_marks_can_mean_one_thing_only() {
        number(["203.638", "1.234,5", "12"], [203_638.0, 1234.5, 12.0]);
        number(
            ["203.638", "1.204.000", "12"],
            [203_638.0, 1_204_000.0, 12.0],
        );
        number(["1,234.5", "12", "0.5"], [1234.5, 12.0, 0.5]);
        number(["12,5 ha", "3 ha", "0,25ha"], [12.5, 3.0, 0.25]);
        number(["12,5%", "3%", "-1,5 %"], [12.5, 3.0, -1.5]);
        number(["1", "22", "-333"], [1.0, 22.0, -333.0]);
        assert_eq!(
            recognise("x", &["203.638", "98.120", "1.000"]),
            Found::Ambiguous("203.638")
        );
        assert_eq!(
            recognise("x", &["12,500", "1,250", "3"]),
            Found::Ambiguous("12,500")
        );
    }

    #[test]
    fn codes_telephone_numbers_and_mixed_units_stay_text() {
        for values in [
            ["01234", "1", "2"],
            ["0912345678", "0912345679", "0912345670"],
            ["+84912", "1", "2"],
            ["10507", "10508", "10509"],
            ["12 ha", "13 m2", "14 ha"],
            ["12A", "13A", "14A"],
            ["LUC", "LUK", "ONT"],
            ["12", "13", "không"],
        ] {
            assert_eq!(recognise("x", &values), Found::Nothing, "{values:?}");
        }
        assert_eq!(recognise("ma_thua", &["1", "22", "3"]), Found::Nothing);
        assert_eq!(recognise("x", &["1", "2"]), Found::Nothing, "too few");
    }

    #[test]
    fn dates_are_read_where_one_day_is_above_12() {
        date(
            ["31/05/2024", "01/02/2024", "1/2/2024"],
            [
                "2024-05-31 00:00:00",
                "2024-02-01 00:00:00",
                "2024-02-01 00:00:00",
            ],
        );
        date(
            ["05/31/2024", "01/02/2024", "1/2/2024"],
            [
                "2024-05-31 00:00:00",
                "2024-01-02 00:00:00",
                "2024-01-02 00:00:00",
            ],
        );
        date(
            ["20240531", "20240101", "20231231"],
            [
                "2024-05-31 00:00:00",
                "2024-01-01 00:00:00",
                "2023-12-31 00:00:00",
            ],
        );
        date(
            ["31-05-2024 07:05", "01-02-2024", "01-02-2024 23:59"],
            [
                "2024-05-31 07:05:00",
                "2024-02-01 00:00:00",
                "2024-02-01 23:59:00",
            ],
        );
        assert_eq!(
            recognise("x", &["01/01/2024", "03/04/2024", "01/02/2024"]),
            Found::Ambiguous("03/04/2024")
        );
        assert_eq!(
            recognise("x", &["31/05/2024", "05/31/2024", "1/1/2024"]),
            Found::Nothing
        );
    }
}
