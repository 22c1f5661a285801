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
use sedona_schema::{
    datatypes::SedonaType,
    matchers::{ArgMatcher, TypeMatcher},
};

use super::geometry::{Answer, Named};
use crate::shape::{Relation, Shape};

/// The kernels by function name.
pub(super) fn kernels() -> impl Iterator<Item = Named> {
    let predicates = Relation::ALL.into_iter().map(|relation| {
        let holds = move |a: &Shape<'_>, b: &Shape<'_>| Ok(Some(relation.holds(a, b)));
        let of_two = OfTwo::new(relation.function(), ANY_CRS, holds);
        (of_two.name, ItemCrsKernel::wrap_impl(of_two))
    });
    // In the units of the coordinates; none where either is EMPTY.
    let distance = OfTwo::new("st_distance", ANY_CRS, |a, b| {
        let distance = a.distance(b, f64::INFINITY);
        Ok(distance.is_finite().then_some(distance))
    });
    let within = WithinDistance {
        check: ANY_CRS,
        holds: |a, b, within| Ok(a.is_within(b, within)),
    };
    predicates.chain([
        (distance.name, ItemCrsKernel::wrap_impl(distance)),
        ("st_dwithin", ItemCrsKernel::wrap_impl(within)),
    ])
}

type ShapeExecutor<'a, 'b> = GenericExecutor<'a, 'b, ShapeFactory, ShapeFactory>;

/// What refuses the types of arguments that match otherwise.
type Check = fn(&[SedonaType]) -> Result<()>;

type Run<T> = Box<dyn Fn(&Shape<'_>, &Shape<'_>) -> Result<Option<T>> + Send + Sync>;

/// Whether two shapes are at most so far apart.
type Near = fn(&Shape<'_>, &Shape<'_>, f64) -> Result<bool>;

/// The plane takes the coordinates of any CRS.
const ANY_CRS: Check = |_| Ok(());

/// What is said of two geometries; null where either is null.
pub(super) struct OfTwo<T> {
    name: &'static str,
    check: Check,
    run: Run<T>,
}

impl<T: Answer> OfTwo<T> {
    pub(super) fn new(
        name: &'static str,
        check: Check,
        run: impl Fn(&Shape<'_>, &Shape<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            check,
            run: Box::new(run),
        }
    }
}

impl<T: Answer> SedonaScalarKernel for OfTwo<T> {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let geometries = vec![ArgMatcher::is_geometry(), ArgMatcher::is_geometry()];
        matched(geometries, T::sedona_type(), self.check, types)
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let executor = ShapeExecutor::new(types, values);
        let mut answers = T::builder();
        executor.execute_wkb_wkb_void(|a, b| {
            let answer = a.zip(b).map(|(a, b)| (self.run)(a, b)).transpose()?;
            T::append(&mut answers, answer.flatten())
        })?;
        executor.finish(T::finish(answers))
    }
}

impl<T> fmt::Debug for OfTwo<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Whether two geometries are at most so far apart; EMPTY is far from everything.
#[derive(Debug)]
pub(super) struct WithinDistance {
    pub(super) check: Check,
    pub(super) holds: Near,
}

impl SedonaScalarKernel for WithinDistance {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let arguments = vec![
            ArgMatcher::is_geometry(),
            ArgMatcher::is_geometry(),
            ArgMatcher::is_numeric(),
        ];
        let holds = SedonaType::Arrow(DataType::Boolean);
        matched(arguments, holds, self.check, types)
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
                (Some(a), Some(b), Some(within)) => Some((self.holds)(a, b, within)?),
                _ => None,
            };
            answers.append_option(near);
            Ok(())
        })?;
        executor.finish(Arc::new(answers.finish()))
    }
}

/// What arguments give, once the types that match are checked; none where they do not match.
fn matched(
    arguments: Vec<Arc<dyn TypeMatcher + Send + Sync>>,
    answer: SedonaType,
    check: Check,
    types: &[SedonaType],
) -> Result<Option<SedonaType>> {
    let found = ArgMatcher::new(arguments, answer).match_args(types)?;
    if found.is_some() {
        check(types)?;
    }
    Ok(found)
}

#[derive(Default)]
struct ShapeFactory;

impl GeometryFactory for ShapeFactory {
    type Geom<'a> = Shape<'a>;

    fn try_from_wkb<'a>(&self, bytes: &'a [u8]) -> Result<Shape<'a>> {
        Shape::from_wkb(bytes).ok_or_else(|| exec_datafusion_err!("a geometry is not WKB"))
    }
}
