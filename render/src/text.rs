//! Text: from a name to glyphs on the map.

mod atlas;
mod face;
mod layout;
mod placement;
mod sdf;
mod shape;

pub(crate) use atlas::{Atlas, Slot};
pub(crate) use face::Face;
pub(crate) use layout::{Anchor, Block, Justify, TextStyle, Transform, block};
pub(crate) use placement::{Candidate, OrientedBox, accept};
pub(crate) use sdf::{SdfGlyph, SdfSpec, sdf};
pub(crate) use shape::{ShapedGlyph, Shaper};
