//! The heart of each commune: where its main village or town lies, and the lattice of its lanes.

use geo::{Coord, Polygon};

use crate::{
    communes::{Commune, communes},
    ground::{self, Ground},
    lattice::Lattice,
    noise::Noise,
    partition::Partition,
    plane::Plane,
    random::Random,
    relief::Relief,
    shape,
};

/// Wards of Hải Dương city smaller than this share one street lattice.
const INNER_WARD_HA: u32 = 700;
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
}

impl Site {
    pub(crate) fn place(&self) -> Coord {
        self.lattice.node(self.heart.0, self.heart.1)
    }

    pub(crate) const fn is_inner_city(commune: &Commune) -> bool {
        commune.district == 288 && commune.area_ha < INNER_WARD_HA && commune.kind.is_urban()
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
    let city = plane.place(106.330, 20.938);
    communes()
        .iter()
        .enumerate()
        .map(|(row, commune)| {
            let mut random = Random::part(seed, "sites", row as u64);
            let heart = heart(partition, (ground, relief), row, &mut random);
            let inner = Site::is_inner_city(commune);
            let origin = if inner { city } else { heart };
            let lattice = Lattice {
                origin,
                azimuth_rad: if inner { 0.21 } else { turn.fractal(origin, 9000.0, 2) * 1.6 },
                width_m: 110.0,
                height_m: 72.0,
                lane_m: if commune.kind.is_urban() { 8.0 } else { 5.0 },
                bend,
                bend_m: if commune.kind.is_urban() { 5.0 } else { 11.0 },
            };
            let heart = lattice.index(heart);
            Site { commune: row, lattice, heart }
        })
        .collect()
}

/// A free, level place not far from the commune's middle.
fn heart(partition: &Partition, (ground, relief): (&Ground, &Relief), row: usize, random: &mut Random) -> Coord {
    let polygon: &Polygon = &partition.communes[row].0[0];
    let ring = &polygon.exterior().0;
    let middle = shape::centroid(&ring[1..]);
    let reach_m = shape::ring_area_m2(&ring[1..]).abs().sqrt() * 0.45;
    let mut best = (f64::NEG_INFINITY, middle);
    for attempt in 0..70 {
        let off_m = if attempt == 0 { 0.0 } else { reach_m * random.unit().sqrt() };
        let angle = random.range(0.0, std::f64::consts::TAU);
        let place = Coord { x: middle.x + off_m * angle.cos(), y: middle.y + off_m * angle.sin() };
        let mut free = 0.0;
        for i in -4..=4 {
            for j in -4..=4 {
                let near = Coord { x: place.x + f64::from(i) * 75.0, y: place.y + f64::from(j) * 60.0 };
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
