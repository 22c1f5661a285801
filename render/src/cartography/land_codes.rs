//! The colours of land-use codes.

use serde_json::{Value as Json, json};

/// RGB of land-use codes on current-use maps, of the scheme of Circular 08/2024/TT-BTNMT; each row lists codes of one colour.
const COLORS: [(&[&str], [u8; 3]); 25] = [
    (&["LUA"], [255, 252, 130]),
    (&["LUC"], [255, 252, 140]),
    (&["LUK"], [255, 252, 150]),
    (&["LUN"], [255, 252, 180]),
    (&["HNK", "BHK"], [255, 240, 180]),
    (&["CLN"], [255, 210, 160]),
    (&["LNK", "LNQ", "LNC"], [255, 215, 170]),
    (&["RSX"], [180, 255, 180]),
    (&["RPH"], [190, 255, 30]),
    (&["RDD"], [110, 255, 100]),
    (&["NTS", "TSN", "TSL", "DTL"], [170, 255, 255]),
    (&["LMU", "BCS", "DCS"], [255, 255, 254]),
    (&["NKH"], [245, 255, 180]),
    (&["ONT"], [255, 208, 255]),
    (&["ODT"], [255, 160, 255]),
    (&["CQP"], [255, 100, 80]),
    (&["CAN"], [255, 80, 70]),
    (&["SKK", "SKN", "SKC", "SKT", "TMD"], [250, 170, 160]),
    (&["SKS", "SKX", "DRA"], [205, 170, 205]),
    (&["DGT"], [255, 170, 50]),
    (
        &[
            "DGD", "DYT", "DVH", "DTT", "DKH", "DNL", "DBV", "DCH", "TSC", "TON", "TIN", "DDT",
            "DSH", "DKV",
        ],
        [255, 170, 160],
    ),
    (&["NTD"], [210, 210, 210]),
    (&["SON"], [160, 255, 255]),
    (&["MNC"], [180, 255, 255]),
    (&["NCS"], [230, 230, 200]),
];

/// Codes that are not listed.
const OTHER: [u8; 3] = [236, 232, 222];

/// What official colours are softened towards: the paper.
const PAPER: [u8; 3] = [247, 244, 236];

/// The colour of an attribute that holds a land-use code, or several joined by `+`, of which the first counts; softened by a
/// share of paper in percent.
pub(super) fn color(attribute: &str, paper_percent: u16) -> Json {
    let mut expression = vec![
        json!("match"),
        json!(["slice", ["to-string", ["get", attribute]], 0, 3]),
    ];
    for (codes, color) in COLORS {
        expression.extend([json!(codes), json!(softened(color, paper_percent))]);
    }
    expression.push(json!(softened(OTHER, paper_percent)));
    Json::Array(expression)
}

fn softened(color: [u8; 3], paper_percent: u16) -> String {
    let share = paper_percent.min(100);
    let [r, g, b] = [0, 1, 2].map(|channel: usize| {
        (u16::from(color[channel]) * (100 - share) + u16::from(PAPER[channel]) * share) / 100
    });
    format!("rgb({r}, {g}, {b})")
}
