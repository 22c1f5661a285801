//! Rasters as PNG for browsers: heights in the Terrarium encoding, land cover in the colours of its classes.

use layers::RasterTile;

use crate::Image;

/// Land cover classes of ESA `WorldCover` (v200 product user manual, 2022) with calm colours of our own that keep the manual's
/// hues.
const CLASSES: [(u8, [u8; 3]); 11] = [
    (10, [0xBF, 0xD8, 0xAE]),  // tree cover
    (20, [0xD3, 0xDF, 0xB4]),  // shrubland
    (30, [0xDF, 0xEA, 0xC0]),  // grassland
    (40, [0xF0, 0xF1, 0xD3]),  // cropland
    (50, [0xE9, 0xE2, 0xDC]),  // built-up
    (60, [0xE6, 0xE0, 0xCF]),  // bare or sparse vegetation
    (70, [0xF7, 0xFA, 0xFA]),  // snow and ice
    (80, [0xB9, 0xD9, 0xE8]),  // permanent water
    (90, [0xCC, 0xE2, 0xD5]),  // herbaceous wetland
    (95, [0xB4, 0xD6, 0xC3]),  // mangroves
    (100, [0xE2, 0xE4, 0xC4]), // moss and lichen
];

/// The colour of a land cover class; none for nodata and unknown classes.
pub(crate) fn class_color(value: f32) -> Option<[u8; 3]> {
    CLASSES
        .iter()
        .find_map(|(class, color)| ((f32::from(*class) - value).abs() < 0.5).then_some(*color))
}

/// Heights as Terrarium PNG without the border: metres are `red × 256 + green + blue / 256 − 32768`. Nodata is 0 m.
pub fn terrarium(tile: &RasterTile) -> Vec<u8> {
    png(tile, |height| {
        let metres = if height.is_finite() {
            f64::from(height)
        } else {
            0.0
        };
        let steps = crate::narrow::to_u32(
            ((metres + 32_768.0) * 256.0)
                .round()
                .clamp(0.0, 16_777_215.0),
        );
        let [_, red, green, blue] = steps.to_be_bytes();
        [red, green, blue, u8::MAX]
    })
}

/// Land cover as PNG without the border, in the colours that [`crate::Renderer`] draws; other values are transparent.
pub fn classes(tile: &RasterTile) -> Vec<u8> {
    png(tile, |value| {
        class_color(value).map_or([0; 4], |[r, g, b]| [r, g, b, u8::MAX])
    })
}

fn png(tile: &RasterTile, pixel: impl Fn(f32) -> [u8; 4]) -> Vec<u8> {
    let side = tile.size + 2;
    let rows = tile.values.chunks_exact(side).skip(1).take(tile.size);
    let values = rows.flat_map(|row| row[1..=tile.size].iter().copied());
    let rgba = values.flat_map(pixel).collect();
    let side = crate::narrow::count(tile.size);
    // never through a reduced palette: these are numbers, not looks
    Image {
        width: side,
        height: side,
        rgba,
    }
    .to_exact_png()
}

#[cfg(test)]
mod tests {
    use layers::TileCoord;

    use super::*;

    fn tile(values: [f32; 4]) -> RasterTile {
        let mut bordered = vec![f32::NAN; 16];
        for (row, value) in values.into_iter().enumerate() {
            bordered[(row / 2 + 1) * 4 + row % 2 + 1] = value;
        }
        RasterTile {
            coord: TileCoord::new(0, 0, 0).unwrap(),
            size: 2,
            values: bordered,
        }
    }

    fn decoded(png: &[u8]) -> Vec<u8> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    }

    #[test]
    fn terrarium_heights_come_back_to_a_256th_of_a_metre() {
        let heights = [0.0, 612.253, -3.5, f32::NAN];
        let pixels = decoded(&terrarium(&tile(heights)));
        for (pixel, height) in pixels.chunks(4).zip(heights) {
            let back =
                f64::from(pixel[0]) * 256.0 + f64::from(pixel[1]) + f64::from(pixel[2]) / 256.0
                    - 32_768.0;
            let wanted = if height.is_nan() {
                0.0
            } else {
                f64::from(height)
            };
            assert!((back - wanted).abs() <= 1.0 / 512.0, "{back} {wanted}");
        }
    }

    #[test]
    fn classes_have_colours_and_nodata_has_none() {
        let pixels = decoded(&classes(&tile([10.0, 80.0, f32::NAN, 7.0])));
        assert_eq!(pixels[..4], [0xBF, 0xD8, 0xAE, 255]);
        assert_eq!(pixels[4..8], [0xB9, 0xD9, 0xE8, 255]);
        assert_eq!(pixels[8..], [0; 8]);
    }
}
