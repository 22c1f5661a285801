//! The whole way of a layer: files made here, imported, read back, compared with what GDAL says.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod fixtures;
mod formats;
mod killed;
mod partition;
#[cfg(test)]
mod province;
#[cfg(test)]
mod quarantine;
mod rasters;
mod sick;
mod twin;
