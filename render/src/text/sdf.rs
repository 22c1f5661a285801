//! Glyph outlines to signed distance fields.

use sdf_glyph_renderer::{BitmapGlyph, clamp_to_u8};
use skrifa::{DrawMemory, GlyphId, ScalerFont, font::glyph::outline::PathSink};
use zeno::{Command, Format, Mask, Vector};

use super::Face;

/// How a distance field is made; lengths in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SdfSpec {
    /// Pixels per em.
    pub(crate) per_em: u32,
    /// Empty pixels around the ink.
    pub(crate) buffer: usize,
    /// Distance at which values saturate, in pixels.
    pub(crate) radius: usize,
}

/// Share of the value range that lies outside the outline; with it the outline is at 191, as in MapLibre's glyphs.
pub(crate) const CUTOFF: f64 = 0.25;

/// A distance field: 255 deep inside, 191 on the outline, 0 far outside.
#[derive(Clone, Debug)]
pub(crate) struct SdfGlyph {
    /// Columns, buffer included.
    pub(crate) width: usize,
    /// Rows, buffer included.
    pub(crate) height: usize,
    /// From the glyph's origin to the left edge of the ink, in pixels, buffer excluded.
    pub(crate) left: i32,
    /// From the baseline up to the top edge of the ink, in pixels, buffer excluded.
    pub(crate) top: i32,
    /// Rows from the top.
    pub(crate) values: Vec<u8>,
}

#[derive(Default)]
struct Path {
    commands: Vec<Command>,
    slant: f32,
}

impl Path {
    /// Fonts count upwards, bitmaps downwards.
    fn at(&self, x: f32, y: f32) -> Vector {
        Vector::new(y.mul_add(self.slant, x), -y)
    }
}

impl PathSink for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        self.commands.push(Command::MoveTo(self.at(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.commands.push(Command::LineTo(self.at(x, y)));
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        self.commands
            .push(Command::QuadTo(self.at(cx0, cy0), self.at(x, y)));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.commands.push(Command::CurveTo(
            self.at(cx0, cy0),
            self.at(cx1, cy1),
            self.at(x, y),
        ));
    }

    fn close(&mut self) {
        self.commands.push(Command::Close);
    }
}

/// The distance field of a glyph; none where it has no ink, as a space.
pub(crate) fn sdf(face: Face, glyph: u32, spec: SdfSpec) -> Option<SdfGlyph> {
    let scaler = ScalerFont::unhinted(face.font().clone(), Some(spec.per_em as f32));
    let mut path = Path {
        slant: face.slant(),
        ..Path::default()
    };
    scaler
        .outline(GlyphId::new(glyph))?
        .draw(DrawMemory::Scratch, &mut path)
        .ok()?;
    if path.commands.is_empty() {
        return None;
    }
    let (ink, place) = Mask::new(&path.commands).format(Format::Alpha).render();
    let (width, height) = (place.width as usize, place.height as usize);
    let bitmap = BitmapGlyph::from_unbuffered(&ink, width, height, spec.buffer).ok()?;
    let values = clamp_to_u8(&bitmap.render_sdf(spec.radius), CUTOFF).ok()?;
    Some(SdfGlyph {
        width: width + 2 * spec.buffer,
        height: height + 2 * spec.buffer,
        left: place.left,
        top: -place.top,
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_stem_is_inside_and_the_corner_outside() {
        let spec = SdfSpec {
            per_em: 32,
            buffer: 4,
            radius: 8,
        };
        let glyph = Face::Bold
            .glyph('l')
            .and_then(|glyph| sdf(Face::Bold, glyph, spec))
            .unwrap();
        assert_eq!(glyph.values.len(), glyph.width * glyph.height);
        let middle = glyph.values[glyph.height / 2 * glyph.width + glyph.width / 2];
        assert!(middle > 191, "{middle}");
        assert!(glyph.values[0] < 120);
        assert!(
            glyph.top > 20 && glyph.top < 30,
            "an l is 0.76 em high: {}",
            glyph.top
        );
        let space = Face::Bold.glyph(' ').unwrap();
        assert!(sdf(Face::Bold, space, spec).is_none());
    }
}
