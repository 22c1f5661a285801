//! Source files to published, versioned layers.
//!
//! This crate reads what a province has (old Shapefiles in VN-2000 with TCVN3 names, `GeoParquet`, CSV, rasters), puts
//! right what can be put right, sets aside what cannot with the reason, and publishes the result as an immutable version
//! in a twin directory. It also owns the vocabulary that every other crate speaks: [`Layer`], [`LayerMeta`], [`Extent`],
//! [`TileCoord`], [`VectorTile`], [`Raster`].

pub mod id;
pub mod extent;
pub mod layer;
pub mod raster;
pub mod tile_coord;
pub mod vector_tile;

pub use extent::{Extent, LonLat};
pub use id::{FeatureId, InvalidLayerId, LayerId, Version};
pub use layer::{Attribute, AttributeKind, GeometryKind, Layer, LayerKind, LayerMeta, SourceInfo, Theme};
pub use raster::{Raster, RasterTile};
pub use tile_coord::{InvalidTileCoord, TileCoord};
pub use vector_tile::{TileFeature, TileGeometry, TileLabel, TileLayer, Value, VectorTile};
