//! A twin to its place on an object store.

use serde::Serialize;

use super::{KEPT_DOCUMENTS, Newest, RemoteTwin};
use crate::{
    StoreError, Twin,
    store::state::{State, VersionState},
};

/// What a push did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The remote's last publication now.
    pub publication: u64,
    /// Files sent.
    pub files: u64,
    /// Their size together.
    pub bytes: u64,
}

impl RemoteTwin {
    /// Makes the remote what the twin is: sends the files it lacks, publishes, and removes the files of removed versions.
    ///
    /// Every version is verified before it is sent. A twin that the remote already equals publishes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another writer published at the same moment, [`StoreError::Diverged`] when the remote has
    /// publications that the twin does not have; both after sending files at most. Also when a version is damaged, or the
    /// store cannot be written.
    pub fn push(&self, twin: &Twin) -> Result<Pushed, StoreError> {
        let state = twin.state()?;
        let base = self.newest_if_any()?;
        let number = base.as_ref().map_or(0, |base| base.number);
        let mut pushed = Pushed {
            publication: number,
            ..Pushed::default()
        };
        if let Some(base) = &base {
            if base.state == state {
                return Ok(pushed);
            }
            if !state.history.starts_with(&base.state.history) {
                return Err(self.diverged());
            }
        }
        for version in &state.versions {
            let is_there = base
                .as_ref()
                .is_some_and(|base| base.state.versions.contains(version));
            if !is_there {
                self.send(twin, version, &mut pushed)?;
            }
        }
        self.runtime.block_on(async {
            self.put_document(number + 1, &state).await?;
            pushed.publication = number + 1;
            if let Some(base) = base {
                self.clear(&base, &state).await;
            }
            Ok(pushed)
        })
    }

    pub(super) fn diverged(&self) -> StoreError {
        StoreError::Diverged {
            url: self.url.clone(),
        }
    }

    fn send(
        &self,
        twin: &Twin,
        version: &VersionState,
        pushed: &mut Pushed,
    ) -> Result<(), StoreError> {
        let meta = version.meta()?;
        twin.verify(&meta)?;
        for file in &version.files {
            let from = twin.folder(&meta).join(&file.name);
            let to = self.object(version, file);
            if self.runtime.block_on(self.upload(&from, &to))? {
                pushed.files += 1;
                pushed.bytes += file.bytes;
            }
        }
        Ok(())
    }

    /// Removes the files of versions that are no longer there, and documents nobody needs.
    async fn clear(&self, base: &Newest, now: &State) {
        let gone = base
            .state
            .versions
            .iter()
            .filter(|old| now.version(&old.layer, old.version).is_none());
        let files =
            gone.flat_map(|version| version.files.iter().map(|file| self.object(version, file)));
        self.forget(files).await;
        let oldest = base.number.saturating_sub(KEPT_DOCUMENTS);
        if let Ok(numbers) = self.numbers().await {
            let old = numbers.into_iter().filter(|&number| number < oldest);
            self.forget(old.map(|number| self.document(number))).await;
        }
    }
}
