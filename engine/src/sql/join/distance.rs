//! `ST_Distance(a, b) <= d` is `ST_DWithin(a, b, d)`, and `<` that and more.
//!
//! The planner of joins takes both comparisons for the same and would lose the difference where the distance is exactly `d`.

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
    optimizer::AnalyzerRule,
    prelude::lit,
};

/// Rewrites conditions of joins and filters.
#[derive(Debug)]
pub(in crate::sql) struct DistanceAsPredicate(pub(in crate::sql) Arc<ScalarUDF>);

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
        let arguments = vec![a.clone(), b.clone(), bound.as_ref().clone()];
        let within = Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(&self.0), arguments));
        (func.name() == "st_distance")
            .then_some((within, matches!(op, Operator::Lt | Operator::Gt)))
    }
}
