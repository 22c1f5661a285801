//! Plan against reality: parcels whose present use is not the one the approved plan gives their ground.
//!
//! The plan's zones are cut into small pieces and indexed once. A parcel asks the index for the pieces near it; pieces whose
//! code agrees with the parcel's are passed over before any geometry is looked at, so that the work is in proportion to what
//! disagrees. What is left is moved to the plane and intersected exactly.

mod codes;
mod overlay;
mod report;
mod zones;

use layers::{LayerId, Theme};
use serde::Deserialize;
use serde_json::{Value, json};

use self::{codes::Compatibility, overlay::Conflict, zones::Zones};
use super::{
    Analysis, AnalysisContext, AnalysisError, AnalysisInfo, Outcome, Provenance, answer, inputs,
    parameters::{self, parameter, words},
    plane::Plane,
};
use crate::LayerSnapshot;

/// Parcels between two looks at the clock: progress and cancellation.
const ROWS_PER_STEP: usize = 16_384;

/// The analysis `plan_conflicts`.
pub(super) struct PlanConflicts;

/// Its parameters.
#[derive(Debug, Deserialize)]
struct Parameters {
    parcels: LayerId,
    plan: LayerId,
    parcel_code: String,
    plan_code: String,
    unit: String,
    keep: Vec<String>,
    min_overlap_m2: f64,
    treat_as_compatible: Vec<Vec<String>>,
    plane: String,
}

impl Analysis for PlanConflicts {
    fn name(&self) -> &'static str {
        "plan_conflicts"
    }

    fn describe(&self) -> AnalysisInfo {
        AnalysisInfo {
            name: self.name().to_owned(),
            title_vi: "Thửa đất trái quy hoạch".to_owned(),
            title_en: "Parcels in conflict with the plan".to_owned(),
            description_vi: "So loại đất hiện trạng của từng thửa với mã đất trong quy hoạch sử dụng đất tại chính phần đất đó. \
                Mỗi dòng là một thửa và một khoanh quy hoạch khác mã, với diện tích chồng lấn (m², đo trên mặt phẳng VN-2000) và tỷ lệ so \
                với diện tích thửa. Thửa nhiều loại đất (\"ONT+CLN\") không bị coi là trái nếu có một mã trùng."
                .to_owned(),
            description_en: "Compares each parcel's present land use with the code the land-use plan gives the same ground. Each row is \
                one parcel and one plan zone of another code, with the overlap (m², measured on the VN-2000 plane) and its share of the \
                parcel. A parcel of several uses (\"ONT+CLN\") agrees with a zone that has one of them."
                .to_owned(),
            parameters: schema(),
        }
    }

    fn run(&self, context: &AnalysisContext<'_>, given: &Value) -> Result<Outcome, AnalysisError> {
        let (parameters, used): (Parameters, Value) = parameters::read(&schema(), given)?;
        let parcels = inputs::polygons(&context.snapshot, &parameters.parcels)?;
        let plan = inputs::polygons(&context.snapshot, &parameters.plan)?;
        let plane = Plane::new(&parameters.plane)?;
        let parcel_codes = inputs::texts(parcels, &parameters.parcel_code)?;
        let plan_codes = inputs::texts(plan, &parameters.plan_code)?;
        for name in parameters
            .keep
            .iter()
            .chain([&parameters.unit])
            .filter(|name| is_chosen(given, name))
        {
            inputs::attribute(parcels, name)?;
        }
        let compatibility =
            Compatibility::new(&parcel_codes, &plan_codes, &parameters.treat_as_compatible);
        context.step(0.0, "Chuẩn bị quy hoạch · Preparing the plan")?;
        let zones = Zones::new(plan, &plane, &context.cancel)?;
        let found = find(
            context,
            parcels,
            &zones,
            &compatibility,
            (&plane, parameters.min_overlap_m2),
        )?;
        context.step(0.95, "Lập kết quả · Writing the answer")?;
        let provenance = Provenance::new(self, used, &[&parcels.meta, &plan.meta]);
        let report = report::Report {
            parameters: &parameters,
            twin: &context.snapshot,
            parcels,
            plan,
            found: &found,
        };
        let summary = report.summary(&compatibility);
        let (columns, shapes) = report.rows(&plane)?;
        let titles = answer::Titles {
            vi: "Thửa đất trái quy hoạch",
            en: "Parcels in conflict with the plan",
            theme: Theme::Land,
            resolution: h3o::Resolution::Ten,
            synthetic: parcels.meta.synthetic || plan.meta.synthetic,
        };
        let columns = columns
            .iter()
            .map(|(name, column)| (name.as_str(), std::sync::Arc::clone(column)))
            .collect();
        let layer = answer::layer(&titles, columns, &shapes, &provenance)?;
        context.step(1.0, "Xong · Done")?;
        Ok(Outcome {
            layer,
            summary,
            provenance,
        })
    }
}

