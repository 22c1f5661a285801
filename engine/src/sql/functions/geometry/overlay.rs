//! `ST_Intersection`, `ST_Difference`, `ST_SymDifference`, `ST_Union` of two geometries.
//!
//! Polygons with polygons and lines with polygons go to `geo`'s overlay; points are tested one by one; two lines have an
//! intersection only. The answer of two polygons is areal: where they merely touch it is POLYGON EMPTY.

use datafusion::{common::exec_err, error::Result};
use geo::{
    BooleanOps as _, CoordsIter as _, Geometry, HasDimensions as _, Intersects as _, LineString,
    MultiLineString, MultiPoint, MultiPolygon, OpType, Point,
};

use super::{
    gathered,
    nearest::common_parts,
    no_point, nothing, plain,
    restore::restore,
    rows::{Named, of_two},
};

pub(super) fn kernels() -> Vec<Named> {
    vec![
        of_two("st_intersection", |a, b| intersection(a, b).map(Some)).kernels(),
        of_two("st_difference", |a, b| difference(a, b).map(Some)).kernels(),
        of_two("st_symdifference", |a, b| both(a, b, OpType::Xor).map(Some)).kernels(),
        of_two("st_union", |a, b| both(a, b, OpType::Union).map(Some)).kernels(),
    ]
}

/// A geometry of one dimension.
enum Parts {
    Nothing,
    Points(Vec<Point>),
    Lines(MultiLineString),
    Areas(MultiPolygon),
}

impl Parts {
    fn of(geometry: &Geometry) -> Result<Self> {
        if geometry.is_empty() {
            return Ok(Self::Nothing);
        }
        Ok(match geometry {
            Geometry::Point(point) => Self::Points(vec![*point]),
            Geometry::MultiPoint(points) => Self::Points(points.0.clone()),
            Geometry::LineString(line) => Self::Lines(MultiLineString::new(vec![line.clone()])),
            Geometry::MultiLineString(lines) => Self::Lines(lines.clone()),
            Geometry::Polygon(polygon) => Self::Areas(MultiPolygon::from(polygon.clone())),
            Geometry::MultiPolygon(polygons) => Self::Areas(polygons.clone()),
            Geometry::GeometryCollection(parts) => {
                let parts = parts.iter().map(Self::of);
                parts
                    .reduce(|all, next| all?.and(next?))
                    .unwrap_or(Ok(Self::Nothing))?
            }
            _ => return exec_err!("takes points, lines and polygons"),
        })
    }

    fn and(self, next: Self) -> Result<Self> {
        Ok(match (self, next) {
            (Self::Nothing, parts) | (parts, Self::Nothing) => parts,
            (Self::Points(a), Self::Points(b)) => Self::Points([a, b].concat()),
            (Self::Lines(a), Self::Lines(b)) => {
                Self::Lines(MultiLineString::new([a.0, b.0].concat()))
            }
            // Parts of a collection may overlap.
            (Self::Areas(a), Self::Areas(b)) => Self::Areas(areal(&a, &b, OpType::Union)),
            _ => {
                return exec_err!(
                    "takes collections of one dimension only: all points, all lines or all polygons"
                );
            }
        })
    }

    /// 0 for points, 1 for lines, 2 for areas.
    fn dimension(&self) -> u8 {
        match self {
            Self::Nothing | Self::Points(_) => 0,
            Self::Lines(_) => 1,
            Self::Areas(_) => 2,
        }
    }
}

/// What two geometries share.
///
/// # Errors
/// When one is a collection of several dimensions.
pub(in crate::sql::functions) fn intersection(a: &Geometry, b: &Geometry) -> Result<Geometry> {
    Ok(match (Parts::of(a)?, Parts::of(b)?) {
        (Parts::Nothing, _) => a.clone(),
        (_, Parts::Nothing) => b.clone(),
        (Parts::Points(points), _) => of_points(points, |point| b.intersects(point)),
        (_, Parts::Points(points)) => of_points(points, |point| a.intersects(point)),
        (Parts::Areas(a), Parts::Areas(b)) => plain(areal(&a, &b, OpType::Intersection)),
        (Parts::Lines(lines), Parts::Areas(areas)) | (Parts::Areas(areas), Parts::Lines(lines)) => {
            of_lines(clipped(&lines, &areas, Side::Inside))
        }
        (Parts::Lines(_), Parts::Lines(_)) => {
            let (points, lines) = common_parts(a, b);
            match (points.is_empty(), lines.is_empty()) {
                (_, true) => of_points(points, |_| true),
                (true, _) => of_lines(MultiLineString::new(lines)),
                _ => {
                    let parts = [
                        of_points(points, |_| true),
                        of_lines(MultiLineString::new(lines)),
                    ];
                    gathered(parts.to_vec())
                }
            }
        }
    })
}

