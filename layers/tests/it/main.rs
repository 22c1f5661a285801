//! The whole way of a layer: files made here, imported, read back, compared with what GDAL says.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod admin;
mod attributes;
mod catalog;
mod diff;
mod fixtures;
#[cfg(test)]
mod formats;
mod history;
mod killed;
mod partition;
mod places;
mod province;
#[cfg(test)]
mod quarantine;
mod rasters;
mod read_only;
mod remote;
mod resumed;
mod retention;
mod sick;
mod texts;
mod twin;
mod verify;
