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
mod catalog;
mod cell_text;
mod error;
mod functions;
mod join;
mod nearest;
mod parameters;
mod plain;
mod run;
mod scan;
mod session;
mod table;
mod table_functions;
mod yielding;

use std::{sync::Arc, time::Duration};

use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};
use serde_json::Value;

pub use self::{
    catalog::{SqlColumn, SqlSchema, SqlTable, schema},
    error::SqlError,
    functions::{Chapter, FUNCTION_REFERENCE, FunctionReference, function_document},
};
use crate::{CancelToken, TwinSnapshot};

/// A query and how much it may cost.
#[derive(Clone, Debug, Default)]
pub struct SqlRequest {
    /// One SQL statement.
    pub query: String,
    /// Values of `$1`, `$2`, …: null, true, false, numbers, texts, GeoJSON geometries in longitude and latitude.
    pub params: Vec<Value>,
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
    /// Time until the whole answer is there; beyond it, [`SqlError::Timeout`].
    pub time: Duration,
    /// Memory for sorting, joining, grouping and for the answer; beyond it, [`SqlError::Memory`]. Nothing goes to disk.
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
}

impl Answer {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// Answers a query over a snapshot. Blocks the calling thread; the work is done on the threads of the SQL runtime.
///
/// # Errors
/// When the text is no SQL or no query, names something that does not exist, fails on a value, or exceeds a limit.
pub fn query(snapshot: &Arc<TwinSnapshot>, request: &SqlRequest) -> Result<Answer, SqlError> {
    run::query(snapshot, request)
}
