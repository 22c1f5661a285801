//! Administrative units of all layouts, and what became of what.

use std::path::Path;

use geo::MultiPolygon;
use serde_json::{Value, json};

use super::{
    administration::{capitalised, in_degrees},
    entry,
};
use crate::{
    communes::{CommuneKind, DISTRICTS, PROVINCE_AREA_KM2, communes},
    error::GenerateError,
    layouts::{Layouts, Predecessor},
    manifest::ManifestEntry,
    province::Province,
    units::{Unit, units},
    write::{
        geojson::{self, GeoJsonWriter},
        table::TableWriter,
    },
};

/// The day 235 communes became 207.
const MERGER: &str = "2025-01-01";
/// The day districts ended and the province became part of Hải Phòng.
const REFORM: &str = "2025-07-01";

const ASSUMED: &str = "giả định: chỉ biết tổng số 235 · assumed: only the number, 235, is known";
const COMMUNE_LIST: &str = "danh mục TCTK 2025-03-01…06-30; dân số tổng hợp · GSO list of 2025-03-01…06-30; synthetic population";
const REFORM_LAW: &str = "NQ 1669/NQ-UBTVQH15; diện tích, dân số đăng ký: sapnhap.bando.com.vn · area, register population";
const PROVINCE_LAW: &str = "NQ 202/2025/QH15; kinh tuyến trục 105°45': TT 24/2025/TT-BNNMT, chưa kiểm chứng · meridian not checked";
const DISTRICT_LIST: &str = "mã TCTK; diện tích chưa kiểm chứng · GSO codes; areas not checked";

pub(super) fn write(dir: &Path, province: &Province) -> Result<Vec<ManifestEntry>, GenerateError> {
    let layouts = Layouts::new(province);
    write_units(dir, province, &layouts)?;
    write_crosswalk(dir, &layouts)?;
    let theme = "administration";
    Ok(vec![
        entry(
            "admin_units",
            theme,
            (
                "Đơn vị hành chính theo thời gian",
                "Administrative units over time",
            ),
            &["admin_units.geojson"],
        ),
        entry(
            "admin_crosswalk",
            theme,
            (
                "Bảng chuyển đổi đơn vị hành chính",
                "Crosswalk of administrative units",
            ),
            &["admin_crosswalk.csv"],
        ),
    ])
}

/// What all levels and layouts are told to be.
struct Row<'a> {
    code: String,
    name: String,
    level: &'a str,
    kind: &'a str,
    parent: Option<String>,
    valid: (Option<&'a str>, Option<&'a str>),
    area_km2: Option<f64>,
    population: u32,
    working_crs: Option<&'a str>,
    verified: bool,
    source: &'a str,
}

impl Row<'_> {
    fn attributes(&self) -> Value {
        json!({
            "code": self.code, "name": self.name, "level": self.level, "kind": self.kind, "parent_code": self.parent,
            "valid_from": self.valid.0, "valid_to": self.valid.1, "area_official_km2": self.area_km2,
            "population": self.population, "working_crs": self.working_crs, "verified": self.verified,
            "source": self.source,
        })
    }
}

fn write_units(dir: &Path, province: &Province, layouts: &Layouts) -> Result<(), GenerateError> {
    let mut writer = GeoJsonWriter::new(&dir.join("admin_units.geojson"), "admin_units")?;
    let mut add = |row: &Row<'_>, shape: &MultiPolygon| {
        let shape = in_degrees(&province.plane, shape);
        writer.feature(&geojson::multi_polygon(&shape), &row.attributes())
    };
    let whole = MultiPolygon::new(vec![province.partition.province.clone()]);
    for row in provinces(province) {
        add(&row, &whole)?;
    }
    for (row, shape) in districts(province).zip(&province.partition.districts) {
        add(&row, shape)?;
    }
    for unit in &layouts.before {
        add(&predecessor(unit), &unit.shape)?;
    }
    for (row, shape) in province.partition.communes.iter().enumerate() {
        add(&commune(row, province.populations[row]), shape)?;
    }
    for (unit, shape) in units().iter().zip(&layouts.units) {
        add(&successor(unit), shape)?;
    }
    writer.finish()
}

