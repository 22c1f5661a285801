//! Joins give way to other queries, and to the deadline.
//!
//! DataFusion counts batches at the leaves of a plan and checks nothing else. A join can make a million batches of one
//! leaf's batch, and a nested loop can test a million pairs without making any: such a query would keep its thread until
//! it ends, and no one could stop it. So what multiplies rows is counted too, and the tests of pairs ask the guard.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, FieldRef, Schema},
    },
    common::{
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    logical_expr::ColumnarValue,
    physical_expr::PhysicalExpr,
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ExecutionPlan,
        coop::CooperativeExec,
        joins::{NestedLoopJoinExec, utils::JoinFilter},
    },
};

use super::functions::Guard;

/// Counts the batches of every operator that makes rows, and puts the tests of nested loops under guard.
#[derive(Debug)]
pub(super) struct YieldWhereRowsGrow;

impl PhysicalOptimizerRule for YieldWhereRowsGrow {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        options: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let guard = options.extensions.get::<Guard>();
        plan.transform_up(|plan| {
            if !multiplies(plan.name()) {
                return Ok(Transformed::no(plan));
            }
            let plan = match (plan.downcast_ref::<NestedLoopJoinExec>(), guard) {
                (Some(join), Some(guard)) => watched(join, guard)?.unwrap_or(plan),
                _ => plan,
            };
            Ok(Transformed::yes(
                Arc::new(CooperativeExec::new(plan)) as Arc<dyn ExecutionPlan>
            ))
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

/// The same join with its test under guard; none where it has no test.
fn watched(join: &NestedLoopJoinExec, guard: &Guard) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(filter) = join.filter() else {
        return Ok(None);
    };
    let test = Watched {
        test: Arc::clone(filter.expression()),
        guard: guard.clone(),
    };
    let filter = JoinFilter::new(
        Arc::new(test),
        filter.column_indices().to_vec(),
        Arc::clone(filter.schema()),
    );
    let (left, right) = (Arc::clone(join.left()), Arc::clone(join.right()));
    let projection = join.projection().as_ref().map(|columns| columns.to_vec());
    Ok(Some(Arc::new(NestedLoopJoinExec::try_new(
        left,
        right,
        Some(filter),
        join.join_type(),
        projection,
    )?)))
}

/// An expression that fails once its query is to stop.
#[derive(Debug)]
struct Watched {
    test: Arc<dyn PhysicalExpr>,
    guard: Guard,
}

impl PhysicalExpr for Watched {
    fn data_type(&self, schema: &Schema) -> Result<DataType> {
        self.test.data_type(schema)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.test.nullable(schema)
    }

    fn return_field(&self, schema: &Schema) -> Result<FieldRef> {
        self.test.return_field(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        self.guard.check()?;
        self.test.evaluate(batch)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.test]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let test = children.pop().unwrap_or_else(|| Arc::clone(&self.test));
        Ok(Arc::new(Self {
            test,
            guard: self.guard.clone(),
        }))
    }

    fn fmt_sql(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.test.fmt_sql(formatter)
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.test, formatter)
    }
}

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        self.test.eq(&other.test)
    }
}

impl Eq for Watched {}

impl Hash for Watched {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.test.hash(state);
    }
}
