//! The administrative partition: districts and communes grown over a fine grid, with areas tuned to the official ones.
//!
//! Fronts start at the communes' places and grow at a noisy speed; they slow down in rivers, so borders come to
//! lie in rivers, as real ones do. Where two fronts meet is a border. Starting earlier or later makes a unit larger or smaller.

mod clean;
mod grow;
mod pieces;

use geo::{Coord, MultiPolygon, Polygon};
use grow::{Seed, grow};
pub(crate) use pieces::Pieces;

use crate::{
    borders,
    communes::{DISTRICTS, communes, district_row},
    grid::Grid,
    noise::Noise,
    plane::Plane,
    rivers::River,
    shape,
};

/// Label of cells outside the province.
pub(crate) const OUTSIDE: u16 = u16::MAX;

/// How much earlier or later a unit starts after the first round of tuning.
const FIRST_STEP_M: f64 = 90.0;
/// Most that a unit's start changes from one round to the next: rivers slow fronts, so large changes are needed.
const LARGEST_STEP_M: f64 = 1200.0;
/// Radius of a commune that would otherwise have vanished.
const SMALLEST_RADIUS_M: f64 = 350.0;
/// Units this near to their area are left alone.
const GOOD_ENOUGH: f64 = 0.004;

/// How far from a border the cores of districts are: arms narrower than twice this are grown anew.
const CORE_DEPTH_CELLS: u32 = 9;

/// Cell size: borders wiggle at this grain.
const CELL_M: f64 = 100.0;

/// Which commune each place belongs to, and the polygons of communes, districts and the province.
#[derive(Debug)]
pub(crate) struct Partition {
    grid: Grid,
    labels: Vec<u16>,
    /// Places of all cell corners, smoothed along the communes' borders.
    corners: Vec<Coord>,
    /// In the order of [`communes`].
    pub(crate) communes: Vec<MultiPolygon>,
    /// In the order of [`DISTRICTS`].
    pub(crate) districts: Vec<MultiPolygon>,
    pub(crate) province: Polygon,
}

impl Partition {
    pub(crate) fn new(plane: &Plane, outline: &[Coord], rivers: &[River], seed: u64) -> Self {
        let grid = Grid::covering(outline, CELL_M, 500.0);
        let mut domain = vec![OUTSIDE; grid.len()];
        grid.inside(outline, |cell| domain[cell] = 0);
        clean::clean(&grid, &mut domain);
        let slowness = slowness(&grid, rivers, seed);
        let mut seeds = commune_seeds(plane, &grid, &domain);
        let districts = district_labels(&grid, &domain, &slowness, &seeds);
        place_inside(&grid, &districts, &mut seeds);
        let labels = commune_labels(&grid, &districts, &slowness, seeds);
        Self::from_labels(grid, labels)
    }

    fn from_labels(grid: Grid, labels: Vec<u16>) -> Self {
        let corners = borders::smooth_vertices(&grid, &labels);
        let district_of = |label: u16| {
            if label == OUTSIDE {
                OUTSIDE
            } else {
                district_row(communes()[label as usize].district) as u16
            }
        };
        let by_district: Vec<u16> = labels.iter().map(|&label| district_of(label)).collect();
        let whole: Vec<u16> = labels
            .iter()
            .map(|&label| if label == OUTSIDE { OUTSIDE } else { 0 })
            .collect();
        let communes = borders::polygons(&grid, &labels, &corners, communes().len());
        let districts = borders::polygons(&grid, &by_district, &corners, DISTRICTS.len());
        let province = borders::polygons(&grid, &whole, &corners, 1)
            .swap_remove(0)
            .into_iter()
            .next()
            .expect("the province has cells");
        Self {
            grid,
            labels,
            corners,
            communes,
            districts,
            province,
        }
    }

    /// Row of the commune a place belongs to, by the grid; `None` outside the province.
    pub(crate) fn commune(&self, place: Coord) -> Option<usize> {
        let label = self.labels[self.grid.cell(place)?];
        (label != OUTSIDE).then_some(label as usize)
    }

    pub(crate) const fn grid(&self) -> &Grid {
        &self.grid
    }
}

/// How slowly fronts move in each cell: noisy on land, very slow in large rivers.
fn slowness(grid: &Grid, rivers: &[River], seed: u64) -> Vec<f32> {
    let noise = Noise::new(seed, 11);
    let mut slowness: Vec<f32> = (0..grid.len())
        .map(|cell| (1.0 + 0.9 * noise.fractal(grid.centre(cell), 1800.0, 4)).max(0.35) as f32)
        .collect();
    for river in rivers.iter().filter(|river| river.width_m >= 40.0) {
        let slow = if river.width_m >= 100.0 { 9.0 } else { 4.0 };
        grid.along(&river.line, river.width_m / 2.0 + 60.0, |cell| {
            slowness[cell] = slow;
        });
    }
    slowness
}

