//! A state of the twin as it is on a day.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::NaiveDate;
use layers::{Layer, LayerKind};
use rayon::prelude::*;

use super::TwinSnapshot;
use crate::{EngineError, LayerSnapshot};

/// Days kept at hand: today, a layout before, and what a few people compare. Each costs the rows that hold on it.
pub const MAX_DAYS: usize = 8;

/// A state, a day, and the state on that day.
type Entry = (Arc<TwinSnapshot>, NaiveDate, Arc<TwinSnapshot>);

/// The days at hand, the one used last at the end.
#[derive(Debug, Default)]
pub(super) struct Dated(Mutex<VecDeque<Entry>>);

impl Dated {
    /// The state on a day. No lock is held while it is made, so two readers may make the same.
    pub(super) fn of(
        &self,
        state: &Arc<TwinSnapshot>,
        day: NaiveDate,
    ) -> Result<Arc<TwinSnapshot>, EngineError> {
        if let Some(known) = self.take(state, day) {
            return Ok(known);
        }
        let made = Arc::new(state.at(day)?);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push_back((Arc::clone(state), day, Arc::clone(&made)));
        if entries.len() > MAX_DAYS {
            entries.pop_front();
        }
        Ok(made)
    }

    /// Lets go of all days, so that layers of a state that is over do not stay in memory.
    pub(super) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What is at hand; days of states before this one are let go.
    fn take(&self, state: &Arc<TwinSnapshot>, day: NaiveDate) -> Option<Arc<TwinSnapshot>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|(of, _, _)| Arc::ptr_eq(of, state));
        let place = entries.iter().position(|(_, known, _)| *known == day)?;
        let entry = entries.remove(place)?;
        let found = Arc::clone(&entry.2);
        entries.push_back(entry);
        Some(found)
    }
}

impl TwinSnapshot {
    /// The layers with the rows that hold on a day; layers without periods are shared.
    ///
    /// # Errors
    /// When the chosen rows cannot be put together again.
    pub fn at(&self, day: NaiveDate) -> Result<Self, EngineError> {
        let layers: Result<BTreeMap<_, _>, EngineError> = self
            .layers
            .par_iter()
            .map(|(id, layer)| Ok((id.clone(), layer_at(layer, day)?)))
            .collect();
        Ok(self.with_layers(layers?))
    }
}

/// A layer with the rows that hold on a day; the same where it has no periods.
pub(crate) fn layer_at(
    layer: &Arc<LayerSnapshot>,
    day: NaiveDate,
) -> Result<Arc<LayerSnapshot>, EngineError> {
    let schema = layer.batch.schema_ref();
    if layer.meta.kind == LayerKind::Raster || !Layer::has_validity(schema) {
        return Ok(Arc::clone(layer));
    }
    let all = Layer {
        meta: Arc::clone(&layer.meta),
        schema: Arc::clone(schema),
        batches: vec![layer.batch.clone()],
    };
    LayerSnapshot::from_layer(all.valid_at(day)).map(Arc::new)
}
