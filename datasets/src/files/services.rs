//! Schools, health, markets, industry, power lines, tourism, residents.

use std::path::Path;

use geo::Coord;
use serde_json::json;

use super::{entry, fixed};
use crate::{
    communes::communes,
    error::GenerateError,
    facilities::Facilities,
    manifest::ManifestEntry,
    people,
    province::Province,
    random::Random,
    rivers,
    write::{
        geojson::{self, GeoJsonWriter},
        table::TableWriter,
    },
};

/// Name, kind, degrees, visits in a year.
#[rustfmt::skip]
const TOURISM: [(&str, &str, f64, f64, u32); 14] = [
    ("Chùa Côn Sơn", "heritage", 106.403, 21.150, 620_000), ("Đền Kiếp Bạc", "heritage", 106.325, 21.158, 540_000),
    ("Đền thờ Chu Văn An", "heritage", 106.428, 21.148, 160_000), ("Chùa Thanh Mai", "pagoda", 106.462, 21.188, 70_000),
    ("Đảo Cò Chi Lăng Nam", "nature", 106.243, 20.728, 95_000), ("Động Kính Chủ", "nature", 106.520, 21.034, 120_000),
    ("Đền Cao An Phụ", "heritage", 106.468, 21.006, 150_000), ("Văn miếu Mao Điền", "heritage", 106.231, 20.934, 85_000),
    ("Đền Tranh", "heritage", 106.386, 20.744, 210_000), ("Làng gốm Chu Đậu", "craft", 106.338, 21.040, 60_000),
    ("Vườn vải Thanh Hà", "nature", 106.430, 20.885, 75_000), ("Đền Quan Lớn Tuần Tranh", "heritage", 106.390, 20.738, 55_000),
    ("Sân golf Ngôi Sao Chí Linh", "sport", 106.404, 21.126, 48_000), ("Quảng trường Thống Nhất", "culture", 106.324, 20.930, 130_000),
];

/// Name, kilovolts, corners in degrees.
type PowerLine = (&'static str, i32, &'static [(f64, f64)]);

#[rustfmt::skip]
const POWER_LINES: [PowerLine; 8] = [
    ("220 kV Phả Lại – Hải Dương", 220, &[(106.312, 21.116), (106.352, 21.070), (106.356, 21.000), (106.328, 20.975), (106.298, 20.958)]),
    ("220 kV Phả Lại – Phố Nối", 220, &[(106.312, 21.116), (106.300, 21.040), (106.250, 20.982), (106.190, 20.948), (106.120, 20.930)]),
    ("220 kV Phả Lại – Tràng Bạch", 220, &[(106.312, 21.116), (106.360, 21.128), (106.430, 21.110), (106.470, 21.090), (106.520, 21.062)]),
    ("220 kV Hải Dương – Đồng Hòa", 220, &[(106.298, 20.958), (106.360, 20.985), (106.420, 20.965), (106.480, 20.952), (106.545, 20.915)]),
    ("110 kV Đồng Niên – Lai Khê", 110, &[(106.302, 20.945), (106.370, 20.976), (106.420, 20.988), (106.470, 20.982), (106.530, 20.996)]),
    ("110 kV Đồng Niên – Thanh Miện", 110, &[(106.302, 20.945), (106.280, 20.900), (106.284, 20.850), (106.252, 20.792)]),
    ("110 kV Gia Lộc – Tứ Kỳ – Ninh Giang", 110, &[(106.284, 20.850), (106.345, 20.840), (106.400, 20.815), (106.392, 20.765), (106.380, 20.742)]),
    ("110 kV Thanh Hà – Tiền Trung", 110, &[(106.382, 20.972), (106.410, 20.930), (106.436, 20.892), (106.470, 20.850)]),
];

pub(super) fn write(
    dir: &Path,
    province: &Province,
    facilities: &Facilities,
) -> Result<Vec<ManifestEntry>, GenerateError> {
    schools(dir, province, facilities)?;
    health(dir, province, facilities)?;
    markets(dir, province, facilities)?;
    industrial_zones(dir, province)?;
    power_lines(dir, province)?;
    tourism(dir)?;
    residents(dir, province)?;
    Ok(vec![
        entry(
            "schools",
            "education",
            ("Trường học", "Schools"),
            &["schools.csv"],
        ),
        entry(
            "health_facilities",
            "health",
            ("Cơ sở y tế", "Health facilities"),
            &["health_facilities.csv"],
        ),
        entry("markets", "industry", ("Chợ", "Markets"), &["markets.csv"]),
        entry(
            "industrial_zones",
            "industry",
            ("Khu, cụm công nghiệp", "Industrial zones"),
            &["industrial_zones.geojson"],
        ),
        entry(
            "power_lines",
            "industry",
            ("Đường dây điện", "Power lines"),
            &["power_lines.geojson"],
        ),
        entry(
            "tourism_sites",
            "tourism",
            ("Điểm du lịch", "Tourism sites"),
            &["tourism_sites.csv"],
        ),
        entry(
            "residents",
            "population",
            ("Dân cư theo độ tuổi", "Residents by age"),
            &["residents.csv"],
        ),
    ])
}

