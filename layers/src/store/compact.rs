//! Giving back room that nothing uses.
//!
//! Published files are never rewritten, and need not be: they are written in full row groups. What grows without use is
//! the catalog (rows of removed versions, its log) and files that the catalog does not name.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    Twin, catalog,
    publish::{Swept, list, name_of},
};
use crate::{LayerMeta, StoreError};

/// What compacting did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compacted {
    /// Size of the catalog and its log before, in bytes.
    pub catalog_before: u64,
    /// Their size after.
    pub catalog_after: u64,
    /// Files and folders removed because the catalog does not name them, within the twin.
    pub removed: Vec<PathBuf>,
    /// Their size together.
    pub removed_bytes: u64,
}

impl Twin {
    /// Removes files that the catalog does not name from the folders of versions, and shrinks the catalog.
    ///
    /// # Errors
    /// When another process writes, or the files or the catalog cannot be written.
    pub fn compact(&self) -> Result<Compacted, StoreError> {
        let catalog_before = self.catalog_bytes()?;
        let writer = self.writer()?;
        let mut swept = writer.swept().to_vec();
        for layer in self.layers()? {
            for meta in self.versions(&layer.id)? {
                self.clear_unnamed(&meta, &mut swept)?;
            }
        }
        self.catalog
            .write(&self.dir, |catalog| catalog::compact(catalog, &self.dir))?;
        let within = |path: &Path| path.strip_prefix(&self.dir).unwrap_or(path).to_owned();
        Ok(Compacted {
            catalog_before,
            catalog_after: self.catalog_bytes()?,
            removed: swept.iter().map(|swept| within(&swept.path)).collect(),
            removed_bytes: swept.iter().map(|swept| swept.bytes).sum(),
        })
    }

    fn clear_unnamed(&self, meta: &LayerMeta, swept: &mut Vec<Swept>) -> Result<(), StoreError> {
        let named = self.catalog.read(&self.dir, |catalog| {
            catalog::files(catalog, &self.dir, &meta.id, meta.version)
        })?;
        for path in list(&self.folder(meta))? {
            let is_named = named.iter().any(|file| file.name == name_of(&path));
            let metadata =
                fs::metadata(&path).map_err(|source| StoreError::io("look at", &path, source))?;
            if !is_named && metadata.is_file() {
                fs::remove_file(&path).map_err(|source| StoreError::io("remove", &path, source))?;
                let bytes = metadata.len();
                swept.push(Swept { path, bytes });
            }
        }
        Ok(())
    }

    fn catalog_bytes(&self) -> Result<u64, StoreError> {
        let size = |name: &str| {
            let path = self.dir.join(name);
            match fs::metadata(&path) {
                Ok(metadata) => Ok(metadata.len()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
                Err(source) => Err(StoreError::io("look at", path, source)),
            }
        };
        Ok(size("twin.db")? + size("twin.db-wal")?)
    }
}
