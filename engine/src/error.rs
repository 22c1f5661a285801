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

/// The candidate spelled most like the word, if any is close enough to be a slip of the hand.
pub(crate) fn nearest_spelling<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (edits_between(&word, &candidate.to_lowercase()), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// How many insertions, deletions and replacements of a character turn one word into the other (Levenshtein).
fn edits_between(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (row, from) in a.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, to) in b.iter().enumerate() {
            let replaced = previous[column] + usize::from(from != *to);
            current.push(
                replaced
                    .min(previous[column + 1] + 1)
                    .min(current[column] + 1),
            );
        }
        previous = current;
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_finds_its_word_and_nonsense_finds_none() {
        let layers = ["parcels", "places", "roads", "land_use_plan"];
        assert_eq!(
            nearest_spelling("parcles", layers).as_deref(),
            Some("parcels")
        );
        assert_eq!(nearest_spelling("ROAD", layers).as_deref(), Some("roads"));
        assert_eq!(
            nearest_spelling("landuse_plan", layers).as_deref(),
            Some("land_use_plan")
        );
        assert_eq!(nearest_spelling("elephants", layers), None);
    }
}
