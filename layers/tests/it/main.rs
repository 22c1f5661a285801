//! The whole way of a layer: files made here, imported, read back, compared with what GDAL says.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod admin;
mod catalog;
mod fixtures;
mod formats;
mod killed;
mod places;
mod province;
#[cfg(test)]
mod quarantine;
mod rasters;
mod resumed;
mod sick;
mod texts;
mod twin;
