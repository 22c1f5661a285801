//! Everything that is asked wrongly gets a problem document.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use crate::fixture::{TILE, TestServer};

#[tokio::test]
async fn an_unknown_layer_names_the_nearest() {
    let server = TestServer::new();
    let problem = server
        .get(&format!("/vector/distrcts/{TILE}.mvt"))
        .await
        .problem(404);
    assert_eq!(problem["nearest"], "districts");
    server
        .get("/vector/districts,nothing_like_it.json")
        .await
        .problem(404);
    server.get("/layers/Road-s").await.problem(404);
}

#[tokio::test]
async fn tiles_that_do_not_exist_are_refused() {
    let server = TestServer::new();
    for path in [
        "/tiles/topo/23/0/0.png",
        "/tiles/topo/1/2/0.png",
        "/tiles/topo/a/b/c.png",
        "/tiles/topo/1/0/0.webp",
        "/vector/districts/1/-1/0.mvt",
        "/vector/districts/1/0/0.png",
    ] {
        server.get(path).await.problem(400);
    }
    let problem = server.get("/tiles/top/1/0/0.png").await.problem(404);
    assert_eq!(problem["nearest"], "topo");
}

#[tokio::test]
async fn pages_methods_and_bodies_that_do_not_fit_are_told_so() {
    let server = TestServer::new();
    server.get("/no/such/page").await.problem(404);
    server.get("/index.html").await.problem(404);
    server.get("/..%2f..%2fetc/passwd").await.problem(404);
    server.get("/sql").await.problem(405);
    server.post("/layers", &json!({})).await.problem(405);
    server
        .post("/sql", &json!({"query": "SELECT 1", "extra": true}))
        .await
        .problem(422);
    let send = async |content_type: &str, body: Vec<u8>| {
        let request = Request::post("/sql").header(header::CONTENT_TYPE, content_type);
        server.send(request.body(Body::from(body)).unwrap()).await
    };
    send("application/json", b"{".to_vec()).await.problem(400);
    send("text/plain", b"SELECT 1".to_vec()).await.problem(415);
    send("application/json", vec![b' '; 2 << 20])
        .await
        .problem(413);
    server.get("/search").await.problem(400);
    server.get("/search?q=x&limit=1000").await.problem(400);
    server.get("/jobs/nothing").await.problem(404);
    server
        .post("/analyses/hot_spot", &json!({}))
        .await
        .problem(404);
    server.get("/raster/districts/1/0/0.png").await.problem(422);
}

#[tokio::test]
async fn answers_carry_security_headers_and_only_reading_is_open_to_other_sites() {
    let server = TestServer::new();
    let origin = [(header::ORIGIN, "https://ioc.example")];
    let layers = server.get_with("/layers", &origin).await.ok();
    assert_eq!(layers.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(layers.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    let preflight = Request::options("/sql")
        .header(header::ORIGIN, "https://ioc.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .body(Body::empty())
        .unwrap();
    let preflight = server.send(preflight).await;
    assert_eq!(preflight.status, StatusCode::OK);
    assert!(
        !preflight
            .header(header::ACCESS_CONTROL_ALLOW_METHODS)
            .contains("POST")
    );
    let viewer = server.get("/").await.ok();
    assert!(
        viewer
            .header(header::CONTENT_SECURITY_POLICY)
            .contains("frame-ancestors 'self'")
    );
    let embed = server.get("/embed").await.ok();
    assert!(
        embed
            .header(header::CONTENT_SECURITY_POLICY)
            .contains("frame-ancestors *")
    );
}
