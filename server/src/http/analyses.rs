//! `/analyses`: what can be asked, with JSON Schemas of the parameters, and asking it.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use engine::analysis::{self, Analysis, AnalysisInfo};
use serde_json::{Value, json};

use crate::{
    error::RequestError,
    http::{
        datetime::OnDay,
        extract::{Address, Body},
        routes::{Operation, Routes},
    },
    jobs::Jobs,
    refusals,
};

/// The routes of analyses.
pub fn routes(jobs: Jobs) -> Routes {
    let listed = Operation::get(
        "/analyses",
        "Các phân tích và tham số · Analyses and their parameters",
    );
    let described = Operation::get("/analyses/{name}", "Một phân tích · One analysis");
    let asked = Operation::post(
        "/analyses/{name}",
        "Chạy phân tích · Run an analysis",
        json!({"type": "object"}),
    )
    .query(OnDay::QUERY.0, OnDay::QUERY.1)
    .answers(202, &["application/json"]);
    Routes::default().on([listed], get(list)).on(
        [described, asked],
        get(describe).merge(post(run).with_state(jobs)),
    )
}

async fn list() -> Json<Vec<AnalysisInfo>> {
    Json(
        analysis::all()
            .iter()
            .map(|analysis| analysis.describe())
            .collect(),
    )
}

async fn describe(Address(name): Address<String>) -> Result<Json<AnalysisInfo>, RequestError> {
    Ok(Json(find(&name)?.describe()))
}

async fn run(
    State(jobs): State<Jobs>,
    Address(name): Address<String>,
    OnDay(day): OnDay,
    Body(parameters): Body<Value>,
) -> Result<Response, RequestError> {
    let analysis = find(&name)?;
    analysis::check(analysis, &parameters).map_err(refusals::of_analysis)?;
    let job = jobs.submit(analysis, parameters, day)?;
    let href = format!("/jobs/{}", job.id);
    let body = Json(json!({"id": job.id, "href": href}));
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, href)], body).into_response())
}

/// The analysis of a name.
///
/// # Errors
/// When there is none; the error names the nearest.
pub fn find(name: &str) -> Result<&'static dyn Analysis, RequestError> {
    analysis::find(name).map_err(refusals::of_analysis)
}
