//! The shape of the land: a delta plain that falls from north-west to south-east, and the hills of Chí Linh and Kinh Môn.

use geo::Coord;

use crate::{noise::Noise, plane::Plane, shape};

/// Height of Dây Diều in Chí Linh, the province's top.
pub(crate) const HIGHEST_M: f64 = 616.0;

/// One hill: place (degrees), height (m), half-lengths along and across its ridge (m), direction of the ridge (degrees from east).
type Hill = (f64, f64, f64, f64, f64, f64);

#[rustfmt::skip]
const HILLS: [Hill; 18] = [
    (106.456, 21.214, 520.0, 3400.0, 1900.0, 20.0),   // Dây Diều
    (106.482, 21.196, 330.0, 2200.0, 1500.0, 70.0),
    (106.418, 21.196, 300.0, 3000.0, 1500.0, 15.0),
    (106.395, 21.178, 210.0, 2300.0, 1300.0, 120.0),
    (106.440, 21.168, 250.0, 2200.0, 1100.0, 35.0),   // Phượng Hoàng
    (106.404, 21.152, 190.0, 1500.0, 900.0, 20.0),    // Côn Sơn
    (106.466, 21.146, 170.0, 1900.0, 1100.0, 60.0),
    (106.340, 21.162, 170.0, 2200.0, 1100.0, 10.0),
    (106.322, 21.139, 110.0, 1500.0, 900.0, 100.0),   // Phả Lại
    (106.356, 21.138, 90.0, 1700.0, 800.0, 30.0),
    (106.430, 21.135, 80.0, 1500.0, 700.0, 0.0),
    (106.470, 21.005, 240.0, 2700.0, 620.0, 12.0),    // An Phụ
    (106.503, 21.008, 160.0, 1300.0, 520.0, 150.0),
    (106.524, 21.036, 120.0, 800.0, 480.0, 30.0),     // Dương Nham
    (106.560, 21.042, 190.0, 1500.0, 800.0, 160.0),
    (106.580, 21.032, 160.0, 900.0, 600.0, 20.0),
    (106.541, 21.052, 130.0, 800.0, 500.0, 80.0),
    (106.396, 21.066, 40.0, 700.0, 500.0, 0.0),
];

/// Heights of the land, without water.
#[derive(Debug)]
pub(crate) struct Relief {
    hills: Vec<(Coord, Hill)>,
    noise: Noise,
    middle: Coord,
    hill_scale: f64,
}

impl Relief {
    pub(crate) fn new(plane: &Plane, seed: u64) -> Self {
        let hills: Vec<(Coord, Hill)> = HILLS
            .iter()
            .map(|&hill| (plane.place(hill.0, hill.1), hill))
            .collect();
        let mut relief = Self {
            hills,
            noise: Noise::new(seed, 31),
            middle: plane.place(106.36, 20.95),
            hill_scale: 1.0,
        };
        let top = relief.hills[0].0;
        let highest_m = (-90..=90)
            .flat_map(|i| (-90..=90).map(move |j| (f64::from(i) * 30.0, f64::from(j) * 30.0)))
            .map(|(dx, dy)| {
                relief.hill_m(Coord {
                    x: top.x + dx,
                    y: top.y + dy,
                })
            })
            .fold(1.0, f64::max);
        relief.hill_scale = (HIGHEST_M - 3.0) / highest_m;
        relief
    }

    /// Height in metres above the sea.
    pub(crate) fn height_m(&self, place: Coord) -> f64 {
        self.plain_m(place) + self.hill_m(place)
    }

    fn plain_m(&self, place: Coord) -> f64 {
        let (dx, dy) = (place.x - self.middle.x, place.y - self.middle.y);
        let downhill = (dx - dy) / 52_000.0;
        let bumps = self.noise.fractal(place, 3200.0, 4);
        (2.5 - 1.7 * downhill + 0.75 * bumps).max(0.5)
    }

    fn hill_m(&self, place: Coord) -> f64 {
        let mut height_m = 0.0;
        for &(centre, (_, _, top_m, along_m, across_m, degrees)) in &self.hills {
            let offset = Coord {
                x: place.x - centre.x,
                y: place.y - centre.y,
            };
            let reach_m = along_m * 2.4;
            if offset.x.abs() > reach_m || offset.y.abs() > reach_m {
                continue;
            }
            let (sin, cos) = degrees.to_radians().sin_cos();
            let along = (offset.x * cos + offset.y * sin) / along_m;
            let across = (offset.y * cos - offset.x * sin) / across_m;
            let fall = (-1.15 * (along * along + across * across)).exp();
            height_m += top_m * (fall - 0.035).max(0.0);
        }
        if height_m <= 0.0 {
            return 0.0;
        }
        let ridges = 1.0 - (self.noise.fractal(place, 1500.0, 5) * 2.0).abs();
        height_m * (0.52 + 0.62 * ridges) * self.hill_scale
    }

    /// Steepness as a share (1 = 45°), over 60 m.
    pub(crate) fn slope(&self, place: Coord) -> f64 {
        let here = |dx: f64, dy: f64| {
            self.height_m(Coord {
                x: place.x + dx,
                y: place.y + dy,
            })
        };
        ((here(30.0, 0.0) - here(-30.0, 0.0)) / 60.0)
            .hypot((here(0.0, 30.0) - here(0.0, -30.0)) / 60.0)
    }

    /// The highest point along a line.
    pub(crate) fn highest_on_m(&self, line: &[Coord]) -> f64 {
        let mut walk = shape::Walk::new(line);
        let total_m = shape::length_m(line);
        (0..=20)
            .map(|step| self.height_m(walk.to(total_m * f64::from(step) / 20.0)))
            .fold(0.0, f64::max)
    }
}
