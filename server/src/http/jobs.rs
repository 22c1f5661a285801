//! `/jobs`: how an analysis stands, stopping it, and what it found.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get},
};
use engine::{analysis::Outcome, output};

use crate::{
    error::RequestError,
    http::{
        extract::Address,
        media_type,
        routes::{Operation, Routes},
    },
    jobs::{JobView, Jobs},
    offload::Offload,
    refusals,
};

/// Time writing a result may take, waiting included.
const DEADLINE: Duration = Duration::from_secs(60);

/// How a result is written.
type Encode = fn(&Outcome) -> Result<Vec<u8>, output::OutputError>;

/// The routes of jobs.
pub fn routes(jobs: &Jobs, offload: &Offload) -> Routes {
    let stands = Operation::get(
        "/jobs/{id}",
        "Tình trạng và kết quả · How a job stands, and its result",
    );
    let stops = Operation::delete("/jobs/{id}", "Dừng phân tích · Cancel a job");
    let result = |path, media_type| {
        Operation::get(path, "Đối tượng của kết quả · Features of a result")
            .answers(200, &[media_type])
    };
    let on_result =
        |media_type: &'static str, file_name: &'static str, encode: Encode| -> MethodRouter {
            let (jobs, offload) = (jobs.clone(), offload.clone());
            get(async move |Address(id): Address<String>| {
                let outcome = jobs.outcome(&id)?;
                let bytes = offload
                    .run(DEADLINE, move |_| encode(&outcome))
                    .await?
                    .map_err(refusals::of_output)?;
                Ok::<_, RequestError>(download(media_type, file_name, bytes))
            })
        };
    Routes::default()
        .on(
            [stands, stops],
            get(stand).delete(stop).with_state(jobs.clone()),
        )
        .on(
            [result("/jobs/{id}/result.geojson", media_type::GEOJSON)],
            on_result(media_type::GEOJSON, "result.geojson", |outcome| {
                output::to_geojson(&outcome.layer)
            }),
        )
        .on(
            [result("/jobs/{id}/result.csv", media_type::CSV)],
            on_result(media_type::CSV, "result.csv", |outcome| {
                output::to_csv(&outcome.layer)
            }),
        )
        .on(
            [result("/jobs/{id}/result.arrow", media_type::ARROW)],
            on_result(media_type::ARROW, "result.arrow", |outcome| {
                output::to_arrow_stream(&outcome.layer)
            }),
        )
}

async fn stand(
    State(jobs): State<Jobs>,
    Address(id): Address<String>,
) -> Result<Json<JobView>, RequestError> {
    Ok(Json(jobs.view(&id)?))
}

async fn stop(
    State(jobs): State<Jobs>,
    Address(id): Address<String>,
) -> Result<Json<JobView>, RequestError> {
    Ok(Json(jobs.cancel(&id)?))
}

fn download(media_type: &'static str, file_name: &str, bytes: Vec<u8>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
    if let Ok(disposition) = HeaderValue::try_from(format!("inline; filename=\"{file_name}\"")) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
