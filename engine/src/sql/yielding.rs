//! Operators that make many rows of few give way to other queries, and to the deadline, after every batch.
//!
//! DataFusion counts batches at the leaves of a plan. A join can make a million batches of one leaf's batch, so a query that
//! multiplies would keep its thread until it ends, and no one could stop it.

use std::sync::Arc;

use datafusion::{
    common::{
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{ExecutionPlan, coop::CooperativeExec},
};

/// Puts a counter above every operator that may emit more rows than it reads.
#[derive(Debug)]
pub(super) struct YieldWhereRowsGrow;

impl PhysicalOptimizerRule for YieldWhereRowsGrow {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            if !multiplies(plan.name()) {
                return Ok(Transformed::no(plan));
            }
            Ok(Transformed::yes(Arc::new(CooperativeExec::new(plan)) as Arc<dyn ExecutionPlan>))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "yield_where_rows_grow"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether an operator of this name makes rows: joins of any kind, list elements, recursion.
fn multiplies(name: &str) -> bool {
    name.contains("Join") || name.contains("Unnest") || name.contains("Recursive")
}
