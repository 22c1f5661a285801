//! The device, and what is said without one.

use render::{DrawOptions, RenderError, Renderer, RendererOptions};
use serde_json::json;

use crate::sample::{draw, renderer, style, tile};

#[test]
fn an_adapter_that_does_not_exist_is_named_with_those_that_do() {
    let error = Renderer::new(&RendererOptions {
        adapter: Some("Voodoo 2".to_owned()),
    })
    .unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, RenderError::NoAdapter { .. }));
    for part in [
        "Voodoo 2",
        "mesa-vulkan-drivers",
        "libvulkan1",
        "RENDER_ADAPTER",
    ] {
        assert!(text.contains(part), "{text:?} lacks {part:?}");
    }
}

#[test]
fn sizes_out_of_range_are_refused() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([]));
    let tile = tile("3/1/1", vec![]);
    let inputs = render::TileInputs {
        vector: &tile,
        rasters: &std::collections::BTreeMap::new(),
    };
    for (size_px, pixel_ratio) in [(0, 1.0), (4096, 1.0), (256, 0.0), (256, f64::NAN)] {
        let answer = renderer.draw(
            &style,
            &inputs,
            &DrawOptions {
                size_px,
                pixel_ratio,
            },
        );
        assert!(
            matches!(answer, Err(RenderError::Size { .. })),
            "{size_px} at {pixel_ratio}"
        );
    }
}

#[test]
fn hostile_numbers_end_as_pixels() {
    let Some(renderer) = renderer() else { return };
    let style = style(json!([
        {"id": "a", "type": "line", "source": "twin", "source-layer": "x", "paint": {"line-width": 1e30, "line-blur": 1e30}},
        {"id": "b", "type": "line", "source": "twin", "source-layer": "x", "paint": {"line-dasharray": [1e-9, 1e-9]}},
        {"id": "c", "type": "fill", "source": "twin", "source-layer": "x", "paint": {"fill-color": "#f00", "fill-outline-color": "#0f0"}},
        {"id": "d", "type": "circle", "source": "twin", "source-layer": "x", "paint": {"circle-radius": -5, "circle-blur": 1e9}},
        {"id": "e", "type": "symbol", "source": "twin", "source-layer": "x",
         "layout": {"text-field": "𠀀 a\u{0}b ﷽", "text-size": 1e9}},
    ]));
    let far = i32::MAX;
    let layer = crate::sample::LayerBuilder::new("x")
        .line(&[[0, 0], [far, far], [-far, 7]], &[])
        .line(&[[5, 5], [5, 5]], &[])
        .line(&[[5, 5]], &[])
        .polygon(&[[0, 0], [far, 0], [0, 0], [100, 100]], &[])
        .polygon(&[], &[])
        .polygon(&[[0, 0], [1, 1]], &[])
        .point([far, -far], &[])
        .label(1, [f64::NAN, 5.0], "x")
        .label(2, [100.0, 100.0], "x")
        .build();
    draw(
        renderer,
        &style,
        &tile("24/0/0", vec![layer]),
        crate::sample::pixels(256),
    );
}
