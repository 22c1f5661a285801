//! The whole way of a layer: files made here, imported, read back, compared with what GDAL says.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod diff;
mod fixtures;
mod formats;
mod history;
mod killed;
mod province;
mod rasters;
mod read_only;
mod remote;
mod retention;
mod sick;
mod twin;
mod verify;
