//! Tiles made by hand, and one renderer for all tests.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use layers::{
    FeatureId, TileCoord, TileFeature, TileGeometry, TileLabel, TileLayer, Value, VectorTile,
};
use render::{DrawOptions, Image, RenderError, Renderer, RendererOptions, Style, TileInputs};
use serde_json::{Value as Json, json};

/// Tile units along a side.
pub(crate) const UNITS: u32 = 4096;

/// The renderer; none, with a line that says so, where there is no Vulkan driver.
pub(crate) fn renderer() -> Option<&'static Renderer> {
    static RENDERER: OnceLock<Option<Renderer>> = OnceLock::new();
    let open = || match Renderer::new(&RendererOptions::default()) {
        Ok(renderer) => Some(renderer),
        Err(error @ RenderError::NoAdapter { .. }) => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error:?}"),
    };
    RENDERER.get_or_init(open).as_ref()
}

/// A layer of a tile in the making.
pub(crate) struct LayerBuilder(TileLayer);

impl LayerBuilder {
    pub(crate) fn new(name: &str) -> Self {
        Self(TileLayer {
            name: name.into(),
            extent: UNITS,
            ..TileLayer::default()
        })
    }

    fn attributes(&mut self, named: &[(&str, Value)]) -> Vec<(u32, u32)> {
        let mut attributes = Vec::new();
        for (name, value) in named {
            let key = self
                .0
                .keys
                .iter()
                .position(|key| **key == **name)
                .unwrap_or_else(|| {
                    self.0.keys.push(Arc::from(*name));
                    self.0.keys.len() - 1
                });
            self.0.values.push(value.clone());
            attributes.push((
                u32::try_from(key).unwrap(),
                u32::try_from(self.0.values.len() - 1).unwrap(),
            ));
        }
        attributes
    }

    pub(crate) fn feature(mut self, geometry: TileGeometry, attributes: &[(&str, Value)]) -> Self {
        let attributes = self.attributes(attributes);
        let id = FeatureId(self.0.features.len() as u64);
        self.0.features.push(TileFeature {
            id,
            geometry,
            attributes,
        });
        self
    }

    pub(crate) fn polygon(self, ring: &[[i32; 2]], attributes: &[(&str, Value)]) -> Self {
        self.feature(
            TileGeometry::Polygons(vec![vec![ring.to_vec()]]),
            attributes,
        )
    }

    pub(crate) fn line(self, line: &[[i32; 2]], attributes: &[(&str, Value)]) -> Self {
        self.feature(TileGeometry::Lines(vec![line.to_vec()]), attributes)
    }

    pub(crate) fn point(self, at: [i32; 2], attributes: &[(&str, Value)]) -> Self {
        self.feature(TileGeometry::Points(vec![at]), attributes)
    }

    /// A label of a point or polygon.
    pub(crate) fn label(self, id: u64, position: [f64; 2], name: &str) -> Self {
        self.line_label(id, position, (0.0, f64::INFINITY), name)
    }

    /// A label on a line of a direction and a length.
    pub(crate) fn line_label(
        mut self,
        id: u64,
        position: [f64; 2],
        (angle_rad, room): (f64, f64),
        name: &str,
    ) -> Self {
        let attributes = self.attributes(&[("name", text(name))]);
        self.0.labels.push(TileLabel {
            id: FeatureId(id),
            position,
            angle_rad,
            room,
            attributes,
        });
        self
    }

    pub(crate) fn build(self) -> TileLayer {
        self.0
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(crate) fn tile(coord: &str, layers: Vec<TileLayer>) -> VectorTile {
    VectorTile {
        coord: coord.parse::<TileCoord>().unwrap(),
        layers,
    }
}

/// A style over the vector source `twin` and the rasters `elevation` and `land_cover`.
pub(crate) fn style(layers: Json) -> Style {
    let sources = json!({
        "twin": {"type": "vector", "tiles": []},
        "elevation": {"type": "raster-dem", "tiles": [], "encoding": "terrarium"},
        "land_cover": {"type": "raster", "tiles": []},
    });
    let mut document = json!({"version": 8, "sources": sources});
    document["layers"] = layers;
    let (style, warnings) = Style::parse(&document).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    style
}

pub(crate) fn draw(
    renderer: &Renderer,
    style: &Style,
    tile: &VectorTile,
    options: DrawOptions,
) -> Image {
    renderer
        .draw(
            style,
            &TileInputs {
                vector: tile,
                rasters: &BTreeMap::new(),
            },
            &options,
        )
        .unwrap()
}

pub(crate) fn pixels(side: u32) -> DrawOptions {
    DrawOptions {
        size_px: side,
        pixel_ratio: 1.0,
    }
}