/// One seed per commune, spread around its coarse anchor so that communes of one anchor do not coincide.
fn commune_seeds(plane: &Plane, grid: &Grid, domain: &[u16]) -> Vec<Seed> {
    let all = communes();
    let mut seeds: Vec<Seed> = all
        .iter()
        .enumerate()
        .map(|(row, commune)| {
            let [lon, lat] = commune.anchor_centideg;
            let anchor = plane.place(f64::from(lon) / 100.0, f64::from(lat) / 100.0);
            let group: Vec<usize> = (0..all.len())
                .filter(|&other| all[other].anchor_centideg == commune.anchor_centideg)
                .collect();
            let rank = group.iter().position(|&other| other == row).unwrap_or(0) as f64;
            let radius_m = (f64::from(commune.area_ha) * 1e4 * group.len() as f64
                / std::f64::consts::PI)
                .sqrt()
                * 0.8
                * ((rank + 0.3) / group.len() as f64).sqrt();
            let angle = rank * 2.399_963 + f64::from(lon % 7);
            let place = Coord {
                x: anchor.x + radius_m * angle.cos(),
                y: anchor.y + radius_m * angle.sin(),
            };
            Seed {
                cell: grid.cell(place).unwrap_or(0),
                label: row as u16,
                start_m: 0.0,
            }
        })
        .collect();
    let any: Vec<u16> = seeds.iter().map(|_| 0).collect();
    snap(grid, domain, &any, &mut seeds);
    seeds
}

/// Moves each seed to the nearest free cell of its district.
fn place_inside(grid: &Grid, districts: &[u16], seeds: &mut [Seed]) {
    let wanted: Vec<u16> = communes()
        .iter()
        .map(|c| district_row(c.district) as u16)
        .collect();
    snap(grid, districts, &wanted, seeds);
}

fn snap(grid: &Grid, domain: &[u16], wanted: &[u16], seeds: &mut [Seed]) {
    let mut taken = vec![false; grid.len()];
    for (seed, &wanted) in seeds.iter_mut().zip(wanted) {
        let from = grid.centre(seed.cell);
        let free = |cell: usize| domain[cell] == wanted && !taken[cell];
        if !free(seed.cell) {
            seed.cell = (0..grid.len())
                .filter(|&cell| free(cell))
                .min_by(|&a, &b| {
                    let apart = |cell| shape::distance_m(grid.centre(cell), from);
                    apart(a).total_cmp(&apart(b))
                })
                .unwrap_or(seed.cell);
        }
        taken[seed.cell] = true;
    }
}

fn district_labels(
    grid: &Grid,
    domain: &[u16],
    slowness: &[f32],
    communes_at: &[Seed],
) -> Vec<u16> {
    let mut seeds: Vec<Seed> = communes_at
        .iter()
        .map(|seed| Seed {
            label: district_row(communes()[seed.label as usize].district) as u16,
            ..*seed
        })
        .collect();
    let cells = domain.iter().filter(|&&label| label != OUTSIDE).count() as f64;
    let official: f64 = DISTRICTS.iter().map(|district| district.area_km2).sum();
    let targets: Vec<f64> = DISTRICTS
        .iter()
        .map(|district| cells * district.area_km2 / official)
        .collect();
    let mut rough = tune(grid, domain, slowness, &mut seeds, (&targets, 8));
    clean::clean(grid, &mut rough);
    let mut cores = cores(grid, &rough);
    let mut labels = tune(grid, domain, slowness, &mut cores, (&targets, 20));
    clean::clean(grid, &mut labels);
    labels
}

/// The cells deep inside each region as seeds: growing from them again leaves out thin arms.
fn cores(grid: &Grid, labels: &[u16]) -> Vec<Seed> {
    let mut depth = vec![u32::MAX; grid.len()];
    let mut queue = std::collections::VecDeque::new();
    for cell in 0..grid.len() {
        let foreign = |side: usize| labels[side] != labels[cell] && labels[side] != OUTSIDE;
        if grid.neighbours(cell).into_iter().flatten().any(foreign) {
            depth[cell] = 0;
            queue.push_back(cell);
        }
    }
    while let Some(cell) = queue.pop_front() {
        for side in grid.neighbours(cell).into_iter().flatten() {
            if depth[side] == u32::MAX && labels[side] != OUTSIDE {
                depth[side] = depth[cell] + 1;
                queue.push_back(side);
            }
        }
    }
    let deep: Vec<u16> = labels
        .iter()
        .zip(&depth)
        .map(|(&label, &depth)| {
            if depth >= CORE_DEPTH_CELLS {
                label
            } else {
                OUTSIDE
            }
        })
        .collect();
    clean::largest_parts(grid, &deep)
        .into_iter()
        .flatten()
        .map(|cell| Seed {
            cell,
            label: deep[cell],
            start_m: 0.0,
        })
        .collect()
}

