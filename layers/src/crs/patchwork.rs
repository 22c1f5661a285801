//! A transformation learnt from PROJ, patch by patch: the same positions to a tenth of a micrometre, thirty times faster.
//!
//! Between a plane and the ellipsoid a transformation is so smooth that within a patch of 33 km a polynomial of degree 6
//! in x and y repeats it to the last digits of a double. Each patch is learnt when its first position comes and checked at
//! positions it was not learnt from; where the check fails (the edge of a system's area, a pole) PROJ itself is asked.

use std::collections::HashMap;

use super::{Adjustment, Crs, Transformer};

/// Side of a patch, in units of the source.
const SIDE: f64 = 32_768.0;

/// Learnt positions along a side: the Chebyshev nodes of a polynomial of degree 6.
const NODES: usize = 7;

/// Positions along a side where a patch is checked; between the nodes and at the corners.
const CHECKS: usize = 8;

/// The largest error allowed, in degrees: about 0.1 µm. Three points on a line must stay so, within what repair takes for
/// a line.
const TOLERANCE_DEG: f64 = 1e-12;

/// Patches learnt at most; a source scattered over more than a continent asks PROJ for the rest.
const MOST_PATCHES: usize = 4096;

type Grid = [[f64; NODES]; NODES];

/// The polynomials of one patch, by Chebyshev coefficients.
struct Patch {
    lon: Grid,
    lat: Grid,
}

/// A [`Transformer`] to longitude and latitude for very many positions; each thread makes its own.
pub(crate) struct Patchwork {
    before: Adjustment,
    exact: Transformer,
    /// False where PROJ is asked for every position.
    learns: bool,
    /// None for a patch where a polynomial does not do.
    patches: HashMap<(i32, i32), Option<Box<Patch>>>,
}

impl Patchwork {
    /// From adjusted coordinates of a system to the stored one. Only a plane is learnt: degrees to degrees cost PROJ
    /// little and stay bit for bit.
    pub(crate) fn new(from: &Crs, before: Adjustment, exact: Transformer) -> Self {
        Self {
            before,
            learns: !from.is_geographic() && !exact.is_identity(),
            exact,
            patches: HashMap::new(),
        }
    }

    /// Whether positions stay as they are.
    pub(crate) fn is_identity(&self) -> bool {
        self.exact.is_identity() && self.before == Adjustment::NONE
    }

    /// As [`Transformer::transform`].
    pub(crate) fn transform(&mut self, x: &mut [f64], y: &mut [f64]) {
        self.before.apply(x, y);
        if !self.learns {
            return self.exact.transform(x, y);
        }
        let mut rest = Vec::new();
        for at in 0..x.len() {
            match self.patch(x[at], y[at]) {
                Some((patch, u, v)) => (x[at], y[at]) = patch.position(u, v),
                None => rest.push(at),
            }
        }
        if rest.is_empty() {
            return;
        }
        let mut xs: Vec<f64> = rest.iter().map(|at| x[*at]).collect();
        let mut ys: Vec<f64> = rest.iter().map(|at| y[*at]).collect();
        self.exact.transform(&mut xs, &mut ys);
        for (at, position) in rest.into_iter().zip(xs.into_iter().zip(ys)) {
            (x[at], y[at]) = position;
        }
    }

    /// The patch of a position and where in it the position lies, −1 … 1 both ways.
    fn patch(&mut self, x: f64, y: f64) -> Option<(&Patch, f64, f64)> {
        let (column, row) = ((x / SIDE).floor(), (y / SIDE).floor());
        let limit = f64::from(i32::MAX);
        // Also false for NaN.
        if !(column.abs() < limit && row.abs() < limit) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "within the limits, checked above"
        )]
        let key = (column as i32, row as i32);
        if self.patches.len() >= MOST_PATCHES && !self.patches.contains_key(&key) {
            return None;
        }
        let exact = &self.exact;
        let patch = self
            .patches
            .entry(key)
            .or_insert_with(|| learn(exact, column, row).map(Box::new));
        let within = |value: f64, cell: f64| (value / SIDE - cell).mul_add(2.0, -1.0);
        Some((patch.as_deref()?, within(x, column), within(y, row)))
    }
}

impl Patch {
    fn position(&self, u: f64, v: f64) -> (f64, f64) {
        let (across, up) = (chebyshev(u), chebyshev(v));
        (
            value(&self.lon, &across, &up),
            value(&self.lat, &across, &up),
        )
    }
}

/// Adds small terms first and the middle of the patch last: that is a hundred degrees where the others are tenths.
fn value(grid: &Grid, across: &[f64; NODES], up: &[f64; NODES]) -> f64 {
    let mut sum = 0.0;
    for i in (0..NODES).rev() {
        let mut line = 0.0;
        for j in (usize::from(i == 0)..NODES).rev() {
            line += grid[i][j] * up[j];
        }
        sum += line * across[i];
    }
    sum + grid[0][0]
}

/// The Chebyshev polynomials 0 … 6 at a position.
fn chebyshev(at: f64) -> [f64; NODES] {
    let mut all = [0.0; NODES];
    (all[0], all[1]) = (1.0, at);
    for degree in 2..NODES {
        all[degree] = (2.0 * at).mul_add(all[degree - 1], -all[degree - 2]);
    }
    all
}

