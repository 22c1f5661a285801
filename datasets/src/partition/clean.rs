//! Makes a label grid fit for polygons: no lone cells, no corners where a region only touches itself, no islands.

use super::OUTSIDE;
use crate::grid::Grid;

/// Rounds of repair; each does less than the one before, two or three are enough.
const ROUNDS: usize = 12;

/// Cleans all labels together.
pub(super) fn clean(grid: &Grid, labels: &mut [u16]) {
    let domain = vec![0; labels.len()];
    run(grid, &domain, labels);
}

/// Cleans labels without moving them over the borders of another label grid.
pub(super) fn clean_within(grid: &Grid, domain: &[u16], labels: &mut [u16]) {
    run(grid, domain, labels);
}

fn run(grid: &Grid, domain: &[u16], labels: &mut [u16]) {
    for round in 0..ROUNDS {
        let mut changed = if round < 3 {
            drop_spikes(grid, domain, labels)
        } else {
            0
        };
        changed += part_corners(grid, domain, labels);
        changed += join_islands(grid, domain, labels);
        if changed == 0 {
            break;
        }
    }
}

/// The cells of the largest part of each region.
pub(super) fn largest_parts(grid: &Grid, labels: &[u16]) -> Vec<Vec<usize>> {
    let mut largest: std::collections::BTreeMap<u16, Vec<usize>> =
        std::collections::BTreeMap::new();
    for part in parts(grid, labels)
        .into_iter()
        .filter(|part| labels[part[0]] != OUTSIDE)
    {
        let best = largest.entry(labels[part[0]]).or_default();
        if part.len() > best.len() {
            *best = part;
        }
    }
    largest.into_values().collect()
}

/// A cell with three sides on one other region goes over to it.
fn drop_spikes(grid: &Grid, domain: &[u16], labels: &mut [u16]) -> usize {
    let mut changed = 0;
    for cell in 0..grid.len() {
        let sides = grid.neighbours(cell).map(|side| {
            side.filter(|&side| domain[side] == domain[cell])
                .map(|side| labels[side])
        });
        let other = sides.iter().flatten().find(|&&side| {
            side != labels[cell] && sides.iter().filter(|&&s| s == Some(side)).count() >= 3
        });
        if let Some(&other) = other {
            labels[cell] = other;
            changed += 1;
        }
    }
    changed
}

/// Two diagonal cells of one region with strangers between them are joined.
fn part_corners(grid: &Grid, domain: &[u16], labels: &mut [u16]) -> usize {
    let mut changed = 0;
    for row in 0..grid.rows - 1 {
        for col in 0..grid.cols - 1 {
            let south_west = row * grid.cols + col;
            let square = [
                south_west,
                south_west + 1,
                south_west + grid.cols + 1,
                south_west + grid.cols,
            ];
            for (a, b) in [(0, 1), (1, 2)] {
                let (one, twin, between, last) = (
                    square[a],
                    square[(a + 2) % 4],
                    square[b],
                    square[(b + 2) % 4],
                );
                let label = labels[one];
                if label == labels[twin] && label != labels[between] && label != labels[last] {
                    changed += usize::from(join_corner(domain, labels, [one, twin, between, last]));
                }
            }
        }
    }
    changed
}

fn join_corner(domain: &[u16], labels: &mut [u16], [one, twin, between, last]: [usize; 4]) -> bool {
    let label = labels[one];
    let moves = [
        (between, label),
        (last, label),
        (one, labels[between]),
        (twin, labels[last]),
    ];
    for (cell, label) in moves {
        let source = if label == labels[one] {
            one
        } else if cell == one {
            between
        } else {
            last
        };
        if label != OUTSIDE && domain[cell] == domain[source] {
            labels[cell] = label;
            return true;
        }
    }
    false
}

/// Every part of a region but its largest goes over to a neighbour.
fn join_islands(grid: &Grid, domain: &[u16], labels: &mut [u16]) -> usize {
    let parts = parts(grid, labels);
    let mut largest = std::collections::BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        let best = largest.entry(labels[part[0]]).or_insert(index);
        if part.len() > parts[*best].len() {
            *best = index;
        }
    }
    let mut changed = 0;
    for (index, part) in parts.iter().enumerate() {
        let label = labels[part[0]];
        if label == OUTSIDE && part.contains(&0) || largest.get(&label) == Some(&index) {
            continue;
        }
        let neighbour = part
            .iter()
            .flat_map(|&cell| {
                grid.neighbours(cell)
                    .into_iter()
                    .flatten()
                    .map(move |side| (cell, side))
            })
            .find(|&(cell, side)| labels[side] != label && domain[side] == domain[cell])
            .map(|(_, side)| labels[side]);
        if let Some(neighbour) = neighbour {
            for &cell in part {
                labels[cell] = neighbour;
            }
            changed += part.len();
        }
    }
    changed
}

fn parts(grid: &Grid, labels: &[u16]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; grid.len()];
    let mut parts = Vec::new();
    for start in 0..grid.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut part = vec![start];
        let mut next = 0;
        while next < part.len() {
            for side in grid.neighbours(part[next]).into_iter().flatten() {
                if !seen[side] && labels[side] == labels[start] {
                    seen[side] = true;
                    part.push(side);
                }
            }
            next += 1;
        }
        parts.push(part);
    }
    parts
}
