//! The catalog of a twin: an SQLite file with a row per version. Small, so that reading it whole is cheap.

use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::history::{Action, Publication};
use crate::{LayerId, LayerMeta, StoreError, Version};

mod access;
mod format;

pub(super) use access::Catalog;

/// A file of a version, as entered in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct FileEntry {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) blake3: String,
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

/// The newest version there has ever been of a layer, removed ones included; 0 when there was none.
pub(super) fn newest(
    connection: &Connection,
    dir: &Path,
    layer: &LayerId,
) -> Result<u32, StoreError> {
    let query = "SELECT max(version) FROM
        (SELECT version FROM version WHERE layer = ?1 UNION ALL SELECT version FROM history WHERE layer = ?1)";
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
        enter_files(&transaction, &meta.id, meta.version, files)?;
        point(&transaction, &meta.id, meta.version, Action::Publish)?;
        transaction.commit()
    };
    write().map_err(|source| StoreError::catalog("publish", dir, source))
}

pub(super) fn enter_files(
    transaction: &Transaction<'_>,
    layer: &LayerId,
    version: Version,
    files: &[FileEntry],
) -> rusqlite::Result<()> {
    for FileEntry {
        name,
        bytes,
        blake3,
    } in files
    {
        transaction.execute(
            "INSERT INTO file (layer, version, name, bytes, blake3) VALUES (?, ?, ?, ?, ?)",
            params![layer.as_str(), version.0, name, bytes.cast_signed(), blake3],
        )?;
    }
    Ok(())
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
        point(&transaction, layer, version, Action::Rollback)?;
        transaction.commit()
    };
    write().map_err(|source| StoreError::catalog("roll back", dir, source))
}

/// Takes versions out of the catalog, in one transaction; the current ones and the pinned ones cannot go.
pub(super) fn remove(
    connection: &mut Connection,
    dir: &Path,
    versions: &[(LayerId, Version)],
) -> Result<(), StoreError> {
    let mut write = || -> rusqlite::Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        count_up(&transaction)?;
        for (layer, version) in versions {
            transaction.execute(
                "DELETE FROM version WHERE layer = ? AND version = ?",
                params![layer.as_str(), version.0],
            )?;
            note(&transaction, layer, *version, Action::Remove)?;
        }
        transaction.commit()
    };
    write().map_err(|source| StoreError::catalog("remove versions", dir, source))
}

/// The files of a version; none when the catalog does not know it.
pub(super) fn files(
    connection: &Connection,
    dir: &Path,
    layer: &LayerId,
    version: Version,
) -> Result<Vec<FileEntry>, StoreError> {
    let read = || -> rusqlite::Result<Vec<FileEntry>> {
        let mut statement = connection.prepare_cached(
            "SELECT name, bytes, blake3 FROM file WHERE layer = ? AND version = ? ORDER BY name",
        )?;
        let entry = |row: &rusqlite::Row<'_>| {
            Ok(FileEntry {
                name: row.get(0)?,
                bytes: row.get::<_, i64>(1)?.cast_unsigned(),
                blake3: row.get(2)?,
            })
        };
        statement
            .query_map(params![layer.as_str(), version.0], entry)?
            .collect()
    };
    read().map_err(|source| StoreError::catalog("read the files", dir, source))
}

/// Everything that happened, in order.
pub(super) fn history(connection: &Connection, dir: &Path) -> Result<Vec<Publication>, StoreError> {
    let read = || -> rusqlite::Result<Vec<Publication>> {
        let mut statement = connection.prepare_cached(
            "SELECT publication, at, layer, version, action FROM history ORDER BY publication, layer, version",
        )?;
        statement.query_map([], publication_of)?.collect()
    };
    read().map_err(|source| StoreError::catalog("read the history", dir, source))
}

fn publication_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Publication> {
    let bad = |column: usize, text: String| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(column, kind, text.into())
    };
    let (at, layer, action): (i64, String, String) = (row.get(1)?, row.get(2)?, row.get(4)?);
    Ok(Publication {
        publication: row.get::<_, i64>(0)?.cast_unsigned(),
        at: DateTime::from_timestamp_micros(at)
            .ok_or_else(|| bad(1, format!("{at} is no moment")))?,
        layer: layer.parse().map_err(|_invalid| bad(2, layer))?,
        version: Version(row.get(3)?),
        action: Action::of(&action).ok_or_else(|| bad(4, action))?,
    })
}

/// The pinned versions with the reasons, by layer and version.
pub(super) fn pins(
    connection: &Connection,
    dir: &Path,
) -> Result<Vec<(String, u32, String)>, StoreError> {
    let read = || -> rusqlite::Result<Vec<(String, u32, String)>> {
        let mut statement = connection
            .prepare_cached("SELECT layer, version, reason FROM pin ORDER BY layer, version")?;
        statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
    };
    read().map_err(|source| StoreError::catalog("read the pinned versions", dir, source))
}

/// Pins a version for a reason, or, without one, lets it go.
pub(super) fn pin(
    connection: &Connection,
    dir: &Path,
    (layer, version): (&LayerId, Version),
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let (layer, version) = (layer.as_str(), version.0);
    let written = match reason {
        Some(reason) => connection.execute(
            "INSERT INTO pin (layer, version, reason) VALUES (?, ?, ?)
             ON CONFLICT (layer, version) DO UPDATE SET reason = excluded.reason",
            params![layer, version, reason],
        ),
        None => connection.execute(
            "DELETE FROM pin WHERE layer = ? AND version = ?",
            params![layer, version],
        ),
    };
    written
        .map(|_rows| ())
        .map_err(|source| StoreError::catalog("pin a version", dir, source))
}

/// Gives the space of deleted rows and of the write-ahead log back.
pub(super) fn compact(connection: &Connection, dir: &Path) -> Result<(), StoreError> {
    let work = || -> rusqlite::Result<()> {
        connection.execute_batch("VACUUM")?;
        // Answers with a row; a reader that is in its way only leaves more for the next time.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))
    };
    work().map_err(|source| StoreError::catalog("compact", dir, source))
}

fn point(
    transaction: &Transaction<'_>,
    layer: &LayerId,
    version: Version,
    action: Action,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO current (layer, version) VALUES (?, ?) ON CONFLICT (layer) DO UPDATE SET version = excluded.version",
        params![layer.as_str(), version.0],
    )?;
    count_up(transaction)?;
    note(transaction, layer, version, action)
}

fn count_up(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction
        .execute("UPDATE publication SET counter = counter + 1", [])
        .map(|_rows| ())
}

/// Enters in the history what the publication counter was just raised for.
fn note(
    transaction: &Transaction<'_>,
    layer: &LayerId,
    version: Version,
    action: Action,
) -> rusqlite::Result<()> {
    transaction
        .execute(
            "INSERT INTO history (publication, at, layer, version, action)
             SELECT counter, ?, ?, ?, ? FROM publication",
            params![
                Utc::now().timestamp_micros(),
                layer.as_str(),
                version.0,
                action.as_str()
            ],
        )
        .map(|_rows| ())
}
