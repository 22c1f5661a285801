//! Hot and cold spots: H3 cells where events stand together more, or less, than chance would put them.

mod cells;
mod clusters;
mod study_area;
mod warnings;

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, StringArray};
use geo::{Coord, Geometry, LineString, Polygon};
use h3o::{CellIndex, Resolution};
use layers::{LayerId, Theme};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use self::cells::Cells;
use super::{
    Analysis, AnalysisContext, AnalysisError, AnalysisInfo, Outcome, Provenance, answer,
    false_discovery_threshold, gi_star, inputs,
    parameters::{self, parameter, words},
    two_sided_p,
};

/// Fewer cells than this say nothing: the z-score is normal only for many.
const FEWEST_CELLS: usize = 8;

/// Below this many cells the answer is given with a warning: 30 is what textbooks ask for.
const FEW_CELLS: usize = 30;

/// The analysis `hot_spots`.
pub(super) struct HotSpots;

/// Its parameters.
#[derive(Debug, Deserialize)]
struct Parameters {
    layer: LayerId,
    resolution: u8,
    attribute: Option<String>,
    ring: u32,
    alpha: f64,
    correction: Correction,
    empty_cells: EmptyCells,
    study_area: Option<LayerId>,
}

/// What is done about many tests at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Correction {
    Fdr,
    None,
}

/// What a cell of the study area without a feature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EmptyCells {
    Zero,
    Missing,
}

/// The tests, cell by cell.
#[derive(Debug)]
struct Scores {
    z: Vec<f64>,
    p: Vec<f64>,
    /// The largest p that counts at the level asked for.
    threshold: f64,
    classes: Vec<&'static str>,
}

impl Scores {
    fn is_significant(&self, cell: usize) -> bool {
        self.p[cell] <= self.threshold
    }
}

impl Analysis for HotSpots {
    fn name(&self) -> &'static str {
        "hot_spots"
    }

    fn describe(&self) -> AnalysisInfo {
        AnalysisInfo {
            name: self.name().to_owned(),
            title_vi: "Điểm nóng".to_owned(),
            title_en: "Hot spots".to_owned(),
            description_vi: "Đếm (hoặc cộng) các điểm theo ô lục giác H3 và tính thống kê Getis–Ord Gi*: ô nóng là nơi giá trị cao tụ lại \
                nhiều hơn ngẫu nhiên, ô lạnh thì ngược lại. Mặc định có kiểm soát tỷ lệ phát hiện sai (FDR), vì hàng nghìn ô được xét cùng lúc. \
                Số đếm không chia cho dân số: nơi đông người có thể nóng chỉ vì đông."
                .to_owned(),
            description_en: "Counts (or adds up) points by H3 cell and computes Getis–Ord Gi*: a hot cell is where high values stand together \
                more than chance would put them, a cold cell the opposite. The false-discovery rate is controlled by default, because \
                thousands of cells are tested at once. Counts are not divided by population: a crowded place may be hot for being crowded."
                .to_owned(),
            parameters: schema(),
        }
    }

    fn run(&self, context: &AnalysisContext<'_>, given: &Value) -> Result<Outcome, AnalysisError> {
        let (mut parameters, mut used): (Parameters, Value) = parameters::read(&schema(), given)?;
        let points = inputs::points(&context.snapshot, &parameters.layer)?;
        if parameters.study_area.is_none() {
            let communes = "communes".parse().ok();
            parameters.study_area =
                communes.filter(|communes| context.snapshot.layer(communes).is_some());
            used["study_area"] = json!(parameters.study_area);
        }
        let area = parameters
            .study_area
            .as_ref()
            .map(|id| inputs::polygons(&context.snapshot, id))
            .transpose()?;
        let resolution = Resolution::try_from(parameters.resolution)
            .expect("the schema allows resolutions of H3 only");
        context.step(0.0, "Đếm theo ô · Counting by cell")?;
        let cells = cells::count(
            context,
            points,
            area.map(Arc::as_ref),
            &parameters,
            resolution,
        )?;
        context.step(0.5, "Tìm ô lân cận · Finding neighbours")?;
        let neighbours = cells.neighbours(parameters.ring);
        context.step(0.7, "Tính Gi* · Computing Gi*")?;
        let scores = score(&cells.values, &neighbours, &parameters);
        context.step(0.9, "Lập kết quả · Writing the answer")?;
        let mut read = vec![points.meta.as_ref()];
        read.extend(area.map(|area| area.meta.as_ref()));
        let provenance = Provenance::new(self, used, &read);
        let summary = summary(context, &cells, &neighbours, &scores, &parameters);
        let layer = rows(&cells, &scores, &provenance, points.meta.synthetic)?;
        context.step(1.0, "Xong · Done")?;
        Ok(Outcome {
            layer,
            summary,
            provenance,
        })
    }
}

