//! One feature, cut to one tile.

use layers::TileGeometry;

use super::{
    clip::{self, Reach},
    grid::Grid,
    pyramid::{Pyramid, Role},
};

/// What a tile shows of a row; none where nothing is left of it.
///
/// A row of several kinds (a geometry collection) is shown by its highest dimension that is left: a vector tile's feature
/// has one kind.
pub(super) fn feature(pyramid: &Pyramid, row: u32, grid: &Grid) -> Option<TileGeometry> {
    let tolerance = grid.tolerance();
    let mut points = Vec::new();
    let mut lines = Vec::new();
    let mut polygons: Vec<Vec<Vec<[i32; 2]>>> = Vec::new();
    let mut exterior_shows = false;
    for (role, positions, tolerances) in pyramid.parts_of(row) {
        if role == Role::Hole && !exterior_shows {
            continue;
        }
        let kept = positions
            .iter()
            .zip(tolerances)
            .filter(|(_, rank)| **rank >= tolerance);
        let mut vertices: Vec<[i64; 2]> =
            kept.map(|(position, _)| grid.snapped(*position)).collect();
        match role {
            Role::Points => points.extend(
                vertices
                    .into_iter()
                    .filter(|point| clip::holds(*point))
                    .map(narrow),
            ),
            Role::Line => {
                vertices.dedup();
                lines.extend(line(vertices));
            }
            Role::Exterior => {
                let ring = ring(vertices, Turn::Clockwise);
                exterior_shows = ring.is_some();
                polygons.extend(ring.map(|ring| vec![ring]));
            }
            Role::Hole => {
                if let (Some(polygon), Some(hole)) =
                    (polygons.last_mut(), ring(vertices, Turn::Counterclockwise))
                {
                    polygon.push(hole);
                }
            }
        }
    }
    if !polygons.is_empty() {
        Some(TileGeometry::Polygons(polygons))
    } else if !lines.is_empty() {
        Some(TileGeometry::Lines(lines))
    } else {
        (!points.is_empty()).then_some(TileGeometry::Points(points))
    }
}

/// Which way a ring turns on screen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Clockwise,
    Counterclockwise,
}

fn line(vertices: Vec<[i64; 2]>) -> Vec<Vec<[i32; 2]>> {
    match clip::reach(&vertices) {
        _ if vertices.len() < 2 => Vec::new(),
        Reach::Outside => Vec::new(),
        Reach::Inside => vec![vertices.into_iter().map(narrow).collect()],
        Reach::Across => {
            let pieces = clip::clip_line(&clip::split_at_edges(&vertices, false));
            pieces
                .into_iter()
                .map(|piece| piece.into_iter().map(narrow).collect())
                .collect()
        }
    }
}

/// A ring cut to the tile, turned as asked; none where nothing with an area is left.
fn ring(mut vertices: Vec<[i64; 2]>, turn: Turn) -> Option<Vec<[i32; 2]>> {
    vertices.dedup();
    let mut cut = match clip::reach(&vertices) {
        Reach::Outside => return None,
        Reach::Inside => vertices,
        Reach::Across => clip::clip_ring(clip::split_at_edges(&vertices, true)),
    };
    while cut.len() > 1 && cut.first() == cut.last() {
        cut.pop();
    }
    let doubled_area = doubled_area(&cut);
    if cut.len() < 3 || doubled_area == 0 {
        return None;
    }
    if (doubled_area > 0) != (turn == Turn::Clockwise) {
        cut.reverse();
    }
    Some(cut.into_iter().map(narrow).collect())
}

/// Twice the area, positive where the ring turns clockwise on screen (y south).
fn doubled_area(ring: &[[i64; 2]]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
        .sum()
}

/// Positions in a tile and its buffer fit 32 bits by far.
fn narrow(point: [i64; 2]) -> [i32; 2] {
    point.map(|place| i32::try_from(place).expect("clipped to the tile and its buffer"))
}
