//! Plain questions about one layer, and the few rules that can matter to their plans.
//!
//! DataFusion walks a plan some ninety times to optimize it. For a window over a layer, which the index answers in
//! microseconds, that is most of the time. Joins, subqueries, unions, windows, DISTINCT and repeated function calls are what
//! most rules are for; a plan without them is planned with what remains.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::tree_node::{TreeNode as _, TreeNodeRecursion},
    error::Result,
    logical_expr::{Expr, LogicalPlan},
    optimizer::{
        OptimizerRule, optimize_projections::OptimizeProjections, push_down_filter::PushDownFilter,
        push_down_limit::PushDownLimit, simplify_expressions::SimplifyExpressions,
    },
    physical_optimizer::{
        PhysicalOptimizerRule, aggregate_statistics::AggregateStatistics,
        combine_partial_final_agg::CombinePartialFinalAggregate,
        enforce_distribution::EnforceDistribution, enforce_sorting::EnforceSorting,
        limit_pushdown::LimitPushdown, output_requirements::OutputRequirements,
        projection_pushdown::ProjectionPushdown, topk_aggregation::TopKAggregation,
    },
};

/// Whether a plan reads one table and needs no rule beyond these.
pub(super) fn is_plain(plan: &LogicalPlan) -> Result<bool> {
    let mut called = HashSet::new();
    let mut tables = 0;
    let mut plain = true;
    plan.apply(|node| {
        tables += usize::from(matches!(node, LogicalPlan::TableScan(_)));
        plain &= match node {
            LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::Aggregate(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::TableScan(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_) => tables <= 1,
            _ => false,
        };
        node.apply_expressions(|expression| {
            plain &= !expression.exists(|part| {
                Ok(match part {
                    Expr::Column(_)
                    | Expr::Literal(..)
                    | Expr::Alias(_)
                    | Expr::BinaryExpr(_)
                    | Expr::Not(_)
                    | Expr::IsNull(_)
                    | Expr::IsNotNull(_)
                    | Expr::Between(_)
                    | Expr::InList(_)
                    | Expr::Like(_)
                    | Expr::Cast(_) => false,
                    Expr::AggregateFunction(aggregate) => aggregate.params.distinct,
                    // The same function again may be the same call again, which is worth a rule to find out.
                    Expr::ScalarFunction(call) => !called.insert(Arc::clone(&call.func)),
                    _ => true,
                })
            })?;
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(if plain {
            TreeNodeRecursion::Continue
        } else {
            TreeNodeRecursion::Stop
        })
    })?;
    Ok(plain)
}

/// Rules of the logical plan, in DataFusion's order.
pub(super) fn logical_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    vec![
        Arc::new(SimplifyExpressions::new()),
        Arc::new(PushDownLimit::new()),
        Arc::new(PushDownFilter::new()),
        Arc::new(OptimizeProjections::new()),
    ]
}

/// Rules of the physical plan, in DataFusion's order.
pub(super) fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    vec![
        Arc::new(OutputRequirements::new_add_mode()),
        Arc::new(AggregateStatistics::new()),
        Arc::new(EnforceDistribution::new()),
        Arc::new(CombinePartialFinalAggregate::new()),
        Arc::new(EnforceSorting::new()),
        Arc::new(OutputRequirements::new_remove_mode()),
        Arc::new(TopKAggregation::new()),
        Arc::new(LimitPushdown::new()),
        Arc::new(ProjectionPushdown::new()),
    ]
}
