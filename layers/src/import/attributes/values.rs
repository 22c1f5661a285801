//! Numbers and dates that are most likely none: marks for "no data", negative areas, years far off.

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _},
    datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType},
};

use super::{audit::Audit, survey::Notes};
use crate::{Attribute, AttributeKind, FindingCode, report::Findings, written::names_things};

/// Numbers that stand for "no data" wherever they are.
const NO_DATA: [f64; 4] = [-9999.0, -99999.0, -999_999.0, -32768.0];

/// The number that stands for "no data" where it repeats.
const NINES: f64 = 9999.0;

/// So often, at least.
const REPEATED: u64 = 3;

/// Days since 1970 of 1900-01-01 and 1899-12-30, which programs write for an empty date.
const EMPTY_DAYS: [i64; 2] = [-25_567, -25_569];

/// Days since 1970 of 1900-01-01 and 2101-01-01.
const LIKELY_DAYS: std::ops::Range<i64> = -25_567..47_847;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A column of numbers or dates.
#[derive(Debug)]
pub(super) struct ValueCheck {
    pub(super) at: usize,
    name: String,
    is_area: bool,
}

impl ValueCheck {
    /// None for columns of other kinds and for codes.
    pub(super) fn of(at: usize, attribute: &Attribute) -> Option<Self> {
        use AttributeKind::{Date, Moment, Real, Whole};
        let name = &attribute.name;
        let is_checked = match attribute.kind {
            Whole | Real => !names_things(name),
            Date | Moment => true,
            _ => false,
        };
        let is_area = name.starts_with("dien_tich")
            || name.contains("area")
            || ["_m2", "_ha", "_km2"]
                .iter()
                .any(|unit| name.ends_with(unit));
        is_checked.then(|| Self {
            at,
            name: name.clone(),
            is_area,
        })
    }

    pub(super) fn look(&self, column: &ArrayRef, audit: &mut Audit, notes: &mut Notes<'_>) {
        let mut seen = Seen::default();
        if let Some(whole) = column.as_primitive_opt::<Int64Type>() {
            let values = whole.iter().flatten();
            values.for_each(|value| seen.number(value as f64, self.is_area));
        } else if let Some(real) = column.as_primitive_opt::<Float64Type>() {
            let values = real.iter().flatten();
            values.for_each(|value| seen.number(value, self.is_area));
        } else if let Some(days) = column.as_primitive_opt::<Date32Type>() {
            days.iter().flatten().for_each(|day| seen.day(day.into()));
        } else if let Some(micros) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            let moments = micros.iter().flatten();
            moments.for_each(|micros| seen.day(micros.div_euclid(MICROS_PER_DAY)));
        }
        audit.count(&self.nines(), seen.nines);
        for (code, (count, value)) in [
            (FindingCode::ValueSentinel, seen.no_data),
            (FindingCode::AreaNegative, seen.negative),
            (FindingCode::DateFarOff, seen.far_off),
        ] {
            let label = notes.label;
            notes.findings.note_many(code, count, || {
                format!("{label}: {} {}", self.name, shown(column, value))
            });
        }
    }

    /// Tells of a number that only means "no data" where it repeats.
    pub(super) fn conclude(&self, audit: &Audit, findings: &mut Findings) {
        let nines = self.nines();
        let count = audit.counted(&nines);
        if count >= REPEATED {
            findings.note_many(FindingCode::ValueSentinel, count, || nines);
        }
    }

    fn nines(&self) -> String {
        format!("{} {NINES}", self.name)
    }
}

/// A number, or the date of a day since 1970.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a day came as a whole number"
)]
fn shown(column: &ArrayRef, value: f64) -> String {
    if column.data_type().is_numeric() {
        return value.to_string();
    }
    let days = chrono::TimeDelta::try_days(value as i64);
    let date = days.and_then(|days| chrono::NaiveDate::default().checked_add_signed(days));
    date.map_or_else(|| format!("{value} d"), |date| date.to_string())
}

/// Counts of a batch, with the last value of each kind.
#[derive(Default)]
struct Seen {
    nines: u64,
    no_data: (u64, f64),
    negative: (u64, f64),
    far_off: (u64, f64),
}

impl Seen {
    #[expect(
        clippy::float_cmp_const,
        reason = "the marks are whole numbers, written as they are"
    )]
    fn number(&mut self, value: f64, is_area: bool) {
        if value < 0.0 {
            if NO_DATA.contains(&value) {
                self.no_data = (self.no_data.0 + 1, value);
            } else if is_area {
                self.negative = (self.negative.0 + 1, value);
            }
        } else if value == NINES {
            self.nines += 1;
        }
    }

    fn day(&mut self, day: i64) {
        if EMPTY_DAYS.contains(&day) {
            self.no_data = (self.no_data.0 + 1, day as f64);
        } else if !LIKELY_DAYS.contains(&day) {
            self.far_off = (self.far_off.0 + 1, day as f64);
        }
    }
}
