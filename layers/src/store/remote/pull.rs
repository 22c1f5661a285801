//! A twin from its place on an object store, and single layers through a local cache.

use std::path::Path;

use serde::Serialize;

use super::{Newest, RemoteTwin};
use crate::{
    Layer, LayerId, LayerMeta, StoreError, Twin,
    store::{
        Action,
        catalog::FileEntry,
        publish::{Writer, seal},
        state::{State, VersionState},
        verify::Stamp,
    },
};

/// What a pull did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pulled {
    /// The remote's last publication.
    pub publication: u64,
    /// Versions fetched.
    pub versions: u64,
    /// The size of their files together.
    pub bytes: u64,
}

impl RemoteTwin {
    /// Makes a local twin what the remote is: fetches the versions it lacks, then enters all in one transaction.
    ///
    /// Killed at any moment, the twin is what it was. Every file is compared with its checksum before anything is entered.
    ///
    /// # Errors
    /// [`StoreError::Diverged`] when the twin has publications that the remote does not have. Also when nothing was published
    /// there, an object is missing or damaged, another process writes, or the store cannot be asked.
    pub fn pull(&self, twin: &Twin) -> Result<Pulled, StoreError> {
        let Newest { number, state } = self.newest()?;
        let writer = twin.writer()?;
        let local = twin.state()?;
        if !state.history.starts_with(&local.history) {
            return Err(self.diverged());
        }
        let mut pulled = Pulled {
            publication: number,
            ..Pulled::default()
        };
        let mut stamps = Vec::new();
        for version in &state.versions {
            if local.versions.contains(version) {
                continue;
            }
            let meta = version.meta()?;
            let sealed = self.fetch(&writer, version, &meta)?;
            let folder = twin.name_of_folder(&meta);
            stamps.extend(
                sealed
                    .into_iter()
                    .map(|(file, stamp)| (format!("{folder}/{}", file.name), stamp)),
            );
            pulled.versions += 1;
            pulled.bytes += version.files.iter().map(|file| file.bytes).sum::<u64>();
        }
        if local != state {
            twin.adopt(&state)?;
            let gone = local
                .versions
                .iter()
                .filter(|old| state.version(&old.layer, old.version).is_none());
            let gone: Vec<_> = gone.map(VersionState::meta).collect::<Result<_, _>>()?;
            writer.clear_away(&gone)?;
            twin.verified.remember(stamps, &[]);
        }
        Ok(pulled)
    }

    /// Reads the current version of a layer into memory through a folder that keeps its files for the next time; a raster
    /// has no batches.
    ///
    /// The folder is a twin of its own: [`RemoteTwin::pull`] brought up to date.
    ///
    /// # Errors
    /// When there is no such layer, or as [`RemoteTwin::pull`].
    pub fn read(&self, layer: &LayerId, cache: &Path) -> Result<Layer, StoreError> {
        let twin = Twin::create_or_open(cache)?;
        self.pull(&twin)?;
        twin.read(layer)
    }

    /// Fetches a version into its folder; what came must be what was published.
    fn fetch(
        &self,
        writer: &Writer<'_>,
        version: &VersionState,
        meta: &LayerMeta,
    ) -> Result<Vec<(FileEntry, Stamp)>, StoreError> {
        let staging = writer.stage(&meta.id, meta.kind, "pull")?;
        for file in &version.files {
            let (from, to) = (self.object(version, file), staging.path().join(&file.name));
            let got = self
                .runtime
                .block_on(self.download(&from, &to, file.bytes))?;
            if got.is_none() {
                return Err(self.missing(version, from.as_ref()));
            }
        }
        let sealed = seal(staging.path())?;
        for ((found, _), published) in sealed.iter().zip(&version.files) {
            if found != published {
                let path = self.object(version, published).to_string();
                let detail = "its checksum is not the one that was published";
                return Err(StoreError::damaged(meta, path, detail));
            }
        }
        writer.put_in_place(&staging, meta)?;
        Ok(sealed)
    }

    /// An object that is not there: damage, unless its version was removed since the catalog was read.
    fn missing(&self, version: &VersionState, path: &str) -> StoreError {
        let now = match self.newest() {
            Ok(newest) => newest.state,
            Err(error) => return error,
        };
        match (now.version(&version.layer, version.version), version.meta()) {
            (Some(_), Ok(meta)) => StoreError::damaged(&meta, path, "the object is missing"),
            (None, Ok(_)) => removed(&now, version),
            (_, Err(error)) => error,
        }
    }
}

fn removed(now: &State, version: &VersionState) -> StoreError {
    let entry = now.history.iter().rfind(|entry| {
        entry.layer == version.layer
            && entry.version == version.version
            && entry.action == Action::Remove
    });
    let of_layer = now
        .versions
        .iter()
        .filter(|other| other.layer == version.layer);
    StoreError::Removed {
        layer: version.layer.clone(),
        version: version.version,
        at: entry.map_or_else(chrono::Utc::now, |entry| entry.at),
        known: of_layer.map(|other| other.version.to_string()).collect(),
    }
}

impl Twin {
    /// Its whole catalog.
    pub(in crate::store) fn state(&self) -> Result<State, StoreError> {
        self.catalog
            .read(&self.dir, |catalog| State::read(catalog, &self.dir))
    }

    fn adopt(&self, state: &State) -> Result<(), StoreError> {
        self.catalog
            .write(&self.dir, |catalog| state.adopt(catalog, &self.dir))
    }
}
