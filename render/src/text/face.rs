//! The embedded typefaces.

use std::sync::OnceLock;

use skrifa::{Font, GlyphId};

/// An embedded typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Face {
    /// Noto Sans Regular.
    Regular,
    /// Noto Sans Bold.
    Bold,
    /// Noto Sans Regular, slanted: the names of waters.
    Italic,
}

/// Slant of [`Face::Italic`]: the tangent of 12 degrees, as in Noto Sans Italic.
const SLANT: f32 = 0.212_556_56;

impl Face {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Italic];

    /// The name styles use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Regular => "Noto Sans Regular",
            Self::Bold => "Noto Sans Bold",
            Self::Italic => "Noto Sans Italic",
        }
    }

    /// The face of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|face| face.name() == name)
    }

    /// The first embedded face of a stack; else the nearest by weight and slant.
    pub(crate) fn of_stack<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        let contains = |word| names.first().is_some_and(|name: &&str| name.contains(word));
        names
            .iter()
            .find_map(|name| Self::named(name))
            .unwrap_or_else(|| match () {
                () if contains("Bold") => Self::Bold,
                () if contains("Italic") => Self::Italic,
                () => Self::Regular,
            })
    }

    /// How far a point moves east per unit of height.
    pub(crate) fn slant(self) -> f32 {
        if self == Self::Italic { SLANT } else { 0.0 }
    }

    pub(crate) fn font(self) -> &'static Font {
        static REGULAR: OnceLock<Font> = OnceLock::new();
        static BOLD: OnceLock<Font> = OnceLock::new();
        let (font, bytes): (_, &'static [u8]) = match self {
            Self::Regular | Self::Italic => {
                (&REGULAR, include_bytes!("../../fonts/NotoSans-Regular.ttf"))
            }
            Self::Bold => (&BOLD, include_bytes!("../../fonts/NotoSans-Bold.ttf")),
        };
        font.get_or_init(|| Font::new(bytes.to_vec(), 0).expect("the embedded font is a font"))
    }

    /// The glyph of a character, if the face has one.
    pub(crate) fn glyph(self, character: char) -> Option<u32> {
        self.font()
            .charmap()
            .map_unicode(character)
            .map(GlyphId::to_u32)
            .filter(|glyph| *glyph != 0)
    }

    /// How far the pen moves after a glyph.
    pub(crate) fn advance_em(self, glyph: u32) -> f64 {
        f64::from(self.font().glyph_metrics().h_advance(GlyphId::new(glyph))) / self.units_per_em()
    }

    pub(crate) fn units_per_em(self) -> f64 {
        f64::from(self.font().units_per_em())
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    /// Base letters and tones whose combinations are the 134 precomposed letters of Vietnamese.
    #[test]
    fn every_vietnamese_letter_has_a_glyph() {
        let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
        let mut letters: Vec<char> = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
            .chars()
            .flat_map(|base| {
                tones
                    .iter()
                    .flat_map(move |tone| format!("{base}{tone}").nfc().collect::<Vec<_>>())
            })
            .filter(|letter| !letter.is_ascii())
            .collect();
        letters.extend(['đ', 'Đ']);
        assert_eq!(letters.len(), 134);
        for face in Face::ALL {
            let missing: Vec<_> = letters
                .iter()
                .filter(|letter| face.glyph(**letter).is_none())
                .collect();
            assert!(missing.is_empty(), "{face:?} lacks {missing:?}");
        }
    }

    #[test]
    fn a_stack_finds_its_nearest_face() {
        assert_eq!(
            Face::of_stack(["Noto Sans Bold", "Noto Sans Regular"]),
            Face::Bold
        );
        assert_eq!(Face::of_stack(["Open Sans Semibold"]), Face::Regular);
        assert_eq!(Face::of_stack(["Open Sans Bold"]), Face::Bold);
        assert_eq!(Face::of_stack([]), Face::Regular);
    }
}
