//! scratch
use serde_json::json;
use crate::sample::*;
#[test]
fn look() {
    let renderer = renderer().unwrap();
    println!("{:?}", renderer.adapter());
    let style = style(json!([
        {"id": "ground", "type": "background", "paint": {"background-color": "#f4f2ec"}},
        {"id": "zone", "type": "fill", "source": "twin", "source-layer": "zones", "paint": {"fill-color": ["get","c"], "fill-outline-color":"#777"}},
        {"id": "casing", "type": "line", "source": "twin", "source-layer": "roads", "layout": {"line-join": "round"},
         "paint": {"line-color": "#a40", "line-width": 11}},
        {"id": "road", "type": "line", "source": "twin", "source-layer": "roads", "layout": {"line-join": "miter"},
         "paint": {"line-color": "#fc8", "line-width": 8}},
        {"id": "rail", "type": "line", "source": "twin", "source-layer": "roads", "paint": {"line-color": "#333", "line-width": 1.5, "line-dasharray":[4,3], "line-translate":[0,20]}},
        {"id": "names", "type": "symbol", "source": "twin", "source-layer": "places",
         "layout": {"text-field": ["get", "name"], "text-font": ["Noto Sans Regular"], "text-size": 12, "text-max-width": 9},
         "paint": {"text-color": "#222", "text-halo-color": "#fff", "text-halo-width": 1.2}},
        {"id": "names2", "type": "symbol", "source": "twin", "source-layer": "roads",
         "layout": {"symbol-placement":"line","text-field": ["get", "name"], "text-font": ["Noto Sans Italic"], "text-size": 12},
         "paint": {"text-color": "#1d5b8f", "text-halo-color": "#fff", "text-halo-width": 1.2}},
    ]));
    let zones = LayerBuilder::new("zones")
        .polygon(&[[300, 600], [2500, 300], [2600, 2048], [600, 2300]], &[("c", text("#9c7"))])
        .polygon(&[[2500, 300], [3800, 800], [3500, 2500], [2600, 2048]], &[("c", text("#fd9"))]).build();
    let roads = LayerBuilder::new("roads").line(&[[-300, 2900], [1500, 2100], [2040, 3050], [2500,2400],[4500, 3200]], &[])
      .line_label(5, [2500.0,3600.0],(-0.3,6000.0),"Sông Kinh Thầy").build();
    let places = LayerBuilder::new("places").label(1, [1400.0, 1300.0], "Đường Nguyễn Lương Bằng").label(2,[3000.0,1500.0],"Phường Trần Phú").label(3,[1200.0,3500.0],"ẲẴẶ ẵẳậ Thị trấn Kẻ Sặt").build();
    let t = tile("14/13000/7200", vec![zones, roads, places]);
    for (n, o) in [("a", pixels(256)), ("b", render::DrawOptions{size_px:512,pixel_ratio:2.0})] {
        let start = std::time::Instant::now();
        let image = draw(renderer, &style, &t, o);
        println!("{:?}", start.elapsed());
        std::fs::write(format!("/tmp/rw/look_{n}.png"), image.to_png()).unwrap();
    }
}
