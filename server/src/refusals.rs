//! What the engine's errors mean for whoever asked: refused for a reason they can put right, or a fault of ours.

use engine::{analysis::AnalysisError, output::OutputError, sql::SqlError};

use crate::error::{Noun, Refusal, RequestError};

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
