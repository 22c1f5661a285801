use super::*;

fn decoded(png: &[u8]) -> Vec<u8> {
    let mut decoder = ::png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(::png::Transformations::EXPAND | ::png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

fn image(side: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Image {
    let rgba = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .flat_map(|(x, y)| pixel(x, y))
        .collect();
    Image {
        width: side,
        height: side,
        rgba,
    }
}

#[test]
fn few_colours_come_back_exactly_at_every_depth() {
    for colors in [1, 2, 3, 4, 5, 16, 17, 255, 256] {
        let image = image(37, |x, y| {
            let shade = u8::try_from((x * 7 + y * 37) % colors).unwrap();
            [shade, 255 - shade, 10, if shade == 1 { 128 } else { 255 }]
        });
        assert_eq!(decoded(&image.to_png()), image.rgba, "{colors} colours");
    }
}

#[test]
fn many_colours_come_back_exactly_or_within_the_tolerance() {
    let noisy = image(64, |x, y| {
        [
            u8::try_from(x * 4).unwrap(),
            u8::try_from(y * 4).unwrap(),
            7,
            255,
        ]
    });
    assert_eq!(
        decoded(&noisy.to_png()),
        noisy.rgba,
        "too many colours for a palette"
    );
    let grey = image(64, |x, y| {
        [
            200 + u8::try_from(x / 8).unwrap(),
            200 + u8::try_from(y / 8).unwrap(),
            200 + u8::try_from((x + y) % 8).unwrap(),
            255,
        ]
    });
    let back = decoded(&grey.to_png());
    assert!(
        back.iter()
            .zip(&grey.rgba)
            .all(|(a, b)| a.abs_diff(*b) <= 6)
    );
    assert_eq!(grey.to_png()[25], 3, "a palette image");
}

#[test]
fn the_same_image_is_the_same_bytes() {
    let image = image(64, |x, y| {
        [u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 0, 255]
    });
    assert_eq!(image.to_png(), image.clone().to_png());
}

#[test]
fn half_transparent_pixels_keep_their_colour() {
    assert_eq!(straight([64, 0, 128, 128]), [128, 0, 255, 128]);
    assert_eq!(straight([0, 0, 0, 0]), [0; 4]);
    assert_eq!(
        Image::solid(2, [255, 1, 2, 255]).pixel(1, 1),
        Some([255, 1, 2, 255])
    );
    assert_eq!(Image::solid(2, [255, 1, 2, 255]).pixel(2, 1), None);
}
