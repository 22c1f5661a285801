//! The whole catalog as one document: what another place needs to be the same twin.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::{
    Pin, Publication,
    catalog::{self, FileEntry},
};
use crate::{LayerId, LayerMeta, StoreError, Version};

/// The format of the document this program writes.
pub(super) const FORMAT: u32 = 1;

/// A twin at one publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) format: u32,
    /// The twin's publication counter.
    pub(super) counter: u64,
    pub(super) versions: Vec<VersionState>,
    pub(super) current: BTreeMap<LayerId, Version>,
    pub(super) pins: Vec<Pin>,
    pub(super) history: Vec<Publication>,
}

/// A version with its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VersionState {
    pub(super) layer: LayerId,
    pub(super) version: Version,
    /// The description, as the catalog holds it: text, so that no digit is lost on the way.
    meta: String,
    pub(super) files: Vec<FileEntry>,
}

impl VersionState {
    pub(super) fn meta(&self) -> Result<LayerMeta, StoreError> {
        serde_json::from_str(&self.meta).map_err(|source| StoreError::BadDescription {
            layer: self.layer.to_string(),
            source,
        })
    }
}

impl State {
    /// The state of a catalog, read in one transaction.
    pub(super) fn read(connection: &Connection, dir: &Path) -> Result<Self, StoreError> {
        let fail = |source| StoreError::catalog("read the layers", dir, source);
        let transaction = connection.unchecked_transaction().map_err(fail)?;
        let descriptions = || -> rusqlite::Result<Vec<(String, u32, String)>> {
            let query = "SELECT layer, version, meta FROM version ORDER BY layer, version";
            let mut statement = transaction.prepare_cached(query)?;
            statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        };
        let mut versions = Vec::new();
        for (layer, version, meta) in descriptions().map_err(fail)? {
            let version = Version(version);
            // A name that is none cannot have been entered by a program.
            let Ok(layer) = layer.parse::<LayerId>() else {
                continue;
            };
            versions.push(VersionState {
                files: catalog::files(&transaction, dir, &layer, version)?,
                layer,
                version,
                meta,
            });
        }
        let currents = catalog::current(&transaction, dir)?;
        Ok(Self {
            format: FORMAT,
            counter: catalog::publication(&transaction, dir)?,
            versions,
            current: currents
                .into_iter()
                .map(|meta| (meta.id, meta.version))
                .collect(),
            pins: catalog::pins(&transaction, dir)?
                .into_iter()
                .map(|(layer, version, reason)| Pin {
                    layer,
                    version: Version(version),
                    reason,
                })
                .collect(),
            history: catalog::history(&transaction, dir)?,
        })
    }

    /// Makes a catalog this state, in one transaction.
    pub(super) fn adopt(&self, connection: &mut Connection, dir: &Path) -> Result<(), StoreError> {
        let fail = |source| StoreError::catalog("publish", dir, source);
        let metas = self
            .versions
            .iter()
            .map(VersionState::meta)
            .collect::<Result<Vec<_>, _>>()?;
        let mut write = || -> rusqlite::Result<()> {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(
                "DELETE FROM pin; DELETE FROM current; DELETE FROM file; DELETE FROM version; DELETE FROM history;",
            )?;
            for (state, meta) in self.versions.iter().zip(&metas) {
                transaction.execute(
                    "INSERT INTO version (layer, version, meta, published_at) VALUES (?, ?, ?, ?)",
                    params![
                        state.layer.as_str(),
                        state.version.0,
                        state.meta,
                        meta.published_at.to_rfc3339()
                    ],
                )?;
                catalog::enter_files(&transaction, &state.layer, state.version, &state.files)?;
            }
            for (layer, version) in &self.current {
                transaction.execute(
                    "INSERT INTO current (layer, version) VALUES (?, ?)",
                    params![layer.as_str(), version.0],
                )?;
            }
            for pin in &self.pins {
                transaction.execute(
                    "INSERT INTO pin (layer, version, reason) VALUES (?, ?, ?)",
                    params![pin.layer, pin.version.0, pin.reason],
                )?;
            }
            for entry in &self.history {
                transaction.execute(
                    "INSERT INTO history (publication, at, layer, version, action) VALUES (?, ?, ?, ?, ?)",
                    params![
                        entry.publication.cast_signed(),
                        entry.at.timestamp_micros(),
                        entry.layer.as_str(),
                        entry.version.0,
                        entry.action.as_str()
                    ],
                )?;
            }
            transaction.execute(
                "UPDATE publication SET counter = ?",
                [self.counter.cast_signed()],
            )?;
            transaction.commit()
        };
        write().map_err(fail)
    }

    /// A version of it.
    pub(super) fn version(&self, layer: &LayerId, version: Version) -> Option<&VersionState> {
        self.versions
            .iter()
            .find(|state| state.layer == *layer && state.version == version)
    }
}
