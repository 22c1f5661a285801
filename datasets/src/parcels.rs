//! Parcels: blocks divided into homesteads, fields and public plots, numbered by map sheet.

use std::collections::BTreeMap;

use geo::Coord;

use crate::{
    blocks::{Block, Use},
    buildings::{self, Building},
    communes::communes,
    industry::Zone,
    land::Code,
    lattice::{Cell, Piece, uneven_cuts},
    plan::Planner,
    random::Random,
    scale::Scale,
    shape,
    villages::Village,
};

/// Cells along one side of a map sheet.
const SHEET_CELLS: i32 = 12;

/// One parcel.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) sheet: u32,
    pub(crate) number: u32,
    pub(crate) code: Code,
    /// Its part of the cell's block; unused for lanes.
    pub(crate) piece: Piece,
    /// The closed ring, anticlockwise.
    pub(crate) ring: Vec<Coord>,
    pub(crate) place: String,
}

/// Public plots of a commune.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PublicPlot {
    pub(crate) code: Code,
    pub(crate) centre: Coord,
}

/// Everything on the parcels of one commune.
#[derive(Debug)]
pub(crate) struct Estate {
    pub(crate) parcels: Vec<Parcel>,
    pub(crate) planner: Planner,
    pub(crate) buildings: Vec<Building>,
    pub(crate) public: Vec<PublicPlot>,
}

/// Hands out sheet and parcel numbers of a commune.
#[derive(Debug, Default)]
struct Numbers {
    sheets: BTreeMap<(usize, i32, i32), (u32, u32)>,
}

impl Numbers {
    /// `area` keeps the sheets of industrial zones apart from those of the villages.
    fn next(&mut self, area: usize, (i, j): (i32, i32)) -> (u32, u32) {
        let count = self.sheets.len() as u32;
        let sheet = self
            .sheets
            .entry((area, i.div_euclid(SHEET_CELLS), j.div_euclid(SHEET_CELLS)))
            .or_insert((count + 1, 0));
        sheet.1 += 1;
        *sheet
    }
}

/// Divides the blocks and industrial zones of one commune.
pub(crate) fn estate(
    commune: usize,
    blocks: &[Block],
    villages: &[&Village],
    zones: &[&Zone],
    (scale, seed): (Scale, u64),
) -> Estate {
    let mut random = Random::part(seed, "parcels", commune as u64);
    let mut maker = Maker {
        urban: communes()[commune].kind.is_urban(),
        scale,
        numbers: Numbers::default(),
        estate: Estate {
            parcels: Vec::new(),
            planner: Planner::new(commune),
            buildings: Vec::new(),
            public: Vec::new(),
        },
    };
    for block in blocks {
        let place = place_text(commune, &block.cell, villages);
        maker.block(block, &place, &mut random);
    }
    for (number, zone) in zones.iter().enumerate() {
        for (i, j) in zone.cells() {
            maker.industry(zone, (number + 1, i, j), &mut random);
        }
    }
    maker.estate
}

fn place_text(commune: usize, cell: &Cell, villages: &[&Village]) -> String {
    let centre = cell.at(0.5, 0.5);
    let nearest = villages.iter().min_by(|a, b| {
        shape::distance_m(a.place, centre).total_cmp(&shape::distance_m(b.place, centre))
    });
    let unit = &communes()[commune];
    let village = nearest.map_or("", |village| village.name.as_str());
    format!("{village}, {} {}", unit.kind.vietnamese(), unit.name)
}

/// Where a new row of parcels lies: area number, cell indices, cell, and what the place is called.
type At<'a> = (usize, (i32, i32), &'a Cell, &'a str);

#[derive(Debug)]
struct Maker {
    urban: bool,
    scale: Scale,
    numbers: Numbers,
    estate: Estate,
}

impl Maker {
    fn block(&mut self, block: &Block, place: &str, random: &mut Random) {
        let at = (0, (block.i, block.j), &block.cell, place);
        let lanes = if block.is_road {
            Code::ROAD
        } else {
            Code::IRRIGATION
        };
        self.lanes(at, lanes);
        let piece = block.cell.block();
        match block.purpose {
            Use::Civic => {
                let south = [
                    (Code::OFFICE, 0.38),
                    (Code::HEALTH, 0.68),
                    (Code::HALL, 1.0),
                ];
                let north = [
                    (Code::SCHOOL, 0.42),
                    (Code::SCHOOL, 0.80),
                    (Code::MARKET, 1.0),
                ];
                self.public_row(at, piece.rows(0.0, 0.48), &south, random);
                self.public_row(at, piece.rows(0.48, 1.0), &north, random);
            }
            Use::Homes => {
                for (low, high, front_south) in [(0.0, 0.5, true), (0.5, 1.0, false)] {
                    self.homes(at, piece.rows(low, high), front_south, random);
                }
            }
            Use::Field(code) => self.field(at, piece, code, random),
        }
    }

