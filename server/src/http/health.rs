//! `/health`: whether the server lives, and whether it is ready to answer.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use engine::Engine;
use serde_json::{Value, json};

use crate::{
    http::routes::{Operation, Routes},
    painter::Painter,
};

/// The routes of health.
pub fn routes(engine: Arc<Engine>, painter: Arc<Painter>) -> Routes {
    let live = Operation::get(
        "/health",
        "Máy chủ sống, lớp và thiết bị vẽ · Liveness, layers and renderer",
    );
    let ready = Operation::get(
        "/health/ready",
        "200 nếu sẵn sàng, 503 nếu chưa · 200 when ready, else 503",
    );
    let state = (engine, painter);
    Routes::default()
        .on([live], get(health).with_state(state.clone()))
        .on([ready], get(readiness).with_state(state))
}

async fn health(State((engine, painter)): State<(Arc<Engine>, Arc<Painter>)>) -> Json<Value> {
    Json(report(&engine, &painter).1)
}

async fn readiness(State((engine, painter)): State<(Arc<Engine>, Arc<Painter>)>) -> Response {
    let (ready, report) = report(&engine, &painter);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(report)).into_response()
}

/// Ready means that at least one layer is served and none failed to load. A missing renderer is reported, not fatal.
fn report(engine: &Engine, painter: &Painter) -> (bool, Value) {
    let snapshot = engine.snapshot();
    let ready = !snapshot.layers.is_empty() && snapshot.failures.is_empty();
    let failed: Vec<&str> = snapshot
        .failures
        .keys()
        .map(layers::LayerId::as_str)
        .collect();
    let report = json!({
        "status": "live",
        "ready": ready,
        "version": env!("CARGO_PKG_VERSION"),
        "layers": snapshot.layers.len(),
        "layers_failed": failed,
        "publication": snapshot.publication,
        "renderer": painter.state(),
    });
    (ready, report)
}
