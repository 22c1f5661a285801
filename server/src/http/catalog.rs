//! `/catalog`: the records of all layers, as OGC API Records.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use chrono::Utc;
use engine::Engine;
use layers::{LayerMeta, catalog};

use crate::http::{
    origin::Origin,
    routes::{Operation, Routes},
};

const GEOJSON: &str = "application/geo+json";

/// The routes of the catalog.
pub fn routes(engine: Arc<Engine>) -> Routes {
    let operation = Operation::get(
        "/catalog",
        "Danh mục lớp: cơ quan, mức chia sẻ, độ mới · Catalog of layers: owner, sharing, freshness",
    )
    .answers(200, &[GEOJSON]);
    Routes::default().on([operation], get(list).with_state(engine))
}

async fn list(State(engine): State<Arc<Engine>>, origin: Origin) -> Response {
    let snapshot = engine.snapshot();
    let metas: Vec<LayerMeta> = snapshot
        .layers
        .values()
        .map(|layer| layer.meta.as_ref().clone())
        .collect();
    let records = catalog::records(&metas, Utc::now(), Some(&origin.url("")));
    let media_type = HeaderValue::from_static(GEOJSON);
    ([(header::CONTENT_TYPE, media_type)], Json(records)).into_response()
}
