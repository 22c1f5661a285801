//! `/styles`: the styles there are, and their MapLibre documents with absolute URLs.

use std::sync::Arc;

use axum::{Json, extract::State, routing::get};
use serde_json::Value;

use crate::{
    error::RequestError,
    http::{
        extract::Address,
        origin::Origin,
        routes::{Operation, Routes},
        tilejson,
    },
    map_tiles::MapTiles,
    styles::{StyleBook, StyleInfo},
};

/// The routes of styles.
pub fn routes(styles: Arc<StyleBook>, tiles: Arc<MapTiles>) -> Routes {
    let listed = Operation::get("/styles", "Danh sách kiểu bản đồ · The styles there are");
    let document = Operation::get(
        "/styles/{style}.json",
        "Kiểu MapLibre · MapLibre style document",
    );
    Routes::default()
        .on([listed], get(list).with_state(styles))
        .on([document], get(style).with_state(tiles))
}

async fn list(State(styles): State<Arc<StyleBook>>) -> Json<Vec<StyleInfo>> {
    Json(styles.list())
}

async fn style(
    State(tiles): State<Arc<MapTiles>>,
    Address(name): Address<String>,
    origin: Origin,
) -> Result<Json<Value>, RequestError> {
    let style = tiles.style(tilejson::without_json(&name)?).await?;
    let mut document = style.document.clone();
    make_absolute(&mut document, &origin);
    Ok(Json(document))
}

/// Puts the origin before each URL of the style that starts with `/`: glyphs, sprite, and the sources' tiles and data.
fn make_absolute(document: &mut Value, origin: &Origin) {
    let absolute = |value: &mut Value| {
        if let Value::String(url) = value
            && url.starts_with('/')
        {
            *url = origin.url(url);
        }
    };
    for key in ["glyphs", "sprite"] {
        document.get_mut(key).into_iter().for_each(absolute);
    }
    let sources = document.get_mut("sources").and_then(Value::as_object_mut);
    for source in sources.into_iter().flat_map(|sources| sources.values_mut()) {
        for key in ["url", "data"] {
            source.get_mut(key).into_iter().for_each(absolute);
        }
        let tiles = source.get_mut("tiles").and_then(Value::as_array_mut);
        tiles.into_iter().flatten().for_each(absolute);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use serde_json::json;

    use super::*;

    #[test]
    fn only_urls_of_this_server_are_made_absolute() {
        let headers =
            HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("localhost:8080"))]);
        let mut style = json!({
            "glyphs": "/fonts/{fontstack}/{range}.pbf",
            "sources": {
                "twin": {"tiles": ["/vector/roads/{z}/{x}/{y}.mvt"]},
                "other": {"url": "https://example.org/tiles.json"},
            },
            "layers": [{"id": "/not-a-url"}],
        });
        make_absolute(&mut style, &Origin::from_headers(&headers));
        assert_eq!(
            style["glyphs"],
            "http://localhost:8080/fonts/{fontstack}/{range}.pbf"
        );
        assert_eq!(
            style["sources"]["twin"]["tiles"][0],
            "http://localhost:8080/vector/roads/{z}/{x}/{y}.mvt"
        );
        assert_eq!(
            style["sources"]["other"]["url"],
            "https://example.org/tiles.json"
        );
        assert_eq!(style["layers"][0]["id"], "/not-a-url");
    }
}
