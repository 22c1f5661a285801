//! Distances in metres on the WGS 84 ellipsoid, for coordinates that are longitude and latitude in degrees.

use geo::{Coord, Distance as _, Geodesic, Point};
use layers::Extent;

use super::{Position, Shape};

/// The least radius of curvature of the ellipsoid in metres: that of a meridian at the equator, a(1 − e²).
///
/// Normals carry a path on the ellipsoid to one on the unit sphere that is at most as long as the path divided by this, so
/// this times the angle between two normals never exceeds the distance.
const LEAST_RADIUS: f64 = 6_335_439.327;

/// How much less than said a bound may be by rounding: of itself, and in metres.
const ROUNDING: (f64, f64) = (1e-12, 1e-6);

/// How much wider than needed a window is, of itself and in degrees.
const WIDER: (f64, f64) = (1e-9, 1e-9);

/// Metres between two positions along the geodesic (Karney 2013); to the last bit the same in either order.
pub(crate) fn metres_between(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (a, b) = if a.x_y() <= b.x_y() { (a, b) } else { (b, a) };
    Geodesic.distance(Point(a), Point(b))
}

/// Metres that no position in one extent is nearer to any in another than; infinite where either is empty. A longitude is
/// the same a turn further.
pub(crate) fn least_metres_apart(a: &Extent, b: &Extent) -> f64 {
    if a.is_empty() || b.is_empty() {
        return f64::INFINITY;
    }
    let along = (a.min_y - b.max_y).max(b.min_y - a.max_y).max(0.0);
    let (west, east) = (b.min_x - a.max_x, b.max_x - a.min_x);
    let across = if (west / 360.0).ceil() <= (east / 360.0).floor() {
        0.0
    } else {
        half_sine(west).abs().min(half_sine(east).abs())
    };
    let cosine = |extent: &Extent| {
        let farthest = extent.min_y.abs().max(extent.max_y.abs());
        farthest.to_radians().cos().max(0.0)
    };
    let up = half_sine(along);
    let haversine = up * up + cosine(a) * cosine(b) * across * across;
    let metres = 2.0 * haversine.sqrt().min(1.0).asin() * LEAST_RADIUS;
    (metres * (1.0 - ROUNDING.0) - ROUNDING.1).max(0.0)
}

/// The extent that everything meets which is at most so many metres from something in an extent; none where that goes around
/// a pole or beyond the antimeridian.
pub(crate) fn within_metres(extent: &Extent, metres: f64) -> Option<Extent> {
    let angle = (metres / LEAST_RADIUS).to_degrees();
    let wider = |degrees: f64| degrees * (1.0 + WIDER.0) + WIDER.1;
    let along = wider(angle);
    let farthest = extent.min_y.abs().max(extent.max_y.abs());
    if farthest + along >= 90.0 {
        return None;
    }
    // Where the circle around a position touches a meridian.
    let across = (angle.to_radians().sin() / farthest.to_radians().cos()).asin();
    let across = wider(across.to_degrees());
    let reach = Extent {
        min_x: extent.min_x - across,
        min_y: extent.min_y - along,
        max_x: extent.max_x + across,
        max_y: extent.max_y + along,
    };
    (reach.min_x > -180.0 && reach.max_x < 180.0).then_some(reach)
}

