//! Schools, health facilities, markets, tourism sites, power lines: at sensible places, about as many as the province has.

use geo::Coord;

use crate::{
    communes::{DISTRICTS, communes},
    land::Code,
    parcels::PublicPlot,
    province::Province,
    random::Random,
    villages::Village,
};

/// A school with its level.
#[derive(Clone, Debug)]
pub(crate) struct School {
    pub(crate) name: String,
    pub(crate) level: &'static str,
    pub(crate) seats: u32,
    pub(crate) pupils: u32,
    pub(crate) commune: usize,
    pub(crate) place: Coord,
}

/// A hospital or health station.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) beds: u32,
    pub(crate) commune: usize,
    pub(crate) place: Coord,
}

/// A market with its class (1 the largest).
#[derive(Clone, Debug)]
pub(crate) struct Market {
    pub(crate) name: String,
    pub(crate) class: u8,
    pub(crate) area_m2: u32,
    pub(crate) place: Coord,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facilities {
    pub(crate) schools: Vec<School>,
    pub(crate) health: Vec<Health>,
    pub(crate) markets: Vec<Market>,
}

/// Hospitals of the province and its cities: name, beds, commune code.
#[rustfmt::skip]
const HOSPITALS: [(&str, u32, u32); 9] = [
    ("Bệnh viện Đa khoa tỉnh Hải Dương", 900, 10532), ("Bệnh viện Nhi Hải Dương", 280, 10537), ("Bệnh viện Phụ sản Hải Dương", 250, 10531),
    ("Bệnh viện Phổi Hải Dương", 200, 10540), ("Bệnh viện Y học cổ truyền", 180, 10534), ("Bệnh viện Mắt và Da liễu", 120, 10528),
    ("Bệnh viện Tâm thần Hải Dương", 160, 11002), ("Bệnh viện Phục hồi chức năng", 150, 10513), ("Bệnh viện Quân y 7", 300, 10525),
];

/// One primary school for so many people.
const PEOPLE_PER_PRIMARY: u32 = 4950;

/// One lower secondary school for so many people.
const PEOPLE_PER_SECONDARY: u32 = 5050;

pub(crate) fn facilities(province: &Province, public: &[Vec<PublicPlot>]) -> Facilities {
    let mut random = Random::new(province.options.seed, "facilities");
    let mut all = Facilities::default();
    for (row, plots) in public.iter().enumerate() {
        let villages: Vec<&Village> = province
            .villages
            .iter()
            .filter(|village| village.commune == row)
            .collect();
        schools(
            province,
            (row, plots),
            &villages,
            (&mut all.schools, &mut random),
        );
        let place = plot(plots, Code::HEALTH, 0).unwrap_or_else(|| province.sites[row].place());
        all.health.push(Health {
            name: format!(
                "Trạm y tế {} {}",
                communes()[row].kind.vietnamese(),
                communes()[row].name
            ),
            kind: "health_station",
            beds: 5,
            commune: row,
            place,
        });
        markets(province, (row, plots), (&mut all.markets, &mut random));
    }
    hospitals(province, &mut all.health, &mut random);
    all
}

fn plot(plots: &[PublicPlot], code: Code, number: usize) -> Option<Coord> {
    plots
        .iter()
        .filter(|plot| plot.code == code)
        .nth(number)
        .map(|plot| plot.centre)
}

fn beside(place: Coord, random: &mut Random) -> Coord {
    Coord {
        x: place.x + random.normal() * 25.0,
        y: place.y + random.normal() * 25.0,
    }
}

/// The kinds of school of a commune: level, name, share of the people who attend, schools, and the number of its public plot.
struct Kind {
    level: &'static str,
    name: &'static str,
    share: f64,
    count: usize,
    plot: Option<usize>,
}

fn schools(
    province: &Province,
    (row, plots): (usize, &[PublicPlot]),
    villages: &[&Village],
    (schools, random): (&mut Vec<School>, &mut Random),
) {
    let population = province.populations[row];
    let commune = &communes()[row];
    let heart = province.sites[row].place();
    let count = |people: u32| (population / people).clamp(1, 2) as usize;
    let seat = DISTRICTS
        .iter()
        .any(|district| district.seat == commune.code);
    let upper = usize::from(seat || row % 5 == 2);
    #[rustfmt::skip]
    let levels = [
        Kind { level: "primary", name: "Tiểu học", share: 0.086, count: count(PEOPLE_PER_PRIMARY), plot: Some(0) },
        Kind { level: "kindergarten", name: "Mầm non", share: 0.055, count: count(PEOPLE_PER_PRIMARY), plot: None },
        Kind { level: "lower_secondary", name: "THCS", share: 0.066, count: count(PEOPLE_PER_SECONDARY), plot: Some(1) },
        Kind { level: "upper_secondary", name: "THPT", share: 0.125, count: upper, plot: None },
    ];
    for (nth, level) in levels.iter().enumerate() {
        for number in 0..level.count {
            let on_plot = level.plot.filter(|_| number == 0);
            let place = on_plot.map_or_else(
                || beside(villages[(nth + number) % villages.len()].place, random),
                |number| plot(plots, Code::SCHOOL, number).unwrap_or(heart),
            );
            let ending = if level.count > 1 {
                format!(" {}", number + 1)
            } else {
                String::new()
            };
            let pupils = f64::from(population) * level.share / level.count as f64;
            let seats = (pupils * random.range(0.85, 1.3) / 10.0).round().max(5.0) as u32 * 10;
            schools.push(School {
                name: format!("Trường {} {}{ending}", level.name, commune.name),
                level: level.level,
                seats,
                pupils: pupils.round() as u32,
                commune: row,
                place,
            });
        }
    }
}

fn markets(
    province: &Province,
    (row, plots): (usize, &[PublicPlot]),
    (markets, random): (&mut Vec<Market>, &mut Random),
) {
    let commune = &communes()[row];
    let seat = DISTRICTS
        .iter()
        .any(|district| district.seat == commune.code);
    if !seat && random.chance(0.25) {
        return;
    }
    let class = match (seat, commune.district) {
        (true, 288 | 290) => 1,
        (true, _) => 2,
        _ if random.chance(0.1) => 2,
        _ => 3,
    };
    let area_m2 = match class {
        1 => random.range(9_000.0, 16_000.0),
        2 => random.range(4_000.0, 8_000.0),
        _ => random.range(1_200.0, 3_500.0),
    };
    let place = plot(plots, Code::MARKET, 0).unwrap_or_else(|| province.sites[row].place());
    markets.push(Market {
        name: format!("Chợ {}", commune.name),
        class,
        area_m2: area_m2 as u32,
        place,
    });
}

fn hospitals(province: &Province, health: &mut Vec<Health>, random: &mut Random) {
    let mut add = |name: String, beds: u32, code: u32, random: &mut Random| {
        let Some(row) = communes().iter().position(|commune| commune.code == code) else {
            return;
        };
        let village = province
            .villages
            .iter()
            .filter(|village| village.commune == row)
            .nth(1);
        let place = village.map_or_else(|| province.sites[row].place(), |village| village.place);
        health.push(Health {
            name,
            kind: "hospital",
            beds,
            commune: row,
            place: beside(place, random),
        });
    };
    for (name, beds, code) in HOSPITALS {
        add(name.to_owned(), beds, code, random);
    }
    for district in DISTRICTS.iter().filter(|district| district.code != 288) {
        let name = format!("Trung tâm Y tế {} {}", district.kind, district.name);
        let beds = 90 + random.below(12) as u32 * 10;
        add(name, beds, district.seat, random);
    }
}
