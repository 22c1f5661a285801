//! Geometries as WKB.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| layers::fuzzing::shape(bytes));
