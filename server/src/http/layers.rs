//! `/layers`: what the twin has.

use std::sync::Arc;

use axum::{Json, extract::State, routing::get};
use engine::Engine;
use layers::LayerMeta;

use crate::{
    error::RequestError,
    http::{
        datetime::OnDay,
        extract::Address,
        routes::{Operation, Routes},
    },
    offload::Offload,
    vector_tiles::find_layer,
};

/// The routes of layer descriptions.
pub fn routes(engine: Arc<Engine>, offload: Offload) -> Routes {
    let (name, meaning) = OnDay::QUERY;
    let all = Operation::get("/layers", "Mọi lớp của bản sao số · All layers of the twin")
        .query(name, meaning);
    let one = Operation::get("/layers/{layer}", "Một lớp · One layer").query(name, meaning);
    let state = (engine, offload);
    Routes::default()
        .on([all], get(list).with_state(state.clone()))
        .on([one], get(layer).with_state(state))
}

async fn list(
    State((engine, offload)): State<(Arc<Engine>, Offload)>,
    day: OnDay,
) -> Result<Json<Vec<LayerMeta>>, RequestError> {
    let snapshot = day.snapshot(&engine, &offload).await?;
    let metas = snapshot.layers.values().map(|layer| public(&layer.meta));
    Ok(Json(metas.collect()))
}

async fn layer(
    State((engine, offload)): State<(Arc<Engine>, Offload)>,
    Address(name): Address<String>,
    day: OnDay,
) -> Result<Json<LayerMeta>, RequestError> {
    let snapshot = day.snapshot(&engine, &offload).await?;
    Ok(Json(public(&find_layer(&snapshot, &name)?.meta)))
}

/// The description without the folders its files came from: a client is told their names, not where we keep them.
fn public(meta: &LayerMeta) -> LayerMeta {
    let mut public = meta.clone();
    for source in &mut public.sources {
        source.path = source.path.file_name().map(Into::into).unwrap_or_default();
    }
    public
}
