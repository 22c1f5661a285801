//! What an import set aside, as a layer one can look at.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray as _, RecordBatch, UInt64Array, new_null_array},
    compute::{SortOptions, cast, concat_batches, sort_to_indices, take_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef},
    error::ArrowError,
};

use super::{DEFECTS_FILE, QUARANTINE_FILE, Twin, damaged};
use crate::{
    Attribute, AttributeKind, Extent, GeometryKind, Layer, LayerId, LayerKind, LayerMeta,
    StoreError, Version,
    crs::STORED_CRS,
    geoparquet::{self, ReadFailure},
    layer::geometry_field,
    repair::{extent_of, geometry_of, kind_of},
};

/// What follows a layer's name in the name of its quarantine.
const SUFFIX: &str = "_quarantine";

impl Twin {
    /// The description of the layer that shows what a version's import set aside, before it is read; none where nothing was,
    /// and for rasters. One look at the version's folder; counts, extent and attributes come with
    /// [`Twin::quarantine_layer`].
    pub fn quarantine_meta(&self, meta: &LayerMeta) -> Option<LayerMeta> {
        let folder = self.folder(meta);
        let there = |file| matches!(folder.join(file).try_exists(), Ok(true));
        if meta.kind == LayerKind::Raster || !(there(QUARANTINE_FILE) || there(DEFECTS_FILE)) {
            return None;
        }
        let mut shown = meta.clone();
        shown.id = quarantine_id(&meta.id);
        shown.title_vi = format!("{} · để riêng và lỗi", meta.title_vi);
        shown.title_en = format!("{} · set aside and defects", meta.title_en);
        shown
            .notes
            .insert(LayerMeta::QUARANTINE_OF.to_owned(), meta.id.to_string());
        Some(shown)
    }

    /// What the import of a version set aside, and the defects of a partition it found, as a layer: `reason`, `detail`,
    /// `source`, `source_feature`, the attributes with `a_` before their names, and as geometry the lines or the position
    /// that can be shown, null where there are none. Its name is the layer's with `_quarantine`; the geometry as it came is
    /// in [`Twin::quarantine`]. No rows where nothing was set aside.
    ///
    /// # Errors
    /// When there is no such version or its files cannot be read.
    pub fn quarantine_layer(&self, layer: &LayerId, version: Version) -> Result<Layer, StoreError> {
        let meta = self.meta_of_version(layer, version)?;
        let mut batches = Vec::new();
        for file in [QUARANTINE_FILE, DEFECTS_FILE] {
            batches.extend(self.read_beside(&meta, file)?);
        }
        let (schema, rows) = unite(&batches).map_err(|error| {
            let failure = ReadFailure::Parquet(error.into());
            damaged(&meta, self.folder(&meta).join(QUARANTINE_FILE), failure)
        })?;
        let mut shown = self.quarantine_meta(&meta).unwrap_or_else(|| meta.clone());
        shown.id = quarantine_id(&meta.id);
        describe(&mut shown, &rows);
        Ok(Layer {
            meta: Arc::new(shown),
            schema,
            batches: vec![rows],
        })
    }

    /// The rows of a file beside a version's data; none where there is no such file.
    pub(super) fn read_beside(
        &self,
        meta: &LayerMeta,
        file: &str,
    ) -> Result<Vec<RecordBatch>, StoreError> {
        let path = self.folder(meta).join(file);
        match geoparquet::read(&path) {
            Ok((_, batches)) => Ok(batches),
            Err(ReadFailure::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Vec::new())
            }
            Err(failure) => Err(damaged(meta, path, failure)),
        }
    }
}

/// The layer's name with the suffix, its end cut where the whole would be too long for a name.
fn quarantine_id(layer: &LayerId) -> LayerId {
    let most = LayerId::MAX_LEN - SUFFIX.len();
    let base = layer.as_str().get(..most).unwrap_or(layer.as_str());
    let id = format!("{base}{SUFFIX}");
    id.parse()
        .expect("it begins like a name and is short enough")
}

