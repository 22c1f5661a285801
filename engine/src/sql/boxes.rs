//! `a && b`: whether the boxes of two geometries meet, as in `PostGIS`.

use std::{borrow::Cow, sync::Arc};

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
pub(super) fn without_envelopes(filter: &Expr) -> Result<Cow<'_, Expr>> {
    // Nearly every filter has none, and a copy of its constants is not for nothing.
    if !filter.exists(|part| Ok(column_of_envelope(part).is_some()))? {
        return Ok(Cow::Borrowed(filter));
    }
    let replaced = filter.clone().transform_up(|part| {
        let column = column_of_envelope(&part).cloned();
        Ok(column.map_or_else(|| Transformed::no(part), Transformed::yes))
    });
    replaced.data().map(Cow::Owned)
}

fn column_of_envelope(part: &Expr) -> Option<&Expr> {
    match part {
        Expr::ScalarFunction(call) if call.func.name() == "st_envelope" => match &call.args[..] {
            [column @ Expr::Column(_)] => Some(column),
            _ => None,
        },
        _ => None,
    }
}
