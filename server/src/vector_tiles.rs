//! Vector tiles of chosen layers, encoded and kept.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use engine::{
    Engine, LayerSnapshot, TwinSnapshot,
    spelling::nearest_spelling,
    tiles::{TileOptions, encode_mvt, vector_tile},
};
use layers::{LayerId, LayerKind, TileCoord};

use crate::{
    error::{Noun, Refusal, RequestError},
    http::{
        datetime::OnDay,
        etag::{EntityTag, Fingerprint},
    },
    offload::Offload,
    tile_cache::{TileCache, TileKey, VECTOR_CACHE_BYTES},
};

/// Layers one tile may hold.
pub const MAX_LAYERS: usize = 64;

/// Time a tile may take, waiting included.
const DEADLINE: Duration = Duration::from_secs(20);

/// Makes vector tiles and keeps them.
#[derive(Debug)]
pub struct VectorTiles {
    engine: Arc<Engine>,
    offload: Offload,
    cache: TileCache,
}

/// The layers a request chose, as they are now.
#[derive(Clone, Debug)]
pub struct Choice {
    snapshot: Arc<TwinSnapshot>,
    /// The layers, in the order asked for.
    pub layers: Vec<Arc<LayerSnapshot>>,
}

impl VectorTiles {
    /// Tiles of the engine's layers, cut on these threads.
    pub fn new(engine: Arc<Engine>, offload: Offload) -> Self {
        Self {
            engine,
            offload,
            cache: TileCache::new(VECTOR_CACHE_BYTES),
        }
    }

    /// The layers that a comma-separated list names, on a day if one is named; each once, tables and rasters refused.
    ///
    /// # Errors
    /// When the list is empty or longer than [`MAX_LAYERS`], or names a layer that is not there or has no geometry.
    pub async fn choose(&self, list: &str, day: OnDay) -> Result<Choice, RequestError> {
        let snapshot = day.snapshot(&self.engine, &self.offload).await?;
        let mut layers: Vec<Arc<LayerSnapshot>> = Vec::new();
        for name in list.split(',') {
            let layer = find_layer(&snapshot, name)?;
            if !matches!(layer.meta.kind, LayerKind::Vector(_)) {
                let detail = format!("layer {name} has no geometry to cut into vector tiles");
                return Err(RequestError::Refused {
                    what: Refusal::Kind,
                    detail,
                });
            }
            if !layers.iter().any(|chosen| chosen.meta.id == layer.meta.id) {
                layers.push(layer);
            }
            if layers.len() > MAX_LAYERS {
                return Err(RequestError::TooMany {
                    what: "layers in one tile",
                    limit: MAX_LAYERS,
                });
            }
        }
        Ok(Choice { snapshot, layers })
    }

    /// The tile in Mapbox Vector Tile encoding; empty where nothing is.
    ///
    /// # Errors
    /// When too much is asked at once or cutting fails.
    pub async fn mvt(&self, choice: Choice, coord: TileCoord) -> Result<Bytes, RequestError> {
        let key = TileKey {
            coord,
            fingerprint: choice.fingerprint().finish(),
        };
        let cut = async {
            self.offload
                .run(DEADLINE, move |_| choice.cut(coord))
                .await?
        };
        self.cache.get_or_make(key, cut).await
    }
}

impl Choice {
    /// The tag of a tile of these layers.
    pub fn tag(&self, coord: TileCoord) -> EntityTag {
        self.fingerprint().with(coord).weak()
    }

    fn fingerprint(&self) -> Fingerprint {
        self.layers
            .iter()
            .fold(Fingerprint::new("mvt"), |all, layer| {
                all.with_layer(&layer.meta)
            })
    }

    fn cut(&self, coord: TileCoord) -> Result<Vec<u8>, RequestError> {
        let ids: Vec<LayerId> = self
            .layers
            .iter()
            .map(|layer| layer.meta.id.clone())
            .collect();
        let tile = vector_tile(&self.snapshot, &ids, coord, &TileOptions::for_encoding())
            .map_err(|source| RequestError::internal("cut this tile", source))?;
        Ok(encode_mvt(&tile))
    }
}

/// The layer a name in an address means.
///
/// # Errors
/// When there is none; the error names the nearest.
pub fn find_layer(snapshot: &TwinSnapshot, name: &str) -> Result<Arc<LayerSnapshot>, RequestError> {
    let found = name
        .parse::<LayerId>()
        .ok()
        .and_then(|id| snapshot.layer(&id));
    found.map(Arc::clone).ok_or_else(|| RequestError::Unknown {
        what: Noun::Layer,
        name: name.to_owned(),
        nearest: nearest_spelling(name, snapshot.layers.keys().map(LayerId::as_str)),
    })
}
