//! A MapLibre style and vector tiles to pixels, with wgpu.
//!
//! [`Style::parse`] reads a MapLibre style document and says what it cannot draw. [`Renderer::draw`] takes a style and the
//! features of one tile and answers an [`Image`]: the style is evaluated into a neutral [`draw list`](draw_list) on the CPU,
//! which one device, created once and without a window system, then paints. Labels are placed by a rule that does not know
//! where tiles were cut, so neighbouring tiles agree. [`cartography`] makes the default style of a twin, [`glyphs`] and
//! [`raster_png`] give browsers the same fonts and rasters.

pub mod cartography;
pub mod device;
mod draw_list;
pub mod error;
pub mod glyphs;
pub mod image;
mod narrow;
mod passes;
pub mod raster_png;
pub mod renderer;
pub mod style;
mod text;

pub use device::AdapterInfo;
pub use error::{RenderError, StyleError};
pub use image::Image;
pub use renderer::{DrawOptions, Renderer, RendererOptions, TileInputs};
pub use style::{Style, StyleInputs, StyleWarning};
