//! JSON and names: GeoParquet metadata, descriptions in the catalog, layer ids, systems and encodings.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| layers::fuzzing::descriptions(bytes));
