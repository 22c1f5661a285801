//! A question as it comes: JSON, or a form of JSON and the asker's own files.

use std::io::Write as _;

use axum::{
    Json,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::Field},
    http::{HeaderMap, StatusCode, header},
};
use engine::output::Format;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::{error::RequestError, http::extract::Body, own_tables::OwnTable};

/// Bytes of all files of a question.
const MOST_FILE_BYTES: usize = 64 << 20;

/// Files of a question.
const MOST_FILES: usize = 8;

/// The part of a form that is the question.
const QUESTION: &str = "question";

/// What a form should be, for whoever sent another.
const FORM: &str = "a form has the part \"question\" with the JSON that would be the body, and a GeoParquet file in a part by the name of its table";

/// What `POST /sql` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) query: String,
    #[serde(default)]
    pub(super) params: Vec<Value>,
    #[serde(default)]
    pub(super) format: Format,
    pub(super) datetime: Option<String>,
}

/// A question and the files that came with it, which are gone with this.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) asked: Asked,
    pub(super) tables: Vec<OwnTable>,
    pub(super) folder: Option<TempDir>,
}

impl<S: Send + Sync> FromRequest<S> for Asking {
    type Rejection = RequestError;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, RequestError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
        if !is_form {
            let Body(asked) = Body::from_request(request, state).await?;
            return Ok(Self {
                asked,
                tables: Vec::new(),
                folder: None,
            });
        }
        if is_from_elsewhere(request.headers()) {
            return Err(bad(
                StatusCode::FORBIDDEN,
                "a page of another site may not send files here",
            ));
        }
        DefaultBodyLimit::max(MOST_FILE_BYTES).apply(&mut request);
        let form = Multipart::from_request(request, state).await;
        read(form.map_err(|rejection| bad(rejection.status(), rejection.body_text()))?).await
    }
}

/// Whether a browser says that a page of another site sends this: it would send a form without asking us first.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let Some(origin) = text(header::ORIGIN) else {
        return false;
    };
    let host = text(header::HOST).unwrap_or_default();
    origin
        .split_once("://")
        .is_none_or(|(_, origin)| origin != host)
}

async fn read(mut form: Multipart) -> Result<Asking, RequestError> {
    let folder = tempfile::tempdir();
    let folder = folder.map_err(|error| RequestError::internal("keep a file", error))?;
    let (mut asked, mut tables) = (None, Vec::new());
    let broken =
        |error: axum::extract::multipart::MultipartError| bad(error.status(), error.body_text());
    while let Some(part) = form.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == QUESTION {
            let bytes = part.bytes().await.map_err(broken)?;
            let question = Json::from_bytes(&bytes);
            let Json(question) =
                question.map_err(|error| bad(error.status(), error.body_text()))?;
            asked = Some(question);
        } else if tables.len() < MOST_FILES {
            tables.push(keep(&name, part, &folder).await?);
        } else {
            return Err(bad(
                StatusCode::BAD_REQUEST,
                format!("at most {MOST_FILES} files come with a question"),
            ));
        }
    }
    Ok(Asking {
        asked: asked.ok_or_else(|| bad(StatusCode::BAD_REQUEST, FORM))?,
        tables,
        folder: Some(folder),
    })
}

/// Writes a file of a form to the folder.
async fn keep(name: &str, mut part: Field<'_>, folder: &TempDir) -> Result<OwnTable, RequestError> {
    let name = name.parse().map_err(|error| {
        bad(
            StatusCode::BAD_REQUEST,
            format!("{name:?} cannot be a table: {error}; {FORM}"),
        )
    })?;
    let path = folder.path().join(format!("{name}.parquet"));
    let not_kept = |error| RequestError::internal("keep a file", error);
    let mut file = std::fs::File::create(&path).map_err(not_kept)?;
    let mut begun = Vec::new();
    loop {
        let chunk = part.chunk().await;
        let chunk = chunk.map_err(|error| bad(error.status(), error.body_text()))?;
        let Some(chunk) = chunk else { break };
        if begun.len() < 4 {
            begun.extend_from_slice(&chunk[..chunk.len().min(4)]);
        }
        // A page cache away: as quick as the memory it would take otherwise.
        file.write_all(&chunk).map_err(not_kept)?;
    }
    if !begun.starts_with(b"PAR1") {
        return Err(bad(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!(
                "the file of {name} is no GeoParquet: save it as GeoParquet, or import it as a layer"
            ),
        ));
    }
    Ok(OwnTable { name, file: path })
}

fn bad(status: StatusCode, detail: impl Into<String>) -> RequestError {
    RequestError::Body {
        status,
        detail: detail.into(),
    }
}
