//! Pixels in memory, and as PNG.

mod palette;
mod png;

/// A square or rectangular image, straight (not premultiplied) RGBA, rows from the north.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

impl Image {
    /// One colour everywhere, given premultiplied.
    pub(crate) fn solid(side: u32, color: [u8; 4]) -> Self {
        let pixel = straight(color);
        Self {
            width: side,
            height: side,
            rgba: pixel.repeat(side as usize * side as usize),
        }
    }

    /// A square of premultiplied pixels.
    pub(crate) fn from_premultiplied(side: u32, mut rgba: Vec<u8>) -> Self {
        for pixel in rgba.chunks_exact_mut(4).filter(|pixel| pixel[3] != u8::MAX) {
            pixel.copy_from_slice(&straight([pixel[0], pixel[1], pixel[2], pixel[3]]));
        }
        Self {
            width: side,
            height: side,
            rgba,
        }
    }

    /// The pixel of a column and a row; none outside.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 4]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let start = (y as usize * self.width as usize + x as usize) * 4;
        self.rgba.get(start..start + 4)?.try_into().ok()
    }

    /// The image as PNG: with a palette where that shows no difference, else in true colour. The same image gives the same
    /// bytes.
    pub fn to_png(&self) -> Vec<u8> {
        self.png(palette::of(self))
    }

    /// The image as PNG without any loss.
    pub(crate) fn to_exact_png(&self) -> Vec<u8> {
        self.png(palette::exactly(self))
    }

    fn png(&self, indexed: Option<palette::Indexed>) -> Vec<u8> {
        match indexed {
            Some(indexed) => png::indexed(self.width, self.height, &indexed),
            None => png::true_color(self),
        }
    }
}

fn straight(pixel: [u8; 4]) -> [u8; 4] {
    let alpha = u32::from(pixel[3]);
    if alpha == 0 {
        return [0; 4];
    }
    let channel =
        |value: u8| u8::try_from((u32::from(value) * 255 + alpha / 2) / alpha).unwrap_or(u8::MAX);
    [
        channel(pixel[0]),
        channel(pixel[1]),
        channel(pixel[2]),
        pixel[3],
    ]
}

#[cfg(test)]
mod tests;
