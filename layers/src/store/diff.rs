//! What differs between two versions of a layer. Give it the two and how to know a feature again, get counts, areas and rows.
//!
//! Both files are read side by side and compared cell by cell (rows are stored in the order of their H3 cells), so memory
//! holds one batch of each and, of the features, only those that differ. How features are matched:
//!
//! - **By a key attribute**: the same key is the same feature. Rows that share a key with another row of their version are
//!   matched first where they are identical, then in stored order, and counted in [`VersionDiff::shared_keys`]; a row
//!   without a key can only be unchanged, added or removed.
//! - **By content**, where no key is given: identical attributes and geometry are the same feature unchanged; of the rest,
//!   the same geometry is the same feature with other attributes; of the rest, the same attributes, where only one feature
//!   of each version has them, are the same feature with another geometry. A feature whose attributes and geometry both
//!   changed is one removed and one added.
//!
//! Geometries are the same when their coordinates are, to the last bit and in the same order. Attributes are compared by
//! name, those in only one version being reported, not counted as changes; where the types differ they are compared as text.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Serialize;

use self::{matching::Matching, records::Columns};
use super::{DATA_FILE, Twin};
use crate::{Layer, LayerId, LayerKind, LayerMeta, StoreError, Version};

mod area;
mod attributes;
mod features;
mod matching;
mod records;
mod text;

/// Examples kept of the changes of one attribute.
const MAX_EXAMPLES: usize = 5;

/// What to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRequest {
    /// Which layer.
    pub layer: LayerId,
    /// The version before.
    pub from: Version,
    /// The version after.
    pub to: Version,
    /// The attribute by which a feature is known again.
    pub key: Option<String>,
    /// The attribute whose values the areas are grouped by.
    pub by: Option<String>,
}

/// What differs between two versions of a layer.
///
/// `unchanged + changed + removed` is the number of features before, `unchanged + changed + added` the number after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionDiff {
    /// Which layer.
    pub layer: LayerId,
    /// The version before.
    pub from: Version,
    /// The version after.
    pub to: Version,
    /// How a feature was known again.
    pub matched_by: MatchedBy,
    /// Features of the version before.
    pub features_before: u64,
    /// Features of the version after.
    pub features_after: u64,
    /// Features with the same geometry and attributes in both.
    pub unchanged: u64,
    /// Features that are only in the version after.
    pub added: u64,
    /// Features that are only in the version before.
    pub removed: u64,
    /// Features of both that differ.
    pub changed: u64,
    /// Of the changed, those with another geometry.
    pub geometry_changed: u64,
    /// Of the changed, those with other attributes.
    pub attributes_changed: u64,
    /// Rows before and after whose key another row of their version has too.
    pub shared_keys: (u64, u64),
    /// Rows before and after without a key, where one was given.
    pub without_key: (u64, u64),
    /// Attributes that only the version after has.
    pub new_attributes: Vec<String>,
    /// Attributes that only the version before has.
    pub lost_attributes: Vec<String>,
    /// The attributes that changed, most changes first.
    pub attributes: Vec<AttributeChange>,
    /// The attribute that areas are grouped by; with none, the one class is the whole layer.
    pub by: Option<String>,
    /// Features and areas by class; empty for points, lines and, without `by`, tables.
    pub classes: Vec<ClassArea>,
    #[serde(skip)]
    rows: Matching,
}

/// How a feature was known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchedBy {
    /// By this attribute.
    Key(String),
    /// By geometry and attributes.
    Content,
}

/// The changes of one attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttributeChange {
    /// Its name.
    pub name: String,
    /// Number of features in which it changed.
    pub features: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// One change of one attribute of one feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The feature's key; without one, its `fid` in the version after.
    pub feature: String,
    /// The value before; none for null.
    pub before: Option<String>,
    /// The value after; none for null.
    pub after: Option<String>,
}

/// Features and area of one class in both versions. Areas are in m² on the WGS 84 ellipsoid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassArea {
    /// The value of the attribute; none for null, and for the whole layer.
    pub class: Option<String>,
    /// Features before.
    pub features_before: u64,
    /// Features after.
    pub features_after: u64,
    /// Area before.
    pub before_m2: f64,
    /// Area after.
    pub after_m2: f64,
}

