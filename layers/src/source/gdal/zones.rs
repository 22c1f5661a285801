//! Time zones of moments: GDAL's Arrow stream gives 07:30+07 as 07:30, so features are read beside it for the hours.

use std::{path::Path, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray as _, TimestampMicrosecondArray},
    compute::cast,
    datatypes::{DataType, TimeUnit, TimestampMicrosecondType},
};
use gdal::vector::{Feature, OwnedFeatureIterator};

use super::{
    super::address,
    open::{choose_layer, open_dataset, open_options},
};
use crate::{ReadError, messages::quiet};

/// Formats whose moments have no zone, or are in UTC always.
const WITHOUT_ZONES: [&str; 6] = [
    "ESRI Shapefile",
    "MapInfo File",
    "OpenFileGDB",
    "XLSX",
    "XLS",
    "ODS",
];

const MICROS_PER_SECOND: i64 = 1_000_000;

/// A second reader of a layer, for the moments of its features.
pub(super) struct Zones {
    features: OwnedFeatureIterator,
    /// The columns of moments; they have the numbers of their fields.
    columns: Vec<usize>,
}

impl Zones {
    /// Opens a layer again, to read these columns of moments; none when it has no moments, or none with zones.
    pub(super) fn open(
        path: &Path,
        driver: &str,
        layer: Option<&str>,
        columns: Vec<usize>,
    ) -> Result<Option<Self>, ReadError> {
        if columns.is_empty() || WITHOUT_ZONES.contains(&driver) {
            return Ok(None);
        }
        let dataset = open_dataset(path, open_options(path))?;
        let index = choose_layer(path, &dataset, layer)?;
        let layer = quiet(|| dataset.into_layer(index));
        let layer = layer.map_err(|error| address::failed(path, error.to_string()))?;
        Ok(Some(Self {
            features: layer.owned_features(),
            columns,
        }))
    }

    /// Puts the moments of the next features in UTC.
    ///
    /// # Errors
    /// When the features are not those of the columns: a database may give them in another order each time.
    pub(super) fn apply(&mut self, path: &Path, all: &mut [ArrayRef]) -> Result<(), ReadError> {
        let rows = all.first().map_or(0, Array::len);
        let features: Vec<Feature<'_>> = quiet(|| self.features.into_iter().take(rows).collect());
        for at in &self.columns {
            let shifted = shift(&all[*at], &features, *at).ok_or_else(|| {
                let detail = "its features come in another order each time they are read";
                address::failed(path, detail.to_owned())
            })?;
            all[*at] = Arc::new(shifted);
        }
        Ok(())
    }
}

/// A column of moments, less the hours by which each is ahead of UTC; none when the moments are not the features'.
fn shift(
    column: &ArrayRef,
    features: &[Feature<'_>],
    field: usize,
) -> Option<TimestampMicrosecondArray> {
    let plain = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None)).ok()?;
    let plain = plain.as_primitive::<TimestampMicrosecondType>();
    if features.len() != plain.len() {
        return None;
    }
    let moment = |(value, feature): (Option<i64>, &Feature<'_>)| -> Option<Option<i64>> {
        let Some(value) = value else {
            return Some(None);
        };
        // Fails for a time "of here", which is as good as one without a zone.
        let Some(found) = quiet(|| feature.field_as_datetime(field).ok().flatten()) else {
            return Some(Some(value));
        };
        let is_same =
            found.naive_local().and_utc().timestamp() == value.div_euclid(MICROS_PER_SECOND);
        let ahead = i64::from(found.offset().local_minus_utc()) * MICROS_PER_SECOND;
        is_same.then_some(Some(value - ahead))
    };
    let moments = plain.iter().zip(features).map(moment);
    let moments: Option<TimestampMicrosecondArray> =
        moments.collect::<Option<Vec<_>>>().map(Into::into);
    moments.map(|moments| moments.with_timezone("UTC"))
}
