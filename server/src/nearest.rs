//! The closest known name to one that is not known, for "did you mean".

/// The name with the fewest single-letter changes; none when even that is nothing like it (more than half its letters).
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 2).max(1);
    known
        .into_iter()
        .map(|candidate| (changes(name, candidate), candidate))
        .filter(|(changes, candidate)| {
            *changes <= limit || candidate.contains(name) || name.contains(candidate)
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters. Complexity: the product of the lengths.
fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, from_char) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to_char) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(from_char != to_char);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let layers = ["districts", "communes", "roads", "waterways"];
        assert_eq!(nearest("distrcts", layers), Some("districts"));
        assert_eq!(nearest("road", layers), Some("roads"));
        assert_eq!(nearest("zzzzzz", layers), None);
        assert_eq!(nearest("x", []), None);
    }
}