/// Whether a caller named an attribute (then it has to exist), rather than a default naming it.
fn is_chosen(given: &Value, name: &str) -> bool {
    let keep = given["keep"]
        .as_array()
        .is_some_and(|keep| keep.iter().any(|kept| kept == name));
    keep || given["unit"] == name
}

/// All that was found.
#[derive(Debug, Default)]
struct Found {
    conflicts: Vec<Conflict>,
    /// Overlaps that were too small to count: how many, and their area.
    slivers: u64,
    slivers_m2: f64,
}

fn find(
    context: &AnalysisContext<'_>,
    parcels: &LayerSnapshot,
    zones: &Zones,
    compatibility: &Compatibility,
    (plane, min_overlap_m2): (&Plane, f64),
) -> Result<Found, AnalysisError> {
    let mut found = Found::default();
    for start in (0..parcels.len()).step_by(ROWS_PER_STEP) {
        let end = (start + ROWS_PER_STEP).min(parcels.len());
        context.step(
            0.05 + 0.9 * start as f64 / parcels.len() as f64,
            "So thửa đất với quy hoạch · Comparing parcels with the plan",
        )?;
        let overlay = overlay::Overlay {
            parcels,
            zones,
            compatibility,
            plane,
            cancel: &context.cancel,
        };
        for conflict in overlay.of_rows(start..end) {
            if conflict.overlap_m2 >= min_overlap_m2 {
                found.conflicts.push(conflict);
            } else {
                found.slivers += 1;
                found.slivers_m2 += conflict.overlap_m2;
            }
        }
    }
    Ok(found)
}

fn schema() -> Value {
    let layer = |words, default: &str| {
        parameter(
            words,
            &json!({"type": "string", "default": default, "x-kind": "layer"}),
        )
    };
    let attribute = |words, default: &str| {
        parameter(
            words,
            &json!({"type": "string", "default": default, "x-kind": "attribute"}),
        )
    };
    parameters::schema(&json!({
        "parcels": layer(words(["Lớp thửa đất", "Lớp vùng có mã loại đất hiện trạng."], ["Parcel layer", "Polygons with their present land use."]), "parcels"),
        "plan": layer(words(["Lớp quy hoạch", "Lớp vùng có mã đất quy hoạch."], ["Plan layer", "Polygons with their planned land use."]), "land_use_plan"),
        "parcel_code": attribute(words(["Trường mã hiện trạng", "Có thể gồm nhiều mã: ONT+CLN."], ["Attribute of the present use", "May list several codes: ONT+CLN."]), "ma_dat"),
        "plan_code": attribute(words(["Trường mã quy hoạch", "Mã đất theo quy hoạch."], ["Attribute of the planned use", "The planned code."]), "ma_qh"),
        "unit": attribute(words(["Trường mã xã", "Để cộng theo xã; bỏ qua nếu lớp không có."], ["Attribute of the commune", "Totals are by it; passed over where the layer has none."]), "ma_xa"),
        "keep": parameter(
            words(["Trường giữ lại", "Các trường của thửa ghi vào kết quả, nếu có."], ["Attributes to keep", "Attributes of the parcel written to the answer, where there are any."]),
            &json!({"type": "array", "items": {"type": "string"}, "default": ["ma_xa", "so_to", "so_thua"]}),
        ),
        "min_overlap_m2": parameter(
            words(["Diện tích tối thiểu", "Phần chồng nhỏ hơn được coi là sai số vẽ: không liệt kê, nhưng có đếm."],
                  ["Smallest overlap", "Less than this is taken for a drawing error: counted, not listed."]),
            &json!({"type": "number", "minimum": 0, "default": 1, "x-unit": "m²"}),
        ),
        "treat_as_compatible": parameter(
            words(["Nhóm mã coi là phù hợp", "Ví dụ [[\"ONT\", \"ODT\"]]: đất ở nông thôn và đô thị coi là một. Mặc định: chỉ mã trùng nhau."],
                  ["Codes that agree", "For example [[\"ONT\", \"ODT\"]]: rural and urban residential land count as one. By default only equal codes agree."]),
            &json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}, "default": []}),
        ),
        "plane": parameter(
            words(["Mặt phẳng đo diện tích", "Hệ toạ độ phẳng, đơn vị mét."], ["Plane to measure on", "A projected CRS in metres."]),
            &json!({"type": "string", "default": "EPSG:9209"}),
        ),
    }))
}
