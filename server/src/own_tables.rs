//! An asker's own files beside the layers, for one question.
//!
//! A file becomes a table as it would become a layer, by import: its CRS and text encoding are found, broken geometry is mended,
//! what cannot be is in `NAME_quarantine`. The twin it is imported into is gone once its rows are in memory.

use std::{io, path::PathBuf, sync::Arc};

use engine::{CancelToken, Engine, EngineError, TwinSnapshot};
use layers::{
    ImportError, LayerId, Twin,
    import::{ImportRequest, import},
    progress::Progress,
};
use thiserror::Error;

/// A file and the name it has in the question.
#[derive(Clone, Debug)]
pub(crate) struct OwnTable {
    pub(crate) name: LayerId,
    pub(crate) file: PathBuf,
}

/// Why a file is no table.
#[derive(Debug, Error)]
pub(crate) enum OwnTableError {
    #[error("{name} is a layer already: give your file another name")]
    Taken { name: LayerId },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Load(#[from] EngineError),
    #[error("no folder for the rows of an own table")]
    Folder { source: io::Error },
}

/// The layers, and the files as tables beside them.
pub(crate) fn beside(
    layers: &TwinSnapshot,
    tables: &[OwnTable],
    progress: &dyn Progress,
) -> Result<Arc<TwinSnapshot>, OwnTableError> {
    let folder = tempfile::tempdir().map_err(|source| OwnTableError::Folder { source })?;
    let twin = Twin::create_or_open(folder.path()).map_err(ImportError::from)?;
    let mut all = layers.layers.clone();
    for OwnTable { name, file } in tables {
        let request = ImportRequest::new(vec![file.clone()], name.clone());
        import(&twin, &request, progress)?;
    }
    let own = Engine::open(Arc::new(twin))?.snapshot();
    for (name, table) in &own.layers {
        let before = all.insert(name.clone(), Arc::clone(table));
        if before.is_some() {
            return Err(OwnTableError::Taken { name: name.clone() });
        }
    }
    Ok(Arc::new(layers.with_layers(all)))
}

/// Import that nobody watches but somebody may stop.
#[derive(Debug)]
pub(crate) struct Unwatched(pub(crate) CancelToken);

impl Progress for Unwatched {
    fn step(&self, _: &str, _: u64, _: Option<u64>) {}

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