fn difference(a: &Geometry, b: &Geometry) -> Result<Geometry> {
    Ok(match (Parts::of(a)?, Parts::of(b)?) {
        (Parts::Points(points), Parts::Points(_) | Parts::Lines(_) | Parts::Areas(_)) => {
            of_points(points, |point| !b.intersects(point))
        }
        (Parts::Areas(a), Parts::Areas(b)) => plain(areal(&a, &b, OpType::Difference)),
        (Parts::Lines(lines), Parts::Areas(areas)) => {
            of_lines(clipped(&lines, &areas, Side::Outside))
        }
        (Parts::Lines(_), Parts::Lines(_)) => return two_lines(),
        // What has more dimensions loses nothing that would show.
        _ => a.clone(),
    })
}

/// The union, or what is in one of the two only.
fn both(a: &Geometry, b: &Geometry, operation: OpType) -> Result<Geometry> {
    Ok(match (Parts::of(a)?, Parts::of(b)?) {
        (Parts::Nothing, _) => b.clone(),
        (_, Parts::Nothing) => a.clone(),
        (Parts::Areas(a), Parts::Areas(b)) => plain(areal(&a, &b, operation)),
        (Parts::Lines(_), Parts::Lines(_)) => return two_lines(),
        (Parts::Points(mut points), Parts::Points(others)) => {
            if operation == OpType::Xor {
                points.retain(|point| !b.intersects(point));
            }
            points.extend(others.into_iter().filter(|other| !a.intersects(other)));
            of_points(points, |_| true)
        }
        (of_a, of_b) => {
            let (more, less) = if of_a.dimension() > of_b.dimension() {
                (a, b)
            } else {
                (b, a)
            };
            let rest = difference(less, more)?;
            if is_nothing(&rest) {
                return Ok(more.clone());
            }
            gathered(vec![more.clone(), rest])
        }
    })
}

/// Whether there is nothing in a geometry; POINT EMPTY is a position of NaN here.
fn is_nothing(geometry: &Geometry) -> bool {
    geometry.is_empty() || geometry.coords_iter().all(|at| at.x.is_nan())
}

fn two_lines<T>() -> Result<T> {
    exec_err!("cannot take two lines, only ST_Intersection can: buffer one of them")
}

fn areal(a: &MultiPolygon, b: &MultiPolygon, operation: OpType) -> MultiPolygon {
    restore(
        a.boolean_op(b, operation),
        a.coords_iter().chain(b.coords_iter()),
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Inside,
    Outside,
}

fn clipped(lines: &MultiLineString, areas: &MultiPolygon, side: Side) -> MultiLineString {
    let clipped = areas.clip(lines, side == Side::Outside);
    restore(clipped, lines.coords_iter().chain(areas.coords_iter()))
}

/// The points that are kept, each once.
fn of_points(mut points: Vec<Point>, keep: impl Fn(&Point) -> bool) -> Geometry {
    points.retain(keep);
    points.sort_by(|a, b| a.x().total_cmp(&b.x()).then(a.y().total_cmp(&b.y())));
    points.dedup();
    match points.as_slice() {
        [] => no_point(),
        [one] => (*one).into(),
        _ => MultiPoint::new(points).into(),
    }
}

fn of_lines(mut lines: MultiLineString) -> Geometry {
    match lines.0.len() {
        0 => LineString::new(Vec::new()).into(),
        1 => lines.0.pop().map_or_else(nothing, Geometry::LineString),
        _ => lines.into(),
    }
}
