//! Spatial functions ask, before every batch, whether their query is still wanted.
//!
//! DataFusion stops a query where a stream yields. A nested-loop join over geometries may compute for minutes without
//! yielding, so the check sits in the functions themselves: the guard travels in the session's options.

use std::{
    any::Any,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use datafusion::{
    arrow::{compute::concat, datatypes::DataType},
    common::{
        ScalarValue,
        config::{ConfigEntry, ConfigExtension, ConfigOptions, ExtensionOptions},
        exec_err, internal_datafusion_err, not_impl_err,
    },
    error::Result,
    logical_expr::{ColumnarValue, ScalarUDFImpl as _},
};
use sedona_expr::scalar_udf::{ScalarKernelRef, SedonaScalarKernel, SedonaScalarUDF};
use sedona_schema::datatypes::SedonaType;

use super::around_kernels;
use crate::CancelToken;

/// When a query has to stop: when it is cancelled, or when its time is up.
///
/// The time is that for which somebody waits: it stands still while the reader of the rows is busy with those it has.
#[derive(Clone, Debug)]
pub(in crate::sql) struct Guard {
    cancel: CancelToken,
    time: Arc<Mutex<Time>>,
}

#[derive(Debug)]
enum Time {
    RunsOutAt(Instant),
    StandsStill { left: Duration },
}

impl Guard {
    /// A guard whose time runs from now.
    pub(in crate::sql) fn new(cancel: CancelToken, time: Duration) -> Self {
        Self {
            cancel,
            time: Arc::new(Mutex::new(Time::RunsOutAt(Instant::now() + time))),
        }
    }

    /// The guard of a session, which every session has.
    pub(in crate::sql) fn of(options: &ConfigOptions) -> Result<Self> {
        let guard = options.extensions.get::<Self>().cloned();
        guard.ok_or_else(|| internal_datafusion_err!("a query without a guard"))
    }

    /// Fails once the query is cancelled or out of time.
    pub(in crate::sql) fn check(&self) -> Result<()> {
        if self.is_cancelled() || self.left().is_zero() {
            return exec_err!("the query was stopped");
        }
        Ok(())
    }

    pub(in crate::sql) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// The time that is left.
    pub(in crate::sql) fn left(&self) -> Duration {
        self.with_time(|time| time.left())
    }

    /// Nobody waits for now.
    pub(in crate::sql) fn pause(&self) {
        self.with_time(|time| *time = Time::StandsStill { left: time.left() });
    }

    /// Somebody waits again.
    pub(in crate::sql) fn resume(&self) {
        self.with_time(|time| *time = Time::RunsOutAt(Instant::now() + time.left()));
    }

    fn with_time<T>(&self, work: impl FnOnce(&mut Time) -> T) -> T {
        work(&mut self.time.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Time {
    fn left(&self) -> Duration {
        match self {
            Self::RunsOutAt(end) => end.saturating_duration_since(Instant::now()),
            Self::StandsStill { left } => *left,
        }
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

/// Functions that take so long for a row that a whole batch of them would outlast the deadline.
const HEAVY: [&str; 23] = [
    "h3_polygon_to_cells",
    "st_asmvtgeom",
    "st_buffer",
    "st_closestpoint",
    "st_concavehull",
    "st_delaunaytriangles",
    "st_difference",
    "st_distancespheroid",
    "st_dwithinspheroid",
    "st_frechetdistance",
    "st_hausdorffdistance",
    "st_hexagongrid",
    "st_intersection",
    "st_isvalid",
    "st_isvalidreason",
    "st_makevalid",
    "st_segmentize",
    "st_shortestline",
    "st_simplifypreservetopology",
    "st_subdivide",
    "st_symdifference",
    "st_union",
    "st_voronoipolygons",
];

/// Rows of a heavy function between two checks.
const HEAVY_ROWS: usize = 128;

/// The same function with the check before every batch.
pub(super) fn under_guard(function: &SedonaScalarUDF) -> SedonaScalarUDF {
    let most_rows = if HEAVY.contains(&function.name()) {
        HEAVY_ROWS
    } else {
        usize::MAX
    };
    around_kernels(function, |kernel| Arc::new(Guarded { kernel, most_rows }))
}

#[derive(Debug)]
struct Guarded {
    kernel: ScalarKernelRef,
    /// Rows between two checks.
    most_rows: usize,
}

fn check(options: Option<&ConfigOptions>) -> Result<()> {
    options
        .and_then(|options| options.extensions.get::<Guard>())
        .map_or(Ok(()), Guard::check)
}

impl SedonaScalarKernel for Guarded {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        self.kernel.return_type(types)
    }

    fn return_type_from_args_and_scalars(
        &self,
        types: &[SedonaType],
        scalars: &[Option<&ScalarValue>],
    ) -> Result<Option<SedonaType>> {
        self.kernel
            .return_type_from_args_and_scalars(types, scalars)
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        self.kernel.invoke_batch(types, values)
    }

    fn invoke_batch_from_args(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
        return_type: &SedonaType,
        rows: usize,
        options: Option<&ConfigOptions>,
    ) -> Result<ColumnarValue> {
        check(options)?;
        // A null literal has no storage to read a geometry from; every spatial function answers null for it.
        if types.contains(&SedonaType::Arrow(DataType::Null)) && values.iter().all(is_null_scalar) {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from(
                return_type.storage_type(),
            )?));
        }
        if rows <= self.most_rows
            || values
                .iter()
                .all(|value| matches!(value, ColumnarValue::Scalar(_)))
        {
            return self
                .kernel
                .invoke_batch_from_args(types, values, return_type, rows, options);
        }
        let mut parts = Vec::with_capacity(rows.div_ceil(self.most_rows));
        for start in (0..rows).step_by(self.most_rows) {
            check(options)?;
            let part = start..(start + self.most_rows).min(rows);
            let values: Vec<_> = values.iter().map(|value| slice(value, &part)).collect();
            let answer = self.kernel.invoke_batch_from_args(
                types,
                &values,
                return_type,
                part.len(),
                options,
            )?;
            parts.push(answer.into_array(part.len())?);
        }
        let parts: Vec<_> = parts.iter().map(AsRef::as_ref).collect();
        Ok(ColumnarValue::Array(concat(&parts)?))
    }
}

/// The value of some of the rows.
fn slice(value: &ColumnarValue, rows: &Range<usize>) -> ColumnarValue {
    match value {
        ColumnarValue::Array(array) => ColumnarValue::Array(array.slice(rows.start, rows.len())),
        ColumnarValue::Scalar(scalar) => ColumnarValue::Scalar(scalar.clone()),
    }
}

fn is_null_scalar(value: &ColumnarValue) -> bool {
    matches!(value, ColumnarValue::Scalar(scalar) if scalar.is_null())
}
