//! Spatial functions ask, before every batch, whether their query is still wanted.
//!
//! DataFusion stops a query where a stream yields. A nested-loop join over geometries may compute for minutes without
//! yielding, so the check sits in the functions themselves: the guard travels in the session's options.

use std::{any::Any, time::Instant};

use datafusion::{
    arrow::datatypes::DataType,
    common::{
        ScalarValue,
        config::{ConfigEntry, ConfigExtension, ConfigOptions, ExtensionOptions},
        exec_err, not_impl_err,
    },
    error::Result,
    logical_expr::ColumnarValue,
};
use sedona_expr::scalar_udf::{ScalarKernelRef, SedonaScalarKernel, SedonaScalarUDF};
use sedona_schema::datatypes::SedonaType;

use crate::CancelToken;

/// When a query has to stop.
#[derive(Clone, Debug)]
pub(in crate::sql) struct Guard {
    pub(in crate::sql) cancel: CancelToken,
    pub(in crate::sql) deadline: Instant,
}

impl Guard {
    /// Fails once the query is cancelled or past its deadline.
    pub(in crate::sql) fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() || Instant::now() >= self.deadline {
            return exec_err!("the query was stopped");
        }
        Ok(())
    }
}

impl ConfigExtension for Guard {
    const PREFIX: &'static str = "guard";
}

impl ExtensionOptions for Guard {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, _: &str) -> Result<()> {
        not_impl_err!("guard.{key} cannot be set")
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        Vec::new()
    }
}

/// The same function with the check before every batch.
pub(super) fn under_guard(function: SedonaScalarUDF) -> SedonaScalarUDF {
    let kernels = function.kernels().iter().map(|kernel| Box::new(Guarded(ScalarKernelRef::clone(kernel))));
    let kernels: Vec<ScalarKernelRef> = kernels.map(|kernel| ScalarKernelRef::from(kernel as Box<_>)).collect();
    function.with_kernels(kernels)
}

#[derive(Debug)]
struct Guarded(ScalarKernelRef);

impl SedonaScalarKernel for Guarded {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        self.0.return_type(types)
    }

    fn return_type_from_args_and_scalars(
        &self,
        types: &[SedonaType],
        scalars: &[Option<&ScalarValue>],
    ) -> Result<Option<SedonaType>> {
        // An argument of no known type is a parameter that is not bound yet: any kernel that accepts null accepts it.
        self.0.return_type_from_args_and_scalars(types, scalars)
    }

    fn invoke_batch(&self, types: &[SedonaType], values: &[ColumnarValue]) -> Result<ColumnarValue> {
        self.0.invoke_batch(types, values)
    }

    fn invoke_batch_from_args(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
        return_type: &SedonaType,
        rows: usize,
        options: Option<&ConfigOptions>,
    ) -> Result<ColumnarValue> {
        if let Some(guard) = options.and_then(|options| options.extensions.get::<Guard>()) {
            guard.check()?;
        }
        // A null literal has no storage to read a geometry from; every spatial function answers null for it.
        if types.contains(&SedonaType::Arrow(DataType::Null)) && values.iter().all(is_null_scalar) {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from(return_type.storage_type())?));
        }
        self.0.invoke_batch_from_args(types, values, return_type, rows, options)
    }
}

fn is_null_scalar(value: &ColumnarValue) -> bool {
    matches!(value, ColumnarValue::Scalar(scalar) if scalar.is_null())
}
