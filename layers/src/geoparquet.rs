//! `GeoParquet` 1.1: layers to files, and our own files back.
//!
//! Geometry is written as WKB in OGC:CRS84 with the "geo" metadata other programs look for; zstd, row groups of
//! [`ROWS_PER_GROUP`] rows in H3 order, so that a reader with a window skips most of them. Foreign files are read by
//! `source::geoparquet`, which takes other systems and columns.

use std::{collections::BTreeSet, fs::File, io, io::Write, path::Path, sync::Arc};

use arrow::{
    array::{AsArray as _, RecordBatch},
    datatypes::SchemaRef,
};
use geo_traits::{GeometryTrait as _, GeometryType};
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
        arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves},
    },
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
        writer::SerializedFileWriter,
    },
    schema::types::ColumnPath,
};
use serde_json::json;

use crate::{Extent, Layer, StoreError, parallel::map_in_order, wkb_extent::extent_of_wkb};

/// Rows in one row group: what a window reads at least.
pub(crate) const ROWS_PER_GROUP: usize = 65_536;

/// Writes batches of one schema to a `GeoParquet` file.
#[derive(Debug)]
pub(crate) struct GeoParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    encoder: Arc<GroupEncoder>,
    kinds: BTreeSet<&'static str>,
    extent: Extent,
}

/// Encodes row groups, on any thread and in any order.
#[derive(Debug)]
pub(crate) struct GroupEncoder {
    schema: SchemaRef,
    columns: ArrowRowGroupWriterFactory,
    geometry: Option<usize>,
}

/// A row group, encoded and compressed, and what the file says of its geometries.
pub(crate) struct Group {
    chunks: Vec<ArrowColumnChunk>,
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
        let writer = ArrowWriter::try_new(out, SchemaRef::clone(&schema), Some(properties()?))?;
        let (file, columns) = writer.into_serialized_writer()?;
        Ok(Self {
            file,
            encoder: Arc::new(GroupEncoder {
                schema,
                columns,
                geometry,
            }),
            kinds: BTreeSet::new(),
            extent: Extent::EMPTY,
        })
    }

    /// What encodes its row groups.
    pub(crate) fn encoder(&self) -> Arc<GroupEncoder> {
        Arc::clone(&self.encoder)
    }

    /// Adds rows, in row groups of their own.
    ///
    /// # Errors
    /// When they do not have the schema or cannot be written.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        for start in (0..batch.num_rows()).step_by(ROWS_PER_GROUP) {
            let rows = ROWS_PER_GROUP.min(batch.num_rows() - start);
            let group = self.encoder.encode(&batch.slice(start, rows))?;
            self.append(group)?;
        }
        Ok(())
    }

    /// Adds a row group that was encoded.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn append(&mut self, group: Group) -> Result<(), ParquetError> {
        let mut writer = self.file.next_row_group()?;
        for chunk in group.chunks {
            chunk.append_to_row_group(&mut writer)?;
        }
        writer.close()?;
        self.kinds.extend(group.kinds);
        self.extent = self.extent.union(&group.extent);
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub(crate) fn finish(mut self) -> Result<W, ParquetError> {
        if self.encoder.geometry.is_some() {
            let value = self.metadata().to_string();
            self.file
                .append_key_value_metadata(KeyValue::new("geo".to_owned(), value));
        }
        self.file.into_inner()
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

impl GroupEncoder {
    /// Encodes a row group: at most [`ROWS_PER_GROUP`] rows of the file's schema.
    ///
    /// # Errors
    /// When they do not have the schema.
    pub(crate) fn encode(&self, batch: &RecordBatch) -> Result<Group, ParquetError> {
        let mut group = Group {
            chunks: Vec::new(),
            kinds: BTreeSet::new(),
            extent: Extent::EMPTY,
        };
        let geometry = self.geometry.map(|at| batch.column(at));
        if let Some(geometry) = geometry.and_then(|column| column.as_binary_opt::<i32>()) {
            for wkb in geometry.iter().flatten() {
                let Ok(parsed) = wkb::reader::read_wkb(wkb) else {
                    continue;
                };
                group.kinds.insert(type_name(&parsed));
                group.extent = group.extent.union(&extent_of_wkb(&parsed));
            }
        }
        // Without encryption the number of the group means nothing to its columns.
        let mut writers = self.columns.create_column_writers(0)?.into_iter();
        for (field, column) in self.schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, column)? {
                let mut writer = writers
                    .next()
                    .expect("a writer for each leaf of the schema");
                writer.write(&leaf)?;
                group.chunks.push(writer.close()?);
            }
        }
        Ok(group)
    }
}

/// Numbers that rise are stored as differences; a dictionary or a smallest and largest value of WKB helps nobody.
fn properties() -> Result<WriterProperties, ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_created_by(concat!("lucdau ", env!("CARGO_PKG_VERSION")).to_owned());
    for rising in [Layer::FID, Layer::H3] {
        builder = builder
            .set_column_dictionary_enabled(ColumnPath::from(rising), false)
            .set_column_encoding(ColumnPath::from(rising), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(builder
        .set_column_dictionary_enabled(ColumnPath::from(Layer::GEOM), false)
        .set_column_statistics_enabled(ColumnPath::from(Layer::GEOM), EnabledStatistics::None)
        .build())
}

fn type_name(geometry: &wkb::reader::Wkb<'_>) -> &'static str {
    match geometry.as_type() {
        GeometryType::Point(_) => "Point",
        GeometryType::Line(_) | GeometryType::LineString(_) => "LineString",
        GeometryType::Polygon(_) | GeometryType::Rect(_) | GeometryType::Triangle(_) => "Polygon",
        GeometryType::MultiPoint(_) => "MultiPoint",
        GeometryType::MultiLineString(_) => "MultiLineString",
        GeometryType::MultiPolygon(_) => "MultiPolygon",
        GeometryType::GeometryCollection(_) => "GeometryCollection",
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

/// All rows of a file this program wrote, a batch per row group; groups are decoded on all cores.
pub(crate) fn read(path: &Path) -> Result<(SchemaRef, Vec<RecordBatch>), ReadFailure> {
    let file = File::open(path).map_err(ReadFailure::Io)?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
        .map_err(ReadFailure::Parquet)?;
    let mut groups = 0..metadata.metadata().num_row_groups();
    let mut batches = Vec::with_capacity(groups.len());
    map_in_order(
        || Ok(groups.next()),
        || (),
        |(), group| read_group(path, &metadata, group),
        |batch| {
            batches.extend(batch?);
            Ok(())
        },
    )?;
    Ok((SchemaRef::clone(metadata.schema()), batches))
}

/// Opens the file once more: handles that were cloned share one position, and would move it under each other.
fn read_group(
    path: &Path,
    metadata: &ArrowReaderMetadata,
    group: usize,
) -> Result<Vec<RecordBatch>, ReadFailure> {
    let file = File::open(path).map_err(ReadFailure::Io)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
        .with_row_groups(vec![group])
        .with_batch_size(ROWS_PER_GROUP)
        .build()
        .map_err(ReadFailure::Parquet)?;
    reader
        .collect::<Result<_, _>>()
        .map_err(|error| ReadFailure::Parquet(error.into()))
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
