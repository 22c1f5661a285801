//! The tables of the catalog, and how those of an older program become those of this one.

use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::StoreError;

/// The format of the catalog this program writes.
const FORMAT: u32 = 2;

const TABLES_1: &str = "
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

/// What format 2 added; `at` is microseconds since 1970 in UTC.
const TABLES_2: &str = "
    CREATE TABLE history (
        publication INTEGER NOT NULL,
        at INTEGER NOT NULL,
        layer TEXT NOT NULL,
        version INTEGER NOT NULL,
        action TEXT NOT NULL CHECK (action IN ('publish', 'rollback', 'remove')),
        PRIMARY KEY (publication, layer, version)
    ) STRICT;
    CREATE TABLE pin (
        layer TEXT NOT NULL,
        version INTEGER NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (layer, version),
        FOREIGN KEY (layer, version) REFERENCES version (layer, version)
    ) STRICT;
";

/// The format of a catalog; 0 for an empty file.
///
/// # Errors
/// When it is that of a later program, or no database.
pub(super) fn known_format(connection: &Connection, dir: &Path) -> Result<u32, StoreError> {
    let found = format(connection).map_err(|source| StoreError::catalog("open", dir, source))?;
    if found > FORMAT {
        return Err(StoreError::Newer {
            dir: dir.into(),
            found,
            known: FORMAT,
        });
    }
    Ok(found)
}

/// Makes the tables of this program in one transaction: all of them in a new file, the missing ones in an old one.
pub(super) fn bring_up_to_date(connection: &mut Connection) -> rusqlite::Result<()> {
    if format(connection)? == FORMAT {
        return Ok(());
    }
    if format(connection)? == 0 {
        connection.pragma_update(None, "journal_mode", "WAL")?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited.
    let found = format(&transaction)?;
    if found == 0 {
        transaction.execute_batch(TABLES_1)?;
    }
    if found < 2 {
        transaction.execute_batch(TABLES_2)?;
        tell_history(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// Gives a connection that cannot write what an old catalog lacks, for itself only.
pub(super) fn complete_in_memory(connection: &mut Connection) -> rusqlite::Result<()> {
    if format(connection)? == FORMAT {
        return Ok(());
    }
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(&TABLES_2.replace("CREATE TABLE", "CREATE TEMP TABLE"))?;
    tell_history(&transaction)?;
    transaction.commit()
}

/// What a catalog of format 1 tells of its past: every publication, and that a layer was rolled back if it was. When that
/// happened it does not tell; it counts from now.
fn tell_history(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let published = "SELECT published_at, layer, version, 'publish' FROM version ORDER BY published_at, layer, version";
    let rolled_back = "SELECT NULL, layer, version, 'rollback' FROM current
        WHERE version <> (SELECT max(version) FROM version WHERE version.layer = current.layer) ORDER BY layer";
    let mut publication = 0_i64;
    for query in [published, rolled_back] {
        let mut statement = transaction.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let at: Option<String> = row.get(0)?;
            let at = at.and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
            let at = at.map_or_else(Utc::now, |at| at.to_utc());
            publication += 1;
            transaction.execute(
                "INSERT INTO history (publication, at, layer, version, action) VALUES (?, ?, ?, ?, ?)",
                params![
                    publication,
                    at.timestamp_micros(),
                    row.get::<_, String>(1)?,
                    row.get::<_, u32>(2)?,
                    row.get::<_, String>(3)?
                ],
            )?;
        }
    }
    Ok(())
}

fn format(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
