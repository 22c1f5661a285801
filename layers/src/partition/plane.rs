//! An equal-area plane in whole millimetres: areas are those on the ellipsoid, lengths right near its parallel.

use geo::Coord;

use crate::repair::raised;

/// WGS 84, metres.
const SEMI_MAJOR_M: f64 = 6_378_137.0;
const SEMI_MINOR_M: f64 = 6_356_752.314_245;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_3;

/// The cylindrical equal-area projection that keeps lengths along the parallel of its origin (Snyder 1987, p. 81). At half a
/// degree from it lengths are off by 0.4 %, which tolerances of width can bear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane {
    lon: f64,
    origin: f64,
    /// Metres per radian of longitude.
    per_radian_m: f64,
}

impl Plane {
    /// The plane around a position in degrees.
    pub(crate) fn at(lon: f64, lat: f64) -> Self {
        let (sine, cosine) = lat.clamp(-80.0, 80.0).to_radians().sin_cos();
        Self {
            lon,
            origin: raised(lat),
            per_radian_m: SEMI_MAJOR_M * cosine / (1.0 - ECCENTRICITY_SQUARED * sine * sine).sqrt(),
        }
    }

    /// A position in millimetres; none beyond 2,147 km from the origin.
    pub(super) fn millimetres(&self, at: Coord) -> Option<[i32; 2]> {
        let x = (at.x - self.lon).to_radians() * self.per_radian_m;
        let y =
            (raised(at.y) - self.origin) * SEMI_MINOR_M * SEMI_MINOR_M / 2.0 / self.per_radian_m;
        Some([whole(x * 1e3)?, whole(y * 1e3)?])
    }

    /// The position in degrees of one in metres of the plane.
    pub(super) fn degrees(&self, at: Coord) -> Coord {
        let wanted = self.origin + at.y * 2.0 * self.per_radian_m / (SEMI_MINOR_M * SEMI_MINOR_M);
        let mut sine = (wanted / 2.0).clamp(-1.0, 1.0);
        // Newton's method; each round doubles the digits that are right, the first guess has two.
        for _ in 0..4 {
            let error = raised(sine.asin().to_degrees()) - wanted;
            let slope = 2.0 / (1.0 - ECCENTRICITY_SQUARED * sine * sine).powi(2);
            sine = (sine - error / slope).clamp(-1.0, 1.0);
        }
        Coord {
            x: self.lon + (at.x / self.per_radian_m).to_degrees(),
            y: sine.asin().to_degrees(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
fn whole(millimetres: f64) -> Option<i32> {
    let rounded = millimetres.round();
    (rounded.abs() < f64::from(i32::MAX)).then_some(rounded as i32)
}

#[cfg(test)]
mod tests {
    use geo::{Distance as _, Geodesic, Point};

    use super::*;

    #[test]
    fn a_position_comes_back_within_a_millimetre_and_lengths_are_those_of_the_ellipsoid() {
        let plane = Plane::at(106.3, 20.9);
        for (lon, lat) in [(106.3, 20.9), (106.8, 21.3), (105.0, 19.0), (108.0, 23.4)] {
            let [x, y] = plane.millimetres(Coord { x: lon, y: lat }).unwrap();
            let back = plane.degrees(Coord {
                x: f64::from(x) / 1e3,
                y: f64::from(y) / 1e3,
            });
            assert!(
                (back.x - lon).abs() < 1e-8 && (back.y - lat).abs() < 1e-8,
                "{lon} {lat}: {back:?}"
            );
        }
        // Against geodesics: 0.01° east and 0.01° north of 106.3 E, 20.9 N.
        let east = plane.millimetres(Coord { x: 106.31, y: 20.9 }).unwrap()[0];
        let north = plane.millimetres(Coord { x: 106.3, y: 20.91 }).unwrap()[1];
        let length =
            |lon, lat| 1e3 * Geodesic.distance(Point::new(106.3, 20.9), Point::new(lon, lat));
        assert!((f64::from(east) / length(106.31, 20.9) - 1.0).abs() < 1e-4);
        assert!((f64::from(north) / length(106.3, 20.91) - 1.0).abs() < 1e-3);
        assert_eq!(plane.millimetres(Coord { x: -106.0, y: 20.9 }), None);
    }
}
