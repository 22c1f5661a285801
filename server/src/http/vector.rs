//! `/vector`: vector tiles of any layers, and their `TileJSON`. A tile where nothing is answers 200 with no bytes.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
    routing::get,
};

use crate::{
    error::RequestError,
    http::{
        address::{TileName, tile_coord},
        datetime::OnDay,
        extract::Address,
        origin::Origin,
        routes::{Operation, Routes},
        tilejson,
    },
    vector_tiles::VectorTiles,
};

const MVT: &str = "application/vnd.mapbox-vector-tile";

/// The routes of vector tiles.
pub fn routes(tiles: Arc<VectorTiles>) -> Routes {
    let tile_operation = Operation::get(
        "/vector/{layers}/{z}/{x}/{y}.mvt",
        "Ô véc-tơ; rỗng nếu không có gì · Vector tile; empty where nothing is",
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1)
    .answers(200, &[MVT]);
    let described = Operation::get(
        "/vector/{layers}.json",
        "TileJSON của ô véc-tơ · TileJSON of vector tiles",
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1);
    Routes::default()
        .on([tile_operation], get(tile).with_state(Arc::clone(&tiles)))
        .on([described], get(tile_json).with_state(tiles))
}

async fn tile(
    State(tiles): State<Arc<VectorTiles>>,
    Address((layers, z, x, name)): Address<(String, String, String, String)>,
    day: OnDay,
    headers: HeaderMap,
) -> Result<Response, RequestError> {
    let coord = tile_coord(&z, &x, TileName::parse(&name, "mvt")?.y)?;
    let choice = tiles.choose(&layers, day).await?;
    let tag = choice.tag(coord);
    if tag.is_known_to(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.answer(MVT, tiles.mvt(choice, coord).await?))
}

async fn tile_json(
    State(tiles): State<Arc<VectorTiles>>,
    Address(name): Address<String>,
    day: OnDay,
    origin: Origin,
) -> Result<Response, RequestError> {
    let list = tilejson::without_json(&name)?;
    let choice = tiles.choose(list, day).await?;
    let metas: Vec<_> = choice
        .layers
        .iter()
        .map(|layer| Arc::clone(&layer.meta))
        .collect();
    let suffix = day.suffix();
    let template = origin.url(&format!("/vector/{list}/{{z}}/{{x}}/{{y}}.mvt{suffix}"));
    let mut document = tilejson::document(list, &template, &metas);
    document["vector_layers"] = tilejson::vector_layers(&metas);
    Ok(Json(document).into_response())
}
