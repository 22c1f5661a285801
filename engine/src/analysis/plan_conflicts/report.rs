//! Conflicts as rows and as figures.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, Float64Array, StringArray, UInt32Array, UInt64Array},
    compute::take,
};
use geo::Geometry;
use serde_json::{Value, json};

use super::{
    super::{AnalysisError, inputs, plane::Plane},
    Found, Parameters,
    codes::Compatibility,
};
use crate::{LayerSnapshot, TwinSnapshot};

/// Lines of a table in the summary; the layer has every row.
const TABLE_LINES: usize = 50;

/// Square metres in a hectare.
const M2_PER_HA: f64 = 10_000.0;

/// What is reported on.
pub(super) struct Report<'a> {
    pub(super) parameters: &'a Parameters,
    pub(super) twin: &'a TwinSnapshot,
    pub(super) parcels: &'a LayerSnapshot,
    pub(super) plan: &'a LayerSnapshot,
    pub(super) found: &'a Found,
}

/// Columns by name, in order.
type Columns = Vec<(String, ArrayRef)>;

/// Conflicts that have something in common.
#[derive(Default)]
struct Total {
    conflicts: u64,
    parcels: u64,
    last_parcel: Option<u32>,
    overlap_m2: f64,
}

impl Total {
    fn add(&mut self, parcel: u32, overlap_m2: f64) {
        self.conflicts += 1;
        // Conflicts come parcel by parcel.
        self.parcels += u64::from(self.last_parcel != Some(parcel));
        self.last_parcel = Some(parcel);
        self.overlap_m2 += overlap_m2;
    }

    fn to_json(&self) -> Value {
        json!({"conflicts": self.conflicts, "parcels": self.parcels, "overlap_ha": self.overlap_m2 / M2_PER_HA})
    }
}

impl Report<'_> {
    /// The columns of the answer and its shapes in degrees.
    pub(super) fn rows(
        &self,
        plane: &Plane,
    ) -> Result<(Columns, Vec<Geometry<f64>>), AnalysisError> {
        let conflicts = &self.found.conflicts;
        let parcel_rows: UInt32Array = conflicts.iter().map(|conflict| conflict.parcel).collect();
        let plan_rows: UInt32Array = conflicts.iter().map(|conflict| conflict.zone).collect();
        let fids = |rows: &UInt32Array| -> ArrayRef {
            Arc::new(
                rows.iter()
                    .map(|row| row.map(u64::from))
                    .collect::<UInt64Array>(),
            )
        };
        let mut columns = vec![("parcel_fid".to_owned(), fids(&parcel_rows))];
        let mut copy = |layer: &LayerSnapshot,
                        name: &str,
                        called: &str,
                        rows: &UInt32Array|
         -> Result<(), AnalysisError> {
            if columns.iter().all(|(taken, _)| taken != called) {
                let column = take(inputs::attribute(layer, name)?, rows, None)
                    .map_err(|source| AnalysisError::Columns { source })?;
                columns.push((called.to_owned(), column));
            }
            Ok(())
        };
        let kept = self
            .parameters
            .keep
            .iter()
            .filter(|name| self.parcels.batch.column_by_name(name).is_some());
        for name in kept.chain([&self.parameters.parcel_code]) {
            copy(self.parcels, name, name, &parcel_rows)?;
        }
        let plan_code = &self.parameters.plan_code;
        let clash =
            *plan_code == self.parameters.parcel_code || self.parameters.keep.contains(plan_code);
        let called = if clash {
            format!("plan_{plan_code}")
        } else {
            plan_code.clone()
        };
        copy(self.plan, plan_code, &called, &plan_rows)?;
        let reals = |value: &dyn Fn(usize) -> f64| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(
                (0..conflicts.len()).map(value),
            ))
        };
        columns.push(("plan_fid".to_owned(), fids(&plan_rows)));
        columns.push((
            "overlap_m2".to_owned(),
            reals(&|row| conflicts[row].overlap_m2),
        ));
        columns.push((
            "share".to_owned(),
            reals(&|row| (conflicts[row].overlap_m2 / conflicts[row].parcel_m2).min(1.0)),
        ));
        columns.push((
            "status".to_owned(),
            Arc::new(StringArray::from_iter_values(
                conflicts.iter().map(|_| "conflict"),
            )),
        ));
        let mut shapes: Vec<_> = conflicts
            .iter()
            .map(|conflict| conflict.shape.clone())
            .collect();
        plane.unproject(&mut shapes);
        Ok((columns, shapes.into_iter().map(simplest).collect()))
    }

    /// The answer in figures.
    pub(super) fn summary(&self, codes: &Compatibility) -> Value {
        let units = inputs::texts(self.parcels, &self.parameters.unit).ok();
        let mut all = Total::default();
        let mut by_codes: BTreeMap<(&str, &str), Total> = BTreeMap::new();
        let mut by_unit: BTreeMap<&str, Total> = BTreeMap::new();
        for conflict in &self.found.conflicts {
            let (parcel, overlap_m2) = (conflict.parcel, conflict.overlap_m2);
            all.add(parcel, overlap_m2);
            let pair = (
                codes.parcel_code(parcel).unwrap_or_default(),
                codes.plan_code(conflict.zone).unwrap_or_default(),
            );
            by_codes.entry(pair).or_default().add(parcel, overlap_m2);
            if let Some(units) = units
                .as_ref()
                .filter(|units| units.is_valid(parcel as usize))
            {
                by_unit
                    .entry(units.value(parcel as usize))
                    .or_default()
                    .add(parcel, overlap_m2);
            }
        }
        let names = commune_names(self.twin);
        let (parcels_without_code, zones_without_code) = codes.without_code();
        json!({
            "examined": self.parcels.len(),
            "zones": self.plan.len(),
            "conflicts": all.conflicts,
            "conflicting_parcels": all.parcels,
            "overlap_ha": all.overlap_m2 / M2_PER_HA,
            "slivers": {"count": self.found.slivers, "area_m2": self.found.slivers_m2, "below_m2": self.parameters.min_overlap_m2},
            "parcels_without_code": parcels_without_code,
            "zones_without_code": zones_without_code,
            "by_codes": largest_first(by_codes, |(parcel, plan)| json!({"parcel_code": parcel, "plan_code": plan})),
            "by_unit": largest_first(by_unit, |unit| json!({"unit": unit, "name": names.get(*unit)})),
            "warnings": warnings(all.conflicts, parcels_without_code, zones_without_code),
        })
    }
}

