//! Analyses as jobs: asked, followed, read, cancelled, refused.

use std::time::Instant;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::fixture::{PATIENCE, TestServer};

/// Asks until the job is over.
pub(crate) async fn finished(server: &TestServer, href: &str) -> Value {
    let begun = Instant::now();
    loop {
        let job = server.get(href).await.ok().json();
        if !["queued", "running"].contains(&job["status"].as_str().unwrap()) {
            return job;
        }
        assert!(begun.elapsed() < PATIENCE, "{job}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_analysis_runs_as_a_job_and_its_result_is_read_in_three_formats() {
    let server = TestServer::new();
    let known = server.get("/analyses").await.ok().json();
    assert!(
        known
            .as_array()
            .unwrap()
            .iter()
            .any(|analysis| analysis["name"] == "hot_spots")
    );
    assert!(
        server.get("/analyses/hot_spots").await.ok().json()["parameters"]["properties"].is_object()
    );
    let accepted = server
        .post("/analyses/hot_spots", &json!({"layer": "accidents"}))
        .await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    let href = accepted.json()["href"].as_str().unwrap().to_owned();
    assert_eq!(accepted.header(header::LOCATION), href);
    let job = finished(&server, &href).await;
    assert_eq!(job["status"], "done", "{job}");
    assert_eq!(job["progress"], 1.0);
    assert_eq!(job["result"]["provenance"]["layers"]["accidents"], 1);
    let links = &job["result"]["links"];
    let geojson = server
        .get(links["geojson"].as_str().unwrap())
        .await
        .ok()
        .json();
    let features = geojson["features"].as_array().unwrap().len();
    assert_eq!(job["result"]["feature_count"], features);
    server.get(links["csv"].as_str().unwrap()).await.ok();
    server.get(links["arrow"].as_str().unwrap()).await.ok();
}

#[tokio::test]
async fn parameters_that_break_the_schema_are_refused_at_once() {
    let server = TestServer::new();
    for wrong in [
        json!({"resolution": 99}),
        json!({"resolutoin": 8}),
        json!(["layer"]),
    ] {
        let answer = server.post("/analyses/hot_spots", &wrong).await;
        answer.problem(422);
    }
}

#[tokio::test]
async fn a_job_with_wrong_parameters_fails_with_a_problem_and_has_no_result() {
    let server = TestServer::new();
    let accepted = server
        .post("/analyses/hot_spots", &json!({"layer": "no_such_layer"}))
        .await;
    let href = accepted.json()["href"].as_str().unwrap().to_owned();
    let job = finished(&server, &href).await;
    assert_eq!(job["status"], "failed");
    assert_eq!(job["error"]["status"], 422, "{job}");
    assert!(job["result"].is_null());
    server.get(&format!("{href}/result.csv")).await.problem(409);
    let stop = Request::delete(&href).body(Body::empty()).unwrap();
    assert_eq!(
        server.send(stop).await.ok().json()["status"],
        "failed",
        "what is over stays as it is"
    );
}
