//! Images in at most 256 colours.

use std::collections::HashMap;

use super::Image;

/// An image as rows of a palette.
pub(super) struct Indexed {
    /// Straight RGBA.
    pub(super) colors: Vec<[u8; 4]>,
    /// One a pixel.
    pub(super) rows: Vec<u8>,
}

/// Colours in a palette.
const LARGEST: usize = 256;

/// The largest difference in a channel that a reduced palette may make: an eighth of what the eye separates on a map.
const TOLERANCE: i32 = 6;

/// The image in a palette: exact where it has few enough colours; reduced to the commonest where no pixel changes by more
/// than the tolerance; none otherwise.
pub(super) fn of(image: &Image) -> Option<Indexed> {
    let colors = commonest_first(image);
    if colors.len() <= LARGEST {
        return indexed(image, &colors, colors.clone());
    }
    let palette = spread(&colors)?;
    indexed(image, &colors, palette)
}

/// The image in a palette of exactly its colours; none when there are too many.
pub(super) fn exactly(image: &Image) -> Option<Indexed> {
    let colors = commonest_first(image);
    if colors.len() <= LARGEST {
        indexed(image, &colors, colors.clone())
    } else {
        None
    }
}

fn commonest_first(image: &Image) -> Vec<[u8; 4]> {
    let mut counts: HashMap<[u8; 4], u32> = HashMap::new();
    for pixel in image.rgba.as_chunks::<4>().0 {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut colors: Vec<([u8; 4], u32)> = counts.into_iter().collect();
    colors.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    colors.into_iter().map(|(color, _)| color).collect()
}

fn indexed(image: &Image, colors: &[[u8; 4]], palette: Vec<[u8; 4]>) -> Option<Indexed> {
    let row_of = |color: &[u8; 4]| nearest(&palette, *color).map(|row| (*color, row));
    let rows: HashMap<[u8; 4], u8> = colors.iter().map(row_of).collect::<Option<_>>()?;
    let rows = image
        .rgba
        .as_chunks::<4>()
        .0
        .iter()
        .map(|pixel| rows[pixel])
        .collect();
    Some(Indexed {
        colors: palette,
        rows,
    })
}

/// The commonest colours that are not near a commoner one; none when 256 are not enough.
fn spread(colors: &[[u8; 4]]) -> Option<Vec<[u8; 4]>> {
    let mut palette: Vec<[u8; 4]> = Vec::new();
    for color in colors {
        if nearest(&palette, *color).is_none() {
            if palette.len() == LARGEST {
                return None;
            }
            palette.push(*color);
        }
    }
    Some(palette)
}

/// The nearest colour within the tolerance.
fn nearest(palette: &[[u8; 4]], color: [u8; 4]) -> Option<u8> {
    let distance = |other: &[u8; 4]| {
        let channels = other.iter().zip(color);
        channels
            .map(|(a, b)| (i32::from(*a) - i32::from(b)).abs())
            .max()
            .unwrap_or_default()
    };
    let (row, found) = palette
        .iter()
        .enumerate()
        .min_by_key(|(_, other)| distance(other))?;
    if distance(found) <= TOLERANCE {
        u8::try_from(row).ok()
    } else {
        None
    }
}