/// Counts, extent, kind and attributes of what was read.
fn describe(meta: &mut LayerMeta, rows: &RecordBatch) {
    let geometries = rows.column_by_name(Layer::GEOM);
    let geometries: Vec<geo::Geometry> = geometries
        .and_then(|column| column.as_binary_opt::<i32>())
        .into_iter()
        .flat_map(|column| column.iter().flatten())
        .filter_map(|wkb| geometry_of(wkb).ok())
        .collect();
    let extents = geometries.iter().map(extent_of);
    let extent = extents.fold(Extent::EMPTY, |all, extent| all.union(&extent));
    let mut kinds: Vec<GeometryKind> = geometries.iter().map(kind_of).collect();
    kinds.sort_unstable_by_key(|kind| *kind as u8);
    kinds.dedup();
    meta.kind = match kinds.as_slice() {
        [] => LayerKind::Table,
        [only] => LayerKind::Vector(*only),
        _ => LayerKind::Vector(GeometryKind::Mixed),
    };
    meta.feature_count = rows.num_rows() as u64;
    meta.extent = (!extent.is_empty()).then_some(extent);
    meta.attributes = rows
        .schema()
        .fields()
        .iter()
        .filter(|field| !is_own(field.name()))
        .map(|field| Attribute {
            name: field.name().clone(),
            source_name: None,
            kind: kind_of_type(field.data_type()),
        })
        .collect();
}

/// All batches with the columns of any of them, in the order of their cells.
fn unite(batches: &[RecordBatch]) -> Result<(SchemaRef, RecordBatch), ArrowError> {
    let mut fields: Vec<Field> = Vec::new();
    for batch in batches {
        for field in batch.schema().fields() {
            let left_out = is_own(field.name()) || field.name() == "source_wkb";
            if !left_out && !fields.iter().any(|known| known.name() == field.name()) {
                let kind = kind_of_type(field.data_type()).data_type();
                fields.push(Field::new(field.name(), kind, true));
            }
        }
    }
    fields.push(Field::new(Layer::H3, DataType::UInt64, true));
    fields.push(geometry_field(Layer::GEOM, STORED_CRS));
    let schema = Arc::new(Schema::new(fields));
    let whole = |batch: &RecordBatch| {
        let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
            Some(column) => cast(column, field.data_type()),
            // A version of before geometry was kept for what is set aside.
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        };
        let columns: Result<Vec<ArrayRef>, ArrowError> =
            schema.fields().iter().map(column).collect();
        RecordBatch::try_new(Arc::clone(&schema), columns?)
    };
    let rows = batches.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
    let rows = concat_batches(&schema, &rows)?;
    let last = SortOptions {
        descending: false,
        nulls_first: false,
    };
    let cells = rows.column_by_name(Layer::H3).expect("put in above");
    let rows = take_record_batch(&rows, &sort_to_indices(cells, Some(last), None)?)?;
    let numbers = UInt64Array::from_iter_values(0..rows.num_rows() as u64);
    let mut fields = vec![Arc::new(Field::new(Layer::FID, DataType::UInt64, false))];
    fields.extend(schema.fields().iter().map(Arc::clone));
    let mut columns: Vec<ArrayRef> = vec![Arc::new(numbers)];
    columns.extend(rows.columns().iter().map(Arc::clone));
    let schema = Arc::new(Schema::new(fields));
    Ok((Arc::clone(&schema), RecordBatch::try_new(schema, columns)?))
}

fn is_own(name: &str) -> bool {
    [Layer::FID, Layer::H3, Layer::GEOM].contains(&name)
}

/// What a column of a quarantine holds; numbers of any size are whole numbers of 64 bits.
fn kind_of_type(data_type: &DataType) -> AttributeKind {
    match data_type {
        DataType::UInt64 | DataType::Int64 => AttributeKind::Whole,
        DataType::Float64 => AttributeKind::Real,
        DataType::Boolean => AttributeKind::Truth,
        DataType::Date32 => AttributeKind::Date,
        DataType::Timestamp(..) => AttributeKind::Moment,
        DataType::Binary => AttributeKind::Bytes,
        _ => AttributeKind::Text,
    }
}
