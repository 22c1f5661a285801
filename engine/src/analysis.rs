//! Planning questions answered over a twin's layers: layers and parameters in, a layer with its provenance out.
//!
//! Every analysis has one file, one entry in [`all`] and one shape ([`Analysis`]): its parameters are described as JSON Schema,
//! and that schema is also what checks them and fills in defaults, so that what is documented is what is enforced.

pub mod air_quality;
mod answer;
mod error;
mod false_discovery;
mod gi_star;
mod hot_spots;
mod inputs;
mod parameters;
mod plan_conflicts;
mod plane;

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{DateTime, Utc};
use layers::{Layer, LayerId, Version};
use serde::Serialize;
use serde_json::Value;

pub use self::{
    error::AnalysisError,
    false_discovery::false_discovery_threshold,
    gi_star::{gi_star, two_sided_p},
};
use crate::{CancelToken, TwinSnapshot, spelling::nearest_spelling};

/// One planning question.
pub trait Analysis: Sync {
    /// Its name in commands and URLs.
    fn name(&self) -> &'static str;

    /// What it answers and what it takes.
    fn describe(&self) -> AnalysisInfo;

    /// Answers it. Parameters that are absent take their defaults.
    ///
    /// # Errors
    /// When a parameter is unknown or out of its bounds, a layer or attribute is missing or of the wrong kind, or the work
    /// was cancelled. A result that is odd but true (nothing found, no variance) is an answer with a warning.
    fn run(
        &self,
        context: &AnalysisContext<'_>,
        parameters: &Value,
    ) -> Result<Outcome, AnalysisError>;
}

/// What a person or a form needs to know of an analysis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnalysisInfo {
    /// Its name in commands and URLs.
    pub name: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// What it answers and how to read the answer, in Vietnamese.
    pub description_vi: String,
    /// The same in English.
    pub description_en: String,
    /// JSON Schema of its parameters: titles, units (`x-unit`), defaults, limits.
    pub parameters: Value,
}

/// What an analysis works with.
pub struct AnalysisContext<'a> {
    /// The layers, all of one moment.
    pub snapshot: Arc<TwinSnapshot>,
    /// Told the share done (0 to 1) and what is being done; called on the thread that runs the analysis.
    pub progress: &'a dyn Fn(f64, &str),
    /// Checked often: the work ends with [`AnalysisError::Cancelled`] soon after it is thrown.
    pub cancel: CancelToken,
}

impl fmt::Debug for AnalysisContext<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AnalysisContext")
            .field("cancel", &self.cancel)
            .finish_non_exhaustive()
    }
}

impl AnalysisContext<'_> {
    /// Reports progress, and ends the work if it was cancelled.
    fn step(&self, share: f64, what: &str) -> Result<(), AnalysisError> {
        if self.cancel.is_cancelled() {
            return Err(AnalysisError::Cancelled);
        }
        (self.progress)(share, what);
        Ok(())
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answer on the map and as a table.
    pub layer: Layer,
    /// The answer in figures, with a list `warnings` of what to know before using it.
    pub summary: Value,
    /// What it was computed from.
    pub provenance: Provenance,
}

/// What an answer was computed from: enough to compute it again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Provenance {
    /// Which analysis.
    pub analysis: String,
    /// All parameters as used, defaults included.
    pub parameters: Value,
    /// Seed of the random numbers; none where the method draws none.
    pub seed: Option<u64>,
    /// The layers read, with their versions.
    pub layers: BTreeMap<LayerId, Version>,
    /// The day their rows were chosen for; none where rows of all times were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<String>,
    /// Version of this crate.
    pub engine_version: String,
    /// When.
    pub computed_at: DateTime<Utc>,
}

impl Provenance {
    fn new(analysis: &dyn Analysis, parameters: Value, layers: &[&layers::LayerMeta]) -> Self {
        Self {
            analysis: analysis.name().to_owned(),
            parameters,
            seed: None,
            layers: layers
                .iter()
                .map(|meta| (meta.id.clone(), meta.version))
                .collect(),
            valid_at: layers
                .iter()
                .find_map(|meta| meta.notes.get(Layer::VALID_AT).cloned()),
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            computed_at: Utc::now(),
        }
    }
}

/// Every analysis there is.
pub fn all() -> &'static [&'static dyn Analysis] {
    &[&plan_conflicts::PlanConflicts, &hot_spots::HotSpots]
}

/// Whether an analysis can be given these parameters, as far as its schema says; what a layer must hold shows when it runs.
///
/// # Errors
/// When a parameter is unknown or out of its bounds.
pub fn check(analysis: &dyn Analysis, parameters: &Value) -> Result<(), AnalysisError> {
    parameters::read::<Value>(&analysis.describe().parameters, parameters).map(drop)
}

/// The analysis of a name.
///
/// # Errors
/// When there is none; the error names the nearest.
pub fn find(name: &str) -> Result<&'static dyn Analysis, AnalysisError> {
    let named = all().iter().find(|analysis| analysis.name() == name);
    named
        .copied()
        .ok_or_else(|| AnalysisError::UnknownAnalysis {
            name: name.to_owned(),
            nearest: nearest_spelling(name, all().iter().map(|analysis| analysis.name())),
        })
}
