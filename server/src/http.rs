//! The HTTP side: what answers where, and what every answer has in common.
//!
//! Each module has its routes with their descriptions and the narrow state their handlers use; handlers read the request,
//! ask one service and shape its answer.

pub mod address;
pub mod analyses;
pub mod catalog;
pub mod datetime;
pub mod etag;
pub mod events;
pub mod extract;
pub mod fonts;
pub mod health;
pub mod jobs;
pub mod layers;
pub mod media_type;
pub mod openapi;
pub mod origin;
pub mod problem;
pub mod raster;
pub mod routes;
pub mod rules;
pub mod search;
pub mod sql;
pub mod styles;
pub mod tilejson;
pub mod tiles;
pub mod vector;
pub mod viewer;

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, Uri, header},
    response::{IntoResponse as _, Response},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{Any as AnyOrigin, CorsLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

use crate::{
    error::RequestError, flight::Flight, http::routes::Routes, offload::panic_message,
    services::Services,
};

/// The largest request body read, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// Where Arrow Flight answers, as its protocol has it.
const FLIGHT_PATH: &str = "/arrow.flight.protocol.FlightService/{method}";

/// All routes of a server, with their descriptions.
pub fn routes(services: &Services) -> Routes {
    let engine = || Arc::clone(&services.engine);
    openapi::describe(
        Routes::default()
            .and(viewer::routes())
            .and(tiles::routes(Arc::clone(&services.map_tiles)))
            .and(vector::routes(Arc::clone(&services.vector_tiles)))
            .and(raster::routes(engine(), services.tile_threads.clone()))
            .and(styles::routes(
                Arc::clone(&services.styles),
                Arc::clone(&services.map_tiles),
            ))
            .and(fonts::routes())
            .and(layers::routes(engine(), services.query_threads.clone()))
            .and(catalog::routes(engine()))
            .and(rules::routes())
            .and(search::routes(engine(), services.query_threads.clone()))
            .and(sql::routes(
                engine(),
                services.query_threads.clone(),
                services.answers.clone(),
            ))
            .and(analyses::routes(services.jobs.clone()))
            .and(jobs::routes(&services.jobs, &services.query_threads))
            .and(events::routes(
                services.events.clone(),
                services.shutdown.clone(),
            ))
            .and(health::routes(engine(), Arc::clone(&services.painter))),
    )
}

/// The router of a server: its routes, and what holds for every answer.
pub fn router(services: &Services) -> Router {
    let always = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let cors = CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods([Method::GET, Method::HEAD])
        .expose_headers([header::ETAG, HeaderName::from_static("x-truncated")]);
    let common = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http().on_failure(()))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "same-origin"))
        .layer(always(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .layer(always(header::CACHE_CONTROL, "no-cache"))
        .layer(cors)
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    let flight = Flight::service(
        Arc::clone(&services.engine),
        services.query_threads.clone(),
        services.answers.clone(),
    );
    routes(services)
        .router
        .route_service(FLIGHT_PATH, flight)
        .method_not_allowed_fallback(wrong_method)
        .fallback(viewer::fallback)
        .layer(common)
}

async fn wrong_method(method: Method, uri: Uri) -> RequestError {
    RequestError::Method {
        method: method.to_string(),
        path: uri.path().to_owned(),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature tower-http asks for"
)]
fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    RequestError::internal("finish this answer", panic_message(panic.as_ref())).into_response()
}
