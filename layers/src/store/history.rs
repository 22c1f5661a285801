//! What was current when: every publication, rollback and removal, in order. Give it a moment, get the twin of then.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Twin, catalog};
use crate::{LayerId, LayerMeta, StoreError, Version};

/// One entry of a twin's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The publication counter after it; the versions removed at once share one.
    pub publication: u64,
    /// When it happened, by the writer's clock, to the microsecond.
    pub at: DateTime<Utc>,
    /// Which layer.
    pub layer: LayerId,
    /// Which version was made current, or removed.
    pub version: Version,
    /// What was done.
    pub action: Action,
}

/// What can be done to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It came, and became the current one.
    Publish,
    /// It became the current one again.
    Rollback,
    /// Retention took it away.
    Remove,
}

impl Action {
    /// Its word in the catalog and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Rollback => "rollback",
            Self::Remove => "remove",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::Publish, Self::Rollback, Self::Remove]
            .into_iter()
            .find(|action| action.as_str() == word)
    }
}

/// The layers of a twin at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TwinAt {
    /// What was current then and is still kept, by name.
    pub layers: Vec<LayerMeta>,
    /// What was current then and has been removed since.
    pub removed: Vec<(LayerId, Version)>,
}

impl Twin {
    /// Everything that happened to this twin, oldest first.
    ///
    /// A twin made before histories were kept tells its publications; a rollback of then counts from the day the twin was
    /// first opened for writing by a program that keeps them.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn history(&self) -> Result<Vec<Publication>, StoreError> {
        self.catalog
            .read(&self.dir, |catalog| catalog::history(catalog, &self.dir))
    }

    /// The version of a layer that was current at a moment; the moment itself is included.
    ///
    /// # Errors
    /// When there was no such layer yet, its version of then has been removed, or the catalog cannot be read.
    pub fn meta_at(&self, layer: &LayerId, moment: DateTime<Utc>) -> Result<LayerMeta, StoreError> {
        let history = self.history()?;
        match current_at(&history, moment).get(layer) {
            Some(version) => self.meta_of_version(layer, *version),
            None => match history.iter().find(|entry| entry.layer == *layer) {
                Some(first) => Err(StoreError::NotYet {
                    layer: layer.clone(),
                    moment,
                    first: first.at,
                }),
                // Says which layers there are.
                None => self.meta(layer),
            },
        }
    }

    /// Every layer as it was current at a moment; the moment itself is included.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn layers_at(&self, moment: DateTime<Utc>) -> Result<TwinAt, StoreError> {
        let mut then = TwinAt {
            layers: Vec::new(),
            removed: Vec::new(),
        };
        for (layer, version) in current_at(&self.history()?, moment) {
            match self.meta_of_version(&layer, version) {
                Ok(meta) => then.layers.push(meta),
                Err(StoreError::Removed { .. }) => then.removed.push((layer, version)),
                Err(error) => return Err(error),
            }
        }
        Ok(then)
    }
}

/// The current version of each layer after the last entry up to a moment.
fn current_at(history: &[Publication], moment: DateTime<Utc>) -> BTreeMap<LayerId, Version> {
    history
        .iter()
        .filter(|entry| entry.at <= moment && entry.action != Action::Remove)
        .map(|entry| (entry.layer.clone(), entry.version))
        .collect()
}
