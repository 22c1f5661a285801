//! The same twin on an object store: S3 or what speaks its language, or a folder shared by others. Give it an address, push
//! to it, pull from it, read from it.
//!
//! ```text
//! publications/00000042.json       the whole catalog at the remote's 42nd publication
//! layers/ID/vN/BLAKE3/NAME         a file of a version, named by its checksum: no writer can change another's
//! ```
//!
//! Publishing is: put the files that are not there, then put the next publication document on the condition that there is
//! none of that number. Of two writers that race one wins, and the other is told [`StoreError::Conflict`]. What a killed writer
//! left is files that no document names; they cost room and nothing else. A reader lists the documents and takes the last.
//!
//! A push only ever continues what is there: the remote's history must be the beginning of the twin's. A pull the reverse.

use std::sync::Arc;

use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, aws::AmazonS3Builder,
    local::LocalFileSystem, path::Path as ObjectPath,
};
use tokio::runtime::{Builder, Runtime};

use super::state::{self, State, VersionState};
use crate::{LayerId, LayerMeta, StoreError};

mod objects;
mod pull;
mod push;

pub use pull::Pulled;
pub use push::Pushed;

/// Publication documents kept; a reader needs the last one.
const KEPT_DOCUMENTS: u64 = 20;

/// A twin on an object store. Blocks its caller; not for use within an async runtime.
#[derive(Debug)]
pub struct RemoteTwin {
    store: Arc<dyn ObjectStore>,
    root: ObjectPath,
    url: String,
    runtime: Runtime,
}

/// The last publication of a remote twin.
#[derive(Debug)]
struct Newest {
    number: u64,
    state: State,
}