/// Learns a patch and checks it; none where a polynomial does not repeat PROJ.
fn learn(exact: &Transformer, column: f64, row: f64) -> Option<Patch> {
    let node = |at: usize| (std::f64::consts::PI * (at as f64 + 0.5) / NODES as f64).cos();
    let nodes: [f64; NODES] = std::array::from_fn(node);
    let (lon, lat) = ask(exact, (column, row), &nodes)?;
    let patch = Patch {
        lon: coefficients(&lon, &nodes),
        lat: coefficients(&lat, &nodes),
    };
    let checks: [f64; CHECKS] =
        std::array::from_fn(|at| (2 * at) as f64 / (CHECKS - 1) as f64 - 1.0);
    let (lon, lat) = ask(exact, (column, row), &checks)?;
    for (at, (lon, lat)) in lon.into_iter().zip(lat).enumerate() {
        let found = patch.position(checks[at / CHECKS], checks[at % CHECKS]);
        if (found.0 - lon).abs().max((found.1 - lat).abs()) > TOLERANCE_DEG {
            return None;
        }
    }
    Some(patch)
}

/// PROJ's answers at a lattice of positions in a patch; none when one has no answer.
fn ask(exact: &Transformer, cell: (f64, f64), at: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let place = |at: f64, cell: f64| (at.midpoint(1.0) + cell) * SIDE;
    let pairs = at.iter().flat_map(|u| at.iter().map(move |v| (*u, *v)));
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = pairs
        .map(|(u, v)| (place(u, cell.0), place(v, cell.1)))
        .unzip();
    exact.transform(&mut x, &mut y);
    let known = x.iter().chain(&y).all(|value| value.is_finite());
    known.then_some((x, y))
}

/// The Chebyshev coefficients of values at the nodes.
fn coefficients(values: &[f64], nodes: &[f64; NODES]) -> Grid {
    let basis: [[f64; NODES]; NODES] = std::array::from_fn(|at| chebyshev(nodes[at]));
    let weight = |degree: usize| if degree == 0 { 1.0 } else { 2.0 } / NODES as f64;
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let terms = values
                .iter()
                .enumerate()
                .map(|(at, value)| value * basis[at / NODES][i] * basis[at % NODES][j]);
            terms.sum::<f64>() * weight(i) * weight(j)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::vn2000::ZONES;

    fn way(from: &Crs) -> Transformer {
        Transformer::new(from, &Crs::stored()).unwrap()
    }

    /// Positions over the province, also outside it and at patch edges.
    fn positions() -> (Vec<f64>, Vec<f64>) {
        let lattice = (0..40_u32).flat_map(|i| (0..40_u32).map(move |j| (i, j)));
        lattice
            .map(|(i, j)| {
                let uneven = f64::from(i * 7 + j * 13 % 11) * 0.137;
                (
                    530_000.0 + f64::from(i) * 2_500.0 + uneven,
                    2_270_000.0 + f64::from(j) * 2_500.0 - uneven,
                )
            })
            .chain([
                (SIDE * 17.0, SIDE * 70.0),
                (SIDE * 17.0 - 1e-9, SIDE * 70.0),
            ])
            .unzip()
    }

    #[test]
    fn every_vn2000_system_is_repeated_to_a_tenth_of_a_micrometre() {
        for code in ZONES.map(|zone| zone.code) {
            let crs = Crs::from_epsg(code).unwrap();
            let (mut x, mut y) = positions();
            let (mut exact_x, mut exact_y) = (x.clone(), y.clone());
            way(&crs).transform(&mut exact_x, &mut exact_y);
            let mut patchwork = Patchwork::new(&crs, Adjustment::NONE, way(&crs));
            patchwork.transform(&mut x, &mut y);
            assert!(patchwork.patches.values().all(Option::is_some), "{code}");
            for at in 0..x.len() {
                let error = (x[at] - exact_x[at]).hypot(y[at] - exact_y[at]);
                assert!(error < 1e-12, "{code}: {error} degrees at {at}");
            }
        }
    }

    #[test]
    fn where_a_polynomial_does_not_do_proj_is_asked() {
        let mercator: Crs = "EPSG:3857".parse().unwrap();
        let mut patchwork = Patchwork::new(&mercator, Adjustment::NONE, way(&mercator));
        let (mut x, mut y) = ([f64::NAN, 1e300, 11_799_866.0], [0.0, 0.0, 2_273_030.9]);
        let (mut exact_x, mut exact_y) = (x, y);
        way(&mercator).transform(&mut exact_x, &mut exact_y);
        patchwork.transform(&mut x, &mut y);
        assert!(!x[0].is_finite() && !x[1].is_finite(), "{x:?}");
        assert!((x[2] - exact_x[2]).hypot(y[2] - exact_y[2]) < 1e-11);
    }

    #[test]
    fn degrees_stay_bit_for_bit() {
        let crs: Crs = "EPSG:4326".parse().unwrap();
        let mut patchwork = Patchwork::new(&crs, Adjustment::NONE, way(&crs));
        let (mut x, mut y) = ([106.314_612_345_678], [20.937_312_345_678]);
        patchwork.transform(&mut x, &mut y);
        assert_eq!(
            (x[0].to_bits(), y[0].to_bits()),
            (
                106.314_612_345_678_f64.to_bits(),
                20.937_312_345_678_f64.to_bits()
            )
        );
    }
}
