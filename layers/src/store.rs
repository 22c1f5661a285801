//! A twin: a directory of published, immutable layer versions with a catalog. Give it a layer's name, get the layer.
//!
//! `twin.db` (SQLite) says which versions there are and which is current; `layers/ID/vN/` and `rasters/ID/vN/` hold
//! their files. A version is written into a staging folder, synced, renamed and only then entered in the catalog, in one
//! transaction: a process killed at any moment leaves the previous version serving, and what it left behind is removed
//! by the next writer. There is one writer at a time, and readers never wait for it. A version is read only after its
//! files were found to be those that were published.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    Layer, LayerId, LayerKind, LayerMeta, Raster, StoreError, Version,
    geoparquet::{self, ReadFailure},
    source,
};

mod catalog;
mod compact;
mod diff;
mod history;
mod publish;
mod quarantine;
mod remote;
mod retention;
mod state;
mod verify;

pub use compact::Compacted;
pub use diff::{AttributeChange, ClassArea, DiffRequest, Example, MatchedBy, VersionDiff};
pub use history::{Action, Publication, TwinAt};
pub(crate) use publish::{Staging, Writer};
pub use remote::{Pulled, Pushed, RemoteTwin};
pub use retention::{Pin, Pruned, RemovedVersion, Retention, Spared};
pub(crate) use verify::checksum;
pub use verify::{Refused, Served, Verdict};

use self::{catalog::Catalog, verify::Verified};

/// File names within a version's folder.
pub(crate) const DATA_FILE: &str = "data.parquet";
pub(crate) const QUARANTINE_FILE: &str = "quarantine.parquet";
pub(crate) const DEFECTS_FILE: &str = "defects.parquet";
pub(crate) const REPORT_FILE: &str = "report.json";
pub(crate) const RASTER_FILE: &str = "raster.tif";

/// What may lie in a directory that is to become a twin.
const OWN_NAMES: [&str; 9] = [
    "layers",
    "rasters",
    "styles",
    "cache",
    "sources",
    "data",
    "lost+found",
    "twin.lock",
    "twin.db",
];

/// An open twin. Cheap to share behind an `Arc`; readable and writable from any thread.
#[derive(Debug)]
pub struct Twin {
    dir: PathBuf,
    catalog: Catalog,
    verified: Verified,
}

