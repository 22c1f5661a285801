//! `/search`: places by name, with or without diacritics.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State, routing::get};
use chrono::Utc;
use engine::{
    Engine,
    search::{self, Place},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::RequestError,
    http::{
        datetime::OnDay,
        extract::Asked,
        routes::{Operation, Routes},
    },
    offload::Offload,
};

/// Places found at most.
const MAX_RESULTS: usize = 50;

/// Places found when the client does not say.
const DEFAULT_RESULTS: usize = 10;

/// Characters of the text that are looked for.
const MAX_TEXT_CHARS: usize = 200;

/// Time a search may take, waiting included.
const DEADLINE: Duration = Duration::from_secs(5);

#[derive(Debug, Deserialize)]
struct Question {
    q: String,
    limit: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Found {
    results: Vec<Place>,
}

/// The routes of search.
pub fn routes(engine: Arc<Engine>, offload: Offload) -> Routes {
    let operation = Operation::get(
        "/search",
        "Tìm địa danh, không cần dấu · Places by name, diacritics not needed",
    )
    .query("q", "chữ cần tìm · the text looked for")
    .query("limit", "số kết quả, 1–50 · number of results, 1 to 50")
    .query(
        OnDay::QUERY.0,
        "ngày YYYY-MM-DD, mặc định hôm nay · a day, today by default",
    );
    Routes::default().on([operation], get(find).with_state((engine, offload)))
}

async fn find(
    State((engine, offload)): State<(Arc<Engine>, Offload)>,
    Asked(question): Asked<Question>,
    OnDay(day): OnDay,
) -> Result<Json<Found>, RequestError> {
    let limit = question.limit.unwrap_or(DEFAULT_RESULTS);
    if !(1..=MAX_RESULTS).contains(&limit) {
        let expected = format!("a number from 1 to {MAX_RESULTS}");
        return Err(RequestError::Parameter {
            name: "limit",
            value: limit.to_string(),
            expected,
        });
    }
    let text: String = question.q.chars().take(MAX_TEXT_CHARS).collect();
    // Whoever looks for a place means one that is there, unless a day is named.
    let day = OnDay(day.or_else(|| Some(Utc::now().date_naive())));
    let snapshot = day.snapshot(&engine, &offload).await?;
    let results = offload
        .run(DEADLINE, move |_| search::search(&snapshot, &text, limit))
        .await?;
    Ok(Json(Found { results }))
}