/// The province, and the part of Hải Phòng that it became, with the legal systems of their maps.
fn provinces(province: &Province) -> [Row<'static>; 2] {
    let before = Row {
        code: "30".to_owned(),
        name: "Tỉnh Hải Dương".to_owned(),
        level: "province",
        kind: "tỉnh",
        parent: None,
        valid: (None, Some(REFORM)),
        area_km2: Some(PROVINCE_AREA_KM2),
        population: province.populations.iter().sum(),
        working_crs: Some("EPSG:9209"),
        verified: true,
        source: COMMUNE_LIST,
    };
    let after = Row {
        code: "31".to_owned(),
        name: "Thành phố Hải Phòng (phần tỉnh Hải Dương cũ)".to_owned(),
        level: "province",
        kind: "thành phố",
        parent: None,
        valid: (Some(REFORM), None),
        area_km2: None,
        population: units().iter().map(|unit| unit.register_population).sum(),
        working_crs: Some("EPSG:9210"),
        verified: false,
        source: PROVINCE_LAW,
    };
    [before, after]
}

fn districts(province: &Province) -> impl Iterator<Item = Row<'static>> {
    let populations = &province.populations;
    DISTRICTS.iter().map(move |district| {
        let own = communes().iter().zip(populations);
        let own = own.filter(|(commune, _)| commune.district == district.code);
        Row {
            code: district.code.to_string(),
            name: format!("{} {}", capitalised(district.kind), district.name),
            level: "district",
            kind: district.kind,
            parent: Some("30".to_owned()),
            valid: (None, Some(REFORM)),
            area_km2: Some(district.area_km2),
            population: own.map(|(_, population)| population).sum(),
            working_crs: None,
            verified: false,
            source: DISTRICT_LIST,
        }
    })
}

fn commune(row: usize, population: u32) -> Row<'static> {
    let commune = &communes()[row];
    Row {
        code: commune.code.to_string(),
        name: full_name(commune.kind, commune.name),
        level: "commune",
        kind: commune.kind.vietnamese(),
        parent: Some(commune.district.to_string()),
        valid: (Some(MERGER), Some(REFORM)),
        area_km2: None,
        population,
        working_crs: None,
        verified: true,
        source: COMMUNE_LIST,
    }
}

fn predecessor(unit: &Predecessor) -> Row<'static> {
    let mut row = commune(unit.commune, unit.population);
    row.code = predecessor_code(unit);
    if let Some(part) = unit.part {
        row.name = format!("{} (phần giả định {})", row.name, part + 1);
    }
    row.valid = (None, Some(MERGER));
    row.verified = false;
    row.source = ASSUMED;
    row
}

/// The commune's own code, or one that no law ever gave: `10507a`.
fn predecessor_code(unit: &Predecessor) -> String {
    let suffix = ["a", "b"];
    let code = communes()[unit.commune].code;
    format!("{code}{}", unit.part.map_or("", |part| suffix[part]))
}

fn successor(unit: &Unit) -> Row<'static> {
    Row {
        code: unit.code.to_string(),
        name: full_name(unit.kind, unit.name),
        level: "commune",
        kind: unit.kind.vietnamese(),
        parent: Some("31".to_owned()),
        valid: (Some(REFORM), None),
        area_km2: Some(f64::from(unit.area_ha) / 100.0),
        population: unit.register_population,
        working_crs: None,
        verified: true,
        source: REFORM_LAW,
    }
}

fn full_name(kind: CommuneKind, name: &str) -> String {
    format!("{} {name}", capitalised(kind.vietnamese()))
}

fn write_crosswalk(dir: &Path, layouts: &Layouts) -> Result<(), GenerateError> {
    const HEADER: [&str; 8] = [
        "from_code",
        "to_code",
        "valid_from",
        "area_share",
        "pop_share",
        "method",
        "split",
        "source",
    ];
    let mut table = TableWriter::new(&dir.join("admin_crosswalk.csv"), &HEADER)?;
    for unit in &layouts.before {
        let to = communes()[unit.commune].code.to_string();
        let row = [
            &predecessor_code(unit),
            &to,
            MERGER,
            "1",
            "1",
            "assumption",
            "false",
            ASSUMED,
        ];
        table.row(&row.map(str::to_owned))?;
    }
    for row in &layouts.successions {
        let (method, source) = if row.is_split {
            (
                "assumption",
                "NQ 1669/NQ-UBTVQH15 \"một phần\"; đường chia giả định · assumed cut",
            )
        } else {
            ("official", "NQ 1669/NQ-UBTVQH15")
        };
        table.row(&[
            communes()[row.commune].code.to_string(),
            units()[row.unit].code.to_string(),
            REFORM.to_owned(),
            row.area_share.to_string(),
            row.pop_share.to_string(),
            method.to_owned(),
            row.is_split.to_string(),
            source.to_owned(),
        ])?;
    }
    table.finish()
}
