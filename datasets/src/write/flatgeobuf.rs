//! FlatGeobuf files of polygons with one ring each, with their spatial index.

use std::path::{Path, PathBuf};

use flatgeobuf::{
    ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType,
    geozero::{ColumnValue, FeatureProcessor as _, GeomProcessor as _, PropertyProcessor as _},
};
use geo::Coord;

use super::create;
use crate::error::GenerateError;

const FORMAT: &str = "FlatGeobuf";

/// A file being written; features are kept in a temporary file until the index is known.
pub(crate) struct FlatGeobufWriter {
    path: PathBuf,
    writer: FgbWriter<'static>,
    columns: &'static [(&'static str, ColumnType)],
}

impl std::fmt::Debug for FlatGeobufWriter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FlatGeobufWriter")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FlatGeobufWriter {
    pub(crate) fn new(
        path: &Path,
        name: &str,
        epsg: i32,
        columns: &'static [(&'static str, ColumnType)],
    ) -> Result<Self, GenerateError> {
        let options = FgbWriterOptions {
            write_index: true,
            detect_type: false,
            promote_to_multi: false,
            crs: FgbCrs {
                org: Some("EPSG"),
                code: epsg,
                ..FgbCrs::default()
            },
            ..FgbWriterOptions::default()
        };
        let mut writer = FgbWriter::create_with_options(name, GeometryType::Polygon, options)
            .map_err(create::encode_error(path, FORMAT))?;
        for &(name, kind) in columns {
            writer.add_column(name, kind, |_, _| {});
        }
        Ok(Self {
            path: path.to_owned(),
            writer,
            columns,
        })
    }

    /// Adds a polygon from a closed ring, and its attributes in the order of the columns.
    pub(crate) fn row(
        &mut self,
        ring: &[Coord],
        values: &[ColumnValue<'_>],
    ) -> Result<(), GenerateError> {
        let columns = self.columns;
        let mut add = || -> flatgeobuf::geozero::error::Result<()> {
            for (index, value) in values.iter().enumerate() {
                self.writer.property(index, columns[index].0, value)?;
            }
            self.writer.polygon_begin(true, 1, 0)?;
            self.writer.linestring_begin(false, ring.len(), 0)?;
            for (index, place) in ring.iter().enumerate() {
                self.writer.xy(place.x, place.y, index)?;
            }
            self.writer.linestring_end(false, 0)?;
            self.writer.polygon_end(true, 0)?;
            self.writer.feature_end(0)
        };
        add().map_err(create::encode_error(&self.path, FORMAT))
    }

    pub(crate) fn finish(self) -> Result<(), GenerateError> {
        let mut file = create::file(&self.path)?;
        self.writer
            .write(&mut file)
            .map_err(create::encode_error(&self.path, FORMAT))?;
        std::io::Write::flush(&mut file).map_err(create::io_error(&self.path))
    }
}
