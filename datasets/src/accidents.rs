//! Road accidents along the roads, with one planted hot spot.

use geo::Coord;

use crate::{
    province::Province,
    random::Random,
    roads::{Class, Road},
    shape::{self, Walk},
};

/// Accidents spread along the roads.
const SPREAD: usize = 2850;
/// Accidents of the hot spot.
const HOT: usize = 150;
/// Radius of the hot spot.
const HOT_RADIUS_M: f64 = 350.0;
/// The hot spot: a junction on Quốc lộ 5 in Cẩm Giàng, in degrees.
const HOT_LONLAT_DEG: (f64, f64) = (106.214, 20.938);

/// One accident.
#[derive(Clone, Debug)]
pub(crate) struct Accident {
    pub(crate) place: Coord,
    pub(crate) occurred_at: String,
    pub(crate) severity: &'static str,
    pub(crate) injured: u32,
    pub(crate) deaths: u32,
    pub(crate) road: String,
}

/// The planted truth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HotSpot {
    /// Longitude and latitude.
    pub(crate) centre: Coord,
    pub(crate) radius_m: f64,
    pub(crate) count: usize,
}

/// All accidents.
#[derive(Clone, Debug)]
pub(crate) struct Accidents {
    pub(crate) rows: Vec<Accident>,
    pub(crate) hot_spot: HotSpot,
}

pub(crate) fn accidents(roads: &[Road], province: &Province) -> Accidents {
    let mut random = Random::new(province.options.seed, "accidents");
    let mut ends = Vec::with_capacity(roads.len());
    let mut total = 0.0;
    for road in roads {
        total += weight(road.class) * shape::length_m(&road.line);
        ends.push(total);
    }
    let mut rows: Vec<Accident> = (0..SPREAD)
        .map(|_| {
            let at = random.unit() * total;
            let row = ends.partition_point(|&end| end <= at).min(roads.len() - 1);
            on(&roads[row], random.unit(), &mut random)
        })
        .collect();
    let wanted = province.plane.place(HOT_LONLAT_DEG.0, HOT_LONLAT_DEG.1);
    let centre = roads
        .iter()
        .filter(|road| road.class == Class::National)
        .map(|road| road.line[0])
        .min_by(|a, b| shape::distance_m(*a, wanted).total_cmp(&shape::distance_m(*b, wanted)))
        .unwrap_or(wanted);
    let near: Vec<&Road> = roads
        .iter()
        .filter(|road| {
            road.class <= Class::Commune
                && shape::nearest(&road.line, centre).1 < HOT_RADIUS_M * 0.6
        })
        .collect();
    let mut left = HOT;
    for _ in 0..HOT * 200 {
        if left == 0 || near.is_empty() {
            break;
        }
        let road = near[random.below(near.len())];
        let accident = on(road, random.unit(), &mut random);
        if shape::distance_m(accident.place, centre) <= HOT_RADIUS_M {
            rows.push(accident);
            left -= 1;
        }
    }
    rows.sort_by(|a, b| a.occurred_at.cmp(&b.occurred_at));
    let hot_spot = HotSpot {
        centre: province.plane.lonlat(centre),
        radius_m: HOT_RADIUS_M,
        count: HOT - left,
    };
    Accidents { rows, hot_spot }
}

/// Accidents per metre, as a share.
const fn weight(class: Class) -> f64 {
    match class {
        Class::Expressway => 2.5,
        Class::National => 6.0,
        Class::Provincial => 3.5,
        Class::District => 1.6,
        Class::Street => 1.2,
        Class::Commune => 0.7,
        Class::Lane => 0.15,
    }
}

fn on(road: &Road, share: f64, random: &mut Random) -> Accident {
    let place = Walk::new(&road.line).to(shape::length_m(&road.line) * share);
    let place = Coord {
        x: place.x + random.normal() * 3.0,
        y: place.y + random.normal() * 3.0,
    };
    let severity = match random.unit() {
        chance if chance < 0.13 => "fatal",
        chance if chance < 0.45 => "serious",
        _ => "light",
    };
    let deaths = if severity == "fatal" {
        1 + u32::from(random.chance(0.12))
    } else {
        0
    };
    let injured = if severity == "light" {
        1
    } else {
        random.below(4) as u32
    };
    let (year, month, day) = (
        2023 + random.below(2),
        1 + random.below(12),
        1 + random.below(28),
    );
    let hour = [7, 8, 17, 18, 19, 20, 21, 22, 11, 14, 5, 23][random.below(12)];
    let occurred_at = format!(
        "{year}-{month:02}-{day:02}T{hour:02}:{:02}:00+07:00",
        random.below(60)
    );
    let road = if road.reference.is_empty() {
        road.name.clone()
    } else {
        road.reference.clone()
    };
    Accident {
        place,
        occurred_at,
        severity,
        injured,
        deaths,
        road,
    }
}
