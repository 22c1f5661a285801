//! What to paint, in order, in device pixels: neutral between executors, made on the CPU from a style and a tile.
//!
//! All primitives of a kind lie in one array; [`Command`]s are ranges of them in style layer order.

mod circle;
mod dash;
mod fill;
mod line;
mod raster;
mod symbol;

use std::{collections::BTreeMap, ops::Range};

use bytemuck::{Pod, Zeroable};
use layers::{RasterTile, TileLayer, VectorTile};
use maplibre_expr::{Color, EvaluationContext};

use crate::{
    DrawOptions, TileInputs,
    narrow::{to_byte, to_f32},
    style::{Kind, Style, StyleLayer, Values},
    text::{Face, Shaper},
};

/// A corner of a fill triangle. Anti-aliasing lies in the geometry: a feather one pixel wide around each polygon whose outer
/// corners are transparent.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct FillVertex {
    /// Pixels from the north-west corner.
    pub(crate) position: [f32; 2],
    /// Premultiplied RGBA.
    pub(crate) color: [u8; 4],
}

/// One segment of a line, as wide as the line. Neighbouring segments share the pixels around their joint without overlap: each
/// keeps its side of the plane that halves the joint's angle.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct LineSegment {
    /// First end, then second end, in pixels.
    pub(crate) ends: [f32; 4],
    /// Normals of the planes through the first and the second end; pixels before the first or behind the second belong to
    /// the neighbours.
    pub(crate) planes: [f32; 4],
    /// Half width, half width of the gap in the middle, width of the soft edge, all in pixels.
    pub(crate) widths: [f32; 3],
    /// Bits of [`LineSegment::CUT_START`] and its siblings.
    pub(crate) flags: u32,
    /// How far beyond the first and the second end pixels may be covered.
    pub(crate) reach: [f32; 2],
    /// Premultiplied RGBA.
    pub(crate) color: [u8; 4],
}

impl LineSegment {
    /// The plane at the first end cuts.
    pub(crate) const CUT_START: u32 = 1;
    /// The plane at the second end cuts.
    pub(crate) const CUT_END: u32 = 2;
    /// The first end is cut square through the point.
    pub(crate) const BUTT_START: u32 = 4;
    /// The second end is cut square through the point.
    pub(crate) const BUTT_END: u32 = 8;
    /// The corner at the first end is pointed.
    pub(crate) const MITER_START: u32 = 16;
    /// The corner at the second end is pointed.
    pub(crate) const MITER_END: u32 = 32;
}

/// A disc with a ring around it.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Circle {
    /// Middle, in pixels.
    pub(crate) center: [f32; 2],
    /// Radius of the disc, width of the ring, width of the soft edge, in pixels.
    pub(crate) radii: [f32; 3],
    /// Disc, premultiplied RGBA.
    pub(crate) color: [u8; 4],
    /// Ring, premultiplied RGBA.
    pub(crate) stroke: [u8; 4],
}

/// One glyph, as a name: the executor knows where its distance field lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GlyphQuad {
    /// Typeface.
    pub(crate) face: Face,
    /// Number in the typeface.
    pub(crate) glyph: u32,
    /// Where the glyph's origin stands on the baseline, in pixels.
    pub(crate) origin: [f32; 2],
    /// Pixels per em.
    pub(crate) size_px: f32,
    /// Cosine and sine of the rotation, clockwise on screen.
    pub(crate) rotation: [f32; 2],
    /// How far the ink grows beyond the outline, in pixels: 0 for the text itself, more for its halo.
    pub(crate) grow_px: f32,
    /// Width of the soft edge, in pixels.
    pub(crate) blur_px: f32,
    /// Premultiplied RGBA.
    pub(crate) color: [u8; 4],
}

/// An image over the whole tile: straight RGBA with one pixel of border on every side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RasterQuad {
    /// Pixels along a side, without the border.
    pub(crate) size: usize,
    /// `(size + 2)²` pixels, premultiplied.
    pub(crate) pixels: Vec<[u8; 4]>,
    /// Whether pixels are blended into each other.
    pub(crate) smooth: bool,
}

/// Shaded relief over the whole tile.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HillshadeQuad {
    /// Pixels along a side, without the border.
    pub(crate) size: usize,
    /// `(size + 2)²` heights in metres.
    pub(crate) heights_m: Vec<f32>,
    /// What the shader needs.
    pub(crate) light: HillshadeLight,
}

/// Light and ground of a [`HillshadeQuad`].
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct HillshadeLight {
    /// Premultiplied RGBA.
    pub(crate) shadow: [f32; 4],
    /// Premultiplied RGBA.
    pub(crate) highlight: [f32; 4],
    /// Premultiplied RGBA.
    pub(crate) accent: [f32; 4],
    /// Where light comes from, radians clockwise from north.
    pub(crate) azimuth_rad: f32,
    /// 0 to 1.
    pub(crate) intensity: f32,
    /// Factor from height differences per pixel to the drawn gradient.
    pub(crate) gradient_scale: f32,
    /// Pixels along a side of the heights.
    pub(crate) size: f32,
}

