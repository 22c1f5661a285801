//! Streets of towns and lanes of villages: lines of the lattices, named where towns name them.

use std::collections::BTreeSet;

use super::{Class, Road};
use crate::{
    communes::communes,
    ground::{self, Ground},
    names,
    noise::Noise,
    partition::Partition,
    random::mix,
    shape,
    sites::{MAIN_STREET_CELLS, Site},
};

/// Streets of a ward or town are looked for this many cells from its heart.
const TOWN_CELLS: i32 = 17;
/// Streets of a ward of Hải Dương city are looked for this many cells from its heart.
const CITY_CELLS: i32 = 30;

/// A lattice edge: from node (i, j) to the next node east (false) or north (true).
pub(crate) type Edge = (i32, i32, bool);

/// Streets and main streets of one site as lattice edges; `city` is the ring of the city's built-up ground.
pub(crate) fn edges(
    site: &Site,
    (partition, ground): (&Partition, &Ground),
    city: &[geo::Coord],
    noise: Noise,
) -> BTreeSet<Edge> {
    let commune = &communes()[site.commune];
    let heart = site.place();
    let (heart_i, heart_j) = site.heart;
    let mut edges = BTreeSet::new();
    let mut add = |i: i32, j: i32, north: bool| {
        let (a, b) = nodes(site, (i, j, north));
        let here = [a, shape::between(a, b, 0.5), b];
        let free = here.iter().all(|&place| {
            partition.commune(place) == Some(site.commune)
                && ground.is_free(
                    place,
                    ground::RIVER | ground::LAKE | ground::INDUSTRY | ground::BANK,
                )
        });
        if free {
            edges.insert((i, j, north));
        }
    };
    for step in -MAIN_STREET_CELLS..MAIN_STREET_CELLS {
        add(heart_i + step, heart_j, false);
        add(heart_i, heart_j + step, true);
    }
    if commune.kind.is_urban() || site.in_city {
        let reach = if site.in_city { CITY_CELLS } else { TOWN_CELLS };
        for i in heart_i - reach..heart_i + reach {
            for j in heart_j - reach..heart_j + reach {
                let place = site.lattice.node(i, j);
                let town_m = site.town_radius_m() * (1.0 + noise.fractal(place, 900.0, 2));
                let is_town = shape::distance_m(place, heart) < town_m;
                let is_city = site.in_city && shape::contains(city, place);
                if !is_town && !is_city {
                    continue;
                }
                let (even_i, even_j) = if site.in_city {
                    (0, 0)
                } else {
                    (heart_i, heart_j)
                };
                if j.rem_euclid(2) == even_j.rem_euclid(2)
                    || site.in_city && mix_edge(i, j).is_multiple_of(4)
                {
                    add(i, j, false);
                }
                if i.rem_euclid(2) == even_i.rem_euclid(2) {
                    add(i, j, true);
                }
            }
        }
    }
    edges
}

fn mix_edge(i: i32, j: i32) -> u64 {
    mix((i64::from(i) * 7919 + i64::from(j)) as u64)
}

/// The two ends of a lattice edge.
pub(crate) fn nodes(site: &Site, (i, j, north): Edge) -> (geo::Coord, geo::Coord) {
    let to = if north { (i, j + 1) } else { (i + 1, j) };
    (site.lattice.node(i, j), site.lattice.node(to.0, to.1))
}

/// Chains edges along lattice lines into roads.
pub(crate) fn roads(site: &Site, edges: &BTreeSet<Edge>) -> Vec<Road> {
    let commune = &communes()[site.commune];
    let mut roads = Vec::new();
    for &(i, j, north) in edges {
        let before = if north {
            (i, j - 1, north)
        } else {
            (i - 1, j, north)
        };
        if edges.contains(&before) {
            continue;
        }
        let mut line = vec![site.lattice.node(i, j)];
        let (mut at_i, mut at_j) = (i, j);
        while edges.contains(&(at_i, at_j, north)) {
            if north {
                at_j += 1;
            } else {
                at_i += 1;
            }
            line.push(site.lattice.node(at_i, at_j));
        }
        let is_main = if north {
            i == site.heart.0
        } else {
            j == site.heart.1
        };
        let urban = commune.kind.is_urban() || site.in_city;
        let class = match (urban, is_main) {
            (true, _) => Class::Street,
            (false, true) => Class::Commune,
            (false, false) => Class::Lane,
        };
        let name = match (urban, is_main) {
            (true, _) => {
                names::street(if north { i } else { j + 1000 }, site.in_city, commune.code)
            }
            (false, true) => format!("Đường trục xã {}", commune.name),
            (false, false) => String::new(),
        };
        roads.push(Road::new(name, class, line));
    }
    roads
}
