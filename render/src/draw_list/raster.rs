//! Rasters: classes as colours, heights as shaded relief.

use layers::RasterTile;
use maplibre_expr::EvaluationContext;

use super::{
    Command, DrawList, Frame, HillshadeLight, HillshadeQuad, RasterQuad, premultiplied,
    premultiplied_f32,
};
use crate::{
    narrow::to_f32,
    raster_png::class_color,
    style::{StyleLayer, Values},
};

/// Circumference of the web-mercator globe, in metres.
const EQUATOR_M: f64 = 40_075_016.685_578_49;

/// Heights of no use to a relief.
const NO_HEIGHT_M: f32 = 0.0;

/// Adds a raster layer: each pixel in the colour of its class.
pub(super) fn build_raster(list: &mut DrawList, style: &StyleLayer, frame: &Frame<'_>) {
    let Some(tile) = usable(frame, &style.source) else {
        return;
    };
    let context = EvaluationContext::new().with_zoom(frame.zoom);
    let values = Values::without_feature(style, &context);
    let opacity = values.number("raster-opacity", 1.0).clamp(0.0, 1.0);
    if opacity == 0.0 || tile.values.iter().all(|value| value.is_nan()) {
        return;
    }
    let pixel = |value: &f32| {
        class_color(*value).map_or([0; 4], |color| premultiplied(fade(color, opacity)))
    };
    list.commands.push(Command::Raster(list.rasters.len()));
    list.rasters.push(RasterQuad {
        size: tile.size,
        pixels: tile.values.iter().map(pixel).collect(),
        smooth: values.text("raster-resampling") != "nearest",
    });
}

/// Adds a hillshade layer.
pub(super) fn build_hillshade(list: &mut DrawList, style: &StyleLayer, frame: &Frame<'_>) {
    let Some(tile) = usable(frame, &style.source) else {
        return;
    };
    if tile.values.iter().all(|value| value.is_nan()) {
        return;
    }
    let context = EvaluationContext::new().with_zoom(frame.zoom);
    let values = Values::without_feature(style, &context);
    let light = HillshadeLight {
        shadow: premultiplied_f32(values.color("hillshade-shadow-color", None)),
        highlight: premultiplied_f32(values.color("hillshade-highlight-color", None)),
        accent: premultiplied_f32(values.color("hillshade-accent-color", None)),
        azimuth_rad: to_f32(
            values
                .number("hillshade-illumination-direction", 335.0)
                .to_radians(),
        ),
        intensity: to_f32(values.number("hillshade-exaggeration", 0.5).clamp(0.0, 1.0)),
        gradient_scale: to_f32(gradient_scale(tile, frame.zoom)),
        size: to_f32(tile.size as f64),
    };
    list.commands
        .push(Command::Hillshade(list.hillshades.len()));
    list.hillshades.push(HillshadeQuad {
        size: tile.size,
        heights_m: filled(tile),
        light,
    });
}

fn usable<'a>(frame: &Frame<'a>, source: &str) -> Option<&'a RasterTile> {
    let side = |tile: &RasterTile| tile.size + 2;
    frame
        .rasters
        .get(source)
        .filter(|tile| tile.size > 0 && tile.values.len() == side(tile) * side(tile))
}

fn fade(color: [u8; 3], opacity: f64) -> maplibre_expr::Color {
    let [r, g, b] = color.map(f64::from);
    maplibre_expr::Color::from_rgba8(r, g, b, opacity)
}

/// Horn's sums are eight times the height difference per pixel; pixels shrink with the latitude; low zooms are drawn steeper
/// by MapLibre's rule, so that relief does not vanish on small scales.
fn gradient_scale(tile: &RasterTile, zoom: f64) -> f64 {
    let ground = tile.coord.extent_lonlat();
    let lat = ground.min_y.midpoint(ground.max_y).to_radians();
    let pixel_m = EQUATOR_M / f64::from(1_u32 << tile.coord.z()) / tile.size as f64 * lat.cos();
    let steepness = if zoom < 2.0 {
        0.4
    } else if zoom < 4.5 {
        0.35
    } else {
        0.3
    };
    let exaggeration = ((15.0 - zoom).max(0.0) * steepness).exp2();
    1.25 * exaggeration / (8.0 * pixel_m)
}

/// The heights with nodata filled by the nearest known height in the row, and rows of nothing by the nearest row of something,
/// so that the data's edge is not drawn as a cliff.
fn filled(tile: &RasterTile) -> Vec<f32> {
    let side = tile.size + 2;
    let mut heights = tile.values.clone();
    for row in heights.chunks_mut(side) {
        let Some(mut known) = row.iter().copied().find(|height| !height.is_nan()) else {
            continue;
        };
        for height in row {
            if height.is_nan() {
                *height = known;
            }
            known = *height;
        }
    }
    let is_known = |heights: &[f32], row: usize| !heights[row * side].is_nan();
    let known_rows: Vec<usize> = (0..side).filter(|row| is_known(&heights, *row)).collect();
    for row in 0..side {
        if !is_known(&heights, row) {
            let nearest = known_rows
                .iter()
                .copied()
                .min_by_key(|known| known.abs_diff(row));
            match nearest {
                Some(known) => heights.copy_within(known * side..(known + 1) * side, row * side),
                None => heights[row * side..(row + 1) * side].fill(NO_HEIGHT_M),
            }
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_of_the_data_is_no_cliff() {
        let nan = f32::NAN;
        let values = vec![nan, nan, nan, nan, 7.0, nan, nan, nan, nan];
        let tile = RasterTile {
            coord: "3/1/1".parse().unwrap(),
            size: 1,
            values,
        };
        assert_eq!(filled(&tile), [7.0; 9]);
        let nothing = RasterTile {
            values: vec![nan; 9],
            ..tile
        };
        assert_eq!(filled(&nothing), [0.0; 9]);
    }
}