/// One step of painting.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// Triangles: a range of `fill_indices`.
    Fill(Range<u32>),
    /// A range of `segments`.
    Line(Range<u32>),
    /// A range of `circles`.
    Circle(Range<u32>),
    /// A range of `glyphs`.
    Text(Range<u32>),
    /// A row of `rasters`.
    Raster(usize),
    /// A row of `hillshades`.
    Hillshade(usize),
}

/// Everything that is painted on one tile.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DrawList {
    /// Side of the image in pixels.
    pub(crate) size_px: u32,
    /// What is below everything, premultiplied RGBA.
    pub(crate) background: [u8; 4],
    /// What to paint, in order.
    pub(crate) commands: Vec<Command>,
    /// Corners of triangles.
    pub(crate) fill_vertices: Vec<FillVertex>,
    /// Triangles, three corners each.
    pub(crate) fill_indices: Vec<u32>,
    /// Line segments.
    pub(crate) segments: Vec<LineSegment>,
    /// Circles.
    pub(crate) circles: Vec<Circle>,
    /// Glyphs, halos before the text they surround.
    pub(crate) glyphs: Vec<GlyphQuad>,
    /// Images.
    pub(crate) rasters: Vec<RasterQuad>,
    /// Reliefs.
    pub(crate) hillshades: Vec<HillshadeQuad>,
}

/// What every builder needs to know of the tile.
struct Frame<'a> {
    tile: &'a VectorTile,
    rasters: &'a BTreeMap<String, RasterTile>,
    zoom: f64,
    size_px: f64,
    /// Device pixels per style pixel.
    ratio: f64,
}

impl Frame<'_> {
    fn layer(&self, name: &str) -> Option<&TileLayer> {
        self.tile
            .layers
            .iter()
            .find(|layer| *layer.name == *name && layer.extent > 0)
    }

    /// Device pixels per tile unit.
    fn scale(&self, layer: &TileLayer) -> f64 {
        self.size_px / f64::from(layer.extent)
    }
}

impl DrawList {
    /// Whether nothing lies on the background.
    pub(crate) fn is_solid(&self) -> bool {
        self.commands.is_empty()
    }

    /// Evaluates a style for a tile.
    pub(crate) fn build(
        style: &Style,
        inputs: &TileInputs<'_>,
        options: DrawOptions,
        shaper: &Shaper,
    ) -> Self {
        let frame = Frame {
            tile: inputs.vector,
            rasters: inputs.rasters,
            zoom: options.style_zoom(inputs.vector.coord),
            size_px: f64::from(options.size_px),
            ratio: options.pixel_ratio,
        };
        let mut list = Self {
            size_px: options.size_px,
            ..Self::default()
        };
        let drawn: Vec<_> = style
            .layers
            .iter()
            .filter(|layer| layer.is_drawn_at(frame.zoom))
            .collect();
        let mut labels = symbol::place(&drawn, &frame, shaper);
        for (row, layer) in drawn.iter().enumerate() {
            match layer.kind {
                Kind::Background => list.background(layer, &frame),
                Kind::Fill => fill::build(&mut list, layer, &frame),
                Kind::Line => line::build(&mut list, layer, &frame),
                Kind::Circle => circle::build(&mut list, layer, &frame),
                Kind::Raster => raster::build_raster(&mut list, layer, &frame),
                Kind::Hillshade => raster::build_hillshade(&mut list, layer, &frame),
                Kind::Symbol => symbol::build(&mut list, labels.remove(&row).unwrap_or_default()),
            }
        }
        list
    }

    fn background(&mut self, layer: &StyleLayer, frame: &Frame<'_>) {
        let context = EvaluationContext::new().with_zoom(frame.zoom);
        let values = Values::without_feature(layer, &context);
        let Some(color) = values.color("background-color", Some("background-opacity")) else {
            return;
        };
        if self.commands.is_empty() && (color.a >= 1.0 || self.background == [0; 4]) {
            self.background = premultiplied(color);
        } else {
            fill::build_background(self, premultiplied(color), frame);
        }
    }
}

/// Bytes of a colour, alpha multiplied in.
fn premultiplied(color: Color) -> [u8; 4] {
    [
        color.r * color.a,
        color.g * color.a,
        color.b * color.a,
        color.a,
    ]
    .map(to_byte)
}

/// A colour for a shader, alpha multiplied in.
fn premultiplied_f32(color: Option<Color>) -> [f32; 4] {
    color.map_or([0.0; 4], |color| {
        [
            color.r * color.a,
            color.g * color.a,
            color.b * color.a,
            color.a,
        ]
        .map(to_f32)
    })
}
