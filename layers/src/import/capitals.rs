//! Names whose capitals were only in the font: `.VnTimeH` shows "hải dương" as "HẢI DƯƠNG".

use arrow::array::AsArray as _;

use super::attributes::SourceAttribute;
use crate::{Encoding, FindingCode, report::Findings, source::SourceBatch};

/// Words in the name of a column that holds names.
const NAME_WORDS: [&str; 8] = ["ten", "tên", "name", "xa", "xã", "phuong", "huyen", "tinh"];

/// The fewest names that show a habit.
const FEWEST_NAMES: usize = 3;

/// Notes columns of names in TCVN3 that hold hardly a capital; values stay as they are, as only a person knows the font.
pub(super) fn note_lost(
    batch: &SourceBatch,
    attributes: &[SourceAttribute],
    label: &str,
    findings: &mut Findings,
) {
    for (attribute, column) in attributes.iter().zip(&batch.attributes) {
        let Some(column) = column
            .as_binary_opt::<i32>()
            .filter(|_| holds_names(&attribute.name))
        else {
            continue;
        };
        let names = column
            .iter()
            .flatten()
            .map(|bytes| Encoding::Tcvn3.decode(bytes));
        let names: Vec<_> = names
            .filter(|name| name.contains(char::is_lowercase))
            .collect();
        let small = names
            .iter()
            .filter(|name| !name.contains(char::is_uppercase))
            .count();
        if names.len() >= FEWEST_NAMES && small * 10 >= names.len() * 8 {
            findings.note(FindingCode::CapitalsLost, || {
                format!("{label}: {}: {}", attribute.name, names[0])
            });
        }
    }
}

fn holds_names(column: &str) -> bool {
    column
        .split(|letter: char| !letter.is_alphabetic())
        .any(|word| NAME_WORDS.contains(&word))
        || column.starts_with("ten")
        || column.ends_with("name")
}

#[cfg(test)]
mod tests {
    use super::holds_names;

    #[test]
    fn columns_of_names_are_known_by_theirs() {
        for column in [
            "ten",
            "ten_xa",
            "tenxa",
            "tên_đường",
            "name",
            "rname",
            "phuong",
        ] {
            assert!(holds_names(column), "{column}");
        }
        for column in ["loai_dat", "ghi_chu", "mdsd", "content"] {
            assert!(!holds_names(column), "{column}");
        }
    }
}
