//! Style documents: what is refused, what is warned of, what they ask for.

use render::Style;
use serde_json::{Value as Json, json};

fn document(layers: &Json) -> Json {
    json!({"version": 8, "sources": {"twin": {"type": "vector"}, "dem": {"type": "raster-dem"}}, "layers": layers})
}

#[track_caller]
fn refused(layers: &Json, place: &str) {
    let error = Style::parse(&document(layers)).unwrap_err().to_string();
    assert!(error.contains(place), "{error:?} does not name {place:?}");
}

#[test]
fn errors_name_the_layer_and_the_place() {
    let line = |paint: Json| json!([{"id": "roads", "type": "line", "source": "twin", "source-layer": "r", "paint": paint}]);
    refused(
        &line(json!({"line-width": "wide"})),
        "layers[0] \"roads\": paint.line-width",
    );
    refused(&line(json!({"line-color": "#zzz"})), "paint.line-color");
    refused(&line(json!({"line-width": ["get"]})), "paint.line-width");
    refused(
        &line(json!({"line-width": ["interpolate", ["linear"], ["zoom"], 5, "a"]})),
        "paint.line-width[4]",
    );
    refused(
        &json!([{"id": "r", "type": "line", "source": "twin", "layout": {"line-cap": "pointed"}}]),
        "butt, round, square",
    );
    refused(
        &json!([{"id": "r", "type": "line", "source": "nowhere"}]),
        "\"nowhere\" is not declared",
    );
    refused(
        &json!([{"id": "a", "type": "background"}, {"id": "a", "type": "background"}]),
        "layers[1] \"a\"",
    );
    refused(
        &json!([{"id": "r", "type": "line", "source": "twin", "filter": ["==", ["get", "a"]]}]),
        "filter",
    );
    assert!(
        Style::parse(&json!({"version": 7, "layers": []}))
            .unwrap_err()
            .to_string()
            .contains("version 7")
    );
    assert!(Style::parse(&json!([])).is_err());
}

#[test]
fn what_is_not_drawn_is_said() {
    let layers = json!([
        {"id": "heat", "type": "heatmap", "source": "twin", "source-layer": "a"},
        {"id": "icons", "type": "symbol", "source": "twin", "source-layer": "a",
         "layout": {"icon-image": "school", "text-font": ["Comic Sans"], "text-field": "{name}"}},
        {"id": "joins", "type": "line", "source": "twin", "source-layer": "a", "layout": {"line-join": "bevel"},
         "paint": {"line-pattern": "hatch", "line-width-transition": {"duration": 0}}},
    ]);
    let (_, warnings) = Style::parse(&document(&layers)).unwrap();
    let said: Vec<_> = warnings
        .iter()
        .map(|warning| (warning.layer.as_str(), warning.property.as_str()))
        .collect();
    let expected = [
        ("heat", ""),
        ("icons", "layout.icon-image"),
        ("icons", "layout.text-font"),
        ("joins", "layout.line-join"),
        ("joins", "paint.line-pattern"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_style_asks_only_for_what_it_shows_at_a_zoom() {
    let layers = json!([
        {"id": "ground", "type": "background"},
        {"id": "relief", "type": "hillshade", "source": "dem", "maxzoom": 14},
        {"id": "parcels", "type": "fill", "source": "twin", "source-layer": "parcels", "minzoom": 14},
        {"id": "roads", "type": "line", "source": "twin", "source-layer": "roads"},
        {"id": "road-names", "type": "symbol", "source": "twin", "source-layer": "roads"},
        {"id": "plan", "type": "fill", "source": "twin", "source-layer": "plan", "layout": {"visibility": "none"}},
    ]);
    let (style, _) = Style::parse(&document(&layers)).unwrap();
    let low = style.inputs(10.0);
    assert_eq!(
        (low.vector_layers, low.rasters),
        (vec!["roads".to_owned()], vec!["dem".to_owned()])
    );
    let high = style.inputs(14.0);
    assert_eq!(high.vector_layers, ["parcels", "roads"]);
    assert!(high.rasters.is_empty());
}