impl Twin {
    /// Opens the twin at a directory, making an empty one where there is none.
    ///
    /// # Errors
    /// When the directory holds something else or cannot be written.
    pub fn create_or_open(dir: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).map_err(|source| StoreError::io("create", dir, source))?;
        if !has_catalog(dir)? {
            let entries =
                fs::read_dir(dir).map_err(|source| StoreError::io("list", dir, source))?;
            for entry in entries {
                let entry = entry.map_err(|source| StoreError::io("list", dir, source))?;
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if !OWN_NAMES.contains(&name.as_ref())
                    && !name.starts_with(['.', '_'])
                    && !name.starts_with("twin.db")
                {
                    return Err(StoreError::NotATwin { dir: dir.into() });
                }
            }
        }
        Self::connect(dir)
    }

    /// Opens the twin at a directory; one that may not be written can be read.
    ///
    /// # Errors
    /// When there is none, or its catalog cannot be read.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        if !has_catalog(dir)? {
            return Err(StoreError::NoTwin { dir: dir.into() });
        }
        Self::connect(dir)
    }

    fn connect(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            dir: dir.into(),
            catalog: Catalog::open(dir)?,
            verified: Verified::new(dir),
        })
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The current version of every layer, by name.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn layers(&self) -> Result<Vec<LayerMeta>, StoreError> {
        self.catalog
            .read(&self.dir, |catalog| catalog::current(catalog, &self.dir))
    }

    /// The current version of a layer.
    ///
    /// # Errors
    /// When there is no such layer or the catalog cannot be read.
    pub fn meta(&self, layer: &LayerId) -> Result<LayerMeta, StoreError> {
        let mut known = self.layers()?;
        match known.iter().position(|meta| meta.id == *layer) {
            Some(at) => Ok(known.swap_remove(at)),
            None => Err(StoreError::UnknownLayer {
                layer: layer.clone(),
                known: known.iter().map(|meta| meta.id.to_string()).collect(),
            }),
        }
    }

    /// All versions of a layer, oldest first; none for a layer that does not exist.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn versions(&self, layer: &LayerId) -> Result<Vec<LayerMeta>, StoreError> {
        self.catalog.read(&self.dir, |catalog| {
            catalog::versions(catalog, &self.dir, layer)
        })
    }

    /// Reads the current version of a layer into memory; a raster has no batches.
    ///
    /// # Errors
    /// When there is no such layer or its file cannot be read.
    pub fn read(&self, layer: &LayerId) -> Result<Layer, StoreError> {
        self.read_described(self.meta(layer)?)
    }

    /// Reads a version of a layer into memory.
    ///
    /// # Errors
    /// When there is no such version or its file cannot be read.
    pub fn read_version(&self, layer: &LayerId, version: Version) -> Result<Layer, StoreError> {
        self.read_described(self.meta_of_version(layer, version)?)
    }

    /// The features a version's import set aside, with their reasons; none when there were none.
    ///
    /// # Errors
    /// When there is no such version or its file cannot be read.
    pub fn quarantine(
        &self,
        layer: &LayerId,
        version: Version,
    ) -> Result<Vec<arrow::array::RecordBatch>, StoreError> {
        let meta = self.meta_of_version(layer, version)?;
        self.verify(&meta)?;
        self.read_beside(&meta, QUARANTINE_FILE)
    }

    /// Reads the first band of the current version of a raster layer into memory.
    ///
    /// # Errors
    /// When there is no such layer, it is no raster, or its file cannot be read.
    pub fn read_raster(&self, layer: &LayerId) -> Result<Raster, StoreError> {
        self.read_raster_described(&self.meta(layer)?)
    }

    /// Reads the first band of a version of a raster layer into memory.
    ///
    /// # Errors
    /// When there is no such version, it is no raster, or its file cannot be read.
    pub fn read_raster_version(
        &self,
        layer: &LayerId,
        version: Version,
    ) -> Result<Raster, StoreError> {
        self.read_raster_described(&self.meta_of_version(layer, version)?)
    }

    /// A number that rises with every publication, rollback and removal by any process; one indexed read.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn publication(&self) -> Result<u64, StoreError> {
        self.catalog.read(&self.dir, |catalog| {
            catalog::publication(catalog, &self.dir)
        })
    }

    /// Makes an earlier (or later) version the current one again.
    ///
    /// # Errors
    /// When there is no such version, another process writes, or the catalog cannot be written.
    pub fn rollback(&self, layer: &LayerId, version: Version) -> Result<(), StoreError> {
        self.meta_of_version(layer, version)?;
        self.writer()?.make_current(layer, version)
    }

    /// Publishes a layer made in memory (an analysis' result, an edit) as a new version; its own version is ignored.
    ///
    /// Columns, CRS and order of rows are written as they are: that they are those of a [`Layer`] is the caller's promise.
    ///
    /// # Errors
    /// When another process writes or the files cannot be written.
    pub fn publish(&self, layer: &Layer) -> Result<Version, StoreError> {
        let writer = self.writer()?;
        let staging = writer.stage(&layer.meta.id, layer.meta.kind, "memory")?;
        layer.to_geoparquet(&staging.path().join(DATA_FILE))?;
        writer.publish(&staging, layer.meta.as_ref().clone())
    }

    /// Takes the lock that lets one process write.
    pub(crate) fn writer(&self) -> Result<Writer<'_>, StoreError> {
        Writer::lock(self)
    }

    fn meta_of_version(&self, layer: &LayerId, version: Version) -> Result<LayerMeta, StoreError> {
        let mut versions = self.versions(layer)?;
        if versions.is_empty() {
            return self.meta(layer);
        }
        if let Some(at) = versions.iter().position(|meta| meta.version == version) {
            return Ok(versions.swap_remove(at));
        }
        let known = versions
            .iter()
            .map(|meta| meta.version.to_string())
            .collect();
        let removed = self.history()?.into_iter().find(|entry| {
            entry.layer == *layer && entry.version == version && entry.action == Action::Remove
        });
        Err(match removed {
            Some(removed) => StoreError::Removed {
                layer: layer.clone(),
                version,
                at: removed.at,
                known,
            },
            None => StoreError::UnknownVersion {
                layer: layer.clone(),
                version,
                known,
            },
        })
    }

    fn read_described(&self, meta: LayerMeta) -> Result<Layer, StoreError> {
        if meta.kind == LayerKind::Raster {
            let schema = arrow::datatypes::Schema::empty();
            return Ok(Layer {
                meta: Arc::new(meta),
                schema: Arc::new(schema),
                batches: Vec::new(),
            });
        }
        self.verify(&meta)?;
        let path = self.folder(&meta).join(DATA_FILE);
        match geoparquet::read(&path) {
            Ok((schema, batches)) => Ok(Layer {
                meta: Arc::new(meta),
                schema,
                batches,
            }),
            Err(failure) => Err(self.unreadable(&meta, path, failure)),
        }
    }

    fn read_raster_described(&self, meta: &LayerMeta) -> Result<Raster, StoreError> {
        let found = match meta.kind {
            LayerKind::Raster => None,
            LayerKind::Vector(_) => Some("a layer of features"),
            LayerKind::Table => Some("a table"),
        };
        if let Some(found) = found {
            return Err(StoreError::WrongKind {
                layer: meta.id.clone(),
                found,
                wanted: "a raster",
            });
        }
        self.verify(meta)?;
        let path = self.folder(meta).join(RASTER_FILE);
        source::raster::read(&path).map_err(|detail| match path.try_exists() {
            Ok(false) => self.missing(meta, path),
            _ => StoreError::damaged(meta, path, detail),
        })
    }

    fn unreadable(&self, meta: &LayerMeta, path: PathBuf, failure: ReadFailure) -> StoreError {
        match failure {
            ReadFailure::Io(source) if source.kind() == std::io::ErrorKind::NotFound => {
                self.missing(meta, path)
            }
            ReadFailure::Io(source) => StoreError::io("read", path, source),
            ReadFailure::Parquet(error) => StoreError::damaged(meta, path, error.to_string()),
        }
    }

    /// The folder of a version's files.
    pub fn folder(&self, meta: &LayerMeta) -> PathBuf {
        self.layer_folder(&meta.id, meta.kind)
            .join(meta.version.to_string())
    }

    fn layer_folder(&self, layer: &LayerId, kind: LayerKind) -> PathBuf {
        let root = if kind == LayerKind::Raster {
            "rasters"
        } else {
            "layers"
        };
        self.dir.join(root).join(layer.as_str())
    }
}

fn has_catalog(dir: &Path) -> Result<bool, StoreError> {
    let path = dir.join("twin.db");
    path.try_exists()
        .map_err(|source| StoreError::io("look at", path, source))
}
