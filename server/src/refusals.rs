//! What the engine's errors mean for whoever asked: refused for a reason they can put right, or a fault of ours.

use std::path::Path;

use engine::{analysis::AnalysisError, output::OutputError, sql::SqlError};
use layers::report::Language;

use crate::{
    error::{Noun, Refusal, RequestError},
    own_tables::OwnTableError,
};

/// A query without an answer.
pub fn of_sql(error: SqlError) -> RequestError {
    let what = match &error {
        SqlError::Internal { .. } => return RequestError::internal("answer this query", error),
        SqlError::NotReadOnly { .. } => Refusal::ReadOnly,
        SqlError::Timeout { .. } | SqlError::Memory { .. } | SqlError::Cancelled => Refusal::Limit,
        _ => Refusal::Query,
    };
    RequestError::Refused {
        what,
        detail: error.to_string(),
    }
}

/// A file that is no table. Whoever sent it knows it by its name, not by the folder it was kept in.
pub(crate) fn of_own_table(error: OwnTableError, folder: Option<&Path>) -> RequestError {
    match error {
        OwnTableError::Import(error) if error.is_refusal() => RequestError::Refused {
            what: Refusal::Kind,
            detail: folder.map_or_else(
                || error.explain(Language::English),
                |folder| {
                    error
                        .explain(Language::English)
                        .replace(&format!("{}/", folder.display()), "")
                },
            ),
        },
        OwnTableError::Taken { .. } => RequestError::Refused {
            what: Refusal::Query,
            detail: error.to_string(),
        },
        error => RequestError::internal("read an own table", error),
    }
}

/// Rows that cannot be written in the format asked for.
pub fn of_output(error: OutputError) -> RequestError {
    match error {
        OutputError::Arrow { .. }
        | OutputError::Parquet { .. }
        | OutputError::Flatgeobuf { .. } => {
            RequestError::internal("write the answer in this format", error)
        }
        error => RequestError::Refused {
            what: Refusal::Kind,
            detail: error.to_string(),
        },
    }
}

/// An analysis without an outcome.
pub fn of_analysis(error: AnalysisError) -> RequestError {
    match error {
        AnalysisError::UnknownAnalysis { name, nearest } => RequestError::Unknown {
            what: Noun::Analysis,
            name,
            nearest,
        },
        error if error.is_callers() || matches!(error, AnalysisError::Cancelled) => {
            RequestError::Refused {
                what: Refusal::Parameters,
                detail: error.to_string(),
            }
        }
        error => RequestError::internal("finish this analysis", error),
    }
}
