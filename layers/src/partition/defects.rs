//! What is wrong with a partition: for the report, and as rows for the map.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BinaryArray, Float64Array, RecordBatch, StringArray, UInt64Array},
    datatypes::{DataType, Field, Schema},
    error::ArrowError,
};
use geo::{Geometry, MapCoords as _, MultiPolygon};
use h3o::{LatLng, Resolution};

use super::{Outlines, Plane};
use crate::{
    Finding, FindingCode, Layer,
    crs::STORED_CRS,
    layer::geometry_field,
    repair::{representative, wkb_of},
    report::Findings,
};

/// Defects of a kind kept with their shape, the first ones; beyond it they are only counted.
const MAX_KEPT: usize = 100_000;

/// One place where a partition is none.
#[derive(Debug)]
pub(super) struct Defect {
    /// The features it concerns.
    pub(super) features: Vec<usize>,
    pub(super) area_m2: f64,
    pub(super) width_m: f64,
    /// In metres of the plane.
    pub(super) shape: MultiPolygon,
}

/// The defects of one kind.
#[derive(Debug, Default)]
pub(super) struct Kept {
    list: Vec<Defect>,
    count: u64,
    area_m2: f64,
}

impl Kept {
    pub(super) fn add(&mut self, defect: Defect) {
        self.count += 1;
        self.area_m2 += defect.area_m2;
        if self.list.len() < MAX_KEPT {
            self.list.push(defect);
        }
    }

    /// The area of all of them.
    pub(super) fn area_m2(&self) -> f64 {
        self.area_m2
    }
}

/// All defects of a partition.
#[derive(Debug)]
pub(crate) struct Defects {
    kinds: Vec<Kind>,
    checked: usize,
    far: u64,
    area_m2: f64,
}

#[derive(Debug)]
struct Kind {
    code: FindingCode,
    count: u64,
    area_m2: f64,
    /// Biggest first.
    rows: Vec<Row>,
}

/// A defect as a row.
#[derive(Debug)]
struct Row {
    /// Sources and numbers there.
    features: Vec<(usize, u64)>,
    area_m2: f64,
    width_m: f64,
    shape: Geometry,
    /// Degrees.
    position: Option<(f64, f64)>,
}

impl Defects {
    pub(super) fn new<const N: usize>(
        kinds: [(FindingCode, Kept); N],
        outlines: &Outlines,
        plane: &Plane,
    ) -> Self {
        let row = |defect: Defect| {
            let mut shape = defect.shape.map_coords(|at| plane.degrees(at));
            let shape = match shape.0.len() {
                1 => Geometry::Polygon(shape.0.swap_remove(0)),
                _ => Geometry::MultiPolygon(shape),
            };
            Row {
                features: defect
                    .features
                    .iter()
                    .map(|feature| outlines.name(*feature))
                    .collect(),
                area_m2: defect.area_m2,
                width_m: defect.width_m,
                position: representative(&shape),
                shape,
            }
        };
        let kind = |(code, kept): (FindingCode, Kept)| {
            let mut rows: Vec<Row> = kept.list.into_iter().map(row).collect();
            rows.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
            Kind {
                code,
                count: kept.count,
                area_m2: kept.area_m2,
                rows,
            }
        };
        Self {
            kinds: kinds.into_iter().map(kind).collect(),
            checked: outlines.len(),
            far: outlines.far,
            area_m2: outlines.area_m2(),
        }
    }

    /// How many of a kind, and their area in m².
    #[cfg(test)]
    pub(super) fn of(&self, code: FindingCode) -> (u64, f64) {
        let kind = self.kinds.iter().find(|kind| kind.code == code).unwrap();
        (kind.count, kind.area_m2)
    }

    /// Notes what was looked at and what was found, the biggest as examples; sources by their labels.
    pub(crate) fn tell(&self, labels: &[String], findings: &mut Findings) {
        let far = if self.far > 0 {
            format!(", {} too far away", self.far)
        } else {
            String::new()
        };
        findings.note_many(FindingCode::PartitionChecked, self.checked as u64, || {
            format!("{:.1} m²{far}", self.area_m2)
        });
        for kind in &self.kinds {
            let shown = kind.rows.iter().take(Finding::MAX_EXAMPLES);
            for row in shown.clone() {
                findings.note(kind.code, || row.text(labels));
            }
            let rest = kind.count - shown.len() as u64;
            findings.note_many(kind.code, rest, || format!("{:.1} m²", kind.area_m2));
        }
    }

    /// The rows for the map, in the columns of a quarantine; none when nothing is wrong.
    pub(crate) fn rows(&self, labels: &[String]) -> Result<Option<RecordBatch>, ArrowError> {
        let rows: Vec<(FindingCode, &Row)> = self
            .kinds
            .iter()
            .flat_map(|kind| kind.rows.iter().map(|row| (kind.code, row)))
            .collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let number = |name: &str, kind| Field::new(name, kind, true);
        let schema = Schema::new(vec![
            text("reason"),
            text("detail"),
            text("source"),
            number("source_feature", DataType::UInt64),
            text("other_source"),
            number("other_feature", DataType::UInt64),
            number("area_m2", DataType::Float64),
            number("width_m", DataType::Float64),
            number(Layer::H3, DataType::UInt64),
            geometry_field(Layer::GEOM, STORED_CRS),
        ]);
        let texts = |of: &dyn Fn(&(FindingCode, &Row)) -> Option<String>| -> ArrayRef {
            Arc::new(rows.iter().map(of).collect::<StringArray>())
        };
        let numbers = |of: &dyn Fn(&Row) -> Option<u64>| -> ArrayRef {
            Arc::new(rows.iter().map(|(_, row)| of(row)).collect::<UInt64Array>())
        };
        let reals = |of: &dyn Fn(&Row) -> f64| -> ArrayRef {
            Arc::new(
                rows.iter()
                    .map(|(_, row)| Some(of(row)))
                    .collect::<Float64Array>(),
            )
        };
        let label = |row: &Row, at: usize| {
            row.features
                .get(at)
                .map(|(source, _)| labels[*source].clone())
        };
        let shapes = rows.iter().map(|(_, row)| Some(wkb_of(&row.shape)));
        let columns: Vec<ArrayRef> = vec![
            texts(&|(code, _)| code.word()),
            texts(&|(_, row)| Some(row.text(labels))),
            texts(&|(_, row)| label(row, 0)),
            numbers(&|row| row.features.first().map(|(_, number)| *number)),
            texts(&|(_, row)| label(row, 1)),
            numbers(&|row| row.features.get(1).map(|(_, number)| *number)),
            reals(&|row| row.area_m2),
            reals(&|row| row.width_m),
            numbers(&|row| row.cell()),
            Arc::new(shapes.collect::<BinaryArray>()),
        ];
        RecordBatch::try_new(Arc::new(schema), columns).map(Some)
    }
}

impl Row {
    /// Which features, how much and where.
    fn text(&self, labels: &[String]) -> String {
        let names = self
            .features
            .iter()
            .map(|(source, number)| format!("{} #{number}", labels[*source]));
        let names = names.collect::<Vec<_>>().join(" × ");
        let (lon, lat) = self.position.unwrap_or_default();
        format!(
            "{names}: {:.1} m², {:.2} m, ({lon:.6}, {lat:.6})",
            self.area_m2, self.width_m
        )
    }

    fn cell(&self) -> Option<u64> {
        let (lon, lat) = self.position?;
        let cell = LatLng::new(lat, lon).ok()?.to_cell(Resolution::Ten);
        Some(cell.into())
    }
}
