//! Raster and vector tiles, styles and `TileJSON`.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::fixture::{TILE, TestServer};

/// Width and height in a PNG's first chunk.
fn png_size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "the PNG signature");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn a_raster_tile_is_a_png_of_its_size_and_equals_itself() {
    let Some(server) = TestServer::with_painter() else {
        return;
    };
    let plain = server.get(&format!("/tiles/topo/{TILE}.png")).await.ok();
    assert_eq!(plain.header(header::CONTENT_TYPE), "image/png");
    assert_eq!(png_size(&plain.body), (256, 256));
    let doubled = server.get(&format!("/tiles/topo/{TILE}@2x.png")).await.ok();
    assert_eq!(png_size(&doubled.body), (512, 512));
    assert_ne!(plain.header(header::ETAG), doubled.header(header::ETAG));
    assert_eq!(
        server.get(&format!("/tiles/topo/{TILE}.png")).await.body,
        plain.body
    );
    let elsewhere = server.get("/tiles/topo/3/0/0.png").await.ok();
    assert_eq!(
        png_size(&elsewhere.body),
        (256, 256),
        "outside the province there is still a background"
    );
}

#[tokio::test]
async fn a_client_that_has_the_tile_gets_304_until_a_layer_of_it_changes() {
    let Some(server) = TestServer::with_painter() else {
        return;
    };
    let path = format!("/tiles/topo/{TILE}.png");
    let first = server.get(&path).await.ok();
    let tag = first.header(header::ETAG).to_owned();
    assert!(tag.starts_with('"'), "a strong tag");
    let again = server
        .get_with(&path, &[(header::IF_NONE_MATCH, &tag)])
        .await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert!(again.body.is_empty());
    server
        .home
        .publish("districts", &crate::fixture::districts("Chí Linh"));
    server.services.engine.refresh().unwrap();
    let changed = server
        .get_with(&path, &[(header::IF_NONE_MATCH, &tag)])
        .await
        .ok();
    assert_ne!(changed.header(header::ETAG), tag);
}

#[tokio::test]
async fn without_a_graphics_device_raster_tiles_say_what_to_install_and_the_rest_is_served() {
    let server = TestServer::new();
    let problem = server
        .get(&format!("/tiles/topo/{TILE}.png"))
        .await
        .problem(503);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("mesa-vulkan-drivers")
    );
    server
        .get(&format!("/vector/districts/{TILE}.mvt"))
        .await
        .ok();
    server.get("/styles/topo.json").await.ok();
}

#[tokio::test]
async fn a_vector_tile_has_the_layers_asked_for_and_is_empty_elsewhere() {
    let server = TestServer::new();
    let tile = server
        .get(&format!("/vector/districts,roads/{TILE}.mvt"))
        .await
        .ok();
    assert_eq!(
        tile.header(header::CONTENT_TYPE),
        "application/vnd.mapbox-vector-tile"
    );
    let has = |text: &str| {
        tile.body
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(has("districts") && has("roads") && has("Nam Sách"));
    let tag = tile.header(header::ETAG).to_owned();
    let again = server
        .get_with(
            &format!("/vector/districts,roads/{TILE}.mvt"),
            &[(header::IF_NONE_MATCH, &tag)],
        )
        .await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let gzip = [(header::ACCEPT_ENCODING, "gzip")];
    let packed = server
        .get_with(&format!("/vector/districts,roads/{TILE}.mvt"), &gzip)
        .await
        .ok();
    assert_eq!(packed.header(header::CONTENT_ENCODING), "gzip");
    let elsewhere = server.get("/vector/districts/10/0/0.mvt").await.ok();
    assert!(elsewhere.body.len() < 32, "nothing is there");
}

#[tokio::test]
async fn tile_json_says_where_what_and_that_the_data_is_made_up() {
    let server = TestServer::new();
    let vector = server
        .get("/vector/districts,schools.json")
        .await
        .ok()
        .json();
    assert_eq!(vector["tilejson"], "3.0.0");
    assert_eq!(
        vector["tiles"][0],
        "http://localhost:8080/vector/districts,schools/{z}/{x}/{y}.mvt"
    );
    assert_eq!(vector["vector_layers"][0]["id"], "districts");
    assert_eq!(vector["vector_layers"][0]["fields"]["area_km2"], "Number");
    let west = vector["bounds"][0].as_f64().unwrap();
    assert!((west - 106.25).abs() < 1e-6);
    assert!(vector["attribution"].as_str().unwrap().contains("tổng hợp"));
    let raster = server.get("/tiles/topo.json").await.ok().json();
    assert_eq!(
        raster["tiles"][0],
        "http://localhost:8080/tiles/topo/{z}/{x}/{y}.png"
    );
}

#[tokio::test]
async fn a_host_that_is_no_host_never_gets_into_a_document() {
    let server = TestServer::new();
    let style = server
        .get_with("/styles/topo.json", &[(header::HOST, "evil\"/<x>")])
        .await
        .ok();
    assert!(!String::from_utf8_lossy(&style.body).contains("evil"));
    let raster = server
        .get_with("/tiles/topo.json", &[(header::HOST, "a@b/c")])
        .await
        .ok()
        .json();
    assert_eq!(raster["tiles"][0], "/tiles/topo/{z}/{x}/{y}.png");
}

#[tokio::test]
async fn a_style_of_the_twins_own_is_listed_served_and_read_again_when_it_changes() {
    let server = TestServer::new();
    let styles = server.home.dir().join("styles");
    std::fs::create_dir_all(&styles).unwrap();
    let document = |colour: &str| {
        json!({"version": 8, "sources": {"twin": {"type": "vector", "tiles": ["/vector/districts/{z}/{x}/{y}.mvt"]}},
               "layers": [{"id": "ground", "type": "background", "paint": {"background-color": colour}}]})
    };
    std::fs::write(styles.join("plain.json"), document("#fff").to_string()).unwrap();
    let listed = server.get("/styles").await.ok().json();
    let ids: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|style| &style["id"])
        .collect();
    assert_eq!(ids, ["topo", "plain"]);
    let served = server.get("/styles/plain.json").await.ok().json();
    assert_eq!(
        served["sources"]["twin"]["tiles"][0],
        "http://localhost:8080/vector/districts/{z}/{x}/{y}.mvt"
    );
    server.get("/styles/plane.json").await.problem(404);
    std::fs::write(styles.join("plain.json"), document("#123456").to_string()).unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(styles.join("plain.json"))
        .unwrap();
    file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(2))
        .unwrap();
    let changed = server.get("/styles/plain.json").await.ok().json();
    assert_eq!(changed["layers"][0]["paint"]["background-color"], "#123456");
}

#[tokio::test]
async fn glyphs_come_by_ranges_of_256() {
    let server = TestServer::new();
    let style = server.get("/styles/topo.json").await.ok().json();
    assert!(
        style["glyphs"]
            .as_str()
            .unwrap()
            .starts_with("http://localhost:8080/fonts/")
    );
    let glyphs = server
        .get("/fonts/Noto%20Sans%20Regular/7680-7935.pbf")
        .await
        .ok();
    assert!(!glyphs.body.is_empty());
    server
        .get("/fonts/Noto%20Sans%20Regular/1-256.pbf")
        .await
        .problem(400);
}
