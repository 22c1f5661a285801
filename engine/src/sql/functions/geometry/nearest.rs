//! Where two geometries are nearest, where lines meet, how far apart shapes are at worst: `ST_ClosestPoint`,
//! `ST_ShortestLine`, `ST_PointOnSurface`, `ST_LineLocatePoint`, `ST_HausdorffDistance`, `ST_FrechetDistance`.

use datafusion::{common::exec_err, error::Result};
use geo::{
    Closest, ClosestPoint as _, Coord, CoordsIter as _, Euclidean, Geometry, HasDimensions as _,
    InteriorPoint as _, Intersects as _, Line, LineLocatePoint as _, LineString, LinesIter as _,
    Point,
    line_intersection::{LineIntersection, line_intersection},
    line_measures::FrechetDistance as _,
};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::{
    no_point,
    rows::{Named, of_one, of_two},
    validity::areas,
};

/// The most pairs of vertices `ST_FrechetDistance` looks at: about a second.
const MOST_PAIRS: usize = 100_000_000;

pub(super) fn kernels() -> Vec<Named> {
    vec![
        of_two("st_closestpoint", |a, b| {
            Ok(shortest(a, b).map(|line| Geometry::from(line.start_point())))
        })
        .kernels(),
        of_two("st_shortestline", |a, b| {
            Ok(shortest(a, b).map(|line| Geometry::from(LineString::from(line))))
        })
        .kernels(),
        of_one("st_pointonsurface", |geometry| {
            let inside = geometry.interior_point();
            Ok(Some(inside.map_or_else(no_point, Geometry::Point)))
        })
        .kernels(),
        of_two("st_linelocatepoint", locate).kernels(),
        of_two("st_hausdorffdistance", |a, b| Ok(hausdorff(a, b))).kernels(),
        of_two("st_frechetdistance", frechet).kernels(),
    ]
}

/// A side of a geometry, or a point as a side without length.
struct Segment(Line);

impl Segment {
    fn nearest_to(&self, at: Coord) -> Coord {
        match self.0.closest_point(&Point(at)) {
            Closest::Intersection(on) | Closest::SinglePoint(on) => on.0,
            // Of a side without length.
            Closest::Indeterminate => self.0.start,
        }
    }
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.0.start.into(), self.0.end.into())
    }
}

impl PointDistance for Segment {
    fn distance_2(&self, at: &[f64; 2]) -> f64 {
        let nearest = self.nearest_to(Coord::from(*at));
        (nearest.x - at[0]).powi(2) + (nearest.y - at[1]).powi(2)
    }
}

fn segments(geometry: &Geometry) -> RTree<Segment> {
    fn collect(geometry: &Geometry, into: &mut Vec<Segment>) {
        match geometry {
            Geometry::LineString(line) => into.extend(line.lines().map(Segment)),
            Geometry::MultiLineString(lines) => into.extend(lines.lines_iter().map(Segment)),
            Geometry::Polygon(polygon) => into.extend(polygon.lines_iter().map(Segment)),
            Geometry::MultiPolygon(polygons) => into.extend(polygons.lines_iter().map(Segment)),
            Geometry::GeometryCollection(parts) => {
                parts.iter().for_each(|part| collect(part, into));
            }
            points => into.extend(points.coords_iter().map(|at| Segment(Line::new(at, at)))),
        }
    }
    let mut all = Vec::new();
    collect(geometry, &mut all);
    RTree::bulk_load(all)
}

/// The shortest line from the first to the second; without length where they meet, none where one is EMPTY.
///
/// # Complexity
/// O((n + m) log (n + m)) for geometries that do not meet.
fn shortest(a: &Geometry, b: &Geometry) -> Option<Line> {
    let (of_a, of_b) = (segments(a), segments(b));
    let meeting = meeting_of_sides(&of_a, &of_b)
        .or_else(|| vertex_inside(a, b))
        .or_else(|| vertex_inside(b, a));
    if let Some(at) = meeting {
        return Some(Line::new(at, at));
    }
    // Sides that do not cross are nearest at an end of one of them.
    let from_a = nearest_of(a, &of_b);
    let from_b = nearest_of(b, &of_a).map(|line| Line::new(line.end, line.start));
    let length_2 = |line: &Line| line.dx().powi(2) + line.dy().powi(2);
    [from_a, from_b]
        .into_iter()
        .flatten()
        .min_by(|a, b| length_2(a).total_cmp(&length_2(b)))
}

