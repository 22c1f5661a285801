//! Roads between communes: neighbours are linked, rivers are crossed only where it is worth a bridge.

use geo::Coord;

use super::{Class, Road};
use crate::{
    communes::{DISTRICTS, communes},
    ground::{self, Ground},
    partition::Partition,
    random::Random,
    relief::Relief,
    routes::Route,
    shape,
    sites::{MAIN_STREET_CELLS, Site},
};

/// Neighbours further apart are not linked.
const FARTHEST_M: f64 = 9500.0;
/// Communes this near to a main road get a road to it.
const NEAR_MAIN_ROAD_M: f64 = 2600.0;

/// Ends of the main streets of a site that are on dry, free ground.
pub(crate) fn gates(site: &Site, ground: &Ground) -> Vec<Coord> {
    let mut gates = Vec::new();
    for (di, dj) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
        let mut gate = site.place();
        for step in 1..=MAIN_STREET_CELLS {
            let next = site
                .lattice
                .node(site.heart.0 + di * step, site.heart.1 + dj * step);
            if !dry(&[gate, next], ground) {
                break;
            }
            gate = next;
        }
        gates.push(gate);
    }
    gates
}

/// All links, as unsplit roads, and the links to main roads.
pub(crate) fn links(
    sites: &[Site],
    routes: &[Route],
    (partition, ground, relief): (&Partition, &Ground, &Relief),
    seed: u64,
) -> Vec<Road> {
    let gates: Vec<Vec<Coord>> = sites.iter().map(|site| gates(site, ground)).collect();
    let mut random = Random::new(seed, "links");
    let mut ways: Vec<Way> = neighbours(sites)
        .into_iter()
        .map(|(a, b)| {
            way(
                (a, b),
                sites,
                &gates,
                (partition, ground, relief),
                &mut random,
            )
        })
        .collect();
    ways.sort_by(|one, two| one.cost_m.total_cmp(&two.cost_m));
    let mut parts: Vec<usize> = (0..sites.len()).collect();
    let mut roads = Vec::new();
    let mut number = 190;
    for way in ways {
        let (a, b) = (root(&parts, way.ends.0), root(&parts, way.ends.1));
        let needed = a != b;
        parts[a.max(b)] = a.min(b);
        if sites[way.ends.0].in_city && sites[way.ends.1].in_city {
            continue; // streets join them
        }
        if !needed
            && (way.wet_m > 40.0
                || way.outside_m > 0.0
                || way.highest_m > 60.0
                || random.chance(0.3))
        {
            continue;
        }
        let class = if needed && random.chance(0.6) {
            Class::District
        } else {
            Class::Commune
        };
        let mut road = Road::new(String::new(), class, way.line);
        if class == Class::District {
            number += 1;
            road.reference = format!("ĐH.{number}");
            road.name = format!("Đường huyện {number}");
        } else {
            let commune = &communes()[way.ends.0];
            road.name = format!("Đường {} – {}", commune.name, communes()[way.ends.1].name);
        }
        roads.push(road);
    }
    roads.extend(to_main_roads(sites, &gates, routes, ground));
    roads
}

fn root(parts: &[usize], mut row: usize) -> usize {
    while parts[row] != row {
        row = parts[row];
    }
    row
}

