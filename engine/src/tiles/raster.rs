//! A resident raster, resampled to one tile.

use std::collections::BTreeSet;

use layers::{Raster, RasterTile, TileCoord, tile_coord::lonlat_from_mercator};

use crate::LayerSnapshot;

/// Values looked at to tell classes from measurements.
const SAMPLES: usize = 4_096;

/// A grid of classes has at most this many of them.
const CLASS_LIMIT: usize = 256;

/// A tile pixel is the mean of at most this many places on each axis when the raster is finer than the tile.
const PLACES_LIMIT: f64 = 8.0;

/// How pixels between pixels are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// The pixel that holds the place: for classes.
    Nearest,
    /// Weighted by distance between the four pixels around the place, averaged where the raster is finer than the tile:
    /// for measurements such as elevation.
    Bilinear,
}

impl Resampling {
    /// Nearest for a raster whose values are all whole and few, bilinear for any other; judged by a fixed sample.
    pub fn suited_to(raster: &Raster) -> Self {
        let step = (raster.values.len() / SAMPLES).max(1);
        let mut classes = BTreeSet::new();
        for value in raster
            .values
            .iter()
            .step_by(step)
            .filter(|value| !value.is_nan())
        {
            if value.fract() != 0.0
                || (classes.insert(value.to_bits()) && classes.len() > CLASS_LIMIT)
            {
                return Self::Bilinear;
            }
        }
        // A plain of whole metres has few values too; classes have a small code each.
        let is_code = |bits: &u32| (0.0..=255.0).contains(&f32::from_bits(*bits));
        if classes.iter().all(is_code) && classes.len() <= 64 {
            Self::Nearest
        } else {
            Self::Bilinear
        }
    }
}

/// Resamples a layer's raster to a tile of `size` pixels with one pixel more on every side; NaN beyond the raster and where
/// the layer has no pixels at all.
pub fn raster_tile(layer: &LayerSnapshot, coord: TileCoord, size: usize) -> RasterTile {
    match layer.raster() {
        Some(raster) => resample(raster, coord, size, Resampling::suited_to(raster)),
        None => RasterTile {
            coord,
            size,
            values: vec![f32::NAN; (size + 2) * (size + 2)],
        },
    }
}

/// Resamples a raster to a tile of `size` pixels with one pixel more on every side, NaN beyond the raster.
pub fn resample(
    raster: &Raster,
    coord: TileCoord,
    size: usize,
    resampling: Resampling,
) -> RasterTile {
    let area = coord.extent_mercator();
    let pixel = coord.side_mercator() / size as f64;
    let empty = RasterTile {
        coord,
        size,
        values: vec![f32::NAN; (size + 2) * (size + 2)],
    };
    if raster.width == 0 || raster.height == 0 || raster.extent.is_empty() {
        return empty;
    }
    let column_of = |x: f64| {
        let lon = lonlat_from_mercator(x, 0.0).lon;
        (lon - raster.extent.min_x) / raster.extent.width() * raster.width as f64
    };
    let row_of = |y: f64| {
        let lat = lonlat_from_mercator(0.0, y).lat;
        (raster.extent.max_y - lat) / raster.extent.height() * raster.height as f64
    };
    let (middle_x, middle_y) = area.center();
    let finer = (column_of(middle_x + pixel) - column_of(middle_x))
        .max(row_of(middle_y - pixel) - row_of(middle_y));
    let places = match resampling {
        Resampling::Nearest => 1,
        Resampling::Bilinear => places_per_pixel(finer),
    };
    // Places per axis, in raster pixels, in order; `places` of them belong to each tile pixel.
    let offset = |index: usize| ((index as f64 + 0.5) / places as f64 - 1.0) * pixel;
    let columns: Vec<f64> = (0..(size + 2) * places)
        .map(|index| column_of(area.min_x + offset(index)))
        .collect();
    let rows: Vec<f64> = (0..(size + 2) * places)
        .map(|index| row_of(area.max_y - offset(index)))
        .collect();
    let mut values = empty.values;
    for (line, rows) in values
        .chunks_exact_mut(size + 2)
        .zip(rows.chunks_exact(places))
    {
        for (value, columns) in line.iter_mut().zip(columns.chunks_exact(places)) {
            *value = match resampling {
                Resampling::Nearest => pixel_at(raster, columns[0], rows[0]),
                Resampling::Bilinear => mean(raster, columns, rows),
            };
        }
    }
    RasterTile {
        coord,
        size,
        values,
    }
}

fn places_per_pixel(finer: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1 ..= PLACES_LIMIT"
    )]
    let places = finer.ceil().clamp(1.0, PLACES_LIMIT) as usize;
    places
}

/// The value of a pixel, NaN beyond the raster.
fn pixel_at(raster: &Raster, column: f64, row: f64) -> f32 {
    let inside =
        column >= 0.0 && row >= 0.0 && column < raster.width as f64 && row < raster.height as f64;
    if !inside {
        return f32::NAN;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "inside the raster"
    )]
    let index = row as usize * raster.width + column as usize;
    raster.values.get(index).copied().unwrap_or(f32::NAN)
}

/// The mean of the places of one tile pixel; NaN where none has a value.
fn mean(raster: &Raster, columns: &[f64], rows: &[f64]) -> f32 {
    let (mut sum, mut count) = (0.0_f64, 0.0_f64);
    for row in rows {
        for column in columns {
            let value = bilinear(raster, *column, *row);
            if !value.is_nan() {
                sum += value;
                count += 1.0;
            }
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rasters hold 32-bit values"
    )]
    let mean = (sum / count) as f32;
    mean
}

/// Between the four pixels around a place; where some have no value, between the others. NaN where the pixel that holds the
/// place has none.
fn bilinear(raster: &Raster, column: f64, row: f64) -> f64 {
    if pixel_at(raster, column, row).is_nan() {
        return f64::NAN;
    }
    let (left, top) = ((column - 0.5).floor(), (row - 0.5).floor());
    let (right_share, bottom_share) = (column - 0.5 - left, row - 0.5 - top);
    let (mut sum, mut weights) = (0.0, 0.0);
    for (x, x_weight) in [(left, 1.0 - right_share), (left + 1.0, right_share)] {
        for (y, y_weight) in [(top, 1.0 - bottom_share), (top + 1.0, bottom_share)] {
            let value = pixel_at(raster, x, y);
            if !value.is_nan() {
                sum += f64::from(value) * x_weight * y_weight;
                weights += x_weight * y_weight;
            }
        }
    }
    sum / weights
}
