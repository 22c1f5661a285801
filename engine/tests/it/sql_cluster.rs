//! DBSCAN by SQL against its definition over every pair.

use std::{sync::Arc, time::Duration};

use engine::{
    TwinSnapshot,
    sql::{SqlError, SqlLimits, SqlRequest},
};
use geo::{Distance as _, Euclidean, Geometry, HasDimensions as _};

use crate::{
    built::{dice, numbered_layer},
    fixture::{ask, province, rows, shape},
};

/// Shapes on whole numbers, so that distances are exact; some EMPTY, some null, some alike.
fn shapes(seed: u64, count: usize, side: u64) -> Vec<Option<Geometry>> {
    let mut next = dice(seed);
    let make = |next: &mut dyn FnMut(u64) -> u64| {
        let (x, y, kind) = (10 + next(side), 10 + next(side), next(12));
        match kind {
            0 => None,
            1 => Some("LINESTRING EMPTY".to_owned()),
            2 => Some(format!("LINESTRING ({x} {y}, {} {})", x + 2, y + next(3))),
            3 => Some(format!(
                "POLYGON (({x} {y}, {0} {y}, {0} {1}, {x} {y}))",
                x + 2,
                y + 1
            )),
            4 => Some(format!("MULTIPOINT (({x} {y}), ({} {y}))", x + 3)),
            _ => Some(format!("POINT ({x} {y})")),
        }
    };
    (0..count)
        .map(|_| make(&mut next).map(|text| shape(&text)))
        .collect()
}

/// The cluster of each shape, by the definition.
fn by_every_pair(shapes: &[Option<Geometry>], eps: f64, fewest: usize) -> Vec<Option<i64>> {
    let known = |at: usize| shapes[at].as_ref().filter(|shape| !shape.is_empty());
    let distance = |a: usize, b: usize| Some(Euclidean.distance(known(a)?, known(b)?));
    let near = |a: usize, b: usize| distance(a, b).is_some_and(|distance| distance <= eps);
    let all = 0..shapes.len();
    let is_core: Vec<bool> = all
        .clone()
        .map(|at| all.clone().filter(|other| near(at, *other)).count() >= fewest)
        .collect();
    let mut of: Vec<usize> = all.clone().collect();
    for _ in all.clone() {
        for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))) {
            if is_core[a] && is_core[b] && near(a, b) {
                let least = of[a].min(of[b]);
                (of[a], of[b]) = (least, least);
            }
        }
    }
    let place = |at: usize| {
        let around = known(at).and_then(geo::BoundingRect::bounding_rect);
        around.map(|around| {
            [
                around.min().x,
                around.min().y,
                around.max().x,
                around.max().y,
            ]
        })
    };
    let joins = |at: usize| {
        if is_core[at] {
            return Some(of[at]);
        }
        let cores = all.clone().filter(|core| is_core[*core] && near(at, *core));
        let by_distance = |a: &usize, b: &usize| {
            let by_place = place(*a).partial_cmp(&place(*b)).unwrap();
            distance(at, *a)
                .partial_cmp(&distance(at, *b))
                .unwrap()
                .then(by_place)
        };
        cores.min_by(by_distance).map(|core| of[core])
    };
    let joined: Vec<Option<usize>> = all.clone().map(joins).collect();
    let mut west: Vec<usize> = all.filter(|at| joined[*at].is_some()).collect();
    west.sort_by(|a, b| place(*a).partial_cmp(&place(*b)).unwrap());
    let mut seen: Vec<usize> = Vec::new();
    for at in west {
        let cluster = joined[at].unwrap();
        if !seen.contains(&cluster) {
            seen.push(cluster);
        }
    }
    let number = |cluster: usize| seen.iter().position(|seen| *seen == cluster).unwrap();
    joined
        .into_iter()
        .map(|cluster| cluster.map(|cluster| i64::try_from(number(cluster)).unwrap()))
        .collect()
}

