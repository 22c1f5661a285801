//! PNG: palettes through libdeflate, true colour through fdeflate.

use libdeflater::{CompressionLvl, Compressor, crc32};

use super::{Image, palette::Indexed};

/// Of libdeflate, which counts from 0 for no compression: the first that compresses is nearly as small as the next ones.
const LEVEL: i32 = 1;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n'];

/// A palette image. Its rows are not filtered: neighbouring palette rows mean nothing.
pub(super) fn indexed(width: u32, height: u32, image: &Indexed) -> Vec<u8> {
    let bits: u8 = match image.colors.len() {
        0..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    };
    let scanlines = scanlines(&image.rows, width as usize, bits.into());
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([bits, 3, 0, 0, 0]);
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    let colors: Vec<u8> = image
        .colors
        .iter()
        .flat_map(|color| [color[0], color[1], color[2]])
        .collect();
    chunk(&mut png, *b"PLTE", &colors);
    if image.colors.iter().any(|color| color[3] != u8::MAX) {
        let alphas: Vec<u8> = image.colors.iter().map(|color| color[3]).collect();
        chunk(&mut png, *b"tRNS", &alphas);
    }
    chunk(&mut png, *b"IDAT", &deflated(&scanlines));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn scanlines(rows: &[u8], width: usize, bits: usize) -> Vec<u8> {
    let mut scanlines = Vec::new();
    for line in rows.chunks_exact(width.max(1)) {
        scanlines.push(0);
        for group in line.chunks(8 / bits) {
            let packed = group.iter().enumerate().fold(0_u8, |byte, (place, row)| {
                byte | row << (8 - bits * (place + 1))
            });
            scanlines.push(packed);
        }
    }
    scanlines
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let level = CompressionLvl::new(LEVEL).expect("libdeflate has levels 0 to 12");
    let mut compressor = Compressor::new(level);
    let mut deflated = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor
        .zlib_compress(bytes, &mut deflated)
        .expect("the bound leaves room for any input");
    deflated.truncate(length);
    deflated
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], contents: &[u8]) {
    let length = u32::try_from(contents.len()).expect("no image of ours has 4 GiB");
    png.extend(length.to_be_bytes());
    let start = png.len();
    png.extend(kind);
    png.extend(contents);
    let sum = crc32(&png[start..]);
    png.extend(sum.to_be_bytes());
}

/// A true colour image, without alpha where it is opaque.
pub(super) fn true_color(image: &Image) -> Vec<u8> {
    let opaque = image
        .rgba
        .as_chunks::<4>()
        .0
        .iter()
        .all(|pixel| pixel[3] == u8::MAX);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, image.width, image.height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_color(if opaque {
        png::ColorType::Rgb
    } else {
        png::ColorType::Rgba
    });
    let without_alpha = || {
        image
            .rgba
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|[r, g, b, _]| [*r, *g, *b])
            .collect::<Vec<u8>>()
    };
    let pixels = if opaque {
        without_alpha()
    } else {
        image.rgba.clone()
    };
    let mut writer = encoder.write_header().expect("a header fits in memory");
    writer
        .write_image_data(&pixels)
        .expect("the pixels are as many as the header says");
    writer.finish().expect("the end fits in memory");
    bytes
}
