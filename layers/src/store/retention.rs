//! Which versions are kept, and taking the others away. Give it a policy, get what went and how much room that made.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Twin, catalog};
use crate::{LayerId, LayerMeta, StoreError, Version};

/// What to keep of each layer: what any of these rules keeps stays, and the current and the pinned versions stay always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The newest versions, so many.
    pub keep: u32,
    /// Versions published within this time before now.
    pub younger_than: Option<TimeDelta>,
}

/// What a policy removed, or would.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pruned {
    /// By layer and version.
    pub removed: Vec<RemovedVersion>,
    /// Number of versions that stay.
    pub kept: u64,
    /// Layers left alone although there was something to remove.
    pub spared: Vec<Spared>,
}

/// A version that goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RemovedVersion {
    /// Which layer.
    pub layer: LayerId,
    /// Which version.
    pub version: Version,
    /// When it had been published.
    pub published_at: DateTime<Utc>,
    /// The size of its files together.
    pub bytes: u64,
}

/// A layer whose current version is damaged: an old one may be all that is left of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spared {
    /// Which layer.
    pub layer: LayerId,
    /// What is wrong with the current version.
    pub reason: String,
}

/// A version that no policy removes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Which layer.
    pub layer: String,
    /// Which version.
    pub version: Version,
    /// Why it is kept.
    pub reason: String,
}

impl Pruned {
    /// The room that the removed files took, in bytes.
    pub fn bytes(&self) -> u64 {
        self.removed.iter().map(|removed| removed.bytes).sum()
    }
}

impl Twin {
    /// What [`Twin::prune`] would remove at a moment; of one layer, or of all.
    ///
    /// # Errors
    /// When there is no such layer or the catalog cannot be read.
    pub fn plan_prune(
        &self,
        retention: Retention,
        layer: Option<&LayerId>,
        now: DateTime<Utc>,
    ) -> Result<Pruned, StoreError> {
        Ok(self.judge(retention, layer, now)?.1)
    }

    /// Removes the versions that a policy does not keep, in one transaction, then their files.
    ///
    /// Killed at any moment, a version is either still there whole or gone from the catalog, and the next writer removes
    /// its files. A reader that still asks for it is told [`StoreError::Removed`]. A layer whose current version is damaged
    /// is left alone.
    ///
    /// # Errors
    /// When there is no such layer, another process writes, or the catalog or the files cannot be written.
    pub fn prune(
        &self,
        retention: Retention,
        layer: Option<&LayerId>,
        now: DateTime<Utc>,
    ) -> Result<Pruned, StoreError> {
        let writer = self.writer()?;
        let (going, pruned) = self.judge(retention, layer, now)?;
        if !going.is_empty() {
            writer.remove(&going)?;
        }
        Ok(pruned)
    }

    /// Keeps a version from being removed, and says why.
    ///
    /// # Errors
    /// When there is no such version, another process writes, or the catalog cannot be written.
    pub fn pin(&self, layer: &LayerId, version: Version, reason: &str) -> Result<(), StoreError> {
        self.set_pin(layer, version, Some(reason))
    }

    /// Lets a policy remove a version again.
    ///
    /// # Errors
    /// As [`Twin::pin`].
    pub fn unpin(&self, layer: &LayerId, version: Version) -> Result<(), StoreError> {
        self.set_pin(layer, version, None)
    }

    /// The pinned versions, by layer and version.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn pins(&self) -> Result<Vec<Pin>, StoreError> {
        let pins = self
            .catalog
            .read(&self.dir, |catalog| catalog::pins(catalog, &self.dir))?;
        let pin = |(layer, version, reason)| Pin {
            layer,
            version: Version(version),
            reason,
        };
        Ok(pins.into_iter().map(pin).collect())
    }

    fn set_pin(
        &self,
        layer: &LayerId,
        version: Version,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let _writer = self.writer()?;
        self.meta_of_version(layer, version)?;
        self.catalog.write(&self.dir, |catalog| {
            catalog::pin(catalog, &self.dir, (layer, version), reason)
        })
    }

    /// The versions that a policy does not keep, and how to tell it.
    fn judge(
        &self,
        retention: Retention,
        layer: Option<&LayerId>,
        now: DateTime<Utc>,
    ) -> Result<(Vec<LayerMeta>, Pruned), StoreError> {
        let currents = match layer {
            Some(layer) => vec![self.meta(layer)?],
            None => self.layers()?,
        };
        let pins = self.pins()?;
        let is_pinned = |meta: &LayerMeta| {
            pins.iter()
                .any(|pin| pin.layer == meta.id.as_str() && pin.version == meta.version)
        };
        let is_young = |meta: &LayerMeta| {
            retention
                .younger_than
                .is_some_and(|age| meta.published_at > now - age)
        };
        let (mut going, mut pruned) = (Vec::new(), Pruned::default());
        for current in currents {
            let versions = self.versions(&current.id)?;
            let newest = versions.len().saturating_sub(retention.keep as usize);
            let (old, new) = versions.split_at(newest);
            let (kept, unkept): (Vec<_>, Vec<_>) = old.iter().partition(|meta| {
                meta.version == current.version || is_pinned(meta) || is_young(meta)
            });
            pruned.kept += (new.len() + kept.len()) as u64;
            if unkept.is_empty() {
                continue;
            }
            if let Err(reason) = self.verify(&current) {
                pruned.kept += unkept.len() as u64;
                pruned.spared.push(Spared {
                    layer: current.id,
                    reason: reason.to_string(),
                });
                continue;
            }
            for meta in unkept {
                pruned.removed.push(RemovedVersion {
                    layer: meta.id.clone(),
                    version: meta.version,
                    published_at: meta.published_at,
                    bytes: self.bytes_of(meta)?,
                });
                going.push(meta.clone());
            }
        }
        Ok((going, pruned))
    }
}
