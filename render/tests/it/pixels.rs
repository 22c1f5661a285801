//! What lies where.

use std::collections::BTreeMap;

use layers::{RasterTile, TileCoord};
use render::{Image, TileInputs};
use serde_json::json;

use crate::sample::{LayerBuilder, draw, pixels, renderer, style, text, tile};

/// A square of 2048 units: 128 px of a 256 px tile, from pixel 64 to 192.
const SQUARE: [[i32; 2]; 4] = [[1024, 1024], [3072, 1024], [3072, 3072], [1024, 3072]];

#[track_caller]
fn assert_pixel(image: &Image, at: (u32, u32), color: [u8; 4]) {
    let found = image.pixel(at.0, at.1).unwrap();
    assert!(
        found.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 2),
        "pixel {at:?}: {found:?} is not {color:?}"
    );
}

#[test]
fn a_fill_is_its_colour_inside_and_fades_over_one_pixel_outside() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#ffffff"}},
        {"id": "zone", "type": "fill", "source": "twin", "source-layer": "zones",
         "paint": {"fill-color": ["match", ["get", "kind"], "park", "#ff0000", "#0000ff"]}},
    ]));
    // half a pixel off the grid, so that the rim has something to blend
    let shifted = SQUARE.map(|[x, y]| [x + 8, y]);
    let layer = LayerBuilder::new("zones")
        .polygon(&shifted, &[("kind", text("park"))])
        .build();
    let image = draw(
        renderer,
        &style,
        &tile("14/13000/7200", vec![layer]),
        pixels(256),
    );
    assert_pixel(&image, (128, 128), [255, 0, 0, 255]);
    assert_pixel(&image, (10, 10), [255, 255, 255, 255]);
    let [_, edge, ..] = image.pixel(192, 128).unwrap();
    assert!(
        (1..255).contains(&edge) || image.pixel(193, 128).unwrap()[1] > 0,
        "the edge is blended: {edge}"
    );
    assert_pixel(&image, (195, 128), [255, 255, 255, 255]);
}

#[test]
fn holes_stay_open() {
    let Some(renderer) = renderer() else { return };
    let style = style(
        json!([{"id": "zone", "type": "fill", "source": "twin", "source-layer": "zones",
        "paint": {"fill-color": "#00ff00"}}]),
    );
    let hole = vec![[1500, 1500], [1500, 2500], [2500, 2500], [2500, 1500]];
    let rings = layers::TileGeometry::Polygons(vec![vec![SQUARE.to_vec(), hole]]);
    let layer = LayerBuilder::new("zones").feature(rings, &[]).build();
    let image = draw(
        renderer,
        &style,
        &tile("14/13000/7200", vec![layer]),
        pixels(256),
    );
    assert_pixel(&image, (80, 80), [0, 255, 0, 255]);
    assert_pixel(&image, (125, 125), [0, 0, 0, 0]);
}

#[test]
fn a_translucent_line_is_nowhere_blended_twice() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#ffffff"}},
        {"id": "road", "type": "line", "source": "twin", "source-layer": "roads",
         "layout": {"line-join": "round", "line-cap": "round"},
         "paint": {"line-color": "#000000", "line-opacity": 0.5, "line-width": 12}},
    ]));
    let wave: Vec<[i32; 2]> = (0..200_i32)
        .map(|step| {
            let turn = f64::from(step) / 20.0;
            #[expect(clippy::cast_possible_truncation, reason = "a small wave")]
            let y = 2048 + (turn.sin() * 800.0) as i32;
            [step * 20, y]
        })
        .collect();
    let layer = LayerBuilder::new("roads").line(&wave, &[]).build();
    let image = draw(
        renderer,
        &style,
        &tile("14/13000/7200", vec![layer]),
        pixels(256),
    );
    let darkest = image.rgba.chunks(4).map(|pixel| pixel[0]).min().unwrap();
    assert!(
        (126..=129).contains(&darkest),
        "one layer of half black is 127, two would be 64: {darkest}"
    );
    let lightest_in_line = image.pixel(100, wave_y(100)).unwrap()[0];
    assert!(
        lightest_in_line <= 129,
        "no gap between segments: {lightest_in_line}"
    );
}

fn wave_y(x_px: u32) -> u32 {
    let turn = f64::from(x_px) * 16.0 / 20.0 / 20.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "inside the image"
    )]
    let y = ((2048.0 + turn.sin() * 800.0) / 16.0) as u32;
    y
}

