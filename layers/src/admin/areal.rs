//! A crosswalk computed from the polygons of two layouts.

use chrono::NaiveDate;
use geo::{Area as _, BooleanOps as _, BoundingRect as _, MultiPolygon, Rect};

use super::{AdminError, Crosswalk, CrosswalkRow, Method};

/// Overlaps smaller than this share of the old unit are lines drawn twice, not parts: 1,000 m² of a commune of 10 km². The
/// layouts of one agency differ by less; what a law splits off is more.
pub const SLIVER_SHARE: f64 = 1e-4;

/// How much of an old unit the new ones may miss or cover twice.
pub const COVER_TOLERANCE: f64 = 1e-3;

/// Shares each old unit out over the new ones by area, with [`Method::Areal`]; nothing is said of people.
///
/// Polygons are valid, in one plane CRS (metres), and each list is without overlaps; codes are those of each list. Shares
/// are of the old unit's own area. Overlaps below [`SLIVER_SHARE`] are dropped and the rest scaled to 1.
///
/// # Errors
/// When the new units do not cover an old one within [`COVER_TOLERANCE`].
///
/// # Complexity
/// One overlay for each pair whose boxes meet.
pub fn areal_crosswalk(
    old: &[(String, MultiPolygon)],
    new: &[(String, MultiPolygon)],
    valid_from: NaiveDate,
    source: &str,
) -> Result<Crosswalk, AdminError> {
    let boxes: Vec<Option<Rect>> = new.iter().map(|(_, shape)| shape.bounding_rect()).collect();
    let mut rows = Vec::new();
    for (code, shape) in old {
        let own_m2 = shape.unsigned_area();
        let near = |rect: &Option<Rect>| meet(shape.bounding_rect(), *rect);
        let candidates = new.iter().zip(&boxes).filter(|(_, rect)| near(rect));
        let shares: Vec<(&str, f64)> = candidates
            .map(|((to, other), _)| {
                (
                    to.as_str(),
                    shape.intersection(other).unsigned_area() / own_m2,
                )
            })
            .collect();
        let covered: f64 = shares.iter().map(|(_, share)| share).sum();
        // Not finite where the old unit has no area.
        if (covered - 1.0).abs() > COVER_TOLERANCE || !covered.is_finite() {
            return Err(AdminError::NotTiled {
                code: code.clone(),
                covered,
            });
        }
        let parts = shares
            .into_iter()
            .filter(|(_, share)| *share >= SLIVER_SHARE);
        let kept: f64 = parts.clone().map(|(_, share)| share).sum();
        rows.extend(parts.map(|(to, share)| CrosswalkRow {
            from: code.clone(),
            to: to.to_owned(),
            valid_from,
            area_share: share / kept,
            pop_share: None,
            method: Method::Areal,
            source: source.to_owned(),
        }));
    }
    Crosswalk::new(rows)
}

fn meet(a: Option<Rect>, b: Option<Rect>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    a.min().x <= b.max().x
        && b.min().x <= a.max().x
        && a.min().y <= b.max().y
        && b.min().y <= a.max().y
}
