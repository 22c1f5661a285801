//! Ways to the catalog: for writing where that is allowed, for reading everywhere.
//!
//! SQLite in WAL mode wants to write beside its file even to read it. Where nothing may be written (a read-only file system,
//! another owner) and no log lies there, the file is opened as immutable, which takes no locks; each read then opens it anew
//! and is done again if the file changed meanwhile. Where a writer's log lies there, SQLite reads it without writing.

use std::{
    fmt::Write as _,
    fs, io,
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::format;
use crate::StoreError;

/// How long a reader or writer waits for another's short transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads of an immutable catalog before giving up; each fails only if a writer's checkpoint falls into its millisecond.
const MAX_READS: usize = 20;

/// The catalog of an open twin.
#[derive(Debug)]
pub(in crate::store) enum Catalog {
    /// May be read and written.
    Writable(Mutex<Connection>),
    /// May only be read.
    ReadOnly,
}

impl Catalog {
    pub(in crate::store) fn open(dir: &Path) -> Result<Self, StoreError> {
        match open_writable(dir) {
            Ok(Some(connection)) => Ok(Self::Writable(Mutex::new(connection))),
            Ok(None) | Err(StoreError::PermissionDenied { .. }) => Self::open_read_only(dir),
            Err(error) => Err(error),
        }
    }

    fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        read_only(dir, |_connection| Ok(()))?;
        Ok(Self::ReadOnly)
    }

    /// Reads; where nothing may be written, perhaps more than once.
    pub(in crate::store) fn read<T>(
        &self,
        dir: &Path,
        read: impl Fn(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            // A panic elsewhere leaves the connection usable: SQLite rolls an open transaction back.
            Self::Writable(connection) => {
                read(&connection.lock().unwrap_or_else(PoisonError::into_inner))
            }
            Self::ReadOnly => read_only(dir, read),
        }
    }

    /// Writes.
    pub(in crate::store) fn write<T>(
        &self,
        dir: &Path,
        write: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Writable(connection) => {
                write(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
            }
            Self::ReadOnly => Err(StoreError::PermissionDenied {
                path: dir.join("twin.db"),
                step: "write",
            }),
        }
    }
}

/// A connection for writing; none where the file or its folder may not be written.
fn open_writable(dir: &Path) -> Result<Option<Connection>, StoreError> {
    let fail = |source| StoreError::catalog("open", dir, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let path = dir.join("twin.db");
    let opened = Connection::open_with_flags(&path, flags);
    let mut connection = match opened {
        Err(error) if cannot_write(&error) && matches!(path.try_exists(), Ok(true)) => {
            return Ok(None);
        }
        opened => opened.map_err(fail)?,
    };
    if connection.is_readonly("main").map_err(fail)? {
        return Ok(None);
    }
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    let prepare = || -> rusqlite::Result<()> {
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_row| Ok(()))
    };
    match prepare() {
        // The file may be written, but not its folder, where the log would lie.
        Err(error) if cannot_write(&error) => return Ok(None),
        prepared => prepared.map_err(fail)?,
    }
    format::known_format(&connection, dir)?;
    format::bring_up_to_date(&mut connection).map_err(fail)?;
    Ok(Some(connection))
}

fn cannot_write(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    )
}

fn read_only<T>(
    dir: &Path,
    read: impl Fn(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let path = dir.join("twin.db");
    let look = |source| StoreError::io("look at", &path, source);
    for _ in 0..MAX_READS {
        let has_log = match fs::metadata(dir.join("twin.db-wal")) {
            Ok(log) => log.len() > 0,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(look(error)),
        };
        let before = stamp(&path).map_err(look)?;
        let outcome =
            open_for_reading(dir, &path, has_log).and_then(|connection| read(&connection));
        if has_log || stamp(&path).map_err(look)? == before {
            return outcome;
        }
    }
    Err(StoreError::io(
        "read",
        path,
        io::Error::other("it changed during every attempt"),
    ))
}

fn open_for_reading(dir: &Path, path: &Path, has_log: bool) -> Result<Connection, StoreError> {
    let fail = |source| StoreError::catalog("open", dir, source);
    // Tells a missing permission from a database that is none.
    fs::File::open(path).map_err(|source| StoreError::io("read", path, source))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let address = address(path, if has_log { "" } else { "?immutable=1" });
    let mut connection = Connection::open_with_flags(address, flags).map_err(fail)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    let found = format::known_format(&connection, dir)?;
    if found == 0 {
        return Err(StoreError::NoTwin { dir: dir.into() });
    }
    format::complete_in_memory(&mut connection).map_err(fail)?;
    Ok(connection)
}

/// A path as SQLite's `file:` address.
fn address(path: &Path, query: &str) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(byte) {
            address.push(char::from(*byte));
        } else {
            write!(address, "%{byte:02X}").expect("writing to a String does not fail");
        }
    }
    address + query
}

/// What changes when a file is written or replaced.
fn stamp(path: &Path) -> io::Result<(u64, u64, i64, i64)> {
    let metadata = fs::metadata(path)?;
    Ok((
        metadata.ino(),
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec(),
    ))
}
