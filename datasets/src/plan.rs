//! The approved land-use plan for 2030 (synthetic), and where it disagrees with the parcels on purpose.
//!
//! **The rule.** A plan zone agrees with a parcel when the zone's code equals the parcel's code, or one part of a mixed code
//! ("ONT+CLN" agrees with ONT). A parcel is in conflict when it overlaps a zone that does not agree by more than 1 m².
//! Outside the planted places every zone is made of whole parcels with its own code: zone borders run along parcel
//! borders exactly, so the overlap with any other parcel is zero (rounding stays far below 1 m²). Conflicts are therefore
//! exactly the planted ones, and `truths.json` lists each with its overlap.

use geo::Coord;

use crate::{
    communes::communes,
    land::Code,
    lattice::{Cell, Piece},
    parcels::Parcel,
    shape,
};

/// Paddy parcels per commune under a planned industrial park; four communes make 120.
const INDUSTRY_PARCELS: usize = 30;
/// Homesteads per commune in the corridor of a planned road widening.
const CORRIDOR_PARCELS: usize = 8;
/// Paddy parcels per town under planned urban housing.
const TOWN_PARCELS: usize = 12;
/// Depth of the widening into the homesteads.
const WIDENING_M: f64 = 4.0;

/// How a commune's plan disagrees with its parcels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planting {
    /// Paddy inside a zone planned SKK.
    Industry,
    /// Homesteads inside the corridor of a road widening, planned DGT.
    Corridor,
    /// Paddy inside a zone planned ODT.
    Town,
}

/// The planted disagreement of a commune, by its code.
pub(crate) fn planting(commune_code: u32) -> Option<Planting> {
    match commune_code {
        10924 | 10615 | 10954 | 10771 => Some(Planting::Industry),
        10930 | 11008 | 11086 | 10843 | 11197 => Some(Planting::Corridor),
        11239 | 10813 | 10576 => Some(Planting::Town),
        _ => None,
    }
}

/// A zone of the plan.
#[derive(Clone, Debug)]
pub(crate) struct PlanZone {
    pub(crate) code: Code,
    pub(crate) ring: Vec<Coord>,
}

/// A parcel that the plan disagrees with.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    pub(crate) commune_code: u32,
    pub(crate) sheet: u32,
    pub(crate) number: u32,
    pub(crate) code: Code,
    pub(crate) planned: Code,
    pub(crate) overlap_m2: f64,
}

/// Makes the zones of one commune, cell by cell, and counts what is left to plant.
#[derive(Debug)]
pub(crate) struct Planner {
    planting: Option<Planting>,
    left: usize,
    commune_code: u32,
    pub(crate) zones: Vec<PlanZone>,
    pub(crate) conflicts: Vec<Conflict>,
}

impl Planner {
    pub(crate) fn new(commune: usize) -> Self {
        let commune_code = communes()[commune].code;
        let planting = planting(commune_code);
        let left = match planting {
            Some(Planting::Industry) => INDUSTRY_PARCELS,
            Some(Planting::Corridor) => CORRIDOR_PARCELS,
            Some(Planting::Town) => TOWN_PARCELS,
            None => 0,
        };
        Self {
            planting,
            left,
            commune_code,
            zones: Vec::new(),
            conflicts: Vec::new(),
        }
    }

    /// Plans the lanes of a cell as they are.
    pub(crate) fn lanes(&mut self, cell: &Cell, code: Code) {
        self.zones.push(PlanZone {
            code,
            ring: cell.lane_ring(),
        });
    }

    /// Plans one row of neighbouring parcels of a cell, all with the same v range, from west to east.
    pub(crate) fn row(&mut self, cell: &Cell, parcels: &[&Parcel]) {
        let here = |code: Code, homes: bool| {
            parcels.iter().all(|p| {
                if homes {
                    p.code.is_home()
                } else {
                    p.code == code
                }
            })
        };
        match self.planting {
            Some(Planting::Industry) if self.left > 0 && here(Code::PADDY, false) => {
                self.change(cell, parcels, (Code::INDUSTRY, 1.0));
            }
            Some(Planting::Town) if self.left > 0 && here(Code::PADDY, false) => {
                self.change(cell, parcels, (Code::URBAN_HOME, 1.0));
            }
            Some(Planting::Corridor) if self.left > 0 && here(Code::RURAL_HOME, true) => {
                let depth_m = shape::distance_m(cell.corners[0], cell.corners[3])
                    * (parcels[0].piece.v[1] - parcels[0].piece.v[0]);
                self.change(cell, parcels, (Code::ROAD, (WIDENING_M / depth_m).min(0.9)));
            }
            _ => self.keep(cell, parcels),
        }
    }

    /// Zones like the parcels, joining neighbours of one code.
    fn keep(&mut self, cell: &Cell, parcels: &[&Parcel]) {
        for group in parcels.chunk_by(|a, b| a.code.planned() == b.code.planned()) {
            let first = group[0];
            let last = group[group.len() - 1];
            let piece = Piece {
                u: [first.piece.u[0], last.piece.u[1]],
                v: first.piece.v,
            };
            self.zones.push(PlanZone {
                code: first.code.planned(),
                ring: cell.ring(piece),
            });
        }
    }

    /// A zone of another code over as many parcels as are left to plant, and over a share of their depth.
    ///
    /// Where it ends inside the row and takes the whole depth, it ends in the middle of the last parcel.
    fn change(&mut self, cell: &Cell, parcels: &[&Parcel], (planned, share): (Code, f64)) {
        let count = self.left.min(parcels.len());
        self.left -= count;
        let [v0, v1] = parcels[0].piece.v;
        let cut_v = if share < 1.0 {
            v0 + (v1 - v0) * share
        } else {
            v1
        };
        let last = parcels[count - 1].piece;
        let cut_u = if count < parcels.len() && share >= 1.0 {
            f64::midpoint(last.u[0], last.u[1])
        } else {
            last.u[1]
        };
        let zone = Piece {
            u: [parcels[0].piece.u[0], cut_u],
            v: [v0, cut_v],
        };
        self.zones.push(PlanZone {
            code: planned,
            ring: cell.ring(zone),
        });
        for parcel in &parcels[..count] {
            let overlap = parcel
                .piece
                .common(zone)
                .map_or(0.0, |piece| shape::ring_area_m2(&cell.ring(piece)[1..]));
            self.conflicts.push(Conflict {
                commune_code: self.commune_code,
                sheet: parcel.sheet,
                number: parcel.number,
                code: parcel.code,
                planned,
                overlap_m2: overlap,
            });
        }
        let kept = parcels[0].code.planned();
        if cut_v < v1 {
            let behind = Piece {
                u: zone.u,
                v: [cut_v, v1],
            };
            self.zones.push(PlanZone {
                code: kept,
                ring: cell.ring(behind),
            });
        }
        let end_u = parcels[parcels.len() - 1].piece.u[1];
        if cut_u < end_u {
            let beyond = Piece {
                u: [cut_u, end_u],
                v: [v0, v1],
            };
            self.zones.push(PlanZone {
                code: kept,
                ring: cell.ring(beyond),
            });
        }
    }
}
