//! The catalog of a twin: an SQLite file with a row per version. Small, so that reading it whole is cheap.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};

use crate::{LayerId, LayerMeta, StoreError, Version};

/// The format of the catalog this program writes.
const FORMAT: u32 = 1;

/// How long a reader or writer waits for another's short transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const TABLES: &str = "
    CREATE TABLE version (
        layer TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version > 0),
        meta TEXT NOT NULL,
        published_at TEXT NOT NULL,
        PRIMARY KEY (layer, version)
    ) STRICT;
    CREATE TABLE file (
        layer TEXT NOT NULL,
        version INTEGER NOT NULL,
        name TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        blake3 TEXT NOT NULL,
        PRIMARY KEY (layer, version, name),
        FOREIGN KEY (layer, version) REFERENCES version (layer, version) ON DELETE CASCADE
    ) STRICT;
    CREATE TABLE current (
        layer TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        FOREIGN KEY (layer, version) REFERENCES version (layer, version)
    ) STRICT;
    CREATE TABLE publication (only INTEGER PRIMARY KEY CHECK (only = 0), counter INTEGER NOT NULL) STRICT;
    INSERT INTO publication VALUES (0, 0);
";

/// A file of a version, as entered in the catalog.
#[derive(Debug)]
pub(super) struct FileEntry {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

pub(super) fn open(dir: &Path) -> Result<Connection, StoreError> {
    let fail = |source| StoreError::catalog("open", dir, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(dir.join("twin.db"), flags).map_err(fail)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    connection
        .pragma_update(None, "foreign_keys", true)
        .map_err(fail)?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(fail)?;
    let found = format(&connection).map_err(fail)?;
    if found > FORMAT {
        return Err(StoreError::Newer {
            dir: dir.into(),
            found,
            known: FORMAT,
        });
    }
    if found == 0 {
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(fail)?;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        // Another process may have made the tables while this one waited.
        if format(&transaction).map_err(fail)? == 0 {
            transaction.execute_batch(TABLES).map_err(fail)?;
            transaction
                .pragma_update(None, "user_version", FORMAT)
                .map_err(fail)?;
        }
        transaction.commit().map_err(fail)?;
    }
    Ok(connection)
}

fn format(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

pub(super) fn current(connection: &Connection, dir: &Path) -> Result<Vec<LayerMeta>, StoreError> {
    let query =
        "SELECT layer, meta FROM current JOIN version USING (layer, version) ORDER BY layer";
    described(connection, dir, query, [])
}

pub(super) fn versions(
    connection: &Connection,
    dir: &Path,
    layer: &LayerId,
) -> Result<Vec<LayerMeta>, StoreError> {
    described(
        connection,
        dir,
        "SELECT layer, meta FROM version WHERE layer = ? ORDER BY version",
        [layer.as_str()],
    )
}

fn described(
    connection: &Connection,
    dir: &Path,
    query: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<LayerMeta>, StoreError> {
    let read = || -> rusqlite::Result<Vec<(String, String)>> {
        let mut statement = connection.prepare_cached(query)?;
        statement
            .query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    };
    let rows = read().map_err(|source| StoreError::catalog("read the layers", dir, source))?;
    let parse = |(layer, meta): (String, String)| {
        serde_json::from_str(&meta).map_err(|source| StoreError::BadDescription { layer, source })
    };
    rows.into_iter().map(parse).collect()
}

pub(super) fn publication(connection: &Connection, dir: &Path) -> Result<u64, StoreError> {
    let read = || {
        connection
            .prepare_cached("SELECT counter FROM publication")?
            .query_row([], |row| row.get::<_, i64>(0))
    };
    let counter = read()
        .map_err(|source| StoreError::catalog("read the publication counter", dir, source))?;
    Ok(counter.unsigned_abs())
}

/// The newest version there has been of a layer; 0 when there was none.
pub(super) fn newest(
    connection: &Connection,
    dir: &Path,
    layer: &LayerId,
) -> Result<u32, StoreError> {
    let query = "SELECT max(version) FROM version WHERE layer = ?";
    let read = || {
        connection
            .query_row(query, [layer.as_str()], |row| row.get::<_, Option<u32>>(0))
            .optional()
    };
    let found = read().map_err(|source| StoreError::catalog("read the versions", dir, source))?;
    Ok(found.flatten().unwrap_or(0))
}

/// Enters a version and makes it the current one, in one transaction.
pub(super) fn publish(
    connection: &mut Connection,
    dir: &Path,
    meta: &LayerMeta,
    files: &[FileEntry],
) -> Result<(), StoreError> {
    let description = serde_json::to_string(meta).map_err(|source| StoreError::BadDescription {
        layer: meta.id.to_string(),
        source,
    })?;
    let mut write = || -> rusqlite::Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (layer, version) = (meta.id.as_str(), meta.version.0);
        transaction.execute(
            "INSERT INTO version (layer, version, meta, published_at) VALUES (?, ?, ?, ?)",
            params![layer, version, description, meta.published_at.to_rfc3339()],
        )?;
        for file in files {
            transaction.execute(
                "INSERT INTO file (layer, version, name, bytes, blake3) VALUES (?, ?, ?, ?, ?)",
                params![
                    layer,
                    version,
                    file.name,
                    file.bytes.cast_signed(),
                    file.blake3
                ],
            )?;
        }
        point(&transaction, layer, version)?;
        transaction.commit()
    };
    write().map_err(|source| StoreError::catalog("publish", dir, source))
}

/// Makes a version the current one.
pub(super) fn make_current(
    connection: &mut Connection,
    dir: &Path,
    layer: &LayerId,
    version: Version,
) -> Result<(), StoreError> {
    let mut write = || -> rusqlite::Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        point(&transaction, layer.as_str(), version.0)?;
        transaction.commit()
    };
    write().map_err(|source| StoreError::catalog("roll back", dir, source))
}

fn point(
    transaction: &rusqlite::Transaction<'_>,
    layer: &str,
    version: u32,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO current (layer, version) VALUES (?, ?) ON CONFLICT (layer) DO UPDATE SET version = excluded.version",
        params![layer, version],
    )?;
    transaction.execute("UPDATE publication SET counter = counter + 1", [])?;
    Ok(())
}
