//! Glyph ranges for MapLibre GL JS, made from the embedded typefaces: distance fields of 24 px in Mapbox's PBF.

use prost::Message as _;

use crate::text::{Face, SdfSpec, sdf};

/// What MapLibre GL expects: 24 px per em, 3 px around the ink, distances up to 8 px.
const SPEC: SdfSpec = SdfSpec {
    per_em: 24,
    buffer: 3,
    radius: 8,
};

/// Characters in a range.
const RANGE: u32 = 256;

/// MapLibre GL counts a glyph's top from here, in pixels above the baseline.
const TOP_LINE_PX: i32 = 17;

#[derive(Clone, PartialEq, prost::Message)]
struct Glyphs {
    #[prost(message, repeated, tag = "1")]
    stacks: Vec<Stack>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Stack {
    #[prost(string, required, tag = "1")]
    name: String,
    #[prost(string, required, tag = "2")]
    range: String,
    #[prost(message, repeated, tag = "3")]
    glyphs: Vec<Glyph>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Glyph {
    #[prost(uint32, required, tag = "1")]
    id: u32,
    #[prost(bytes = "vec", optional, tag = "2")]
    bitmap: Option<Vec<u8>>,
    #[prost(uint32, required, tag = "3")]
    width: u32,
    #[prost(uint32, required, tag = "4")]
    height: u32,
    #[prost(sint32, required, tag = "5")]
    left: i32,
    #[prost(sint32, required, tag = "6")]
    top: i32,
    #[prost(uint32, required, tag = "7")]
    advance: u32,
}

/// The PBF of the 256 characters from `start` in the first embedded face of a comma-separated stack. None for a stack without
/// an embedded face, and for a start that is not a multiple of 256 below 65,536.
pub fn range(fontstack: &str, start: u32) -> Option<Vec<u8>> {
    let face = fontstack
        .split(',')
        .find_map(|name| Face::named(name.trim()))?;
    if !start.is_multiple_of(RANGE) || start > 0xFF00 {
        return None;
    }
    let glyphs = (start..start + RANGE)
        .filter_map(char::from_u32)
        .filter_map(|character| glyph(face, character))
        .collect();
    let stack = Stack {
        name: fontstack.to_owned(),
        range: format!("{start}-{}", start + RANGE - 1),
        glyphs,
    };
    Some(
        Glyphs {
            stacks: vec![stack],
        }
        .encode_to_vec(),
    )
}

fn glyph(face: Face, character: char) -> Option<Glyph> {
    let number = face.glyph(character)?;
    let advance_px = face.advance_em(number) * f64::from(SPEC.per_em);
    let empty = Glyph {
        id: u32::from(character),
        bitmap: None,
        width: 0,
        height: 0,
        left: 0,
        top: 0,
        advance: crate::narrow::to_u32(advance_px.round()),
    };
    let Some(field) = sdf(face, number, SPEC) else {
        return Some(empty);
    };
    let inner = |length: usize| crate::narrow::count(length - 2 * SPEC.buffer);
    Some(Glyph {
        width: inner(field.width),
        height: inner(field.height),
        left: field.left,
        top: field.top - TOP_LINE_PX,
        bitmap: Some(field.values),
        ..empty
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vietnamese_ranges_hold_their_letters() {
        for face in Face::ALL {
            let bytes = range(face.name(), 0x1E00).unwrap();
            let stack = Glyphs::decode(bytes.as_slice()).unwrap().stacks.remove(0);
            assert_eq!(
                (stack.name.as_str(), stack.range.as_str()),
                (face.name(), "7680-7935")
            );
            for letter in "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ".chars()
            {
                let glyph = stack
                    .glyphs
                    .iter()
                    .find(|glyph| glyph.id == u32::from(letter))
                    .unwrap();
                let bitmap = glyph.bitmap.as_ref().unwrap();
                assert_eq!(
                    bitmap.len(),
                    (glyph.width as usize + 6) * (glyph.height as usize + 6)
                );
                assert!(
                    bitmap.contains(&255) || bitmap.iter().any(|value| *value > 191),
                    "{letter} has ink"
                );
            }
        }
    }

    #[test]
    fn a_space_has_an_advance_and_no_bitmap() {
        let bytes = range("Open Sans Regular,Noto Sans Regular", 0).unwrap();
        let stack = Glyphs::decode(bytes.as_slice()).unwrap().stacks.remove(0);
        let space = stack.glyphs.iter().find(|glyph| glyph.id == 32).unwrap();
        assert_eq!((space.bitmap.as_ref(), space.advance), (None, 6));
        // in MapLibre's own glyphs an A of 17 px stands with its top at the line the browser counts from
        let a = stack.glyphs.iter().find(|glyph| glyph.id == 65).unwrap();
        assert!((a.top).abs() <= 1, "{}", a.top);
    }

    #[test]
    fn what_is_not_embedded_is_not_made_up() {
        assert!(range("Comic Sans", 0).is_none());
        assert!(range("Noto Sans Regular", 100).is_none());
        assert!(range("Noto Sans Regular", 65_536).is_none());
    }
}
