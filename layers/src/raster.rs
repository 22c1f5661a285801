//! Grids of numbers: elevation, land cover.

use crate::{Extent, TileCoord};

/// One band of a published raster, resident, in OGC:CRS84.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The outer edges of the outer pixels, in degrees.
    pub extent: Extent,
    /// Rows from north to south; nodata is NaN.
    pub values: Vec<f32>,
}

/// A raster resampled to a tile with one pixel more on every side, as hillshading needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct RasterTile {
    /// Which tile.
    pub coord: TileCoord,
    /// Pixels along a side of the tile itself; `values` has `(size + 2)²`.
    pub size: usize,
    /// Rows from north to south, starting one pixel outside; nodata is NaN.
    pub values: Vec<f32>,
}
