//! What a catalog says of each layer of the province: whose it is, how often such data is renewed, which sectors use it.

/// Whose data it is: nobody's, and said so.
const AGENCY: &str = "Dữ liệu tổng hợp · synthetic data";

/// The licence of what the generator makes: this project's.
const LICENCE: &str = "Apache-2.0";

/// The descriptive part of a layer's entry in the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestRecord {
    /// Whose data it is; says that it is synthetic.
    pub agency: String,
    /// `open`, `shared` or `restricted`.
    pub sharing: String,
    /// SPDX identifier of the licence.
    pub licence: String,
    /// How often real data of this kind is renewed, such as `yearly`.
    pub frequency: String,
    /// Words of the sectors that use such data, such as `health`.
    pub sectors: Vec<String>,
}

/// Layer, update frequency of data of its kind, sectors separated by spaces.
const LAYERS: [(&str, &str, &str); 23] = [
    ("accidents", "monthly", "transport operations_centre"),
    ("buildings", "yearly", "construction"),
    ("communes", "as_needed", "home_affairs justice"),
    ("districts", "as_needed", "home_affairs"),
    ("dykes", "yearly", "agriculture"),
    ("elevation", "as_needed", "environment agriculture"),
    ("health_facilities", "yearly", "health"),
    ("industrial_zones", "yearly", "industry_trade investment"),
    ("land_cover", "yearly", "environment agriculture"),
    (
        "land_use_plan",
        "yearly",
        "environment construction investment",
    ),
    ("markets", "yearly", "industry_trade"),
    (
        "observations",
        "hourly",
        "environment science operations_centre",
    ),
    ("parcels", "yearly", "environment finance"),
    ("places", "as_needed", "home_affairs"),
    ("power_lines", "yearly", "industry_trade"),
    ("railways", "yearly", "transport"),
    ("residents", "yearly", "labour education health"),
    ("roads", "yearly", "transport"),
    ("schools", "yearly", "education"),
    ("stations", "yearly", "environment science"),
    ("tourism_sites", "yearly", "tourism"),
    ("water_areas", "yearly", "environment agriculture"),
    ("waterways", "yearly", "agriculture"),
];

/// The record of a layer; one without sectors, renewed as needed, for a layer that is not listed.
pub(crate) fn of_layer(layer: &str) -> ManifestRecord {
    let listed = LAYERS.iter().find(|(listed, ..)| *listed == layer);
    let (_, frequency, sectors) = listed.copied().unwrap_or((layer, "as_needed", ""));
    ManifestRecord {
        agency: AGENCY.to_owned(),
        sharing: "open".to_owned(),
        licence: LICENCE.to_owned(),
        frequency: frequency.to_owned(),
        sectors: sectors.split_whitespace().map(str::to_owned).collect(),
    }
}
