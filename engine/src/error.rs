//! What can go wrong between a published layer and an answer.

use datafusion::arrow::error::ArrowError;
use layers::{LayerId, Version};
use thiserror::Error;

/// A failure of the engine, outside SQL ([`crate::sql::SqlError`]) and analyses.
#[derive(Debug, Error)]
pub enum EngineError {
    /// No layer of that name is published in the twin.
    #[error("layer {layer:?} is not in this twin{}", suggestion(nearest.as_deref()))]
    UnknownLayer {
        /// What was asked for.
        layer: String,
        /// The layer whose name is closest to it.
        nearest: Option<String>,
    },
    /// The layer exists but holds no pixels.
    #[error("layer {layer} is not a raster")]
    NotARaster {
        /// Which layer.
        layer: LayerId,
    },
    /// A published version could not be read back.
    #[error("layer {layer} {version} could not be loaded")]
    Load {
        /// Which layer.
        layer: LayerId,
        /// Which version.
        version: Version,
        /// Why.
        source: layers::StoreError,
    },
    /// The catalog of the twin could not be read.
    #[error("the catalog of the twin could not be read")]
    Catalog {
        /// Why.
        source: layers::StoreError,
    },
    /// A column has not the type every layer promises.
    #[error("layer {layer}: column {column:?} is {found}, expected {expected}")]
    Column {
        /// Which layer.
        layer: LayerId,
        /// Which column.
        column: &'static str,
        /// What it is.
        found: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// Arrow refused to build or convert a column.
    #[error("layer {layer}: its columns could not be put together")]
    Columns {
        /// Which layer.
        layer: LayerId,
        /// Why.
        source: ArrowError,
    },
}

/// A half sentence that names the closest spelling, or nothing.
pub(crate) fn suggestion(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!("; did you mean {name:?}?"))
        .unwrap_or_default()
}
