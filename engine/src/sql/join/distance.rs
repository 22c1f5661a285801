//! `ST_Distance(a, b) <= d` is `ST_DWithin(a, b, d)`, and `<` that and more; so it is in metres, with `Spheroid` in the names.
//!
//! The planner of joins takes both comparisons for the same and would lose the difference where the distance is exactly `d`.
//! It knows no metres either, so those are marked as such for it.

use std::sync::Arc;

use datafusion::{
    common::{
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _},
    },
    error::Result,
    logical_expr::{
        BinaryExpr, Expr, LogicalPlan, Operator, ScalarUDF,
        expr::ScalarFunction,
        utils::{conjunction, split_conjunction_owned},
    },
    optimizer::{AnalyzerRule, ApplyOrder, OptimizerConfig, OptimizerRule},
    prelude::lit,
};

use crate::sql::functions::{InMetres, within_in_joins};

/// Rewrites conditions of joins and filters.
#[derive(Debug)]
pub(in crate::sql) struct DistanceAsPredicate {
    /// `ST_DWithin`.
    pub(in crate::sql) within: Arc<ScalarUDF>,
    /// `ST_DWithinSpheroid`.
    pub(in crate::sql) within_metres: Arc<ScalarUDF>,
}

impl AnalyzerRule for DistanceAsPredicate {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let rewritten = plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Join(_) | LogicalPlan::Filter(_) => {
                plan.map_expressions(|condition| Ok(self.rewrite(condition)))
            }
            other => Ok(Transformed::no(other)),
        });
        rewritten.data()
    }

    fn name(&self) -> &'static str {
        "distance_as_predicate"
    }
}

impl DistanceAsPredicate {
    /// Only what must hold as a whole or in part of an AND: elsewhere the null of an EMPTY geometry would not be a false.
    fn rewrite(&self, condition: Expr) -> Transformed<Expr> {
        let parts =
            split_conjunction_owned(condition)
                .into_iter()
                .map(|part| match self.within(&part) {
                    Some((within, true)) => Transformed::yes(within.and(part)),
                    Some((within, false)) => Transformed::yes(within),
                    None => Transformed::no(part),
                });
        let parts: Vec<_> = parts.collect();
        let changed = parts.iter().any(|part| part.transformed);
        let whole =
            conjunction(parts.into_iter().map(|part| part.data)).unwrap_or_else(|| lit(true));
        Transformed::new_transformed(whole, changed)
    }

    /// The predicate of a comparison with a distance, and whether the comparison is strict.
    fn within(&self, condition: &Expr) -> Option<(Expr, bool)> {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else {
            return None;
        };
        let (measured, bound) = match op {
            Operator::Lt | Operator::LtEq => (left, right),
            Operator::Gt | Operator::GtEq => (right, left),
            _ => return None,
        };
        let Expr::ScalarFunction(ScalarFunction { func, args }) = measured.as_ref() else {
            return None;
        };
        let [a, b] = args.as_slice() else {
            return None;
        };
        let within = match func.name() {
            "st_distance" => &self.within,
            "st_distancespheroid" => &self.within_metres,
            _ => return None,
        };
        let arguments = vec![a.clone(), b.clone(), bound.as_ref().clone()];
        let within = ScalarFunction::new_udf(Arc::clone(within), arguments);
        let is_strict = matches!(op, Operator::Lt | Operator::Gt);
        Some((Expr::ScalarFunction(within), is_strict))
    }
}

/// Writes `ST_DWithinSpheroid` in the condition of a join as the planner of joins reads a distance: the same function by the
/// name of `ST_DWithin`, its distance marked as metres.
#[derive(Debug)]
pub(in crate::sql) struct MetresInJoins {
    within: Arc<ScalarUDF>,
    mark: Arc<ScalarUDF>,
}

impl MetresInJoins {
    pub(in crate::sql) fn new() -> Self {
        Self {
            within: within_in_joins(),
            mark: InMetres::function(),
        }
    }

    fn marked(&self, part: Expr) -> Transformed<Expr> {
        match part {
            Expr::ScalarFunction(ScalarFunction { func, mut args })
                if func.name() == "st_dwithinspheroid" && args.len() == 3 =>
            {
                let call = |function, args| {
                    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(function), args))
                };
                args[2] = call(&self.mark, vec![args[2].clone()]);
                Transformed::yes(call(&self.within, args))
            }
            other => Transformed::no(other),
        }
    }
}

impl OptimizerRule for MetresInJoins {
    fn name(&self) -> &'static str {
        "metres_in_joins"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Join(mut join) = plan else {
            return Ok(Transformed::no(plan));
        };
        // With equal keys a join is hashed, and its filter stays what it is.
        let Some(filter) = join.filter.take_if(|_| join.on.is_empty()) else {
            return Ok(Transformed::no(LogicalPlan::Join(join)));
        };
        let parts = split_conjunction_owned(filter).into_iter();
        let parts: Vec<_> = parts.map(|part| self.marked(part)).collect();
        let changed = parts.iter().any(|part| part.transformed);
        join.filter = conjunction(parts.into_iter().map(|part| part.data));
        Ok(Transformed::new_transformed(
            LogicalPlan::Join(join),
            changed,
        ))
    }
}
