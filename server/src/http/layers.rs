//! `/layers`: what the twin has.

use std::sync::Arc;

use axum::{Json, extract::State, routing::get};
use engine::Engine;
use layers::LayerMeta;

use crate::{
    error::RequestError,
    http::{
        extract::Address,
        routes::{Operation, Routes},
    },
    vector_tiles::find_layer,
};

/// The routes of layer descriptions.
pub fn routes(engine: Arc<Engine>) -> Routes {
    let all = Operation::get("/layers", "Mọi lớp của bản sao số · All layers of the twin");
    let one = Operation::get("/layers/{layer}", "Một lớp · One layer");
    Routes::default()
        .on([all], get(list).with_state(Arc::clone(&engine)))
        .on([one], get(layer).with_state(engine))
}

async fn list(State(engine): State<Arc<Engine>>) -> Json<Vec<LayerMeta>> {
    Json(
        engine
            .snapshot()
            .layers
            .values()
            .map(|layer| public(&layer.meta))
            .collect(),
    )
}

async fn layer(
    State(engine): State<Arc<Engine>>,
    Address(name): Address<String>,
) -> Result<Json<LayerMeta>, RequestError> {
    Ok(Json(public(&find_layer(&engine.snapshot(), &name)?.meta)))
}

/// The description without the folders its files came from: a client is told their names, not where we keep them.
fn public(meta: &LayerMeta) -> LayerMeta {
    let mut public = meta.clone();
    for source in &mut public.sources {
        source.path = source.path.file_name().map(Into::into).unwrap_or_default();
    }
    public
}
