//! Villages and quarters: their places, names and people, and the ground they are built on.

use geo::Coord;

use crate::{
    communes::communes,
    ground::{self, Ground},
    names,
    noise::Noise,
    partition::Partition,
    random::Random,
    relief::Relief,
    shape,
    sites::Site,
    water,
};

/// People per village or quarter, about.
const PEOPLE_PER_VILLAGE: u32 = 1500;

/// A village (thôn) or quarter (khu phố).
#[derive(Clone, Debug)]
pub(crate) struct Village {
    pub(crate) commune: usize,
    pub(crate) name: String,
    pub(crate) place: Coord,
    pub(crate) population: u32,
    /// The closed ring of its built-up ground.
    pub(crate) ring: Vec<Coord>,
}

/// Villages of all communes, commune by commune; the first of each commune lies at its heart.
pub(crate) fn villages(
    sites: &[Site],
    populations: &[u32],
    (partition, ground, relief): (&Partition, &Ground, &Relief),
    seed: u64,
) -> Vec<Village> {
    let noise = Noise::new(seed, 71);
    let mut villages = Vec::new();
    for (row, (site, &population)) in sites.iter().zip(populations).enumerate() {
        let mut random = Random::part(seed, "villages", row as u64);
        let count = (population / PEOPLE_PER_VILLAGE).clamp(3, 14) as usize;
        let names = names::villages(communes()[row].kind.is_urban(), count, &mut random);
        let places = places(site, count, (partition, ground, relief), &mut random);
        let weights: Vec<f64> = (0..count)
            .map(|n| if n == 0 { 1.8 } else { random.range(0.6, 1.4) })
            .collect();
        let total: f64 = weights.iter().sum();
        let mut left = population;
        for (number, (name, place)) in names.into_iter().zip(places).enumerate() {
            let share = (f64::from(population) * weights[number] / total) as u32;
            let people = if number + 1 == count {
                left
            } else {
                share.min(left)
            };
            left -= people;
            let radius_m = 1.05 * f64::from(people.max(200)).sqrt() * 6.8;
            let ring = water::blob(place, radius_m.clamp(110.0, 420.0), noise);
            villages.push(Village {
                commune: row,
                name,
                place,
                population: people,
                ring,
            });
        }
    }
    villages
}

/// The heart and further free places of the commune, far from each other.
fn places(
    site: &Site,
    count: usize,
    (partition, ground, relief): (&Partition, &Ground, &Relief),
    random: &mut Random,
) -> Vec<Coord> {
    let heart = site.place();
    let ring = &partition.communes[site.commune].0[0].exterior().0;
    let reach_m = shape::ring_area_m2(&ring[1..]).abs().sqrt();
    let mut places = vec![heart];
    while places.len() < count {
        let mut best = (f64::NEG_INFINITY, heart);
        for _ in 0..24 {
            let corner = *random.pick(ring);
            let place = shape::between(heart, corner, random.unit().sqrt() * 0.9);
            let apart_m = places
                .iter()
                .map(|&other| shape::distance_m(place, other))
                .fold(f64::INFINITY, f64::min);
            let mut score = apart_m.min(reach_m * 0.4);
            let fits = partition.commune(place) == Some(site.commune);
            if !fits || !ground.is_free(place, ground::RIVER | ground::LAKE | ground::INDUSTRY) {
                score -= 20_000.0;
            }
            score -= 40.0 * (relief.height_m(place) - 8.0).max(0.0);
            if score > best.0 {
                best = (score, place);
            }
        }
        places.push(best.1);
    }
    places
}
