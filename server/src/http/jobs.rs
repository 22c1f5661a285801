//! `/jobs`: how an analysis stands, stopping it, and what it found.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use engine::output::{Format, encode};

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

/// The routes of jobs.
pub fn routes(jobs: &Jobs, offload: &Offload) -> Routes {
    let stands = Operation::get(
        "/jobs/{id}",
        "Tình trạng và kết quả · How a job stands, and its result",
    );
    let stops = Operation::delete("/jobs/{id}", "Dừng phân tích · Cancel a job");
    let result = |path, file_name, format| {
        let described = Operation::get(path, "Đối tượng của kết quả · Features of a result")
            .answers(200, &[media_type::of(format)]);
        let (jobs, offload) = (jobs.clone(), offload.clone());
        let answer = async move |Address(id): Address<String>| {
            let outcome = jobs.outcome(&id)?;
            let bytes = offload
                .run(DEADLINE, move |_| encode(format, &outcome.layer))
                .await?
                .map_err(refusals::of_output)?;
            Ok::<_, RequestError>(download(media_type::of(format), file_name, bytes))
        };
        Routes::default().on([described], get(answer))
    };
    Routes::default()
        .on(
            [stands, stops],
            get(stand).delete(stop).with_state(jobs.clone()),
        )
        .and(result(
            "/jobs/{id}/result.geojson",
            "result.geojson",
            Format::Geojson,
        ))
        .and(result("/jobs/{id}/result.csv", "result.csv", Format::Csv))
        .and(result(
            "/jobs/{id}/result.arrow",
            "result.arrow",
            Format::Arrow,
        ))
        .and(result(
            "/jobs/{id}/result.parquet",
            "result.parquet",
            Format::Parquet,
        ))
        .and(result(
            "/jobs/{id}/result.fgb",
            "result.fgb",
            Format::Flatgeobuf,
        ))
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
