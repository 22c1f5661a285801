//! Extractors whose refusals are problem documents: path, query and JSON body.

use axum::{
    extract::{FromRequest, FromRequestParts, Json, Path, Query, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::error::RequestError;

/// Parts of the address.
#[derive(Debug)]
pub struct Address<T>(pub T);

/// What follows `?` in the address.
#[derive(Debug)]
pub struct Asked<T>(pub T);

/// A JSON body, sent as `application/json`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Address<T> {
    type Rejection = RequestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RequestError> {
        let path = parts.uri.path().to_owned();
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => {
                tracing::debug!(%rejection, "path refused");
                Err(RequestError::NoPage { path })
            }
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = RequestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RequestError> {
        let value = parts.uri.query().unwrap_or_default().to_owned();
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(RequestError::Parameter {
                name: "the query string",
                value,
                expected: rejection.body_text(),
            }),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = RequestError;

    async fn from_request(request: Request, state: &S) -> Result<Self, RequestError> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(RequestError::Body {
                status: rejection.status(),
                detail: rejection.body_text(),
            }),
        }
    }
}