impl Twin {
    /// Compares two versions of a layer.
    ///
    /// # Complexity
    /// Reads both files once, each on its own thread, and the changed rows once more. Memory: a batch of each, 64 bytes for
    /// each feature that is not unchanged, 8 bytes for each feature where a key is given. A table without a key attribute
    /// has no cells to go by: 64 bytes for each row.
    ///
    /// # Errors
    /// When there is no such layer, version or attribute, the layer is a raster, or a file is damaged.
    pub fn diff(&self, request: &DiffRequest) -> Result<VersionDiff, StoreError> {
        let before = self.side(&request.layer, request.from)?;
        let after = self.side(&request.layer, request.to)?;
        let columns = Columns::common(request, &before, &after)?;
        let (matching, old, new) = records::compare(&before, &after, &columns)?;
        let classes = area::by_class(&old.classes, &new.classes, columns.has_classes());
        let attributes = attributes::changes(&before, &after, &columns, &matching)?;
        let changed = |what: fn(&matching::Changed) -> bool| {
            matching.changed.iter().filter(|row| what(row)).count() as u64
        };
        Ok(VersionDiff {
            layer: request.layer.clone(),
            from: request.from,
            to: request.to,
            matched_by: request
                .key
                .clone()
                .map_or(MatchedBy::Content, MatchedBy::Key),
            features_before: old.rows,
            features_after: new.rows,
            unchanged: matching.unchanged,
            added: matching.added.len() as u64,
            removed: matching.removed.len() as u64,
            changed: matching.changed.len() as u64,
            geometry_changed: changed(|row| row.geometry),
            attributes_changed: changed(|row| row.attributes),
            shared_keys: (old.shared_keys(), new.shared_keys()),
            without_key: (old.without_key, new.without_key),
            new_attributes: columns.only_in(&after),
            lost_attributes: columns.only_in(&before),
            attributes,
            by: request.by.clone(),
            classes,
            rows: matching,
        })
    }

    /// A version to compare, its files verified.
    fn side(&self, layer: &LayerId, version: Version) -> Result<Stored, StoreError> {
        let meta = self.meta_of_version(layer, version)?;
        if meta.kind == LayerKind::Raster {
            return Err(StoreError::WrongKind {
                layer: layer.clone(),
                found: "a raster",
                wanted: "a layer of features or a table",
            });
        }
        self.verify(&meta)?;
        let path = self.folder(&meta).join(DATA_FILE);
        let columns = Stored::open_at(&meta, &path)?
            .schema()
            .fields()
            .iter()
            .map(|field| (field.name().clone(), field.data_type().clone()))
            .collect();
        Ok(Stored {
            meta,
            path,
            columns,
        })
    }
}

/// One of the two versions: its file and the file's columns.
#[derive(Debug)]
struct Stored {
    meta: LayerMeta,
    path: PathBuf,
    columns: Vec<(String, arrow::datatypes::DataType)>,
}

impl Stored {
    fn open(&self) -> Result<ParquetRecordBatchReaderBuilder<File>, StoreError> {
        Self::open_at(&self.meta, &self.path)
    }

    fn open_at(
        meta: &LayerMeta,
        path: &Path,
    ) -> Result<ParquetRecordBatchReaderBuilder<File>, StoreError> {
        let file = File::open(path).map_err(|source| StoreError::io("read", path, source))?;
        ParquetRecordBatchReaderBuilder::try_new(file)
            .map_err(|error| StoreError::damaged(meta, path, error.to_string()))
    }

    /// The file's columns that are attributes.
    fn attributes(&self) -> impl Iterator<Item = &(String, arrow::datatypes::DataType)> {
        let own = [Layer::FID, Layer::H3, Layer::GEOM];
        self.columns
            .iter()
            .filter(move |(name, _)| !own.contains(&name.as_str()))
    }

    fn damaged(&self, error: &impl ToString) -> StoreError {
        StoreError::damaged(&self.meta, &self.path, error.to_string())
    }
}
