//! The attribute tables of Shapefiles, beside a `.shp` of two points that is sound.
#![no_main]

mod examined;

/// Points at (106.31, 20.93) and (106.39, 21.13), as the format's description has it.
const SHP: [(i32, f64, f64); 2] = [(1, 106.31, 20.93), (2, 106.39, 21.13)];

/// A main file or its index; lengths are in 16-bit words.
fn header(words: i32) -> Vec<u8> {
    let mut out = vec![0; 100];
    out[..4].copy_from_slice(&9994_i32.to_be_bytes());
    out[24..28].copy_from_slice(&words.to_be_bytes());
    out[28..32].copy_from_slice(&1000_i32.to_le_bytes());
    out[32..36].copy_from_slice(&1_i32.to_le_bytes());
    for (at, value) in [106.31, 20.93, 106.39, 21.13_f64].into_iter().enumerate() {
        out[36 + at * 8..44 + at * 8].copy_from_slice(&value.to_le_bytes());
    }
    out
}

fn sound_files() {
    let (mut shp, mut shx) = (header(50 + 2 * 14), header(50 + 2 * 4));
    for (number, x, y) in SHP {
        let offset = i32::try_from(shp.len() / 2).expect("a few bytes");
        shx.extend([offset.to_be_bytes(), 10_i32.to_be_bytes()].concat());
        shp.extend([number.to_be_bytes(), 10_i32.to_be_bytes(), 1_i32.to_le_bytes()].concat());
        shp.extend([x.to_le_bytes(), y.to_le_bytes()].concat());
    }
    examined::beside("a.shp", &shp);
    examined::beside("a.shx", &shx);
}

libfuzzer_sys::fuzz_target!(init: sound_files(), |bytes: &[u8]| {
    examined::beside("a.dbf", bytes);
    examined::source("a.shp");
});
