//! A geometry made ready for many tests: decoded once, its segments in a tree of their own.
//!
//! Predicates, distances, joins and nearest neighbours all ask the same [`Shape`], so a filter that scans and a join that uses
//! an index cannot disagree. Orientation is decided exactly (robust predicates of `geo`); distances are planar, in the units
//! of the coordinates, unless they are said to be in metres.

mod edges;
mod metres;
mod relation;

use std::{borrow::Cow, sync::OnceLock};

use geo::{Coord, Geometry};
use geo_traits::{
    CoordTrait as _, GeometryTrait as _, GeometryType, PointTrait as _, to_geo::ToGeoGeometry as _,
};
use layers::Extent;

use self::edges::Edges;
pub(crate) use self::{
    edges::{Position, Side},
    metres::{least_metres, least_metres_apart, metres_between, within_metres},
    relation::{Prepared, Relation},
};

/// A geometry with its extent and its segments.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    wkb: Cow<'a, [u8]>,
    kind: Kind,
    extent: Extent,
    /// Of a point, only made when something asks that has no shorter way.
    edges: OnceLock<Edges>,
    /// Only the DE-9IM matrix asks for it.
    geometry: OnceLock<Geometry<f64>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Point(Coord<f64>),
    Areal,
    Other,
}

impl<'a> Shape<'a> {
    /// Reads WKB; none where the bytes are no WKB.
    pub(crate) fn from_wkb(bytes: &'a [u8]) -> Option<Self> {
        let read = wkb::reader::read_wkb(bytes).ok()?;
        let mut shape = Self {
            wkb: Cow::Borrowed(bytes),
            kind: Kind::Other,
            extent: Extent::EMPTY,
            edges: OnceLock::new(),
            geometry: OnceLock::new(),
        };
        match read.as_type() {
            GeometryType::Point(point) => {
                if let Some((x, y)) = point.coord().map(|position| position.x_y()) {
                    shape.kind = Kind::Point(Coord { x, y });
                    shape.extent = Extent::around([(x, y)]);
                }
            }
            other => {
                if matches!(
                    other,
                    GeometryType::Polygon(_) | GeometryType::MultiPolygon(_)
                ) {
                    shape.kind = Kind::Areal;
                }
                let edges = Edges::new(&read);
                shape.extent = edges.extent();
                shape.edges = OnceLock::from(edges);
            }
        }
        Some(shape)
    }

    /// A point.
    pub(crate) fn at((x, y): (f64, f64)) -> Self {
        let [x_bytes, y_bytes] = [x, y].map(f64::to_le_bytes);
        Self {
            wkb: [&[1, 1, 0, 0, 0][..], &x_bytes, &y_bytes].concat().into(),
            kind: Kind::Point(Coord { x, y }),
            extent: Extent::around([(x, y)]),
            edges: OnceLock::new(),
            geometry: OnceLock::new(),
        }
    }

