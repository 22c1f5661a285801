//! What the catalog says of a layer beyond its data: who owns it, who may have it, how often it is renewed, whom it serves.
//!
//! [`records`] and [`stac`] write the catalog for other catalogs to read.

use std::collections::BTreeMap;

use arrow::{
    array::{AsArray as _, RecordBatch},
    datatypes::UInt64Type,
};
use chrono::{DateTime, TimeDelta, Utc};
use h3o::{CellIndex, Resolution};
use serde::{Deserialize, Serialize};

mod records;
mod stac;
mod words;

pub use self::{
    records::records,
    stac::stac,
    words::{Freshness, Sector, Sharing, UnknownWord, UpdateFrequency},
};
use crate::Layer;

/// The descriptive part of a layer's entry, given at import; all of it may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogRecord {
    /// The agency that owns the data; empty where nobody said.
    pub agency: String,
    /// Who may have the data; none where nobody said, which is not the same as open.
    pub sharing: Option<Sharing>,
    /// The licence, as an SPDX identifier where there is one; empty where nobody said.
    pub licence: String,
    /// How often the data is to be renewed.
    pub frequency: Option<UpdateFrequency>,
    /// The sectors of the province's programme it belongs to.
    pub sectors: Vec<Sector>,
    /// Where its features lie, in a few numbers; counted at import.
    pub h3: Option<H3Summary>,
}

/// How the features of a layer spread over H3 cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct H3Summary {
    /// Resolution of the cells counted.
    pub resolution: u8,
    /// Number of cells with a feature.
    pub cells: u64,
    /// Number of features in the fullest cell.
    pub fullest: u64,
}

/// Counts features by cell, batch by batch.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CellCounts {
    by_cell: BTreeMap<u64, u64>,
}

impl CatalogRecord {
    /// How the age of a version compares with the layer's update frequency.
    ///
    /// Fresh within one period of being published, due within one and a half, overdue after; unknown where no regular
    /// update is planned.
    pub fn freshness(&self, published_at: DateTime<Utc>, now: DateTime<Utc>) -> Freshness {
        let Some(period) = self.frequency.and_then(UpdateFrequency::period) else {
            return Freshness::Unknown;
        };
        let age = now - published_at;
        if age <= period {
            Freshness::Fresh
        } else if age <= period + period / 2 {
            Freshness::Due
        } else {
            Freshness::Overdue
        }
    }
}

impl UpdateFrequency {
    /// The time between two updates; none where there is no plan.
    pub fn period(self) -> Option<TimeDelta> {
        let days = match self {
            Self::AsNeeded => return None,
            Self::Hourly => return Some(TimeDelta::hours(1)),
            Self::Daily => 1,
            Self::Weekly => 7,
            Self::Monthly => 31,
            Self::Quarterly => 92,
            Self::Yearly => 366,
            Self::FiveYearly => 5 * 366,
        };
        Some(TimeDelta::days(days))
    }
}

impl CellCounts {
    /// Cells of about 5 km²: a province has some hundred.
    const RESOLUTION: Resolution = Resolution::Seven;

    /// Counts the rows of a batch that have a cell.
    pub(crate) fn add(&mut self, rows: &RecordBatch) {
        let Some(column) = rows.column_by_name(Layer::H3) else {
            return;
        };
        let parents = column
            .as_primitive::<UInt64Type>()
            .iter()
            .flatten()
            .filter_map(|cell| CellIndex::try_from(cell).ok()?.parent(Self::RESOLUTION));
        for parent in parents {
            *self.by_cell.entry(parent.into()).or_default() += 1;
        }
    }

    /// The numbers so far; none when no row had a cell.
    pub(crate) fn summary(&self) -> Option<H3Summary> {
        Some(H3Summary {
            resolution: Self::RESOLUTION.into(),
            cells: self.by_cell.len() as u64,
            fullest: self.by_cell.values().copied().max()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(frequency: Option<UpdateFrequency>, age_hours: i64, expected: Freshness) {
        let record = CatalogRecord {
            frequency,
            ..CatalogRecord::default()
        };
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9000);
        let found = record.freshness(now - TimeDelta::hours(age_hours), now);
        assert_eq!(found, expected, "{frequency:?} after {age_hours} h");
    }

    #[test]
    fn freshness_compares_age_with_the_update_plan() {
        let daily = Some(UpdateFrequency::Daily);
        check(daily, 0, Freshness::Fresh);
        check(daily, 24, Freshness::Fresh);
        check(daily, 25, Freshness::Due);
        check(daily, 36, Freshness::Due);
        check(daily, 37, Freshness::Overdue);
        check(Some(UpdateFrequency::Yearly), 24 * 366, Freshness::Fresh);
        check(
            Some(UpdateFrequency::AsNeeded),
            1_000_000,
            Freshness::Unknown,
        );
        check(None, 0, Freshness::Unknown);
    }

    #[test]
    fn a_record_of_an_older_program_lacks_fields_and_still_opens() {
        let record: CatalogRecord = serde_json::from_str(r#"{"agency": "Sở A"}"#).unwrap();
        assert_eq!((record.agency.as_str(), record.sharing), ("Sở A", None));
        let words = r#"{"sharing": "restricted", "frequency": "five_yearly", "sectors": ["health", "cyber_security"]}"#;
        let record: CatalogRecord = serde_json::from_str(words).unwrap();
        assert_eq!(record.sectors, [Sector::Health, Sector::CyberSecurity]);
        let again: CatalogRecord =
            serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
        assert_eq!(again, record);
        let error = "secret".parse::<Sharing>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"secret\" is no sharing class: use one of open, shared, restricted"
        );
        assert_eq!(Sector::ALL.len(), 16);
    }
}
