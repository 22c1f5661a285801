//! All layers of a twin, resident: readers hold a snapshot, a refresh swaps in the next one.

mod dated;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use layers::{LayerId, LayerKind, LayerMeta, Twin, Version};
use rayon::prelude::*;
use serde::Serialize;

use self::dated::Dated;
pub use self::dated::MAX_DAYS;
pub(crate) use self::dated::layer_at;
use crate::{EngineError, LayerSnapshot, spelling::nearest_spelling, sql::Prepared};

/// A twin opened for reading: every current layer in memory.
pub struct Engine {
    twin: Arc<Twin>,
    current: ArcSwap<TwinSnapshot>,
    /// Held by the one refresh at a time; readers never touch it.
    refreshing: Mutex<()>,
    /// The current state as it is on a few days.
    dated: Dated,
}

/// The layers of a twin at one moment; immutable. Whoever holds it sees one consistent state.
#[derive(Debug, Default)]
pub struct TwinSnapshot {
    /// The layers by name.
    pub layers: BTreeMap<LayerId, Arc<LayerSnapshot>>,
    /// The store's publication counter when this state was read.
    pub publication: u64,
    /// Layers whose current version could not be loaded; where an older one is good, `layers` has that.
    pub failures: BTreeMap<LayerId, LayerFailure>,
    /// Queries over this state that were read before.
    pub(crate) prepared: Prepared,
}

/// Why the current version of a layer is not resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayerFailure {
    /// The version that could not be loaded.
    pub version: Version,
    /// The reason, with its causes, for a person to read.
    pub reason: String,
}

/// What a refresh did to one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerChange {
    /// Which layer.
    pub layer: LayerId,
    /// The version that was served before; none for a new layer.
    pub before: Option<Version>,
    /// The version that is served now; none for a layer that is gone.
    pub now: Option<Version>,
    /// Why the new version could not be loaded, if so: the version before stays.
    pub failure: Option<LayerFailure>,
}

impl Engine {
    /// Loads the current version of every layer. One that is damaged is reported in [`TwinSnapshot::failures`] and logged,
    /// and the newest good version before it is served; a layer without any is left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn open(twin: Arc<Twin>) -> Result<Self, EngineError> {
        let engine = Self {
            twin,
            current: ArcSwap::from_pointee(TwinSnapshot::default()),
            refreshing: Mutex::new(()),
            dated: Dated::default(),
        };
        engine.load_changes(None)?;
        Ok(engine)
    }

    /// The state to read from.
    pub fn snapshot(&self) -> Arc<TwinSnapshot> {
        self.current.load_full()
    }

    /// The state to read from, with the rows that hold on a day: of layers that have [`layers::Layer::VALID_FROM`] or
    /// [`layers::Layer::VALID_TO`]; the others are the same, in the same memory.
    ///
    /// The last [`MAX_DAYS`] days asked for are kept at hand.
    ///
    /// # Errors
    /// When the chosen rows cannot be put together again.
    ///
    /// # Complexity
    /// O(rows of the layers that have periods) for a day that is not at hand.
    pub fn snapshot_at(&self, day: NaiveDate) -> Result<Arc<TwinSnapshot>, EngineError> {
        self.dated.of(&self.snapshot(), day)
    }

    /// The store this engine reads.
    pub fn twin(&self) -> &Arc<Twin> {
        &self.twin
    }

    /// Loads what was published, rolled back or removed since the last time, and swaps it in at once.
    ///
    /// Costs one catalog read when nothing changed. Readers are not held up; a layer that cannot be loaded keeps its
    /// last good version.
    ///
    /// # Errors
    /// When the catalog cannot be read; the state then stays as it was.
    pub fn refresh(&self) -> Result<Vec<LayerChange>, EngineError> {
        let known = self.current.load().publication;
        self.load_changes(Some(known))
    }

    /// Loads layers that differ from the current state, unless the store is still at the publication known.
    fn load_changes(&self, known: Option<u64>) -> Result<Vec<LayerChange>, EngineError> {
        let _one_at_a_time = self
            .refreshing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let publication = self
            .twin
            .publication()
            .map_err(|source| EngineError::Catalog { source })?;
        if known == Some(publication) {
            return Ok(Vec::new());
        }
        let metas = self
            .twin
            .layers()
            .map_err(|source| EngineError::Catalog { source })?;
        let metas = with_quarantines(&self.twin, metas);
        let before = self.snapshot();
        let loaded: Vec<(LayerMeta, Outcome)> = metas
            .into_par_iter()
            .map(|meta| {
                let outcome = match before.layers.get(&meta.id) {
                    Some(layer) if is_same(&layer.meta, &meta) => Outcome::Resident,
                    resident => load_or_earlier(&self.twin, &meta, resident.is_some()),
                };
                (meta, outcome)
            })
            .collect();
        let (next, changes) = merge(&before, loaded, publication);
        self.current.store(Arc::new(next));
        self.dated.clear();
        Ok(changes)
    }
}

impl TwinSnapshot {
    /// A state made of layers in memory, for tests and for results that are no published layer.
    pub fn from_layers(layers: impl IntoIterator<Item = LayerSnapshot>) -> Self {
        let layers = layers
            .into_iter()
            .map(|layer| (layer.meta.id.clone(), Arc::new(layer)))
            .collect();
        Self {
            layers,
            ..Self::default()
        }
    }

