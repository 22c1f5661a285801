//! Footprints of buildings, each inside its parcel.

use geo::Coord;

use crate::{
    land::Code,
    lattice::{Cell, Piece},
    random::Random,
};

/// What a building is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Residential,
    Industrial,
    Public,
    Commercial,
}

impl Purpose {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Residential => "residential",
            Self::Industrial => "industrial",
            Self::Public => "public",
            Self::Commercial => "commercial",
        }
    }
}

/// One building.
#[derive(Clone, Debug)]
pub(crate) struct Building {
    pub(crate) purpose: Purpose,
    pub(crate) floors: i32,
    pub(crate) height_m: f64,
    /// The closed ring, anticlockwise.
    pub(crate) ring: Vec<Coord>,
}

/// A house near the lane, on the south or the north side of its plot.
pub(crate) fn house(
    cell: &Cell,
    plot: Piece,
    (front_south, urban): (bool, bool),
    random: &mut Random,
) -> Building {
    let side = if urban { 0.04 } else { random.range(0.10, 0.2) };
    let near = if urban {
        random.range(0.03, 0.08)
    } else {
        random.range(0.08, 0.28)
    };
    let far = (near + random.range(0.32, 0.55)).min(0.94);
    let (low, high) = if front_south {
        (near, far)
    } else {
        (1.0 - far, 1.0 - near)
    };
    let floors = if urban {
        2 + random.below(4) as i32
    } else {
        1 + random.below(3) as i32
    };
    let piece = Piece {
        u: inset(plot.u, side, 1.0 - side),
        v: inset(plot.v, low, high),
    };
    let shop = urban && random.chance(0.12);
    let purpose = if shop {
        Purpose::Commercial
    } else {
        Purpose::Residential
    };
    building(cell, piece, purpose, (floors, 3.3))
}

/// The building of a public plot.
pub(crate) fn public(cell: &Cell, plot: Piece, code: Code, random: &mut Random) -> Building {
    let piece = Piece {
        u: inset(plot.u, 0.15, 0.85),
        v: inset(plot.v, 0.35, random.range(0.68, 0.8)),
    };
    let market = code == Code::MARKET;
    let purpose = if market {
        Purpose::Commercial
    } else {
        Purpose::Public
    };
    let floors = if market || code == Code::HALL {
        1
    } else {
        2 + random.below(2) as i32
    };
    building(cell, piece, purpose, (floors, 3.9))
}

/// One or two sheds of a factory.
pub(crate) fn sheds(cell: &Cell, plot: Piece, random: &mut Random) -> Vec<Building> {
    let split = if random.chance(0.5) {
        random.range(0.4, 0.6)
    } else {
        0.92
    };
    let mut sheds = vec![Piece {
        u: inset(plot.u, 0.1, 0.9),
        v: inset(plot.v, 0.08, split - 0.04),
    }];
    if split < 0.9 {
        sheds.push(Piece {
            u: inset(plot.u, 0.1, 0.9),
            v: inset(plot.v, split + 0.02, 0.92),
        });
    }
    sheds
        .into_iter()
        .map(|piece| {
            building(
                cell,
                piece,
                Purpose::Industrial,
                (1 + random.below(2) as i32, 6.5),
            )
        })
        .collect()
}

fn building(
    cell: &Cell,
    piece: Piece,
    purpose: Purpose,
    (floors, floor_m): (i32, f64),
) -> Building {
    let height_m = (f64::from(floors) * floor_m * 10.0).round() / 10.0;
    Building {
        purpose,
        floors,
        height_m,
        ring: cell.ring(piece),
    }
}

fn inset([low, high]: [f64; 2], from: f64, to: f64) -> [f64; 2] {
    [low + (high - low) * from, low + (high - low) * to]
}