/// Pairs of sites with no third site inside the circle between them (a Gabriel graph).
fn neighbours(sites: &[Site]) -> Vec<(usize, usize)> {
    let places: Vec<Coord> = sites.iter().map(Site::place).collect();
    let mut pairs = Vec::new();
    for a in 0..places.len() {
        for b in a + 1..places.len() {
            let radius_m = shape::distance_m(places[a], places[b]) / 2.0;
            if radius_m * 2.0 > FARTHEST_M {
                continue;
            }
            let middle = shape::between(places[a], places[b], 0.5);
            let between = places.iter().enumerate().any(|(c, &place)| {
                c != a && c != b && shape::distance_m(place, middle) < radius_m * 0.97
            });
            if !between {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

/// A possible road between two sites.
#[derive(Debug)]
struct Way {
    ends: (usize, usize),
    line: Vec<Coord>,
    wet_m: f64,
    outside_m: f64,
    highest_m: f64,
    cost_m: f64,
}

/// The best of several slightly different courses.
fn way(
    ends: (usize, usize),
    sites: &[Site],
    gates: &[Vec<Coord>],
    (partition, ground, relief): (&Partition, &Ground, &Relief),
    random: &mut Random,
) -> Way {
    let nearest_gate = |from: usize, to: Coord| {
        gates[from]
            .iter()
            .copied()
            .min_by(|a, b| shape::distance_m(*a, to).total_cmp(&shape::distance_m(*b, to)))
            .unwrap_or(to)
    };
    let from = nearest_gate(ends.0, sites[ends.1].place());
    let to = nearest_gate(ends.1, from);
    let straight_m = shape::distance_m(from, to);
    let mut best: Option<Way> = None;
    for attempt in 0..12 {
        let bow = if attempt == 0 {
            0.0
        } else {
            0.1 + 0.02 * f64::from(attempt)
        };
        let mut points = vec![from];
        for share in [0.33, 0.67] {
            let push = random.range(-bow, bow);
            let place = shape::between(from, to, share);
            points.push(Coord {
                x: place.x - (to.y - from.y) * push,
                y: place.y + (to.x - from.x) * push,
            });
        }
        points.push(to);
        let line = shape::resample(&shape::curve(&points, 60.0), 60.0);
        let wet_m = count_m(&line, |place| {
            !ground.is_free(place, ground::RIVER | ground::LAKE)
        });
        let industry_m = count_m(&line, |place| !ground.is_free(place, ground::INDUSTRY));
        let outside_m = count_m(&line, |place| partition.commune(place).is_none());
        let highest_m = relief.highest_on_m(&line);
        let cost_m = straight_m.min(shape::length_m(&line))
            + 12.0 * wet_m
            + 3.0 * industry_m
            + 30.0 * outside_m
            + 25.0 * highest_m;
        if best.as_ref().is_none_or(|best| cost_m < best.cost_m) {
            best = Some(Way {
                ends,
                line,
                wet_m,
                outside_m,
                highest_m,
                cost_m,
            });
        }
    }
    best.expect("there is at least one attempt")
}

/// Metres of a line along which a test holds.
fn count_m(line: &[Coord], holds: impl Fn(Coord) -> bool) -> f64 {
    let total_m = shape::length_m(line);
    let mut walk = shape::Walk::new(line);
    let steps = (total_m / 15.0).ceil() as usize;
    (0..steps)
        .filter(|&step| holds(walk.to(step as f64 * 15.0)))
        .count() as f64
        * 15.0
}

fn dry(line: &[Coord], ground: &Ground) -> bool {
    count_m(line, |place| {
        !ground.is_free(place, ground::RIVER | ground::LAKE | ground::INDUSTRY)
    }) < 1.0
}

fn to_main_roads(
    sites: &[Site],
    gates: &[Vec<Coord>],
    routes: &[Route],
    ground: &Ground,
) -> Vec<Road> {
    let mut roads = Vec::new();
    for (site, gates) in sites.iter().zip(gates) {
        let mut best: Option<(f64, Coord, Coord)> = None;
        for route in routes
            .iter()
            .filter(|route| route.class != Class::Expressway)
        {
            for &gate in gates {
                let (place, apart_m, _) = shape::nearest(&route.line, gate);
                if apart_m < best.map_or(NEAR_MAIN_ROAD_M, |best| best.0)
                    && dry(&[gate, place], ground)
                {
                    best = Some((apart_m, gate, place));
                }
            }
        }
        if let Some((_, gate, place)) = best {
            let commune = &communes()[site.commune];
            let seat = DISTRICTS
                .iter()
                .any(|district| district.seat == commune.code);
            let class = if seat {
                Class::District
            } else {
                Class::Commune
            };
            roads.push(Road::new(
                format!("Đường vào {}", commune.name),
                class,
                vec![gate, place],
            ));
        }
    }
    roads
}
