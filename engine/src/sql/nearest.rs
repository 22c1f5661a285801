//! `ORDER BY ST_Distance(geom, here) LIMIT k` reads the k nearest rows from the index instead of sorting all.

use std::sync::Arc;

use datafusion::{
    common::{
        ScalarValue,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr,
        expressions::{Column, Literal},
    },
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{ExecutionPlan, projection::ProjectionExec, sorts::sort::SortExec},
};

use super::{functions::Guard, join::Resident, scan::ResidentScanExec};
use crate::shape::Shape;

/// Narrows the scan under a sort by distance to the rows that can be among the first.
#[derive(Debug)]
pub(super) struct NearestFirst;

impl PhysicalOptimizerRule for NearestFirst {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        options: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let guard = Guard::of(options)?;
        plan.transform_up(|plan| {
            let narrowed = match plan.downcast_ref::<SortExec>() {
                Some(sort) => under(sort, &guard)?,
                None => None,
            };
            Ok(match narrowed {
                Some(input) => Transformed::yes(plan.with_new_children(vec![input])?),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "nearest_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The input of a sort with fewer rows; none where the index cannot tell the first ones.
fn under(sort: &SortExec, guard: &Guard) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let first = sort.expr().first();
    let (Some(count), false, false) = (
        sort.fetch(),
        first.options.descending,
        first.options.nulls_first,
    ) else {
        return Ok(None);
    };
    let Some((input, by)) = through_projections(sort.input(), &first.expr) else {
        return Ok(None);
    };
    let Some((geometry, here)) = distance_from(&by) else {
        return Ok(None);
    };
    let Some(resident) = Resident::of(&input, &geometry) else {
        return Ok(None);
    };
    let (Some(here), Some(scan)) = (Shape::from_wkb(&here), resident.as_full_scan()) else {
        return Ok(None);
    };
    let rows = resident.open(guard)?;
    let nearest = rows.nearest(&here, count, f64::INFINITY);
    let Some((_, farthest)) = nearest.last().filter(|_| nearest.len() == count) else {
        return Ok(None);
    };
    // With all that are as far as the last, and a little more, so that the sort decides about ties.
    let rows = rows.within(&here, farthest * (1.0 + 1e-9), guard)?;
    let scan: Arc<dyn ExecutionPlan> =
        Arc::new(scan.narrowed(rows, format!("packed r-tree nearest={count}")));
    replaced(sort.input(), &scan).map(Some)
}

/// What an expression is below projections, and the plan there.
fn through_projections(
    plan: &Arc<dyn ExecutionPlan>,
    expression: &Arc<dyn PhysicalExpr>,
) -> Option<(Arc<dyn ExecutionPlan>, Arc<dyn PhysicalExpr>)> {
    let (Some(projection), Some(column)) = (
        plan.downcast_ref::<ProjectionExec>(),
        expression.downcast_ref::<Column>(),
    ) else {
        return Some((Arc::clone(plan), Arc::clone(expression)));
    };
    let below = projection.expr().get(column.index())?;
    through_projections(projection.input(), &below.expr)
}

/// The column and the constant of `ST_Distance(column, constant)`, in either order.
fn distance_from(expression: &Arc<dyn PhysicalExpr>) -> Option<(Arc<dyn PhysicalExpr>, Vec<u8>)> {
    let call = expression.downcast_ref::<ScalarFunctionExpr>()?;
    let [a, b] = call.args() else {
        return None;
    };
    let constant = |side: &Arc<dyn PhysicalExpr>| match side.downcast_ref::<Literal>()?.value() {
        ScalarValue::Binary(bytes)
        | ScalarValue::LargeBinary(bytes)
        | ScalarValue::BinaryView(bytes) => bytes.clone(),
        _ => None,
    };
    let found = match (constant(a), constant(b)) {
        (None, Some(here)) => Some((Arc::clone(a), here)),
        (Some(here), None) => Some((Arc::clone(b), here)),
        _ => None,
    };
    found.filter(|_| call.name() == "st_distance")
}

/// A plan of single children with another scan at its end.
fn replaced(
    plan: &Arc<dyn ExecutionPlan>,
    scan: &Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    if plan.is::<ResidentScanExec>() {
        return Ok(Arc::clone(scan));
    }
    let children = plan
        .children()
        .into_iter()
        .map(|child| replaced(child, scan));
    let children = children.collect::<Result<Vec<_>>>()?;
    Arc::clone(plan).with_new_children(children)
}
