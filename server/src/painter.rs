//! The renderer, or the reason why there is none: without a Vulkan device everything but raster tiles is still served.

use render::{Renderer, RendererOptions};
use serde::Serialize;

use crate::{error::RequestError, http::problem::chain};

/// What draws raster tiles, if anything can.
#[derive(Debug)]
pub struct Painter {
    renderer: Result<Renderer, String>,
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
    /// Looks for a graphics device; not finding one is no error here.
    pub fn start() -> Self {
        let renderer = Renderer::new(&RendererOptions::default()).map_err(|error| chain(&error));
        let adapter = renderer
            .as_ref()
            .map(|renderer| renderer.adapter().name.as_str());
        tracing::debug!(?adapter, "looked for a graphics device");
        Self { renderer }
    }

    /// A painter whose device failed while it was being opened.
    pub fn broken() -> Self {
        Self {
            renderer: Err("the graphics driver failed while starting".to_owned()),
        }
    }

    /// The renderer.
    ///
    /// # Errors
    /// When there is none.
    pub fn renderer(&self) -> Result<&Renderer, RequestError> {
        self.renderer
            .as_ref()
            .map_err(|_reason| RequestError::NoRenderer)
    }

    /// How it stands.
    pub fn state(&self) -> PainterState {
        PainterState {
            ready: self.renderer.is_ok(),
            adapter: self
                .renderer
                .as_ref()
                .ok()
                .map(|renderer| renderer.adapter().name.clone()),
            problem: self
                .renderer
                .is_err()
                .then(|| RequestError::NoRenderer.to_string()),
        }
    }
}
