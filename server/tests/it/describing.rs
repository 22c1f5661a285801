//! What the server says of itself: layers, search, health, the `OpenAPI` description.

use serde_json::Value;

use crate::fixture::{TILE, TestServer};

#[tokio::test]
async fn layers_are_listed_without_the_folders_of_their_files() {
    let server = TestServer::new();
    let reply = server.get("/layers").await.ok();
    let layers = reply.json();
    assert_eq!(layers.as_array().unwrap().len(), 4);
    let districts = layers
        .as_array()
        .unwrap()
        .iter()
        .find(|layer| layer["id"] == "districts")
        .unwrap();
    assert_eq!(
        districts["kind"],
        serde_json::json!({"kind": "vector", "geometry": "polygon"})
    );
    assert_eq!(districts["sources"][0]["path"], "districts.geojson");
    assert_eq!(
        (&districts["synthetic"], &districts["feature_count"]),
        (&true.into(), &2.into())
    );
}

#[tokio::test]
async fn places_are_found_without_diacritics() {
    let server = TestServer::new();
    let found = server.get("/search?q=kinh%20mon").await.ok().json();
    assert_eq!(found["results"][0]["name"], "Kinh Môn", "{found}");
    assert_eq!(found["results"][0]["layer"], "districts");
    assert_eq!(
        server.get("/search?q=zzzz").await.ok().json()["results"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn health_tells_layers_and_renderer() {
    let server = TestServer::new();
    let health = server.get("/health").await.ok().json();
    assert_eq!(
        (&health["status"], &health["ready"], &health["layers"]),
        (&"live".into(), &true.into(), &4.into())
    );
    assert_eq!(health["renderer"]["ready"], false);
    server.get("/health/ready").await.ok();
}

/// A path of the description with its parameters filled in.
fn filled(path: &str) -> String {
    let [z, x, y] = TILE.split('/').collect::<Vec<_>>().try_into().unwrap();
    [
        ("{style}", "topo"),
        ("{layers}", "districts"),
        ("{layer}", "districts"),
        ("{name}", "hot_spots"),
        ("{id}", "none"),
        ("{fontstack}", "none"),
        ("{range}", "0-255"),
        ("{z}", z),
        ("{x}", x),
        ("{y}", y),
    ]
    .iter()
    .fold(path.to_owned(), |path, (from, to)| path.replace(from, to))
}

#[tokio::test]
async fn every_route_is_described_and_every_description_is_routed() {
    let server = TestServer::new();
    let api = server.get("/api").await.ok().json();
    assert_eq!(api["openapi"], "3.0.3");
    let operations = server::http::routes(&server.services).operations;
    let described: usize = api["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|path| path.as_object().unwrap().len())
        .sum();
    assert_eq!(
        described,
        operations.len(),
        "each operation has its own method and path"
    );
    for operation in operations {
        let method =
            axum::http::Method::from_bytes(operation.method.to_uppercase().as_bytes()).unwrap();
        let request = axum::http::Request::builder()
            .method(method)
            .uri(filled(operation.path));
        let response = server
            .open_request(request.body(axum::body::Body::empty()).unwrap())
            .await;
        let is_unrouted = response.status() == 405 || is_no_page(response).await;
        assert!(!is_unrouted, "{} {}", operation.method, operation.path);
        let about = &api["paths"][operation.path][operation.method];
        assert!(
            about["summary"].as_str().unwrap().contains(" · ")
                && about["responses"]["default"].is_object()
        );
    }
}

async fn is_no_page(response: axum::response::Response) -> bool {
    if response.status() != 404 {
        return false;
    }
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    problem["detail"]
        .as_str()
        .unwrap()
        .starts_with("nothing answers")
}