impl RemoteTwin {
    /// A twin at `s3://BUCKET/PREFIX`, with the usual `AWS_…` variables of the environment (`AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`), or at `file:///PATH`, made if it is not
    /// there. Does not yet ask the store.
    ///
    /// # Errors
    /// When the address is neither, or what the environment says contradicts itself.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::BadAddress { url: url.into() };
        if let Some(path) = url.strip_prefix("file://") {
            let path = std::path::Path::new(path);
            if !path.is_absolute() {
                return Err(bad());
            }
            std::fs::create_dir_all(path)
                .map_err(|source| StoreError::io("create", path, source))?;
            let store = LocalFileSystem::new_with_prefix(path)
                .map_err(|source| StoreError::remote("open", url, source))?;
            return Self::over(Arc::new(store), "", url);
        }
        let rest = url.strip_prefix("s3://").ok_or_else(bad)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(bad());
        }
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .build()
            .map_err(|source| StoreError::remote("open", url, source))?;
        Self::over(Arc::new(store), prefix, url)
    }

    /// A twin under a prefix of a store; `url` is what errors call it.
    ///
    /// # Errors
    /// When the prefix is no path, or the system refuses what waiting for the network takes.
    pub fn over(store: Arc<dyn ObjectStore>, prefix: &str, url: &str) -> Result<Self, StoreError> {
        let root = ObjectPath::parse(prefix.trim_matches('/'))
            .map_err(|_invalid| StoreError::BadAddress { url: url.into() })?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| StoreError::io("wait for", url, source))?;
        Ok(Self {
            store,
            root,
            url: url.to_owned(),
            runtime,
        })
    }

    /// The number of its last publication; 0 where there is none. Rises with every push.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub fn publication(&self) -> Result<u64, StoreError> {
        Ok(self
            .runtime
            .block_on(self.numbers())?
            .last()
            .copied()
            .unwrap_or(0))
    }

    /// The current version of every layer, by name.
    ///
    /// # Errors
    /// When nothing was published there, or the store cannot be asked.
    pub fn layers(&self) -> Result<Vec<LayerMeta>, StoreError> {
        let Newest { state, .. } = self.newest()?;
        let current = state
            .current
            .iter()
            .filter_map(|(layer, version)| state.version(layer, *version));
        current.map(VersionState::meta).collect()
    }

    /// The last publication.
    fn newest(&self) -> Result<Newest, StoreError> {
        self.newest_if_any()?.ok_or_else(|| StoreError::NoRemote {
            url: self.url.clone(),
        })
    }

    fn newest_if_any(&self) -> Result<Option<Newest>, StoreError> {
        self.runtime.block_on(async {
            let Some(&number) = self.numbers().await?.last() else {
                return Ok(None);
            };
            let fail = |source| StoreError::remote("read", &self.url, source);
            let path = self.document(number);
            let answer = self.store.get(&path).await.map_err(fail)?;
            let bytes = answer.bytes().await.map_err(fail)?;
            let state: State =
                serde_json::from_slice(&bytes).map_err(|source| StoreError::BadDescription {
                    layer: path.to_string(),
                    source,
                })?;
            if state.format > state::FORMAT {
                return Err(StoreError::Newer {
                    dir: self.url.clone().into(),
                    found: state.format,
                    known: state::FORMAT,
                });
            }
            Ok(Some(Newest { number, state }))
        })
    }

    /// The numbers of the publication documents, ascending.
    async fn numbers(&self) -> Result<Vec<u64>, StoreError> {
        let folder = self.root.clone().join("publications");
        let listed = self
            .store
            .list_with_delimiter(Some(&folder))
            .await
            .map_err(|source| StoreError::remote("list", &self.url, source))?;
        let number = |name: &str| name.strip_suffix(".json")?.parse().ok();
        let mut numbers: Vec<u64> = listed
            .objects
            .iter()
            .filter_map(|object| number(object.location.filename()?))
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Puts the document of a publication, unless another writer was first.
    async fn put_document(&self, number: u64, state: &State) -> Result<(), StoreError> {
        let path = self.document(number);
        let bytes = serde_json::to_vec(state).map_err(|source| StoreError::BadDescription {
            layer: path.to_string(),
            source,
        })?;
        let only_if_absent = PutOptions::from(PutMode::Create);
        let put = self.store.put_opts(&path, bytes.into(), only_if_absent);
        match put.await {
            Ok(_) => Ok(()),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => Err(StoreError::Conflict {
                url: self.url.clone(),
                publication: number,
            }),
            Err(source) => Err(StoreError::remote("publish to", &self.url, source)),
        }
    }

    fn document(&self, number: u64) -> ObjectPath {
        self.root
            .clone()
            .join("publications")
            .join(format!("{number:08}.json"))
    }

    /// Where a file of a version lies.
    fn object(&self, version: &VersionState, file: &super::catalog::FileEntry) -> ObjectPath {
        self.version_folder(&version.layer, version)
            .join(file.blake3.as_str())
            .join(file.name.as_str())
    }

    fn version_folder(&self, layer: &LayerId, version: &VersionState) -> ObjectPath {
        self.root
            .clone()
            .join("layers")
            .join(layer.as_str())
            .join(version.version.to_string())
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    #[test]
    fn of_two_documents_of_one_number_the_first_stays() {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let remote = RemoteTwin::over(store, "province/30", "memory:").unwrap();
        assert_eq!(remote.publication().unwrap(), 0);
        let state = |counter| State {
            format: state::FORMAT,
            counter,
            versions: Vec::new(),
            current: std::collections::BTreeMap::new(),
            pins: Vec::new(),
            history: Vec::new(),
        };
        let put = |counter| {
            remote
                .runtime
                .block_on(remote.put_document(1, &state(counter)))
        };
        put(1).unwrap();
        let late = put(2).unwrap_err();
        assert!(
            matches!(late, StoreError::Conflict { publication: 1, .. }),
            "{late:?}"
        );
        assert_eq!(remote.newest().unwrap().state.counter, 1);
    }

    #[test]
    fn only_addresses_of_stores_are_opened() {
        for bad in ["", "http://x/y", "s3://", "file://relative", "/srv/twin"] {
            let refused = RemoteTwin::open(bad);
            assert!(
                matches!(refused, Err(StoreError::BadAddress { .. })),
                "{bad:?} must be refused"
            );
        }
    }
}
