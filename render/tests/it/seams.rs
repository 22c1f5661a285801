//! Neighbouring tiles continue each other.

use layers::{TileGeometry, TileLayer, VectorTile};
use render::{DrawOptions, Image};
use serde_json::json;

use crate::sample::{LayerBuilder, UNITS, draw, pixels, renderer, style, tile};

/// Units beyond the tile that geometry is cut at, as the engine does.
const BUFFER: i32 = 256;

/// The tile of a quarter of `whole`, one zoom deeper, cut at the buffer by clamping: enough for shapes made of straight
/// pieces that reach across.
fn quarter(whole: &TileLayer, column: i32, row: i32) -> VectorTile {
    let units = i32::try_from(UNITS).unwrap();
    let zoomed = |point: &[i32; 2]| [point[0] * 2 - column * units, point[1] * 2 - row * units];
    let clamp = |point: [i32; 2]| point.map(|at| at.clamp(-BUFFER, units + BUFFER));
    let mut layer = whole.clone();
    for feature in &mut layer.features {
        match &mut feature.geometry {
            TileGeometry::Points(_) => {}
            TileGeometry::Lines(lines) => lines
                .iter_mut()
                .flatten()
                .for_each(|point| *point = zoomed(point)),
            TileGeometry::Polygons(polygons) => {
                polygons
                    .iter_mut()
                    .flatten()
                    .flatten()
                    .for_each(|point| *point = clamp(zoomed(point)));
            }
        }
    }
    tile(
        &format!("15/{}/{}", 26000 + column, 14400 + row),
        vec![layer],
    )
}

/// Compares the four quarters with one drawing of the whole at twice the size.
fn differing_pixels(layers: serde_json::Value, whole: &TileLayer) -> Option<(usize, u8)> {
    let renderer = renderer()?;
    let style = style(layers);
    let one = draw(
        renderer,
        &style,
        &tile("14/13000/7200", vec![whole.clone()]),
        DrawOptions {
            size_px: 512,
            pixel_ratio: 1.0,
        },
    );
    let mut differing = (0, 0);
    for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let part = draw(renderer, &style, &quarter(whole, column, row), pixels(256));
        let offset = (
            u32::try_from(column).unwrap() * 256,
            u32::try_from(row).unwrap() * 256,
        );
        for (x, y) in (0..256).flat_map(|y| (0..256).map(move |x| (x, y))) {
            let difference = difference(&part, (x, y), &one, (x + offset.0, y + offset.1));
            if difference > 0 {
                differing = (differing.0 + 1, differing.1.max(difference));
            }
        }
    }
    Some(differing)
}

fn difference(a: &Image, at: (u32, u32), b: &Image, other: (u32, u32)) -> u8 {
    let (a, b) = (
        a.pixel(at.0, at.1).unwrap(),
        b.pixel(other.0, other.1).unwrap(),
    );
    a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap()
}

#[test]
fn four_tiles_of_a_wide_line_are_the_line() {
    let paint = json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#fff"}},
        {"id": "casing", "type": "line", "source": "twin", "source-layer": "roads", "layout": {"line-join": "round"},
         "paint": {"line-color": "#a40", "line-width": 11}},
        {"id": "road", "type": "line", "source": "twin", "source-layer": "roads", "layout": {"line-join": "round"},
         "paint": {"line-color": "#fc8", "line-width": 8}},
    ]);
    let roads = LayerBuilder::new("roads")
        .line(
            &[[-300, 900], [1500, 2100], [2040, 2050], [4500, 1200]],
            &[],
        )
        .line(&[[1000, -300], [2100, 2000], [2047, 4500]], &[])
        .build();
    let Some((pixels, largest)) = differing_pixels(paint, &roads) else {
        return;
    };
    assert!(largest <= 1, "{pixels} pixels differ by up to {largest}");
}

#[test]
fn four_tiles_of_polygons_are_the_polygons() {
    let paint = json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#fff"}},
        {"id": "zone", "type": "fill", "source": "twin", "source-layer": "zones", "paint": {"fill-color": "#486"}},
    ]);
    // two zones with a common edge, across all four tiles; corners lie on the grid of the deeper tiles, edges that are cut
    // are parallel to the axes
    let zones = LayerBuilder::new("zones")
        .polygon(&[[600, 600], [3000, 600], [3000, 2048], [600, 2048]], &[])
        .polygon(&[[600, 2048], [3000, 2048], [3000, 3501], [600, 3501]], &[])
        .build();
    let Some((pixels, largest)) = differing_pixels(paint, &zones) else {
        return;
    };
    assert!(largest <= 1, "{pixels} pixels differ by up to {largest}");
}

#[test]
fn the_edge_where_a_polygon_was_cut_is_not_drawn() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#fff"}},
        {"id": "band", "type": "line", "source": "twin", "source-layer": "districts", "paint": {"line-color": "#000", "line-width": 20}},
    ]));
    let cut = LayerBuilder::new("districts")
        .polygon(&[[-64, 2048], [4160, 2048], [4160, 4160], [-64, 4160]], &[])
        .build();
    let image = draw(
        renderer,
        &style,
        &tile("14/13000/7200", vec![cut]),
        pixels(256),
    );
    for (x, y, shade) in [
        (0, 200, 255),
        (255, 200, 255),
        (128, 255, 255),
        (128, 128, 0),
        (0, 128, 0),
        (255, 128, 0),
    ] {
        assert_eq!(image.pixel(x, y).unwrap()[0], shade, "{x} {y}");
    }
}

#[test]
fn dashes_meet_at_the_edge_of_a_tile() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#fff"}},
        {"id": "border", "type": "line", "source": "twin", "source-layer": "borders",
         "paint": {"line-color": "#000", "line-width": 4, "line-dasharray": [3, 2]}},
    ]));
    let west = LayerBuilder::new("borders")
        .line(&[[100, 2000], [4096 + 256, 2000]], &[])
        .build();
    let east = LayerBuilder::new("borders")
        .line(&[[-256, 2000], [4096 + 256, 2000]], &[])
        .build();
    let west = draw(
        renderer,
        &style,
        &tile("14/13000/7200", vec![west]),
        pixels(256),
    );
    let east = draw(
        renderer,
        &style,
        &tile("14/13001/7200", vec![east]),
        pixels(256),
    );
    // a dash ends where the tile ends and the next begins there: both sides of the edge tell of the same crossing
    assert_eq!(
        west.pixel(254, 125).unwrap()[0],
        0,
        "the last dash reaches the edge"
    );
    assert_eq!(
        east.pixel(1, 125).unwrap()[0],
        0,
        "the first dash starts at the edge"
    );
}
