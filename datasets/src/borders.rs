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
    let mut sides: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut join = |a: usize, b: usize| {
        sides.entry(a).or_default().push(b);
        sides.entry(b).or_default().push(a);
    };
    for cell in 0..grid.len() {
        let corner = cell / grid.cols * across + cell % grid.cols;
        let [west, _, south, _] = grid.neighbours(cell);
        if west.is_some_and(|west| labels[west] != labels[cell]) {
            join(corner, corner + across);
        }
        if south.is_some_and(|south| labels[south] != labels[cell]) {
            join(corner, corner + 1);
        }
    }
    for _ in 0..PASSES {
        let moved: Vec<(usize, Coord)> = sides
            .iter()
            .map(|(&vertex, beside)| {
                (
                    vertex,
                    shape::between(places[vertex], mean(&places, beside), 0.5),
                )
            })
            .collect();
        for (vertex, place) in moved {
            places[vertex] = place;
        }
    }
    places
}

fn mean(places: &[Coord], vertices: &[usize]) -> Coord {
    let chosen: Vec<Coord> = vertices.iter().map(|&vertex| places[vertex]).collect();
    shape::centroid(&chosen)
}

/// One multipolygon per label 0 … `count` − 1, exterior rings anticlockwise, holes clockwise.
pub(crate) fn polygons(
    grid: &Grid,
    labels: &[u16],
    places: &[Coord],
    count: usize,
) -> Vec<MultiPolygon> {
    let across = grid.cols + 1;
    let mut next: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); count];
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
                next[labels[cell] as usize].insert(from, to);
            }
        }
    }
    next.into_iter()
        .map(|ways| assemble(ways, places))
        .collect()
}

fn assemble(mut ways: BTreeMap<usize, usize>, places: &[Coord]) -> MultiPolygon {
    let mut shells = Vec::new();
    let mut holes = Vec::new();
    while let Some((start, mut at)) = ways.pop_first() {
        let mut ring = vec![places[start]];
        while at != start {
            ring.push(places[at]);
            let Some(to) = ways.remove(&at) else { break };
            at = to;
        }
        ring.push(places[start]);
        if shape::ring_area_m2(&ring[1..]) > 0.0 {
            shells.push(ring);
        } else {
            holes.push(ring);
        }
    }
    shells.sort_by(|a, b| shape::ring_area_m2(&b[1..]).total_cmp(&shape::ring_area_m2(&a[1..])));
    let mut polygons: Vec<Polygon> = shells
        .into_iter()
        .map(|ring| Polygon::new(LineString::new(ring), Vec::new()))
        .collect();
    for hole in holes {
        let around = polygons
            .iter_mut()
            .find(|polygon| shape::contains(&polygon.exterior().0, hole[0]));
        if let Some(polygon) = around {
            polygon.interiors_push(LineString::new(hole));
        }
    }
    MultiPolygon::new(polygons)
}
