//! From what a table calls a unit to the unit: by code first, then by name within its parent, never by a name that collides.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{AdminRegister, AdminUnit, Level};

/// What a table says of a unit; an empty text says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnitQuery<'a> {
    /// Its code; `10507.0`, as spreadsheets write it, is `10507`.
    pub code: Option<&'a str>,
    /// Its name, with or without its kind.
    pub name: Option<&'a str>,
    /// Name or code of the unit it lies in, or of one above that.
    pub parent: Option<&'a str>,
    /// Its level, where known.
    pub level: Option<Level>,
}

/// What a query means.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution<'a> {
    /// This unit.
    One(&'a AdminUnit),
    /// One of these: the name collides, so its code or its parent is needed.
    Ambiguous(Vec<&'a AdminUnit>),
    /// No unit on that day.
    Unknown,
}

/// Kinds as they stand before a name, folded, the longer before those they begin with; with their abbreviations.
const KINDS: [(&str, &[&str]); 8] = [
    ("thị trấn", &["thị trấn ", "tt. ", "tt.", "tt "]),
    ("thị xã", &["thị xã ", "tx. ", "tx.", "tx "]),
    ("thành phố", &["thành phố ", "tp. ", "tp.", "tp "]),
    ("phường", &["phường ", "p. ", "p."]),
    ("huyện", &["huyện ", "h. ", "h."]),
    ("quận", &["quận ", "q. ", "q."]),
    ("tỉnh", &["tỉnh "]),
    ("xã", &["xã ", "x. ", "x."]),
];

/// A name folded, and the kind that stood before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    kind: Option<&'static str>,
    bare: String,
}

/// Names of units by how they are spelled without their kind.
#[derive(Clone, Debug, Default)]
pub(super) struct NameIndex(BTreeMap<String, Vec<(usize, Option<&'static str>)>>);

impl NameIndex {
    pub(super) fn of(units: &[AdminUnit]) -> Self {
        let mut index = Self::default();
        for (row, unit) in units.iter().enumerate() {
            let folded = Folded::of(&unit.name);
            index
                .0
                .entry(folded.bare)
                .or_default()
                .push((row, folded.kind));
        }
        index
    }

    /// Rows whose name is this one: those of its kind where it names one that some bear, else those of any kind.
    fn rows(&self, name: &str, fits: impl Fn(usize) -> bool) -> Vec<usize> {
        let wanted = Folded::of(name);
        let all = self.0.get(&wanted.bare).map_or(&[][..], Vec::as_slice);
        let all = all.iter().filter(|(row, _)| fits(*row));
        let of_kind = all
            .clone()
            .filter(|(_, kind)| wanted.kind.is_some() && *kind == wanted.kind);
        let of_kind: Vec<usize> = of_kind.map(|(row, _)| *row).collect();
        if of_kind.is_empty() {
            all.map(|(row, _)| *row).collect()
        } else {
            of_kind
        }
    }
}

impl Folded {
    /// NFC, small letters, single spaces, the tone mark after each word, the kind apart.
    pub(super) fn of(name: &str) -> Self {
        let words: Vec<String> = name
            .to_lowercase()
            .split_whitespace()
            .map(tone_last)
            .collect();
        let whole = words.join(" ");
        for (kind, prefixes) in KINDS {
            let rest = prefixes.iter().find_map(|prefix| {
                let prefix: Vec<String> = prefix.split(' ').map(tone_last).collect();
                whole.strip_prefix(&prefix.join(" "))
            });
            if let Some(bare) = rest.map(str::trim).filter(|bare| !bare.is_empty()) {
                return Self {
                    kind: Some(kind),
                    bare: bare.to_owned(),
                };
            }
        }
        Self {
            kind: None,
            bare: whole,
        }
    }
}

/// A word with its tone mark at the end: `hoà` and `hòa` become one, `hoa` and `hóa` stay others.
fn tone_last(word: &str) -> String {
    const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];
    let (tones, letters): (Vec<char>, Vec<char>) = word
        .nfd()
        .partition(|letter| is_combining_mark(*letter) && TONES.contains(letter));
    letters.into_iter().nfc().chain(tones).collect()
}

impl AdminRegister {
    /// The unit a table means on a day.
    ///
    /// A code decides, and must be one of that day; only without a code does the name count. A name that several units of
    /// the day bear is never guessed at: give the parent or the code.
    pub fn resolve(&self, query: &UnitQuery<'_>, day: NaiveDate) -> Resolution<'_> {
        let given = |text: Option<&'_ str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let is_level = |unit: &AdminUnit| query.level.is_none_or(|level| unit.level == level);
        if let Some(code) = given(query.code) {
            let found = self
                .with_code(plain_code(&code), day)
                .filter(|unit| is_level(unit));
            return one_of(found.collect());
        }
        let Some(name) = given(query.name) else {
            return Resolution::Unknown;
        };
        let parent = given(query.parent);
        let rows = self.names().rows(&name, |row| {
            let unit = &self.units()[row];
            let lies_in = |parent: &String| self.lies_in(unit, parent, day);
            unit.valid.holds(day) && is_level(unit) && parent.as_ref().is_none_or(lies_in)
        });
        one_of(rows.into_iter().map(|row| &self.units()[row]).collect())
    }

    /// Whether a unit lies in one of this code or name, at once or through others.
    fn lies_in(&self, unit: &AdminUnit, parent: &str, day: NaiveDate) -> bool {
        let wanted = Folded::of(parent);
        let is_wanted = |above: &AdminUnit| {
            let name = Folded::of(&above.name);
            above.code == plain_code(parent)
                || (name.bare == wanted.bare && (wanted.kind.is_none() || wanted.kind == name.kind))
        };
        let above = |unit: &AdminUnit| {
            let code = unit.parent.as_deref()?;
            let level = unit.level;
            self.with_code(code, day).find(|above| above.level > level)
        };
        // Levels rise with each step, so this ends.
        std::iter::successors(above(unit), |unit| above(unit)).any(is_wanted)
    }
}

/// A code without what spreadsheets put around it.
pub(super) fn plain_code(code: &str) -> &str {
    let code = code.trim();
    code.strip_suffix(".0").unwrap_or(code)
}

fn one_of(found: Vec<&AdminUnit>) -> Resolution<'_> {
    match found.as_slice() {
        [] => Resolution::Unknown,
        [only] => Resolution::One(only),
        _ => Resolution::Ambiguous(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(Folded::of(a).bare, Folded::of(b).bare, "{a} {b}");
    }

    #[test]
    fn spellings_of_one_name_are_one_and_other_names_are_others() {
        same("Xã Hoà Bình", "xã  HÒA BÌNH");
        same("Phường Việt Hoà", "Việt Hòa");
        same("Xã Tuý Hoè", "Túy Hòe");
        same("Thuỵ Khuê", "Thụy Khuê");
        same("TT. Kẻ Sặt", "Thị trấn Kẻ Sặt");
        same("P.Ái Quốc", "Ái Quốc");
        same("Xa\u{303} Tân Kỳ", "Tân Kỳ");
        for (a, b) in [
            ("Cẩm Giang", "Cẩm Giàng"),
            ("Hòa", "Hóa"),
            ("Hoa", "Hòa"),
            ("Đức", "Dức"),
        ] {
            assert_ne!(Folded::of(a), Folded::of(b));
        }
        assert_eq!(Folded::of("Xã").bare, Folded::of("xã").bare);
        assert_eq!(Folded::of("Thị xã Kinh Môn").kind, Some("thị xã"));
    }
}
