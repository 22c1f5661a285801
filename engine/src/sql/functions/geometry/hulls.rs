//! What encloses a geometry: `ST_ConvexHull`, `ST_ConcaveHull`, `ST_OrientedEnvelope`.

use datafusion::{common::exec_err, error::Result};
use geo::{
    ConcaveHull as _, ConvexHull as _, Coord, CoordsIter as _, Geometry, LineString,
    MinimumRotatedRect as _, Point,
    concave_hull::ConcaveHullOptions,
    kernels::{Kernel, Orientation, RobustKernel},
};

use super::{
    rows::{Function, Named, of_one},
    validity::fault_of_polygon,
};

/// How much longer than the way round a detour may be, unless a query says otherwise; 1 is as concave as it gets.
const CONCAVITY: f64 = 2.0;

pub(super) fn kernels() -> Vec<Named> {
    vec![
        of_one("st_convexhull", |geometry| Ok(Some(convex(geometry)))).kernels(),
        Function::with_optional_number("st_concavehull", |row| {
            let concavity = row.numbers.first().copied().unwrap_or(CONCAVITY);
            concave(row.geometry(), concavity).map(Some)
        })
        .kernels(),
        of_one("st_orientedenvelope", |geometry| {
            let flat = flat(geometry);
            let rectangle = || geometry.minimum_rotated_rect().map(Geometry::Polygon);
            Ok(Some(
                flat.or_else(rectangle).unwrap_or_else(|| convex(geometry)),
            ))
        })
        .kernels(),
    ]
}

/// The convex hull; a point or a line where there is no area.
pub(in crate::sql::functions) fn convex(geometry: &Geometry) -> Geometry {
    flat(geometry).unwrap_or_else(|| geometry.convex_hull().into())
}

/// A hull that follows the positions inwards; the convex one where it would cross itself.
fn concave(geometry: &Geometry, concavity: f64) -> Result<Geometry> {
    if concavity.is_nan() || concavity <= 0.0 {
        return exec_err!(
            "a concavity of {concavity} does not exist: use 1 (most concave) and more"
        );
    }
    if let Some(flat) = flat(geometry) {
        return Ok(flat);
    }
    let mut positions: Vec<Coord> = geometry.coords_iter().collect();
    positions.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    positions.dedup();
    let options = ConcaveHullOptions::default().concavity(concavity);
    let hull = positions.concave_hull_with_options(options);
    Ok(if fault_of_polygon(&hull).is_none() {
        hull.into()
    } else {
        convex(geometry)
    })
}

/// The hull of positions that span no area: the geometry itself if EMPTY, a point, or the line between the outermost.
fn flat(geometry: &Geometry) -> Option<Geometry> {
    let order = |a: &Coord, b: &Coord| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y));
    let Some(first) = geometry.coords_iter().min_by(order) else {
        return Some(geometry.clone());
    };
    let last = geometry.coords_iter().max_by(order)?;
    if first == last {
        return Some(Point(first).into());
    }
    let mut others = geometry.coords_iter();
    others
        .all(|at| {
            <RobustKernel as Kernel<f64>>::orient2d(first, at, last) == Orientation::Collinear
        })
        .then(|| LineString::new(vec![first, last]).into())
}
