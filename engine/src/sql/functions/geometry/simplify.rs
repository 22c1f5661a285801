//! `ST_Simplify` and `ST_SimplifyPreserveTopology`, by the distance of Ramer, Douglas and Peucker.

use datafusion::{common::exec_err, error::Result};
use geo::{Area as _, Geometry, MultiPolygon, Polygon, Simplify as _};

use super::{
    gathered,
    rows::{Named, with_number},
    validity::{fault_of_polygon, fault_of_polygons},
};

/// How often the tolerance is halved before a polygon stays as it is: to a 65,536th.
const HALVINGS: usize = 16;

pub(super) fn kernels() -> Vec<Named> {
    vec![
        with_number("st_simplify", |geometry, tolerance| {
            check(tolerance)?;
            Ok(Some(simplified(geometry, tolerance)))
        })
        .kernels(),
        with_number("st_simplifypreservetopology", |geometry, tolerance| {
            check(tolerance)?;
            Ok(Some(preserved(geometry, tolerance)))
        })
        .kernels(),
    ]
}

fn check(tolerance: f64) -> Result<()> {
    if tolerance.is_finite() && tolerance >= 0.0 {
        return Ok(());
    }
    exec_err!(
        "a tolerance of {tolerance} does not exist: use 0 or more, in the units of the coordinates"
    )
}

fn simplified(geometry: &Geometry, tolerance: f64) -> Geometry {
    match geometry {
        Geometry::LineString(line) => line.simplify(tolerance).into(),
        Geometry::MultiLineString(lines) => lines.simplify(tolerance).into(),
        Geometry::Polygon(polygon) => polygon.simplify(tolerance).into(),
        Geometry::MultiPolygon(polygons) => polygons.simplify(tolerance).into(),
        Geometry::GeometryCollection(parts) => {
            let parts = parts.iter().map(|part| simplified(part, tolerance));
            gathered(parts.collect())
        }
        other => other.clone(),
    }
}

/// As [`simplified`], with less tolerance where polygons would become invalid or lose a ring.
fn preserved(geometry: &Geometry, tolerance: f64) -> Geometry {
    match geometry {
        Geometry::Polygon(polygon) => {
            let is_kept =
                |made: &Polygon| fault_of_polygon(made).is_none() && made.unsigned_area() > 0.0;
            with_less(polygon, tolerance, Polygon::simplify, is_kept).into()
        }
        Geometry::MultiPolygon(polygons) => {
            let is_kept = |made: &MultiPolygon| {
                fault_of_polygons(made).is_none()
                    && made.iter().all(|part| part.unsigned_area() > 0.0)
            };
            with_less(polygons, tolerance, MultiPolygon::simplify, is_kept).into()
        }
        Geometry::GeometryCollection(parts) => {
            let parts = parts.iter().map(|part| preserved(part, tolerance));
            gathered(parts.collect())
        }
        other => simplified(other, tolerance),
    }
}

fn with_less<T: Clone>(
    whole: &T,
    tolerance: f64,
    simplify: fn(&T, f64) -> T,
    is_kept: impl Fn(&T) -> bool,
) -> T {
    let mut tolerance = tolerance;
    for _ in 0..HALVINGS {
        let made = simplify(whole, tolerance);
        if is_kept(&made) {
            return made;
        }
        tolerance /= 2.0;
    }
    whole.clone()
}
