//! Spatial joins and nearest neighbours on the index that a layer has anyway.
//!
//! Sedona's rules turn a join with a spatial condition into one node of the plan; here it becomes [`SpatialJoinExec`]. Which
//! side is searched: the larger of two resident layers, so that the fewer rows do the searching; the resident one of two;
//! of two that are not, the smaller, whose index is built for the query.

mod definition;
mod distance;
mod exec;
mod find;
mod matcher;
mod measured;
mod pairs;
mod probe;
mod side;
mod vicinity;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    common::{JoinSide, plan_err},
    error::Result,
    physical_expr::{PhysicalExpr, ScalarFunctionExpr},
    physical_plan::ExecutionPlan,
};
use sedona_query_planner::{
    spatial_join_physical_planner::{PlanSpatialJoinArgs, SpatialJoinPhysicalPlanner},
    spatial_predicate::{SpatialPredicate, SpatialRelationType},
};

use self::{
    definition::{Join, Predicate},
    exec::SpatialJoinExec,
    find::Metric,
};
pub(super) use self::{
    distance::{DistanceAsPredicate, MetresInJoins},
    measured::DistanceOfSearch,
    side::{Indexed, Resident},
};
use crate::{
    output::{GeometryCrs, crs_of},
    shape::Relation,
    sql::functions::InMetres,
};

/// Plans every spatial join over plain WKB; others are left to a nested loop.
#[derive(Debug)]
pub(super) struct SpatialJoins;

impl SpatialJoinPhysicalPlanner for SpatialJoins {
    fn plan_spatial_join(
        &self,
        args: &PlanSpatialJoinArgs<'_>,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (left, right) = (args.physical_left, args.physical_right);
        let (geometries, predicate, objects) = match args.spatial_predicate {
            SpatialPredicate::Relation(on) => {
                let relation = Predicate::Relation(relation_of(on.relation_type));
                (
                    [Arc::clone(&on.left), Arc::clone(&on.right)],
                    relation,
                    None,
                )
            }
            SpatialPredicate::Distance(on) => {
                let (distance, metric) = distance_of(&on.distance);
                let within = Predicate::Within {
                    distance,
                    said_by: on.distance_side,
                    metric,
                };
                ([Arc::clone(&on.left), Arc::clone(&on.right)], within, None)
            }
            SpatialPredicate::KNearestNeighbors(on) => {
                let nearest = Predicate::Nearest {
                    count: on.k as usize,
                    in_metres: on.use_spheroid,
                };
                let (queries, objects) = (Arc::clone(&on.left), Arc::clone(&on.right));
                if on.probe_side == JoinSide::Left {
                    ([queries, objects], nearest, Some(JoinSide::Right))
                } else {
                    ([objects, queries], nearest, Some(JoinSide::Left))
                }
            }
        };
        if !(is_wkb(&geometries[0], left)? && is_wkb(&geometries[1], right)?) {
            return Ok(None);
        }
        let in_metres = matches!(
            predicate,
            Predicate::Nearest {
                in_metres: true,
                ..
            }
        );
        if in_metres && !(is_lon_lat(&geometries[0], left)? && is_lon_lat(&geometries[1], right)?) {
            return plan_err!(
                "ST_KNN(…, TRUE) measures in metres on the ellipsoid and needs longitude and latitude: transform both geometries to OGC:CRS84, or use FALSE for the plane"
            );
        }
        let indexed = match objects {
            Some(objects) => objects,
            None => side_to_index(left, right, &geometries)?,
        };
        let join = Join {
            left: Arc::clone(left),
            right: Arc::clone(right),
            geometries,
            predicate,
            condition: args.remainder.cloned(),
            kind: *args.join_type,
            indexed,
        };
        let partitions = args.options.execution.target_partitions;
        Ok(Some(Arc::new(SpatialJoinExec::try_new(
            join, partitions, None,
        )?)))
    }
}

fn relation_of(relation: SpatialRelationType) -> Relation {
    match relation {
        SpatialRelationType::Intersects => Relation::Intersects,
        SpatialRelationType::Contains => Relation::Contains,
        SpatialRelationType::Within => Relation::Within,
        SpatialRelationType::Covers => Relation::Covers,
        SpatialRelationType::CoveredBy => Relation::CoveredBy,
        SpatialRelationType::Touches => Relation::Touches,
        SpatialRelationType::Crosses => Relation::Crosses,
        SpatialRelationType::Overlaps => Relation::Overlaps,
        SpatialRelationType::Equals => Relation::Equals,
    }
}

/// A distance without the mark that it is in metres.
fn distance_of(distance: &Arc<dyn PhysicalExpr>) -> (Arc<dyn PhysicalExpr>, Metric) {
    match distance.downcast_ref::<ScalarFunctionExpr>() {
        Some(marked) if marked.fun().name() == InMetres::NAME => {
            (Arc::clone(&marked.args()[0]), Metric::Metres)
        }
        _ => (Arc::clone(distance), Metric::Plane),
    }
}

fn is_wkb(geometry: &Arc<dyn PhysicalExpr>, plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let found = geometry.data_type(&plan.schema())?;
    Ok(matches!(
        found,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView
    ))
}

/// Whether a geometry is in longitude and latitude.
fn is_lon_lat(geometry: &Arc<dyn PhysicalExpr>, plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let field = geometry.return_field(&plan.schema())?;
    Ok(crs_of(&field) == Some(GeometryCrs::LonLat))
}

/// About how many rows a plan gives, where that is known.
fn rows_of(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<usize>> {
    Ok(plan
        .partition_statistics(None)?
        .num_rows
        .get_value()
        .copied())
}

fn side_to_index(
    left: &Arc<dyn ExecutionPlan>,
    right: &Arc<dyn ExecutionPlan>,
    [of_left, of_right]: &[Arc<dyn PhysicalExpr>; 2],
) -> Result<JoinSide> {
    let resident = (Resident::of(left, of_left), Resident::of(right, of_right));
    let (rows_left, rows_right) = (rows_of(left)?, rows_of(right)?);
    let left_is_larger = rows_left.unwrap_or(usize::MAX) >= rows_right.unwrap_or(usize::MAX);
    let is_left = match resident {
        (Some(_), Some(_)) => left_is_larger,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => !left_is_larger || rows_right.is_none(),
    };
    Ok(if is_left {
        JoinSide::Left
    } else {
        JoinSide::Right
    })
}
