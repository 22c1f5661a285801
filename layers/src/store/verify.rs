//! Are the files those that were published? Give it a version, get nothing, or what is damaged.
//!
//! Every file of a version has its size and BLAKE3 in the catalog. They are compared before a version is read the first
//! time; what was compared is remembered in `cache/verified.json` with the file's size, times and inode, so that a file
//! nobody touched is not hashed again. That sees changes by programs and cut-off writes. What rots on the disk under an
//! unchanged inode is seen by [`Twin::verify_fully`], which hashes always.

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde::{Deserialize, Serialize};

use super::{Twin, catalog, catalog::FileEntry};
use crate::{LayerId, LayerMeta, StoreError, Version};

/// What was verified, kept in memory and in a file that may be deleted at any time.
#[derive(Debug)]
pub(super) struct Verified {
    path: PathBuf,
    /// None before the file was read.
    stamps: Mutex<Option<BTreeMap<String, Stamp>>>,
}

/// A file as it was when its checksum was right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    bytes: u64,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    blake3: String,
}

impl Stamp {
    pub(super) fn new(metadata: &Metadata, blake3: &str) -> Self {
        Self {
            bytes: metadata.len(),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            blake3: blake3.to_owned(),
        }
    }
}

impl Verified {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            path: dir.join("cache/verified.json"),
            stamps: Mutex::new(None),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Stamp>) -> T) -> T {
        let mut stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that is missing or unreadable only costs hashing again.
        let read = || serde_json::from_slice(&fs::read(&self.path).ok()?).ok();
        work(stamps.get_or_insert_with(|| read().unwrap_or_default()))
    }

    fn knows(&self, name: &str, stamp: &Stamp) -> bool {
        self.with(|stamps| stamps.get(name) == Some(stamp))
    }

    /// Remembers files, and forgets those of versions that are gone.
    pub(super) fn remember(
        &self,
        news: impl IntoIterator<Item = (String, Stamp)>,
        gone: &[String],
    ) {
        self.with(|stamps| {
            stamps.retain(|name, _| !gone.iter().any(|folder| name.starts_with(folder.as_str())));
            stamps.extend(news);
            if let Err(error) = self.save(stamps) {
                // A twin that may only be read is verified by each process that opens it.
                tracing::debug!(%error, path = %self.path.display(), "what was verified is not remembered");
            }
        });
    }

    fn save(&self, stamps: &BTreeMap<String, Stamp>) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let fresh = folder.join(format!(".verified-{}", std::process::id()));
        fs::write(&fresh, serde_json::to_vec(stamps)?)?;
        fs::rename(&fresh, &self.path)
    }
}

/// The version of a layer to serve, and those that may not be.
#[derive(Debug)]
pub struct Served {
    /// The newest good version that is not later than the current one.
    pub meta: LayerMeta,
    /// The versions passed over, the current one first; empty where that one is good.
    pub refused: Vec<Refused>,
}

/// A version that may not be served.
#[derive(Debug)]
pub struct Refused {
    /// Which version.
    pub version: Version,
    /// What is wrong with it.
    pub reason: StoreError,
}

/// A version after its files were hashed.
#[derive(Debug)]
pub struct Verdict {
    /// Which layer.
    pub layer: LayerId,
    /// Which version.
    pub version: Version,
    /// The size of its files together.
    pub bytes: u64,
    /// What is wrong with it, if anything.
    pub fault: Option<StoreError>,
}

impl Twin {
    /// Compares a version's files with the catalog, unless that was done before and they have not been touched since.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for the first file that is missing, cut short or changed; [`StoreError::Removed`] for a
    /// version that retention took away; else when the files or the catalog cannot be read.
    pub fn verify(&self, meta: &LayerMeta) -> Result<(), StoreError> {
        let (files, root) = self.files_of(meta)?;
        let mut news = Vec::new();
        for file in &files {
            let name = format!("{root}/{}", file.name);
            let (opened, stamp) = self.open_whole(meta, file)?;
            if !self.verified.knows(&name, &stamp) {
                self.compare(meta, file, opened)?;
                news.push((name, stamp));
            }
        }
        if !news.is_empty() {
            self.verified.remember(news, &[]);
        }
        Ok(())
    }

    /// Compares a version's files with the catalog, reading every byte.
    ///
    /// # Errors
    /// As [`Twin::verify`].
    pub fn verify_fully(&self, meta: &LayerMeta) -> Result<(), StoreError> {
        let (files, root) = self.files_of(meta)?;
        let mut news = Vec::new();
        for file in &files {
            let (opened, stamp) = self.open_whole(meta, file)?;
            self.compare(meta, file, opened)?;
            news.push((format!("{root}/{}", file.name), stamp));
        }
        self.verified.remember(news, &[]);
        Ok(())
    }

