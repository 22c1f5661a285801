//! The bounds of WKB, without making a geometry of it.

use geo_traits::{
    CoordTrait, GeometryCollectionTrait as _, GeometryTrait as _, GeometryType, LineStringTrait,
    MultiLineStringTrait as _, MultiPointTrait as _, MultiPolygonTrait as _, PointTrait as _,
    PolygonTrait,
};
use wkb::reader::Wkb;

use crate::Extent;

/// The extent of parsed WKB; coordinates that are NaN are passed over, EMPTY has the empty extent.
pub(crate) fn extent_of_wkb(geometry: &Wkb<'_>) -> Extent {
    let mut extent = Extent::EMPTY;
    add(geometry, &mut extent);
    extent
}

fn add(geometry: &Wkb<'_>, extent: &mut Extent) {
    match geometry.as_type() {
        GeometryType::Point(point) => point
            .coord()
            .into_iter()
            .for_each(|at| add_position(&at, extent)),
        GeometryType::LineString(line) => add_line(line, extent),
        GeometryType::Polygon(polygon) => add_polygon(polygon, extent),
        GeometryType::MultiPoint(points) => points
            .points()
            .filter_map(|point| point.coord().map(|at| at.x_y()))
            .for_each(|position| include(position, extent)),
        GeometryType::MultiLineString(lines) => lines
            .line_strings()
            .for_each(|line| add_line(&line, extent)),
        GeometryType::MultiPolygon(polygons) => polygons
            .polygons()
            .for_each(|polygon| add_polygon(&polygon, extent)),
        GeometryType::GeometryCollection(parts) => {
            parts.geometries().for_each(|part| add(part, extent));
        }
        // WKB has none of these.
        GeometryType::Rect(_) | GeometryType::Triangle(_) | GeometryType::Line(_) => {}
    }
}

fn add_polygon(polygon: &impl PolygonTrait<T = f64>, extent: &mut Extent) {
    // Holes lie inside; of a polygon that is not valid they may not.
    for ring in polygon.exterior().into_iter().chain(polygon.interiors()) {
        add_line(&ring, extent);
    }
}

fn add_line(line: &impl LineStringTrait<T = f64>, extent: &mut Extent) {
    line.coords().for_each(|at| add_position(&at, extent));
}

fn add_position(at: &impl CoordTrait<T = f64>, extent: &mut Extent) {
    include(at.x_y(), extent);
}

fn include((x, y): (f64, f64), extent: &mut Extent) {
    extent.min_x = extent.min_x.min(x);
    extent.min_y = extent.min_y.min(y);
    extent.max_x = extent.max_x.max(x);
    extent.max_y = extent.max_y.max(y);
}

#[cfg(test)]
mod tests {
    use geo::BoundingRect as _;

    use super::*;
    use crate::repair::{geometry_of, wkb_of};

    #[track_caller]
    fn check(wkt: &str) {
        let geometry = gdal::vector::Geometry::from_wkt(wkt).unwrap();
        let wkb = crate::source::gdal::iso_wkb(&geometry).unwrap();
        let found = extent_of_wkb(&wkb::reader::read_wkb(&wkb).unwrap());
        match geometry_of(&wkb).ok().and_then(|known| {
            assert!(!wkb_of(&known).is_empty());
            known.bounding_rect()
        }) {
            Some(rect) => assert_eq!(
                found,
                Extent::from_corners(rect.min().x_y(), rect.max().x_y())
            ),
            None => assert!(found.is_empty(), "{wkt}: {found:?}"),
        }
    }

    #[test]
    fn bounds_are_those_of_the_geometry() {
        for wkt in [
            "POINT (1 2)",
            "POINT EMPTY",
            "POINT Z (1 2 3)",
            "LINESTRING (3 1, -2 5)",
            "LINESTRING EMPTY",
            "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
            "POLYGON EMPTY",
            "MULTIPOINT ((1 1), (7 -3))",
            "MULTILINESTRING ((0 0, 1 1), (5 5, 9 -9))",
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((8 8, 9 8, 9 9, 8 8)))",
            "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (5 6, 7 8), GEOMETRYCOLLECTION (POINT (-1 -1)))",
            "GEOMETRYCOLLECTION EMPTY",
        ] {
            check(wkt);
        }
    }
}
