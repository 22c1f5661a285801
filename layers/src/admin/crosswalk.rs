//! What became of what on one day: rows of (old unit, new unit, shares), checked so that nothing is lost on the way.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use chrono::NaiveDate;

use super::{AdminError, AdminRegister, Weight, names::plain_code};

/// How far the shares of a unit may be from 1 together: more is an error, less is scaled away. Shares written with six
/// decimals keep within it, as long as a unit has no more than twenty.
pub const SHARE_TOLERANCE: f64 = 1e-5;

/// How a share was found; the later, the less it can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// The law says it: a whole unit went into another.
    Official,
    /// By areas of polygons.
    Areal,
    /// By where people or buildings are.
    Dasymetric,
    /// Somebody's knowledge.
    Manual,
    /// Assumed: a split whose line nobody drew.
    Assumption,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 5] = [
        Self::Official,
        Self::Areal,
        Self::Dasymetric,
        Self::Manual,
        Self::Assumption,
    ];

    /// Its word in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Areal => "areal",
            Self::Dasymetric => "dasymetric",
            Self::Manual => "manual",
            Self::Assumption => "assumption",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = AdminError;

    fn from_str(value: &str) -> Result<Self, AdminError> {
        let known = Self::ALL
            .into_iter()
            .find(|method| method.as_str() == value);
        known.ok_or_else(|| AdminError::UnknownWord {
            what: "method",
            value: value.to_owned(),
            known: "official, areal, dasymetric, manual, assumption",
        })
    }
}

/// A part of an old unit that went to a new one.
#[derive(Clone, Debug, PartialEq)]
pub struct CrosswalkRow {
    /// Code of the old unit.
    pub from: String,
    /// Code of the new unit.
    pub to: String,
    /// The first day of the new unit.
    pub valid_from: NaiveDate,
    /// Share of the old unit's area, 0 to 1.
    pub area_share: f64,
    /// Share of the old unit's people, 0 to 1; none where nobody knows.
    pub pop_share: Option<f64>,
    /// How the shares were found.
    pub method: Method,
    /// Where it is written.
    pub source: String,
}

impl CrosswalkRow {
    pub(super) fn share(&self, weight: Weight) -> Option<f64> {
        match weight {
            Weight::Area => Some(self.area_share),
            Weight::Population => self.pop_share,
        }
    }
}

/// A change of units on one day, or several changes put together. The shares of each old unit sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Crosswalk {
    /// By old unit, then by new one.
    pub(super) rows: Vec<CrosswalkRow>,
}

/// A crosswalk made of a bare list, and the rows of the list that cannot be.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// What the list says.
    pub crosswalk: Crosswalk,
    /// What it says wrongly.
    pub set_aside: Vec<SetAside>,
}

/// A row of a list that names a unit which did not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The old unit.
    pub from: String,
    /// The new unit.
    pub to: String,
    /// Whether it is the old unit that did not exist the day before, rather than the new one that did not on the day.
    pub is_old_unknown: bool,
}

impl Crosswalk {
    /// Checks rows of one day and puts them in order. Shares that sum to 1 within [`SHARE_TOLERANCE`] are scaled to sum to 1.
    ///
    /// # Errors
    /// When rows are of several days, a pair is there twice, a share is not from 0 to 1, only some rows of a unit have a
    /// population share, or the shares of a unit do not sum to 1.
    pub fn new(mut rows: Vec<CrosswalkRow>) -> Result<Self, AdminError> {
        rows.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        if let Some(other) = rows.iter().find(|row| row.valid_from != rows[0].valid_from) {
            return Err(AdminError::SeveralDays {
                first: rows[0].valid_from,
                other: other.valid_from,
            });
        }
        for of_unit in rows.chunk_by_mut(|a, b| a.from == b.from) {
            check(of_unit)?;
        }
        Ok(Self { rows })
    }

