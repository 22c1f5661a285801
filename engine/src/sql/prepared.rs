//! Queries that were read before.
//!
//! A map or a dashboard asks the same text again and again, with other parameters. Reading it, and finding out what its names and
//! types are, takes a quarter of the time of a small question, and is done once for each state of the layers.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use datafusion::{
    common::tree_node::TreeNodeRecursion, datasource::DefaultTableSource, logical_expr::LogicalPlan,
};

use super::table::ResidentTable;

/// Plans that are kept; beyond, all are forgotten.
const MOST_PLANS: usize = 256;

/// The longest query that is kept.
const MOST_BYTES: usize = 4096;

/// The plans of a state of the layers, by the text of their queries, as they are before parameters are bound.
#[derive(Default)]
pub(crate) struct Prepared(Mutex<HashMap<String, LogicalPlan>>);

impl Prepared {
    pub(super) fn find(&self, query: &str) -> Option<LogicalPlan> {
        let plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.get(query).cloned()
    }

    pub(super) fn keep(&self, query: &str, plan: &LogicalPlan) {
        if query.len() > MOST_BYTES || !reads_layers_alone(plan) {
            return;
        }
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= MOST_PLANS {
            plans.clear();
        }
        plans.insert(query.to_owned(), plan.clone());
    }
}

/// Whether all that a plan reads is layers. The table of a function holds the state of the layers, which holds the plan: kept, neither
/// would ever go. A window function holds the guard of the one query it was made for.
fn reads_layers_alone(plan: &LogicalPlan) -> bool {
    let mut alone = true;
    let walked = plan.apply_with_subqueries(|node| {
        alone &= match node {
            LogicalPlan::TableScan(scan) => scan
                .source
                .downcast_ref::<DefaultTableSource>()
                .is_some_and(|source| source.table_provider.is::<ResidentTable>()),
            LogicalPlan::Window(_) => false,
            _ => true,
        };
        Ok(TreeNodeRecursion::Continue)
    });
    walked.is_ok() && alone
}

impl fmt::Debug for Prepared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        formatter
            .debug_struct("Prepared")
            .field("plans", &plans.len())
            .finish()
    }
}
