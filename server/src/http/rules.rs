//! `/rules`: the legal figures in force on a day, with their sources and whether they were verified.

use axum::{Json, routing::get};
use chrono::{Local, NaiveDate};
use layers::{Rule, RuleBook, RuleError};
use serde::{Deserialize, Serialize};

use crate::{
    error::RequestError,
    http::{
        extract::Asked,
        routes::{Operation, Routes},
    },
};

#[derive(Debug, Deserialize)]
struct Question {
    subject: Option<String>,
    at: Option<String>,
}

#[derive(Debug, Serialize)]
struct InForce {
    at: NaiveDate,
    rules: Vec<&'static Rule>,
}

/// The routes of the rules.
pub fn routes() -> Routes {
    let operation = Operation::get(
        "/rules",
        "Quy tắc pháp lý có hiệu lực, kèm nguồn · Legal figures in force, with their sources",
    )
    .query("subject", "chủ đề, ví dụ air · subject, for example air")
    .query(
        "at",
        "ngày YYYY-MM-DD, mặc định hôm nay · the day, today where none is given",
    );
    Routes::default().on([operation], get(list))
}

async fn list(Asked(question): Asked<Question>) -> Result<Json<InForce>, RequestError> {
    let at = match question.at {
        None => Local::now().date_naive(),
        Some(value) => value.parse().ok().ok_or_else(|| RequestError::Parameter {
            name: "at",
            value,
            expected: "a date, for example 2026-01-01".to_owned(),
        })?,
    };
    let rules = RuleBook::embedded()
        .in_force(question.subject.as_deref(), at)
        .map_err(|error| unknown(&error, question.subject.unwrap_or_default()))?;
    Ok(Json(InForce { at, rules }))
}

fn unknown(error: &RuleError, value: String) -> RequestError {
    RequestError::Parameter {
        name: "subject",
        value,
        expected: error.to_string(),
    }
}
