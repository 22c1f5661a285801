//! Raster tiles of a style: which layers it needs, what the tile depends on, drawing it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::body::Bytes;
use engine::{
    Engine, TwinSnapshot,
    tiles::{TileOptions, raster_tile, vector_tile},
};
use layers::{LayerId, LayerMeta, TileCoord};
use render::{DrawOptions, Renderer, TileInputs};

use crate::{
    error::RequestError,
    http::{
        datetime::OnDay,
        etag::{EntityTag, Fingerprint},
    },
    offload::Offload,
    painter::Painter,
    styles::{MapStyle, StyleBook},
    tile_cache::{RASTER_CACHE_BYTES, TileCache, TileKey},
};

/// Time a tile may take, waiting included.
pub const TILE_DEADLINE: Duration = Duration::from_secs(20);

/// Side of a tile in CSS pixels.
pub const TILE_SIZE: u16 = 256;

/// How many image pixels a CSS pixel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// 256 × 256 pixels.
    Plain,
    /// 512 × 512 pixels for the same ground, `@2x`.
    Retina,
}

/// Makes raster tiles and keeps them.
#[derive(Debug)]
pub struct MapTiles {
    engine: Arc<Engine>,
    styles: Arc<StyleBook>,
    painter: Arc<Painter>,
    offload: Offload,
    cache: TileCache,
}

/// All a tile is made from.
#[derive(Clone, Debug)]
pub struct TilePlan {
    snapshot: Arc<TwinSnapshot>,
    style: Arc<MapStyle>,
    coord: TileCoord,
    scale: Scale,
    vector: Vec<LayerId>,
    rasters: Vec<LayerId>,
}

impl Scale {
    /// Image pixels per CSS pixel.
    pub fn factor(self) -> u16 {
        match self {
            Self::Plain => 1,
            Self::Retina => 2,
        }
    }

    /// Side of the image in pixels.
    pub fn size_px(self) -> u16 {
        TILE_SIZE * self.factor()
    }

    fn options(self) -> DrawOptions {
        DrawOptions {
            size_px: self.size_px().into(),
            pixel_ratio: self.factor().into(),
        }
    }
}

impl MapTiles {
    /// Tiles of these styles, drawn by the painter on these threads.
    pub fn new(
        engine: Arc<Engine>,
        styles: Arc<StyleBook>,
        painter: Arc<Painter>,
        offload: Offload,
    ) -> Self {
        Self {
            engine,
            styles,
            painter,
            offload,
            cache: TileCache::new(RASTER_CACHE_BYTES),
        }
    }

    /// The style, from hand or made on the CPU threads.
    ///
    /// # Errors
    /// When there is no such style, or no time.
    pub async fn style(&self, id: &str) -> Result<Arc<MapStyle>, RequestError> {
        if let Some(style) = self.styles.at_hand(id) {
            return Ok(style);
        }
        let (styles, id) = (Arc::clone(&self.styles), id.to_owned());
        self.offload
            .run(TILE_DEADLINE, move |_| styles.open(&id))
            .await?
    }

    /// The descriptions of all layers, now.
    pub fn metas(&self) -> Vec<Arc<LayerMeta>> {
        self.engine
            .snapshot()
            .layers
            .values()
            .map(|layer| Arc::clone(&layer.meta))
            .collect()
    }

    /// What the tile is made from, on a day if one is named.
    ///
    /// # Errors
    /// When there is no such style.
    pub async fn plan(
        &self,
        style: &str,
        (coord, scale): (TileCoord, Scale),
        day: OnDay,
    ) -> Result<TilePlan, RequestError> {
        Ok(TilePlan::new(
            day.snapshot(&self.engine, &self.offload).await?,
            self.style(style).await?,
            coord,
            scale,
        ))
    }

    /// The tile as PNG.
    ///
    /// # Errors
    /// When there is no graphics device, too much is asked at once, or drawing fails.
    pub async fn png(&self, plan: TilePlan) -> Result<Bytes, RequestError> {
        let key = TileKey {
            coord: plan.coord,
            fingerprint: plan.fingerprint().finish(),
        };
        let draw = async {
            self.painter.renderer()?;
            let painter = Arc::clone(&self.painter);
            self.offload
                .run(TILE_DEADLINE, move |_| plan.draw(painter.renderer()?))
                .await?
        };
        self.cache.get_or_make(key, draw).await
    }
}

impl TilePlan {
    /// Finds the layers the style shows at the tile's zoom. A layer that the twin does not have is not drawn.
    pub fn new(
        snapshot: Arc<TwinSnapshot>,
        style: Arc<MapStyle>,
        coord: TileCoord,
        scale: Scale,
    ) -> Self {
        let inputs = style.style.inputs(scale.options().style_zoom(coord));
        let resident = |names: Vec<String>| -> Vec<LayerId> {
            let ids = names
                .into_iter()
                .filter_map(|name| name.parse::<LayerId>().ok());
            ids.filter(|id| snapshot.layer(id).is_some()).collect()
        };
        let (vector, rasters) = (resident(inputs.vector_layers), resident(inputs.rasters));
        Self {
            snapshot,
            style,
            coord,
            scale,
            vector,
            rasters,
        }
    }

    /// The tag of the tile.
    pub fn tag(&self) -> EntityTag {
        self.fingerprint().with(self.coord).strong()
    }

    fn fingerprint(&self) -> Fingerprint {
        let start = Fingerprint::new("png")
            .with(self.style.fingerprint)
            .with(self.scale);
        let ids = self.vector.iter().chain(&self.rasters);
        ids.filter_map(|id| self.snapshot.layer(id))
            .fold(start, |all, layer| all.with_layer(&layer.meta))
    }

    /// Draws the tile and encodes it as PNG. CPU work.
    ///
    /// # Errors
    /// When cutting the layers or drawing fails.
    pub fn draw(&self, renderer: &Renderer) -> Result<Vec<u8>, RequestError> {
        let failed = |error: engine::EngineError| {
            RequestError::internal("cut the layers for this tile", error)
        };
        let vector = vector_tile(
            &self.snapshot,
            &self.vector,
            self.coord,
            &TileOptions::default(),
        )
        .map_err(failed)?;
        let size_px = usize::from(self.scale.size_px());
        let rasters: BTreeMap<_, _> = self
            .rasters
            .iter()
            .filter_map(|id| {
                let layer = self
                    .snapshot
                    .layer(id)
                    .filter(|layer| layer.raster().is_some())?;
                Some((id.to_string(), raster_tile(layer, self.coord, size_px)))
            })
            .collect();
        let inputs = TileInputs {
            vector: &vector,
            rasters: &rasters,
        };
        let image = renderer
            .draw(&self.style.style, &inputs, &self.scale.options())
            .map_err(|source| RequestError::internal("draw this tile", source))?;
        Ok(image.to_png())
    }
}
