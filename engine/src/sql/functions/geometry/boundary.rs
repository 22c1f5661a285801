//! The parts a geometry is bounded by: `ST_Boundary`, `ST_ExteriorRing`, `ST_NumInteriorRings`.

use std::collections::BTreeMap;

use datafusion::{common::exec_err, error::Result};
use geo::{
    Coord, Geometry, HasDimensions as _, LineString, MultiLineString, MultiPoint, Point, Polygon,
};

use super::{
    nothing,
    rows::{Named, of_one},
};

pub(super) fn kernels() -> Vec<Named> {
    vec![
        of_one("st_boundary", |geometry| boundary(geometry).map(Some)).kernels(),
        of_one("st_exteriorring", |geometry| {
            Ok(as_polygon(geometry).map(|polygon| Geometry::from(polygon.exterior().clone())))
        })
        .kernels(),
        of_one("st_numinteriorrings", |geometry| {
            let rings = as_polygon(geometry).map(|polygon| polygon.interiors().len());
            Ok(rings.and_then(|rings| i64::try_from(rings).ok()))
        })
        .kernels(),
    ]
}

fn as_polygon(geometry: &Geometry) -> Option<&Polygon> {
    match geometry {
        Geometry::Polygon(polygon) => Some(polygon),
        _ => None,
    }
}

fn boundary(geometry: &Geometry) -> Result<Geometry> {
    Ok(match geometry {
        Geometry::Polygon(polygon) => of_polygons(std::slice::from_ref(polygon)),
        Geometry::MultiPolygon(polygons) => of_polygons(&polygons.0),
        Geometry::LineString(line) => ends(std::slice::from_ref(line)).into(),
        Geometry::MultiLineString(lines) => ends(&lines.0).into(),
        Geometry::Point(_) | Geometry::MultiPoint(_) => nothing(),
        collection if collection.is_empty() => nothing(),
        _ => return exec_err!("takes points, lines and polygons, no collections"),
    })
}

fn of_polygons(polygons: &[Polygon]) -> Geometry {
    let rings = polygons
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        .filter(|ring| !ring.0.is_empty())
        .cloned();
    let mut rings: Vec<LineString> = rings.collect();
    if rings.len() == 1
        && let Some(only) = rings.pop()
    {
        return only.into();
    }
    MultiLineString::new(rings).into()
}

/// The ends at which an odd number of lines end; a closed line has none.
fn ends(lines: &[LineString]) -> MultiPoint {
    let mut odd = BTreeMap::new();
    // Sorted by bits, which tell apart what differs; -0 and 0 are one place.
    let key = |at: Coord| ((at.x + 0.0).to_bits(), (at.y + 0.0).to_bits());
    for line in lines {
        for end in [line.0.first(), line.0.last()].into_iter().flatten() {
            if odd.remove(&key(*end)).is_none() {
                odd.insert(key(*end), *end);
            }
        }
    }
    let mut ends: Vec<Point> = odd.into_values().map(Point).collect();
    ends.sort_by(|a, b| a.x().total_cmp(&b.x()).then(a.y().total_cmp(&b.y())));
    MultiPoint::new(ends)
}
