//! `a && b`: whether the boxes of two geometries meet, as in `PostGIS`.

use std::sync::Arc;

use datafusion::{
    common::{
        DFSchema,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result,
    logical_expr::{
        Expr, ExprSchemable as _, ScalarUDF,
        expr::ScalarFunction,
        planner::{ExprPlanner, PlannerResult, RawBinaryExpr},
    },
    sql::sqlparser::ast::BinaryOperator,
};

use crate::output::crs_of;

const ENVELOPE: &str = "st_envelope";

/// Reads the operator as `ST_Intersects(ST_Envelope(a), ST_Envelope(b))`.
#[derive(Debug)]
pub(super) struct Boxes {
    pub(super) intersects: Arc<ScalarUDF>,
    pub(super) envelope: Arc<ScalarUDF>,
}

impl ExprPlanner for Boxes {
    fn plan_binary_op(
        &self,
        expr: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        let is_geometry = |side: &Expr| {
            let field = side.to_field(schema);
            field.is_ok_and(|(_, field)| crs_of(&field).is_some())
        };
        if expr.op != BinaryOperator::PGOverlap
            || !is_geometry(&expr.left)
            || !is_geometry(&expr.right)
        {
            return Ok(PlannerResult::Original(expr));
        }
        let call = |function: &Arc<ScalarUDF>, arguments| {
            Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(function), arguments))
        };
        let envelope = |side| call(&self.envelope, vec![side]);
        let boxes = vec![envelope(expr.left), envelope(expr.right)];
        Ok(PlannerResult::Planned(call(&self.intersects, boxes)))
    }
}

/// A filter with columns in place of their envelopes: what is asked of its box narrows down a column as it would its envelope.
pub(super) fn without_envelopes(filter: &Expr) -> Result<Expr> {
    let replaced = filter.clone().transform_up(|part| {
        Ok(match part {
            Expr::ScalarFunction(call)
                if call.func.name() == ENVELOPE && matches!(call.args[..], [Expr::Column(_)]) =>
            {
                Transformed::yes(call.args[0].clone())
            }
            part => Transformed::no(part),
        })
    });
    replaced.data()
}
