//! `ST_Subdivide`: parts with few vertices, which indexes and tests like better than one with many.
//!
//! The answer is a collection, which `ST_Dump` makes rows of: parts share sides, so that as a multipolygon they would not be
//! valid. A polygon is cut along upright and level lines that pass between its vertices, never through one: so every side is
//! clearly on one side of the line or crosses it, both halves get the same crossings, and no area is lost.

use datafusion::{common::exec_err, error::Result};
use geo::{
    Contains as _, Coord, CoordsIter as _, Geometry, LineString, MultiPoint, Polygon,
    TriangulateEarcut as _,
};

use super::{
    gathered,
    rows::{Named, with_number},
};

/// The corners of a box, the first one twice: fewer cannot bound an area in general.
const FEWEST_VERTICES: f64 = 5.0;

pub(super) fn kernels() -> Vec<Named> {
    let subdivide = with_number("st_subdivide", |geometry, most| {
        if !(FEWEST_VERTICES..=f64::from(u32::MAX)).contains(&most) {
            return exec_err!(
                "{most} vertices are too few or too many: use {FEWEST_VERTICES} or more"
            );
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in the range of u32"
        )]
        let most = most as usize;
        let mut parts = Vec::new();
        divide(geometry, most, &mut parts)?;
        Ok(Some(gathered(parts)))
    });
    vec![subdivide.kernels()]
}

fn divide(geometry: &Geometry, most: usize, into: &mut Vec<Geometry>) -> Result<()> {
    match geometry {
        Geometry::Polygon(polygon) => divide_polygon(polygon.clone(), most, into),
        Geometry::MultiPolygon(polygons) => {
            for polygon in polygons {
                divide_polygon(polygon.clone(), most, into);
            }
        }
        Geometry::LineString(line) => divide_line(line, most, into),
        Geometry::MultiLineString(lines) => {
            lines.iter().for_each(|line| divide_line(line, most, into));
        }
        Geometry::MultiPoint(points) => {
            let parts = points.0.chunks(most);
            into.extend(parts.map(|part| MultiPoint::new(part.to_vec()).into()));
        }
        Geometry::GeometryCollection(parts) => {
            parts.iter().try_for_each(|part| divide(part, most, into))?;
        }
        Geometry::Point(_) => into.push(geometry.clone()),
        _ => return exec_err!("takes points, lines and polygons"),
    }
    Ok(())
}

/// Pieces of a line, each beginning where the one before ends.
fn divide_line(line: &LineString, most: usize, into: &mut Vec<Geometry>) {
    let mut rest = line.0.as_slice();
    while rest.len() > most {
        into.push(LineString::from(rest[..most].to_vec()).into());
        rest = &rest[most - 1..];
    }
    if !rest.is_empty() {
        into.push(LineString::from(rest.to_vec()).into());
    }
}

fn divide_polygon(polygon: Polygon, most: usize, into: &mut Vec<Geometry>) {
    let mut waiting = vec![polygon];
    while let Some(polygon) = waiting.pop() {
        let vertices = polygon.coords_count();
        if vertices <= most {
            if vertices > 0 {
                into.push(polygon.into());
            }
            continue;
        }
        // A cut that leaves a part with no fewer vertices might go on for ever; triangles never do.
        match halves(&polygon) {
            Some(parts) if parts.iter().all(|part| part.coords_count() < vertices) => {
                waiting.extend(parts);
            }
            _ => {
                let triangles = polygon.earcut_triangles_iter();
                into.extend(triangles.map(|triangle| triangle.to_polygon().into()));
            }
        }
    }
}

/// A coordinate, so that one cut serves both directions.
#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

impl Axis {
    fn of(self, at: Coord) -> f64 {
        match self {
            Self::X => at.x,
            Self::Y => at.y,
        }
    }

    /// The position on the line at `value` with the other coordinate.
    fn position(self, value: f64, other: f64) -> Coord {
        match self {
            Self::X => Coord { x: value, y: other },
            Self::Y => Coord { x: other, y: value },
        }
    }

    fn other(self) -> Self {
        match self {
            Self::X => Self::Y,
            Self::Y => Self::X,
        }
    }
}

