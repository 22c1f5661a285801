//! Predicates and distance, on the engine's own [`Shape`], which joins use too: a scan and an index answer alike.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{
        array::{AsArray as _, BooleanBuilder, Float64Builder},
        datatypes::{DataType, Float64Type},
    },
    common::exec_datafusion_err,
    error::Result,
    logical_expr::ColumnarValue,
};
use sedona_expr::{
    item_crs::ItemCrsKernel,
    scalar_udf::{ScalarKernelRef, SedonaScalarKernel},
};
use sedona_functions::executor::{GenericExecutor, GeometryFactory};
use sedona_schema::{datatypes::SedonaType, matchers::ArgMatcher};

use crate::shape::{Relation, Shape};

/// The kernels by function name.
pub(super) fn kernels() -> impl Iterator<Item = (&'static str, Vec<ScalarKernelRef>)> {
    let predicates = Relation::ALL.into_iter().map(|relation| {
        (
            relation.function(),
            ItemCrsKernel::wrap_impl(Predicate(relation)),
        )
    });
    predicates.chain([
        ("st_distance", ItemCrsKernel::wrap_impl(Distance)),
        ("st_dwithin", ItemCrsKernel::wrap_impl(WithinDistance)),
    ])
}

type ShapeExecutor<'a, 'b> = GenericExecutor<'a, 'b, ShapeFactory, ShapeFactory>;

/// True, false, or null where either is null.
struct Predicate(Relation);

impl SedonaScalarKernel for Predicate {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let geometries = vec![ArgMatcher::is_geometry(), ArgMatcher::is_geometry()];
        ArgMatcher::new(geometries, SedonaType::Arrow(DataType::Boolean)).match_args(types)
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let executor = ShapeExecutor::new(types, values);
        let mut answers = BooleanBuilder::with_capacity(executor.num_iterations());
        executor.execute_wkb_wkb_void(|a, b| {
            answers.append_option(a.zip(b).map(|(a, b)| self.0.holds(a, b)));
            Ok(())
        })?;
        executor.finish(Arc::new(answers.finish()))
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.function())
    }
}

/// The least planar distance in the units of the coordinates; null where either is null or EMPTY.
#[derive(Debug)]
struct Distance;

impl SedonaScalarKernel for Distance {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let geometries = vec![ArgMatcher::is_geometry(), ArgMatcher::is_geometry()];
        ArgMatcher::new(geometries, SedonaType::Arrow(DataType::Float64)).match_args(types)
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let executor = ShapeExecutor::new(types, values);
        let mut answers = Float64Builder::with_capacity(executor.num_iterations());
        executor.execute_wkb_wkb_void(|a, b| {
            let distance = a.zip(b).map(|(a, b)| a.distance(b, f64::INFINITY));
            answers.append_option(distance.filter(|distance| distance.is_finite()));
            Ok(())
        })?;
        executor.finish(Arc::new(answers.finish()))
    }
}

/// Whether two geometries are at most so far apart; EMPTY is far from everything.
#[derive(Debug)]
struct WithinDistance;

impl SedonaScalarKernel for WithinDistance {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let arguments = vec![
            ArgMatcher::is_geometry(),
            ArgMatcher::is_geometry(),
            ArgMatcher::is_numeric(),
        ];
        ArgMatcher::new(arguments, SedonaType::Arrow(DataType::Boolean)).match_args(types)
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
                (Some(a), Some(b), Some(within)) => Some(a.is_within(b, within)),
                _ => None,
            };
            answers.append_option(near);
            Ok(())
        })?;
        executor.finish(Arc::new(answers.finish()))
    }
}

#[derive(Default)]
struct ShapeFactory;

impl GeometryFactory for ShapeFactory {
    type Geom<'a> = Shape<'a>;

    fn try_from_wkb<'a>(&self, bytes: &'a [u8]) -> Result<Shape<'a>> {
        Shape::from_wkb(bytes).ok_or_else(|| exec_datafusion_err!("a geometry is not WKB"))
    }
}
