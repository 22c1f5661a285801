//! The import of what should be a partition: outlines kept on the way, examined at the end.

use arrow::array::RecordBatch;

use super::{
    assemble::Assembly,
    shapes::Shape,
    vector::{self, Planned},
};
use crate::{
    ImportError, Progress, StoreError,
    partition::{self, Outlines, Plane},
    report::Findings,
};

/// The middle of the province, for sources that begin without a place.
const DEFAULT_POSITION: (f64, f64) = (106.3, 20.9);

/// Gives all sources one plane, around the first place that is known of them.
pub(super) fn set_plane(planned: &mut [Planned]) {
    let place = |planned: &Planned| {
        let extent = vector::extent_of(planned.first.as_ref()?);
        let (x, y) = extent.center();
        let (mut lon, mut lat) = ([x], [y]);
        planned.plan.transformer.transform(&mut lon, &mut lat);
        (lon[0].is_finite() && lat[0].is_finite()).then_some((lon[0], lat[0]))
    };
    let (lon, lat) = planned.iter().find_map(place).unwrap_or(DEFAULT_POSITION);
    let plane = Plane::at(lon, lat);
    for (number, planned) in planned.iter_mut().enumerate() {
        planned.plan.partition = Some((plane, number));
    }
}

/// The outlines of a batch whose first feature has a number in its source.
pub(super) fn outlines(shapes: &[Shape], (plane, source): &(Plane, usize), first: u64) -> Outlines {
    let mut outlines = Outlines::default();
    for (number, shape) in (first..).zip(shapes) {
        if let Ok(Some(sound)) = shape {
            outlines.add(&sound.geometry, plane, (*source, number));
        }
    }
    outlines
}

/// Examines what was read, where it should be a partition; the defects as rows for the map.
pub(super) fn check(
    planned: &[Planned],
    assembly: &mut Assembly,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Option<RecordBatch>, ImportError> {
    let Some((plane, _)) = planned.first().and_then(|planned| planned.plan.partition) else {
        return Ok(None);
    };
    progress.step("partition", 0, None);
    let outlines = std::mem::take(&mut assembly.outlines);
    let labels: Vec<String> = planned
        .iter()
        .map(|planned| planned.plan.label.clone())
        .collect();
    let defects = partition::check(&outlines, &plane);
    defects.tell(&labels, findings);
    let rows = defects.rows(&labels).map_err(|error| StoreError::Encode {
        path: "defects.parquet".into(),
        detail: error.to_string(),
    })?;
    Ok(rows)
}
