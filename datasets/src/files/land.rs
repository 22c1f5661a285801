//! Parcels as Shapefiles, the land-use plan and buildings as FlatGeobuf: made and written district by district.

use std::path::Path;

use flatgeobuf::{ColumnType, geozero::ColumnValue};
use geo::Coord;

use super::entry;
use crate::{
    blocks::{Block, Surroundings, Use, blocks},
    communes::{DISTRICTS, District, communes},
    error::GenerateError,
    industry::Zone,
    manifest::ManifestEntry,
    parcels::{Estate, Parcel, PublicPlot, estate},
    plan::Conflict,
    plane::PRJ,
    province::Province,
    roads::{Class, Road, streets},
    shape, tcvn3,
    villages::Village,
    write::{
        create,
        dbf::{Column, Kind},
        flatgeobuf::FlatGeobufWriter,
        shapefile::ShapefileWriter,
    },
};

/// Districts whose records still use TCVN3: Kinh Môn and Thanh Miện.
const TCVN3_DISTRICTS: [u16; 2] = [292, 300];

const PARCEL_COLUMNS: [Column; 6] = [
    Column {
        name: "so_to",
        kind: Kind::Number,
        width: 6,
        decimals: 0,
    },
    Column {
        name: "so_thua",
        kind: Kind::Number,
        width: 8,
        decimals: 0,
    },
    Column {
        name: "ma_xa",
        kind: Kind::Text,
        width: 5,
        decimals: 0,
    },
    Column {
        name: "ma_dat",
        kind: Kind::Text,
        width: 12,
        decimals: 0,
    },
    Column {
        name: "dien_tich",
        kind: Kind::Number,
        width: 12,
        decimals: 1,
    },
    Column {
        name: "dia_danh",
        kind: Kind::Text,
        width: 80,
        decimals: 0,
    },
];
const PLAN_COLUMNS: [(&str, ColumnType); 4] = [
    ("ma_qh", ColumnType::String),
    ("ten_qh", ColumnType::String),
    ("nam_qh", ColumnType::Int),
    ("quyet_dinh", ColumnType::String),
];
const BUILDING_COLUMNS: [(&str, ColumnType); 3] = [
    ("use", ColumnType::String),
    ("floors", ColumnType::Int),
    ("height_m", ColumnType::Double),
];
const DECISION: &str = "Quyết định mẫu (dữ liệu tổng hợp)";

/// What the other layers need to know of the land.
#[derive(Debug)]
pub(super) struct Land {
    pub(super) entries: Vec<ManifestEntry>,
    pub(super) lanes: Vec<Road>,
    pub(super) ditches: Vec<Vec<Coord>>,
    /// Public plots by commune.
    pub(super) public: Vec<Vec<PublicPlot>>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) parcels: usize,
    pub(super) buildings: usize,
    pub(super) zones: usize,
}

pub(super) fn write(
    dir: &Path,
    province: &Province,
    progress: &mut dyn FnMut(&str, f64),
) -> Result<Land, GenerateError> {
    create::folder(&dir.join("parcels"))?;
    let mut plan = FlatGeobufWriter::new(
        &dir.join("land_use_plan.fgb"),
        "land_use_plan",
        9209,
        &PLAN_COLUMNS,
    )?;
    let mut buildings = FlatGeobufWriter::new(
        &dir.join("buildings.fgb"),
        "buildings",
        4326,
        &BUILDING_COLUMNS,
    )?;
    let mut land = Land {
        entries: Vec::new(),
        lanes: Vec::new(),
        ditches: Vec::new(),
        public: vec![Vec::new(); communes().len()],
        conflicts: Vec::new(),
        parcels: 0,
        buildings: 0,
        zones: 0,
    };
    let mut sources = Vec::new();
    for (row, district) in DISTRICTS.iter().enumerate() {
        progress(
            &format!("Thửa đất {} · Parcels of {}", district.name, district.name),
            0.4 + 0.3 * row as f64 / DISTRICTS.len() as f64,
        );
        let source = format!("parcels/{}.shp", district.file_name);
        let mut parcels = ParcelWriter::new(&dir.join(&source), district)?;
        for commune in
            (0..communes().len()).filter(|&row| communes()[row].district == district.code)
        {
            let estate = commune_estate(province, commune, &mut land);
            for parcel in &estate.parcels {
                parcels.row(commune, parcel)?;
            }
            write_plan(&mut plan, &estate)?;
            write_buildings(&mut buildings, province, &estate)?;
            land.parcels += estate.parcels.len();
            land.buildings += estate.buildings.len();
            land.zones += estate.planner.zones.len();
            land.conflicts.extend(estate.planner.conflicts);
            land.public[commune] = estate.public;
        }
        parcels.writer.finish()?;
        sources.push(source);
    }
    plan.finish()?;
    buildings.finish()?;
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    land.entries = vec![
        entry("parcels", "land", ("Thửa đất", "Land parcels"), &sources),
        entry(
            "land_use_plan",
            "land",
            ("Quy hoạch sử dụng đất 2030", "Land-use plan 2030"),
            &["land_use_plan.fgb"],
        ),
        entry(
            "buildings",
            "construction",
            ("Nhà và công trình", "Buildings"),
            &["buildings.fgb"],
        ),
    ];
    Ok(land)
}

