//! Rectangles and positions. x is easting or longitude, y is northing or latitude, everywhere.

use serde::{Deserialize, Serialize};

/// A position on the WGS 84 ellipsoid, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LonLat {
    /// Longitude, east positive, −180 to 180.
    pub lon: f64,
    /// Latitude, north positive, −90 to 90.
    pub lat: f64,
}

/// An axis-aligned rectangle in the units of its CRS, edges included.
///
/// An extent that covers nothing is [`Extent::EMPTY`]; it intersects nothing and is the identity of [`Extent::union`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// West edge.
    pub min_x: f64,
    /// South edge.
    pub min_y: f64,
    /// East edge.
    pub max_x: f64,
    /// North edge.
    pub max_y: f64,
}

impl Extent {
    /// The extent of nothing.
    pub const EMPTY: Self = Self {
        min_x: f64::INFINITY,
        min_y: f64::INFINITY,
        max_x: f64::NEG_INFINITY,
        max_y: f64::NEG_INFINITY,
    };

    /// The rectangle between two corners given in any order.
    pub fn from_corners(a: (f64, f64), b: (f64, f64)) -> Self {
        Self {
            min_x: a.0.min(b.0),
            min_y: a.1.min(b.1),
            max_x: a.0.max(b.0),
            max_y: a.1.max(b.1),
        }
    }

    /// The smallest rectangle around positions; NaN coordinates are passed over.
    pub fn around(positions: impl IntoIterator<Item = (f64, f64)>) -> Self {
        positions
            .into_iter()
            .fold(Self::EMPTY, |extent, (x, y)| Self {
                min_x: extent.min_x.min(x),
                min_y: extent.min_y.min(y),
                max_x: extent.max_x.max(x),
                max_y: extent.max_y.max(y),
            })
    }

    /// Whether it covers nothing, not even a point.
    pub fn is_empty(&self) -> bool {
        !(self.min_x <= self.max_x && self.min_y <= self.max_y)
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min_x: self.min_x.min(other.min_x),
            min_y: self.min_y.min(other.min_y),
            max_x: self.max_x.max(other.max_x),
            max_y: self.max_y.max(other.max_y),
        }
    }

    /// Whether the two share at least a point; edges count.
    pub fn intersects(&self, other: &Self) -> bool {
        self.min_x <= other.max_x
            && other.min_x <= self.max_x
            && self.min_y <= other.max_y
            && other.min_y <= self.max_y
    }

    /// Whether the position lies inside or on the edge.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.min_x..=self.max_x).contains(&x) && (self.min_y..=self.max_y).contains(&y)
    }

    /// Whether the other lies wholly inside; edges may touch. An empty extent is inside everything.
    pub fn covers(&self, other: &Self) -> bool {
        other.is_empty()
            || (self.min_x <= other.min_x
                && other.max_x <= self.max_x
                && self.min_y <= other.min_y
                && other.max_y <= self.max_y)
    }

    /// The rectangle grown by a distance on every side, in CRS units.
    #[must_use]
    pub fn grown(&self, distance: f64) -> Self {
        Self {
            min_x: self.min_x - distance,
            min_y: self.min_y - distance,
            max_x: self.max_x + distance,
            max_y: self.max_y + distance,
        }
    }

    /// East–west size; 0 when empty.
    pub fn width(&self) -> f64 {
        (self.max_x - self.min_x).max(0.0)
    }

    /// North–south size; 0 when empty.
    pub fn height(&self) -> f64 {
        (self.max_y - self.min_y).max(0.0)
    }

    /// The middle.
    pub fn center(&self) -> (f64, f64) {
        (
            self.min_x.midpoint(self.max_x),
            self.min_y.midpoint(self.max_y),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_extent_meets_nothing_and_adds_nothing() {
        let square = Extent::from_corners((1.0, 1.0), (0.0, 0.0));
        assert!(Extent::EMPTY.is_empty() && !square.is_empty());
        assert!(!Extent::EMPTY.intersects(&square));
        assert_eq!(Extent::EMPTY.union(&square), square);
        assert!(Extent::around([(f64::NAN, f64::NAN)]).is_empty());
        assert!(Extent::EMPTY.width().abs() < f64::EPSILON);
    }

    #[test]
    fn edges_belong_to_the_extent() {
        let left = Extent::from_corners((0.0, 0.0), (1.0, 1.0));
        let right = Extent::from_corners((1.0, 0.0), (2.0, 1.0));
        assert!(left.intersects(&right) && left.contains(1.0, 1.0) && left.covers(&left));
    }
}
