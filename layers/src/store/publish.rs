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
    verify::{self, Stamp},
};
use crate::{LayerId, LayerKind, LayerMeta, StoreError, Version};

const STAGING_PREFIX: &str = ".staging-";

/// By this file an interrupted import can be gone on with.
const CHECKPOINT: &str = "runs/checkpoint.json";

/// How long an interrupted import is kept to be gone on with.
const RESUMABLE_FOR: Duration = Duration::from_secs(2 * 24 * 3600);

/// A version on its way out, so that it goes for readers all at once.
const REMOVED_PREFIX: &str = ".removed-";

/// The right to write to a twin; held by one process at a time, given up when dropped or when the process ends.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    twin: &'a Twin,
    /// What killed writers left and this one removed.
    swept: Vec<Swept>,
    _lock: File,
}

/// Something that was removed because the catalog does not name it.
#[derive(Clone, Debug)]
pub(super) struct Swept {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
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
        let mut writer = Self {
            twin,
            swept: Vec::new(),
            _lock: lock,
        };
        writer.sweep()?;
        Ok(writer)
    }

    /// What killed writers left and this one removed.
    pub(super) fn swept(&self) -> &[Swept] {
        &self.swept
    }

    /// The twin that is written.
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
        let newest = twin.catalog.read(&twin.dir, |catalog| {
            catalog::newest(catalog, &twin.dir, &meta.id)
        })?;
        meta.version = Version(newest + 1);
        let (files, stamps): (Vec<_>, Vec<_>) = seal(&staging.path)?.into_iter().unzip();
        self.put_in_place(staging, &meta)?;
        let entered = twin.catalog.write(&twin.dir, |catalog| {
            catalog::publish(catalog, &twin.dir, &meta, &files)
        });
        if entered.is_err() {
            // Not in the catalog, so not published; the next writer would sweep it too.
            fs::remove_dir_all(twin.folder(&meta)).ok();
        }
        entered?;
        let root = twin.name_of_folder(&meta);
        let named = files.iter().map(|file| format!("{root}/{}", file.name));
        twin.verified.remember(named.zip(stamps), &[]);
        Ok(meta.version)
    }

    /// Renames what was staged to the folder of its version, to stay there through a power cut.
    pub(super) fn put_in_place(
        &self,
        staging: &Staging,
        meta: &LayerMeta,
    ) -> Result<(), StoreError> {
        let twin = self.twin;
        let folder = twin.folder(meta);
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
        Ok(())
    }

    /// Makes a version that exists the current one.
    pub(crate) fn make_current(&self, layer: &LayerId, version: Version) -> Result<(), StoreError> {
        let twin = self.twin;
        twin.catalog.write(&twin.dir, |catalog| {
            catalog::make_current(catalog, &twin.dir, layer, version)
        })
    }

    /// Takes versions out of the catalog in one transaction, then removes their files.
    ///
    /// Killed in between, the versions are gone and the next writer removes the files.
    pub(super) fn remove(&self, metas: &[LayerMeta]) -> Result<(), StoreError> {
        let twin = self.twin;
        let versions: Vec<_> = metas
            .iter()
            .map(|meta| (meta.id.clone(), meta.version))
            .collect();
        twin.catalog.write(&twin.dir, |catalog| {
            catalog::remove(catalog, &twin.dir, &versions)
        })?;
        self.clear_away(metas)
    }

    /// Removes the files of versions that the catalog no longer names.
    pub(super) fn clear_away(&self, metas: &[LayerMeta]) -> Result<(), StoreError> {
        let twin = self.twin;
        let gone: Vec<_> = metas
            .iter()
            .map(|meta| twin.name_of_folder(meta) + "/")
            .collect();
        twin.verified.remember([], &gone);
        for meta in metas {
            let folder = twin.folder(meta);
            let aside = twin
                .layer_folder(&meta.id, meta.kind)
                .join(format!("{REMOVED_PREFIX}{}", meta.version));
            let remove = || {
                fs::rename(&folder, &aside)?;
                fs::remove_dir_all(&aside)
            };
            match remove() {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                removed => {
                    removed.map_err(|source| StoreError::io("remove", &folder, source))?;
                }
            }
        }
        Ok(())
    }

    /// Removes what killed writers left: staging folders, and versions that are not in the catalog.
    fn sweep(&mut self) -> Result<(), StoreError> {
        for root in ["layers", "rasters"] {
            for folder in list(&self.twin.dir.join(root))? {
                self.sweep_layer(&folder)?;
            }
        }
        Ok(())
    }

    fn sweep_layer(&mut self, folder: &Path) -> Result<(), StoreError> {
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
            let is_left = name.starts_with(REMOVED_PREFIX)
                || name.starts_with(STAGING_PREFIX) && !is_resumable(&entry);
            if is_left || is_version(&name) && !known.contains(&name) {
                tracing::info!(path = %entry.display(), "removing what an interrupted writer left");
                let bytes = bytes_in(&entry)?;
                fs::remove_dir_all(&entry)
                    .map_err(|source| StoreError::io("remove", &entry, source))?;
                self.swept.push(Swept { path: entry, bytes });
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

/// The last part of a path.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The size of the files of a folder.
fn bytes_in(folder: &Path) -> Result<u64, StoreError> {
    let size = |path: PathBuf| {
        fs::metadata(&path)
            .map(|metadata| metadata.len())
            .map_err(|source| StoreError::io("look at", path, source))
    };
    list(folder)?.into_iter().map(size).sum()
}

fn is_version(name: &str) -> bool {
    name.strip_prefix('v')
        .is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The entries of a directory; none when it does not exist.
pub(super) fn list(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let fail = |source| StoreError::io("list", dir, source);
    match fs::read_dir(dir) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(fail))
            .collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(fail(error)),
    }
}

/// Syncs every file of a folder and the folder; gives their checksums and how they were then.
pub(super) fn seal(folder: &Path) -> Result<Vec<(FileEntry, Stamp)>, StoreError> {
    let mut files = Vec::new();
    for path in list(folder)? {
        let file = File::open(&path).map_err(|source| StoreError::io("open", &path, source))?;
        file.sync_all()
            .map_err(|source| StoreError::io("write", &path, source))?;
        let metadata = file
            .metadata()
            .map_err(|source| StoreError::io("look at", &path, source))?;
        let blake3 =
            verify::checksum(file).map_err(|source| StoreError::io("read", &path, source))?;
        let stamp = Stamp::new(&metadata, &blake3);
        let entry = FileEntry {
            name: name_of(&path),
            bytes: metadata.len(),
            blake3,
        };
        files.push((entry, stamp));
    }
    files.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    sync_dir(folder)?;
    Ok(files)
}

fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    let sync = || File::open(dir)?.sync_all();
    sync().map_err(|source| StoreError::io("write", dir, source))
}