fn meeting_of_sides(a: &RTree<Segment>, b: &RTree<Segment>) -> Option<Coord> {
    let mut pairs = a.intersection_candidates_with_other_tree(b);
    pairs.find_map(|(a, b)| match line_intersection(a.0, b.0)? {
        LineIntersection::SinglePoint { intersection, .. } => Some(intersection),
        LineIntersection::Collinear { intersection } => Some(intersection.start),
    })
}

fn vertex_inside(areal: &Geometry, other: &Geometry) -> Option<Coord> {
    let areas = areas(areal);
    if areas.is_empty() {
        return None;
    }
    let mut vertices = other.coords_iter();
    vertices.find(|at| areas.iter().any(|area| area.intersects(at)))
}

/// From a vertex of the first to the segments.
fn nearest_of(geometry: &Geometry, segments: &RTree<Segment>) -> Option<Line> {
    let lines = geometry.coords_iter().filter_map(|at| {
        let nearest = segments.nearest_neighbor(&[at.x, at.y])?;
        Some(Line::new(at, nearest.nearest_to(at)))
    });
    lines.min_by(|a, b| {
        let length = |line: &Line| line.dx().hypot(line.dy());
        length(a).total_cmp(&length(b))
    })
}

/// What two lines share: crossings, and stretches they both follow, side by side.
pub(super) fn common_parts(a: &Geometry, b: &Geometry) -> (Vec<Point>, Vec<LineString>) {
    let (of_a, of_b) = (segments(a), segments(b));
    let (mut points, mut lines) = (Vec::new(), Vec::<Line>::new());
    for (a, b) in of_a.intersection_candidates_with_other_tree(&of_b) {
        match line_intersection(a.0, b.0) {
            Some(LineIntersection::SinglePoint { intersection, .. }) => {
                points.push(Point(intersection));
            }
            Some(LineIntersection::Collinear { intersection }) => lines.push(intersection),
            None => {}
        }
    }
    points.retain(|point| !lines.iter().any(|line| line.intersects(point)));
    (points, lines.into_iter().map(LineString::from).collect())
}

fn locate(line: &Geometry, point: &Geometry) -> Result<Option<f64>> {
    if line.is_empty() || point.is_empty() {
        return Ok(None);
    }
    let (Geometry::LineString(line), Geometry::Point(point)) = (line, point) else {
        return exec_err!("takes a linestring and a point");
    };
    Ok(line.line_locate_point(point))
}

/// The greatest distance from a vertex of one to the nearest vertex of the other.
fn hausdorff(a: &Geometry, b: &Geometry) -> Option<f64> {
    let one_way = |from: &Geometry, to: &Geometry| {
        let to: Vec<[f64; 2]> = to.coords_iter().map(Into::into).collect();
        let to = RTree::bulk_load(to);
        let distances = from.coords_iter().filter_map(|at| {
            let [x, y] = *to.nearest_neighbor(&[at.x, at.y])?;
            Some((at.x - x).hypot(at.y - y))
        });
        distances.max_by(f64::total_cmp)
    };
    Some(one_way(a, b)?.max(one_way(b, a)?))
}

fn frechet(a: &Geometry, b: &Geometry) -> Result<Option<f64>> {
    if a.is_empty() || b.is_empty() {
        return Ok(None);
    }
    let (Geometry::LineString(a), Geometry::LineString(b)) = (a, b) else {
        return exec_err!("takes two linestrings");
    };
    let pairs = a.0.len().saturating_mul(b.0.len());
    if pairs > MOST_PAIRS {
        return exec_err!(
            "would compare {pairs} pairs of vertices, more than the {MOST_PAIRS} allowed: simplify first"
        );
    }
    Ok(Some(Euclidean.frechet_distance(a, b)))
}
