//! GeoTIFF rasters in EPSG:4326, one band, deflated.
//!
//! # References
//! OGC GeoTIFF 1.1, <https://docs.ogc.org/is/19-008r4/19-008r4.html>.

use std::{io::Write as _, path::Path};

use geo::Coord;
use tiff::{
    encoder::{Compression, DeflateLevel, TiffEncoder, colortype::ColorType},
    tags::Tag,
};

use super::create;
use crate::error::GenerateError;

const FORMAT: &str = "GeoTIFF";

/// Where the pixels are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Outer corner of the first pixel, in degrees.
    pub(crate) north_west: Coord,
    pub(crate) pixel_deg: f64,
    pub(crate) columns: u32,
    pub(crate) rows: u32,
}

impl Frame {
    /// Centre of a pixel, in degrees.
    pub(crate) fn centre(&self, column: u32, row: u32) -> Coord {
        Coord {
            x: self.north_west.x + (f64::from(column) + 0.5) * self.pixel_deg,
            y: self.north_west.y - (f64::from(row) + 0.5) * self.pixel_deg,
        }
    }
}

/// Writes one band, rows from north to south; `nodata` as text.
pub(crate) fn write<C>(
    path: &Path,
    frame: &Frame,
    nodata: &str,
    pixels: &[C::Inner],
) -> Result<(), GenerateError>
where
    C: ColorType,
    [C::Inner]: tiff::encoder::TiffValue,
{
    let mut file = create::file(path)?;
    let encode = || create::encode_error(path, FORMAT);
    {
        let mut encoder = TiffEncoder::new(&mut file)
            .map_err(encode())?
            .with_compression(Compression::Deflate(DeflateLevel::Fast));
        let mut image = encoder
            .new_image::<C>(frame.columns, frame.rows)
            .map_err(encode())?;
        let scale = [frame.pixel_deg, frame.pixel_deg, 0.0];
        let tie = [0.0, 0.0, 0.0, frame.north_west.x, frame.north_west.y, 0.0];
        // Geographic model, pixel is area, WGS 84.
        let keys: [u16; 16] = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326];
        let tags = image.encoder();
        tags.write_tag(Tag::ModelPixelScaleTag, &scale[..])
            .map_err(encode())?;
        tags.write_tag(Tag::ModelTiepointTag, &tie[..])
            .map_err(encode())?;
        tags.write_tag(Tag::GeoKeyDirectoryTag, &keys[..])
            .map_err(encode())?;
        tags.write_tag(Tag::GdalNodata, nodata).map_err(encode())?;
        image.write_data(pixels).map_err(encode())?;
    }
    file.flush().map_err(create::io_error(path))
}
