//! `/tiles`: raster tiles of a style, and their `TileJSON`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};

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
    map_tiles::{MapTiles, Scale},
};

const PNG: &str = "image/png";

/// The routes of raster tiles.
pub fn routes(tiles: Arc<MapTiles>) -> Routes {
    let plain = Operation::get(
        "/tiles/{style}/{z}/{x}/{y}.png",
        "Ô ảnh 256 px · Raster tile, 256 px",
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1)
    .answers(200, &[PNG]);
    let retina = Operation::get(
        "/tiles/{style}/{z}/{x}/{y}@2x.png",
        "Ô ảnh 512 px · Raster tile, 512 px",
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1)
    .answers(200, &[PNG]);
    let described = Operation::get(
        "/tiles/{style}.json",
        "TileJSON của ô ảnh · TileJSON of raster tiles",
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1);
    Routes::default()
        .on([plain, retina], get(tile).with_state(Arc::clone(&tiles)))
        .on([described], get(tile_json).with_state(tiles))
}

async fn tile(
    State(tiles): State<Arc<MapTiles>>,
    Address((style, z, x, name)): Address<(String, String, String, String)>,
    day: OnDay,
    headers: HeaderMap,
) -> Result<Response, RequestError> {
    let name = TileName::parse(&name, "png")?;
    let scale = if name.doubled {
        Scale::Retina
    } else {
        Scale::Plain
    };
    let coord = tile_coord(&z, &x, name.y)?;
    let plan = tiles.plan(&style, (coord, scale), day).await?;
    let tag = plan.tag();
    if tag.is_known_to(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.answer(PNG, tiles.png(plan).await?))
}

async fn tile_json(
    State(tiles): State<Arc<MapTiles>>,
    Address(name): Address<String>,
    day: OnDay,
    origin: Origin,
) -> Result<Response, RequestError> {
    let style = tilejson::without_json(&name)?;
    tiles.style(style).await?;
    let suffix = day.suffix();
    let template = origin.url(&format!("/tiles/{style}/{{z}}/{{x}}/{{y}}.png{suffix}"));
    let mut document: Value = tilejson::document(style, &template, &tiles.metas());
    document["format"] = json!("png");
    Ok(Json(document).into_response())
}
