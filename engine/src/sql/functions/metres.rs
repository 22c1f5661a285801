//! Distances in metres on the ellipsoid between geometries in longitude and latitude, on the engine's own [`Shape`](crate::shape::Shape), which
//! joins use too: `ST_DistanceSpheroid`, `ST_DWithinSpheroid`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{AsArray as _, BooleanBuilder, Float64Builder},
        datatypes::{DataType, Field, FieldRef, Float64Type},
    },
    common::{exec_err, plan_datafusion_err},
    error::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility,
    },
};
use layers::Extent;
use sedona_expr::scalar_udf::{SedonaScalarKernel, SedonaScalarUDF};
use sedona_schema::{datatypes::SedonaType, matchers::ArgMatcher};

use super::{
    geometry::{check_degrees, named},
    guard,
    predicates::ShapeExecutor,
};

/// The functions, each with the names it goes by elsewhere.
pub(super) fn functions() -> [SedonaScalarUDF; 2] {
    let distance = SedonaScalarUDF::from_impl("st_distancespheroid", Distance);
    let within = SedonaScalarUDF::from_impl("st_dwithinspheroid", Within);
    [
        distance.with_aliases(vec!["st_distance_spheroid".to_owned()]),
        within.with_aliases(vec!["st_dwithin_spheroid".to_owned()]),
    ]
}

/// `ST_DWithinSpheroid` under the name by which the planner of joins knows a join by distance.
pub(in crate::sql) fn within_in_joins() -> Arc<ScalarUDF> {
    let within = SedonaScalarUDF::from_impl("st_dwithin", Within);
    Arc::new(guard::under_guard(within).into())
}

#[derive(Debug)]
struct Distance;

impl SedonaScalarKernel for Distance {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let geometries = vec![ArgMatcher::is_geometry(), ArgMatcher::is_geometry()];
        let metres = SedonaType::Arrow(DataType::Float64);
        in_degrees(
            "st_distancespheroid",
            types,
            &ArgMatcher::new(geometries, metres),
        )
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let executor = ShapeExecutor::new(types, values);
        let mut answers = Float64Builder::with_capacity(executor.num_iterations());
        executor.execute_wkb_wkb_void(|a, b| {
            let metres = match (a, b) {
                (Some(a), Some(b)) => {
                    check(a.extent())?;
                    check(b.extent())?;
                    Some(a.metres(b, f64::INFINITY)).filter(|metres| metres.is_finite())
                }
                _ => None,
            };
            answers.append_option(metres);
            Ok(())
        })?;
        executor.finish(Arc::new(answers.finish()))
    }
}

/// Whether two geometries are at most so many metres apart; EMPTY is far from everything.
#[derive(Debug)]
struct Within;

impl SedonaScalarKernel for Within {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let arguments = vec![
            ArgMatcher::is_geometry(),
            ArgMatcher::is_geometry(),
            ArgMatcher::is_numeric(),
        ];
        let holds = SedonaType::Arrow(DataType::Boolean);
        in_degrees(
            "st_dwithinspheroid",
            types,
            &ArgMatcher::new(arguments, holds),
        )
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let executor = ShapeExecutor::new(types, values);
        let within = values[2]
            .cast_to(&DataType::Float64, None)?
            .to_array(executor.num_iterations())?;
        let mut within = within.as_primitive::<Float64Type>().iter();
        let mut answers = BooleanBuilder::with_capacity(executor.num_iterations());
        executor.execute_wkb_wkb_void(|a, b| {
            let near = match (a, b, within.next().flatten()) {
                (Some(a), Some(b), Some(within)) => {
                    check(a.extent())?;
                    check(b.extent())?;
                    Some(within >= 0.0 && a.metres(b, within).is_finite())
                }
                _ => None,
            };
            answers.append_option(near);
            Ok(())
        })?;
        executor.finish(Arc::new(answers.finish()))
    }
}

fn in_degrees(
    name: &str,
    types: &[SedonaType],
    matcher: &ArgMatcher,
) -> Result<Option<SedonaType>> {
    let found = matcher.match_args(types)?;
    if found.is_some() {
        let wrong = |error: DataFusionError| plan_datafusion_err!("{}", error.strip_backtrace());
        check_degrees(types).map_err(|error| wrong(named(name, error)))?;
    }
    Ok(found)
}

/// Refuses what is no longitude and latitude.
///
/// # Errors
/// When a position is not finite or beyond a pole.
pub(in crate::sql) fn check(extent: &Extent) -> Result<()> {
    if extent.is_empty() {
        return Ok(());
    }
    let edges = [extent.min_x, extent.min_y, extent.max_x, extent.max_y];
    if let Some(edge) = edges.iter().find(|edge| !edge.is_finite()) {
        return exec_err!("a position is not finite: {edge}");
    }
    match [extent.min_y, extent.max_y].iter().find(|y| y.abs() > 90.0) {
        Some(y) => exec_err!("{y} is no latitude: coordinates are longitude, latitude"),
        None => Ok(()),
    }
}

/// A number as it is, said to be metres: the mark by which a join by distance is known to measure on the ellipsoid. Nobody
/// can call it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(in crate::sql) struct InMetres(Signature);

impl InMetres {
    pub(in crate::sql) const NAME: &str = "in_metres";

    pub(in crate::sql) fn function() -> Arc<ScalarUDF> {
        // Volatile, as a mark on a constant would be simplified away.
        let signature = Signature::any(1, Volatility::Volatile);
        Arc::new(ScalarUDF::new_from_impl(Self(signature)))
    }
}

impl ScalarUDFImpl for InMetres {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(types[0].clone())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let of = &args.arg_fields[0];
        let field = Field::new(Self::NAME, of.data_type().clone(), of.is_nullable());
        Ok(Arc::new(field))
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(args.args.swap_remove(0))
    }
}
