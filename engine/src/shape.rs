//! A geometry made ready for many tests: decoded once, its segments in a tree of their own.
//!
//! Predicates, distances, joins and nearest neighbours all ask the same [`Shape`], so a filter that scans and a join that uses
//! an index cannot disagree. Orientation is decided exactly (robust predicates of `geo`); distances are planar, in the units
//! of the coordinates.

mod edges;
mod relation;

use std::sync::OnceLock;

use geo::{Coord, CoordsIter as _, Geometry};
use geo_traits::to_geo::ToGeoGeometry as _;
use layers::Extent;

use self::edges::Edges;
pub(crate) use self::{
    edges::{Position, Side},
    relation::{Prepared, Relation},
};

/// A geometry with its extent and, once they are asked for, its segments.
#[derive(Debug)]
pub(crate) struct Shape {
    geometry: Geometry<f64>,
    extent: Extent,
    edges: OnceLock<Edges>,
}

impl Shape {
    /// Decodes WKB; none where the bytes are no WKB. An EMPTY point, which `geo` cannot hold, is an empty collection.
    pub(crate) fn from_wkb(bytes: &[u8]) -> Option<Self> {
        let decoded = wkb::reader::read_wkb(bytes).ok()?;
        let geometry = decoded
            .try_to_geometry()
            .unwrap_or_else(|| Geometry::GeometryCollection(geo::GeometryCollection::default()));
        Some(Self {
            extent: Extent::around(geometry.coords_iter().map(|position| position.x_y())),
            geometry,
            edges: OnceLock::new(),
        })
    }

    /// The geometry.
    pub(crate) fn geometry(&self) -> &Geometry<f64> {
        &self.geometry
    }

    /// Its extent, empty for EMPTY.
    pub(crate) fn extent(&self) -> &Extent {
        &self.extent
    }

    /// Its position, if it is one point.
    pub(crate) fn as_point(&self) -> Option<Coord<f64>> {
        match &self.geometry {
            Geometry::Point(point) => Some(point.0),
            _ => None,
        }
    }

    /// Whether it is a polygon or several.
    pub(crate) fn is_areal(&self) -> bool {
        matches!(
            self.geometry,
            Geometry::Polygon(_) | Geometry::MultiPolygon(_)
        )
    }

    /// About how many bytes of memory it takes, its segments included.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.geometry.coords_count() * (size_of::<Coord<f64>>() * 3 + 4)
    }

    fn edges(&self) -> &Edges {
        self.edges.get_or_init(|| Edges::new(&self.geometry))
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
    pub(crate) fn intersects(&self, other: &Self) -> bool {
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
    fn reaches_into(&self, other: &Self) -> bool {
        let mut parts = self.edges().parts().iter();
        other.edges().has_area() && parts.any(|start| other.locate(*start) != Position::Outside)
    }

    /// Whether the two are at most so far apart; never for EMPTY or a distance that is negative or NaN.
    pub(crate) fn is_within(&self, other: &Self, distance: f64) -> bool {
        distance >= 0.0 && self.distance(other, distance).is_finite()
    }

    /// The least distance between the two; infinite where it is more than `within`, or one of them is EMPTY.
    ///
    /// # Complexity
    /// O(m log n) for m segments of the smaller and n of the larger, less the nearer `within` is.
    pub(crate) fn distance(&self, other: &Self, within: f64) -> f64 {
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

/// The least distance between two rectangles; 0 where they meet, infinite where one is empty. It is asked so often that the
/// care of `hypot` for very small and very large numbers is left out, as it is in the distances it is compared with.
pub(crate) fn gap(a: &Extent, b: &Extent) -> f64 {
    let across = (a.min_x - b.max_x).max(b.min_x - a.max_x).max(0.0);
    let along = (a.min_y - b.max_y).max(b.min_y - a.max_y).max(0.0);
    (across * across + along * along).sqrt()
}

#[cfg(test)]
mod tests;
