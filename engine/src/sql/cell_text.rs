//! Cells written as text: answers show `h3` in hexadecimal, so `h3 = '88415c96a5fffff'` has to mean that cell.
//!
//! SQL itself would compare the number's decimal digits with the text and find nothing.

use datafusion::{
    common::{
        Column, ScalarValue,
        config::ConfigOptions,
        plan_datafusion_err,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    logical_expr::{BinaryExpr, Expr, LogicalPlan, expr::InList, expr_rewriter::NamePreserver},
    optimizer::AnalyzerRule,
};

use crate::h3::cell_of_text;

/// Functions that answer a cell.
const CELL_FUNCTIONS: [&str; 4] = [
    "h3_cell_to_parent",
    "h3_latlng_to_cell",
    "h3_lnglat_to_cell",
    "h3_string_to_cell",
];

/// Reads texts that are compared with cells as cells.
#[derive(Debug)]
pub(super) struct CellText;

impl AnalyzerRule for CellText {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| {
            let names = NamePreserver::new(&plan);
            plan.map_expressions(|expression| {
                let name = names.save(&expression);
                Ok(expression
                    .transform_up(read)?
                    .update_data(|expression| name.restore(expression)))
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "cell_text"
    }
}

/// Replaces the texts of one comparison.
fn read(expression: Expr) -> Result<Transformed<Expr>> {
    match expression {
        Expr::BinaryExpr(BinaryExpr { left, op, right })
            if op.supports_propagation() && is_cell(&left) != is_cell(&right) =>
        {
            let (left, right) = (cell(*left)?, cell(*right)?);
            let changed = left.transformed || right.transformed;
            let comparison = BinaryExpr {
                left: Box::new(left.data),
                op,
                right: Box::new(right.data),
            };
            Ok(Transformed::new_transformed(
                Expr::BinaryExpr(comparison),
                changed,
            ))
        }
        Expr::InList(InList {
            expr,
            list,
            negated,
        }) if is_cell(&expr) => {
            let list = list.into_iter().map(cell).collect::<Result<Vec<_>>>()?;
            let changed = list.iter().any(|item| item.transformed);
            let list = list.into_iter().map(|item| item.data).collect();
            Ok(Transformed::new_transformed(
                Expr::InList(InList {
                    expr,
                    list,
                    negated,
                }),
                changed,
            ))
        }
        other => Ok(Transformed::no(other)),
    }
}

/// Whether an expression is a cell: the column `h3`, or a function that answers one.
fn is_cell(expression: &Expr) -> bool {
    match expression {
        Expr::Column(Column { name, .. }) => name == layers::Layer::H3,
        Expr::ScalarFunction(call) => CELL_FUNCTIONS.contains(&call.func.name()),
        _ => false,
    }
}

/// A constant text as the cell it names.
fn cell(expression: Expr) -> Result<Transformed<Expr>> {
    match &expression {
        Expr::Literal(
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)),
            metadata,
        ) => {
            let cell = cell_of_text(text).map_err(|error| plan_datafusion_err!("{error}"))?;
            Ok(Transformed::yes(Expr::Literal(
                ScalarValue::UInt64(Some(cell.into())),
                metadata.clone(),
            )))
        }
        _ => Ok(Transformed::no(expression)),
    }
}
