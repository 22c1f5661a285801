//! Columns that say in which commune, district or province a feature is: checked against the units of the day, by code
//! first; a name that has no code beside it gets one in a column of its own.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray as _, StringArray},
    compute::cast,
    datatypes::DataType,
};
use chrono::NaiveDate;

use super::{distinct::Distinct, survey::Notes};
use crate::{
    Attribute, AttributeKind, FindingCode,
    admin::{AdminRegister, AdminUnit, Level, Resolution, UnitQuery},
    spelling::nearest_spelling,
};

/// For each level, names of columns of its codes and of its names.
const COLUMNS: [(Level, &[&str], &[&str]); 3] = [
    (
        Level::Commune,
        &["ma_xa", "maxa", "ma_phuong", "commune_code"],
        &[
            "xa",
            "ten_xa",
            "tenxa",
            "phuong",
            "ten_phuong",
            "xa_phuong",
            "commune",
            "commune_name",
        ],
    ),
    (
        Level::District,
        &["ma_huyen", "mahuyen", "district_code"],
        &[
            "huyen",
            "ten_huyen",
            "tenhuyen",
            "quan_huyen",
            "district",
            "district_name",
        ],
    ),
    (
        Level::Province,
        &["ma_tinh", "matinh", "province_code"],
        &["tinh", "ten_tinh", "tentinh", "province", "province_name"],
    ),
];

/// The columns of one level.
#[derive(Debug)]
pub(in crate::import) struct UnitColumns {
    level: Level,
    code: Option<Named>,
    name: Option<Named>,
    /// What says in which unit of the next level it is.
    parent: Option<Named>,
    /// Whether it makes a column of codes for its names.
    pub(super) makes_code: bool,
    register: Arc<AdminRegister>,
    date: NaiveDate,
}

#[derive(Clone, Debug)]
struct Named {
    at: usize,
    name: String,
}

/// What a row says of its unit; an empty text says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Said<'a> {
    code: &'a str,
    name: &'a str,
    parent: &'a str,
}

/// Whether a column is called like one of codes of units.
pub(super) fn names_unit(name: &str) -> bool {
    COLUMNS.iter().any(|(_, codes, _)| codes.contains(&name))
}

impl UnitColumns {
    /// Whether any column is called like one of units.
    pub(in crate::import) fn are_in(attributes: &[Attribute]) -> bool {
        let is_called = |own: &Attribute| {
            let mut names = COLUMNS
                .iter()
                .flat_map(|(_, codes, names)| codes.iter().chain(*names));
            names.any(|name| *name == own.name)
        };
        attributes.iter().any(is_called)
    }

    /// Finds columns by their names, where half of the sample's values are units of any day or, by name, of this day.
    pub(super) fn of(
        attributes: &[Attribute],
        sample: &[ArrayRef],
        (register, date): (&Arc<AdminRegister>, NaiveDate),
    ) -> Vec<Self> {
        let find = |names: &[&str], fits: &dyn Fn(&str) -> bool| {
            let mut columns = attributes.iter().enumerate().filter(|(_, own)| {
                let is_number = matches!(own.kind, AttributeKind::Whole | AttributeKind::Real);
                (is_number || own.kind == AttributeKind::Text) && names.contains(&own.name.as_str())
            });
            let (at, own) = columns.find(|(at, _)| mostly(&texts(&sample[*at]), fits))?;
            Some(Named {
                at,
                name: own.name.clone(),
            })
        };
        let columns = COLUMNS.map(|(level, codes, names)| {
            let is_code = |code: &str| ever(register, level, code).is_some();
            let is_name = |name: &str| {
                let query = UnitQuery {
                    name: Some(name),
                    level: Some(level),
                    ..UnitQuery::default()
                };
                register.resolve(&query, date) != Resolution::Unknown
            };
            (level, find(codes, &is_code), find(names, &is_name))
        });
        let mut found = Vec::new();
        for (at, (level, code, name)) in columns.iter().enumerate() {
            if code.is_none() && name.is_none() {
                continue;
            }
            let above = columns.get(at + 1);
            found.push(Self {
                level: *level,
                code: code.clone(),
                name: name.clone(),
                parent: above.and_then(|(_, code, name)| code.clone().or_else(|| name.clone())),
                makes_code: code.is_none(),
                register: Arc::clone(register),
                date,
            });
        }
        found
    }

    /// Whether a column is one of these.
    pub(super) fn reads(&self, at: usize) -> bool {
        [&self.code, &self.name]
            .into_iter()
            .flatten()
            .any(|column| column.at == at)
    }

    /// The column of names that it makes a column of codes for.
    pub(super) fn derives(&self) -> Option<&String> {
        self.name
            .as_ref()
            .filter(|_| self.makes_code)
            .map(|column| &column.name)
    }