    /// The same, with bytes of its own.
    pub(crate) fn into_owned(self) -> Shape<'static> {
        Shape {
            wkb: Cow::Owned(self.wkb.into_owned()),
            kind: self.kind,
            extent: self.extent,
            edges: self.edges,
            geometry: self.geometry,
        }
    }

    /// The geometry. An EMPTY point, which `geo` cannot hold, is an empty collection.
    pub(crate) fn geometry(&self) -> &Geometry<f64> {
        self.geometry.get_or_init(|| {
            let read = wkb::reader::read_wkb(&self.wkb).ok();
            let geometry = read.and_then(|read| read.try_to_geometry());
            geometry
                .unwrap_or_else(|| Geometry::GeometryCollection(geo::GeometryCollection::default()))
        })
    }

    /// Its extent, empty for EMPTY.
    pub(crate) fn extent(&self) -> &Extent {
        &self.extent
    }

    /// Its position, if it is one point.
    pub(crate) fn as_point(&self) -> Option<Coord<f64>> {
        match self.kind {
            Kind::Point(position) => Some(position),
            _ => None,
        }
    }

    /// Whether it is a polygon or several.
    pub(crate) fn is_areal(&self) -> bool {
        self.kind == Kind::Areal
    }

    /// About how many bytes of memory it takes, its segments included.
    pub(crate) fn bytes(&self) -> usize {
        let geometry = self.geometry.get().map_or(0, |_| self.wkb.len());
        size_of::<Self>() + self.wkb.len() + geometry + self.edges.get().map_or(0, Edges::bytes)
    }

    fn edges(&self) -> &Edges {
        self.edges
            .get_or_init(|| self.as_point().map(Edges::of_point).unwrap_or_default())
    }

    /// Where a position lies; only polygons have an inside.
    ///
    /// # Complexity
    /// O(log n) for n segments, and O(k) for k of them crossed by a ray.
    pub(crate) fn locate(&self, position: Coord<f64>) -> Position {
        if !self.extent.contains(position.x, position.y) {
            return Position::Outside;
        }
        self.edges().locate(position)
    }

    /// Whether every geometry within an extent is inside, and so strictly; none is; or it depends.
    pub(crate) fn side_of(&self, extent: &Extent) -> Side {
        if !self.extent.intersects(extent) {
            Side::Outside
        } else if self.is_areal() && self.extent.covers(extent) {
            self.edges().side_of(extent)
        } else {
            Side::Across
        }
    }

    /// Whether the two share at least a point.
    pub(crate) fn intersects(&self, other: &Shape<'_>) -> bool {
        if !self.extent.intersects(&other.extent) {
            return false;
        }
        match (self.as_point(), other.as_point()) {
            (Some(a), Some(b)) => a == b,
            (None, Some(b)) if self.is_areal() => self.locate(b) != Position::Outside,
            (Some(a), None) if other.is_areal() => other.locate(a) != Position::Outside,
            _ => {
                self.edges().meet(other.edges())
                    || self.reaches_into(other)
                    || other.reaches_into(self)
            }
        }
    }

    /// Whether a part of it begins in the other's area.
    fn reaches_into(&self, other: &Shape<'_>) -> bool {
        let mut parts = self.edges().parts().iter();
        other.edges().has_area() && parts.any(|start| other.locate(*start) != Position::Outside)
    }

    /// Whether the two are at most so far apart; never for EMPTY or a distance that is negative or NaN.
    pub(crate) fn is_within(&self, other: &Shape<'_>, distance: f64) -> bool {
        distance >= 0.0 && self.distance(other, distance).is_finite()
    }

    /// The least distance between the two; infinite where it is more than `within`, or one of them is EMPTY.
    ///
    /// # Complexity
    /// O(m log n) for m segments of the smaller and n of the larger, less the nearer `within` is.
    pub(crate) fn distance(&self, other: &Shape<'_>, within: f64) -> f64 {
        match (self.as_point(), other.as_point()) {
            (_, Some(position)) => self.distance_to(position, within),
            (Some(position), None) => other.distance_to(position, within),
            (None, None) if self.reaches_into(other) || other.reaches_into(self) => 0.0,
            (None, None) => self.edges().distance(other.edges(), within),
        }
    }

    /// The least distance to a position; infinite where it is more than `within`, or this is EMPTY.
    pub(crate) fn distance_to(&self, position: Coord<f64>, within: f64) -> f64 {
        match self.as_point() {
            Some(point) => {
                let (across, along) = (point.x - position.x, point.y - position.y);
                let apart = (across * across + along * along).sqrt();
                if apart <= within {
                    apart
                } else {
                    f64::INFINITY
                }
            }
            None if self.edges().has_area() && self.locate(position) != Position::Outside => 0.0,
            None => self.edges().distance_to(position, within),
        }
    }
}

#[cfg(test)]
mod tests;
