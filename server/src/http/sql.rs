//! `/sql`: read-only SQL over every layer.

mod asking;

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body as ResponseBody,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use engine::{
    CancelToken, Engine,
    output::Format,
    sql::{self, SqlParameters, SqlSchema},
};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::asking::Asking;
use crate::{
    answers::{Answers, Encoded, Question},
    error::RequestError,
    http::{
        datetime::OnDay,
        media_type,
        routes::{Operation, Routes},
    },
    offload::Offload,
    own_tables::{self, Unwatched},
    refusals,
};

/// Time that reading the files of a question may take, waiting included.
const FILES_DEADLINE: Duration = Duration::from_secs(60);

/// Every form an answer can have.
const FORMATS: [Format; 6] = [
    Format::Json,
    Format::Geojson,
    Format::Csv,
    Format::Arrow,
    Format::Parquet,
    Format::Flatgeobuf,
];

#[derive(Clone, Debug)]
struct Sql {
    engine: Arc<Engine>,
    threads: Offload,
    answers: Answers,
}

/// The routes of SQL.
pub fn routes(engine: Arc<Engine>, threads: Offload, answers: Answers) -> Routes {
    let ask = Operation::post(
        "/sql",
        "Truy vấn SQL chỉ đọc; kèm tệp GeoParquet trong biểu mẫu · Read-only SQL; with GeoParquet files as a form",
        schema_of_question(),
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1)
    .answers(200, &FORMATS.map(media_type::of));
    let tables = Operation::get(
        "/sql/schema",
        "Bảng, cột và hàm · Tables, columns and functions",
    );
    let sql = Sql {
        engine: Arc::clone(&engine),
        threads,
        answers,
    };
    Routes::default()
        .on([ask], post(query).with_state(sql))
        .on([tables], get(schema).with_state(engine))
}

async fn query(
    State(sql): State<Sql>,
    day: OnDay,
    asking: Asking,
) -> Result<Response, RequestError> {
    let Asking {
        asked,
        tables,
        folder,
    } = asking;
    let day = asked.datetime.as_deref().map_or(Ok(day), OnDay::parse)?;
    let mut snapshot = day.snapshot(&sql.engine, &sql.threads).await?;
    if !tables.is_empty() {
        let read = move |cancel: &CancelToken| {
            let beside = own_tables::beside(&snapshot, &tables, &Unwatched(cancel.clone()));
            beside
                .map_err(|error| refusals::of_own_table(error, folder.as_ref().map(TempDir::path)))
        };
        snapshot = sql.threads.run(FILES_DEADLINE, read).await??;
    }
    let question = Question {
        snapshot,
        query: asked.query,
        params: SqlParameters::from_json(&asked.params).map_err(refusals::of_sql)?,
    };
    let Encoded {
        ending,
        begun,
        rest,
    } = sql.answers.encoded(question, asked.format).await?;
    let body = match rest {
        None => ResponseBody::from(begun),
        Some(rest) => {
            let rest = rest.inspect(|part| {
                if let Err(error) = part {
                    error.log();
                }
            });
            ResponseBody::from_stream(stream::iter([Ok(begun)]).chain(rest))
        }
    };
    let headers = [
        (header::CONTENT_TYPE, media_type::of(asked.format)),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = (headers, body).into_response();
    let truncated = if ending.truncated { "true" } else { "false" };
    let headers = response.headers_mut();
    headers.insert("x-truncated", HeaderValue::from_static(truncated));
    let timing = ending.metrics.map(|metrics| {
        let millis = |micros| Duration::from_micros(micros).as_secs_f64() * 1e3;
        let (plan, run) = (millis(metrics.planning_us), millis(metrics.execution_us));
        format!("plan;dur={plan}, run;dur={run}")
    });
    if let Some(timing) = timing.and_then(|timing| HeaderValue::try_from(timing).ok()) {
        headers.insert("server-timing", timing);
    }
    Ok(response)
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
            "format": {"type": "string", "enum": FORMATS, "default": Format::default()},
        },
    })
}