    fn lanes(&mut self, (area, index, cell, place): At<'_>, code: Code) {
        let (sheet, number) = self.numbers.next(area, index);
        self.estate.parcels.push(Parcel {
            sheet,
            number,
            code,
            piece: Piece {
                u: [0.0, 1.0],
                v: [0.0, cell.lane_v],
            },
            ring: cell.lane_ring(),
            place: place.to_owned(),
        });
        self.estate.planner.lanes(cell, code);
    }

    /// Adds a row of parcels and plans it; returns where it starts.
    fn row(&mut self, (area, index, cell, place): At<'_>, pieces: &[(Piece, Code)]) -> usize {
        let start = self.estate.parcels.len();
        for &(piece, code) in pieces {
            let (sheet, number) = self.numbers.next(area, index);
            let ring = cell.ring(piece);
            self.estate.parcels.push(Parcel {
                sheet,
                number,
                code,
                piece,
                ring,
                place: place.to_owned(),
            });
        }
        let row: Vec<&Parcel> = self.estate.parcels[start..].iter().collect();
        self.estate.planner.row(cell, &row);
        start
    }

    fn homes(&mut self, at: At<'_>, piece: Piece, front_south: bool, random: &mut Random) {
        let full = 2 * usize::from(self.scale == Scale::Full);
        let count = if self.urban {
            10 + random.below(4)
        } else {
            7 + random.below(3)
        } + full;
        let home = if self.urban {
            Code::URBAN_HOME
        } else {
            Code::RURAL_HOME
        };
        let pieces: Vec<(Piece, Code)> = piece
            .columns(&uneven_cuts(count, random))
            .into_iter()
            .map(|piece| {
                let code = match random.unit() {
                    chance if !self.urban && chance < 0.18 => Code::RURAL_HOME_GARDEN,
                    chance if !self.urban && chance > 0.975 => Code::FISH,
                    chance if !self.urban && chance > 0.95 => Code::ORCHARD,
                    _ => home,
                };
                (piece, code)
            })
            .collect();
        let start = self.row(at, &pieces);
        for parcel in &self.estate.parcels[start..] {
            let occupied = self.scale == Scale::Full || random.chance(0.82);
            if parcel.code.is_home() && occupied {
                let house = buildings::house(at.2, parcel.piece, (front_south, self.urban), random);
                self.estate.buildings.push(house);
            }
        }
    }

    fn field(&mut self, at: At<'_>, piece: Piece, code: Code, random: &mut Random) {
        let full = usize::from(self.scale == Scale::Full);
        let count = match code {
            Code::PADDY => 7 + random.below(3) + 9 * full,
            Code::CROPS => 9 + random.below(4) + 5 * full,
            Code::ORCHARD => 5 + random.below(3) + 4 * full,
            Code::FISH => 2 + random.below(2),
            Code::FOREST => 1 + random.below(2),
            _ => 1,
        };
        let pieces: Vec<(Piece, Code)> = piece
            .columns(&uneven_cuts(count, random))
            .into_iter()
            .map(|piece| (piece, code))
            .collect();
        self.row(at, &pieces);
    }

    fn public_row(&mut self, at: At<'_>, piece: Piece, plots: &[(Code, f64)], random: &mut Random) {
        let mut cuts = vec![0.0];
        cuts.extend(plots.iter().map(|&(_, end)| end));
        let pieces: Vec<(Piece, Code)> = piece
            .columns(&cuts)
            .into_iter()
            .zip(plots)
            .map(|(piece, &(code, _))| (piece, code))
            .collect();
        self.row(at, &pieces);
        for &(piece, code) in &pieces {
            let building = buildings::public(at.2, piece, code, random);
            self.estate.buildings.push(building);
            let ring = at.2.ring(piece);
            self.estate.public.push(PublicPlot {
                code,
                centre: shape::centroid(&ring[1..]),
            });
        }
    }

    fn industry(&mut self, zone: &Zone, (area, i, j): (usize, i32, i32), random: &mut Random) {
        let cell = zone.lattice.cell(i, j);
        let at = (area, (i, j), &cell, zone.name);
        self.lanes(at, Code::ROAD);
        let code = if zone.is_park {
            Code::INDUSTRY
        } else {
            Code::CLUSTER
        };
        let code = if random.chance(0.06) {
            Code::PARK
        } else {
            code
        };
        let count = if code == Code::PARK {
            1
        } else {
            1 + random.below(3)
        };
        let pieces: Vec<(Piece, Code)> = cell
            .block()
            .columns(&uneven_cuts(count, random))
            .into_iter()
            .map(|piece| (piece, code))
            .collect();
        self.row(at, &pieces);
        for &(piece, code) in &pieces {
            if code != Code::PARK && random.chance(f64::from(zone.occupancy_pct) / 100.0) {
                self.estate
                    .buildings
                    .extend(buildings::sheds(&cell, piece, random));
            }
        }
    }
}
