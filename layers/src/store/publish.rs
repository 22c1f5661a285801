//! Writing: the lock, the staging folder, the rename, the catalog's transaction, and cleaning up after the killed.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime},
};

use super::{
    Twin,
    catalog::{self, FileEntry},
};
use crate::{LayerId, LayerKind, LayerMeta, StoreError, Version};

const STAGING_PREFIX: &str = ".staging-";

/// By this file an interrupted import can be gone on with.
const CHECKPOINT: &str = "runs/checkpoint.json";

/// How long an interrupted import is kept to be gone on with.
const RESUMABLE_FOR: Duration = Duration::from_secs(2 * 24 * 3600);

/// The right to write to a twin; held by one process at a time, given up when dropped or when the process ends.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    twin: &'a Twin,
    _lock: File,
}

/// A folder a version is being written into; removed when dropped without being published, unless it is to be kept.
#[derive(Debug)]
pub(crate) struct Staging {
    path: PathBuf,
    keep: AtomicBool,
}

impl Staging {
    /// Where to write the version's files.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it for the next import of the same sources to go on with.
    pub(crate) fn keep(&self) {
        self.keep.store(true, Ordering::Relaxed);
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.keep.load(Ordering::Relaxed) {
            return;
        }
        // After publishing it is gone; what cannot be removed now the next writer removes.
        fs::remove_dir_all(&self.path).ok();
    }
}

impl<'a> Writer<'a> {
    pub(super) fn lock(twin: &'a Twin) -> Result<Self, StoreError> {
        let path = twin.dir.join("twin.lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| StoreError::io("open", &path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                lock.read_to_string(&mut holder).ok();
                let holder = if holder.trim().is_empty() {
                    "unknown".to_owned()
                } else {
                    holder.trim().to_owned()
                };
                return Err(StoreError::Locked {
                    dir: twin.dir.clone(),
                    holder,
                });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::io("lock", &path, source)),
        }
        let mut note = || -> std::io::Result<()> {
            lock.set_len(0)?;
            lock.rewind()?;
            writeln!(lock, "process {}", std::process::id())
        };
        // Only for the message another process shows.
        note().ok();
        let writer = Self { twin, _lock: lock };
        writer.sweep()?;
        Ok(writer)
    }

    pub(crate) fn twin(&self) -> &'a Twin {
        self.twin
    }

    /// A folder for a new version of a layer, on the file system it will stay on; the one an interrupted import with
    /// the same key left, with its runs alone.
    pub(crate) fn stage(
        &self,
        layer: &LayerId,
        kind: LayerKind,
        key: &str,
    ) -> Result<Staging, StoreError> {
        let path = self
            .twin
            .layer_folder(layer, kind)
            .join(format!("{STAGING_PREFIX}{key}"));
        fs::create_dir_all(&path).map_err(|source| StoreError::io("create", &path, source))?;
        for left in list(&path)?.into_iter().filter(|left| left.is_file()) {
            fs::remove_file(&left).map_err(|source| StoreError::io("remove", &left, source))?;
        }
        Ok(Staging {
            path,
            keep: AtomicBool::new(false),
        })
    }

    /// Makes what was staged the current version; `meta.version` is set here.
    pub(crate) fn publish(
        &self,
        staging: &Staging,
        mut meta: LayerMeta,
    ) -> Result<Version, StoreError> {
        let twin = self.twin;
        let newest = catalog::newest(&twin.catalog(), &twin.dir, &meta.id)?;
        meta.version = Version(newest + 1);
        let files = seal(&staging.path)?;
        let folder = twin.folder(&meta);
        let parent = twin.layer_folder(&meta.id, meta.kind);
        fs::rename(&staging.path, &folder)
            .map_err(|source| StoreError::io("publish", &folder, source))?;
        for dir in [
            parent.as_path(),
            parent.parent().unwrap_or(&twin.dir),
            &twin.dir,
        ] {
            sync_dir(dir)?;
        }
        let entered = catalog::publish(&mut twin.catalog(), &twin.dir, &meta, &files);
        if entered.is_err() {
            // Not in the catalog, so not published; the next writer would sweep it too.
            fs::remove_dir_all(&folder).ok();
        }
        entered.map(|()| meta.version)
    }

    /// Makes a version that exists the current one.
    pub(crate) fn make_current(&self, layer: &LayerId, version: Version) -> Result<(), StoreError> {
        catalog::make_current(&mut self.twin.catalog(), &self.twin.dir, layer, version)
    }

    /// Removes what killed writers left: staging folders, and versions that never reached the catalog.
    fn sweep(&self) -> Result<(), StoreError> {
        for root in ["layers", "rasters"] {
            for folder in list(&self.twin.dir.join(root))? {
                self.sweep_layer(&folder)?;
            }
        }
        Ok(())
    }

    fn sweep_layer(&self, folder: &Path) -> Result<(), StoreError> {
        let name_of = |path: &Path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let Ok(id) = name_of(folder).parse::<LayerId>() else {
            return Ok(());
        };
        let known: Vec<String> = self
            .twin
            .versions(&id)?
            .iter()
            .map(|meta| meta.version.to_string())
            .collect();
        for entry in list(folder)? {
            let name = name_of(&entry);
            let is_left = name.starts_with(STAGING_PREFIX) && !is_resumable(&entry);
            if is_left || is_version(&name) && !known.contains(&name) {
                tracing::info!(path = %entry.display(), "removing what an interrupted import left");
                fs::remove_dir_all(&entry)
                    .map_err(|source| StoreError::io("remove", &entry, source))?;
            }
        }
        Ok(())
    }
}

fn is_resumable(staging: &Path) -> bool {
    let changed = fs::metadata(staging.join(CHECKPOINT)).and_then(|about| about.modified());
    changed.is_ok_and(|changed| {
        let age = SystemTime::now().duration_since(changed);
        age.is_ok_and(|age| age < RESUMABLE_FOR)
    })
}

fn is_version(name: &str) -> bool {
    name.strip_prefix('v')
        .is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The entries of a directory; none when it does not exist.
fn list(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let fail = |source| StoreError::io("list", dir, source);
    match fs::read_dir(dir) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(fail))
            .collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(fail(error)),
    }
}

/// Syncs every file of a folder and the folder, and gives their checksums.
fn seal(folder: &Path) -> Result<Vec<FileEntry>, StoreError> {
    let mut files = Vec::new();
    for path in list(folder)? {
        let file = File::open(&path).map_err(|source| StoreError::io("open", &path, source))?;
        file.sync_all()
            .map_err(|source| StoreError::io("write", &path, source))?;
        let bytes = file
            .metadata()
            .map_err(|source| StoreError::io("look at", &path, source))?
            .len();
        let mut hasher = blake3::Hasher::new();
        hasher
            .update_reader(&file)
            .map_err(|source| StoreError::io("read", &path, source))?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        files.push(FileEntry {
            name,
            bytes,
            blake3: hasher.finalize().to_hex().to_string(),
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    sync_dir(folder)?;
    Ok(files)
}

fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    let sync = || File::open(dir)?.sync_all();
    sync().map_err(|source| StoreError::io("write", dir, source))
}
