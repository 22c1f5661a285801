//! `ST_Distance` between the two sides of `ST_KNN` is what the search has measured, and is taken from it: nothing is measured
//! a second time, and geometries that nothing else asks for are not copied into pairs.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr,
        aggregate::{AggregateExprBuilder, AggregateFunctionExpr},
        expressions::Column,
        utils::collect_columns,
    },
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ExecutionPlan, Partitioning,
        aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy},
        coalesce_partitions::CoalescePartitionsExec,
        projection::{ProjectionExec, ProjectionExpr},
        repartition::RepartitionExec,
    },
};

use super::exec::SpatialJoinExec;

/// Rewrites projections and aggregates that stand directly above a join.
#[derive(Debug)]
pub(in crate::sql) struct DistanceOfSearch;

impl PhysicalOptimizerRule for DistanceOfSearch {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let below = match plan.children()[..] {
                [input] => join_under(input).map(|join| (input, join)),
                _ => None,
            };
            let rewritten = match below {
                Some((input, join)) => above(&plan, input, join)?,
                None => None,
            };
            Ok(rewritten.map_or_else(|| Transformed::no(plan), Transformed::yes))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "distance_of_search"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The join whose rows a plan gives as they come, whichever partitions it puts them in.
fn join_under(plan: &Arc<dyn ExecutionPlan>) -> Option<&SpatialJoinExec> {
    let passes = match plan.downcast_ref::<RepartitionExec>() {
        Some(repartition) => matches!(repartition.partitioning(), Partitioning::RoundRobinBatch(_)),
        None => plan.is::<CoalescePartitionsExec>(),
    };
    match plan.children()[..] {
        [input] if passes && plan.fetch().is_none() => join_under(input),
        _ => plan.downcast_ref(),
    }
}

/// The same plan over another join.
fn over(
    join: Arc<dyn ExecutionPlan>,
    plan: &Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    match plan.children()[..] {
        [input] => Arc::clone(plan).with_new_children(vec![over(join, input)?]),
        _ => Ok(join),
    }
}

/// The same operator over a join that gives it distances; none where it measures none of the join's.
fn above(
    plan: &Arc<dyn ExecutionPlan>,
    input: &Arc<dyn ExecutionPlan>,
    join: &SpatialJoinExec,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let asked = projection.expr().iter().map(|part| &part.expr);
        return Rewriting::of((input, join), asked)?
            .map(|rewriting| rewriting.projection(projection))
            .transpose();
    }
    let Some(aggregate) = plan.downcast_ref::<AggregateExec>() else {
        return Ok(None);
    };
    let reads_rows = matches!(
        aggregate.mode(),
        AggregateMode::Partial | AggregateMode::Single | AggregateMode::SinglePartitioned
    );
    let parts = aggregate.aggr_expr();
    let is_ordered = parts.iter().any(|part| !part.order_bys().is_empty());
    if !reads_rows || is_ordered || aggregate.limit_options().is_some() {
        return Ok(None);
    }
    let arguments: Vec<_> = parts.iter().flat_map(|part| part.expressions()).collect();
    let keys = aggregate.group_expr().expr().iter().map(|(key, _)| key);
    let filters = aggregate.filter_expr().iter().flatten();
    Rewriting::of((input, join), arguments.iter().chain(keys).chain(filters))?
        .map(|rewriting| rewriting.aggregate(aggregate))
        .transpose()
}

/// From a join to the same one with distances and only the columns that are asked for.
struct Rewriting<'a> {
    from: &'a SpatialJoinExec,
    /// What the operator reads then.
    to: Arc<dyn ExecutionPlan>,
    /// Where its columns were before.
    places: Vec<usize>,
}

impl<'a> Rewriting<'a> {
    fn of<'b>(
        (input, from): (&Arc<dyn ExecutionPlan>, &'a SpatialJoinExec),
        asked: impl Iterator<Item = &'b Arc<dyn PhysicalExpr>>,
    ) -> Result<Option<Self>> {
        let (mut places, mut measures) = (BTreeSet::new(), false);
        for expression in asked {
            let expression = with_distance(expression, from)?;
            measures |= expression.transformed;
            places.extend(collect_columns(&expression.data).iter().map(Column::index));
        }
        if !measures {
            return Ok(None);
        }
        let places: Vec<usize> = places.into_iter().collect();
        let to = over(Arc::new(from.choosing(&places)?), input)?;
        Ok(Some(Self { from, to, places }))
    }

