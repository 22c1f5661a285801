//! A name without what people leave out when they type it.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Lower case, no diacritics, đ as d, anything but letters and digits as one space.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
    {
        match letter {
            'đ' => folded.push('d'),
            letter if letter.is_alphanumeric() => folded.push(letter),
            _ if folded.is_empty() || folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diacritics_case_composition_and_punctuation_do_not_matter() {
        let composed = "Đường Nguyễn Lương Bằng";
        let decomposed: String = composed.nfd().collect();
        for text in [
            composed,
            &decomposed,
            "duong  nguyen luong bang",
            " ĐƯỜNG NGUYỄN-LƯƠNG BẰNG. ",
        ] {
            assert_eq!(fold(text), "duong nguyen luong bang");
        }
        assert_eq!(fold("QL.5A (cũ)"), "ql 5a cu");
        assert_eq!(fold(" … "), "");
    }
}
