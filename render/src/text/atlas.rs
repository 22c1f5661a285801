//! Where each glyph's distance field lies in the one texture that all of them share.

use std::collections::HashMap;

use etagere::{AtlasAllocator, size2};

use super::{Face, SdfGlyph, SdfSpec, sdf};

/// A glyph's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Column of its left edge in the texture.
    pub(crate) x: u32,
    /// Row of its top edge in the texture.
    pub(crate) y: u32,
    /// Columns, buffer included.
    pub(crate) width: u32,
    /// Rows, buffer included.
    pub(crate) height: u32,
    /// From the glyph's origin to its left edge, in field pixels, buffer included.
    pub(crate) left: i32,
    /// From the baseline up to its top edge, in field pixels, buffer included.
    pub(crate) top: i32,
}

/// The distance fields made so far. It never forgets: the texture has room for every glyph of the embedded faces.
pub(crate) struct Atlas {
    allocator: AtlasAllocator,
    slots: HashMap<(Face, u32), Option<Slot>>,
}

impl Atlas {
    /// Columns of the texture.
    pub(crate) const WIDTH: u32 = 2048;
    /// Rows of the texture.
    pub(crate) const HEIGHT: u32 = 4096;
    /// How its fields are made: legible from 9 to 60 pixels, halos of up to a sixth of an em.
    pub(crate) const SPEC: SdfSpec = SdfSpec {
        per_em: 32,
        buffer: 6,
        radius: 8,
    };

    pub(crate) fn new() -> Self {
        let side = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
        Self {
            allocator: AtlasAllocator::new(size2(side(Self::WIDTH), side(Self::HEIGHT))),
            slots: HashMap::new(),
        }
    }

    /// The place of a glyph; a new one is handed to `upload` once. None for glyphs without ink.
    pub(crate) fn slot(
        &mut self,
        face: Face,
        glyph: u32,
        upload: impl FnOnce(&Slot, &SdfGlyph),
    ) -> Option<Slot> {
        if let Some(known) = self.slots.get(&(face, glyph)) {
            return *known;
        }
        let slot = sdf(face, glyph, Self::SPEC).and_then(|field| {
            let slot = self.allocate(&field)?;
            upload(&slot, &field);
            Some(slot)
        });
        self.slots.insert((face, glyph), slot);
        slot
    }

    fn allocate(&mut self, field: &SdfGlyph) -> Option<Slot> {
        let (width, height) = (
            u32::try_from(field.width).ok()?,
            u32::try_from(field.height).ok()?,
        );
        // one empty pixel between neighbours, so that blending at an edge does not reach into them
        let size = size2(
            i32::try_from(width + 1).ok()?,
            i32::try_from(height + 1).ok()?,
        );
        let place = self.allocator.allocate(size)?.rectangle.min;
        let buffer = i32::try_from(Self::SPEC.buffer).ok()?;
        Some(Slot {
            x: u32::try_from(place.x).ok()?,
            y: u32::try_from(place.y).ok()?,
            width,
            height,
            left: field.left - buffer,
            top: field.top + buffer,
        })
    }
}
