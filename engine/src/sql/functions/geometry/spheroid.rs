//! Metres and square metres on the WGS 84 ellipsoid, of geometries in longitude and latitude, by Karney's geodesics:
//! `ST_LengthSpheroid`, `ST_PerimeterSpheroid`, `ST_AreaSpheroid`.

use datafusion::{common::exec_err, error::Result};
use geo::{
    CoordsIter as _, Geodesic, GeodesicArea as _, Geometry, Length as _, LineString, Orient as _,
    Polygon, orient::Direction,
};

use super::{
    rows::{Named, of_one},
    validity::areas,
};

pub(super) fn kernels() -> Vec<Named> {
    let of_areas = |of: fn(&Polygon) -> f64| {
        move |geometry: &Geometry| {
            check(geometry)?;
            Ok(Some(areas(geometry).into_iter().map(of).sum::<f64>()))
        }
    };
    vec![
        of_one("st_areaspheroid", of_areas(area_m2))
            .in_degrees()
            .kernels(),
        of_one("st_perimeterspheroid", of_areas(perimeter_m))
            .in_degrees()
            .kernels(),
        of_one("st_lengthspheroid", |geometry| {
            check(geometry)?;
            Ok(Some(length_m(geometry)))
        })
        .in_degrees()
        .kernels(),
    ]
}

fn check(geometry: &Geometry) -> Result<()> {
    let mut positions = geometry.coords_iter();
    match positions.find(|at| at.y.abs() > 90.0) {
        Some(at) => exec_err!(
            "{} is no latitude: coordinates are longitude, latitude",
            at.y
        ),
        None => Ok(()),
    }
}

fn area_m2(polygon: &Polygon) -> f64 {
    // A ring the wrong way round would be the rest of the Earth.
    polygon.orient(Direction::Default).geodesic_area_unsigned()
}

fn perimeter_m(polygon: &Polygon) -> f64 {
    let holes = polygon.interiors().iter().map(|ring| Geodesic.length(ring));
    Geodesic.length(polygon.exterior()) + holes.sum::<f64>()
}

fn length_m(geometry: &Geometry) -> f64 {
    let of_line = |line: &LineString| Geodesic.length(line);
    match geometry {
        Geometry::LineString(line) => of_line(line),
        Geometry::MultiLineString(lines) => lines.iter().map(of_line).sum(),
        Geometry::GeometryCollection(parts) => parts.iter().map(length_m).sum(),
        _ => 0.0,
    }
}
