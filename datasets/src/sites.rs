//! The heart of each commune: where its main village or town lies, and the lattice of its lanes.

use geo::{Coord, Polygon};

use crate::{
    communes::{DISTRICTS, communes},
    ground::{self, Ground},
    lattice::Lattice,
    noise::Noise,
    partition::Partition,
    plane::Plane,
    random::Random,
    relief::Relief,
    shape, water,
};

/// Middle of Hải Dương city, in degrees.
const CITY_LONLAT_DEG: (f64, f64) = (106.324, 20.934);
/// Mean radius of the city's built-up ground; wards with their heart within it share one street lattice.
const CITY_RADIUS_M: f64 = 3300.0;
/// Cells from the heart to the ends of its main streets.
pub(crate) const MAIN_STREET_CELLS: i32 = 3;

/// The heart of one commune.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Row of the commune.
    pub(crate) commune: usize,
    pub(crate) lattice: Lattice,
    /// Lattice indices of the heart.
    pub(crate) heart: (i32, i32),
    /// Whether its streets belong to the lattice of Hải Dương city.
    pub(crate) in_city: bool,
}

impl Site {
    pub(crate) fn place(&self) -> Coord {
        self.lattice.node(self.heart.0, self.heart.1)
    }

    /// About how far the streets of a ward or town reach from its heart.
    pub(crate) fn town_radius_m(&self) -> f64 {
        let commune = &communes()[self.commune];
        let is_seat = DISTRICTS
            .iter()
            .any(|district| district.seat == commune.code);
        if is_seat { 860.0 } else { 470.0 }
    }
}

/// One site per commune, in the order of [`communes`].
pub(crate) fn sites(
    plane: &Plane,
    partition: &Partition,
    (ground, relief): (&Ground, &Relief),
    seed: u64,
) -> Vec<Site> {
    let turn = Noise::new(seed, 51);
    let bend = Noise::new(seed, 52);
    let city = plane.place(CITY_LONLAT_DEG.0, CITY_LONLAT_DEG.1);
    communes()
        .iter()
        .enumerate()
        .map(|(row, commune)| {
            let mut random = Random::part(seed, "sites", row as u64);
            let heart = heart(partition, (ground, relief), row, &mut random);
            let in_city =
                commune.district == 288 && shape::distance_m(heart, city) < CITY_RADIUS_M * 1.25;
            let origin = if in_city { city } else { heart };
            let lattice = Lattice {
                origin,
                azimuth_rad: if in_city {
                    0.21
                } else {
                    turn.fractal(origin, 9000.0, 2) * 1.6
                },
                width_m: 110.0,
                height_m: 72.0,
                lane_m: if commune.kind.is_urban() { 8.0 } else { 5.0 },
                bend,
                bend_m: if commune.kind.is_urban() { 5.0 } else { 11.0 },
            };
            let heart = lattice.index(heart);
            Site {
                commune: row,
                lattice,
                heart,
                in_city,
            }
        })
        .collect()
}

/// The closed ring of Hải Dương city's built-up ground.
pub(crate) fn city_ring(plane: &Plane, seed: u64) -> Vec<Coord> {
    let city = plane.place(CITY_LONLAT_DEG.0, CITY_LONLAT_DEG.1);
    water::blob(city, CITY_RADIUS_M, Noise::new(seed, 53))
}

/// A free, level place not far from the commune's middle.
fn heart(
    partition: &Partition,
    (ground, relief): (&Ground, &Relief),
    row: usize,
    random: &mut Random,
) -> Coord {
    let polygon: &Polygon = &partition.communes[row].0[0];
    let ring = &polygon.exterior().0;
    let middle = shape::centroid(&ring[1..]);
    let reach_m = shape::ring_area_m2(&ring[1..]).abs().sqrt() * 0.45;
    let mut best = (f64::NEG_INFINITY, middle);
    for attempt in 0..70 {
        let off_m = if attempt == 0 {
            0.0
        } else {
            reach_m * random.unit().sqrt()
        };
        let angle = random.range(0.0, std::f64::consts::TAU);
        let place = Coord {
            x: middle.x + off_m * angle.cos(),
            y: middle.y + off_m * angle.sin(),
        };
        let mut free = 0.0;
        for i in -4..=4 {
            for j in -4..=4 {
                let near = Coord {
                    x: place.x + f64::from(i) * 75.0,
                    y: place.y + f64::from(j) * 60.0,
                };
                if partition.commune(near) == Some(row)
                    && ground.is_free(near, ground::ANY)
                    && relief.height_m(near) < 45.0
                {
                    free += 1.0 / 81.0;
                }
            }
        }
        let steep = relief.slope(place) * 3.0 + relief.height_m(place) / 300.0;
        let score = free - off_m / reach_m * 0.12 - steep;
        if score > best.0 {
            best = (score, place);
        }
    }
    best.1
}