fn score(values: &[f64], neighbours: &[Vec<u32>], parameters: &Parameters) -> Scores {
    let z = if values.len() < FEWEST_CELLS {
        vec![f64::NAN; values.len()]
    } else {
        gi_star(values, neighbours)
    };
    let p: Vec<f64> = z.par_iter().map(|z| two_sided_p(*z)).collect();
    let threshold = |alpha: f64| match parameters.correction {
        Correction::Fdr => false_discovery_threshold(&p, alpha),
        Correction::None => alpha,
    };
    let levels = [0.01, 0.05, 0.10].map(threshold);
    let class = |(z, p): (&f64, &f64)| match levels.iter().position(|level| p <= level) {
        Some(level) if *z > 0.0 => ["hot_99", "hot_95", "hot_90"][level],
        Some(level) => ["cold_99", "cold_95", "cold_90"][level],
        None => "none",
    };
    let classes = z.iter().zip(&p).map(class).collect();
    Scores {
        threshold: threshold(parameters.alpha),
        classes,
        z,
        p,
    }
}

fn rows(
    cells: &Cells,
    scores: &Scores,
    provenance: &Provenance,
    synthetic: bool,
) -> Result<layers::Layer, AnalysisError> {
    let reals = |values: &[f64]| -> ArrayRef {
        Arc::new(
            values
                .iter()
                .map(|value| (!value.is_nan()).then_some(*value))
                .collect::<Float64Array>(),
        )
    };
    let threshold = vec![scores.threshold; cells.tested.len()];
    let significant: Vec<bool> = (0..cells.tested.len())
        .map(|cell| scores.is_significant(cell))
        .collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "cell",
            Arc::new(StringArray::from_iter_values(
                cells.tested.iter().map(CellIndex::to_string),
            )),
        ),
        ("count", reals(&cells.values)),
        ("z", reals(&scores.z)),
        ("p", reals(&scores.p)),
        ("p_threshold", reals(&threshold)),
        ("significant", Arc::new(BooleanArray::from(significant))),
        (
            "class",
            Arc::new(StringArray::from_iter_values(&scores.classes)),
        ),
    ];
    let shapes: Vec<Geometry<f64>> = cells.tested.par_iter().map(|cell| hexagon(*cell)).collect();
    let titles = answer::Titles {
        vi: "Điểm nóng",
        en: "Hot spots",
        theme: Theme::Other,
        resolution: cells.resolution,
        synthetic,
    };
    answer::layer(&titles, columns, &shapes, provenance)
}

fn hexagon(cell: CellIndex) -> Geometry<f64> {
    let ring: LineString<f64> = cell
        .boundary()
        .iter()
        .map(|corner| Coord {
            x: corner.lng(),
            y: corner.lat(),
        })
        .collect();
    Polygon::new(ring, Vec::new()).into()
}

