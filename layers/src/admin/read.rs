//! Layers to units and crosswalk rows. Columns may be text, dates, whole or real numbers, as the import left them.

use arrow::{
    array::{
        Array as _, ArrayRef, AsArray as _, BooleanArray, Date32Array, Float64Array, RecordBatch,
        StringArray,
    },
    compute::cast,
    datatypes::{DataType, Float64Type},
};
use chrono::NaiveDate;
use geo::GeodesicArea as _;

use super::{AdminError, AdminUnit, CrosswalkRow, Period};
use crate::{
    Layer,
    layer::{day_of, days_of},
    repair::geometry_of,
};

const UNIT_COLUMNS: &str = "code, name, level, kind, parent_code, valid_from, valid_to, area_official_km2, population, source, verified";
const CROSSWALK_COLUMNS: &str =
    "from_code, to_code, valid_from, area_share, pop_share, method, source";

/// The columns of a batch, by name and as what they mean.
struct Columns<'a> {
    layer: &'a Layer,
    batch: &'a RecordBatch,
    needed: &'static str,
}

impl Columns<'_> {
    fn missing(&self, name: &str) -> AdminError {
        AdminError::Column {
            layer: self.layer.meta.id.to_string(),
            column: name.to_owned(),
            needed: self.needed,
        }
    }

    fn column(&self, name: &str) -> Result<&ArrayRef, AdminError> {
        self.batch
            .column_by_name(name)
            .ok_or_else(|| self.missing(name))
    }

    fn cast(&self, name: &str, to: &DataType) -> Result<ArrayRef, AdminError> {
        cast(self.column(name)?, to).map_err(|_uncastable| self.missing(name))
    }

    fn text(&self, name: &str) -> Result<StringArray, AdminError> {
        Ok(self.cast(name, &DataType::Utf8)?.as_string::<i32>().clone())
    }

    fn real(&self, name: &str) -> Result<Float64Array, AdminError> {
        Ok(self
            .cast(name, &DataType::Float64)?
            .as_primitive::<Float64Type>()
            .clone())
    }

    fn truth(&self, name: &str) -> Result<BooleanArray, AdminError> {
        Ok(self.cast(name, &DataType::Boolean)?.as_boolean().clone())
    }

    fn days(&self, name: &str) -> Result<Date32Array, AdminError> {
        days_of(self.column(name)?).ok_or_else(|| self.missing(name))
    }
}

fn text_at(column: &StringArray, row: usize) -> Option<String> {
    let text = column.is_valid(row).then(|| column.value(row).trim())?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn real_at(column: &Float64Array, row: usize) -> Option<f64> {
    column.is_valid(row).then(|| column.value(row))
}

fn day_at(column: &Date32Array, row: usize) -> Option<NaiveDate> {
    column.is_valid(row).then(|| day_of(column.value(row)))?
}

/// The units of a layer, with the areas of their polygons where it has a geometry.
pub(super) fn units(layer: &Layer) -> Result<Vec<AdminUnit>, AdminError> {
    let mut units = Vec::with_capacity(layer.len());
    for batch in &layer.batches {
        let columns = Columns {
            layer,
            batch,
            needed: UNIT_COLUMNS,
        };
        let [code, name, level, kind, parent, source] =
            ["code", "name", "level", "kind", "parent_code", "source"]
                .map(|name| columns.text(name));
        let (code, name, level, kind, parent, source) =
            (code?, name?, level?, kind?, parent?, source?);
        let (from, to) = (
            columns.days(Layer::VALID_FROM)?,
            columns.days(Layer::VALID_TO)?,
        );
        let (area, people) = (
            columns.real("area_official_km2")?,
            columns.real("population")?,
        );
        let verified = columns.truth("verified")?;
        // Not every layer of units has provinces.
        let crs = columns.text("working_crs").ok();
        for row in 0..batch.num_rows() {
            let required = |column: &StringArray, name| {
                text_at(column, row).ok_or_else(|| columns.missing(name))
            };
            units.push(AdminUnit {
                code: required(&code, "code")?,
                name: required(&name, "name")?,
                level: required(&level, "level")?.parse()?,
                kind: required(&kind, "kind")?,
                parent: text_at(&parent, row),
                valid: Period {
                    from: day_at(&from, row),
                    to: day_at(&to, row),
                },
                area_official_km2: real_at(&area, row),
                area_geom_km2: area_km2(batch, row),
                population: real_at(&people, row).and_then(whole),
                working_crs: crs.as_ref().and_then(|crs| text_at(crs, row)),
                source: text_at(&source, row).unwrap_or_default(),
                verified: verified.is_valid(row) && verified.value(row),
            });
        }
    }
    Ok(units)
}

fn whole(value: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of people are small and checked to be none below zero"
    )]
    (value >= 0.0).then(|| value.round() as u64)
}

fn area_km2(batch: &RecordBatch, row: usize) -> Option<f64> {
    let shapes = batch.column_by_name(Layer::GEOM)?.as_binary_opt::<i32>()?;
    let wkb = shapes.is_valid(row).then(|| shapes.value(row))?;
    Some(geometry_of(wkb).ok()?.geodesic_area_unsigned() / 1e6)
}

/// The rows of a crosswalk layer, of all days.
pub(super) fn crosswalk(layer: &Layer) -> Result<Vec<CrosswalkRow>, AdminError> {
    let mut rows = Vec::with_capacity(layer.len());
    for batch in &layer.batches {
        let columns = Columns {
            layer,
            batch,
            needed: CROSSWALK_COLUMNS,
        };
        let [from, to, method, source] =
            ["from_code", "to_code", "method", "source"].map(|name| columns.text(name));
        let (from, to, method, source) = (from?, to?, method?, source?);
        let days = columns.days(Layer::VALID_FROM)?;
        let (area, people) = (columns.real("area_share")?, columns.real("pop_share")?);
        for row in 0..batch.num_rows() {
            let required = |column: &StringArray, name| {
                text_at(column, row).ok_or_else(|| columns.missing(name))
            };
            rows.push(CrosswalkRow {
                from: required(&from, "from_code")?,
                to: required(&to, "to_code")?,
                valid_from: day_at(&days, row).ok_or_else(|| columns.missing(Layer::VALID_FROM))?,
                area_share: real_at(&area, row).ok_or_else(|| columns.missing("area_share"))?,
                pop_share: real_at(&people, row),
                method: required(&method, "method")?.parse()?,
                source: text_at(&source, row).unwrap_or_default(),
            });
        }
    }
    Ok(rows)
}
