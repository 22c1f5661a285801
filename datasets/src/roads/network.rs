//! Joins roads into a graph: splits them where they meet, shares the nodes, and links what is left apart.

use std::collections::BTreeMap;

use geo::Coord;

use super::{Class, Road};
use crate::{
    ground::{self, Ground},
    shape,
};

/// Cell size of the search for crossings.
const BUCKET_M: f64 = 150.0;
/// A crossing this near to a vertex is the vertex.
const SNAP_M: f64 = 1.0;
/// Longest link to a part that is not connected; what is further away is left out.
const LONGEST_LINK_M: f64 = 3000.0;

/// Ends of a part that links are looked for from.
const MOST_ENDS: usize = 40;

type Key = (i64, i64);

/// Where a road is to be split: after which vertex, how far on, and at which place.
#[derive(Clone, Copy, Debug)]
struct Cut {
    segment: usize,
    share: f64,
    place: Coord,
}

/// Splits all roads at their meeting points; the result is one connected graph.
pub(crate) fn build(roads: &[Road], ground: &Ground) -> Vec<Road> {
    // Links end on vertices inside roads, so the roads are split once more.
    let mut pieces = split(roads);
    let nodes = Nodes::new(&pieces);
    let links = links(&pieces, &nodes, ground);
    let linked: Vec<Road> = links
        .into_iter()
        .map(|line| Road::new(String::new(), Class::Lane, line))
        .collect();
    pieces.extend(linked);
    keep_largest(split(&pieces))
}

/// Nodes are equal to the millimetre.
fn key(place: Coord) -> Key {
    (
        (place.x * 1000.0).round() as i64,
        (place.y * 1000.0).round() as i64,
    )
}

fn bucket(place: Coord) -> Key {
    (
        (place.x / BUCKET_M).floor() as i64,
        (place.y / BUCKET_M).floor() as i64,
    )
}

fn split(roads: &[Road]) -> Vec<Road> {
    let mut buckets: BTreeMap<Key, Vec<(usize, usize)>> = BTreeMap::new();
    for (road, line) in roads.iter().enumerate() {
        for (segment, pair) in line.line.windows(2).enumerate() {
            let (a, b) = (bucket(pair[0]), bucket(pair[1]));
            for x in a.0.min(b.0)..=a.0.max(b.0) {
                for y in a.1.min(b.1)..=a.1.max(b.1) {
                    buckets.entry((x, y)).or_default().push((road, segment));
                }
            }
        }
    }
    let mut cuts: Vec<Vec<Cut>> = vec![Vec::new(); roads.len()];
    for (&here, members) in &buckets {
        for (index, &first) in members.iter().enumerate() {
            for &second in &members[index + 1..] {
                meet(roads, (first, second), here, &mut cuts);
            }
        }
    }
    let mut places = BTreeMap::new();
    roads
        .iter()
        .zip(cuts)
        .flat_map(|(road, cuts)| cut_road(road, cuts, &mut places))
        .collect()
}

fn meet(
    roads: &[Road],
    (first, second): ((usize, usize), (usize, usize)),
    here: Key,
    cuts: &mut [Vec<Cut>],
) {
    let (one, two) = (&roads[first.0], &roads[second.0]);
    if first.0 == second.0 || !one.class.meets(two.class) {
        return;
    }
    let (a, b) = (one.line[first.1], one.line[first.1 + 1]);
    let (c, d) = (two.line[second.1], two.line[second.1 + 1]);
    let mut cut = |road: (usize, usize), share: f64, place: Coord| {
        cuts[road.0].push(Cut {
            segment: road.1,
            share,
            place,
        });
    };
    let mut touched = false;
    for (end, share) in [(a, 0.0), (b, 1.0)] {
        if let Some((other, place)) = touch(c, d, end) {
            cut(first, share, place);
            cut(second, other, place);
            touched = true;
        }
    }
    for (end, share) in [(c, 0.0), (d, 1.0)] {
        if let Some((other, place)) = touch(a, b, end) {
            cut(second, share, place);
            cut(first, other, place);
            touched = true;
        }
    }
    if touched {
        return;
    }
    if let Some((place, t, u)) = shape::crossing(a, b, c, d)
        && bucket(place) == here
    {
        cut(first, t, place);
        cut(second, u, place);
    }
}

/// Where a vertex lies on a segment: the share along it, and the place to use for both.
fn touch(a: Coord, b: Coord, vertex: Coord) -> Option<(f64, Coord)> {
    let nearest = shape::nearest_on_segment(a, b, vertex);
    if shape::distance_m(nearest, vertex) > SNAP_M {
        return None;
    }
    if shape::distance_m(a, vertex) <= SNAP_M {
        return Some((0.0, first_of(a, vertex)));
    }
    if shape::distance_m(b, vertex) <= SNAP_M {
        return Some((1.0, first_of(b, vertex)));
    }
    let length_m = shape::distance_m(a, b).max(1e-9);
    Some((shape::distance_m(a, nearest) / length_m, vertex))
}

/// The same choice whichever way round two close vertices are given.
fn first_of(a: Coord, b: Coord) -> Coord {
    if (a.x, a.y) <= (b.x, b.y) { a } else { b }
}

