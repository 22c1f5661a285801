//! Roads of every class, joined into one connected graph whose nodes are shared exactly.

pub(crate) mod links;
mod network;
pub(crate) mod streets;

use geo::Coord;
pub(crate) use network::build;

use crate::ground::{self, Ground};

/// Road classes, most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Expressway,
    National,
    Provincial,
    District,
    Commune,
    Street,
    Lane,
}

impl Class {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Expressway => "expressway",
            Self::National => "national",
            Self::Provincial => "provincial",
            Self::District => "district",
            Self::Commune => "commune",
            Self::Street => "street",
            Self::Lane => "lane",
        }
    }

    pub(crate) const fn speed_kmh(self) -> i32 {
        match self {
            Self::Expressway => 120,
            Self::National => 80,
            Self::Provincial => 60,
            Self::District | Self::Street => 50,
            Self::Commune => 40,
            Self::Lane => 30,
        }
    }

    /// Width of the carriageway.
    pub(crate) fn width_m(self, lanes: u8) -> f64 {
        match self {
            Self::Expressway => 33.0,
            Self::National => 4.0 + 3.75 * f64::from(lanes),
            Self::Provincial => 9.0,
            Self::District => 7.5,
            Self::Commune => 6.0,
            Self::Street => 8.0,
            Self::Lane => 3.5,
        }
    }

    /// Roads that cross each other at a node; an expressway only meets national and provincial roads.
    fn meets(self, other: Self) -> bool {
        let (first, second) = (self.min(other), self.max(other));
        first != Self::Expressway || second <= Self::Provincial
    }
}

/// One road: before joining a whole course, afterwards a piece between two nodes.
#[derive(Clone, Debug)]
pub(crate) struct Road {
    pub(crate) name: String,
    pub(crate) reference: String,
    pub(crate) class: Class,
    pub(crate) lanes: u8,
    pub(crate) bridge: bool,
    pub(crate) line: Vec<Coord>,
}

impl Road {
    /// A two-lane road, or a single-lane one for lanes.
    pub(crate) fn new(name: String, class: Class, line: Vec<Coord>) -> Self {
        let lanes = if class == Class::Lane { 1 } else { 2 };
        Self {
            name,
            reference: String::new(),
            class,
            lanes,
            bridge: false,
            line,
        }
    }

    pub(crate) fn width_m(&self) -> f64 {
        self.class.width_m(self.lanes)
    }

    fn with_line(&self, line: Vec<Coord>) -> Self {
        Self {
            line,
            name: self.name.clone(),
            reference: self.reference.clone(),
            ..*self
        }
    }
}

/// Cuts roads where they cross rivers, so that bridges are roads of their own.
pub(crate) fn with_bridges(roads: Vec<Road>, ground: &Ground) -> Vec<Road> {
    let mut cut = Vec::with_capacity(roads.len());
    for road in roads {
        let fine = densify(&road.line, 12.0);
        let wet: Vec<bool> = fine
            .iter()
            .map(|&place| !ground.is_free(place, ground::RIVER))
            .collect();
        if !wet.contains(&true) {
            cut.push(road);
            continue;
        }
        let mut start = 0;
        for index in 1..fine.len() {
            let last = index + 1 == fine.len();
            if last || wet[index] != wet[index - 1] {
                let mut piece = road.with_line(fine[start..=index].to_vec());
                piece.bridge = wet[index - 1];
                cut.push(piece);
                start = index;
            }
        }
    }
    cut
}

/// Adds vertices so that none are further apart than `step_m`; the given ones stay.
fn densify(line: &[Coord], step_m: f64) -> Vec<Coord> {
    let mut fine = Vec::new();
    for pair in line.windows(2) {
        let count = (crate::shape::distance_m(pair[0], pair[1]) / step_m)
            .ceil()
            .max(1.0) as usize;
        for step in 0..count {
            let share = step as f64 / count as f64;
            fine.push(if step == 0 {
                pair[0]
            } else {
                crate::shape::between(pair[0], pair[1], share)
            });
        }
    }
    fine.extend(line.last());
    fine
}
