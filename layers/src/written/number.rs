//! Numbers with their thousands apart, a decimal comma or point, and a unit behind them.

use std::borrow::Cow;

/// Which marks stand where in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberStyle {
    /// `1234.5`
    Plain,
    /// `1.234,5`, `1 234,5` or `1234,5`
    Comma,
    /// `1,234.5` or `1 234.5`
    Point,
}

impl NumberStyle {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Comma, Self::Point];

    /// The number a text is in this style. No exponent, no plus: those are in codes and telephone numbers.
    pub(crate) fn read(self, text: &str) -> Option<f64> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let mark = if self == Self::Comma { ',' } else { '.' };
        let (whole, decimals) = match unsigned.split_once(mark) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (unsigned, None),
        };
        if !decimals.is_none_or(is_digits) {
            return None;
        }
        let whole = self.joined(whole)?;
        let sign = &text[..text.len() - unsigned.len()];
        match decimals {
            Some(decimals) => format!("{sign}{whole}.{decimals}").parse().ok(),
            None => format!("{sign}{whole}").parse().ok(),
        }
    }

    /// The digits of a whole number without what keeps its thousands apart: groups of three after the first.
    fn joined(self, whole: &str) -> Option<Cow<'_, str>> {
        if is_digits(whole) {
            return Some(whole.into());
        }
        let separator = whole
            .chars()
            .find(|character| !character.is_ascii_digit())?;
        let is_known = match separator {
            ' ' | '\u{a0}' | '\u{202f}' => self != Self::Plain,
            '.' => self == Self::Comma,
            ',' => self == Self::Point,
            _ => false,
        };
        let mut groups = whole.split(separator);
        let first = groups.next()?;
        let is_grouped = (1..=3).contains(&first.len())
            && is_digits(first)
            && groups.all(|group| group.len() == 3 && is_digits(group));
        (is_known && is_grouped).then(|| whole.replace(separator, "").into())
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a leading zero or plus makes it a code or a telephone number, which must keep it.
pub(crate) fn is_padded(text: &[u8]) -> bool {
    matches!(text, [b'0', b'0'..=b'9', ..] | [b'+', ..])
}

/// A number and what stands behind it: `12,5 ha` is `12,5` and `ha`.
pub(crate) fn split_unit(text: &str) -> (&str, &str) {
    let is_unit = |character: char| !(character.is_ascii_digit() || matches!(character, '.' | ','));
    // The digits of m2 belong to the unit: it begins at the first letter.
    let at = text
        .char_indices()
        .find(|(_, character)| {
            is_unit(*character) && !matches!(character, '-' | ' ' | '\u{a0}' | '\u{202f}')
        })
        .map_or(text.len(), |(at, _)| at);
    (text[..at].trim_end(), text[at..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: [Option<f64>; 3]) {
        assert_eq!(
            NumberStyle::ALL.map(|style| style.read(text)),
            expected,
            "{text}"
        );
    }

    #[test]
    fn a_number_is_read_in_each_style_that_its_marks_allow() {
        check("12", [Some(12.0); 3]);
        check("-3", [Some(-3.0); 3]);
        check("12.5", [Some(12.5), None, Some(12.5)]);
        check("12,5", [None, Some(12.5), None]);
        check("203.638", [Some(203.638), Some(203_638.0), Some(203.638)]);
        check("12,500", [None, Some(12.5), Some(12_500.0)]);
        check("1.234,5", [None, Some(1234.5), None]);
        check("1,234.5", [None, None, Some(1234.5)]);
        check("1.234.567", [None, Some(1_234_567.0), None]);
        check("12 345,5", [None, Some(12_345.5), None]);
        check("1234.567,5", [None; 3]);
        for text in [
            "", "-", ".", "1.", ",5", "+84", "1e5", "NaN", "12a", "1 23", "1..2",
        ] {
            check(text, [None; 3]);
        }
    }

    #[test]
    fn a_unit_stands_behind_its_number() {
        assert_eq!(split_unit("12,5 ha"), ("12,5", "ha"));
        assert_eq!(split_unit("-1.200m2"), ("-1.200", "m2"));
        assert_eq!(split_unit("45%"), ("45", "%"));
        assert_eq!(split_unit("12 345"), ("12 345", ""));
        assert_eq!(split_unit("A12"), ("", "A12"));
    }
}
