//! Streets of towns and lanes of villages: lines of the lattices, named where towns name them.

use std::collections::BTreeSet;

use super::{Class, Road};
use crate::{
    communes::communes,
    ground::{self, Ground},
    names,
    partition::Partition,
    random::mix,
    shape,
    sites::{MAIN_STREET_CELLS, Site},
};

/// Streets reach this many cells from the heart of a ward or town outside the inner city.
const TOWN_CELLS: i32 = 7;
/// The inner city's lattice reaches this far from the heart of a ward.
const CITY_CELLS: i32 = 26;

/// A lattice edge: from node (i, j) to the next node east (false) or north (true).
pub(crate) type Edge = (i32, i32, bool);

/// Streets and main streets of one site as lattice edges.
pub(crate) fn edges(site: &Site, partition: &Partition, ground: &Ground) -> BTreeSet<Edge> {
    let commune = &communes()[site.commune];
    let (heart_i, heart_j) = site.heart;
    let mut edges = BTreeSet::new();
    let mut add = |i: i32, j: i32, north: bool| {
        let (a, b) = nodes(site, (i, j, north));
        let here = [a, shape::between(a, b, 0.5), b];
        let free = here.iter().all(|&place| {
            partition.commune(place) == Some(site.commune)
                && ground.is_free(place, ground::RIVER | ground::LAKE | ground::INDUSTRY | ground::BANK)
        });
        if free {
            edges.insert((i, j, north));
        }
    };
    for step in -MAIN_STREET_CELLS..MAIN_STREET_CELLS {
        add(heart_i + step, heart_j, false);
        add(heart_i, heart_j + step, true);
    }
    if commune.kind.is_urban() {
        let inner = Site::is_inner_city(commune);
        let reach = if inner { CITY_CELLS } else { TOWN_CELLS };
        for i in heart_i - reach..heart_i + reach {
            for j in heart_j - reach..heart_j + reach {
                let round = (i - heart_i).pow(2) + (j - heart_j).pow(2) <= reach * reach;
                if !round && !inner {
                    continue;
                }
                if j.rem_euclid(2) == heart_j.rem_euclid(2) || inner && mix_edge(i, j) % 4 == 0 {
                    add(i, j, false);
                }
                if i.rem_euclid(2) == heart_i.rem_euclid(2) {
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
        let before = if north { (i, j - 1, north) } else { (i - 1, j, north) };
        if edges.contains(&before) {
            continue;
        }
        let mut line = vec![site.lattice.node(i, j)];
        let (mut at_i, mut at_j) = (i, j);
        while edges.contains(&(at_i, at_j, north)) {
            if north { at_j += 1 } else { at_i += 1 }
            line.push(site.lattice.node(at_i, at_j));
        }
        let is_main = if north { i == site.heart.0 } else { j == site.heart.1 };
        let urban = commune.kind.is_urban();
        let class = match (urban, is_main) {
            (true, _) => Class::Street,
            (false, true) => Class::Commune,
            (false, false) => Class::Lane,
        };
        let name = match (urban, is_main) {
            (true, _) => names::street(if north { i } else { j + 1000 }, Site::is_inner_city(commune), commune.code),
            (false, true) => format!("Đường trục xã {}", commune.name),
            (false, false) => String::new(),
        };
        roads.push(Road::new(name, class, line));
    }
    roads
}
