//! Fast marching of many fronts at once: isotropic growth over the grid, each cell taken by the front that comes first.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::OUTSIDE;
use crate::grid::Grid;

/// Where a front starts, whose it is, and when (in metres at speed one).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub(crate) cell: usize,
    pub(crate) label: u16,
    pub(crate) start_m: f32,
}

/// Labels every cell of the domain that a seed of the same domain value reaches; regions are edge-connected.
///
/// # References
/// Sethian: A fast marching level set method for monotonically advancing fronts, PNAS 93 (1996),
/// <https://doi.org/10.1073/pnas.93.4.1591>.
pub(crate) fn grow(grid: &Grid, domain: &[u16], slowness: &[f32], seeds: &[Seed]) -> Vec<u16> {
    let mut labels = vec![OUTSIDE; grid.len()];
    let mut times = vec![f32::INFINITY; grid.len()];
    let mut done = vec![false; grid.len()];
    let mut queue = BinaryHeap::with_capacity(grid.len() / 4);
    for seed in seeds {
        if seed.start_m < times[seed.cell] {
            times[seed.cell] = seed.start_m;
            labels[seed.cell] = seed.label;
            queue.push(Reverse(key(seed.start_m, seed.cell)));
        }
    }
    while let Some(Reverse(key)) = queue.pop() {
        let cell = (key & 0xffff_ffff) as usize;
        if std::mem::replace(&mut done[cell], true) {
            continue;
        }
        for next in grid.neighbours(cell).into_iter().flatten() {
            if done[next] || domain[next] != domain[cell] || domain[next] == OUTSIDE {
                continue;
            }
            let known = grid.neighbours(next).map(|side| {
                side.filter(|&side| done[side] && domain[side] == domain[next])
                    .map_or(f32::INFINITY, |side| times[side])
            });
            let (a, b) = (known[0].min(known[1]), known[2].min(known[3]));
            let step_m = grid.cell_m as f32 * slowness[next];
            let time = arrival(a.min(b), a.max(b), step_m);
            if time < times[next] {
                times[next] = time;
                labels[next] = labels[cell];
                queue.push(Reverse(self::key(time, next)));
            }
        }
    }
    labels
}

/// First-order upwind solution of the eikonal equation from the earlier values along both axes.
fn arrival(first: f32, second: f32, step: f32) -> f32 {
    if second - first >= step {
        return first + step;
    }
    let apart = second - first;
    (first + second + (2.0 * step * step - apart * apart).sqrt()) / 2.0
}

/// Orders by time, then by cell: non-negative floats sort like their bits.
fn key(time: f32, cell: usize) -> u64 {
    (u64::from(time.to_bits()) << 32) | cell as u64
}
