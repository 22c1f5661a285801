//! Smooth seeded noise over the plane: what makes borders, rivers and hills look grown rather than drawn.

use geo::Coord;

use crate::random::mix;

/// Value noise with smooth interpolation, in −1 … 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    seed: u64,
}

impl Noise {
    pub(crate) const fn new(seed: u64, topic: u64) -> Self {
        Self {
            seed: mix(seed ^ topic.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        }
    }

    fn lattice(self, i: i64, j: i64) -> f64 {
        let hash = mix(self.seed ^ mix((i as u64) ^ (j as u64).rotate_left(32)));
        (hash >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// One octave at a wavelength in metres.
    pub(crate) fn at(self, place: Coord, wavelength_m: f64) -> f64 {
        let x = place.x / wavelength_m;
        let y = place.y / wavelength_m;
        let (i, j) = (x.floor() as i64, y.floor() as i64);
        let smooth = |t: f64| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        let u = smooth(x - x.floor());
        let v = smooth(y - y.floor());
        let south = self.lattice(i, j) * (1.0 - u) + self.lattice(i + 1, j) * u;
        let north = self.lattice(i, j + 1) * (1.0 - u) + self.lattice(i + 1, j + 1) * u;
        south * (1.0 - v) + north * v
    }

    /// Fractal sum of octaves, each with half the wavelength and half the height of the one before.
    pub(crate) fn fractal(self, place: Coord, wavelength_m: f64, octaves: u32) -> f64 {
        let mut sum = 0.0;
        let mut height = 0.5;
        let mut wavelength_m = wavelength_m;
        let mut noise = self;
        for _ in 0..octaves {
            sum += height * noise.at(place, wavelength_m);
            height *= 0.5;
            wavelength_m *= 0.5;
            noise = Self {
                seed: mix(noise.seed),
            };
        }
        sum
    }

    /// A smooth displacement of a place: the same place always moves the same way, so shared corners stay shared.
    pub(crate) fn displacement(self, place: Coord, wavelength_m: f64) -> Coord {
        let other = Self {
            seed: mix(self.seed ^ 0x77),
        };
        Coord {
            x: self.at(place, wavelength_m),
            y: other.at(place, wavelength_m),
        }
    }
}
