//! Vector and raster tiles from resident layers.
//!
//! The way of a feature: its shape is made ready once per layer version ([`Pyramid`]: mercator positions, the tolerance that
//! keeps each vertex, the zoom it appears at) → the R-tree gives the rows near the tile → those large enough for the zoom
//! lose the vertices that cannot be seen → rounded to the grid all tiles of the zoom share → cut to the tile and its
//! buffer → the least important go until the tile is below its size → [`encode_mvt`], or drawn as it is.

mod budget;
mod clip;
mod cut;
mod dictionary;
mod encode;
mod grid;
mod labels;
mod pyramid;
mod raster;

use std::{collections::BTreeSet, sync::Arc};

use layers::{
    FeatureId, GeometryKind, LayerId, LayerKind, LayerMeta, TileCoord, TileFeature, TileLayer,
    VectorTile,
};
use rayon::prelude::*;

pub(crate) use self::pyramid::Pyramid;
use self::{
    dictionary::{Columns, Dictionary},
    grid::{BUFFER, EXTENT, Grid},
};
pub use self::{
    encode::encode_mvt,
    raster::{Resampling, raster_tile, resample},
};
use crate::{EngineError, LayerSnapshot, TwinSnapshot};

/// What a vector tile is to contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileOptions {
    /// The layers whose label anchors are wanted.
    pub labels: LabelScope,
    /// What the encoded tile must stay below, in bytes.
    pub limit_bytes: usize,
}

/// The label anchors a tile carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelScope {
    /// Those of polygons, on this tile only: what an encoded tile carries as points.
    Encoded,
    /// Those of the layers named, on this tile and around it: nine tiles are looked at.
    Only(BTreeSet<LayerId>),
    /// Those of every layer, on this tile and around it.
    All,
}

impl TileOptions {
    /// No tile is larger than this, in bytes.
    pub const LIMIT_BYTES: usize = 500_000;

    /// For a tile that will be encoded.
    pub fn for_encoding() -> Self {
        Self {
            labels: LabelScope::Encoded,
            limit_bytes: Self::LIMIT_BYTES,
        }
    }
}

impl Default for TileOptions {
    fn default() -> Self {
        Self {
            labels: LabelScope::All,
            limit_bytes: Self::LIMIT_BYTES,
        }
    }
}

impl LabelScope {
    /// How many tiles around this one a layer's labels are wanted from; none when they are not wanted.
    fn reach(&self, layer: &LayerMeta) -> Option<u8> {
        let is_polygon = layer.kind == LayerKind::Vector(GeometryKind::Polygon);
        match self {
            Self::Encoded => is_polygon.then_some(0),
            Self::Only(layers) => layers.contains(&layer.id).then_some(1),
            Self::All => Some(1),
        }
    }
}

/// Cuts the features of some layers to a tile.
///
/// Layers come in the order asked for, each once; tables and rasters come empty. Features come in stored order. The same
/// snapshot gives the same tile.
///
/// # Errors
/// When a layer is not in the twin; the error names the nearest spelling.
pub fn vector_tile(
    twin: &TwinSnapshot,
    layers: &[LayerId],
    coord: TileCoord,
    options: &TileOptions,
) -> Result<VectorTile, EngineError> {
    let mut wanted: Vec<&Arc<LayerSnapshot>> = Vec::with_capacity(layers.len());
    for (index, id) in layers.iter().enumerate() {
        let layer = twin.require(id)?;
        if !layers[..index].contains(id) {
            wanted.push(layer);
        }
    }
    let grid = Grid::new(coord);
    let mut cut: Vec<TileLayer> = wanted
        .par_iter()
        .map(|layer| layer_tile(layer, &grid, options.labels.reach(&layer.meta)))
        .collect();
    let size_of = |layer: usize, id: FeatureId| {
        let layer = wanted[layer];
        layer
            .row_of(id)
            .map_or(0.0, |row| Pyramid::of(layer).size_of(row))
    };
    let for_labels = match options.labels {
        LabelScope::Encoded => cut.iter().map(budget::label_bytes).sum(),
        LabelScope::Only(_) | LabelScope::All => 0,
    };
    let for_features = options.limit_bytes.saturating_sub(for_labels);
    budget::trim(&mut cut, for_features, &size_of);
    Ok(VectorTile { coord, layers: cut })
}

fn layer_tile(layer: &LayerSnapshot, grid: &Grid, label_reach: Option<u8>) -> TileLayer {
    let mut tile = TileLayer {
        name: layer.meta.id.as_str().into(),
        extent: EXTENT,
        ..TileLayer::default()
    };
    if layer.is_empty() {
        return tile;
    }
    let pyramid = Pyramid::of(layer);
    let columns = Columns::of(layer);
    let mut dictionary = Dictionary::default();
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let margin = BUFFER as f64 / f64::from(EXTENT);
    for row in pyramid.rows_near(layer, grid.coord, margin) {
        if let Some(geometry) = cut::feature(pyramid, row, grid) {
            let attributes = columns.attributes(row, &mut dictionary);
            tile.features.push(TileFeature {
                id: layer.id_of(row),
                geometry,
                attributes,
            });
        }
    }
    if let Some(reach) = label_reach {
        let anchors = labels::anchors(layer, pyramid, grid, reach);
        tile.labels = labels::describe(anchors, (layer, grid), &columns, &mut dictionary);
    }
    dictionary.finish(&columns, &mut tile);
    tile
}
