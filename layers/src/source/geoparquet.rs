//! `GeoParquet` files of any origin, through the parquet crate: Debian's GDAL is built without it.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use arrow::{
    array::ArrayRef,
    datatypes::{DataType, Schema},
};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde::Deserialize;

use super::{About, ROWS_PER_BATCH, Source, SourceBatch, SourceField};
use crate::{Crs, Encoding, GeometryKind, ReadError};

mod footer;

/// Features of a Parquet file; a table when it has no "geo" metadata.
pub(crate) struct GeoParquetSource {
    reader: ParquetRecordBatchReader,
    about: About,
    /// Columns of the attributes and of the geometry.
    attributes: Vec<usize>,
    geometry: Option<usize>,
}

#[derive(Deserialize)]
struct GeoMetadata {
    primary_column: String,
    columns: std::collections::BTreeMap<String, GeoColumn>,
}

#[derive(Deserialize)]
struct GeoColumn {
    encoding: String,
    #[serde(default)]
    geometry_types: Vec<String>,
    /// Absent means OGC:CRS84, null means unknown.
    #[serde(default = "absent")]
    crs: serde_json::Value,
    #[serde(default)]
    covering: serde_json::Value,
}

fn absent() -> serde_json::Value {
    serde_json::Value::String("absent".to_owned())
}

/// Runs the Parquet reader, which stops at some contradictions in a damaged file by panicking.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    // What the reader holds after a panic is dropped with the source, which is not read again.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_message| {
        Err(ReadError::Damaged {
            path: path.into(),
            detail: "its pages contradict what it says of them".to_owned(),
        })
    })
}

impl GeoParquetSource {
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        guarded(path, || Self::open_trusting(path))
    }

    fn open_trusting(path: &Path) -> Result<Self, ReadError> {
        let damaged = |detail: String| ReadError::Damaged {
            path: path.into(),
            detail,
        };
        let unreadable = |source| ReadError::Unreadable {
            path: path.into(),
            why: "the file cannot be opened",
            source,
        };
        let mut file = File::open(path).map_err(unreadable)?;
        if !footer::is_sound(&mut file).map_err(unreadable)? {
            return Err(damaged(
                "its footer claims more than the file holds".to_owned(),
            ));
        }
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)
            .map_err(|error| damaged(error.to_string()))?;
        let metadata = builder.metadata().file_metadata();
        let feature_count = u64::try_from(metadata.num_rows()).ok();
        let entries = metadata.key_value_metadata();
        let geo = entries.and_then(|entries| entries.iter().find(|entry| entry.key == "geo"));
        let geo = geo.and_then(|entry| entry.value.as_deref());
        let geo: Option<GeoMetadata> =
            geo.map(serde_json::from_str).transpose().map_err(|error| {
                damaged(format!(
                    "its \"geo\" metadata is not as GeoParquet says: {error}"
                ))
            })?;
        let schema = builder.schema().as_ref().clone();
        let geometry = geo
            .as_ref()
            .map(|geo| geometry_column(path, geo, &schema))
            .transpose()?;
        let coverings = geo.as_ref().map(covering_columns).unwrap_or_default();
        let attributes: Vec<usize> = (0..schema.fields().len())
            .filter(|at| Some(*at) != geometry && !coverings.contains(schema.field(*at).name()))
            .collect();
        let column = geo
            .as_ref()
            .and_then(|geo| geo.columns.get(&geo.primary_column));
        let (crs, crs_from) = column.map_or(Ok((None, "")), |column| column_crs(path, column))?;
        let about = About {
            path: path.into(),
            format: if geo.is_some() {
                "GeoParquet".to_owned()
            } else {
                "Parquet".to_owned()
            },
            fields: attributes
                .iter()
                .map(|at| source_field(&schema, *at))
                .collect(),
            geometry: column.map(|column| declared_kind(&column.geometry_types)),
            crs,
            crs_from,
            declared_encoding: Some(Encoding::Utf8),
            raw_text: false,
            code_pages: false,
            feature_count,
        };
        let reader = builder
            .with_batch_size(ROWS_PER_BATCH)
            .build()
            .map_err(|error| damaged(error.to_string()))?;
        Ok(Self {
            reader,
            about,
            attributes,
            geometry,
        })
    }
}

impl Source for GeoParquetSource {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, ReadError> {
        guarded(&self.about.path.clone(), || self.next_trusting())
    }
}