/// Pieces of one road between its cuts; node places are taken from the first road that had them.
fn cut_road(road: &Road, mut cuts: Vec<Cut>, places: &mut BTreeMap<Key, Coord>) -> Vec<Road> {
    let last = road.line.len() - 1;
    cuts.push(Cut {
        segment: 0,
        share: 0.0,
        place: road.line[0],
    });
    cuts.push(Cut {
        segment: last - 1,
        share: 1.0,
        place: road.line[last],
    });
    let along = |cut: &Cut| cut.segment as f64 + cut.share;
    cuts.sort_by(|a, b| {
        along(a)
            .total_cmp(&along(b))
            .then(a.place.x.total_cmp(&b.place.x))
            .then(a.place.y.total_cmp(&b.place.y))
    });
    let mut pieces = Vec::new();
    for pair in cuts.windows(2) {
        let mut shared = |place: Coord| *places.entry(key(place)).or_insert(place);
        let (from, to) = (shared(pair[0].place), shared(pair[1].place));
        let mut line = vec![from];
        for vertex in 0..=last {
            let at = vertex as f64;
            if at > along(&pair[0]) + 1e-6 && at < along(&pair[1]) - 1e-6 {
                line.push(road.line[vertex]);
            }
        }
        line.push(to);
        if line.len() > 2 || from != to {
            pieces.push(road.with_line(line));
        }
    }
    pieces
}

/// The nodes of a graph and which connected part each belongs to.
#[derive(Debug)]
struct Nodes {
    rows: BTreeMap<Key, usize>,
    places: Vec<Coord>,
    parents: Vec<usize>,
}

impl Nodes {
    fn new(roads: &[Road]) -> Self {
        let mut nodes = Self {
            rows: BTreeMap::new(),
            places: Vec::new(),
            parents: Vec::new(),
        };
        for road in roads {
            let from = nodes.row(road.line[0]);
            let to = nodes.row(road.line[road.line.len() - 1]);
            let (from, to) = (nodes.root(from), nodes.root(to));
            nodes.parents[from.max(to)] = from.min(to);
        }
        nodes
    }

    fn row(&mut self, place: Coord) -> usize {
        let next = self.places.len();
        let row = *self.rows.entry(key(place)).or_insert(next);
        if row == next {
            self.places.push(place);
            self.parents.push(next);
        }
        row
    }

    fn root(&self, mut row: usize) -> usize {
        while self.parents[row] != row {
            row = self.parents[row];
        }
        row
    }

    /// Parts by root, largest first.
    fn parts(&self) -> Vec<Vec<usize>> {
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for row in 0..self.places.len() {
            parts.entry(self.root(row)).or_default().push(row);
        }
        let mut parts: Vec<Vec<usize>> = parts.into_values().collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        parts
    }
}

/// Straight links from every lesser part to the nearest vertex of the largest, where no river lies between.
fn links(roads: &[Road], nodes: &Nodes, ground: &Ground) -> Vec<Vec<Coord>> {
    let parts = nodes.parts();
    let Some((main, others)) = parts.split_first() else {
        return Vec::new();
    };
    let root = nodes.root(main[0]);
    let mut targets: BTreeMap<Key, Vec<Coord>> = BTreeMap::new();
    for road in roads.iter().filter(|road| road.class != Class::Expressway) {
        if nodes
            .rows
            .get(&key(road.line[0]))
            .is_some_and(|&row| nodes.root(row) == root)
        {
            for &place in &road.line {
                targets.entry(bucket(place)).or_default().push(place);
            }
        }
    }
    others
        .iter()
        .filter_map(|part| {
            let ends = part.iter().take(MOST_ENDS).map(|&row| nodes.places[row]);
            ends.filter_map(|from| nearest(from, &targets, ground))
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, from, to)| vec![from, to])
        })
        .collect()
}

/// The nearest target with its distance, searched for in growing rings of buckets.
fn nearest(
    from: Coord,
    targets: &BTreeMap<Key, Vec<Coord>>,
    ground: &Ground,
) -> Option<(f64, Coord, Coord)> {
    let (x, y) = bucket(from);
    let rings = (LONGEST_LINK_M / BUCKET_M) as i64;
    let mut best: Option<(f64, Coord, Coord)> = None;
    for ring in 0..=rings {
        if best.is_some_and(|best| best.0 < (ring - 1) as f64 * BUCKET_M) {
            break;
        }
        let on_ring = (-ring..=ring)
            .flat_map(|dx| (-ring..=ring).map(move |dy| (dx, dy)))
            .filter(|(dx, dy)| dx.abs().max(dy.abs()) == ring);
        for &to in on_ring
            .filter_map(|(dx, dy)| targets.get(&(x + dx, y + dy)))
            .flatten()
        {
            let apart_m = shape::distance_m(from, to);
            if apart_m < best.map_or(LONGEST_LINK_M, |best| best.0) && is_dry(from, to, ground) {
                best = Some((apart_m, from, to));
            }
        }
    }
    best
}

fn is_dry(from: Coord, to: Coord, ground: &Ground) -> bool {
    let steps = (shape::distance_m(from, to) / 15.0).ceil().max(1.0) as usize;
    (0..=steps).all(|step| {
        ground.is_free(
            shape::between(from, to, step as f64 / steps as f64),
            ground::RIVER | ground::INDUSTRY,
        )
    })
}

fn keep_largest(roads: Vec<Road>) -> Vec<Road> {
    let nodes = Nodes::new(&roads);
    let parts = nodes.parts();
    let Some(main) = parts.first() else {
        return roads;
    };
    let root = nodes.root(main[0]);
    roads
        .into_iter()
        .filter(|road| {
            nodes
                .rows
                .get(&key(road.line[0]))
                .is_some_and(|&row| nodes.root(row) == root)
        })
        .collect()
}