    /// Checks a batch; the codes of its names where it makes them.
    pub(super) fn check(&self, columns: &[ArrayRef], notes: &mut Notes<'_>) -> Option<ArrayRef> {
        let text =
            |column: &Option<Named>| column.as_ref().map(|column| texts(&columns[column.at]));
        let (codes, names, parents) = (text(&self.code), text(&self.name), text(&self.parent));
        let rows = codes.as_ref().or(names.as_ref()).map_or(0, Array::len);
        let said = Distinct::of((0..rows).map(|row| Said {
            code: text_at(codes.as_ref(), row),
            name: text_at(names.as_ref(), row),
            parent: text_at(parents.as_ref(), row),
        }));
        let found: Vec<Option<&str>> = said
            .values
            .iter()
            .map(|(one, count)| Some(self.judge(one, *count, notes)?.code.as_str()))
            .collect();
        let codes = said.rows.into_iter().map(|number| found[number]);
        self.derives()
            .map(|_| Arc::new(codes.collect::<StringArray>()) as ArrayRef)
    }

    /// The unit that is meant; tells what is wrong.
    fn judge(&self, said: &Said<'_>, count: u64, notes: &mut Notes<'_>) -> Option<&AdminUnit> {
        let label = notes.label;
        let mut note = |code, what: &dyn Fn() -> String| {
            notes
                .findings
                .note_many(code, count, || format!("{label}: {}", what()));
        };
        let query = UnitQuery {
            level: Some(self.level),
            ..UnitQuery::default()
        };
        let by_name = UnitQuery {
            name: Some(said.name),
            parent: Some(said.parent),
            ..query
        };
        if said.code.is_empty() {
            if said.name.is_empty() {
                return None;
            }
            return match self.register.resolve(&by_name, self.date) {
                Resolution::One(unit) => Some(unit),
                Resolution::Ambiguous(units) => {
                    note(FindingCode::UnitNameAmbiguous, &|| {
                        format!("{:?} = {}", said.name, listed(&units))
                    });
                    None
                }
                Resolution::Unknown => {
                    note(FindingCode::UnitNameUnknown, &|| self.nearest(said.name));
                    None
                }
            };
        }
        let by_code = UnitQuery {
            code: Some(said.code),
            ..query
        };
        let Resolution::One(unit) = self.register.resolve(&by_code, self.date) else {
            match ever(&self.register, self.level, said.code) {
                Some(unit) => note(FindingCode::UnitOfOtherDay, &|| {
                    format!("{} {} {}", said.code, unit.name, unit.valid)
                }),
                None => note(FindingCode::UnitCodeUnknown, &|| said.code.to_owned()),
            }
            return None;
        };
        let named = UnitQuery {
            parent: None,
            ..by_name
        };
        let agrees = said.name.is_empty()
            || match self.register.resolve(&named, self.date) {
                Resolution::One(named) => named.code == unit.code,
                Resolution::Ambiguous(named) => named.iter().any(|named| named.code == unit.code),
                Resolution::Unknown => false,
            };
        if !agrees {
            note(FindingCode::UnitContradiction, &|| {
                format!("{} = {}, {:?}", said.code, unit.name, said.name)
            });
        }
        Some(unit)
    }

    fn nearest(&self, name: &str) -> String {
        let units = self.register.on(self.level, self.date);
        // People leave the kind out, which would make every name a far one.
        let known = units.flat_map(|unit| {
            let bare = unit.name.split_at_checked(unit.kind.len());
            [Some(unit.name.as_str()), bare.map(|(_, bare)| bare.trim())]
        });
        let known = known.flatten().filter(|name| !name.is_empty());
        match nearest_spelling(name, known) {
            Some(nearest) => format!("{name:?} → {nearest}?"),
            None => format!("{name:?}"),
        }
    }
}

/// A unit that has, or had, a code; the latest.
fn ever<'a>(register: &'a AdminRegister, level: Level, code: &str) -> Option<&'a AdminUnit> {
    let code = code.strip_suffix(".0").unwrap_or(code);
    let mut units = register.units().iter().rev();
    units.find(|unit| unit.level == level && unit.code == code)
}

fn listed(units: &[&AdminUnit]) -> String {
    let units: Vec<String> = units
        .iter()
        .map(|unit| format!("{} {}", unit.code, unit.name))
        .collect();
    units.join(", ")
}

fn texts(column: &ArrayRef) -> StringArray {
    cast(column, &DataType::Utf8).map_or_else(
        |_unsupported| StringArray::new_null(column.len()),
        |texts| texts.as_string::<i32>().clone(),
    )
}

fn text_at(column: Option<&StringArray>, row: usize) -> &str {
    column
        .filter(|column| column.is_valid(row))
        .map_or("", |column| column.value(row).trim())
}

/// Whether half of the values, and at least one, are such.
fn mostly(values: &StringArray, are: &dyn Fn(&str) -> bool) -> bool {
    let values = values.iter().flatten().map(str::trim);
    let values = Distinct::of(values.filter(|value| !value.is_empty())).values;
    let all: u64 = values.iter().map(|(_, count)| count).sum();
    let such = values.iter().filter(|(value, _)| are(value));
    let such: u64 = such.map(|(_, count)| count).sum();
    such > 0 && such * 2 >= all
}