fn summary(
    context: &AnalysisContext<'_>,
    cells: &Cells,
    neighbours: &[Vec<u32>],
    scores: &Scores,
    parameters: &Parameters,
) -> Value {
    let in_class = |class: &str| {
        scores
            .classes
            .iter()
            .filter(|other| **other == class)
            .count()
    };
    let islands = neighbours.iter().filter(|near| near.len() < 2).count();
    let defined = scores.z.iter().any(|z| !z.is_nan());
    let classes: serde_json::Map<String, Value> = CLASSES
        .iter()
        .map(|class| ((*class).to_owned(), json!(in_class(class))))
        .collect();
    let significant = (0..cells.tested.len())
        .filter(|cell| scores.is_significant(*cell))
        .count();
    json!({
        "cells": cells.tested.len(),
        "resolution": u8::from(cells.resolution),
        "features": cells.features,
        "total": cells.values.iter().sum::<f64>(),
        "outside": cells.outside,
        "without_value": cells.without_value,
        "islands": islands,
        "p_threshold": defined.then_some(scores.threshold),
        "significant": significant,
        "classes": classes,
        "hot_spots": clusters::hottest(&context.snapshot, cells, scores, parameters.study_area.as_ref()),
        "warnings": warnings::of(cells, islands, defined.then_some(significant)),
    })
}

/// The classes a cell may have.
const CLASSES: [&str; 7] = [
    "hot_99", "hot_95", "hot_90", "none", "cold_90", "cold_95", "cold_99",
];

fn schema() -> Value {
    parameters::schema(&json!({
        "layer": parameter(
            words(["Lớp điểm", "Lớp điểm cần xét, ví dụ tai nạn."], ["Point layer", "Points to look at, for example accidents."]),
            &json!({"type": "string", "default": "accidents", "x-kind": "layer"}),
        ),
        "resolution": parameter(
            words(["Độ phân giải H3", "7: ô khoảng 5,6 km²; 8: 0,8 km²; 9: 0,11 km²."], ["H3 resolution", "7: cells of about 5.6 km²; 8: 0.8 km²; 9: 0.11 km²."]),
            &json!({"type": "integer", "minimum": 4, "maximum": 11, "default": 8}),
        ),
        "attribute": parameter(
            words(["Trường cộng", "Trường số cần cộng theo ô; để trống thì đếm điểm."], ["Attribute to add up", "A numeric attribute; null counts points."]),
            &json!({"type": ["string", "null"], "default": null, "x-kind": "attribute"}),
        ),
        "ring": parameter(
            words(["Vòng lân cận", "Số vòng ô quanh mỗi ô được xem là lân cận."], ["Neighbour rings", "How many rings of cells around a cell are its neighbours."]),
            &json!({"type": "integer", "minimum": 1, "maximum": 10, "default": 1, "x-unit": "cells"}),
        ),
        "alpha": parameter(
            words(["Mức ý nghĩa", "Với FDR: tỷ lệ phát hiện sai chấp nhận được."], ["Significance level", "With FDR: the share of false discoveries accepted."]),
            &json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5, "default": 0.05}),
        ),
        "correction": parameter(
            words(["Hiệu chỉnh", "fdr: Benjamini–Hochberg; none: không hiệu chỉnh, sẽ có nhiều ô nóng giả."], ["Correction", "fdr: Benjamini–Hochberg; none: none, expect false hot cells."]),
            &json!({"type": "string", "enum": ["fdr", "none"], "default": "fdr"}),
        ),
        "empty_cells": parameter(
            words(["Ô trống", "zero: ô không có điểm có giá trị 0; missing: không xét ô đó."], ["Empty cells", "zero: a cell without points is 0; missing: it is left out."]),
            &json!({"type": "string", "enum": ["zero", "missing"], "default": "zero"}),
        ),
        "study_area": parameter(
            words(["Vùng nghiên cứu", "Lớp vùng mà các ô phủ lên; để trống: lớp xã (communes) nếu có, nếu không thì hình tròn quanh các điểm."],
                  ["Study area", "Polygons whose cells are tested; null: communes if the twin has them, else a disk around the points."]),
            &json!({"type": ["string", "null"], "default": null, "x-kind": "layer"}),
        ),
    }))
}
