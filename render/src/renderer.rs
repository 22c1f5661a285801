//! A style and a tile in, an image out.

use std::collections::BTreeMap;

use layers::{RasterTile, TileCoord, VectorTile};

use crate::{
    AdapterInfo, Image, RenderError, Style,
    device::{self, Gpu},
    draw_list::{
        Circle, Command, DrawList, FillVertex, GlyphQuad, HillshadeLight, HillshadeQuad,
        LineSegment, RasterQuad,
    },
    passes::Passes,
    text::{Face, Shaper},
};

/// The largest image drawn at once, in pixels: beyond it lavapipe slows down (measured with Mesa 22.3.6).
const LARGEST_PX: u32 = 2048;

/// How the renderer is opened.
#[derive(Clone, Debug, Default)]
pub struct RendererOptions {
    /// Part of the name of the adapter to use; else the environment variable `RENDER_ADAPTER`, else the fastest kind.
    pub adapter: Option<String>,
}

/// What a tile is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct TileInputs<'a> {
    /// Features, and labels reaching one tile further.
    pub vector: &'a VectorTile,
    /// Rasters by the name of their source in the style.
    pub rasters: &'a BTreeMap<String, RasterTile>,
}

/// How a tile is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrawOptions {
    /// Side of the image in pixels.
    pub size_px: u32,
    /// Device pixels per style pixel: 2 draws everything twice as large on an image twice as large.
    pub pixel_ratio: f64,
}

impl Default for DrawOptions {
    fn default() -> Self {
        Self {
            size_px: 256,
            pixel_ratio: 1.0,
        }
    }
}

impl DrawOptions {
    /// The zoom that styles speak of: a tile of 512 style pixels shows its own zoom, one of 256 the zoom above.
    pub fn style_zoom(&self, coord: TileCoord) -> f64 {
        let side = f64::from(self.size_px) / self.pixel_ratio;
        f64::from(coord.z()) + (side / 512.0).log2()
    }
}

/// Draws tiles. One per process, shared by all threads.
#[derive(Debug)]
pub struct Renderer {
    gpu: Gpu,
    passes: Passes,
    shaper: Shaper,
}

impl Renderer {
    /// Opens the device, makes all pipelines and draws once with each, so that the first tile is as fast as the next.
    ///
    /// # Errors
    /// When there is no Vulkan driver, none of the name asked for, or it does not open.
    pub fn new(options: &RendererOptions) -> Result<Self, RenderError> {
        let named = std::env::var("RENDER_ADAPTER")
            .ok()
            .filter(|name| !name.is_empty());
        let gpu = device::open(options.adapter.as_deref().or(named.as_deref()))?;
        let passes = Passes::new(&gpu);
        passes.paint(&gpu, &one_of_each())?;
        Ok(Self {
            gpu,
            passes,
            shaper: Shaper::default(),
        })
    }

    /// What draws.
    pub fn adapter(&self) -> &AdapterInfo {
        &self.gpu.info
    }

    /// Draws a tile. The same inputs give the same pixels.
    ///
    /// # Errors
    /// When the size is out of range or the device is lost.
    pub fn draw(
        &self,
        style: &Style,
        inputs: &TileInputs<'_>,
        options: &DrawOptions,
    ) -> Result<Image, RenderError> {
        let DrawOptions {
            size_px,
            pixel_ratio,
        } = *options;
        if !(1..=LARGEST_PX).contains(&size_px) || !(0.5..=8.0).contains(&pixel_ratio) {
            return Err(RenderError::Size {
                size_px,
                pixel_ratio,
            });
        }
        let list = DrawList::build(style, inputs, *options, &self.shaper);
        if list.is_solid() {
            return Ok(Image::solid(size_px, list.background));
        }
        Ok(Image::from_premultiplied(
            size_px,
            self.passes.paint(&self.gpu, &list)?,
        ))
    }
}

/// A list that uses every pipeline: drivers compile at the first draw.
fn one_of_each() -> DrawList {
    let color = [255; 4];
    let corner = |x: f32, y: f32| FillVertex {
        position: [x, y],
        color,
    };
    let circle = Circle {
        center: [8.0, 8.0],
        radii: [4.0, 1.0, 1.0],
        color,
        stroke: color,
    };
    let segment = LineSegment {
        ends: [2.0, 2.0, 12.0, 12.0],
        planes: [0.0; 4],
        widths: [1.0, 0.0, 1.0],
        flags: 0,
        reach: [1.0, 1.0],
        color,
    };
    let glyph = GlyphQuad {
        face: Face::Regular,
        glyph: Face::Regular
            .glyph('ộ')
            .expect("the embedded faces have every Vietnamese letter"),
        origin: [2.0, 12.0],
        size_px: 12.0,
        rotation: [1.0, 0.0],
        grow_px: 0.0,
        blur_px: 1.0,
        color,
    };
    let light = HillshadeLight {
        shadow: [0.0; 4],
        highlight: [0.0; 4],
        accent: [0.0; 4],
        azimuth_rad: 0.0,
        intensity: 0.5,
        gradient_scale: 1.0,
        size: 1.0,
    };
    DrawList {
        size_px: 16,
        background: color,
        commands: vec![
            Command::Raster(0),
            Command::Hillshade(0),
            Command::Fill(0..3),
            Command::Line(0..1),
            Command::Circle(0..1),
            Command::Text(0..1),
        ],
        fill_vertices: vec![corner(1.0, 1.0), corner(9.0, 1.0), corner(1.0, 9.0)],
        fill_indices: vec![0, 1, 2],
        segments: vec![segment],
        circles: vec![circle],
        glyphs: vec![glyph],
        rasters: vec![RasterQuad {
            size: 1,
            pixels: vec![color; 9],
            smooth: true,
        }],
        hillshades: vec![HillshadeQuad {
            size: 1,
            heights_m: vec![0.0; 9],
            light,
        }],
    }
}
