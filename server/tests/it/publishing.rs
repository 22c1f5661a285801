//! A running server and what other processes publish.

use std::time::{Duration, Instant};

use axum::body::Body;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::fixture::{PATIENCE, TestServer, TestTwin, districts};

/// The next event of a name on a stream, as its data.
async fn next_event(body: &mut axum::body::BodyDataStream, name: &str) -> Value {
    let mut text = String::new();
    loop {
        let chunk = tokio::time::timeout(PATIENCE, body.next())
            .await
            .expect("an event comes")
            .unwrap()
            .unwrap();
        text.push_str(&String::from_utf8_lossy(&chunk));
        while let Some((message, rest)) = text.split_once("\n\n") {
            let data = message
                .split_once("\ndata: ")
                .filter(|(head, _)| *head == format!("event: {name}"));
            if let Some((_, data)) = data {
                return serde_json::from_str(data).unwrap();
            }
            text = rest.to_owned();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_shows_within_a_second_and_is_told_on_the_event_stream() {
    let server = TestServer::new();
    let stream = server.open("/events").await;
    assert_eq!(stream.status(), 200);
    let mut events = Body::into_data_stream(stream.into_body());
    server.home.publish("districts", &districts("Chí Linh"));
    let published = Instant::now();
    let event = next_event(&mut events, "layer").await;
    let waited = published.elapsed();
    assert_eq!(
        (&event["layer"], &event["version"], &event["before"]),
        (&json!("districts"), &json!(2), &json!(1))
    );
    assert!(waited < Duration::from_secs(1), "{waited:?}");
    let body = json!({"query": "SELECT count(*) FROM districts WHERE name = 'Chí Linh'"});
    assert_eq!(
        server.post("/sql", &body).await.ok().json()["rows"][0][0],
        1
    );
    let meta = server.get("/layers/districts").await.ok().json();
    assert_eq!(meta["version"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_told_on_the_event_stream_and_the_stream_ends_with_the_server() {
    let server = TestServer::new();
    let mut events = Body::into_data_stream(server.open("/events").await.into_body());
    server
        .post("/analyses/hot_spots", &json!({"layer": "accidents"}))
        .await;
    let event = next_event(&mut events, "job").await;
    assert_eq!(event["analysis"], "hot_spots");
    server.services.shutdown.request();
    let end = async { while events.next().await.is_some() {} };
    tokio::time::timeout(PATIENCE, end)
        .await
        .expect("the stream ends when the server does");
}

/// Two districts, and one whose corners lie on a line.
fn districts_with_a_flat_one() -> Value {
    let mut districts = districts("Kinh Môn");
    let ring = [
        [106.3, 20.9],
        [106.31, 20.91],
        [106.32, 20.92],
        [106.3, 20.9],
    ];
    let flat = json!({"type": "Feature", "properties": {"name": "Phẳng"},
        "geometry": {"type": "Polygon", "coordinates": [ring]}});
    districts["features"].as_array_mut().unwrap().push(flat);
    districts
}

#[tokio::test]
async fn what_was_set_aside_is_in_sql_on_the_map_and_in_the_list_of_layers() {
    let home = TestTwin::empty();
    home.publish("districts", &districts_with_a_flat_one());
    let server = TestServer::over(home, server::painter::Painter::broken());
    let body =
        json!({"query": "SELECT reason, a_name, count(*) FROM districts_quarantine GROUP BY 1, 2"});
    let rows = server.post("/sql", &body).await.ok().json()["rows"].clone();
    assert_eq!(rows, json!([["zero-area", "Phẳng", 1]]));
    let tile = "/vector/districts_quarantine/10/814/451.mvt";
    assert!(!server.get(tile).await.ok().body.is_empty());
    let listed = server.get("/layers").await.ok().json();
    assert_eq!(listed[1]["notes"]["quarantine_of"], "districts");
    let style = server.get("/styles/topo.json").await.ok().json();
    let drawn = style["layers"].as_array().unwrap();
    let line = drawn
        .iter()
        .find(|layer| layer["source-layer"] == "districts_quarantine");
    assert_eq!(line.unwrap()["paint"]["line-color"], "#e0007a");
}

#[tokio::test]
async fn an_empty_twin_is_served_and_is_not_ready() {
    let server = TestServer::over(TestTwin::empty(), server::painter::Painter::broken());
    assert_eq!(server.get("/layers").await.ok().json(), json!([]));
    server.get("/styles/topo.json").await.ok();
    assert_eq!(server.get("/health").await.ok().json()["ready"], false);
    assert_eq!(server.get("/health/ready").await.status, 503);
}
