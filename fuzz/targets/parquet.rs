//! Whole GeoParquet files.
#![no_main]

mod examined;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| examined::file("a.parquet", bytes));
