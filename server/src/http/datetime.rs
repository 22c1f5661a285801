//! `datetime=YYYY-MM-DD`: the day a reader asks for. Without it, rows of all times are read.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use chrono::NaiveDate;
use engine::{Engine, TwinSnapshot};
use layers::admin::{BadDay, day};
use serde::Deserialize;

use crate::{error::RequestError, offload::Offload};

/// Time that choosing the rows of a day may take, waiting included.
const DEADLINE: Duration = Duration::from_secs(10);

/// The day in a request's query, if it names one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnDay(pub Option<NaiveDate>);

#[derive(Deserialize)]
struct Named {
    datetime: Option<String>,
}

impl OnDay {
    /// The parameter's name and meaning, for the description of a route.
    pub const QUERY: (&str, &str) = (
        "datetime",
        "ngày YYYY-MM-DD: chỉ các dòng có hiệu lực ngày đó · a day: only the rows that hold on it",
    );

    /// Reads a day.
    ///
    /// # Errors
    /// When the text is none; the error says how a day is written.
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        let named = day(text).map_err(|BadDay { value }| RequestError::Parameter {
            name: Self::QUERY.0,
            value,
            expected: "a day is written YYYY-MM-DD, for example 2025-07-01".to_owned(),
        })?;
        Ok(Self(Some(named)))
    }

    /// The state to read: of the day, or of all times. The rows of a day not at hand are chosen on the CPU threads.
    ///
    /// # Errors
    /// When too much is asked at once, or the rows cannot be put together.
    pub async fn snapshot(
        self,
        engine: &Arc<Engine>,
        offload: &Offload,
    ) -> Result<Arc<TwinSnapshot>, RequestError> {
        let Self(Some(day)) = self else {
            return Ok(engine.snapshot());
        };
        let engine = Arc::clone(engine);
        let dated = offload
            .run(DEADLINE, move |_| engine.snapshot_at(day))
            .await?;
        dated.map_err(|error| RequestError::internal("choose the rows of this day", error))
    }

    /// What an address of the same day ends in: `?datetime=2025-07-01`, or nothing.
    pub fn suffix(self) -> String {
        self.0
            .map_or_else(String::new, |day| format!("?datetime={day}"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OnDay {
    type Rejection = RequestError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, RequestError> {
        let unread = |value: &str, expected: String| RequestError::Parameter {
            name: "the query string",
            value: value.to_owned(),
            expected,
        };
        let query = parts.uri.query().unwrap_or_default();
        let named = Query::<Named>::try_from_uri(&parts.uri)
            .map_err(|rejection| unread(query, rejection.body_text()))?;
        named
            .0
            .datetime
            .as_deref()
            .map_or(Ok(Self(None)), Self::parse)
    }
}
