//! A statement with its parameters, as the bytes of its handle.

use arrow::{
    array::RecordBatch,
    compute::concat_batches,
    error::ArrowError,
    ipc::{reader::StreamReader, writer::StreamWriter},
};
use engine::sql::SqlParameters;
use prost::{Message as _, bytes::Bytes};
use tonic::Status;

use super::refused;
use crate::refusals;

/// Bytes of all parameters of a statement.
const MOST_PARAMETER_BYTES: usize = 1 << 20;

/// A statement.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(super) struct Statement {
    #[prost(string, tag = "1")]
    pub(super) query: String,
    /// One row as an Arrow IPC stream; empty before parameters are bound.
    #[prost(bytes = "vec", tag = "2")]
    params: Vec<u8>,
}

impl Statement {
    pub(super) fn new(query: String) -> Self {
        Self {
            query,
            params: Vec::new(),
        }
    }

    pub(super) fn of_handle(handle: &[u8]) -> Result<Self, Status> {
        Self::decode(handle).map_err(|_foreign| {
            Status::invalid_argument(
                "this is no handle of a statement: prepare the statement again",
            )
        })
    }

    pub(super) fn to_handle(&self) -> Bytes {
        self.encode_to_vec().into()
    }

    /// The statement with values for its parameters.
    pub(super) fn with_params(self, batches: &[RecordBatch]) -> Result<Self, Status> {
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let Some(first) = batches.first().filter(|_| rows == 1) else {
            return Err(Status::invalid_argument(format!(
                "a query takes one row of parameters, not {rows}: execute it once for each"
            )));
        };
        let params = one_row(first, batches).map_err(|error| {
            Status::invalid_argument(format!("the parameters cannot be read: {error}"))
        })?;
        if params.len() > MOST_PARAMETER_BYTES {
            return Err(Status::invalid_argument(format!(
                "the parameters take {} bytes, and at most {MOST_PARAMETER_BYTES} are read",
                params.len()
            )));
        }
        Ok(Self { params, ..self })
    }

    /// The values of the parameters.
    pub(super) fn params(&self) -> Result<SqlParameters, Status> {
        if self.params.is_empty() {
            return Ok(SqlParameters::default());
        }
        let broken =
            |_: ArrowError| Status::invalid_argument("the handle of this statement is damaged");
        let mut batches = StreamReader::try_new(self.params.as_slice(), None).map_err(broken)?;
        match batches.next().transpose().map_err(broken)? {
            Some(batch) if batch.num_rows() == 1 => {
                SqlParameters::from_row(&batch, 0).map_err(|error| refused(refusals::of_sql(error)))
            }
            _ => Err(Status::invalid_argument(
                "the handle of this statement is damaged",
            )),
        }
    }
}

fn one_row(first: &RecordBatch, batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let row = concat_batches(first.schema_ref(), batches)?;
    let mut writer = StreamWriter::try_new(Vec::new(), row.schema_ref())?;
    writer.write(&row)?;
    writer.into_inner()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Int64Array;

    use super::*;

    fn rows(values: &[i64]) -> RecordBatch {
        let column = Arc::new(Int64Array::from(values.to_vec()));
        RecordBatch::try_from_iter([("n", column as _)]).unwrap()
    }

    #[test]
    fn a_handle_is_the_statement_and_what_is_none_is_refused() {
        let statement = Statement::new("SELECT $1".to_owned());
        let bound = statement
            .clone()
            .with_params(&[rows(&[]), rows(&[7])])
            .unwrap();
        let again = Statement::of_handle(&bound.to_handle()).unwrap();
        assert_eq!(again, bound);
        assert_eq!(again.params().unwrap().len(), 1);
        assert!(Statement::of_handle(b"\xff\xff").is_err());
        for wrong in [vec![], vec![rows(&[1, 2])], vec![rows(&[1]), rows(&[2])]] {
            assert!(statement.clone().with_params(&wrong).is_err());
        }
        let damaged = Statement {
            params: b"no stream".to_vec(),
            ..statement
        };
        assert!(damaged.params().is_err());
    }
}