impl GeoParquetSource {
    fn next_trusting(&mut self) -> Result<Option<SourceBatch>, ReadError> {
        let damaged = |detail: String| ReadError::Damaged {
            path: self.about.path.clone(),
            detail,
        };
        let Some(batch) = self.reader.next() else {
            return Ok(None);
        };
        let batch = batch.map_err(|error| damaged(error.to_string()))?;
        let column = |at: usize| ArrayRef::clone(batch.column(at));
        let geometry = self
            .geometry
            .map(|at| arrow::compute::cast(batch.column(at), &DataType::Binary))
            .transpose();
        Ok(Some(SourceBatch {
            rows: batch.num_rows(),
            attributes: self.attributes.iter().map(|at| column(*at)).collect(),
            geometry: geometry.map_err(|error| damaged(error.to_string()))?,
        }))
    }
}

fn geometry_column(path: &Path, geo: &GeoMetadata, schema: &Schema) -> Result<usize, ReadError> {
    let unsupported = |detail: String| ReadError::UnsupportedGeometry {
        path: path.into(),
        detail,
    };
    let name = &geo.primary_column;
    let missing = || {
        unsupported(format!(
            "its metadata names a geometry column {name:?} that it does not have"
        ))
    };
    let column = geo.columns.get(name).ok_or_else(missing)?;
    if column.encoding != "WKB" {
        return Err(unsupported(format!(
            "its geometry is encoded as {:?}, not as WKB",
            column.encoding
        )));
    }
    let at = schema.index_of(name).map_err(|_error| missing())?;
    match schema.field(at).data_type() {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Ok(at),
        other => Err(unsupported(format!(
            "its geometry column {name:?} is {other}, not binary"
        ))),
    }
}

/// Columns that only repeat the geometry's bounds.
fn covering_columns(geo: &GeoMetadata) -> Vec<String> {
    let name = |column: &GeoColumn| Some(column.covering["bbox"]["xmin"][0].as_str()?.to_owned());
    geo.columns.values().filter_map(name).collect()
}

fn column_crs(path: &Path, column: &GeoColumn) -> Result<(Option<Crs>, &'static str), ReadError> {
    match &column.crs {
        serde_json::Value::Null => Ok((None, "")),
        serde_json::Value::String(word) if word == "absent" => Ok((
            Some(Crs::stored()),
            "mặc định của GeoParquet · GeoParquet's default",
        )),
        definition => {
            let text = definition
                .as_str()
                .map_or_else(|| definition.to_string(), str::to_owned);
            let crs = text.parse::<Crs>().map_err(|error| ReadError::Damaged {
                path: path.into(),
                detail: format!("its CRS cannot be understood: {error}"),
            })?;
            Ok((Some(crs), "nguồn ghi · from the source"))
        }
    }
}

fn declared_kind(types: &[String]) -> GeometryKind {
    let kind = |name: &String| match name.split(' ').next().unwrap_or_default() {
        "Point" | "MultiPoint" => GeometryKind::Point,
        "LineString" | "MultiLineString" => GeometryKind::Line,
        "Polygon" | "MultiPolygon" => GeometryKind::Polygon,
        _ => GeometryKind::Mixed,
    };
    let mut kinds = types.iter().map(kind);
    let first = kinds.next().unwrap_or(GeometryKind::Mixed);
    if kinds.all(|kind| kind == first) {
        first
    } else {
        GeometryKind::Mixed
    }
}

fn source_field(schema: &Schema, at: usize) -> SourceField {
    let field = schema.field(at);
    SourceField {
        name: field.name().as_bytes().to_vec(),
        data_type: field.data_type().clone(),
        text: false,
    }
}

/// Takes metadata for that of a file with a geometry column, as [`GeoParquetSource::open`] does.
#[cfg(fuzzing)]
pub(crate) fn understand(text: &str) {
    let Ok(geo) = serde_json::from_str::<GeoMetadata>(text) else {
        return;
    };
    let path = Path::new("a.parquet");
    let field = arrow::datatypes::Field::new("geometry", DataType::Binary, true);
    let found = geometry_column(path, &geo, &Schema::new(vec![field]));
    assert!(found.is_err() || geo.columns.contains_key("geometry"));
    covering_columns(&geo);
    for column in geo.columns.values() {
        declared_kind(&column.geometry_types);
        column_crs(path, column).ok();
    }
}
