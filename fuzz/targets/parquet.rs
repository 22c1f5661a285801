//! Whole GeoParquet files.
#![no_main]

mod examined;

// The reader's panics are caught on the way and become refusals; one that is not still ends the fuzzing.
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| examined::file("a.parquet", bytes)
);
