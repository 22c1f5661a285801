//! Table: window functions.

use super::FunctionReference;

pub(super) const ENTRIES: &[FunctionReference] = &[FunctionReference {
    name: "st_clusterdbscan",
    aliases: &[],
    signature: "(geometry, eps, minpoints) → integer",
    gives: "The number of a row's cluster by DBSCAN, from 0, from west to east; null for noise. A row with at least minpoints rows, itself included, at most eps away in the unit of the CRS is a core; cores so near to each other are one cluster, and a row near cores joins that of the nearest. The order of rows does not matter; eps and minpoints are constants.",
    empty: "null and EMPTY give null and count for nobody",
    crs: "any",
    example: "SELECT ST_ClusterDBSCAN(g, 1.5, 2) OVER () FROM (VALUES (ST_Point(3, 0)), (ST_Point(9, 0)), (ST_Point(2, 0)), (ST_Point(0, 0)), (ST_Point(0, 1))) AS t(g)",
    result: "1",
}];
