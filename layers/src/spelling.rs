//! "Did you mean": an unknown word and the known ones to the nearest known one.

use strsim::osa_distance;

/// The candidate spelled most like the word, if any is close enough to be a slip of the hand: at most one letter in
/// three changed or exchanged with its neighbour, never more than four. Capitals do not count; among equals the first in alphabetical order.
///
/// # Complexity
/// The product of the two lengths for each candidate.
pub fn nearest_spelling<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (osa_distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
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
        assert_eq!(
            nearest_spelling("nmae", ["nam", "name"]).as_deref(),
            Some("name")
        );
        assert_eq!(nearest_spelling("elephants", layers), None);
    }
}
