//! Units of all times and the changes between them: any day's table on any other day's units.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    AdminError, AdminRegister, AdminUnit, CROSSWALK_LAYER, Crosswalk, CrosswalkRow, Level, Measure,
    Restated, UNITS_LAYER, Weight, read,
};
use crate::{Layer, LayerId, Twin};

/// A register and the crosswalk of each day on which communes changed.
#[derive(Clone, Debug)]
pub struct AdminHistory {
    register: AdminRegister,
    changes: BTreeMap<NaiveDate, Crosswalk>,
}

impl AdminHistory {
    /// Puts rows of several days in order, a crosswalk for each.
    ///
    /// # Errors
    /// When the rows of a day make no crosswalk ([`Crosswalk::new`]).
    pub fn new(register: AdminRegister, rows: Vec<CrosswalkRow>) -> Result<Self, AdminError> {
        let mut by_day: BTreeMap<NaiveDate, Vec<CrosswalkRow>> = BTreeMap::new();
        for row in rows {
            by_day.entry(row.valid_from).or_default().push(row);
        }
        let changes = by_day
            .into_iter()
            .map(|(day, rows)| Ok((day, Crosswalk::new(rows)?)));
        Ok(Self {
            register,
            changes: changes.collect::<Result<_, AdminError>>()?,
        })
    }

    /// Reads two layers with the columns of the default province's `admin_units` and `admin_crosswalk`.
    ///
    /// # Errors
    /// When a column is missing, or the units or rows contradict themselves.
    pub fn from_layers(units: &Layer, crosswalk: &Layer) -> Result<Self, AdminError> {
        let register = AdminRegister::new(read::units(units)?)?;
        Self::new(register, read::crosswalk(crosswalk)?)
    }

    /// Reads the layers [`UNITS_LAYER`] and [`CROSSWALK_LAYER`] of a twin.
    ///
    /// # Errors
    /// When the twin has none, or as [`AdminHistory::from_layers`].
    pub fn of_twin(twin: &Twin) -> Result<Self, AdminError> {
        let layer = |name: &str| {
            let id: LayerId = name.parse().expect("the names of our layers are layer ids");
            twin.read(&id)
                .map_err(|source| AdminError::Store { source })
        };
        Self::from_layers(&layer(UNITS_LAYER)?, &layer(CROSSWALK_LAYER)?)
    }

    /// The units.
    pub fn register(&self) -> &AdminRegister {
        &self.register
    }

    /// The crosswalk of each day of change, in order.
    pub fn changes(&self) -> impl Iterator<Item = (NaiveDate, &Crosswalk)> {
        self.changes
            .iter()
            .map(|(day, crosswalk)| (*day, crosswalk))
    }

    /// From the communes of one day to those of another, later or earlier, through all changes between.
    ///
    /// A commune that a change does not name and that lives on passes unchanged. Backwards, merged units are shared out by
    /// the areas and people of what went into them.
    ///
    /// # Errors
    /// When a change does not say what became of a commune that ended, or a way back needs an area that is not known.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Result<Crosswalk, AdminError> {
        let (first, last) = (from.min(to), from.max(to));
        let days = self
            .changes
            .keys()
            .filter(|day| first < **day && **day <= last);
        let mut days: Vec<NaiveDate> = days.copied().collect();
        if to < from {
            days.reverse();
        }
        let codes = |day: NaiveDate| {
            self.register
                .on(Level::Commune, day)
                .map(|unit| unit.code.as_str())
        };
        let mut way = Crosswalk::unchanged(codes(from), from);
        for day in days {
            let change = self.change(day)?;
            let change = if to < from {
                self.inverted(&change, day)?
            } else {
                change
            };
            way = way.then(&change)?;
        }
        Ok(way)
    }

    /// The change of a day with the communes that it passes by.
    fn change(&self, day: NaiveDate) -> Result<Crosswalk, AdminError> {
        let Some(change) = self.changes.get(&day) else {
            return Ok(Crosswalk { rows: Vec::new() });
        };
        let eve = day.pred_opt().unwrap_or(day);
        let named: BTreeSet<&str> = change.rows().iter().map(|row| row.from.as_str()).collect();
        let passed = self.register.on(Level::Commune, eve);
        let passed =
            passed.filter(|unit| unit.valid.holds(day) && !named.contains(unit.code.as_str()));
        let passed = Crosswalk::unchanged(passed.map(|unit| unit.code.as_str()), day);
        Crosswalk::new([change.rows(), passed.rows()].concat())
    }

    fn inverted(&self, change: &Crosswalk, day: NaiveDate) -> Result<Crosswalk, AdminError> {
        let eve = day.pred_opt().unwrap_or(day);
        change.inverted(|code| {
            let unit = self.register.unit(Level::Commune, code, eve);
            let area = |unit: &AdminUnit| unit.area_geom_km2.or(unit.area_official_km2);
            (
                unit.and_then(area),
                unit.and_then(|unit| unit.population)
                    .map(|people| people as f64),
            )
        })
    }

    /// Restates a table of (commune code, value) of one day on the communes of another.
    ///
    /// # Errors
    /// When the values are [`Measure::Intensive`], or as [`AdminHistory::between`] and [`Crosswalk::restate`].
    pub fn restate(
        &self,
        (column, measure): (&str, Measure),
        table: &[(String, f64)],
        (from, to): (NaiveDate, NaiveDate),
        weight: Weight,
    ) -> Result<Restated, AdminError> {
        if measure == Measure::Intensive {
            return Err(AdminError::Intensive {
                column: column.to_owned(),
            });
        }
        self.between(from, to)?.restate(table, weight)
    }
}
