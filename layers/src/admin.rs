//! Administrative units that change by law: which unit a code or a name meant on a day, and tables moved to another day's units.
//!
//! A code alone does not say which unit is meant: a merged unit keeps the code of one that went into it. The key of an
//! [`AdminUnit`] is its code and the day it begins. An [`AdminRegister`] answers "which unit had this code, or this name,
//! on that day"; a [`Crosswalk`] says what became of what; an [`AdminHistory`] has both and restates tables.

mod areal;
mod crosswalk;
mod error;
mod history;
mod names;
mod period;
mod read;
mod register;
mod restate;

use std::{fmt, str::FromStr};

pub use self::{
    areal::{COVER_TOLERANCE, SLIVER_SHARE, areal_crosswalk},
    crosswalk::{Crosswalk, CrosswalkRow, Listed, Method, SHARE_TOLERANCE, SetAside},
    error::AdminError,
    history::AdminHistory,
    names::{Resolution, UnitQuery},
    period::{BadDay, Period, day},
    register::AdminRegister,
    restate::{Measure, Restated, RestatedRow, Weight},
};

/// The layer that [`AdminHistory::of_twin`] reads units from.
pub const UNITS_LAYER: &str = "admin_units";

/// The layer that [`AdminHistory::of_twin`] reads crosswalks from.
pub const CROSSWALK_LAYER: &str = "admin_crosswalk";

/// A commune, district or province for as long as one law lets it be. Its key is `(code, valid.from)`.
#[derive(Clone, Debug, PartialEq)]
pub struct AdminUnit {
    /// Official code, such as `10507`; not unique over time.
    pub code: String,
    /// Full name in Vietnamese with its kind, NFC: `Phường Thành Đông`.
    pub name: String,
    /// Commune, district or province.
    pub level: Level,
    /// What the law calls it: xã, phường, thị trấn, huyện, thị xã, thành phố, tỉnh.
    pub kind: String,
    /// Code of the unit above it; none for a province.
    pub parent: Option<String>,
    /// When it is in force.
    pub valid: Period,
    /// Official area in km², where published.
    pub area_official_km2: Option<f64>,
    /// Area of its polygon on the ellipsoid in km², where it has one; differs from the official one by some percent.
    pub area_geom_km2: Option<f64>,
    /// People, where counted.
    pub population: Option<u64>,
    /// Legal CRS of its maps, for a province: `EPSG:9209`.
    pub working_crs: Option<String>,
    /// Where it is written.
    pub source: String,
    /// Whether code, name and days were checked against the law; false for what is assumed or seen at second hand.
    pub verified: bool,
}

/// How high a unit stands; lower before higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Xã, phường, thị trấn.
    Commune,
    /// Huyện, thị xã, a province's thành phố; none from 2025-07-01.
    District,
    /// Tỉnh, a centrally run thành phố.
    Province,
}

impl Level {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::Commune, Self::District, Self::Province];

    /// Its word in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::District => "district",
            Self::Province => "province",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = AdminError;

    fn from_str(value: &str) -> Result<Self, AdminError> {
        let known = Self::ALL.into_iter().find(|level| level.as_str() == value);
        known.ok_or_else(|| AdminError::UnknownWord {
            what: "level",
            value: value.to_owned(),
            known: "commune, district, province",
        })
    }
}