fn half_sine(degrees: f64) -> f64 {
    (degrees.to_radians() / 2.0).sin()
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
        if let Some(point) = self.as_point() {
            return metres_between(point, position);
        }
        let position = self.beside(position);
        if self.edges().has_area() && self.locate(position) != Position::Outside {
            return 0.0;
        }
        let unit = position.y.to_radians().cos();
        let nearest = self.edges().nearest_position(position, unit);
        nearest.map_or(f64::INFINITY, |nearest| metres_between(nearest, position))
    }

    /// The least metres between the two, 0 where they meet; infinite where it is more than `within`, or one of them is EMPTY.
    /// Of two shapes that do not meet, the vertices of either are measured to the other.
    pub(crate) fn metres(&self, other: &Shape<'_>, within: f64) -> f64 {
        let metres = match (self.as_point(), other.as_point()) {
            (_, Some(position)) => self.metres_to(position),
            (Some(position), None) => other.metres_to(position),
            (None, None) if self.intersects(other) => 0.0,
            (None, None) => {
                let least = self.metres_from_vertices_of(other, within);
                other
                    .metres_from_vertices_of(self, least.min(within))
                    .min(least)
            }
        };
        if metres <= within {
            metres
        } else {
            f64::INFINITY
        }
    }

    fn metres_from_vertices_of(&self, other: &Shape<'_>, within: f64) -> f64 {
        let mut least = f64::INFINITY;
        for vertex in other.edges().positions() {
            let extent = Extent::around([vertex.x_y()]);
            if least_metres_apart(&extent, self.extent()) <= least.min(within) {
                least = least.min(self.metres_to(vertex));
            }
        }
        least
    }

    /// A position, whole turns away, so that it is on the shape's side of the antimeridian.
    fn beside(&self, position: Coord<f64>) -> Coord<f64> {
        if self.extent().is_empty() {
            return position;
        }
        let turns = ((self.extent().center().0 - position.x) / 360.0).round();
        Coord {
            x: position.x + turns * 360.0,
            ..position
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

    /// A position, and an extent around another somewhere near or far.
    fn near_or_far() -> impl Strategy<Value = (Coord<f64>, Extent, Coord<f64>)> {
        let places = (
            -180.0..=180.0_f64,
            -90.0..=90.0_f64,
            -180.0..=180.0_f64,
            -90.0..=90.0_f64,
        );
        let sizes = (
            0.0..5.0_f64,
            0.0..5.0_f64,
            0.0..=1.0_f64,
            0.0..=1.0_f64,
            0..3_usize,
        );
        (places, sizes).prop_map(|((x, y, a, b), (width, height, u, v, scale))| {
            let scale: f64 = [1e-4, 0.05, 1.0][scale];
            let (west, south): (f64, f64) = (x + (a - x) * scale, y + (b - y) * scale);
            let extent = Extent {
                min_x: west.clamp(-180.0, 180.0),
                min_y: south.clamp(-90.0, 90.0),
                max_x: (west + width * scale).clamp(-180.0, 180.0),
                max_y: (south + height * scale).clamp(-90.0, 90.0),
            };
            let inside = Coord {
                x: extent.min_x + u * extent.width(),
                y: extent.min_y + v * extent.height(),
            };
            (Coord { x, y }, extent, inside)
        })
    }

    proptest! {
        #[test]
        fn no_two_positions_are_nearer_than_said((from, extent, inside) in near_or_far()) {
            let metres = metres_between(from, inside);
            let here = Extent::around([from.x_y()]);
            prop_assert!(least_metres_apart(&here, &extent) <= metres);
            prop_assert!(least_metres_apart(&extent, &here) <= metres);
        }

        #[test]
        fn everything_so_near_meets_the_wider_extent((from, extent, inside) in near_or_far()) {
            let metres = metres_between(from, inside);
            if let Some(reach) = within_metres(&extent, metres) {
                prop_assert!(reach.contains(from.x, from.y), "{reach:?} {from:?} {metres}");
            }
        }
    }

    #[test]
    fn a_circle_around_a_pole_or_beyond_the_antimeridian_has_no_extent() {
        let reach = |x, y, metres| within_metres(&Extent::around([(x, y)]), metres);
        assert!(reach(106.3, 20.9, 500.0).is_some());
        assert!(reach(179.9, 20.9, 20_000.0).is_none());
        assert!(reach(-179.9, 20.9, 20_000.0).is_none());
        assert!(reach(10.0, 89.9, 20_000.0).is_none());
        assert!(reach(10.0, -89.9, 20_000.0).is_none());
        assert!(reach(0.0, 0.0, 30_000_000.0).is_none());
        let close = reach(106.3, 20.9, 500.0).map(|extent| extent.width() / 2.0);
        assert!(close.is_some_and(|degrees| (degrees - 500.0 / 104_100.0).abs() < 1e-4));
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
