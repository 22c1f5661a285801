//! `/raster`: pixels of a raster layer as PNG, elevation in Terrarium encoding for hillshading, classes in colours.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, http::HeaderMap, response::Response, routing::get};
use engine::{
    Engine,
    tiles::{Resampling, resample},
};
use render::raster_png;

use crate::{
    error::{Refusal, RequestError},
    http::{
        address::{TileName, tile_coord},
        etag::Fingerprint,
        extract::Address,
        routes::{Operation, Routes},
    },
    offload::Offload,
    vector_tiles::find_layer,
};

const PNG: &str = "image/png";

/// Side of a tile in pixels.
const SIZE_PX: usize = 256;

/// Time a tile may take, waiting included.
const DEADLINE: Duration = Duration::from_secs(20);

/// The routes of raster layers.
pub fn routes(engine: Arc<Engine>, offload: Offload) -> Routes {
    let operation = Operation::get(
        "/raster/{layer}/{z}/{x}/{y}.png",
        "Ô của lớp raster: độ cao mã Terrarium, lớp phủ theo màu · Raster layer: elevation as Terrarium, classes as colours",
    )
    .answers(200, &[PNG]);
    Routes::default().on([operation], get(tile).with_state((engine, offload)))
}

async fn tile(
    State((engine, offload)): State<(Arc<Engine>, Offload)>,
    Address((name, z, x, file)): Address<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, RequestError> {
    let coord = tile_coord(&z, &x, TileName::parse(&file, "png")?.y)?;
    let layer = find_layer(&engine.snapshot(), &name)?;
    let Some(raster) = layer.raster().map(Arc::clone) else {
        let detail = format!("layer {name} is not a raster: read it at /vector/{name}/Z/X/Y.mvt");
        return Err(RequestError::Refused {
            what: Refusal::Kind,
            detail,
        });
    };
    let tag = Fingerprint::new("raster")
        .with_layer(&layer.meta)
        .with(coord)
        .strong();
    if tag.is_known_to(&headers) {
        return Ok(tag.not_modified());
    }
    let png = offload.run(DEADLINE, move |_| {
        let resampling = Resampling::suited_to(&raster);
        let tile = resample(&raster, coord, SIZE_PX, resampling);
        match resampling {
            Resampling::Nearest => raster_png::classes(&tile),
            Resampling::Bilinear => raster_png::terrarium(&tile),
        }
    });
    Ok(tag.answer(PNG, png.await?))
}
