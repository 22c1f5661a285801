//! Text to glyphs: NFC first, then OpenType shaping.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use harfrust::{Buffer, Direction, Script, ShapeOptions, ShaperFont};
use unicode_normalization::UnicodeNormalization as _;

use super::Face;

/// Shaped words kept; a province has fewer distinct names, and beyond it all are dropped at once.
const KEPT: usize = 50_000;

/// A glyph of a shaped text, in ems.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ShapedGlyph {
    /// Number in the typeface; 0 where it has no glyph for the text.
    pub(crate) glyph: u32,
    /// Byte in the normalised text that it stands for.
    pub(crate) cluster: usize,
    /// From the pen to the glyph's origin, y up.
    pub(crate) offset_em: [f64; 2],
    /// Pen movement after it.
    pub(crate) advance_em: f64,
}

type Words = HashMap<(Face, String), Arc<[ShapedGlyph]>>;

/// Shapes text and remembers what it shaped.
#[derive(Default)]
pub(crate) struct Shaper {
    known: Mutex<Words>,
}

impl fmt::Debug for Shaper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shaper").finish_non_exhaustive()
    }
}

impl Shaper {
    /// The glyphs of one line of text, left to right.
    pub(crate) fn shape(&self, face: Face, text: &str) -> Arc<[ShapedGlyph]> {
        let key = (face, text.nfc().collect::<String>());
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .map(Arc::clone);
        known.unwrap_or_else(|| {
            let shaped: Arc<[ShapedGlyph]> = shape(face, &key.1).into();
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(key, Arc::clone(&shaped));
            shaped
        })
    }
}

fn shape(face: Face, text: &str) -> Vec<ShapedGlyph> {
    let font = ShaperFont::new(face.font());
    let mut buffer = Buffer::new();
    buffer.push_str(text);
    buffer.set_direction(Direction::LeftToRight);
    buffer.set_script(Some(Script::LATIN));
    buffer.guess_segment_properties();
    if harfrust::shape(&font, &mut buffer, ShapeOptions::new()).is_err() {
        return Vec::new();
    }
    let em = face.units_per_em();
    let glyphs = buffer.glyph_infos().iter().zip(buffer.glyph_positions());
    glyphs
        .map(|(info, position)| ShapedGlyph {
            glyph: info.glyph_id,
            cluster: info.cluster as usize,
            offset_em: [
                f64::from(position.x_offset) / em,
                f64::from(position.y_offset) / em,
            ],
            advance_em: f64::from(position.x_advance) / em,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    #[test]
    fn composed_and_decomposed_names_are_the_same_glyphs() {
        let shaper = Shaper::default();
        for name in [
            "Đường Nguyễn Lương Bằng",
            "Phường Trần Phú",
            "Sông Kinh Thầy",
        ] {
            let decomposed: String = name.nfd().collect();
            assert_ne!(name, decomposed);
            for face in Face::ALL {
                let glyphs = shaper.shape(face, name);
                assert_eq!(glyphs, shaper.shape(face, &decomposed));
                assert_eq!(glyphs.len(), name.chars().count(), "one glyph a letter");
                assert!(
                    glyphs.iter().all(|glyph| glyph.glyph != 0),
                    "{name} has no box"
                );
            }
        }
    }

    #[test]
    fn a_mark_without_a_composed_letter_stands_on_its_letter() {
        // no Unicode letter is "x with circumflex": the mark must be placed, not follow
        let glyphs = Shaper::default().shape(Face::Regular, "x\u{302}");
        assert_eq!(glyphs.len(), 2);
        assert!(glyphs[1].advance_em.abs() < 1e-9, "{glyphs:?}");
    }
}