    /// The crosswalk that changes nothing.
    pub fn unchanged<'a>(codes: impl IntoIterator<Item = &'a str>, day: NaiveDate) -> Self {
        let codes: BTreeSet<&str> = codes.into_iter().collect();
        let row = |code: &str| CrosswalkRow {
            from: code.to_owned(),
            to: code.to_owned(),
            valid_from: day,
            area_share: 1.0,
            pop_share: Some(1.0),
            method: Method::Official,
            source: String::new(),
        };
        Self {
            rows: codes.into_iter().map(row).collect(),
        }
    }

    /// A crosswalk from a list that says only which unit went where: splits get equal shares, labelled as assumptions.
    ///
    /// Rows are joined on codes (`10507.0`, as spreadsheets write it, is `10507`). One whose old unit the register does not have on the day before, or whose new unit it does
    /// not have on the day, is set aside: such rows come from joining lists on names that collide.
    ///
    /// # Errors
    /// When a pair is listed twice.
    pub fn from_list(
        pairs: &[(String, String)],
        register: &AdminRegister,
        valid_from: NaiveDate,
        source: &str,
    ) -> Result<Listed, AdminError> {
        let eve = valid_from.pred_opt().unwrap_or(valid_from);
        let is_known = |code: &str, day| register.with_code(code, day).next().is_some();
        let mut set_aside = Vec::new();
        let mut targets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in pairs {
            let (from, to) = (plain_code(from), plain_code(to));
            let is_old_unknown = !is_known(from, eve);
            if is_old_unknown || !is_known(to, valid_from) {
                set_aside.push(SetAside {
                    from: from.to_owned(),
                    to: to.to_owned(),
                    is_old_unknown,
                });
                continue;
            }
            targets.entry(from).or_default().push(to);
        }
        let rows = targets.iter().flat_map(|(from, to)| {
            let share = 1.0 / to.len() as f64;
            to.iter().map(move |code| CrosswalkRow {
                from: (*from).to_owned(),
                to: (*code).to_owned(),
                valid_from,
                area_share: share,
                pop_share: Some(share),
                method: if to.len() > 1 {
                    Method::Assumption
                } else {
                    Method::Official
                },
                source: source.to_owned(),
            })
        });
        Ok(Listed {
            crosswalk: Self::new(rows.collect())?,
            set_aside,
        })
    }

    /// All rows, by old unit, then by new one.
    pub fn rows(&self) -> &[CrosswalkRow] {
        &self.rows
    }

    /// What became of a unit; empty where the crosswalk does not say.
    pub fn of(&self, from: &str) -> &[CrosswalkRow] {
        let start = self.rows.partition_point(|row| row.from.as_str() < from);
        let end = self.rows.partition_point(|row| row.from.as_str() <= from);
        &self.rows[start..end]
    }

    /// The old units that went to several new ones, in order.
    pub fn split(&self) -> impl Iterator<Item = &str> {
        let units = self.rows.chunk_by(|a, b| a.from == b.from);
        units
            .filter(|rows| rows.len() > 1)
            .map(|rows| rows[0].from.as_str())
    }

    /// This change and then another: shares are multiplied and summed, a row keeps the least reliable of its methods.
    ///
    /// It is what a direct crosswalk would be where every unit between is passed on evenly: always when the second change
    /// splits no unit that the first one merged.
    ///
    /// # Errors
    /// When the other does not say what became of a unit of this one.
    ///
    /// # Complexity
    /// O(n log n) in the rows of the answer.
    pub fn then(&self, next: &Self) -> Result<Self, AdminError> {
        let mut rows: BTreeMap<(&str, &str), CrosswalkRow> = BTreeMap::new();
        for first in &self.rows {
            let second = next.of(&first.to);
            if second.is_empty() {
                return Err(AdminError::NotCovered {
                    valid_from: next
                        .rows
                        .first()
                        .map_or(first.valid_from, |row| row.valid_from),
                    code: first.to.clone(),
                });
            }
            for second in second {
                let area_share = first.area_share * second.area_share;
                let pop_share = first.pop_share.zip(second.pop_share).map(|(a, b)| a * b);
                let method = first.method.max(second.method);
                let key = (first.from.as_str(), second.to.as_str());
                rows.entry(key)
                    .and_modify(|row| {
                        row.area_share += area_share;
                        row.pop_share = row.pop_share.zip(pop_share).map(|(a, b)| a + b);
                        row.method = row.method.max(method);
                    })
                    .or_insert_with(|| CrosswalkRow {
                        from: first.from.clone(),
                        area_share,
                        pop_share,
                        method,
                        source: joined(&first.source, &second.source),
                        ..second.clone()
                    });
            }
        }
        let mut rows: Vec<CrosswalkRow> = rows.into_values().collect();
        for of_unit in rows.chunk_by_mut(|a, b| a.from == b.from) {
            if of_unit.iter().any(|row| row.pop_share.is_none()) {
                for row in of_unit {
                    row.pop_share = None;
                }
            }
        }
        Self::new(rows)
    }

    /// The way back: each new unit shared out over what went into it, by the sizes of the old units.
    ///
    /// `size` gives the old unit's area (any unit of measure) and its people. A new unit made of several gets its shares by
    /// area, which is a method of its own; what was a split stays as uncertain as it was.
    ///
    /// # Errors
    /// When an old unit has no area.
    pub fn inverted(
        &self,
        size: impl Fn(&str) -> (Option<f64>, Option<f64>),
    ) -> Result<Self, AdminError> {
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let (area, people) = size(&row.from);
            let area = area
                .filter(|area| *area > 0.0)
                .ok_or_else(|| AdminError::NoWeight {
                    code: row.from.clone(),
                    weight: "area",
                })?;
            rows.push(CrosswalkRow {
                from: row.to.clone(),
                to: row.from.clone(),
                area_share: area * row.area_share,
                pop_share: people
                    .zip(row.pop_share)
                    .map(|(people, share)| people * share),
                ..row.clone()
            });
        }
        rows.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        for of_unit in rows.chunk_by_mut(|a, b| a.from == b.from) {
            let area: f64 = of_unit.iter().map(|row| row.area_share).sum();
            let people: Option<f64> = of_unit.iter().map(|row| row.pop_share).sum();
            let people = people.filter(|people| *people > 0.0);
            let is_merged = of_unit.len() > 1;
            for row in of_unit {
                row.area_share /= area;
                row.pop_share = row.pop_share.zip(people).map(|(part, all)| part / all);
                if is_merged {
                    row.method = row.method.max(Method::Areal);
                }
            }
        }
        Self::new(rows)
    }
}

