//! Why an analysis gave no answer.

use arrow::error::ArrowError;
use layers::LayerId;
use thiserror::Error;

use crate::error::suggestion;

/// A failure of an analysis.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// There is no analysis of that name.
    #[error("analysis {name:?} does not exist{}", suggestion(nearest.as_deref()))]
    UnknownAnalysis {
        /// What was asked for.
        name: String,
        /// The analysis whose name is closest to it.
        nearest: Option<String>,
    },
    /// Parameters came as something else than an object.
    #[error("parameters are {found}; give a JSON object such as {{\"resolution\": 8}}")]
    NotAnObject {
        /// What came.
        found: &'static str,
    },
    /// There is no parameter of that name.
    #[error("parameter {parameter:?} does not exist{}; the parameters are {known}", suggestion(nearest.as_deref()))]
    UnknownParameter {
        /// What was given.
        parameter: String,
        /// The parameter whose name is closest to it.
        nearest: Option<String>,
        /// All there are.
        known: String,
    },
    /// A parameter's value is not allowed.
    #[error("parameter {parameter:?} is {value}; give {expected}")]
    Parameter {
        /// Which.
        parameter: String,
        /// What was given, as JSON.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// A layer is not in the twin.
    #[error("layer {layer:?} is not in this twin{}", suggestion(nearest.as_deref()))]
    UnknownLayer {
        /// What was asked for.
        layer: String,
        /// The layer whose name is closest to it.
        nearest: Option<String>,
    },
    /// A layer holds something else than the analysis reads.
    #[error("layer {layer} holds {found}; this analysis needs a layer of {expected}")]
    WrongKind {
        /// Which layer.
        layer: LayerId,
        /// What it holds.
        found: &'static str,
        /// What is needed.
        expected: &'static str,
    },
    /// A layer has no attribute of that name.
    #[error("layer {layer} has no attribute {attribute:?}{}; it has {known}", suggestion(nearest.as_deref()))]
    UnknownAttribute {
        /// Which layer.
        layer: LayerId,
        /// What was asked for.
        attribute: String,
        /// The attribute whose name is closest to it.
        nearest: Option<String>,
        /// All it has.
        known: String,
    },
    /// An attribute that is to be added up holds no numbers.
    #[error(
        "attribute {attribute:?} of layer {layer} holds {found}; name one that holds numbers, or none to count features"
    )]
    NotNumeric {
        /// Which layer.
        layer: LayerId,
        /// Which attribute.
        attribute: String,
        /// What it holds.
        found: String,
    },
    /// The study area has more cells than are worth computing.
    #[error(
        "the study area has about {cells} cells at resolution {resolution}, more than {limit}; give a lower resolution or a smaller area"
    )]
    TooManyCells {
        /// About how many.
        cells: u64,
        /// At which H3 resolution.
        resolution: u8,
        /// How many are allowed.
        limit: u64,
    },
    /// The plane areas are measured on is not one.
    #[error(
        "{value:?} is not a plane to measure areas on; give a projected CRS in metres such as \"EPSG:9209\""
    )]
    NotAPlane {
        /// What was given.
        value: String,
        /// Why it cannot be used, if it is a CRS at all.
        source: Option<layers::CrsError>,
    },
    /// The work was told to stop.
    #[error("the analysis was cancelled")]
    Cancelled,
    /// The answer could not be put into columns.
    #[error("the answer could not be put into columns")]
    Columns {
        /// Why.
        source: ArrowError,
    },
}

impl AnalysisError {
    /// Whether other parameters would have helped: the caller's mistake, not ours.
    pub fn is_callers(&self) -> bool {
        !matches!(self, Self::Cancelled | Self::Columns { .. })
    }
}
