//! The pattern of lanes and blocks: a bent lattice whose cells are divided by straight lines that meet exactly.

use geo::Coord;

use crate::{noise::Noise, shape};

/// A lattice of cells around an origin; corners are moved by a smooth field, so neighbours share them.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    pub(crate) origin: Coord,
    pub(crate) azimuth_rad: f64,
    pub(crate) width_m: f64,
    pub(crate) height_m: f64,
    pub(crate) lane_m: f64,
    pub(crate) bend: Noise,
    pub(crate) bend_m: f64,
}

/// One cell: a lane along its south and west side, and a block.
///
/// Inside a cell, places are (u, v) in 0 … 1 mapped bilinearly: lines of constant u or v are straight, so
/// pieces cut along them share borders exactly, also where corners of one lie on a side of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// South-west, south-east, north-east, north-west.
    pub(crate) corners: [Coord; 4],
    /// Share of the width that the lane on the west side takes.
    pub(crate) lane_u: f64,
    /// Share of the height that the lane on the south side takes.
    pub(crate) lane_v: f64,
}

/// A rectangle of a cell in (u, v).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) u: [f64; 2],
    pub(crate) v: [f64; 2],
}

impl Lattice {
    fn corner(&self, i: i32, j: i32) -> Coord {
        let (sin, cos) = self.azimuth_rad.sin_cos();
        let (x, y) = (f64::from(i) * self.width_m, f64::from(j) * self.height_m);
        let place = Coord {
            x: self.origin.x + x * cos - y * sin,
            y: self.origin.y + x * sin + y * cos,
        };
        let near = self.bend.displacement(place, 420.0);
        let far = self.bend.displacement(place, 2100.0);
        Coord {
            x: place.x + self.bend_m * (0.5 * near.x + 1.6 * far.x),
            y: place.y + self.bend_m * (0.5 * near.y + 1.6 * far.y),
        }
    }

    pub(crate) fn cell(&self, i: i32, j: i32) -> Cell {
        Cell {
            corners: [
                self.corner(i, j),
                self.corner(i + 1, j),
                self.corner(i + 1, j + 1),
                self.corner(i, j + 1),
            ],
            lane_u: self.lane_m / self.width_m,
            lane_v: self.lane_m / self.height_m,
        }
    }

    /// Where the centre lines of the lanes on the west and south side of a cell meet.
    pub(crate) fn node(&self, i: i32, j: i32) -> Coord {
        let cell = self.cell(i, j);
        cell.at(cell.lane_u / 2.0, cell.lane_v / 2.0)
    }

    /// The cell whose corner is nearest to a place, before bending.
    pub(crate) fn index(&self, place: Coord) -> (i32, i32) {
        let (sin, cos) = self.azimuth_rad.sin_cos();
        let (dx, dy) = (place.x - self.origin.x, place.y - self.origin.y);
        let x = (dx * cos + dy * sin) / self.width_m;
        let y = (dy * cos - dx * sin) / self.height_m;
        (x.round() as i32, y.round() as i32)
    }
}

impl Cell {
    /// The place at (u, v).
    pub(crate) fn at(&self, u: f64, v: f64) -> Coord {
        let [sw, se, ne, nw] = self.corners;
        shape::between(shape::between(sw, se, u), shape::between(nw, ne, u), v)
    }

    /// The closed ring of a piece, anticlockwise.
    pub(crate) fn ring(&self, piece: Piece) -> Vec<Coord> {
        let [u0, u1] = piece.u;
        let [v0, v1] = piece.v;
        [(u0, v0), (u1, v0), (u1, v1), (u0, v1), (u0, v0)]
            .map(|(u, v)| self.at(u, v))
            .to_vec()
    }

    /// The closed ring of the lanes on the south and west side.
    pub(crate) fn lane_ring(&self) -> Vec<Coord> {
        let (a, b) = (self.lane_u, self.lane_v);
        [
            (0.0, 0.0),
            (1.0, 0.0),
            (1.0, b),
            (a, b),
            (a, 1.0),
            (0.0, 1.0),
            (0.0, 0.0),
        ]
        .map(|(u, v)| self.at(u, v))
        .to_vec()
    }

    /// Everything but the lanes.
    pub(crate) const fn block(&self) -> Piece {
        Piece {
            u: [self.lane_u, 1.0],
            v: [self.lane_v, 1.0],
        }
    }

    /// Places spread evenly over the cell and `beyond_m` over its sides.
    pub(crate) fn samples(&self, beyond_m: f64) -> impl Iterator<Item = Coord> + '_ {
        let width_m = shape::distance_m(self.corners[0], self.corners[1]);
        let height_m = shape::distance_m(self.corners[0], self.corners[3]);
        let (beyond_u, beyond_v) = (beyond_m / width_m, beyond_m / height_m);
        let columns = (width_m / 10.0).ceil() as i32;
        let rows = (height_m / 10.0).ceil() as i32;
        (0..=rows).flat_map(move |row| {
            (0..=columns).map(move |column| {
                let spread = |share: f64, beyond: f64| share * (1.0 + 2.0 * beyond) - beyond;
                self.at(
                    spread(f64::from(column) / f64::from(columns), beyond_u),
                    spread(f64::from(row) / f64::from(rows), beyond_v),
                )
            })
        })
    }
}

impl Piece {
    /// Cuts the piece into `count` parts along u.
    pub(crate) fn columns(self, cuts: &[f64]) -> Vec<Self> {
        let [u0, u1] = self.u;
        cuts.windows(2)
            .map(|pair| Self {
                u: [u0 + (u1 - u0) * pair[0], u0 + (u1 - u0) * pair[1]],
                v: self.v,
            })
            .collect()
    }

    /// The part of the piece between two shares of its height.
    pub(crate) fn rows(self, low: f64, high: f64) -> Self {
        let [v0, v1] = self.v;
        Self {
            u: self.u,
            v: [v0 + (v1 - v0) * low, v0 + (v1 - v0) * high],
        }
    }

    /// The part both pieces have in common.
    pub(crate) fn common(self, other: Self) -> Option<Self> {
        let u = [self.u[0].max(other.u[0]), self.u[1].min(other.u[1])];
        let v = [self.v[0].max(other.v[0]), self.v[1].min(other.v[1])];
        (u[0] < u[1] && v[0] < v[1]).then_some(Self { u, v })
    }
}

/// Shares 0 … 1 of `count` parts of slightly different width.
pub(crate) fn uneven_cuts(count: usize, random: &mut crate::random::Random) -> Vec<f64> {
    let widths: Vec<f64> = (0..count).map(|_| random.range(0.8, 1.25)).collect();
    let total: f64 = widths.iter().sum();
    let mut cuts = vec![0.0];
    let mut sum = 0.0;
    for width in &widths[..count - 1] {
        sum += width;
        cuts.push(sum / total);
    }
    cuts.push(1.0);
    cuts
}
