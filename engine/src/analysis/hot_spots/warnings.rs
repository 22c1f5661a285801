//! What to know before an answer is used.

use serde_json::{Value, json};

use super::{FEW_CELLS, FEWEST_CELLS, cells::Cells};

/// The warnings of an answer. `significant` is the number of cells that differ from chance; none where the statistic is not
/// defined.
pub(super) fn of(cells: &Cells, islands: usize, significant: Option<usize>) -> Vec<Value> {
    let mut warnings = about_the_statistic(cells.tested.len(), significant);
    let counted = [
        (
            islands as u64,
            "islands",
            "ô không có ô lân cận nào: điểm z của chúng chỉ dựa trên chính ô đó",
            "cells have no neighbour: their z-score rests on themselves alone",
        ),
        (
            cells.outside,
            "outside",
            "điểm nằm ngoài vùng nghiên cứu: không tính",
            "points lie outside the study area: they are not counted",
        ),
        (
            cells.without_value,
            "without-value",
            "điểm không có giá trị: không tính",
            "points have no value: they are not counted",
        ),
        (
            cells.unusable_polygons,
            "unusable-polygons",
            "vùng của vùng nghiên cứu có hình học không dùng được: bỏ qua",
            "polygons of the study area cannot be used and are passed over",
        ),
    ];
    for (count, code, vi, en) in counted.into_iter().filter(|(count, ..)| *count > 0) {
        warnings.push(warning(
            code,
            &format!("{count} {vi}"),
            &format!("{count} {en}"),
        ));
    }
    warnings
}

fn about_the_statistic(count: usize, significant: Option<usize>) -> Vec<Value> {
    let mut warnings = Vec::new();
    if count < FEWEST_CELLS {
        warnings.push(warning(
            "too-few-cells",
            &format!("Chỉ có {count} ô: quá ít để xét (cần ít nhất {FEWEST_CELLS}); hãy tăng độ phân giải"),
            &format!("only {count} cells: too few to test (at least {FEWEST_CELLS}); use a finer resolution"),
        ));
    } else if significant.is_none() {
        warnings.push(warning(
            "no-variance",
            "Mọi ô có cùng giá trị: không có gì để so, không ô nào nóng hay lạnh",
            "all cells have one value: there is nothing to compare, no cell is hot or cold",
        ));
    } else if count < FEW_CELLS {
        warnings.push(warning(
            "few-cells",
            &format!("Chỉ có {count} ô: xác suất tính theo phân phối chuẩn chỉ là gần đúng"),
            &format!("only {count} cells: probabilities from the normal distribution are rough"),
        ));
    }
    if significant == Some(0) {
        warnings.push(warning(
            "nothing-found",
            "Không ô nào khác ngẫu nhiên ở mức ý nghĩa đã chọn",
            "no cell differs from chance at the level asked for",
        ));
    }
    warnings
}

fn warning(code: &str, vi: &str, en: &str) -> Value {
    json!({"code": code, "vi": vi, "en": en})
}
