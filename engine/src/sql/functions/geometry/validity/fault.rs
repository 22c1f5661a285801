//! What is wrong with a geometry, by the rules of the OGC.
//!
//! `geo` has a check of its own, which compares each side of a ring with each other and overlooks spikes and rings that touch
//! themselves; this one finds sides that meet in a tree, exactly, in O(n log n).

use geo::{
    BoundingRect as _, Coord, CoordsIter as _, Geometry, Intersects as _, Line, LineString,
    MultiPolygon, Polygon, PreparedGeometry, Relate as _,
    coordinate_position::CoordPos,
    dimensions::Dimensions,
    line_intersection::{LineIntersection, line_intersection},
};
use rstar::{AABB, RTree, RTreeObject};

/// The first fault; none of a valid geometry.
pub(super) fn fault(geometry: &Geometry) -> Option<String> {
    let mut positions = geometry.coords_iter();
    if let Some(at) = positions.find(|at| !at.x.is_finite() || !at.y.is_finite()) {
        return Some(format!("a position is not finite: ({}, {})", at.x, at.y));
    }
    match geometry {
        Geometry::LineString(line) => fault_of_line(line),
        Geometry::MultiLineString(lines) => lines.iter().find_map(fault_of_line),
        Geometry::Polygon(polygon) => fault_of_polygon(polygon),
        Geometry::MultiPolygon(polygons) => fault_of_polygons(polygons),
        Geometry::GeometryCollection(parts) => parts.iter().find_map(fault),
        _ => None,
    }
}

fn fault_of_line(line: &LineString) -> Option<String> {
    let first = line.0.first()?;
    let is_flat = line.0.iter().all(|at| at == first);
    is_flat.then(|| "a line has fewer than 2 different positions".to_owned())
}

/// The first fault of a polygon.
pub(in crate::sql::functions::geometry) fn fault_of_polygon(polygon: &Polygon) -> Option<String> {
    let holes = || polygon.interiors().iter().filter(|hole| !hole.0.is_empty());
    if polygon.exterior().0.is_empty() {
        return None;
    }
    let of_hole = |hole| fault_of_ring(hole).map(|fault| format!("a hole {fault}"));
    let of_ring =
        fault_of_ring(polygon.exterior()).map(|fault| format!("the exterior ring {fault}"));
    if let Some(fault) = of_ring.or_else(|| holes().find_map(of_hole)) {
        return Some(fault);
    }
    let filled = |ring: &LineString| Polygon::new(ring.clone(), Vec::new());
    let holes: Vec<Polygon> = holes().map(filled).collect();
    if holes.is_empty() {
        return None;
    }
    let exterior = filled(polygon.exterior());
    let exterior = PreparedGeometry::from(&exterior);
    for hole in &holes {
        let relation = exterior.relate(hole);
        let shares_side =
            relation.get(CoordPos::OnBoundary, CoordPos::OnBoundary) == Dimensions::OneDimensional;
        if !relation.is_contains() || shares_side {
            let at = first_position(hole);
            return Some(format!(
                "the hole at {at} is not inside of the exterior ring"
            ));
        }
    }
    overlapping(&holes)
        .map(|(hole, _)| format!("the hole at {} overlaps another", first_position(hole)))
}

/// The first fault of a multipolygon.
pub(in crate::sql::functions::geometry) fn fault_of_polygons(
    polygons: &MultiPolygon,
) -> Option<String> {
    let fault = polygons.iter().find_map(fault_of_polygon);
    fault.or_else(|| {
        let (part, _) = overlapping(&polygons.0)?;
        Some(format!(
            "the part at {} overlaps another",
            first_position(part)
        ))
    })
}

fn first_position(polygon: &Polygon) -> String {
    let at = polygon.exterior().0.first().copied().unwrap_or_default();
    format!("({}, {})", at.x, at.y)
}

/// Two polygons that share area or a stretch of boundary.
fn overlapping(polygons: &[Polygon]) -> Option<(&Polygon, &Polygon)> {
    let extents = polygons.iter().enumerate().filter_map(|(place, polygon)| {
        let extent = polygon.bounding_rect()?;
        Some(Placed {
            from: extent.min(),
            to: extent.max(),
            place,
        })
    });
    let extents = RTree::bulk_load(extents.collect());
    for one in &extents {
        let near = extents.locate_in_envelope_intersecting(&one.envelope());
        for other in near.filter(|other| other.place > one.place) {
            let (a, b) = (&polygons[one.place], &polygons[other.place]);
            if !a.intersects(b) {
                continue;
            }
            let relation = a.relate(b);
            if relation.get(CoordPos::Inside, CoordPos::Inside) != Dimensions::Empty
                || relation.get(CoordPos::OnBoundary, CoordPos::OnBoundary)
                    == Dimensions::OneDimensional
            {
                return Some((a, b));
            }
        }
    }
    None
}

/// A side of a ring, or an extent, and its place among them.
struct Placed {
    from: Coord,
    to: Coord,
    place: usize,
}

impl RTreeObject for Placed {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from.into(), self.to.into())
    }
}

/// What a ring does that it should not, to follow its name.
fn fault_of_ring(ring: &LineString) -> Option<String> {
    let mut positions = ring.0.clone();
    positions.dedup();
    let sides: Vec<Placed> = positions
        .windows(2)
        .enumerate()
        .map(|(place, ends)| Placed {
            from: ends[0],
            to: ends[1],
            place,
        })
        .collect();
    let count = sides.len();
    if count < 3 {
        return Some("has fewer than 3 different positions".to_owned());
    }
    let sides = RTree::bulk_load(sides);
    for side in &sides {
        let near = sides.locate_in_envelope_intersecting(&side.envelope());
        for other in near.filter(|other| other.place > side.place) {
            let is_next = other.place == side.place + 1 || other.place - side.place == count - 1;
            let meet = line_intersection(
                Line::new(side.from, side.to),
                Line::new(other.from, other.to),
            );
            let at = match meet {
                Some(LineIntersection::SinglePoint { intersection, .. }) if !is_next => {
                    intersection
                }
                Some(LineIntersection::Collinear { intersection }) => intersection.start,
                _ => continue,
            };
            return Some(format!("meets itself at ({}, {})", at.x, at.y));
        }
    }
    None
}
