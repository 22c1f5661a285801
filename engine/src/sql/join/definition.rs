//! What a spatial join joins with what, and on what.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{AsArray as _, Float64Array, RecordBatch},
        compute::cast,
        datatypes::DataType,
    },
    common::{JoinSide, JoinType},
    error::Result,
    physical_expr::PhysicalExpr,
    physical_plan::{ExecutionPlan, joins::utils::JoinFilter},
};

use super::find::Metric;
use crate::shape::Relation;

/// The spatial condition of a join.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    /// The left geometry stands in this relation to the right one.
    Relation(Relation),
    /// The two are at most so far apart, as a side or a literal says.
    Within {
        distance: Arc<dyn PhysicalExpr>,
        said_by: JoinSide,
        metric: Metric,
    },
    /// The indexed row is one of so many nearest to the probe's, in the plane or in metres.
    Nearest { count: usize, in_metres: bool },
}

/// What is joined with what, on what.
#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) left: Arc<dyn ExecutionPlan>,
    pub(super) right: Arc<dyn ExecutionPlan>,
    /// The geometry of each side, left first.
    pub(super) geometries: [Arc<dyn PhysicalExpr>; 2],
    pub(super) predicate: Predicate,
    /// The rest of the condition.
    pub(super) condition: Option<JoinFilter>,
    pub(super) kind: JoinType,
    /// The side that is searched; the other's rows come by and look for matches.
    pub(super) indexed: JoinSide,
}

impl Join {
    /// How near is near enough for each row of a side, where that side says it; a literal is said by the probe side.
    pub(super) fn distances(
        &self,
        of: JoinSide,
        rows: &RecordBatch,
    ) -> Result<Option<Float64Array>> {
        let Predicate::Within {
            distance, said_by, ..
        } = &self.predicate
        else {
            return Ok(None);
        };
        if (*said_by == self.indexed) != (of == self.indexed) {
            return Ok(None);
        }
        let values = distance.evaluate(rows)?.into_array(rows.num_rows())?;
        Ok(Some(
            cast(&values, &DataType::Float64)?.as_primitive().clone(),
        ))
    }

    pub(super) fn probe_side(&self) -> JoinSide {
        if self.indexed == JoinSide::Left {
            JoinSide::Right
        } else {
            JoinSide::Left
        }
    }

    /// Whether the join is asked for pairs, and not only for which rows have one.
    pub(super) fn wants_pairs(&self) -> bool {
        matches!(
            self.kind,
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full
        )
    }

    pub(super) fn plan(&self, side: JoinSide) -> &Arc<dyn ExecutionPlan> {
        if side == JoinSide::Left {
            &self.left
        } else {
            &self.right
        }
    }

    pub(super) fn geometry(&self, side: JoinSide) -> &Arc<dyn PhysicalExpr> {
        &self.geometries[usize::from(side != JoinSide::Left)]
    }
}