#[test]
fn circles_have_a_disc_and_a_ring() {
    let Some(renderer) = renderer() else { return };
    let style = style(
        json!([{"id": "poi", "type": "circle", "source": "twin", "source-layer": "schools",
        "paint": {"circle-radius": 10, "circle-color": "#ff0000", "circle-stroke-width": 4, "circle-stroke-color": "#0000ff"}}]),
    );
    let layer = LayerBuilder::new("schools")
        .point([2048, 2048], &[])
        .build();
    let image = draw(
        renderer,
        &style,
        &tile("14/13000/7200", vec![layer]),
        pixels(256),
    );
    assert_pixel(&image, (128, 128), [255, 0, 0, 255]);
    assert_pixel(&image, (140, 128), [0, 0, 255, 255]);
    assert_pixel(&image, (150, 128), [0, 0, 0, 0]);
}

#[test]
fn relief_is_light_where_it_faces_the_north_west() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#808080"}},
        {"id": "relief", "type": "hillshade", "source": "elevation", "paint": {"hillshade-illumination-direction": 315}},
    ]));
    // a cone of 300 m in the middle of the tile
    let side = 258_usize;
    let height = |row: usize| {
        let (x, y) = ((row % side) as f32 - 128.5, (row / side) as f32 - 128.5);
        (300.0 - x.hypot(y) * 4.0).max(0.0)
    };
    let coord: TileCoord = "13/6500/3600".parse().unwrap();
    let relief = RasterTile {
        coord,
        size: 256,
        values: (0..side * side).map(height).collect(),
    };
    let rasters = BTreeMap::from([("elevation".to_owned(), relief)]);
    let empty = tile("13/6500/3600", vec![]);
    let image = renderer
        .draw(
            &style,
            &TileInputs {
                vector: &empty,
                rasters: &rasters,
            },
            &pixels(256),
        )
        .unwrap();
    let shade = |x: u32, y: u32| image.pixel(x, y).unwrap()[0];
    assert!(
        shade(98, 98) > 140,
        "the north-west side is lit: {}",
        shade(98, 98)
    );
    assert!(
        shade(158, 158) < 110,
        "the south-east side is dark: {}",
        shade(158, 158)
    );
    assert_pixel(&image, (10, 10), [128, 128, 128, 255]);
}

#[test]
fn land_cover_is_drawn_in_the_colours_of_its_classes() {
    let Some(renderer) = renderer() else { return };
    let style = style(
        json!([{"id": "cover", "type": "raster", "source": "land_cover", "paint": {"raster-opacity": 1}}]),
    );
    let coord: TileCoord = "13/6500/3600".parse().unwrap();
    let values = (0..66 * 66)
        .map(|row| if row % 66 < 33 { 10.0 } else { 80.0 })
        .collect();
    let rasters = BTreeMap::from([(
        "land_cover".to_owned(),
        RasterTile {
            coord,
            size: 64,
            values,
        },
    )]);
    let empty = tile("13/6500/3600", vec![]);
    let image = renderer
        .draw(
            &style,
            &TileInputs {
                vector: &empty,
                rasters: &rasters,
            },
            &pixels(256),
        )
        .unwrap();
    assert_pixel(&image, (20, 128), [0xBF, 0xD8, 0xAE, 255]);
    assert_pixel(&image, (230, 128), [0xB9, 0xD9, 0xE8, 255]);
}

#[test]
fn the_same_tile_is_the_same_bytes_from_many_threads() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#eef"}},
        {"id": "zone", "type": "fill", "source": "twin", "source-layer": "zones", "paint": {"fill-color": "#c86"}},
        {"id": "name", "type": "symbol", "source": "twin", "source-layer": "zones",
         "layout": {"text-field": ["get", "name"], "text-font": ["Noto Sans Bold"]}, "paint": {"text-halo-width": 1, "text-halo-color": "#fff"}},
    ]));
    let layer = LayerBuilder::new("zones")
        .polygon(&SQUARE, &[])
        .label(7, [2000.0, 2100.0], "Khu công nghiệp Đại An")
        .build();
    let tile = tile("14/13000/7200", vec![layer]);
    let first = draw(renderer, &style, &tile, pixels(256)).to_png();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..4 {
                    assert_eq!(draw(renderer, &style, &tile, pixels(256)).to_png(), first);
                }
            });
        }
    });
}

#[test]
fn an_empty_tile_is_its_background() {
    let Some(renderer) = renderer() else { return };
    let style = style(
        json!([{"id": "ground", "type": "background", "paint": {"background-color": "#abcdef"}}]),
    );
    let image = draw(renderer, &style, &tile("3/1/1", vec![]), pixels(256));
    assert!(
        image
            .rgba
            .chunks(4)
            .all(|pixel| pixel == [0xAB, 0xCD, 0xEF, 255])
    );
    assert!(
        image.to_png().len() < 300,
        "one colour is a few bytes: {}",
        image.to_png().len()
    );
}
