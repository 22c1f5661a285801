//! All units of all times: checked when it is made, asked by day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{AdminError, AdminUnit, Level, UNITS_LAYER, names::NameIndex, read};
use crate::{LayerId, StoreError, Twin};

/// Units of all levels and times that do not contradict each other.
#[derive(Clone, Debug, Default)]
pub struct AdminRegister {
    /// By level, code and period.
    units: Vec<AdminUnit>,
    by_code: BTreeMap<String, Vec<usize>>,
    names: NameIndex,
}

impl AdminRegister {
    /// Checks units and puts them in order; no units make an empty register.
    ///
    /// # Errors
    /// When a period ends before it begins, two periods of one code overlap on one level, or a unit names a parent that no
    /// unit of a higher level is during its period.
    ///
    /// # Complexity
    /// O(n log n) in the number of units.
    pub fn new(mut units: Vec<AdminUnit>) -> Result<Self, AdminError> {
        units.sort_by(|a, b| (a.level, &a.code, a.valid).cmp(&(b.level, &b.code, b.valid)));
        let mut by_code: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (row, unit) in units.iter().enumerate() {
            by_code.entry(unit.code.clone()).or_default().push(row);
        }
        let register = Self {
            names: NameIndex::of(&units),
            units,
            by_code,
        };
        register.check()?;
        Ok(register)
    }

    /// The units of a twin's layer [`UNITS_LAYER`]; none where it has no such layer.
    ///
    /// # Errors
    /// When the layer cannot be read or is none of units, or as [`AdminRegister::new`].
    pub fn of_twin(twin: &Twin) -> Result<Option<Self>, AdminError> {
        let id: LayerId = UNITS_LAYER
            .parse()
            .expect("the names of our layers are layer ids");
        match twin.read(&id) {
            Ok(layer) => Self::new(read::units(&layer)?).map(Some),
            Err(StoreError::UnknownLayer { .. }) => Ok(None),
            Err(source) => Err(AdminError::Store { source }),
        }
    }

    fn check(&self) -> Result<(), AdminError> {
        for unit in &self.units {
            if unit.valid.is_empty() {
                return Err(AdminError::EmptyPeriod {
                    level: unit.level,
                    code: unit.code.clone(),
                    period: unit.valid,
                });
            }
            let Some(parent) = &unit.parent else { continue };
            let mut above = self.all_with_code(parent);
            if !above.any(|above| above.level > unit.level && above.valid.overlaps(&unit.valid)) {
                return Err(AdminError::UnknownParent {
                    level: unit.level,
                    code: unit.code.clone(),
                    parent: parent.clone(),
                    period: unit.valid,
                });
            }
        }
        // In order of their beginnings, only neighbours can be the first to overlap.
        for pair in self.units.windows(2) {
            let [first, second] = pair else { continue };
            let is_same = first.level == second.level && first.code == second.code;
            if is_same && first.valid.overlaps(&second.valid) {
                return Err(AdminError::Overlap {
                    level: first.level,
                    code: first.code.clone(),
                    first: first.valid,
                    second: second.valid,
                });
            }
        }
        Ok(())
    }

    /// All units, by level, code and period.
    pub fn units(&self) -> &[AdminUnit] {
        &self.units
    }

    /// The unit of a level that bears a code on a day.
    pub fn unit(&self, level: Level, code: &str, day: NaiveDate) -> Option<&AdminUnit> {
        self.with_code(code, day).find(|unit| unit.level == level)
    }

    /// All units of a level on a day, by code.
    pub fn on(&self, level: Level, day: NaiveDate) -> impl Iterator<Item = &AdminUnit> {
        let first = self.units.partition_point(|unit| unit.level < level);
        let of_level = self.units[first..]
            .iter()
            .take_while(move |unit| unit.level == level);
        of_level.filter(move |unit| unit.valid.holds(day))
    }

    /// The units that bear a code on a day: one, unless levels share codes.
    pub(super) fn with_code(&self, code: &str, day: NaiveDate) -> impl Iterator<Item = &AdminUnit> {
        self.all_with_code(code)
            .filter(move |unit| unit.valid.holds(day))
    }

    fn all_with_code(&self, code: &str) -> impl Iterator<Item = &AdminUnit> {
        let rows = self.by_code.get(code).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|row| &self.units[*row])
    }

    pub(super) fn names(&self) -> &NameIndex {
        &self.names
    }
}