    /// The same state with other layers.
    #[must_use]
    pub fn with_layers(&self, layers: BTreeMap<LayerId, Arc<LayerSnapshot>>) -> Self {
        Self {
            layers,
            publication: self.publication,
            failures: self.failures.clone(),
            prepared: Prepared::default(),
        }
    }

    /// A layer by name.
    pub fn layer(&self, id: &LayerId) -> Option<&Arc<LayerSnapshot>> {
        self.layers.get(id)
    }

    /// A layer by name, or the error that says which name is closest.
    ///
    /// # Errors
    /// When there is no such layer.
    pub fn require(&self, id: &LayerId) -> Result<&Arc<LayerSnapshot>, EngineError> {
        self.layer(id).ok_or_else(|| EngineError::UnknownLayer {
            layer: id.to_string(),
            nearest: nearest_spelling(id.as_str(), self.layers.keys().map(LayerId::as_str)),
        })
    }
}

/// Whether two descriptions are of one publication: a layer removed and made again starts over at version 1.
fn is_same(a: &LayerMeta, b: &LayerMeta) -> bool {
    a.version == b.version && a.published_at == b.published_at
}

/// The layers, and for each whose import set something aside the layer that shows it. A published layer of that name is
/// shown in its stead.
fn with_quarantines(twin: &Twin, mut metas: Vec<LayerMeta>) -> Vec<LayerMeta> {
    let is_free = |shown: &LayerMeta| !metas.iter().any(|meta| meta.id == shown.id);
    let shown: Vec<LayerMeta> = metas
        .iter()
        .filter_map(|meta| twin.quarantine_meta(meta))
        .filter(is_free)
        .collect();
    metas.extend(shown);
    metas
}

/// What became of the current version of a layer.
enum Outcome {
    Resident,
    Loaded(LayerSnapshot),
    /// It could not be loaded; the newest good version before it was, where none is resident.
    Refused(EngineError, Option<LayerSnapshot>),
}

/// Loads a version, or says why not and loads the newest good one before it, unless an older one is resident.
fn load_or_earlier(twin: &Twin, meta: &LayerMeta, is_resident: bool) -> Outcome {
    let error = match load(twin, meta) {
        Ok(layer) => return Outcome::Loaded(layer),
        Err(error) => error,
    };
    let earlier = if is_resident {
        Vec::new()
    } else {
        twin.versions_before(meta).unwrap_or_default()
    };
    let good = earlier.iter().find_map(|meta| load(twin, meta).ok());
    Outcome::Refused(error, good)
}

/// Reads the version that a description names; the store refuses it if its files are not those that were published.
fn load(twin: &Twin, meta: &LayerMeta) -> Result<LayerSnapshot, EngineError> {
    let failed = |source| EngineError::Load {
        layer: meta.id.clone(),
        version: meta.version,
        source,
    };
    if meta.kind == LayerKind::Raster {
        let raster = twin
            .read_raster_version(&meta.id, meta.version)
            .map_err(failed)?;
        return Ok(LayerSnapshot::from_raster(Arc::new(meta.clone()), raster));
    }
    let layer = match meta.quarantine_of() {
        Some(layer) => twin.quarantine_layer(&layer, meta.version),
        None => twin.read_version(&meta.id, meta.version),
    };
    LayerSnapshot::from_layer(layer.map_err(failed)?)
}

/// The next state: what loaded replaces what was there, what failed leaves it, what is gone from the catalog goes.
fn merge(
    before: &TwinSnapshot,
    loaded: Vec<(LayerMeta, Outcome)>,
    publication: u64,
) -> (TwinSnapshot, Vec<LayerChange>) {
    let mut next = TwinSnapshot {
        publication,
        ..TwinSnapshot::default()
    };
    let mut changes = Vec::new();
    for (meta, loaded) in loaded {
        let old = before.layers.get(&meta.id);
        let mut change = LayerChange {
            layer: meta.id.clone(),
            before: old.map(|layer| layer.meta.version),
            now: None,
            failure: None,
        };
        let layer = match loaded {
            Outcome::Resident => old.map(Arc::clone),
            Outcome::Loaded(layer) => {
                change.now = Some(layer.meta.version);
                changes.push(change);
                Some(Arc::new(layer))
            }
            Outcome::Refused(error, earlier) => {
                let served = old.map(Arc::clone).or_else(|| earlier.map(Arc::new));
                let failure = LayerFailure {
                    version: meta.version,
                    reason: with_causes(&error),
                };
                tracing::error!(layer = %meta.id, version = %meta.version, reason = failure.reason, served = ?served.as_ref().map(|layer| layer.meta.version), "version refused");
                next.failures.insert(meta.id.clone(), failure.clone());
                if before.failures.get(&meta.id) != Some(&failure) {
                    changes.push(LayerChange {
                        now: served.as_ref().map(|layer| layer.meta.version),
                        failure: Some(failure),
                        ..change
                    });
                }
                served
            }
        };
        if let Some(layer) = layer {
            next.layers.insert(meta.id, layer);
        }
    }
    let gone = before.layers.values().filter(|layer| {
        !next.layers.contains_key(&layer.meta.id) && !next.failures.contains_key(&layer.meta.id)
    });
    changes.extend(gone.map(|layer| LayerChange {
        layer: layer.meta.id.clone(),
        before: Some(layer.meta.version),
        now: None,
        failure: None,
    }));
    (next, changes)
}

/// An error and the errors that caused it, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("snapshot", &self.current.load())
            .finish_non_exhaustive()
    }
}