fn commune_estate(province: &Province, commune: usize, land: &mut Land) -> Estate {
    let around = Surroundings {
        partition: &province.partition,
        ground: &province.ground,
        relief: &province.relief,
        scale: province.options.scale,
        seed: province.options.seed,
    };
    let site = &province.sites[commune];
    let blocks = blocks(site, &province.streets[commune], &around);
    let villages: Vec<&Village> = province
        .villages
        .iter()
        .filter(|village| village.commune == commune)
        .collect();
    let zones: Vec<&Zone> = province
        .zones
        .iter()
        .filter(|zone| zone.commune == commune)
        .collect();
    lanes_and_ditches(province, commune, &blocks, land);
    estate(
        commune,
        &blocks,
        &villages,
        &zones,
        (province.options.scale, province.options.seed),
    )
}

/// Lanes along the blocks of homes, ditches along the fields, where no street is already.
fn lanes_and_ditches(province: &Province, commune: usize, blocks: &[Block], land: &mut Land) {
    let site = &province.sites[commune];
    let streets = &province.streets[commune];
    let mut lanes = std::collections::BTreeSet::new();
    let mut ditches = std::collections::BTreeSet::new();
    for block in blocks {
        let edges = [(block.i, block.j, false), (block.i, block.j, true)];
        for edge in edges.into_iter().filter(|edge| !streets.contains(edge)) {
            if matches!(block.purpose, Use::Field(_)) {
                ditches.insert(edge);
            } else {
                lanes.insert(edge);
            }
        }
    }
    let chained = streets::roads(site, &lanes);
    land.lanes.extend(
        chained
            .into_iter()
            .map(|road| Road::new(String::new(), Class::Lane, road.line)),
    );
    let ditches: std::collections::BTreeSet<streets::Edge> =
        ditches.difference(&lanes).copied().collect();
    land.ditches.extend(
        streets::roads(site, &ditches)
            .into_iter()
            .map(|ditch| ditch.line),
    );
}

/// Writes the parcels of one district.
#[derive(Debug)]
struct ParcelWriter {
    writer: ShapefileWriter,
    is_tcvn3: bool,
}

impl ParcelWriter {
    fn new(path: &Path, district: &District) -> Result<Self, GenerateError> {
        let is_tcvn3 = TCVN3_DISTRICTS.contains(&district.code);
        let codepage = (!is_tcvn3).then_some("UTF-8");
        Ok(Self {
            writer: ShapefileWriter::new(path, &PARCEL_COLUMNS, PRJ, codepage)?,
            is_tcvn3,
        })
    }

    fn row(&mut self, commune: usize, parcel: &Parcel) -> Result<(), GenerateError> {
        let area_m2 = shape::ring_area_m2(&parcel.ring[1..]);
        let place = if self.is_tcvn3 {
            tcvn3::encode(&parcel.place).unwrap_or_else(|_| tcvn3::encode_lowered(&parcel.place))
        } else {
            parcel.place.clone().into_bytes()
        };
        let values = [
            parcel.sheet.to_string().into_bytes(),
            parcel.number.to_string().into_bytes(),
            communes()[commune].code.to_string().into_bytes(),
            parcel.code.0.as_bytes().to_vec(),
            format!("{area_m2:.1}").into_bytes(),
            place,
        ];
        self.writer.row(&parcel.ring, &values)
    }
}

fn write_plan(writer: &mut FlatGeobufWriter, estate: &Estate) -> Result<(), GenerateError> {
    for zone in &estate.planner.zones {
        let values = [
            ColumnValue::String(zone.code.0),
            ColumnValue::String(zone.code.vietnamese()),
            ColumnValue::Int(2030),
            ColumnValue::String(DECISION),
        ];
        writer.row(&zone.ring, &values)?;
    }
    Ok(())
}

fn write_buildings(
    writer: &mut FlatGeobufWriter,
    province: &Province,
    estate: &Estate,
) -> Result<(), GenerateError> {
    for building in &estate.buildings {
        let values = [
            ColumnValue::String(building.purpose.name()),
            ColumnValue::Int(building.floors),
            ColumnValue::Double(building.height_m),
        ];
        writer.row(&province.plane.lonlats(&building.ring), &values)?;
    }
    Ok(())
}
