//! A MapLibre style document, read, checked and ready to evaluate.

mod document;
mod evaluate;
mod property;
mod supported;

use std::{collections::BTreeMap, fmt};

pub(crate) use evaluate::{Evaluator, FeatureView, Values};
use maplibre_expr::Expr;
use serde::Serialize;

use self::property::Property;
pub(crate) use self::supported::Kind;
use crate::StyleError;

/// A style that can be drawn.
#[derive(Debug)]
pub struct Style {
    pub(crate) layers: Vec<StyleLayer>,
}

/// Something in a style document that this renderer does not draw, or draws differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StyleWarning {
    /// The layer's id.
    pub layer: String,
    /// Which property, for example `layout.icon-image`; empty when the whole layer is meant.
    pub property: String,
    /// What happens instead.
    pub message: String,
}

impl fmt::Display for StyleWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "layer {:?}: {}: {}",
            self.layer, self.property, self.message
        )
    }
}

/// What a tile needs to be drawn at a zoom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyleInputs {
    /// Source layers of the vector sources, in drawing order, each once.
    pub vector_layers: Vec<String>,
    /// Names of the raster and raster-dem sources, in drawing order, each once.
    pub rasters: Vec<String>,
}

/// One layer of a style.
#[derive(Debug)]
pub(crate) struct StyleLayer {
    pub(crate) kind: Kind,
    pub(crate) source: String,
    pub(crate) source_layer: String,
    pub(crate) min_zoom: f64,
    pub(crate) max_zoom: f64,
    pub(crate) visible: bool,
    pub(crate) filter: Option<Expr>,
    /// Every property of the kind, the document's or the default.
    pub(crate) properties: BTreeMap<&'static str, Property>,
    pub(crate) reads: Reads,
}

/// What the expressions of a layer read of a feature.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    /// Attributes by name.
    pub(crate) attributes: Vec<String>,
    /// All attributes, where a name is computed.
    pub(crate) everything: bool,
    /// The feature's id.
    pub(crate) id: bool,
}

impl Style {
    /// Reads a style document.
    ///
    /// # Errors
    /// When the document is not a version 8 style, or a property or filter in it is not valid; the place is named.
    pub fn parse(document: &serde_json::Value) -> Result<(Self, Vec<StyleWarning>), StyleError> {
        document::read(document)
    }

    /// What must be fetched to draw a tile at a style zoom (see [`crate::DrawOptions::style_zoom`]): the layers hidden or
    /// outside their zoom range need nothing.
    pub fn inputs(&self, style_zoom: f64) -> StyleInputs {
        let mut inputs = StyleInputs::default();
        for layer in self
            .layers
            .iter()
            .filter(|layer| layer.is_drawn_at(style_zoom))
        {
            let (list, name) = match layer.kind {
                Kind::Background => continue,
                Kind::Raster | Kind::Hillshade => (&mut inputs.rasters, &layer.source),
                Kind::Fill | Kind::Line | Kind::Circle | Kind::Symbol => {
                    (&mut inputs.vector_layers, &layer.source_layer)
                }
            };
            if !list.contains(name) {
                list.push(name.clone());
            }
        }
        inputs
    }
}

impl StyleLayer {
    pub(crate) fn is_drawn_at(&self, style_zoom: f64) -> bool {
        self.visible && style_zoom >= self.min_zoom && style_zoom < self.max_zoom
    }
}
