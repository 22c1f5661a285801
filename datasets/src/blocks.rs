//! Which lattice cells of a commune carry parcels, and what each is used for.

use std::collections::BTreeSet;

use crate::{
    communes::{DISTRICTS, communes, district_row},
    ground::{self, Ground},
    land::Code,
    lattice::Cell,
    noise::Noise,
    partition::Partition,
    plan::{Planting, planting},
    random::mix,
    relief::Relief,
    roads::streets::Edge,
    scale::Scale,
    shape,
    sites::Site,
};

/// Cells of homes per commune at small scale, the civic one included.
const SMALL_HOMES: usize = 3;
/// Cells of fields per commune at small scale.
const SMALL_FIELDS: usize = 8;
/// Cells around the heart that are looked at, at small scale.
const SMALL_REACH: i32 = 8;
/// Cells around the heart that are looked at, at full scale.
const FULL_REACH: i32 = 70;

/// What a cell's block is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// People's committee, health station, schools, market, hall.
    Civic,
    /// Homesteads along the lanes.
    Homes,
    /// Strips of one crop.
    Field(Code),
}

/// A cell that carries parcels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) i: i32,
    pub(crate) j: i32,
    pub(crate) cell: Cell,
    pub(crate) purpose: Use,
    /// Whether its lanes are roads; else they are ditches.
    pub(crate) is_road: bool,
}

/// What the choice of blocks looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) partition: &'a Partition,
    pub(crate) ground: &'a Ground,
    pub(crate) relief: &'a Relief,
    pub(crate) scale: Scale,
    pub(crate) seed: u64,
}

/// The blocks of a commune, nearest to its heart first; `streets` are lattice edges that are roads already.
pub(crate) fn blocks(
    site: &Site,
    streets: &BTreeSet<Edge>,
    around: &Surroundings<'_>,
) -> Vec<Block> {
    let mut candidates = candidates(site, around);
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let homes_wanted = match around.scale {
        Scale::Small => SMALL_HOMES,
        Scale::Full => usize::MAX,
    };
    let mut homes = 0;
    let mut fields = 0;
    let mut blocks = Vec::new();
    for (_, i, j, cell) in candidates {
        let centre = cell.at(0.5, 0.5);
        let built = !around.ground.is_free(centre, ground::BUILT) || homes == 0;
        let purpose = if built && homes < homes_wanted {
            homes += 1;
            if homes == 1 { Use::Civic } else { Use::Homes }
        } else if around.scale == Scale::Small && fields >= SMALL_FIELDS {
            if homes >= homes_wanted {
                break;
            }
            continue;
        } else {
            fields += 1;
            Use::Field(crop(site, (i, j), around))
        };
        let is_road = !matches!(purpose, Use::Field(_))
            || streets.contains(&(i, j, false))
            || streets.contains(&(i, j, true));
        blocks.push(Block {
            i,
            j,
            cell,
            purpose,
            is_road,
        });
    }
    blocks
}

/// Free cells with their distance from the heart.
fn candidates(site: &Site, around: &Surroundings<'_>) -> Vec<(f64, i32, i32, Cell)> {
    let reach = match around.scale {
        Scale::Small => SMALL_REACH,
        Scale::Full => FULL_REACH,
    };
    let noise = Noise::new(around.seed, 81);
    let heart = site.place();
    let mut candidates = Vec::new();
    for di in -reach..reach {
        for dj in -reach..reach {
            let (i, j) = (site.heart.0 + di, site.heart.1 + dj);
            let cell = site.lattice.cell(i, j);
            if is_free(&cell, site, around) {
                let centre = cell.at(0.5, 0.5);
                let apart_m =
                    shape::distance_m(centre, heart) * (1.0 + 0.3 * noise.at(centre, 260.0));
                candidates.push((apart_m, i, j, cell));
            }
        }
    }
    candidates
}

/// Whether nothing else takes ground of the cell, and it lies in the commune with room to spare.
fn is_free(cell: &Cell, site: &Site, around: &Surroundings<'_>) -> bool {
    let centre = cell.at(0.5, 0.5);
    around.partition.commune(centre) == Some(site.commune)
        && cell
            .samples(0.0)
            .all(|place| around.ground.is_free(place, ground::ANY))
        && cell
            .samples(20.0)
            .all(|place| around.partition.commune(place) == Some(site.commune))
        && around.relief.height_m(centre) < 140.0
        && around.relief.slope(centre) < 0.35
}

/// What grows in a field cell.
fn crop(site: &Site, (i, j): (i32, i32), around: &Surroundings<'_>) -> Code {
    let commune = &communes()[site.commune];
    if matches!(
        planting(commune.code),
        Some(Planting::Industry | Planting::Town)
    ) {
        return Code::PADDY;
    }
    let place = site.lattice.node(i, j);
    let height_m = around.relief.height_m(place);
    let chance = mix(around.seed
        ^ (u64::from(commune.code) << 32)
        ^ mix((i64::from(i) * 4099 + i64::from(j)) as u64));
    let chance = (chance >> 11) as f64 / (1_u64 << 53) as f64;
    let lychee = match DISTRICTS[district_row(commune.district)].code {
        294 => 0.42,
        290 => 0.30,
        _ => 0.07,
    };
    match height_m {
        h if h > 28.0 => Code::FOREST,
        h if h > 9.0 => Code::ORCHARD,
        _ if chance < lychee => Code::ORCHARD,
        _ if chance > 0.985 => Code::CEMETERY,
        _ if chance > 0.90 => Code::FISH,
        _ if chance > 0.83 => Code::CROPS,
        _ => Code::PADDY,
    }
}
