//! "Did you mean": an unknown word and the known ones to the nearest known one.

/// The candidate spelled most like the word, if any is close enough to be a slip of the hand: at most one letter in
/// three changed, never more than four. Capitals do not count; among equals the first in alphabetical order.
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
