//! What can go wrong with a twin: opening, reading, writing, and its place on an object store.

use std::{io, path::PathBuf};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::CrsError;
use crate::{LayerId, LayerMeta, Version};

/// A twin that cannot be opened, read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no twin there.
    #[error(
        "there is no twin at {dir:?}; make one with `lucdau demo --twin DIR` or `lucdau import SOURCE --twin DIR --layer ID`"
    )]
    NoTwin {
        /// The directory.
        dir: PathBuf,
    },
    /// A directory that holds something else.
    #[error(
        "{dir:?} is not a twin: it holds other files and no twin.db; give an empty or new directory"
    )]
    NotATwin {
        /// The directory.
        dir: PathBuf,
    },
    /// A twin of a later program.
    #[error(
        "the twin at {dir:?} has catalog format {found}, this program knows up to {known}; use a newer lucdau"
    )]
    Newer {
        /// The directory.
        dir: PathBuf,
        /// Its format.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// Another process writes.
    #[error(
        "the twin at {dir:?} is being written by another process ({holder}); wait until it is done and try again"
    )]
    Locked {
        /// The directory.
        dir: PathBuf,
        /// Who holds the lock.
        holder: String,
    },
    /// No room.
    #[error(
        "the disk is full: no room to write {path:?}; free some space and try again, the published version is untouched"
    )]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// Not allowed.
    #[error(
        "not allowed to {step} {path:?}; check the owner and permissions of the twin directory"
    )]
    PermissionDenied {
        /// What.
        path: PathBuf,
        /// Doing what.
        step: &'static str,
    },
    /// The file system failed.
    #[error("cannot {step} {path:?}")]
    Io {
        /// What.
        path: PathBuf,
        /// Doing what.
        step: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The catalog database failed.
    #[error("cannot {step} in the catalog of the twin at {dir:?}")]
    Catalog {
        /// The twin.
        dir: PathBuf,
        /// Doing what.
        step: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// The catalog holds a description that cannot be read.
    #[error(
        "the catalog's description of layer {layer} cannot be read; roll back to an earlier version or import it again"
    )]
    BadDescription {
        /// Which layer.
        layer: String,
        /// What was wrong.
        #[source]
        source: serde_json::Error,
    },
    /// No such layer.
    #[error("there is no layer {layer}; there are: {}", if known.is_empty() { "none yet".to_owned() } else { known.join(", ") })]
    UnknownLayer {
        /// What was asked for.
        layer: LayerId,
        /// What there is.
        known: Vec<String>,
    },
    /// No such version.
    #[error("layer {layer} has no version {version}; it has: {}", known.join(", "))]
    UnknownVersion {
        /// Which layer.
        layer: LayerId,
        /// What was asked for.
        version: Version,
        /// What there is.
        known: Vec<String>,
    },
    /// A version that was there and is no longer kept.
    #[error("layer {layer} {version} was removed on {} by the retention policy; kept are: {}", at.format("%Y-%m-%d %H:%M UTC"), known.join(", "))]
    Removed {
        /// Which layer.
        layer: LayerId,
        /// What was asked for.
        version: Version,
        /// When it was removed.
        at: DateTime<Utc>,
        /// What there still is.
        known: Vec<String>,
    },
    /// A moment before the first version.
    #[error("layer {layer} was not there yet at {}; its first version is of {}", moment.to_rfc3339(), first.to_rfc3339())]
    NotYet {
        /// Which layer.
        layer: LayerId,
        /// The moment asked for.
        moment: DateTime<Utc>,
        /// When it was first published.
        first: DateTime<Utc>,
    },
    /// No such attribute, or one that does not serve for what was asked.
    #[error("layer {layer} has no attribute {attribute:?} in both versions; it has: {}", known.join(", "))]
    UnknownAttribute {
        /// Which layer.
        layer: LayerId,
        /// What was asked for.
        attribute: String,
        /// What there is.
        known: Vec<String>,
    },
    /// An attribute that has too many values to group by.
    #[error(
        "attribute {attribute:?} has more than {most} values; group by one with few, such as a land-use code"
    )]
    TooManyClasses {
        /// What was asked for.
        attribute: String,
        /// How many there may be.
        most: usize,
    },
    /// PROJ has no plane to measure areas on.
    #[error("areas cannot be measured; check the installation of PROJ (proj-data)")]
    NoMeasure {
        /// What PROJ said.
        #[source]
        source: CrsError,
    },
    /// A raster was asked of a layer of features, or the reverse.
    #[error("layer {layer} is {found}, not {wanted}")]
    WrongKind {
        /// Which layer.
        layer: LayerId,
        /// What it is.
        found: &'static str,
        /// What was asked.
        wanted: &'static str,
    },
    /// A published file that cannot be read.
    #[error(
        "{path:?} of layer {layer} {version} is damaged ({detail}); roll back to an earlier version or import it again"
    )]
    Damaged {
        /// Which layer.
        layer: LayerId,
        /// Which version.
        version: Version,
        /// Which file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// An address that names no object store.
    #[error(
        "{url:?} is no address of a twin; write for example s3://bucket/prefix or file:///srv/twin"
    )]
    BadAddress {
        /// What was given.
        url: String,
    },
    /// Nothing was published there.
    #[error("there is no twin at {url}; send one with `lucdau push --twin DIR --to {url}`")]
    NoRemote {
        /// The address.
        url: String,
    },
    /// Another writer was first.
    #[error(
        "another writer published to {url} at the same time (publication {publication}); nothing was published: pull into a new folder, import there what is missing, and push that"
    )]
    Conflict {
        /// The address.
        url: String,
        /// The number both wanted.
        publication: u64,
    },
    /// Two twins that each have publications the other lacks.
    #[error(
        "this twin and {url} went different ways: each has publications the other lacks; pull into a new folder and import there what is missing"
    )]
    Diverged {
        /// The address.
        url: String,
    },
    /// The object store failed.
    #[error("cannot {step} {url}; check the address, the network and the AWS_… variables")]
    Remote {
        /// The address.
        url: String,
        /// Doing what.
        step: &'static str,
        /// What it said.
        #[source]
        source: Box<object_store::Error>,
    },
    /// Features that cannot be written.
    #[error("cannot write {path:?} ({detail})")]
    Encode {
        /// What.
        path: PathBuf,
        /// What was wrong.
        detail: String,
    },
}

impl StoreError {
    pub(crate) fn damaged(
        meta: &LayerMeta,
        path: impl Into<PathBuf>,
        detail: impl Into<String>,
    ) -> Self {
        Self::Damaged {
            layer: meta.id.clone(),
            version: meta.version,
            path: path.into(),
            detail: detail.into(),
        }
    }

    pub(crate) fn remote(step: &'static str, url: &str, source: object_store::Error) -> Self {
        Self::Remote {
            url: url.to_owned(),
            step,
            source: Box::new(source),
        }
    }

    pub(crate) fn io(step: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::PermissionDenied { path, step }
            }
            _ => Self::Io { path, step, source },
        }
    }

    pub(crate) fn catalog(
        step: &'static str,
        dir: impl Into<PathBuf>,
        source: rusqlite::Error,
    ) -> Self {
        let dir = dir.into();
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull {
                path: dir.join("twin.db"),
            },
            Some(rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::PermissionDenied) => {
                Self::PermissionDenied {
                    path: dir.join("twin.db"),
                    step,
                }
            }
            _ => Self::Catalog { dir, step, source },
        }
    }
}
