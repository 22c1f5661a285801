//! SQL over the resident layers: read-only, within a time, a memory and a row limit.
//!
//! Every layer is a table. `ST_` functions are Sedona's and ours, geometries carry their CRS (OGC:CRS84 unless a query says
//! otherwise), and filters with a constant geometry or H3 cell are answered by the layer's indexes, as `EXPLAIN` shows:
//!
//! ```text
//! ResidentScanExec: layer=parcels v3, index=packed r-tree window=[106.31, 20.93, 106.32, 20.94], rows=27 of 24891
//! ```

mod about;
mod access;
mod bounds;
mod boxes;
mod catalog;
mod cell_text;
mod error;
mod functions;
mod join;
mod metrics;
mod nearest;
mod parameters;
mod plain;
mod prepared;
mod run;
mod scan;
mod session;
mod stream;
mod table;
mod table_functions;
mod yielding;

use std::{sync::Arc, time::Duration};

use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};

pub(crate) use self::prepared::Prepared;
pub use self::{
    catalog::{SqlColumn, SqlSchema, SqlTable, schema, tables},
    error::SqlError,
    functions::{Chapter, FUNCTION_REFERENCE, FunctionReference, function_document},
    metrics::SqlMetrics,
    parameters::SqlParameters,
    session::{CATALOG, SCHEMA},
    stream::SqlStream,
};
use crate::{CancelToken, TwinSnapshot};

/// A query and how much it may cost.
#[derive(Clone, Debug, Default)]
pub struct SqlRequest {
    /// One SQL statement.
    pub query: String,
    /// Values of `$1`, `$2`, …
    pub params: SqlParameters,
    /// What it may cost.
    pub limits: SqlLimits,
    /// Stops it from elsewhere.
    pub cancel: CancelToken,
}

impl SqlRequest {
    /// A query without parameters, within the default limits.
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            ..Self::default()
        }
    }
}

/// How much a query may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqlLimits {
    /// Time that the asker waits for rows, in all; beyond it, [`SqlError::Timeout`].
    pub time: Duration,
    /// Memory for sorting, joining and grouping, and for an answer taken whole; beyond it, [`SqlError::Memory`]. Nothing goes to disk.
    pub memory_bytes: usize,
    /// Rows of the answer; beyond it the answer is cut and says so.
    pub rows: usize,
}

impl Default for SqlLimits {
    /// 30 seconds, 1 GiB, 100,000 rows.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            memory_bytes: 1 << 30,
            rows: 100_000,
        }
    }
}

/// The rows of an answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Columns; geometry columns carry the extension name and the CRS.
    pub schema: SchemaRef,
    /// Rows.
    pub batches: Vec<RecordBatch>,
    /// Whether there were more rows than allowed.
    pub truncated: bool,
    /// From the request to the last row.
    pub elapsed: Duration,
    /// What it has cost.
    pub metrics: SqlMetrics,
}

impl Answer {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// What a query asks for and gives.
#[derive(Clone, Debug)]
pub struct Description {
    /// The columns of its answer.
    pub schema: SchemaRef,
    /// Its parameters `$1`, `$2`, …, with type null where the query leaves it open.
    pub parameters: SchemaRef,
}

/// Answers a query over a snapshot. Blocks the calling thread; the work is done on the threads of the SQL runtime.
///
/// # Errors
/// When the text is no SQL or no query, names something that does not exist, fails on a value, or exceeds a limit.
pub fn query(snapshot: &Arc<TwinSnapshot>, request: &SqlRequest) -> Result<Answer, SqlError> {
    run::query(snapshot, request)
}

/// Answers a query batch by batch. Blocks the calling thread until it is planned; the rows are computed on the threads of the SQL
/// runtime, a few batches ahead of whoever takes them.
///
/// # Errors
/// As [`query`]; what goes wrong after planning is an error of the stream.
pub fn stream(snapshot: &Arc<TwinSnapshot>, request: &SqlRequest) -> Result<SqlStream, SqlError> {
    run::stream(snapshot, request)
}

/// Plans a query without asking for its rows; parameters need no values.
///
/// # Errors
/// When the text is no SQL or no query, or names something that does not exist.
pub fn describe(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
) -> Result<Description, SqlError> {
    run::describe(snapshot, request)
}
