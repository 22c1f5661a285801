//! Distances in metres on the WGS 84 ellipsoid, for coordinates that are longitude and latitude in degrees.

use geo::{Coord, Distance as _, Geodesic, Point};
use layers::Extent;

use super::{Position, Shape};

/// The least radius of curvature of the ellipsoid in metres: that of a meridian at the equator, a(1 − e²).
///
/// Normals carry a path on the ellipsoid to one on the unit sphere that is at most as long as the path divided by this, so
/// this times the angle between two normals never exceeds the distance.
const LEAST_RADIUS: f64 = 6_335_439.327;

/// Metres between two positions along the geodesic (Karney 2013).
pub(crate) fn metres_between(a: Coord<f64>, b: Coord<f64>) -> f64 {
    Geodesic.distance(Point(a), Point(b))
}

/// Metres that nothing in an extent is nearer to a position than; infinite for an empty extent.
pub(crate) fn least_metres(from: Coord<f64>, extent: &Extent) -> f64 {
    if extent.is_empty() {
        return f64::INFINITY;
    }
    let (lat, south, north) = (
        from.y.to_radians(),
        extent.min_y.to_radians(),
        extent.max_y.to_radians(),
    );
    let angle = if (extent.min_x..=extent.max_x).contains(&from.x) {
        (south - lat).max(lat - north).max(0.0)
    } else {
        let to_edge = |edge: f64| {
            let across = (edge - from.x).to_radians();
            // On the whole meridian of the edge, the nearest latitude is here; on a part without it, an end of the part.
            let nearest = lat.sin().atan2(lat.cos() * across.cos());
            let ends = angle_between(lat, south, across).min(angle_between(lat, north, across));
            if (south..=north).contains(&nearest) {
                ends.min(angle_between(lat, nearest, across))
            } else {
                ends
            }
        };
        to_edge(extent.min_x).min(to_edge(extent.max_x))
    };
    angle * LEAST_RADIUS
}

/// The angle at the centre of a sphere between two latitudes so many radians of longitude apart.
fn angle_between(a: f64, b: f64, across: f64) -> f64 {
    let (half_along, half_across) = (((b - a) / 2.0).sin(), (across / 2.0).sin());
    let haversine = half_along * half_along + a.cos() * b.cos() * half_across * half_across;
    2.0 * haversine.sqrt().min(1.0).asin()
}

impl Shape<'_> {
    /// Metres to a position, 0 in an area, infinite for EMPTY. Where on the shape is nearest is found in the plane that
    /// touches the ellipsoid at the position: over 100 km that costs some metres, near by nothing.
    pub(crate) fn metres_to(&self, position: Coord<f64>) -> f64 {
        match self.as_point() {
            Some(point) => metres_between(point, position),
            None if self.edges().has_area() && self.locate(position) != Position::Outside => 0.0,
            None => {
                let nearest = self
                    .edges()
                    .nearest_position(position, position.y.to_radians().cos());
                nearest.map_or(f64::INFINITY, |nearest| metres_between(nearest, position))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_in_an_extent_is_nearer_than_said(
            x in -179.0..179.0_f64, y in -89.0..89.0_f64, west in -179.0..170.0_f64, south in -89.0..80.0_f64,
            width in 0.0..9.0_f64, height in 0.0..9.0_f64, u in 0.0..=1.0_f64, v in 0.0..=1.0_f64,
        ) {
            let extent = Extent::from_corners((west, south), (west + width, south + height));
            let inside = Coord { x: west + u * width, y: south + v * height };
            let from = Coord { x, y };
            prop_assert!(least_metres(from, &extent) <= metres_between(from, inside) * (1.0 + 1e-9));
        }
    }

    #[test]
    fn the_bound_is_close_in_the_province() {
        let from = Coord {
            x: 106.3146,
            y: 20.9373,
        };
        let to = Coord {
            x: 106.4146,
            y: 20.8373,
        };
        let bound = least_metres(from, &Extent::around([(to.x, to.y)]));
        let metres = metres_between(from, to);
        assert!(
            bound <= metres && bound > 0.99 * metres,
            "{bound} of {metres}"
        );
    }
}
