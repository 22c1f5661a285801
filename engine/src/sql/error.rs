//! What can go wrong with a query, told so that whoever wrote it can put it right.

use std::time::Duration;

use datafusion::{
    common::{DataFusionError, SchemaError},
    sql::sqlparser::parser::ParserError,
};
use thiserror::Error;

use super::SqlRequest;
use crate::{TwinSnapshot, error::suggestion, spelling::nearest_spelling};

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SqlError {
    /// The text is no SQL.
    #[error("line {line}, column {column}: {message}")]
    Parse {
        /// What was expected and what was found.
        message: String,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
    },
    /// Something wrong at a place that is known.
    #[error("line {line}, column {column}: {error}")]
    At {
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What is wrong there.
        error: Box<Self>,
    },
    /// A statement that would change something, read a file, or touch the session.
    #[error(
        "only queries are allowed here: {statement} is refused; write one SELECT, WITH, VALUES or EXPLAIN"
    )]
    NotReadOnly {
        /// The kind of statement.
        statement: String,
    },
    /// No layer of that name.
    #[error("table {table:?} does not exist{}", suggestion(nearest.as_deref()))]
    UnknownTable {
        /// What was asked for.
        table: String,
        /// The table spelled most like it.
        nearest: Option<String>,
    },
    /// No column of that name in the tables of the query.
    #[error("column {column:?} does not exist{}", suggestion(nearest.as_deref()))]
    UnknownColumn {
        /// What was asked for.
        column: String,
        /// The column spelled most like it.
        nearest: Option<String>,
    },
    /// No function of that name.
    #[error("function {function:?} does not exist{}", suggestion(nearest.as_deref()))]
    UnknownFunction {
        /// What was asked for.
        function: String,
        /// The function spelled most like it.
        nearest: Option<String>,
    },
    /// A parameter that is neither a simple value nor a geometry.
    #[error(
        "parameter ${number} is {found}: give null, true, false, a number, a text or a GeoJSON geometry"
    )]
    Parameter {
        /// Which, from 1.
        number: usize,
        /// What it is.
        found: &'static str,
    },
    /// Types do not fit, a clause is missing, a reference is ambiguous.
    #[error("{message}")]
    Invalid {
        /// What is wrong.
        message: String,
    },
    /// The time limit came first.
    #[error(
        "the query did not finish within {limit:?}: narrow it down, for example with a window on geom"
    )]
    Timeout {
        /// The limit.
        limit: Duration,
    },
    /// Somebody asked it to stop.
    #[error("the query was cancelled")]
    Cancelled,
    /// The memory limit came first.
    #[error(
        "the query needs more than the {limit_bytes} bytes of memory it may use: select fewer rows or columns"
    )]
    Memory {
        /// The limit.
        limit_bytes: usize,
    },
    /// A value that a function cannot work with.
    #[error("{message}")]
    Execution {
        /// What is wrong.
        message: String,
    },
    /// A fault of ours.
    #[error("the query failed inside the engine: {message}")]
    Internal {
        /// For the log.
        message: String,
    },
}

impl SqlError {
    /// Whether another text or other parameters would have been answered; what is left is time, memory and our faults.
    pub fn is_callers(&self) -> bool {
        !matches!(
            self,
            Self::Timeout { .. } | Self::Cancelled | Self::Memory { .. } | Self::Internal { .. }
        )
    }
}

/// What a failure of DataFusion means for whoever wrote the query, and where it is.
pub(super) fn explain(
    error: &DataFusionError,
    request: &SqlRequest,
    snapshot: &TwinSnapshot,
) -> SqlError {
    let what = meaning(error, request, snapshot);
    let place = error.diagnostic().and_then(|told| told.span);
    match (what, place) {
        (what @ (SqlError::Parse { .. } | SqlError::NotReadOnly { .. }), _) | (what, None) => what,
        // What is not in the text has no place in it.
        (what, _) if !what.is_callers() => what,
        (what, Some(place)) => SqlError::At {
            line: place.start.line,
            column: place.start.column,
            error: Box::new(what),
        },
    }
}

fn meaning(error: &DataFusionError, request: &SqlRequest, snapshot: &TwinSnapshot) -> SqlError {
    let message = || plain(&error.find_root().strip_backtrace());
    match error.find_root() {
        DataFusionError::SQL(parser, _) => parse_error(parser),
        DataFusionError::SchemaError(schema, _) => schema_error(schema),
        DataFusionError::ResourcesExhausted(_) => SqlError::Memory {
            limit_bytes: request.limits.memory_bytes,
        },
        DataFusionError::Diagnostic(_, inner) => meaning(inner, request, snapshot),
        DataFusionError::Collection(errors) if !errors.is_empty() => {
            meaning(&errors[0], request, snapshot)
        }
        DataFusionError::Plan(_)
        | DataFusionError::NotImplemented(_)
        | DataFusionError::Configuration(_) => plan_error(message(), snapshot),
        DataFusionError::Internal(_) | DataFusionError::ExecutionJoin(_) => {
            SqlError::Internal { message: message() }
        }
        _ => SqlError::Execution { message: message() },
    }
}

fn plan_error(message: String, snapshot: &TwinSnapshot) -> SqlError {
    if let Some(table) = message
        .strip_prefix("table '")
        .and_then(|rest| rest.strip_suffix("' not found"))
    {
        let table = table.rsplit('.').next().unwrap_or(table).to_owned();
        let nearest = nearest_spelling(&table, snapshot.layers.keys().map(layers::LayerId::as_str));
        return SqlError::UnknownTable { table, nearest };
    }
    if let Some(function) = message
        .strip_prefix("Invalid function '")
        .and_then(|rest| rest.split_once('\''))
    {
        let names = super::catalog::function_names();
        let nearest = nearest_spelling(function.0, names.iter().map(String::as_str));
        return SqlError::UnknownFunction {
            function: function.0.to_owned(),
            nearest,
        };
    }
    let statement = [
        "DDL not supported: ",
        "DML not supported: ",
        "Statement not supported: ",
    ];
    if let Some(statement) = statement
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
    {
        return SqlError::NotReadOnly {
            statement: statement.to_owned(),
        };
    }
    SqlError::Invalid { message }
}

fn schema_error(error: &SchemaError) -> SqlError {
    match error {
        SchemaError::FieldNotFound {
            field,
            valid_fields,
        } => SqlError::UnknownColumn {
            column: field.flat_name(),
            nearest: nearest_spelling(
                field.name(),
                valid_fields.iter().map(datafusion::common::Column::name),
            ),
        },
        other => SqlError::Invalid {
            message: plain(&other.to_string()),
        },
    }
}

/// The parser's message, with the position it ends in as numbers.
fn parse_error(error: &ParserError) -> SqlError {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => "the query is nested too deeply".to_owned(),
    };
    let Some((message, place)) = text.rsplit_once(" at Line: ") else {
        return SqlError::Parse {
            message: text,
            line: 1,
            column: 1,
        };
    };
    let mut numbers = place
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok());
    SqlError::Parse {
        message: message.trim().to_owned(),
        line: numbers.next().unwrap_or(1),
        column: numbers.next().unwrap_or(1),
    }
}

/// Without DataFusion's own prefixes.
fn plain(message: &str) -> String {
    let prefixes = [
        "Error during planning: ",
        "Execution error: ",
        "External error: ",
        "Schema error: ",
        "This feature is not implemented: ",
    ];
    let mut text = message.trim();
    while let Some(rest) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        text = rest;
    }
    text.to_owned()
}
