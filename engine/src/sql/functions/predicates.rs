//! Predicates and distance, on the engine's own [`Shape`], which joins use too: a scan and an index answer alike.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{
        array::{AsArray as _, BooleanBuilder},
        datatypes::{DataType, Float64Type},
    },
    common::exec_datafusion_err,
    error::Result,
    logical_expr::ColumnarValue,
};
use sedona_expr::{item_crs::ItemCrsKernel, scalar_udf::SedonaScalarKernel};
use sedona_functions::executor::{GenericExecutor, GeometryFactory};
use sedona_schema::{datatypes::SedonaType, matchers::ArgMatcher};

use super::geometry::{Answer, Named};
use crate::shape::{Relation, Shape};

/// The kernels by function name.
pub(super) fn kernels() -> impl Iterator<Item = Named> {
    let predicates = Relation::ALL.into_iter().map(|relation| {
        let holds = move |a: &Shape<'_>, b: &Shape<'_>| Some(relation.holds(a, b));
        OfTwo::kernels(relation.function(), holds)
    });
    predicates.chain([
        OfTwo::kernels("st_distance", distance),
        ("st_dwithin", ItemCrsKernel::wrap_impl(WithinDistance)),
    ])
}

pub(super) type ShapeExecutor<'a, 'b> = GenericExecutor<'a, 'b, ShapeFactory, ShapeFactory>;

type Run<T> = Box<dyn Fn(&Shape<'_>, &Shape<'_>) -> Option<T> + Send + Sync>;

/// What is said of two geometries; null where either is null.
struct OfTwo<T> {
    name: &'static str,
    run: Run<T>,
}

impl<T: Answer> OfTwo<T> {
    fn kernels(
        name: &'static str,
        run: impl Fn(&Shape<'_>, &Shape<'_>) -> Option<T> + Send + Sync + 'static,
    ) -> Named {
        let run = Box::new(run);
        (name, ItemCrsKernel::wrap_impl(Self { name, run }))
    }
}

impl<T: Answer> SedonaScalarKernel for OfTwo<T> {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let geometries = vec![ArgMatcher::is_geometry(), ArgMatcher::is_geometry()];
        ArgMatcher::new(geometries, T::sedona_type()).match_args(types)
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let executor = ShapeExecutor::new(types, values);
        let mut answers = T::builder();
        executor.execute_wkb_wkb_void(|a, b| {
            let answer = a.zip(b).and_then(|(a, b)| (self.run)(a, b));
            T::append(&mut answers, answer)
        })?;
        executor.finish(T::finish(answers))
    }
}

impl<T> fmt::Debug for OfTwo<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// The least planar distance in the units of the coordinates; none where either is EMPTY.
fn distance(a: &Shape<'_>, b: &Shape<'_>) -> Option<f64> {
    Some(a.distance(b, f64::INFINITY)).filter(|distance| distance.is_finite())
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
pub(super) struct ShapeFactory;

impl GeometryFactory for ShapeFactory {
    type Geom<'a> = Shape<'a>;

    fn try_from_wkb<'a>(&self, bytes: &'a [u8]) -> Result<Shape<'a>> {
        Shape::from_wkb(bytes).ok_or_else(|| exec_datafusion_err!("a geometry is not WKB"))
    }
}
