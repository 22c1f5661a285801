//! From a label grid to polygons that share every vertex: cell corners, smoothed once for all polygons together.

use std::collections::BTreeMap;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::{grid::Grid, partition::OUTSIDE, shape};

/// Passes of smoothing; three remove the stairs of the grid, more round off the noise as well.
const PASSES: usize = 5;

/// Places of all cell corners, those on borders smoothed along the border.
///
/// A corner stays within its cell's reach, so borders that do not touch before do not touch after.
pub(crate) fn smooth_vertices(grid: &Grid, labels: &[u16]) -> Vec<Coord> {
    let across = grid.cols + 1;
    let mut places: Vec<Coord> = (0..across * (grid.rows + 1))
        .map(|vertex| Coord {
            x: grid.min.x + (vertex % across) as f64 * grid.cell_m,
            y: grid.min.y + (vertex / across) as f64 * grid.cell_m,
        })
        .collect();
    let sides = sides(grid, |a, b| labels[a] != labels[b]);
    smooth(&mut places, &sides, |_| true);
    places
}

/// The same places when regions are cut into pieces: only corners inside a region move, along the cuts.
pub(crate) fn smooth_cuts(
    grid: &Grid,
    regions: &[u16],
    pieces: &[u16],
    places: &[Coord],
) -> Vec<Coord> {
    let mut places = places.to_vec();
    let fixed = sides(grid, |a, b| regions[a] != regions[b]);
    let cuts = sides(grid, |a, b| {
        regions[a] == regions[b] && pieces[a] != pieces[b]
    });
    smooth(&mut places, &cuts, |vertex| !fixed.contains_key(&vertex));
    places
}

/// For each corner on a border, the corners beside it along the border.
fn sides(grid: &Grid, is_border: impl Fn(usize, usize) -> bool) -> BTreeMap<usize, Vec<usize>> {
    let across = grid.cols + 1;
    let mut sides: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut join = |a: usize, b: usize| {
        sides.entry(a).or_default().push(b);
        sides.entry(b).or_default().push(a);
    };
    for cell in 0..grid.len() {
        let corner = cell / grid.cols * across + cell % grid.cols;
        let [west, _, south, _] = grid.neighbours(cell);
        if west.is_some_and(|west| is_border(west, cell)) {
            join(corner, corner + across);
        }
        if south.is_some_and(|south| is_border(south, cell)) {
            join(corner, corner + 1);
        }
    }
    sides
}

fn smooth(
    places: &mut [Coord],
    sides: &BTreeMap<usize, Vec<usize>>,
    moves: impl Fn(usize) -> bool,
) {
    for _ in 0..PASSES {
        let moved: Vec<(usize, Coord)> = sides
            .iter()
            .filter(|(vertex, _)| moves(**vertex))
            .map(|(&vertex, beside)| {
                (
                    vertex,
                    shape::between(places[vertex], mean(places, beside), 0.5),
                )
            })
            .collect();
        for (vertex, place) in moved {
            places[vertex] = place;
        }
    }
}

fn mean(places: &[Coord], vertices: &[usize]) -> Coord {
    let chosen: Vec<Coord> = vertices.iter().map(|&vertex| places[vertex]).collect();
    shape::centroid(&chosen)
}

/// One multipolygon per label 0 … `count` − 1, exterior rings anticlockwise, holes clockwise.
///
/// A region may touch itself in a corner: its rings then touch there, as those of a valid multipolygon may.
pub(crate) fn polygons(
    grid: &Grid,
    labels: &[u16],
    places: &[Coord],
    count: usize,
) -> Vec<MultiPolygon> {
    let across = grid.cols + 1;
    let mut next: Vec<Ways> = vec![Ways::new(); count];
    for cell in (0..grid.len()).filter(|&cell| labels[cell] != OUTSIDE) {
        let corner = cell / grid.cols * across + cell % grid.cols;
        let [west, east, south, north] = grid.neighbours(cell);
        let ways = [
            (south, corner, corner + 1),
            (east, corner + 1, corner + across + 1),
            (north, corner + across + 1, corner + across),
            (west, corner + across, corner),
        ];
        for (side, from, to) in ways {
            if side.is_none_or(|side| labels[side] != labels[cell]) {
                next[labels[cell] as usize]
                    .entry(from)
                    .or_default()
                    .push(to);
            }
        }
    }
    next.into_iter()
        .map(|ways| assemble(ways, places))
        .collect()
}

/// From each corner on a region's border to the next; two ways where the region touches itself in the corner.
type Ways = BTreeMap<usize, Vec<usize>>;

/// Takes a way from a corner.
fn step(ways: &mut Ways, from: usize) -> Option<usize> {
    let onward = ways.get_mut(&from)?;
    let to = onward.pop();
    if onward.is_empty() {
        ways.remove(&from);
    }
    to
}

/// The closed rings of corners, none of which comes to a corner twice.
fn rings(mut ways: Ways) -> Vec<Vec<usize>> {
    let mut rings = Vec::new();
    while let Some((&start, _)) = ways.first_key_value() {
        let mut path = vec![start];
        let mut place_of = BTreeMap::from([(start, 0)]);
        while let Some(to) = path.last().and_then(|&at| step(&mut ways, at)) {
            if let Some(&first) = place_of.get(&to) {
                let ring = path.split_off(first);
                for vertex in &ring[1..] {
                    place_of.remove(vertex);
                }
                path.push(to);
                rings.push([ring, vec![to]].concat());
            } else {
                place_of.insert(to, path.len());
                path.push(to);
            }
        }
    }
    rings
}

fn assemble(ways: Ways, places: &[Coord]) -> MultiPolygon {
    let (mut shells, holes): (Vec<Vec<Coord>>, Vec<Vec<Coord>>) = rings(ways)
        .into_iter()
        .map(|ring| ring.into_iter().map(|vertex| places[vertex]).collect())
        .partition(|ring: &Vec<Coord>| shape::ring_area_m2(&ring[1..]) > 0.0);
    shells.sort_by(|a, b| shape::ring_area_m2(&b[1..]).total_cmp(&shape::ring_area_m2(&a[1..])));
    let mut polygons: Vec<Polygon> = shells
        .into_iter()
        .map(|ring| Polygon::new(LineString::new(ring), Vec::new()))
        .collect();
    for hole in holes {
        // The middle of a side: a hole may touch the ring around it in a corner.
        let inside = shape::between(hole[0], hole[1], 0.5);
        let around = polygons
            .iter_mut()
            .find(|polygon| shape::contains(&polygon.exterior().0, inside));
        if let Some(polygon) = around {
            polygon.interiors_push(LineString::new(hole));
        }
    }
    MultiPolygon::new(polygons)
}