/// Longitude and latitude of a place as two CSV values.
fn lonlat(province: &Province, place: Coord) -> [String; 2] {
    let place = province.plane.lonlat(place);
    [fixed(place.x, 6), fixed(place.y, 6)]
}

fn schools(dir: &Path, province: &Province, facilities: &Facilities) -> Result<(), GenerateError> {
    let header = [
        "name",
        "level",
        "seats",
        "pupils",
        "commune_code",
        "lon",
        "lat",
    ];
    let mut table = TableWriter::new(&dir.join("schools.csv"), &header)?;
    for school in &facilities.schools {
        let [lon, lat] = lonlat(province, school.place);
        let code = communes()[school.commune].code.to_string();
        let (seats, pupils) = (school.seats.to_string(), school.pupils.to_string());
        table.row(&[
            school.name.clone(),
            school.level.to_owned(),
            seats,
            pupils,
            code,
            lon,
            lat,
        ])?;
    }
    table.finish()
}

fn health(dir: &Path, province: &Province, facilities: &Facilities) -> Result<(), GenerateError> {
    let header = ["name", "kind", "beds", "commune_code", "lon", "lat"];
    let mut table = TableWriter::new(&dir.join("health_facilities.csv"), &header)?;
    for health in &facilities.health {
        let [lon, lat] = lonlat(province, health.place);
        let code = communes()[health.commune].code.to_string();
        table.row(&[
            health.name.clone(),
            health.kind.to_owned(),
            health.beds.to_string(),
            code,
            lon,
            lat,
        ])?;
    }
    table.finish()
}

fn markets(dir: &Path, province: &Province, facilities: &Facilities) -> Result<(), GenerateError> {
    let mut table = TableWriter::new(
        &dir.join("markets.csv"),
        &["name", "class", "area_m2", "lon", "lat"],
    )?;
    for market in &facilities.markets {
        let [lon, lat] = lonlat(province, market.place);
        table.row(&[
            market.name.clone(),
            market.class.to_string(),
            market.area_m2.to_string(),
            lon,
            lat,
        ])?;
    }
    table.finish()
}

fn industrial_zones(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("industrial_zones.geojson"), "industrial_zones")?;
    for zone in &province.zones {
        let attributes = json!({
            "name": zone.name, "kind": if zone.is_park { "park" } else { "cluster" },
            "area_ha": (zone.area_ha() * 100.0).round() / 100.0, "occupancy_pct": zone.occupancy_pct,
        });
        writer.feature(
            &geojson::polygon(&province.plane.lonlats(&zone.ring())),
            &attributes,
        )?;
    }
    writer.finish()
}

fn power_lines(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("power_lines.geojson"), "power_lines")?;
    for (name, voltage_kv, course) in POWER_LINES {
        for part in rivers::clip(&province.plane.places(course), &province.partition.province) {
            let line = province.plane.lonlats(&part.0);
            writer.feature(
                &geojson::line(&line),
                &json!({"name": name, "voltage_kv": voltage_kv}),
            )?;
        }
    }
    writer.finish()
}

fn tourism(dir: &Path) -> Result<(), GenerateError> {
    let mut table = TableWriter::new(
        &dir.join("tourism_sites.csv"),
        &["name", "kind", "visits_per_year", "lon", "lat"],
    )?;
    for (name, kind, lon, lat, visits) in TOURISM {
        table.row(&[
            name.to_owned(),
            kind.to_owned(),
            visits.to_string(),
            fixed(lon, 4),
            fixed(lat, 4),
        ])?;
    }
    table.finish()
}

fn residents(dir: &Path, province: &Province) -> Result<(), GenerateError> {
    let header = [
        "village",
        "commune_code",
        "total",
        "households",
        "age_0_2",
        "age_3_5",
        "age_6_10",
        "age_11_14",
        "age_15_17",
        "age_18_59",
        "age_60_plus",
        "lon",
        "lat",
    ];
    let mut random = Random::new(province.options.seed, "residents");
    let mut table = TableWriter::new(&dir.join("residents.csv"), &header)?;
    for village in &province.villages {
        let people = people::residents(village.population, &mut random);
        let mut row = vec![
            village.name.clone(),
            communes()[village.commune].code.to_string(),
            village.population.to_string(),
            people.households.to_string(),
        ];
        row.extend(people.by_age.iter().map(ToString::to_string));
        row.extend(lonlat(province, village.place));
        table.row(&row)?;
    }
    table.finish()
}