/// Checks the rows of one unit and scales their shares.
fn check(rows: &mut [CrosswalkRow]) -> Result<(), AdminError> {
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].to == pair[1].to) {
        return Err(AdminError::TwiceInCrosswalk {
            valid_from: pair[0].valid_from,
            from: pair[0].from.clone(),
            to: pair[0].to.clone(),
        });
    }
    let has_people = rows.iter().any(|row| row.pop_share.is_some());
    for row in rows.iter() {
        let bad = |share, value: String| AdminError::BadShare {
            share,
            from: row.from.clone(),
            to: row.to.clone(),
            value,
        };
        let is_share = |value: f64| (0.0..=1.0 + SHARE_TOLERANCE).contains(&value);
        if !is_share(row.area_share) {
            return Err(bad("area", row.area_share.to_string()));
        }
        match row.pop_share {
            Some(value) if !is_share(value) => return Err(bad("population", value.to_string())),
            None if has_people => return Err(bad("population", "missing".to_owned())),
            _ => {}
        }
    }
    let scale = |share: &'static str, sum: f64| {
        if (sum - 1.0).abs() <= SHARE_TOLERANCE {
            return Ok(1.0 / sum);
        }
        Err(AdminError::Shares {
            share,
            code: rows[0].from.clone(),
            valid_from: rows[0].valid_from,
            sum,
        })
    };
    let area = scale("area", rows.iter().map(|row| row.area_share).sum())?;
    let people = if has_people {
        scale(
            "population",
            rows.iter().filter_map(|row| row.pop_share).sum(),
        )?
    } else {
        1.0
    };
    for row in rows {
        row.area_share *= area;
        row.pop_share = row.pop_share.map(|share| share * people);
    }
    Ok(())
}

fn joined(first: &str, second: &str) -> String {
    if first == second || first.is_empty() {
        second.to_owned()
    } else {
        format!("{first}; {second}")
    }
}
