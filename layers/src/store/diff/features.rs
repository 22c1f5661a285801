//! The features that differ, as `GeoJSON`.

use std::io::{self, Write as _};

use arrow::{
    array::{Array as _, AsArray as _, RecordBatch},
    json::{WriterBuilder, writer::LineDelimited},
};

use super::{Stored, VersionDiff, attributes::ROWS_AT_ONCE};
use crate::{Layer, StoreError, Twin, repair::geometry_of};

/// The attribute that says what happened to a feature.
const CHANGE: &str = "diff_change";

impl Twin {
    /// Writes the added, removed and changed features as one `GeoJSON` collection in OGC:CRS84.
    ///
    /// Each has its attributes (of the version after; of the one before where it was removed) and `diff_change`: `added`,
    /// `removed`, `geometry`, `attributes`, or `geometry and attributes`.
    ///
    /// # Errors
    /// When a file is damaged or the output cannot be written; `path` names it in the error.
    pub fn write_diff(&self, diff: &VersionDiff, path: &std::path::Path) -> Result<(), StoreError> {
        let file =
            std::fs::File::create(path).map_err(|source| StoreError::io("create", path, source))?;
        let mut out = io::BufWriter::new(file);
        let fail = |source| StoreError::io("write", path, source);
        out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")
            .map_err(fail)?;
        let before = self.side(&diff.layer, diff.from)?;
        let after = self.side(&diff.layer, diff.to)?;
        let removed = diff.rows.removed.iter().map(|&row| (row, "removed"));
        let added = diff.rows.added.iter().map(|&row| (row, "added"));
        let changed = diff.rows.changed.iter().map(|row| {
            let change = match (row.geometry, row.attributes) {
                (true, true) => "geometry and attributes",
                (true, false) => "geometry",
                (false, _) => "attributes",
            };
            (row.after, change)
        });
        let mut between = "\n";
        let all = [
            (&before, removed.collect::<Vec<_>>()),
            (&after, added.chain(changed).collect()),
        ];
        for (side, rows) in all
            .iter()
            .flat_map(|(side, rows)| rows.chunks(ROWS_AT_ONCE).map(move |rows| (side, rows)))
        {
            for feature in features(side, rows)? {
                write!(out, "{between}{feature}").map_err(fail)?;
                between = ",\n";
            }
        }
        out.write_all(b"\n]}\n")
            .and_then(|()| out.flush())
            .map_err(fail)
    }
}

fn features(side: &Stored, rows: &[(u64, &str)]) -> Result<Vec<String>, StoreError> {
    let batch = side.rows(&rows.iter().map(|(row, _)| *row).collect::<Vec<_>>())?;
    let attributes = attributes(&batch).map_err(|error| side.damaged(&error))?;
    let shapes = batch
        .column_by_name(Layer::GEOM)
        .and_then(|column| column.as_binary_opt::<i32>());
    let shape = |row: usize| {
        let shapes = shapes.filter(|shapes| shapes.is_valid(row))?;
        let geometry = geometry_of(shapes.value(row)).ok()?;
        Some(geojson::Geometry::from(&geometry).to_string())
    };
    let feature = |(at, (row, change)): (usize, &(u64, &str))| {
        let geometry = shape(at).unwrap_or_else(|| "null".to_owned());
        // `{}` where the layer has no attributes.
        let more = attributes
            .get(at)
            .map_or("", |object| &object[1..object.len() - 1]);
        let comma = if more.is_empty() { "" } else { "," };
        format!(
            r#"{{"type":"Feature","id":{row},"properties":{{"{CHANGE}":"{change}"{comma}{more}}},"geometry":{geometry}}}"#
        )
    };
    Ok(rows.iter().enumerate().map(feature).collect())
}

/// The attributes of each row as a JSON object.
fn attributes(batch: &RecordBatch) -> Result<Vec<String>, arrow::error::ArrowError> {
    let own = [Layer::FID, Layer::H3, Layer::GEOM];
    let is_attribute = |at: &usize| !own.contains(&batch.schema_ref().field(*at).name().as_str());
    let wanted: Vec<usize> = (0..batch.num_columns()).filter(is_attribute).collect();
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, LineDelimited>(Vec::new());
    writer.write(&batch.project(&wanted)?)?;
    writer.finish()?;
    let lines = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    Ok(lines.lines().map(str::to_owned).collect())
}
