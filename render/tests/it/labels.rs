//! Names: spelling, and agreement between tiles.

use layers::{TileLayer, VectorTile};
use render::{Image, Renderer, Style};
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;

use crate::sample::{LayerBuilder, draw, pixels, renderer, style, tile};

fn label_style() -> Style {
    style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#fff"}},
        {"id": "names", "type": "symbol", "source": "twin", "source-layer": "places",
         "layout": {"text-field": ["get", "name"], "text-font": ["Noto Sans Regular"], "text-size": 13, "text-max-width": 9},
         "paint": {"text-color": "#222", "text-halo-color": "#fff", "text-halo-width": 1.2}},
    ]))
}

fn ink(image: &Image) -> usize {
    image.rgba.chunks(4).filter(|pixel| pixel[0] < 128).count()
}

#[test]
fn composed_and_decomposed_spellings_draw_the_same_pixels() {
    let Some(renderer) = renderer() else { return };
    let style = label_style();
    for name in [
        "Đường Nguyễn Lương Bằng",
        "Phường Trần Phú",
        "Sông Kinh Thầy",
    ] {
        let image = |name: &str| {
            let layer = LayerBuilder::new("places")
                .label(1, [2048.0, 2048.0], name)
                .build();
            draw(
                renderer,
                &style,
                &tile("14/13000/7200", vec![layer]),
                pixels(256),
            )
        };
        let composed = image(&name.nfc().collect::<String>());
        assert_eq!(composed, image(&name.nfd().collect::<String>()), "{name}");
        assert!(ink(&composed) > 150, "{name} is drawn: {}", ink(&composed));
    }
}

#[test]
fn what_was_drawn_before_does_not_change_a_tile() {
    let Some(seasoned) = renderer() else { return };
    let fresh = Renderer::new(&render::RendererOptions::default()).unwrap();
    let style = label_style();
    let image = |renderer: &Renderer, name: &str| {
        let layer = LayerBuilder::new("places")
            .label(1, [2011.0, 2063.0], name)
            .build();
        let tile = tile("14/13000/7200", vec![layer]);
        draw(renderer, &style, &tile, pixels(256))
    };
    // Glyphs that are made first take other places in the atlas.
    for earlier in ["Zwyxvut 987", "ốồổỗộ", "Phường Trần Phú"] {
        image(seasoned, earlier);
    }
    for name in ["Đường Nguyễn Lương Bằng", "Huyện Nam Sách"] {
        assert_eq!(image(&fresh, name), image(seasoned, name), "{name}");
    }
}

#[test]
fn marks_are_drawn() {
    let Some(renderer) = renderer() else { return };
    let style = label_style();
    let image = |name: &str| {
        let layer = LayerBuilder::new("places")
            .label(1, [2048.0, 2048.0], name)
            .build();
        draw(
            renderer,
            &style,
            &tile("14/13000/7200", vec![layer]),
            pixels(256),
        )
    };
    for (plain, marked) in [("Duong", "Đường"), ("Nguyen", "Nguyễn"), ("Thay", "Thầy")] {
        assert!(
            ink(&image(marked)) > ink(&image(plain)),
            "{marked} has more ink than {plain}"
        );
    }
}

/// The labels of a town around two tiles, as each of them lists those of itself and one tile around.
fn towns(column: i32) -> VectorTile {
    let mut layer = LayerBuilder::new("places");
    for row in 0..400_u32 {
        let mixed = u64::from(row).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let at = [
            (mixed >> 16 & 0x3FFF) as f64 - 4096.0,
            ((mixed >> 36) % 12_288) as f64 - 4096.0,
        ];
        let name = ["Làng Đông", "Thôn Nguyễn Xá", "Phường Hải Tân", "Xã Tân Kỳ"][row as usize % 4];
        let local = [at[0] - f64::from(column) * 4096.0, at[1]];
        if local[0] > -4096.0 && local[0] < 8192.0 {
            layer = layer.label(u64::from(row), local, name);
        }
    }
    tile(&format!("14/{}/7200", 13000 + column), vec![layer.build()])
}

#[test]
fn a_label_across_an_edge_is_drawn_by_both_tiles_alike() {
    let Some(renderer) = renderer() else { return };
    let style = label_style();
    let west = draw(renderer, &style, &towns(0), pixels(256));
    let east = draw(renderer, &style, &towns(1), pixels(256));
    let ink_at_edge = |image: &Image, x: u32| {
        (0..256)
            .filter(|y| image.pixel(x, *y).unwrap()[0] < 250)
            .count()
    };
    assert!(
        ink_at_edge(&west, 255) + ink_at_edge(&east, 0) > 4,
        "some name stands across the edge"
    );
    assert_eq!(
        halves(renderer, &style),
        (0, 0),
        "glyphs that hang over are the same on both sides"
    );
}

/// Draws each tile beside a drawing of both together at the same scale (a 512 px tile one zoom up shows the same places), and
/// counts pixels that differ.
fn halves(renderer: &Renderer, style: &Style) -> (usize, usize) {
    let both = |layer: &TileLayer| {
        let mut layer = layer.clone();
        layer.extent *= 2;
        layer
    };
    let west = towns(0);
    let mut list = both(&west.layers[0]);
    // the union of what the two tiles know, in the west tile's units
    let known: Vec<u64> = list.labels.iter().map(|label| label.id.0).collect();
    let east = towns(1);
    for label in &east.layers[0].labels {
        if !known.contains(&label.id.0) {
            let mut label = label.clone();
            label.position[0] += 4096.0;
            let (_, value) = label.attributes[0];
            list.values
                .push(east.layers[0].values[value as usize].clone());
            label.attributes[0].1 = u32::try_from(list.values.len() - 1).unwrap();
            list.labels.push(label);
        }
    }
    let whole = draw(
        renderer,
        style,
        &tile("13/6500/3600", vec![list]),
        pixels(512),
    );
    let count = |part: &Image, offset: u32| {
        let all = (0..256).flat_map(|y| (0..256).map(move |x| (x, y)));
        let channels = |x: u32, y: u32| {
            part.pixel(x, y)
                .unwrap()
                .into_iter()
                .zip(whole.pixel(x + offset, y).unwrap())
        };
        // the device interpolates in f32: the last bit of a blended pixel may depend on where it lies
        all.filter(|(x, y)| channels(*x, *y).any(|(a, b)| a.abs_diff(b) > 2))
            .count()
    };
    (
        count(&draw(renderer, style, &west, pixels(256)), 0),
        count(&draw(renderer, style, &east, pixels(256)), 256),
    )
}

#[test]
fn names_along_a_line_are_turned_and_must_fit() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#fff"}},
        {"id": "names", "type": "symbol", "source": "twin", "source-layer": "roads",
         "layout": {"symbol-placement": "line", "text-field": ["get", "name"], "text-font": ["Noto Sans Regular"], "text-size": 12}},
    ]));
    let image = |room: f64| {
        let layer = LayerBuilder::new("roads")
            .line_label(1, [2048.0, 2048.0], (1.2, room), "Đường Trần Hưng Đạo")
            .build();
        draw(
            renderer,
            &style,
            &tile("15/26000/14400", vec![layer]),
            pixels(256),
        )
    };
    assert_eq!(ink(&image(500.0)), 0, "31 px are too short for the name");
    let turned = image(4000.0);
    let rows = (0..256)
        .filter(|y| (0..256).any(|x| turned.pixel(x, *y).unwrap()[0] < 128))
        .count();
    assert!(rows > 80, "the name runs steeply: {rows} rows");
}
