//! What can go wrong: in a style document, and with the device.

use thiserror::Error;

/// A style document that cannot be used.
#[derive(Debug, Error)]
pub enum StyleError {
    /// The document does not have the shape of a style.
    #[error("style document does not have the shape of a MapLibre style")]
    Document {
        /// Where and what.
        #[source]
        source: serde_json::Error,
    },
    /// A version of the specification other than 8.
    #[error("style version {version} is not supported: use 8")]
    Version {
        /// What was given.
        version: u64,
    },
    /// A layer that names no source, or one that the document does not declare.
    #[error("layers[{index}] {layer:?}: source {source_name:?} is not declared under \"sources\"")]
    Source {
        /// Place of the layer in the list.
        index: usize,
        /// Its id.
        layer: String,
        /// What it names.
        source_name: String,
    },
    /// Two layers of one id.
    #[error("layers[{index}] {layer:?}: the id is already used by an earlier layer")]
    DuplicateId {
        /// Place of the second layer.
        index: usize,
        /// The id.
        layer: String,
    },
    /// A property or filter that is not valid.
    #[error("layers[{index}] {layer:?}: {place}: {problem}")]
    Value {
        /// Place of the layer in the list.
        index: usize,
        /// Its id.
        layer: String,
        /// Which part, for example `paint.line-width[2]`.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A tile that cannot be drawn.
#[derive(Debug, Error)]
pub enum RenderError {
    /// No Vulkan driver, or none of the name asked for.
    #[error(
        "no Vulkan device {wanted}was found (seen: {seen}): install a driver, on Debian `apt-get install mesa-vulkan-drivers libvulkan1`, or choose one with RENDER_ADAPTER"
    )]
    NoAdapter {
        /// `named "…" ` or nothing.
        wanted: String,
        /// Names of the adapters that exist.
        seen: String,
    },
    /// The adapter refused to open.
    #[error("the Vulkan device {adapter:?} cannot be opened")]
    OpenDevice {
        /// Its name.
        adapter: String,
        /// Why.
        #[source]
        source: wgpu::RequestDeviceError,
    },
    /// A size the device or the format does not allow.
    #[error(
        "an image of {size_px} px at pixel ratio {pixel_ratio} cannot be drawn: use 1 to 2048 px and a ratio of 0.5 to 8"
    )]
    Size {
        /// Side of the image.
        size_px: u32,
        /// Device pixels per style pixel.
        pixel_ratio: f64,
    },
    /// The device did not finish.
    #[error("the Vulkan device did not finish the tile")]
    Poll {
        /// Why.
        #[source]
        source: wgpu::PollError,
    },
    /// The pixels could not be read back: the device was lost.
    #[error("the pixels could not be read back: the Vulkan device was lost")]
    ReadBack,
}
