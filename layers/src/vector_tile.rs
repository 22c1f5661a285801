//! One tile's features, in tile units, as the engine cuts them and the renderer draws them.
//!
//! The layout is that of Mapbox Vector Tiles 2.1 (keys and values once per layer, features refer to them), so encoding is
//! a copy. What MVT lacks is [`TileLabel`]: where labels may stand, taken from whole features and reaching beyond the
//! tile, so that label placement need not depend on where a tile was cut.

use std::sync::Arc;

use crate::{FeatureId, TileCoord};

/// What follows a polygon layer's name in the name of its label points: an encoded tile carries them as a layer of
/// their own, since a browser that sees only the cut polygon would label every piece. No layer id contains it.
pub const LABEL_POINTS: &str = ":label";

/// The features of one tile.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorTile {
    /// Which tile.
    pub coord: TileCoord,
    /// One entry per layer asked for, in that order, also when it has no feature here.
    pub layers: Vec<TileLayer>,
}

/// The features of one layer in a tile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TileLayer {
    /// The layer's id.
    pub name: Arc<str>,
    /// Tile units along a side; positions run from 0 in the north-west, y south, and go beyond by the buffer.
    pub extent: u32,
    /// Attribute names, each once.
    pub keys: Vec<Arc<str>>,
    /// Attribute values, each once.
    pub values: Vec<Value>,
    /// The features, in drawing order.
    pub features: Vec<TileFeature>,
    /// Where labels may stand, for this tile and one tile around it, in the same order on every tile.
    pub labels: Vec<TileLabel>,
}

/// A feature cut to the tile and its buffer.
#[derive(Clone, Debug, PartialEq)]
pub struct TileFeature {
    /// Which feature of the layer.
    pub id: FeatureId,
    /// What is left of it here.
    pub geometry: TileGeometry,
    /// Attributes as (row in `keys`, row in `values`); a null attribute is absent.
    pub attributes: Vec<(u32, u32)>,
}

/// A shape in tile units. Polygons follow MVT: exterior ring clockwise on screen (y south), holes the other way, rings
/// closed without repeating the first point.
#[derive(Clone, Debug, PartialEq)]
pub enum TileGeometry {
    /// Separate points.
    Points(Vec<[i32; 2]>),
    /// Lines of at least two points.
    Lines(Vec<Vec<[i32; 2]>>),
    /// Polygons, each an exterior ring followed by its holes.
    Polygons(Vec<Vec<Vec<[i32; 2]>>>),
}

/// A place where a feature may be labelled.
#[derive(Clone, Debug, PartialEq)]
pub struct TileLabel {
    /// Which feature of the layer.
    pub id: FeatureId,
    /// Position in tile units; outside `0..extent` for labels that only hang over from a neighbour.
    pub position: [f64; 2],
    /// Direction of the line at the anchor, in radians clockwise from east on screen, within ±π/2 so that text reads
    /// from left to right; 0 for points and polygons.
    pub angle_rad: f64,
    /// Length of the line that carries the label, in tile units; infinite for points and polygons.
    pub room: f64,
    /// Attributes as (row in `keys`, row in `values`).
    pub attributes: Vec<(u32, u32)>,
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, in Unicode NFC.
    Text(Arc<str>),
    /// A real number; never NaN.
    Real(f64),
    /// A whole number.
    Whole(i64),
    /// True or false.
    Truth(bool),
}
