//! The functions that make geometries of geometries, and measure them, in pure Rust on `geo`.
//!
//! What holds for all: planar, in the units of the coordinates, but for the `…Spheroid` functions. Null in, null out. The CRS
//! of the geometries passes to the answer. Positions that are not finite fail the query, and so does a panic of an algorithm,
//! with the function's name. Polygons of overlays are read by the even-odd rule, so that a bow-tie is two triangles.

mod boundary;
mod buffer;
mod hulls;
mod nearest;
mod overlay;
mod restore;
mod rows;
mod simplify;
mod spheroid;
mod subdivide;
mod tessellate;
mod validity;

use geo::{Geometry, GeometryCollection, MultiPolygon, Point, Polygon};

pub(in crate::sql) use self::rows::wkb_of;
pub(super) use self::{
    hulls::convex,
    overlay::intersection,
    restore::restore,
    rows::{Answer, Named, caught, check_degrees, check_finite, geometry_of, named},
    validity::sound,
};

/// The kernels by function name.
pub(super) fn kernels() -> impl Iterator<Item = Named> {
    [
        boundary::kernels(),
        buffer::kernels(),
        hulls::kernels(),
        nearest::kernels(),
        overlay::kernels(),
        simplify::kernels(),
        spheroid::kernels(),
        subdivide::kernels(),
        tessellate::kernels(),
        validity::kernels(),
    ]
    .into_iter()
    .flatten()
}

/// Several polygons, or the one there is, or POLYGON EMPTY.
pub(super) fn plain(mut polygons: MultiPolygon) -> Geometry {
    if polygons.0.len() > 1 {
        return polygons.into();
    }
    polygons.0.pop().unwrap_or_else(Polygon::empty).into()
}

/// POINT EMPTY, which `geo` has no word for: its WKB is a position of NaN.
fn no_point() -> Geometry {
    Point::new(f64::NAN, f64::NAN).into()
}

/// A collection.
fn gathered(parts: Vec<Geometry>) -> Geometry {
    Geometry::GeometryCollection(GeometryCollection::new_from(parts))
}

/// GEOMETRYCOLLECTION EMPTY.
fn nothing() -> Geometry {
    gathered(Vec::new())
}