fn twin(shapes: &[Option<Geometry>]) -> Arc<TwinSnapshot> {
    Arc::new(TwinSnapshot::from_layers([numbered_layer("a", shapes)]))
}

fn found(twin: &Arc<TwinSnapshot>, query: &str) -> Vec<Option<i64>> {
    let rows = rows(twin, query);
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row[1].as_i64())
        .collect()
}

#[test]
fn clusters_are_those_of_the_definition() {
    let mut clusters = 0;
    for (seed, count, side) in [
        (1, 60, 20),
        (2, 90, 30),
        (3, 120, 40),
        (4, 20, 4),
        (5, 1, 2),
    ] {
        let shapes = shapes(seed, count, side);
        let twin = twin(&shapes);
        for (eps, fewest) in [
            (0.0, 1),
            (0.0, 2),
            (1.0, 2),
            (1.0, 4),
            (1.5, 3),
            (2.0, 5),
            (3.0, 1),
            (100.0, 10),
        ] {
            let query = format!(
                "SELECT n, ST_ClusterDBSCAN(geom, {eps}, {fewest}) OVER () FROM a ORDER BY n"
            );
            let expected = by_every_pair(&shapes, eps, fewest);
            assert_eq!(found(&twin, &query), expected, "seed {seed}: {query}");
            clusters += expected.iter().flatten().max().map_or(0, |last| last + 1);
        }
    }
    assert!(clusters > 300, "{clusters}");
}

#[test]
fn parts_are_asked_apart_and_the_order_of_rows_does_not_matter() {
    let shapes = shapes(7, 90, 20);
    let twin = twin(&shapes);
    let expected: Vec<_> = (0..3)
        .map(|part| {
            let shapes: Vec<_> = shapes.iter().skip(part).step_by(3).cloned().collect();
            by_every_pair(&shapes, 1.0, 3)
        })
        .collect();
    let expected: Vec<Option<i64>> = (0..shapes.len()).map(|n| expected[n % 3][n / 3]).collect();
    for over in [
        "PARTITION BY n % 3",
        "PARTITION BY n % 3 ORDER BY n",
        "PARTITION BY n % 3 ORDER BY n DESC",
        "PARTITION BY n % 3 ORDER BY h3",
    ] {
        let query =
            format!("SELECT n, ST_ClusterDBSCAN(geom, 1, 3) OVER ({over}) FROM a ORDER BY n");
        assert_eq!(found(&twin, &query), expected, "{query}");
    }
    let computed = "SELECT n, ST_ClusterDBSCAN(ST_Translate(geom, 5, 5), 1, 3) OVER (PARTITION BY n % 3) FROM (SELECT * FROM a WHERE n >= 0) ORDER BY n";
    assert_eq!(found(&twin, computed), expected);
}

#[test]
fn what_cannot_be_clustered_says_why() {
    for (call, expected) in [
        ("ST_ClusterDBSCAN(1, 2, 3) OVER ()", "is no geometry"),
        ("ST_ClusterDBSCAN(geom, -1, 3) OVER ()", "eps is -1"),
        ("ST_ClusterDBSCAN(geom, 1, 0) OVER ()", "minpoints is 0"),
        (
            "ST_ClusterDBSCAN(geom, so_thua, 2) OVER ()",
            "eps is no constant number",
        ),
    ] {
        let error =
            ask(&province(), &format!("SELECT {call} FROM parcels")).map(|answer| answer.batches);
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{call}: {error}");
    }
}

#[test]
fn the_deadline_stops_it() {
    let request = SqlRequest {
        limits: SqlLimits {
            time: Duration::from_millis(300),
            ..SqlLimits::default()
        },
        ..SqlRequest::new(
            "SELECT max(c) FROM (SELECT ST_ClusterDBSCAN(geom, 10, 20000) OVER () AS c FROM parcels)",
        )
    };
    let error = engine::sql::query(&province(), &request)
        .map(|answer| answer.batches)
        .unwrap_err();
    assert!(matches!(error, SqlError::Timeout { .. }), "{error}");
}
