//! The renderer, if there is one: without a Vulkan device everything but raster tiles is still served.

use render::{Renderer, RendererOptions};
use serde::Serialize;

use crate::{error::RequestError, http::problem::chain};

/// What draws raster tiles, if anything can.
#[derive(Debug)]
pub struct Painter {
    renderer: Option<Renderer>,
}

/// Whether raster tiles can be drawn, for a person to read.
#[derive(Clone, Debug, Serialize)]
pub struct PainterState {
    /// Whether they can.
    pub ready: bool,
    /// Name of the graphics device.
    pub adapter: Option<String>,
    /// Why they cannot, and what to install.
    pub problem: Option<String>,
}

impl Painter {
    /// Looks for a graphics device; not finding one is no error here, and the reason is logged.
    pub fn start() -> Self {
        let renderer = Renderer::new(&RendererOptions::default());
        match &renderer {
            Ok(renderer) => tracing::debug!(adapter = renderer.adapter().name, "drawing with"),
            Err(error) => tracing::warn!(cause = %chain(error), "raster tiles cannot be drawn"),
        }
        Self {
            renderer: renderer.ok(),
        }
    }

    /// A painter whose device failed while it was being opened.
    pub fn broken() -> Self {
        Self { renderer: None }
    }

    /// The renderer.
    ///
    /// # Errors
    /// When there is none.
    pub fn renderer(&self) -> Result<&Renderer, RequestError> {
        self.renderer.as_ref().ok_or(RequestError::NoRenderer)
    }

    /// How it stands.
    pub fn state(&self) -> PainterState {
        PainterState {
            ready: self.renderer.is_some(),
            adapter: self
                .renderer
                .as_ref()
                .map(|renderer| renderer.adapter().name.clone()),
            problem: self
                .renderer
                .is_none()
                .then(|| RequestError::NoRenderer.to_string()),
        }
    }
}
