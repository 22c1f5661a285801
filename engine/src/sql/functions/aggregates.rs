//! Aggregates of geometries that hold little and finish: `ST_Union_Agg`, `ST_ConvexHull_Agg`, `ST_Intersection_Agg`,
//! `ST_Extent`. Nulls and EMPTY are passed over, but for the intersection, which an EMPTY makes EMPTY. And `ST_Collect_Agg`, which
//! keeps all but nulls.
//!
//! Sedona's union adds one polygon after the other to all before, which takes time by the square of their number.

mod collect;
mod folds;

use std::{fmt::Debug, marker::PhantomData, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray as _},
        compute::cast,
        datatypes::{DataType, FieldRef},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{Accumulator, utils::AggregateOrderSensitivity},
};
use geo::Geometry;
use sedona_expr::{
    aggregate_udf::{SedonaAccumulator, SedonaAccumulatorRef, SedonaAggregateUDF},
    function_set::FunctionSet,
    item_crs::ItemCrsSedonaAccumulator,
};
use sedona_schema::{
    datatypes::{SedonaType, WKB_GEOMETRY},
    matchers::ArgMatcher,
};

use self::{
    collect::Collect,
    folds::{Hull, Intersection, Union},
};
use super::geometry::{caught, geometry_of, named, wkb_of};

/// Puts the aggregates into a set, over those of the same name.
pub(super) fn add_to(functions: &mut FunctionSet) {
    functions.insert_aggregate_udf(aggregate::<Union>("st_union_agg"));
    functions.insert_aggregate_udf(aggregate::<Hull>("st_convexhull_agg"));
    functions.insert_aggregate_udf(aggregate::<Intersection>("st_intersection_agg"));
    if let Some(collect) = functions.aggregate_udf("st_collect_agg") {
        let kernels = collect.kernels().iter().cloned();
        let kernels: Vec<SedonaAccumulatorRef> = kernels
            .map(|kernel| Arc::new(Collect(kernel)) as SedonaAccumulatorRef)
            .collect();
        functions.insert_aggregate_udf(SedonaAggregateUDF::from_impl("st_collect_agg", kernels));
    }
    if let Some(envelope) = functions.aggregate_udf("st_envelope_agg") {
        let kernels = envelope.kernels().to_vec();
        functions.insert_aggregate_udf(in_any_order("st_extent", kernels));
    }
}

fn aggregate<F: Fold>(name: &'static str) -> SedonaAggregateUDF {
    let kernel: SedonaAccumulatorRef = Arc::new(Folding::<F>(name, PhantomData));
    in_any_order(name, ItemCrsSedonaAccumulator::wrap_impl(vec![kernel]))
}

fn in_any_order(name: &str, kernels: Vec<SedonaAccumulatorRef>) -> SedonaAggregateUDF {
    SedonaAggregateUDF::from_impl(name, kernels)
        .with_order_sensitivity(AggregateOrderSensitivity::Insensitive)
}

/// Geometries made into one, in any order and any grouping.
trait Fold: Default + Debug + Send + Sync + 'static {
    /// Takes a geometry of a row.
    fn add(&mut self, geometry: Geometry) -> Result<()>;

    /// Takes the total of other rows.
    fn merge(&mut self, total: Geometry) -> Result<()>;

    /// The geometry of all so far; none without rows.
    fn total(&mut self) -> Result<Option<Geometry>>;

    /// About how much memory is held.
    fn bytes(&self) -> usize;
}

#[derive(Debug)]
struct Folding<F>(&'static str, PhantomData<F>);

impl<F: Fold> SedonaAccumulator for Folding<F> {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        ArgMatcher::new(vec![ArgMatcher::is_geometry()], WKB_GEOMETRY).match_args(types)
    }

    fn accumulator(&self, _: &[SedonaType], _: &SedonaType) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Folded {
            name: self.0,
            fold: F::default(),
        }))
    }

    fn state_fields(&self, _: &[SedonaType]) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(
            WKB_GEOMETRY.to_storage_field("total", true)?,
        )])
    }
}

#[derive(Debug)]
struct Folded<F> {
    name: &'static str,
    fold: F,
}

impl<F: Fold> Folded<F> {
    fn each(
        &mut self,
        columns: &[ArrayRef],
        take: fn(&mut F, Geometry) -> Result<()>,
    ) -> Result<()> {
        for column in columns {
            let column = cast(column, &DataType::Binary)?;
            for bytes in column.as_binary::<i32>().iter().flatten() {
                let taken = geometry_of(bytes)
                    .and_then(|geometry| caught(|| take(&mut self.fold, geometry)));
                taken.map_err(|error| named(self.name, error))?;
            }
        }
        Ok(())
    }

    fn value(&mut self) -> Result<ScalarValue> {
        let total = caught(|| self.fold.total()).map_err(|error| named(self.name, error))?;
        let total = total.map(|geometry| wkb_of(&geometry)).transpose()?;
        Ok(ScalarValue::Binary(total))
    }
}

impl<F: Fold> Accumulator for Folded<F> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.each(values, F::add)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.each(states, F::merge)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.value()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.value()?])
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.fold.bytes()
    }
}
