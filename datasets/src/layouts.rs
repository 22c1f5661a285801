//! The three layouts of administrative units: before 2025-01-01, the first half of 2025, from 2025-07-01.
//!
//! The first half of 2025 is the partition itself. Of the layout before it only the number of communes, 235, is known: 28
//! communes are cut in two assumed parts each. The 64 units after it are the whole communes that went into them, and
//! parts of the 34 that were split.

use geo::{Area as _, Coord, MultiPolygon};

use crate::{
    communes::communes,
    partition::{Partition, Pieces},
    province::Province,
    shape,
    units::{successors, units},
};

/// How many communes fewer there were from 2025-01-01.
const MERGED: usize = 28;

/// A commune before 2025-01-01.
#[derive(Debug)]
pub(crate) struct Predecessor {
    /// The commune it was in from 2025-01-01 on.
    pub(crate) commune: usize,
    /// 0 or 1 where it is one of two assumed parts.
    pub(crate) part: Option<usize>,
    pub(crate) shape: MultiPolygon,
    pub(crate) population: u32,
}

/// What became of a commune, or of a part of it, on 2025-07-01.
#[derive(Debug)]
pub(crate) struct Succession {
    pub(crate) commune: usize,
    pub(crate) unit: usize,
    /// Share of the commune's area.
    pub(crate) area_share: f64,
    /// Share of the commune's people, by the places of its villages.
    pub(crate) pop_share: f64,
    pub(crate) is_split: bool,
}

/// The layouts that are made from the partition.
#[derive(Debug)]
pub(crate) struct Layouts {
    pub(crate) before: Vec<Predecessor>,
    /// In the order of [`units`].
    pub(crate) units: Vec<MultiPolygon>,
    /// By commune, then by unit; the shares of a commune sum to 1.
    pub(crate) successions: Vec<Succession>,
}

impl Layouts {
    pub(crate) fn new(province: &Province) -> Self {
        let successors = successors();
        let pieces = province
            .partition
            .cut(&unit_anchors(&province.partition, &successors));
        let unit_of: Vec<u16> = successors
            .iter()
            .flatten()
            .map(|&unit| unit as u16)
            .collect();
        Self {
            before: predecessors(province),
            units: pieces.united(&unit_of, units().len()),
            successions: successions(province, &pieces, &successors),
        }
    }
}

/// For each commune, the middles of the units it went to.
fn unit_anchors(partition: &Partition, successors: &[Vec<usize>]) -> Vec<Vec<Coord>> {
    let middle = |code: u32| {
        let row = communes().iter().position(|commune| commune.code == code);
        let row = row.expect("units are made of the 207 communes");
        shape::centroid(&partition.communes[row].0[0].exterior().0)
    };
    let anchors: Vec<Coord> = units()
        .iter()
        .map(|unit| {
            let of = if unit.whole.is_empty() {
                unit.parts
            } else {
                unit.whole
            };
            shape::centroid(&of.iter().map(|&code| middle(code)).collect::<Vec<_>>())
        })
        .collect();
    let of_commune = |to: &Vec<usize>| to.iter().map(|&unit| anchors[unit]).collect();
    successors.iter().map(of_commune).collect()
}

fn successions(
    province: &Province,
    pieces: &Pieces<'_>,
    successors: &[Vec<usize>],
) -> Vec<Succession> {
    let areas_m2: Vec<f64> = pieces
        .polygons()
        .iter()
        .map(MultiPolygon::unsigned_area)
        .collect();
    let mut people = vec![0_u32; areas_m2.len()];
    for village in &province.villages {
        let own = province.partition.commune(village.place) == Some(village.commune);
        if let Some(piece) = pieces.at(village.place).filter(|_| own) {
            people[piece] += village.population;
        }
    }
    let mut rows = Vec::with_capacity(areas_m2.len());
    let mut first = 0;
    for (commune, to) in successors.iter().enumerate() {
        let pieces = first..first + to.len();
        let area_m2: f64 = areas_m2[pieces.clone()].iter().sum();
        let residents: u32 = people[pieces.clone()].iter().sum();
        rows.extend(to.iter().zip(pieces).map(|(&unit, piece)| {
            let area_share = areas_m2[piece] / area_m2;
            let pop_share = if residents > 0 {
                f64::from(people[piece]) / f64::from(residents)
            } else {
                area_share
            };
            Succession {
                commune,
                unit,
                area_share,
                pop_share,
                is_split: to.len() > 1,
            }
        }));
        first += to.len();
    }
    rows
}

/// The 235 communes before 2025-01-01: the 28 largest of the table (by code where equal) are cut across their longer side.
fn predecessors(province: &Province) -> Vec<Predecessor> {
    let mut by_size: Vec<usize> = (0..communes().len()).collect();
    by_size.sort_by_key(|&row| (std::cmp::Reverse(communes()[row].area_ha), row));
    let merged = &by_size[..MERGED];
    let anchors: Vec<Vec<Coord>> = province
        .partition
        .communes
        .iter()
        .enumerate()
        .map(|(row, shape)| {
            let ends = ends(&shape.0[0].exterior().0);
            if merged.contains(&row) {
                ends.to_vec()
            } else {
                ends[..1].to_vec()
            }
        })
        .collect();
    let shapes = province.partition.cut(&anchors).polygons();
    let owners = anchors.iter().enumerate().flat_map(|(commune, ends)| {
        let is_cut = ends.len() > 1;
        (0..ends.len()).map(move |part| (commune, is_cut.then_some(part)))
    });
    owners
        .zip(shapes)
        .map(|((commune, part), shape)| {
            let population = province.populations[commune];
            let population = match part {
                None => population,
                Some(0) => population / 2,
                Some(_) => population - population / 2,
            };
            Predecessor {
                commune,
                part,
                shape,
                population,
            }
        })
        .collect()
}

/// The west and east ends of a ring, or the south and north ones where it is taller than wide.
fn ends(ring: &[Coord]) -> [Coord; 2] {
    let range = |axis: fn(&Coord) -> f64| {
        let values = ring.iter().map(axis);
        (
            values.clone().fold(f64::INFINITY, f64::min),
            values.fold(f64::NEG_INFINITY, f64::max),
        )
    };
    let ((west, east), (south, north)) = (range(|p| p.x), range(|p| p.y));
    let middle = Coord {
        x: west.midpoint(east),
        y: south.midpoint(north),
    };
    if east - west >= north - south {
        [Coord { x: west, ..middle }, Coord { x: east, ..middle }]
    } else {
        [Coord { y: south, ..middle }, Coord { y: north, ..middle }]
    }
}
