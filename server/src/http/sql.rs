//! `/sql`: read-only SQL over every layer.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use engine::{
    CancelToken, Engine, TwinSnapshot, output,
    sql::{self, Answer, SqlLimits, SqlRequest, SqlSchema},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::RequestError,
    http::{
        datetime::OnDay,
        extract::Body,
        media_type,
        routes::{Operation, Routes},
    },
    offload::Offload,
    refusals,
};

/// Time one query may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Memory one query may take, in bytes.
pub const MEMORY_LIMIT_BYTES: usize = 1 << 30;

/// Rows one answer may have; a longer one is cut and says so.
pub const ROW_LIMIT: usize = 100_000;

/// Time on top of [`TIME_LIMIT`] for waiting and for writing the answer.
const GRACE: Duration = Duration::from_secs(20);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    query: String,
    #[serde(default)]
    params: Vec<Value>,
    #[serde(default)]
    format: Format,
    datetime: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    Geojson,
    Csv,
    Arrow,
}

/// The routes of SQL.
pub fn routes(engine: Arc<Engine>, offload: Offload) -> Routes {
    let ask = Operation::post(
        "/sql",
        "Truy vấn SQL chỉ đọc · Read-only SQL",
        schema_of_question(),
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1)
    .answers(
        200,
        &[
            "application/json",
            media_type::GEOJSON,
            media_type::CSV,
            media_type::ARROW,
        ],
    );
    let tables = Operation::get(
        "/sql/schema",
        "Bảng, cột và hàm · Tables, columns and functions",
    );
    Routes::default()
        .on(
            [ask],
            post(query).with_state((Arc::clone(&engine), offload)),
        )
        .on([tables], get(schema).with_state(engine))
}

async fn query(
    State((engine, offload)): State<(Arc<Engine>, Offload)>,
    day: OnDay,
    Body(question): Body<Question>,
) -> Result<Response, RequestError> {
    let day = question.datetime.as_deref().map_or(Ok(day), OnDay::parse)?;
    let snapshot = day.snapshot(&engine, &offload).await?;
    offload
        .run(TIME_LIMIT + GRACE, move |cancel| {
            answer(&snapshot, question, cancel)
        })
        .await?
}

fn answer(
    snapshot: &Arc<TwinSnapshot>,
    question: Question,
    cancel: &CancelToken,
) -> Result<Response, RequestError> {
    let limits = SqlLimits {
        time: TIME_LIMIT,
        memory_bytes: MEMORY_LIMIT_BYTES,
        rows: ROW_LIMIT,
    };
    let request = SqlRequest {
        query: question.query,
        params: question.params,
        limits,
        cancel: cancel.clone(),
    };
    let answer = sql::query(snapshot, &request).map_err(refusals::of_sql)?;
    let (media_type, bytes) = encode(&answer, question.format).map_err(refusals::of_output)?;
    let mut response = ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
    let truncated = HeaderValue::from_static(if answer.truncated { "true" } else { "false" });
    response.headers_mut().insert("x-truncated", truncated);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn encode(answer: &Answer, format: Format) -> Result<(&'static str, Vec<u8>), output::OutputError> {
    Ok(match format {
        Format::Json => (media_type::JSON, output::to_json_table(answer)?),
        Format::Geojson => (media_type::GEOJSON, output::to_geojson(answer)?),
        Format::Csv => (media_type::CSV, output::to_csv(answer)?),
        Format::Arrow => (media_type::ARROW, output::to_arrow_stream(answer)?),
    })
}

async fn schema(State(engine): State<Arc<Engine>>) -> Json<SqlSchema> {
    Json(sql::schema(&engine.snapshot()))
}

fn schema_of_question() -> Value {
    json!({
        "type": "object",
        "required": ["query"],
        "additionalProperties": false,
        "properties": {
            "query": {"type": "string", "example": "SELECT name, area_km2 FROM districts ORDER BY 2 DESC"},
            "params": {"type": "array", "items": {}, "description": "$1, $2, … trong câu truy vấn · in the query"},
            "datetime": {"type": "string", "format": "date", "description": OnDay::QUERY.1},
            "format": {"type": "string", "enum": ["json", "geojson", "csv", "arrow"], "default": "json"},
        },
    })
}