    /// Hashes every file of these versions, on all cores.
    ///
    /// # Errors
    /// When the catalog cannot be read; what is wrong with a version is in its verdict.
    pub fn verify_all(&self, metas: &[LayerMeta]) -> Result<Vec<Verdict>, StoreError> {
        let verdict = |meta: &LayerMeta| -> Result<Verdict, StoreError> {
            let fault = self.verify_fully(meta).err();
            Ok(Verdict {
                layer: meta.id.clone(),
                version: meta.version,
                bytes: self.bytes_of(meta)?,
                fault,
            })
        };
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Verdict)>, StoreError> {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(meta) = metas.get(at) else {
                    return Ok(done);
                };
                done.push((at, verdict(meta)?));
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut verdicts = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let mut all = Vec::new();
            for worker in workers {
                all.extend(worker.join().expect("hashing does not panic")?);
            }
            Ok::<_, StoreError>(all)
        })?;
        verdicts.sort_by_key(|(at, _)| *at);
        Ok(verdicts.into_iter().map(|(_, verdict)| verdict).collect())
    }

    /// The version of a layer to serve: the current one, or, where that is damaged, the newest good one before it.
    ///
    /// A later version than the current one is never served in its place: it was rolled back from.
    ///
    /// # Errors
    /// When there is no such layer, or no version of it is good: then what is wrong with the current one.
    pub fn good_version(&self, layer: &LayerId) -> Result<Served, StoreError> {
        let current = self.meta(layer)?;
        let earlier = self.versions_before(&current)?;
        let mut refused = Vec::new();
        for meta in std::iter::once(current).chain(earlier) {
            match self.verify(&meta) {
                Ok(()) => return Ok(Served { meta, refused }),
                Err(reason) => refused.push(Refused {
                    version: meta.version,
                    reason,
                }),
            }
        }
        Err(refused.swap_remove(0).reason)
    }

    /// The earlier versions of a layer, newest first: what to serve, in this order, when a version is damaged.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn versions_before(&self, meta: &LayerMeta) -> Result<Vec<LayerMeta>, StoreError> {
        let mut versions = self.versions(&meta.id)?;
        versions.retain(|earlier| earlier.version < meta.version);
        versions.reverse();
        Ok(versions)
    }

    /// The size of a version's files together, as published.
    pub(super) fn bytes_of(&self, meta: &LayerMeta) -> Result<u64, StoreError> {
        let files = self.catalog.read(&self.dir, |catalog| {
            catalog::files(catalog, &self.dir, &meta.id, meta.version)
        })?;
        Ok(files.iter().map(|file| file.bytes).sum())
    }

    /// The files of a version that is in the catalog, and its folder within the twin.
    fn files_of(&self, meta: &LayerMeta) -> Result<(Vec<FileEntry>, String), StoreError> {
        let files = self.catalog.read(&self.dir, |catalog| {
            catalog::files(catalog, &self.dir, &meta.id, meta.version)
        })?;
        if files.is_empty() {
            self.meta_of_version(&meta.id, meta.version)?;
        }
        Ok((files, self.name_of_folder(meta)))
    }

    /// A version's folder within the twin.
    pub(super) fn name_of_folder(&self, meta: &LayerMeta) -> String {
        let folder = self.folder(meta);
        let within = folder.strip_prefix(&self.dir).unwrap_or(&folder);
        within.to_string_lossy().into_owned()
    }

    /// Opens a file of a version that has the size it was published with.
    fn open_whole(&self, meta: &LayerMeta, file: &FileEntry) -> Result<(File, Stamp), StoreError> {
        let path = self.folder(meta).join(&file.name);
        let open = || -> io::Result<(File, Metadata)> {
            let opened = File::open(&path)?;
            let metadata = opened.metadata()?;
            Ok((opened, metadata))
        };
        let (opened, metadata) = match open() {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.missing(meta, path));
            }
            Err(source) => return Err(StoreError::io("read", path, source)),
        };
        if metadata.len() != file.bytes {
            let detail = format!(
                "it has {} bytes, {} were published",
                metadata.len(),
                file.bytes
            );
            return Err(StoreError::damaged(meta, path, detail));
        }
        let stamp = Stamp::new(&metadata, &file.blake3);
        Ok((opened, stamp))
    }

    /// A file that is not there: damage, unless its version was removed since the caller learnt of it.
    pub(super) fn missing(&self, meta: &LayerMeta, path: PathBuf) -> StoreError {
        match self.meta_of_version(&meta.id, meta.version) {
            Ok(_) => StoreError::damaged(meta, path, "the file is missing"),
            Err(gone) => gone,
        }
    }

    fn compare(&self, meta: &LayerMeta, file: &FileEntry, opened: File) -> Result<(), StoreError> {
        let path = self.folder(meta).join(&file.name);
        let found = checksum(opened).map_err(|source| StoreError::io("read", &path, source))?;
        if found == file.blake3 {
            return Ok(());
        }
        let detail = "its checksum is not the one that was published";
        Err(StoreError::damaged(meta, path, detail))
    }
}

/// BLAKE3 of what is left of a reader, hexadecimal.
pub(crate) fn checksum(reader: impl io::Read) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(reader)?;
    Ok(hasher.finalize().to_hex().to_string())
}
