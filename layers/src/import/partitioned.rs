//! The import of what should be a partition: outlines kept on the way, examined at the end.

use arrow::array::RecordBatch;

use super::{
    assemble::Assembly,
    prepare::Plan,
    shapes::Shape,
    vector::{self, Planned},
};
use crate::{
    ImportError, StoreError,
    partition::{self, Outlines, Plane},
    report::Findings,
};

/// The middle of the province, for sources that begin without a place.
const DEFAULT_POSITION: (f64, f64) = (106.3, 20.9);

/// A plane for all sources, around the first place that is known of them.
///
/// # Errors
/// When a source has no way to the stored CRS.
pub(super) fn plane(planned: &[Planned]) -> Result<Plane, ImportError> {
    for Planned { feed, located, .. } in planned {
        let (Some(first), Some(located)) = (&feed.first, located) else {
            continue;
        };
        let (x, y) = vector::extent_of(first).center();
        let (mut lon, mut lat) = ([x], [y]);
        located.transformer()?.transform(&mut lon, &mut lat);
        if lon[0].is_finite() && lat[0].is_finite() {
            return Ok(Plane::at(lon[0], lat[0]));
        }
    }
    Ok(Plane::at(DEFAULT_POSITION.0, DEFAULT_POSITION.1))
}

/// The outlines of a batch of a source whose first feature has a number in it.
pub(super) fn outlines(shapes: &[Shape], plane: &Plane, (source, first): (usize, u64)) -> Outlines {
    let mut outlines = Outlines::default();
    for (number, shape) in (first..).zip(shapes) {
        if let Ok(Some(sound)) = shape {
            outlines.add(&sound.geometry, plane, (source, number));
        }
    }
    outlines
}

/// Examines what was read, where it should be a partition; the defects as rows for the map.
pub(super) fn check(
    plane: Option<&Plane>,
    plans: &[Plan],
    assembly: &mut Assembly,
    findings: &mut Findings,
) -> Result<Option<RecordBatch>, ImportError> {
    let Some(plane) = plane else {
        return Ok(None);
    };
    let outlines = std::mem::take(&mut assembly.outlines);
    let labels: Vec<String> = plans.iter().map(|plan| plan.label.clone()).collect();
    let defects = partition::check(&outlines, plane);
    defects.tell(&labels, findings);
    let rows = defects.rows(&labels).map_err(|error| StoreError::Encode {
        path: "defects.parquet".into(),
        detail: error.to_string(),
    })?;
    Ok(rows)
}
