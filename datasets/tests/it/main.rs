//! The generated province: its promises, checked from the files alone.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests; clippy.toml's permission reaches only functions marked as such"
)]

mod conflicts;
mod counts;
mod determinism;
mod encoding;
mod gdal;
mod layouts;
mod partition;
mod province;
mod read;
mod roads;