/// The parts on both sides of the cut nearest to the middle vertex, across the longer side of the extent if possible.
fn halves(polygon: &Polygon) -> Option<Vec<Polygon>> {
    let spread = |axis: Axis| {
        let mut values: Vec<f64> = polygon.coords_iter().map(|at| axis.of(at)).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let width = |values: &[f64]| {
        values
            .last()
            .zip(values.first())
            .map_or(0.0, |(a, b)| a - b)
    };
    let (x, y) = (spread(Axis::X), spread(Axis::Y));
    let (longer, values, others) = if width(&x) >= width(&y) {
        (Axis::X, x, y)
    } else {
        (Axis::Y, y, x)
    };
    let (axis, value) = gap(&values)
        .map(|value| (longer, value))
        .or_else(|| gap(&others).map(|value| (longer.other(), value)))?;
    let mut parts = half(polygon, axis, value, false);
    parts.extend(half(polygon, axis, value, true));
    Some(parts)
}

/// A value between two neighbours of sorted values, near the middle one, and equal to neither.
fn gap(values: &[f64]) -> Option<f64> {
    let between = |row: usize| {
        let (a, b) = (*values.get(row)?, *values.get(row + 1)?);
        let middle = a + (b - a) / 2.0;
        (a < middle && middle < b).then_some(middle)
    };
    let middle = values.len() / 2;
    (0..=middle)
        .find_map(|away| between(middle + away).or_else(|| between(middle.checked_sub(away + 1)?)))
}

/// The parts of a polygon below or above a line that passes through none of its vertices.
///
/// The rings are cut into chains; along the line the inside begins and ends in turn, so each two neighbouring ends of
/// chains are joined. Rings the line does not cross are outlines or holes of their own.
fn half(polygon: &Polygon, axis: Axis, value: f64, above: bool) -> Vec<Polygon> {
    let is_kept = |at: Coord| (axis.of(at) > value) == above;
    let (mut outlines, mut holes) = (Vec::new(), Vec::new());
    let mut chains = Vec::new();
    for (place, ring) in std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .enumerate()
    {
        let found = chains_of(ring, axis, value, above);
        if !found.is_empty() {
            chains.extend(found);
        } else if ring.0.first().is_some_and(|at| is_kept(*at)) {
            if place == 0 {
                outlines.push(ring.clone());
            } else {
                holes.push(ring.clone());
            }
        }
    }
    outlines.extend(joined(&chains, axis.other()));
    let mut parts: Vec<Polygon> = outlines
        .into_iter()
        .map(|ring| Polygon::new(ring, Vec::new()))
        .collect();
    for hole in holes {
        // Holes are within one part, which the most of their vertices say; one alone may touch another part.
        let within = |part: &Polygon| hole.0.iter().filter(|at| part.contains(*at)).count();
        if let Some(part) = parts.iter_mut().max_by_key(|part| within(part)) {
            part.interiors_push(hole);
        }
    }
    parts
}

/// The stretches of a ring on one side, from crossing to crossing; none if all of it is on one side.
fn chains_of(ring: &LineString, axis: Axis, value: f64, above: bool) -> Vec<Vec<Coord>> {
    let is_kept = |at: &Coord| (axis.of(*at) > value) == above;
    let positions = &ring.0[..ring.0.len().saturating_sub(1)];
    let Some(start) = (0..positions.len()).find(|row| {
        let before = (row + positions.len() - 1) % positions.len();
        is_kept(&positions[*row]) && !is_kept(&positions[before])
    }) else {
        return Vec::new();
    };
    let mut chains = Vec::new();
    let mut chain: Vec<Coord> = Vec::new();
    for step in 0..=positions.len() {
        let at = positions[(start + step) % positions.len()];
        let before = positions[(start + step + positions.len() - 1) % positions.len()];
        match (is_kept(&before), is_kept(&at)) {
            (false, true) if step < positions.len() => {
                chain = vec![crossing(before, at, axis, value), at];
            }
            (true, true) => chain.push(at),
            (true, false) => {
                chain.push(crossing(before, at, axis, value));
                chains.push(std::mem::take(&mut chain));
            }
            _ => {}
        }
    }
    chains
}

/// Where a side meets the line; the same whichever way it is followed.
fn crossing(a: Coord, b: Coord, axis: Axis, value: f64) -> Coord {
    let (a, b) = if axis.of(a) <= axis.of(b) {
        (a, b)
    } else {
        (b, a)
    };
    let share = (value - axis.of(a)) / (axis.of(b) - axis.of(a));
    let (from, to) = (axis.other().of(a), axis.other().of(b));
    axis.position(value, from + (to - from) * share)
}

/// Rings of chains whose ends, sorted along the line, belong together two by two.
fn joined(chains: &[Vec<Coord>], along: Axis) -> Vec<LineString> {
    let mut ends: Vec<(f64, usize, bool)> = Vec::with_capacity(chains.len() * 2);
    for (row, chain) in chains.iter().enumerate() {
        if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
            ends.push((along.of(*first), row, false));
            ends.push((along.of(*last), row, true));
        }
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Where an end leads to: the end beside it, by chain and by which end of it.
    let mut leads_to = vec![[(0, false); 2]; chains.len()];
    for pair in ends.chunks_exact(2) {
        let (a, b) = (pair[0], pair[1]);
        leads_to[a.1][usize::from(a.2)] = (b.1, b.2);
        leads_to[b.1][usize::from(b.2)] = (a.1, a.2);
    }
    let mut used = vec![false; chains.len()];
    let mut rings = Vec::new();
    for first in 0..chains.len() {
        let mut ring: Vec<Coord> = Vec::new();
        let (mut row, mut from_end) = (first, false);
        while !used[row] {
            used[row] = true;
            if from_end {
                ring.extend(chains[row].iter().rev());
            } else {
                ring.extend(&chains[row]);
            }
            (row, from_end) = leads_to[row][usize::from(!from_end)];
        }
        ring.dedup();
        if ring.len() > 2 {
            ring.push(ring[0]);
            rings.push(LineString::new(ring));
        }
    }
    rings
}
