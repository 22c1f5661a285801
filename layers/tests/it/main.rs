//! The whole way of a layer: files made here, imported, read back, compared with what GDAL says.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod admin;
mod attributes;
mod fixtures;
mod formats;
mod killed;
mod province;
mod rasters;
mod resumed;
mod sick;
mod twin;