    fn apply(&self, expression: &Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        let expression = with_distance(expression, self.from)?.data;
        let moved = expression.transform_up(|part| {
            let Some(column) = part.downcast_ref::<Column>() else {
                return Ok(Transformed::no(part));
            };
            let place = self.places.binary_search(&column.index());
            let place = place.expect("every column that is asked for has a place");
            let column = Column::new(column.name(), place);
            Ok(Transformed::yes(Arc::new(column) as Arc<dyn PhysicalExpr>))
        });
        moved.data()
    }

    fn projection(&self, projection: &ProjectionExec) -> Result<Arc<dyn ExecutionPlan>> {
        let parts = projection.expr().iter().map(|part| {
            let expr = self.apply(&part.expr)?;
            let alias = part.alias.clone();
            Ok(ProjectionExpr { expr, alias })
        });
        let parts: Vec<_> = parts.collect::<Result<_>>()?;
        let input = Arc::clone(&self.to);
        Ok(Arc::new(ProjectionExec::try_new(parts, input)?))
    }

    fn aggregate(&self, aggregate: &AggregateExec) -> Result<Arc<dyn ExecutionPlan>> {
        let group_by = aggregate.group_expr();
        let keys = group_by.expr().iter();
        let keys = keys.map(|(key, name)| Ok((self.apply(key)?, name.clone())));
        let keys = PhysicalGroupBy::new(
            keys.collect::<Result<_>>()?,
            group_by.null_expr().to_vec(),
            group_by.groups().to_vec(),
            group_by.has_grouping_set(),
        );
        let parts = aggregate.aggr_expr().iter();
        let parts = parts.map(|part| self.part(part).map(Arc::new));
        let filters = aggregate.filter_expr().iter();
        let filters = filters.map(|filter| filter.as_ref().map(|by| self.apply(by)).transpose());
        Ok(Arc::new(AggregateExec::try_new(
            *aggregate.mode(),
            keys,
            parts.collect::<Result<_>>()?,
            filters.collect::<Result<_>>()?,
            Arc::clone(&self.to),
            self.to.schema(),
        )?))
    }

    fn part(&self, part: &AggregateFunctionExpr) -> Result<AggregateFunctionExpr> {
        let arguments = part.expressions();
        let arguments = arguments.iter().map(|argument| self.apply(argument));
        let function = Arc::new(part.fun().clone());
        let mut builder = AggregateExprBuilder::new(function, arguments.collect::<Result<_>>()?)
            .schema(self.to.schema())
            .alias(part.name())
            .with_distinct(part.is_distinct())
            .with_ignore_nulls(part.ignore_nulls())
            .with_reversed(part.is_reversed());
        if let Some(name) = part.human_display() {
            builder = builder.human_display(name);
        }
        builder.build()
    }
}

/// An expression with the join's distance, a column behind its last, in place of what measures it.
fn with_distance(
    expression: &Arc<dyn PhysicalExpr>,
    join: &SpatialJoinExec,
) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
    Arc::clone(expression).transform_up(|part| {
        let is_measured = part
            .downcast_ref::<ScalarFunctionExpr>()
            .filter(|call| call.name() == "st_distance")
            .is_some_and(|call| match call.args() {
                [a, b] => match (a.downcast_ref::<Column>(), b.downcast_ref::<Column>()) {
                    (Some(a), Some(b)) => join.measures_between(a.index(), b.index()),
                    _ => false,
                },
                _ => false,
            });
        if !is_measured {
            return Ok(Transformed::no(part));
        }
        let distance = Column::new(SpatialJoinExec::DISTANCE, join.schema().fields().len());
        Ok(Transformed::yes(Arc::new(distance) as Arc<dyn PhysicalExpr>))
    })
}