fn warnings(conflicts: u64, parcels_without_code: usize, zones_without_code: usize) -> Vec<Value> {
    let warning = |code: &str, vi: String, en: String| json!({"code": code, "vi": vi, "en": en});
    let mut warnings = Vec::new();
    if parcels_without_code > 0 {
        let vi = format!(
            "{parcels_without_code} thửa không có mã loại đất: không so được, không tính là trái quy hoạch"
        );
        let en = format!(
            "{parcels_without_code} parcels have no land-use code: they cannot be compared and are not counted as conflicts"
        );
        warnings.push(warning("parcels-without-code", vi, en));
    }
    if zones_without_code > 0 {
        let vi = format!("{zones_without_code} khoanh quy hoạch không có mã: được bỏ qua");
        let en = format!("{zones_without_code} plan zones have no code: they are passed over");
        warnings.push(warning("zones-without-code", vi, en));
    }
    if conflicts == 0 {
        let vi = "Không thửa nào trái quy hoạch".to_owned();
        warnings.push(warning(
            "nothing-found",
            vi,
            "no parcel is in conflict with the plan".to_owned(),
        ));
    }
    warnings
}

/// The largest totals first, with what they have in common.
fn largest_first<K: Ord>(totals: BTreeMap<K, Total>, describe: impl Fn(&K) -> Value) -> Vec<Value> {
    let mut totals: Vec<(K, Total)> = totals.into_iter().collect();
    totals.sort_by(|a, b| b.1.overlap_m2.total_cmp(&a.1.overlap_m2));
    let line = |(key, total): &(K, Total)| {
        let mut line = describe(key);
        if let (Value::Object(line), Value::Object(figures)) = (&mut line, total.to_json()) {
            line.extend(figures);
        }
        line
    };
    totals.iter().take(TABLE_LINES).map(line).collect()
}

/// Names of communes by their codes, where the twin has the layer.
fn commune_names(twin: &TwinSnapshot) -> BTreeMap<String, String> {
    let communes = "communes".parse().ok().and_then(|id| twin.layer(&id));
    let columns = communes.and_then(|layer| {
        Some((
            inputs::texts(layer, "code").ok()?,
            inputs::texts(layer, "name").ok()?,
        ))
    });
    let Some((codes, names)) = columns else {
        return BTreeMap::new();
    };
    let pairs = codes.iter().zip(&names);
    pairs
        .filter_map(|(code, name)| Some((code?.to_owned(), name?.to_owned())))
        .collect()
}

fn simplest(mut shape: geo::MultiPolygon<f64>) -> Geometry<f64> {
    if shape.0.len() == 1 {
        return shape.0.remove(0).into();
    }
    shape.into()
}
