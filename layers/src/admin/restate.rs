//! A table of one day's units expressed on another day's, with what can be said of the error.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::{AdminError, Crosswalk, Method};

/// What a split unit's value is shared out by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// Where the land went: hectares, parcels, fields.
    #[default]
    Area,
    /// Where the people went: residents, pupils, cases.
    Population,
}

/// Whether the values of parts add up to the value of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// They do: people, hectares, cases, money.
    Extensive,
    /// They do not: densities, rates, means, indices.
    Intensive,
}

impl Weight {
    /// Its word in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Population => "population",
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Weight {
    type Err = AdminError;

    fn from_str(value: &str) -> Result<Self, AdminError> {
        match value {
            "area" => Ok(Self::Area),
            "population" => Ok(Self::Population),
            _ => Err(AdminError::UnknownWord {
                what: "weight",
                value: value.to_owned(),
                known: "area, population",
            }),
        }
    }
}

impl Measure {
    /// What the name of a column suggests: `mat_do`, `ty_le`, `density`, `gdp_per_capita`, `poor_pct` are intensive. A guess: the
    /// person who knows the column decides.
    pub fn of_column(name: &str) -> Self {
        const WORDS: [&str; 14] = [
            "density", "rate", "ratio", "percent", "pct", "mean", "avg", "average", "median",
            "index", "per", "matdo", "tyle", "binhquan",
        ];
        const PHRASES: [&str; 6] = ["mat_do", "mật độ", "ty_le", "tỷ lệ", "tỉ lệ", "binh_quan"];
        let name = name.to_lowercase();
        let has_word = name
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|word| WORDS.contains(&word));
        if has_word || name.contains('%') || PHRASES.iter().any(|phrase| name.contains(phrase)) {
            Self::Intensive
        } else {
            Self::Extensive
        }
    }
}

/// A table on the new units.
#[derive(Clone, Debug, PartialEq)]
pub struct Restated {
    /// The new units that got something, by code.
    pub rows: Vec<RestatedRow>,
    /// Sum of all values given; that of the rows and of what is unmatched, within 1e-9 of the values' magnitude.
    pub total: f64,
    /// Share of the values' magnitude that passed through units which were split: 0 where the answer is exact.
    pub split_share: f64,
    /// Share that passed through splits whose line is assumed.
    pub assumed_share: f64,
    /// What was given for units that the crosswalk does not know, in the order given.
    pub unmatched: Vec<(String, f64)>,
}

/// The value of a new unit and the bounds it must lie in.
#[derive(Clone, Debug, PartialEq)]
pub struct RestatedRow {
    /// The new unit.
    pub code: String,
    /// The estimate.
    pub value: f64,
    /// The least it can be: nothing of the units that were split, all of a negative one.
    pub low: f64,
    /// The most it can be: all of the units of which a part went here.
    pub high: f64,
}

impl Crosswalk {
    /// Restates (code, value) on the new units. Several values of one unit add up; a value of a unit that the crosswalk
    /// does not know is handed back, not dropped.
    ///
    /// # Errors
    /// When a value is not finite, or a unit has no share of the weight asked for.
    pub fn restate(&self, table: &[(String, f64)], weight: Weight) -> Result<Restated, AdminError> {
        let mut rows: BTreeMap<&str, RestatedRow> = BTreeMap::new();
        let (mut total, mut magnitude, mut split, mut assumed) = (0.0, 0.0, 0.0, 0.0);
        let mut unmatched = Vec::new();
        for (code, value) in table {
            let value = *value;
            if !value.is_finite() {
                return Err(AdminError::NotFinite {
                    code: code.clone(),
                    value,
                });
            }
            total += value;
            magnitude += value.abs();
            let parts = self.of(code);
            if parts.is_empty() {
                unmatched.push((code.clone(), value));
            }
            let is_split = parts.len() > 1;
            if is_split {
                split += value.abs();
            }
            if is_split && parts.iter().any(|part| part.method == Method::Assumption) {
                assumed += value.abs();
            }
            for part in parts {
                let share = part.share(weight).ok_or_else(|| AdminError::NoWeight {
                    code: code.clone(),
                    weight: weight.as_str(),
                })?;
                let row = rows.entry(&part.to).or_insert_with(|| RestatedRow {
                    code: part.to.clone(),
                    value: 0.0,
                    low: 0.0,
                    high: 0.0,
                });
                row.value += value * share;
                row.low += if is_split { value.min(0.0) } else { value };
                row.high += if is_split { value.max(0.0) } else { value };
            }
        }
        let of_all = |part: f64| {
            if magnitude > 0.0 {
                part / magnitude
            } else {
                0.0
            }
        };
        Ok(Restated {
            rows: rows.into_values().collect(),
            total,
            split_share: of_all(split),
            assumed_share: of_all(assumed),
            unmatched,
        })
    }
}
