//! Source files to published, versioned layers.
//!
//! This crate reads what a province has (old Shapefiles in VN-2000 with TCVN3 names, `GeoParquet`, CSV, rasters), puts
//! right what can be put right, sets aside what cannot with the reason, and publishes the result as an immutable version
//! in a twin directory. It also owns the vocabulary that every other crate speaks: [`Layer`], [`LayerMeta`], [`Extent`],
//! [`TileCoord`], [`VectorTile`], [`Raster`].
//!
//! The way of a file: [`import::import`] opens it (`source`), decides its CRS ([`crs`]) and [`encoding`], reads batches,
//! mends geometry (`repair`), gathers and sorts by H3 cell, and hands the result to the [`store`].

pub mod admin;
pub mod catalog;
pub mod crs;
pub mod encoding;
pub mod error;
pub mod extent;
#[cfg(fuzzing)]
pub mod fuzzing;
mod geoparquet;
pub mod id;
pub mod import;
pub mod land_use;
pub mod layer;
mod messages;
mod parallel;
mod partition;
pub mod progress;
pub mod raster;
mod repair;
pub mod report;
pub mod rules;
mod source;
pub mod spelling;
pub mod store;
pub mod tile_coord;
pub mod vector_tile;
mod wkb_extent;
mod written;

pub use admin::{AdminError, AdminHistory, AdminRegister, AdminUnit, Crosswalk};
pub use catalog::{CatalogRecord, Freshness, H3Summary, Sector, Sharing, UpdateFrequency};
pub use crs::{Crs, Epsg, Transformer};
pub use encoding::Encoding;
pub use error::{CrsError, ImportError, ReadError, StoreError};
pub use extent::{Extent, LonLat};
pub use id::{FeatureId, InvalidLayerId, LayerId, Version};
pub use import::ImportRequest;
pub use land_use::{LandUseCode, LandUseCodes, LandUseError, LandUseGroup};
pub use layer::{
    Attribute, AttributeKind, GeometryKind, Layer, LayerKind, LayerMeta, SourceInfo, Theme,
};
pub use progress::{Progress, Silent};
pub use raster::{Raster, RasterTile};
pub use repair::AreaTotals;
pub use report::{Finding, FindingCode, ImportReport, Language, Severity};
pub use rules::{Rule, RuleBook, RuleError, RuleFileError};
pub use store::Twin;
pub use tile_coord::{InvalidTileCoord, TileCoord};
pub use vector_tile::{TileFeature, TileGeometry, TileLabel, TileLayer, Value, VectorTile};
