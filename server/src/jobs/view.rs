//! How a job is shown to a client.

use chrono::{DateTime, Utc};
use engine::analysis::Outcome;
use serde::Serialize;
use serde_json::Value;

use crate::{
    http::problem::Problem,
    jobs::{Job, JobStatus},
};

/// A job as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct JobView {
    /// Its name.
    pub id: String,
    /// Which analysis.
    pub analysis: &'static str,
    /// What it is doing.
    pub status: JobStatus,
    /// Share done, 0 to 1.
    pub progress: f64,
    /// The step it is at.
    pub message: String,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Why it failed.
    pub error: Option<Problem>,
    /// What it found.
    pub result: Option<ResultView>,
}

/// A result as JSON: everything but its features, which are links.
#[derive(Clone, Debug, Serialize)]
pub struct ResultView {
    /// The figures in short.
    pub summary: Value,
    /// What it was computed from.
    pub provenance: Value,
    /// Number of features.
    pub feature_count: u64,
    /// Where the features are.
    pub links: ResultLinks,
}

/// Where the features of a result are.
#[derive(Clone, Debug, Serialize)]
pub struct ResultLinks {
    /// As `GeoJSON`.
    pub geojson: String,
    /// As a table.
    pub csv: String,
    /// As an Arrow stream.
    pub arrow: String,
}

impl JobView {
    /// The same without the result, as events carry it.
    #[must_use]
    pub fn without_result(&self) -> Self {
        Self {
            result: None,
            ..self.clone()
        }
    }
}

impl Job {
    pub(super) fn view(&self, id: &str) -> JobView {
        JobView {
            id: id.to_owned(),
            analysis: self.analysis.name(),
            status: self.status,
            progress: self.progress,
            message: self.message.clone(),
            created_at: self.created_at,
            error: self.error.clone(),
            result: self.outcome.as_deref().map(|outcome| view(outcome, id)),
        }
    }
}

fn view(outcome: &Outcome, id: &str) -> ResultView {
    ResultView {
        summary: outcome.summary.clone(),
        provenance: serde_json::to_value(&outcome.provenance)
            .expect("names, numbers and dates have a JSON text"),
        feature_count: outcome.layer.meta.feature_count,
        links: ResultLinks {
            geojson: format!("/jobs/{id}/result.geojson"),
            csv: format!("/jobs/{id}/result.csv"),
            arrow: format!("/jobs/{id}/result.arrow"),
        },
    }
}
