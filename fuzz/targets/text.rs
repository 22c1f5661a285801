//! Text in old encodings.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| layers::fuzzing::text(bytes));
