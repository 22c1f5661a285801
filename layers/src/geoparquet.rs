//! `GeoParquet` 1.1: layers to files, and our own files back.
//!
//! Geometry is written as WKB in OGC:CRS84 with the "geo" metadata other programs look for; zstd, row groups of
//! [`ROWS_PER_GROUP`] rows in H3 order, so that a reader with a window skips most of them. Foreign files are read by
//! `source::geoparquet`, which takes other systems and columns.

use std::{collections::BTreeSet, fs::File, io, io::Write, path::Path};

use arrow::{
    array::{AsArray as _, RecordBatch},
    datatypes::SchemaRef,
};
use geo::BoundingRect as _;
use parquet::{
    arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties},
};
use serde_json::json;

use crate::{Extent, Layer, StoreError, repair::geometry_of};

/// Rows in one row group: what a window reads at least.
pub(crate) const ROWS_PER_GROUP: usize = 65_536;

/// Writes batches of one schema to a `GeoParquet` file.
#[derive(Debug)]
pub(crate) struct GeoParquetWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    geometry: Option<usize>,
    kinds: BTreeSet<&'static str>,
    extent: Extent,
}

impl<W: Write + Send> GeoParquetWriter<W> {
    /// Begins a file; the geometry, if any, is the column [`Layer::GEOM`].
    ///
    /// # Errors
    /// When the schema cannot be written as Parquet.
    pub(crate) fn new(out: W, schema: SchemaRef) -> Result<Self, ParquetError> {
        let geometry = schema.index_of(Layer::GEOM).ok();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
            .set_created_by(concat!("lucdau ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = ArrowWriter::try_new(out, schema, Some(properties))?;
        Ok(Self {
            writer,
            geometry,
            kinds: BTreeSet::new(),
            extent: Extent::EMPTY,
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they do not have the schema or cannot be written.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        if let Some(geometry) = self
            .geometry
            .and_then(|at| batch.column(at).as_binary_opt::<i32>())
        {
            for wkb in geometry.iter().flatten() {
                let Ok(geometry) = geometry_of(wkb) else {
                    continue;
                };
                self.kinds.insert(type_name(&geometry));
                if let Some(rect) = geometry.bounding_rect() {
                    self.extent = self
                        .extent
                        .union(&Extent::from_corners(rect.min().x_y(), rect.max().x_y()));
                }
            }
        }
        self.writer.write(batch)
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub(crate) fn finish(mut self) -> Result<W, ParquetError> {
        if self.geometry.is_some() {
            let value = self.metadata().to_string();
            self.writer
                .append_key_value_metadata(KeyValue::new("geo".to_owned(), value));
        }
        self.writer.into_inner()
    }

    fn metadata(&self) -> serde_json::Value {
        let mut column = json!({ "encoding": "WKB", "geometry_types": self.kinds });
        if !self.extent.is_empty() {
            let Extent {
                min_x,
                min_y,
                max_x,
                max_y,
            } = self.extent;
            column["bbox"] = json!([min_x, min_y, max_x, max_y]);
        }
        // Without a "crs" key the specification says OGC:CRS84, which is what is stored.
        json!({ "version": "1.1.0", "primary_column": Layer::GEOM, "columns": { Layer::GEOM: column } })
    }
}

fn type_name(geometry: &geo::Geometry) -> &'static str {
    match geometry {
        geo::Geometry::Point(_) => "Point",
        geo::Geometry::Line(_) | geo::Geometry::LineString(_) => "LineString",
        geo::Geometry::Polygon(_) | geo::Geometry::Rect(_) | geo::Geometry::Triangle(_) => {
            "Polygon"
        }
        geo::Geometry::MultiPoint(_) => "MultiPoint",
        geo::Geometry::MultiLineString(_) => "MultiLineString",
        geo::Geometry::MultiPolygon(_) => "MultiPolygon",
        geo::Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

impl Layer {
    /// Writes it to a new `GeoParquet` file.
    ///
    /// # Errors
    /// When the file cannot be created or written.
    pub fn to_geoparquet(&self, path: &Path) -> Result<(), StoreError> {
        let file = File::create(path).map_err(|source| StoreError::io("create", path, source))?;
        let write = || {
            let mut writer = GeoParquetWriter::new(file, SchemaRef::clone(&self.schema))?;
            for batch in &self.batches {
                writer.write(batch)?;
            }
            writer.finish()
        };
        let file = write().map_err(|error| write_error(path, error))?;
        file.sync_all()
            .map_err(|source| StoreError::io("write", path, source))
    }
}

/// The store's error for a failed write: the disk's where there is one beneath.
pub(crate) fn write_error(path: &Path, error: ParquetError) -> StoreError {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(source) => StoreError::io("write", path, *source),
            Err(inner) => StoreError::Encode {
                path: path.into(),
                detail: inner.to_string(),
            },
        },
        other => match io_kind_in(&other.to_string()) {
            Some(kind) => StoreError::io("write", path, kind.into()),
            None => StoreError::Encode {
                path: path.into(),
                detail: other.to_string(),
            },
        },
    }
}

/// Some writers keep only the text of an io error.
pub(crate) fn io_kind_in(text: &str) -> Option<io::ErrorKind> {
    text.contains("No space left on device")
        .then_some(io::ErrorKind::StorageFull)
}

/// All rows of a file this program wrote.
pub(crate) fn read(path: &Path) -> Result<(SchemaRef, Vec<RecordBatch>), ReadFailure> {
    let file = File::open(path).map_err(ReadFailure::Io)?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(ReadFailure::Parquet)?;
    let schema = SchemaRef::clone(builder.schema());
    let reader = builder
        .with_batch_size(ROWS_PER_GROUP)
        .build()
        .map_err(ReadFailure::Parquet)?;
    let batches = reader
        .collect::<Result<_, _>>()
        .map_err(|error| ReadFailure::Parquet(error.into()))?;
    Ok((schema, batches))
}

/// Why a file could not be read.
#[derive(Debug)]
pub(crate) enum ReadFailure {
    Io(io::Error),
    Parquet(ParquetError),
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{array::BinaryArray, datatypes::Schema};

    use super::*;
    use crate::{layer::geometry_field, repair::wkb_of};

    #[test]
    fn the_geo_metadata_names_types_and_bounds() {
        let point = |x: f64, y: f64| wkb_of(&geo::Geometry::Point(geo::Point::new(x, y)));
        let schema = Arc::new(Schema::new(vec![geometry_field(Layer::GEOM, "OGC:CRS84")]));
        let (west, east) = (point(106.0, 20.5), point(107.0, 21.0));
        let geometry = BinaryArray::from_opt_vec(vec![Some(&west), None, Some(&east)]);
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(geometry)]).unwrap();
        let mut writer = GeoParquetWriter::new(Vec::new(), schema).unwrap();
        writer.write(&batch).unwrap();
        let metadata = writer.metadata();
        assert_eq!(
            metadata["columns"]["geom"]["bbox"],
            json!([106.0, 20.5, 107.0, 21.0])
        );
        assert_eq!(
            metadata["columns"]["geom"]["geometry_types"],
            json!(["Point"])
        );
        assert!(writer.finish().unwrap().starts_with(b"PAR1"));
    }
}
