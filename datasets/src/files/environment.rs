//! Stations and their observations.

use std::path::Path;

use super::{entry, fixed};
use crate::{
    error::GenerateError,
    manifest::ManifestEntry,
    province::Province,
    stations::{self, STATIONS},
    write::table::TableWriter,
};

pub(super) fn write(dir: &Path, province: &Province) -> Result<Vec<ManifestEntry>, GenerateError> {
    let mut places = TableWriter::new(
        &dir.join("stations.csv"),
        &["station_id", "name", "kind", "lon", "lat"],
    )?;
    let header = ["station_id", "observed_at", "parameter", "value", "unit"];
    let mut observations = TableWriter::new(&dir.join("observations.csv"), &header)?;
    for station in &STATIONS {
        let kind = if station.is_air { "air" } else { "water" };
        let (lon, lat) = station.lonlat_deg;
        places.row(&[
            station.id.to_owned(),
            station.name.to_owned(),
            kind.to_owned(),
            fixed(lon, 4),
            fixed(lat, 4),
        ])?;
        for series in stations::series(station, province.options.seed) {
            for (hour, &value) in series.values.iter().enumerate() {
                observations.row(&[
                    station.id.to_owned(),
                    stations::hour_text(hour),
                    series.parameter.to_owned(),
                    fixed(value, 2),
                    series.unit.to_owned(),
                ])?;
            }
        }
    }
    places.finish()?;
    observations.finish()?;
    let theme = "environment";
    Ok(vec![
        entry(
            "stations",
            theme,
            ("Trạm quan trắc", "Monitoring stations"),
            &["stations.csv"],
        ),
        entry(
            "observations",
            theme,
            ("Số liệu quan trắc", "Observations"),
            &["observations.csv"],
        ),
    ])
}