fn commune_labels(
    grid: &Grid,
    districts: &[u16],
    slowness: &[f32],
    mut seeds: Vec<Seed>,
) -> Vec<u16> {
    let even = vec![1.0_f32; grid.len()];
    for _ in 0..3 {
        let labels = grow(grid, districts, &even, &seeds);
        centre_seeds(grid, &labels, &mut seeds);
    }
    let mut cells = vec![0_u32; DISTRICTS.len()];
    for &label in districts.iter().filter(|&&label| label != OUTSIDE) {
        cells[label as usize] += 1;
    }
    let share = |row: usize| {
        let commune = communes()[row];
        let sum: u32 = communes()
            .iter()
            .filter(|other| other.district == commune.district)
            .map(|other| other.area_ha)
            .sum();
        f64::from(commune.area_ha) / f64::from(sum)
    };
    let targets: Vec<f64> = (0..communes().len())
        .map(|row| f64::from(cells[district_row(communes()[row].district)]) * share(row))
        .collect();
    let mut labels = tune(grid, districts, slowness, &mut seeds, (&targets, 14));
    clean::clean_within(grid, districts, &mut labels);
    for _ in 0..3 {
        if revive(grid, districts, &seeds, &mut labels) == 0 {
            break;
        }
        clean::clean_within(grid, districts, &mut labels);
    }
    labels
}

/// Gives communes that were swallowed a block of cells around their seed; returns how many there were.
fn revive(grid: &Grid, districts: &[u16], seeds: &[Seed], labels: &mut [u16]) -> usize {
    let mut present = vec![false; seeds.len()];
    for &label in labels.iter().filter(|&&label| label != OUTSIDE) {
        present[label as usize] = true;
    }
    let swallowed: Vec<&Seed> = seeds
        .iter()
        .filter(|seed| !present[seed.label as usize])
        .collect();
    for seed in &swallowed {
        let centre = grid.centre(seed.cell);
        for cell in 0..grid.len() {
            let near = shape::distance_m(grid.centre(cell), centre) < SMALLEST_RADIUS_M;
            if near && districts[cell] == districts[seed.cell] {
                labels[cell] = seed.label;
            }
        }
    }
    swallowed.len()
}

/// Moves each seed to the cell of its region nearest to the region's centre.
fn centre_seeds(grid: &Grid, labels: &[u16], seeds: &mut [Seed]) {
    let mut sums = vec![(0.0, 0.0, 0.0); seeds.len()];
    for (cell, &label) in labels
        .iter()
        .enumerate()
        .filter(|&(_, &label)| label != OUTSIDE)
    {
        let place = grid.centre(cell);
        let sum = &mut sums[label as usize];
        *sum = (sum.0 + place.x, sum.1 + place.y, sum.2 + 1.0);
    }
    let mut best = vec![(f64::INFINITY, 0); seeds.len()];
    for (cell, &label) in labels
        .iter()
        .enumerate()
        .filter(|&(_, &label)| label != OUTSIDE)
    {
        let sum = sums[label as usize];
        let centre = Coord {
            x: sum.0 / sum.2,
            y: sum.1 / sum.2,
        };
        let apart_m = shape::distance_m(grid.centre(cell), centre);
        if apart_m < best[label as usize].0 {
            best[label as usize] = (apart_m, cell);
        }
    }
    for (seed, (apart_m, cell)) in seeds.iter_mut().zip(best) {
        if apart_m.is_finite() {
            seed.cell = cell;
        }
    }
}

/// Grows again and again, starting units earlier that came out too small, and keeps the best round.
///
/// Each unit's step grows while its error keeps its sign and shrinks when it changes.
///
/// # References
/// Riedmiller, Braun: A direct adaptive method for faster backpropagation learning (RPROP), ICNN 1993,
/// <https://doi.org/10.1109/ICNN.1993.298623>.
fn tune(
    grid: &Grid,
    domain: &[u16],
    slowness: &[f32],
    seeds: &mut [Seed],
    (targets, rounds): (&[f64], u32),
) -> Vec<u16> {
    let mut starts_m = vec![0.0_f64; targets.len()];
    let mut steps = vec![(FIRST_STEP_M, 0.0_f64); targets.len()];
    let mut best = (f64::INFINITY, Vec::new());
    for _ in 0..rounds {
        let earliest_m = starts_m.iter().copied().fold(f64::INFINITY, f64::min);
        for seed in seeds.iter_mut() {
            seed.start_m = (starts_m[seed.label as usize] - earliest_m) as f32;
        }
        let labels = grow(grid, domain, slowness, seeds);
        let mut counts = vec![0.0_f64; targets.len()];
        for &label in labels.iter().filter(|&&label| label != OUTSIDE) {
            counts[label as usize] += 1.0;
        }
        let mut worst = 0.0_f64;
        for (row, &target) in targets.iter().enumerate() {
            // In logarithms, so that too small is as bad as too large; a swallowed unit is worst of all.
            worst = worst.max((counts[row].max(1e-3) / target).ln().abs());
            let error = counts[row] / target - 1.0;
            let (step_m, before) = &mut steps[row];
            *step_m *= if error * *before >= 0.0 { 1.35 } else { 0.45 };
            *step_m = step_m.min(LARGEST_STEP_M);
            *before = error;
            if error.abs() > GOOD_ENOUGH {
                starts_m[row] += error.signum() * *step_m;
            }
        }
        if worst < best.0 {
            best = (worst, labels);
        }
    }
    best.1
}
