//! Distances in metres on the ellipsoid between geometries in longitude and latitude, on the engine's own [`Shape`], which
//! joins use too: `ST_DistanceSpheroid`, `ST_DWithinSpheroid`.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Field, FieldRef},
    common::{exec_err, plan_datafusion_err},
    error::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility,
    },
};
use layers::Extent;
use sedona_expr::scalar_udf::SedonaScalarUDF;
use sedona_schema::datatypes::SedonaType;

use super::{
    geometry::{check_degrees, named},
    guard,
    predicates::{OfTwo, WithinDistance},
};
use crate::shape::Shape;

const DISTANCE: &str = "st_distancespheroid";

const WITHIN: &str = "st_dwithinspheroid";

/// The functions, each with the names it goes by elsewhere.
pub(super) fn functions() -> [SedonaScalarUDF; 2] {
    let distance = OfTwo::new(
        DISTANCE,
        |types| in_degrees(DISTANCE, types),
        |a, b| {
            check_both(a, b)?;
            let metres = a.metres(b, f64::INFINITY);
            Ok(metres.is_finite().then_some(metres))
        },
    );
    [
        SedonaScalarUDF::from_impl(DISTANCE, distance)
            .with_aliases(vec!["st_distance_spheroid".to_owned()]),
        SedonaScalarUDF::from_impl(WITHIN, within())
            .with_aliases(vec!["st_dwithin_spheroid".to_owned()]),
    ]
}

/// `ST_DWithinSpheroid` under the name by which the planner of joins knows a join by distance.
pub(in crate::sql) fn within_in_joins() -> Arc<ScalarUDF> {
    let within = SedonaScalarUDF::from_impl("st_dwithin", within());
    Arc::new(guard::under_guard(&within).into())
}

fn within() -> WithinDistance {
    WithinDistance {
        check: |types| in_degrees(WITHIN, types),
        holds: |a, b, within| {
            check_both(a, b)?;
            Ok(within >= 0.0 && a.metres(b, within).is_finite())
        },
    }
}

fn check_both(a: &Shape<'_>, b: &Shape<'_>) -> Result<()> {
    check(a.extent())?;
    check(b.extent())
}

fn in_degrees(name: &str, types: &[SedonaType]) -> Result<()> {
    let wrong = |error: DataFusionError| plan_datafusion_err!("{}", error.strip_backtrace());
    check_degrees(types).map_err(|error| wrong(named(name, error)))
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
