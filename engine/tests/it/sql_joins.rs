//! Spatial joins against every pair looked at: all predicates, all types of join, whichever side has the index.

use std::{collections::BTreeSet, sync::Arc};

use engine::{LayerSnapshot, TwinSnapshot};
use geo::{
    Distance as _, Euclidean, Geometry, HasDimensions as _, Relate as _, relate::IntersectionMatrix,
};

use crate::{
    built::{dice, numbered_layer},
    fixture::{rows, shape, text},
};

/// An entry of the DE-9IM matrix.
type Holds = fn(&IntersectionMatrix) -> bool;

/// A row: its number, and its shape if it has one.
type Row = (i64, Option<Geometry<f64>>);

/// Shapes on whole degrees, so that boundaries touch and distances are exact; some EMPTY, some null, some alike.
fn odd_shapes(seed: u64, count: i64) -> Vec<Row> {
    let mut next = dice(seed);
    let make = |next: &mut dyn FnMut(u64) -> u64| {
        let (x, y, w, h) = (100 + next(9), 10 + next(9), 1 + next(4), 1 + next(4));
        match next(12) {
            0 => None,
            1 => Some("POLYGON EMPTY".to_owned()),
            2..=4 => Some(format!("POINT ({x} {y})")),
            5 => Some(format!("MULTIPOINT (({x} {y}), ({} {}))", x + w, y + h)),
            6 | 7 => Some(format!(
                "LINESTRING ({x} {y}, {} {y}, {} {})",
                x + w,
                x + w,
                y + h
            )),
            8 => Some(format!(
                "POLYGON (({x} {y}, {0} {y}, {0} {1}, {x} {1}, {x} {y}), ({x}.25 {y}.25, {x}.25 {y}.75, {x}.75 {y}.75, {x}.75 {y}.25, {x}.25 {y}.25))",
                x + w,
                y + h
            )),
            9 => Some(format!(
                "MULTIPOLYGON ((({x} {y}, {0} {y}, {x} {1}, {x} {y})), (({0} {1}, {2} {1}, {2} {3}, {0} {1})))",
                x + w,
                y + h,
                x + w + 1,
                y + h + 1
            )),
            _ => Some(format!(
                "POLYGON (({x} {y}, {0} {y}, {0} {1}, {x} {1}, {x} {y}))",
                x + w,
                y + h
            )),
        }
    };
    (0..count)
        .map(|n| (n, make(&mut next).map(|text| shape(&text))))
        .collect()
}

fn layer(id: &str, rows: &[Row]) -> LayerSnapshot {
    let shapes: Vec<_> = rows.iter().map(|(_, shape)| shape.clone()).collect();
    numbered_layer(id, &shapes)
}

struct Case {
    twin: Arc<TwinSnapshot>,
    a: Vec<Row>,
    b: Vec<Row>,
}

fn case(of_a: i64, of_b: i64) -> Case {
    let (a, b) = (odd_shapes(7, of_a), odd_shapes(11, of_b));
    let twin = Arc::new(TwinSnapshot::from_layers([layer("a", &a), layer("b", &b)]));
    Case { twin, a, b }
}

/// A side of a join: what to write, and which rows it has.
type Side = (&'static str, fn(i64) -> bool);

const SIDES: [Side; 3] = [
    ("{}", |_| true),
    ("(SELECT geom, n FROM {} WHERE n % 3 <> 0)", |n| n % 3 != 0),
    (
        "(SELECT n, ST_FlipCoordinates(ST_FlipCoordinates(geom)) AS geom FROM {})",
        |_| true,
    ),
];

type Pairs = BTreeSet<(Option<i64>, Option<i64>)>;

/// The pairs of an answer with the columns `l` and `r`; each may occur once.
#[track_caller]
fn pairs(twin: &Arc<TwinSnapshot>, query: &str) -> Pairs {
    let rows = rows(twin, query);
    let found: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[0].as_i64(), row[1].as_i64()))
        .collect();
    let each_once: Pairs = found.iter().copied().collect();
    assert_eq!(each_once.len(), found.len(), "a pair twice: {query}");
    each_once
}

/// What each type of join makes of the pairs that match.
fn expected(join: &str, a: &[i64], b: &[i64], matches: &BTreeSet<(i64, i64)>) -> Pairs {
    let left: BTreeSet<i64> = matches.iter().map(|(l, _)| *l).collect();
    let right: BTreeSet<i64> = matches.iter().map(|(_, r)| *r).collect();
    let both = matches.iter().map(|(l, r)| (Some(*l), Some(*r)));
    let lonely_left = a
        .iter()
        .filter(|n| !left.contains(n))
        .map(|n| (Some(*n), None));
    let lonely_right = b
        .iter()
        .filter(|n| !right.contains(n))
        .map(|n| (None, Some(*n)));
    match join {
        "JOIN" => both.collect(),
        "LEFT JOIN" => both.chain(lonely_left).collect(),
        "RIGHT JOIN" => both.chain(lonely_right).collect(),
        "FULL JOIN" => both.chain(lonely_left).chain(lonely_right).collect(),
        "LEFT SEMI JOIN" => left.into_iter().map(|n| (Some(n), None)).collect(),
        "LEFT ANTI JOIN" => lonely_left.collect(),
        "RIGHT SEMI JOIN" => right.into_iter().map(|n| (None, Some(n))).collect(),
        "RIGHT ANTI JOIN" => lonely_right.collect(),
        other => panic!("{other}"),
    }
}

const JOINS: [(&str, &str); 8] = [
    ("JOIN", "a.n, b.n"),
    ("LEFT JOIN", "a.n, b.n"),
    ("RIGHT JOIN", "a.n, b.n"),
    ("FULL JOIN", "a.n, b.n"),
    ("LEFT SEMI JOIN", "a.n, NULL"),
    ("LEFT ANTI JOIN", "a.n, NULL"),
    ("RIGHT SEMI JOIN", "NULL, b.n"),
    ("RIGHT ANTI JOIN", "NULL, b.n"),
];

/// Every type of join on a condition, with every kind of side, against the pairs that a test in plain `geo` finds.
fn check(case: &Case, condition: &str, holds: &dyn Fn(&Row, &Row) -> bool) {
    for (left, in_left) in SIDES {
        for (right, in_right) in SIDES {
            let a: Vec<&Row> = case.a.iter().filter(|(n, _)| in_left(*n)).collect();
            let b: Vec<&Row> = case.b.iter().filter(|(n, _)| in_right(*n)).collect();
            let pairs_of = a.iter().flat_map(|l| b.iter().map(move |r| (*l, *r)));
            let matches = pairs_of
                .filter(|(l, r)| holds(l, r))
                .map(|(l, r)| (l.0, r.0))
                .collect();
            let numbers = |rows: &[&Row]| rows.iter().map(|(n, _)| *n).collect::<Vec<_>>();
            for (join, columns) in JOINS {
                let (left, right) = (left.replace("{}", "a"), right.replace("{}", "b"));
                let query =
                    format!("SELECT {columns} FROM {left} AS a {join} {right} AS b ON {condition}");
                let expected = expected(join, &numbers(&a), &numbers(&b), &matches);
                assert_eq!(pairs(&case.twin, &query), expected, "{query}");
            }
        }
    }
}

/// Whether a matrix entry holds between two rows; never for a null.
fn related(l: &Row, r: &Row, holds: Holds) -> bool {
    let both = l.1.as_ref().zip(r.1.as_ref());
    both.is_some_and(|(l, r)| holds(&l.relate(r)))
}

#[test]
fn every_predicate_in_every_join_equals_looking_at_every_pair() {
    let case = case(60, 45);
    let predicates: [(&str, Holds); 9] = [
        ("ST_Intersects", IntersectionMatrix::is_intersects),
        ("ST_Contains", IntersectionMatrix::is_contains),
        ("ST_Within", IntersectionMatrix::is_within),
        ("ST_Covers", IntersectionMatrix::is_covers),
        ("ST_CoveredBy", IntersectionMatrix::is_coveredby),
        ("ST_Touches", IntersectionMatrix::is_touches),
        ("ST_Crosses", IntersectionMatrix::is_crosses),
        ("ST_Overlaps", IntersectionMatrix::is_overlaps),
        ("ST_Equals", IntersectionMatrix::is_equal_topo),
    ];
    for (function, holds) in predicates {
        check(&case, &format!("{function}(a.geom, b.geom)"), &|l, r| {
            related(l, r, holds)
        });
    }
}

#[test]
fn the_rest_of_a_condition_is_part_of_the_match() {
    let case = case(60, 45);
    let holds: Holds = IntersectionMatrix::is_intersects;
    check(
        &case,
        "ST_Intersects(a.geom, b.geom) AND a.n < b.n",
        &|l, r| related(l, r, holds) && l.0 < r.0,
    );
    check(
        &case,
        "ST_Contains(b.geom, a.geom) AND (a.n + b.n) % 2 = 0",
        &|l, r| related(r, l, IntersectionMatrix::is_contains) && (l.0 + r.0) % 2 == 0,
    );
}

fn distance(l: &Row, r: &Row) -> Option<f64> {
    let (l, r) = l.1.as_ref().zip(r.1.as_ref())?;
    (!l.is_empty() && !r.is_empty()).then(|| Euclidean.distance(l, r))
}

#[test]
fn distances_join_with_and_without_the_bound_itself() {
    let case = case(60, 45);
    for (condition, holds) in [
        (
            "ST_DWithin(a.geom, b.geom, 2)",
            (|d, _| d <= 2.0) as fn(f64, (i64, i64)) -> bool,
        ),
        ("ST_Distance(a.geom, b.geom) <= 2", |d, _| d <= 2.0),
        ("ST_Distance(a.geom, b.geom) < 2", |d, _| d < 2.0),
        ("2 > ST_Distance(b.geom, a.geom)", |d, _| d < 2.0),
        ("ST_DWithin(a.geom, b.geom, a.n % 4)", |d, (l, _)| {
            d <= (l % 4) as f64
        }),
        ("ST_DWithin(a.geom, b.geom, b.n % 3)", |d, (_, r)| {
            d <= (r % 3) as f64
        }),
        ("ST_DWithin(a.geom, b.geom, -1)", |_, _| false),
        ("ST_DWithin(a.geom, b.geom, NULL)", |_, _| false),
    ] {
        check(&case, condition, &|l, r| {
            distance(l, r).is_some_and(|d| holds(d, (l.0, r.0)))
        });
    }
}

#[test]
fn many_rows_and_few_areas_are_shared_out_by_rows_of_the_index() {
    let points: Vec<Row> = (0..40_000_i64)
        .map(|n| {
            (
                n,
                Some(
                    geo::Point::new(
                        100.0 + (n % 200) as f64 / 20.0,
                        10.0 + (n / 200) as f64 / 20.0,
                    )
                    .into(),
                ),
            )
        })
        .collect();
    let areas = odd_shapes(3, 25);
    let twin = Arc::new(TwinSnapshot::from_layers([
        layer("points", &points),
        layer("areas", &areas),
    ]));
    let plan = text(
        &twin,
        "EXPLAIN SELECT points.n, areas.n FROM areas JOIN points ON ST_Covers(areas.geom, points.geom)",
    );
    assert!(
        plan.contains("index=right packed r-tree of points v3"),
        "{plan}"
    );
    assert!(
        plan.contains("probe=read once, work shared by rows of the index"),
        "{plan}"
    );
    for (function, holds) in [
        ("ST_Covers", IntersectionMatrix::is_covers as Holds),
        ("ST_Contains", IntersectionMatrix::is_contains),
        ("ST_Touches", IntersectionMatrix::is_touches),
    ] {
        let matches: BTreeSet<(i64, i64)> = areas
            .iter()
            .flat_map(|area| points.iter().map(move |point| (area, point)))
            .filter(|(area, point)| related(area, point, holds))
            .map(|(area, point)| (area.0, point.0))
            .collect();
        let numbers = |rows: &[Row]| rows.iter().map(|(n, _)| *n).collect::<Vec<_>>();
        for (join, columns) in JOINS {
            let query = format!(
                "SELECT {columns} FROM areas AS a {join} points AS b ON {function}(a.geom, b.geom)"
            );
            let expected = expected(join, &numbers(&areas), &numbers(&points), &matches);
            assert!(pairs(&twin, &query) == expected, "{query}");
        }
    }
}

#[test]
fn exists_beside_another_condition_marks_rows() {
    let case = case(60, 45);
    let query = "SELECT a.n, NULL FROM a WHERE a.n < 5 OR EXISTS (SELECT 1 FROM b WHERE ST_Intersects(a.geom, b.geom))";
    let matched = |l: &&Row| {
        l.0 < 5
            || case
                .b
                .iter()
                .any(|r| related(l, r, IntersectionMatrix::is_intersects))
    };
    let expected: Pairs = case
        .a
        .iter()
        .filter(matched)
        .map(|(n, _)| (Some(*n), None))
        .collect();
    assert_eq!(pairs(&case.twin, query), expected);
}

#[test]
fn the_nearest_are_those_that_measuring_every_pair_finds() {
    let case = case(60, 45);
    for (objects, in_objects) in SIDES {
        for count in [1, 5, 100] {
            let objects = objects.replace("{}", "b");
            let query = format!(
                "SELECT a.n, ST_Distance(a.geom, b.geom) FROM a JOIN {objects} AS b ON ST_KNN(a.geom, b.geom, {count}, FALSE) ORDER BY 1, 2"
            );
            let mut expected = Vec::new();
            for from in &case.a {
                let near = case
                    .b
                    .iter()
                    .filter(|(n, _)| in_objects(*n))
                    .filter_map(|to| distance(from, to));
                let mut near: Vec<f64> = near.collect();
                near.sort_by(f64::total_cmp);
                expected.extend(
                    near.into_iter()
                        .take(count)
                        .map(|distance| (from.0, distance)),
                );
            }
            let found = rows(&case.twin, &query);
            let found = found.as_array().unwrap();
            assert_eq!(found.len(), expected.len(), "{query}");
            for (row, (n, distance)) in found.iter().zip(expected) {
                assert_eq!(row[0], n, "{query}");
                assert!(
                    (row[1].as_f64().unwrap() - distance).abs() < 1e-9,
                    "{query}: {row} is not {distance}"
                );
            }
        }
    }
}

#[test]
fn explain_says_which_side_is_searched_and_why() {
    let case = case(60, 45);
    let plan = |query: &str| text(&case.twin, &format!("EXPLAIN {query}"));
    let both = plan("SELECT count(*) FROM b JOIN a ON ST_Intersects(a.geom, b.geom)");
    assert!(
        both.contains("index=right packed r-tree of a v3, probe=streamed"),
        "{both}"
    );
    let made = "(SELECT ST_Centroid(geom) AS geom FROM b)";
    let one = plan(&format!(
        "SELECT count(*) FROM {made} AS b JOIN a ON ST_Intersects(a.geom, b.geom)"
    ));
    assert!(one.contains("index=right packed r-tree of a v3"), "{one}");
    let none = plan(&format!(
        "SELECT count(*) FROM {made} AS b JOIN {made} AS c ON ST_Intersects(c.geom, b.geom)"
    ));
    assert!(
        none.contains("built for this query (not the geom of a resident layer)"),
        "{none}"
    );
}

#[test]
fn rows_ordered_by_distance_are_the_nearest_ones_of_the_index() {
    let case = case(60, 45);
    let here = "ST_Point(104, 14)";
    let nearest =
        format!("SELECT n, ST_Distance({here}, geom) AS far FROM a ORDER BY far, n LIMIT 7");
    let plan = text(&case.twin, &format!("EXPLAIN {nearest}"));
    assert!(
        plan.contains("index=packed r-tree nearest=7, rows="),
        "{plan}"
    );
    let everything =
        format!("SELECT n, ST_Distance({here}, geom) AS far FROM a ORDER BY far + 0.0, n LIMIT 7");
    let plan = text(&case.twin, &format!("EXPLAIN {everything}"));
    assert!(plan.contains("index=none"), "{plan}");
    assert_eq!(rows(&case.twin, &nearest), rows(&case.twin, &everything));

    // More than have a place, the farthest first, or only some rows: the index is no help.
    for (query, unindexed) in [
        (
            "SELECT n FROM a ORDER BY ST_Distance(geom, {}), n LIMIT 60",
            "SELECT n FROM a ORDER BY ST_Distance(geom, {}) + 0.0, n LIMIT 60",
        ),
        (
            "SELECT n FROM a ORDER BY ST_Distance(geom, {}) DESC, n LIMIT 9",
            "SELECT n FROM a ORDER BY ST_Distance(geom, {}) + 0.0 DESC, n LIMIT 9",
        ),
        (
            "SELECT n FROM a WHERE n > 30 ORDER BY ST_Distance(geom, {}), n LIMIT 5",
            "SELECT n FROM a WHERE n > 30 ORDER BY ST_Distance(geom, {}) + 0.0, n LIMIT 5",
        ),
        (
            "SELECT n, ST_AsText(geom) FROM a ORDER BY ST_Distance(geom, {}), n DESC LIMIT 5 OFFSET 3",
            "SELECT n, ST_AsText(geom) FROM a ORDER BY ST_Distance(geom, {}) + 0.0, n DESC LIMIT 5 OFFSET 3",
        ),
    ] {
        let ask = |query: &str| rows(&case.twin, &query.replace("{}", here));
        assert_eq!(ask(query), ask(unindexed), "{query}");
    }
}

#[test]
fn the_nearest_in_metres_are_those_along_the_geodesic() {
    // Far enough north that a degree of longitude is half one of latitude, and the nearest in degrees are not the nearest.
    let point = |n: i64, x: f64, y: f64| -> Row { (n, Some(geo::Point::new(x, y).into())) };
    let spread = |n: i64, step: i64| ((n * step % 97) as f64 / 97.0, (n * step % 89) as f64 / 89.0);
    let a: Vec<Row> = (0..40)
        .map(|n| (n, spread(n, 31)))
        .map(|(n, (u, v))| point(n, 10.0 + 3.0 * u, 59.0 + 3.0 * v))
        .collect();
    let b: Vec<Row> = (0..300)
        .map(|n| (n, spread(n, 53)))
        .map(|(n, (u, v))| point(n, 10.0 + 3.0 * u, 59.0 + 3.0 * v))
        .collect();
    let twin = Arc::new(TwinSnapshot::from_layers([layer("a", &a), layer("b", &b)]));
    let place = |row: &Row| match row.1 {
        Some(Geometry::Point(point)) => point,
        _ => panic!("a point"),
    };
    let query = "SELECT a.n, b.n FROM a JOIN b ON ST_KNN(a.geom, b.geom, 4, TRUE)";
    let mut expected = Pairs::new();
    for from in &a {
        let mut near: Vec<_> = b
            .iter()
            .map(|to| (geo::Geodesic.distance(place(from), place(to)), to.0))
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        expected.extend(
            near.into_iter()
                .take(4)
                .map(|(_, n)| (Some(from.0), Some(n))),
        );
    }
    assert_eq!(pairs(&twin, query), expected);
    assert_ne!(pairs(&twin, &query.replace("TRUE", "FALSE")), expected);
    let made = "(SELECT n, ST_SetSRID(geom, 32632) AS geom FROM a)";
    let refused = crate::fixture::ask(
        &twin,
        &format!(
            "SELECT 1 FROM {made} AS a JOIN {} AS b ON ST_KNN(a.geom, b.geom, 4, TRUE)",
            made.replace("FROM a", "FROM b")
        ),
    );
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("needs longitude and latitude")
    );
}

#[test]
fn an_index_for_one_query_stays_within_its_memory_and_a_join_within_its_time() {
    use std::time::{Duration, Instant};

    use engine::sql::{SqlError, SqlLimits, SqlRequest, query};

    let made = "(SELECT ST_FlipCoordinates(ST_FlipCoordinates(geom)) AS geom FROM parcels)";
    let mut request = SqlRequest::new(format!(
        "SELECT count(*) FROM {made} a JOIN {made} b ON ST_Touches(a.geom, b.geom)"
    ));
    request.limits.memory_bytes = 1 << 20;
    let refused = query(&crate::fixture::province(), &request).unwrap_err();
    assert!(matches!(refused, SqlError::Memory { .. }), "{refused:?}");

    // Every parcel with every other: hundreds of millions of pairs.
    let mut request = SqlRequest::new(
        "SELECT count(*) FROM parcels a JOIN parcels b ON ST_DWithin(a.geom, b.geom, 1)",
    );
    request.limits = SqlLimits {
        time: Duration::from_millis(300),
        ..SqlLimits::default()
    };
    let begun = Instant::now();
    let refused = query(&crate::fixture::province(), &request).unwrap_err();
    assert!(matches!(refused, SqlError::Timeout { .. }), "{refused:?}");
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "it goes on for {:?}",
        begun.elapsed()
    );
}

#[test]
fn the_nearest_of_many_positions_close_together_are_the_same() {
    // A dense cloud, so that positions are looked at together, among shapes and points with ties.
    let cloud: Vec<Row> = (0..3000_i64)
        .map(|n| {
            let (u, v) = (
                (n * 7919 % 3001) as f64 / 3001.0,
                (n * 104_729 % 2999) as f64 / 2999.0,
            );
            (n, Some(geo::Point::new(103.0 + u, 13.0 + v).into()))
        })
        .collect();
    let objects = odd_shapes(5, 300);
    let twin = Arc::new(TwinSnapshot::from_layers([
        layer("cloud", &cloud),
        layer("objects", &objects),
    ]));
    let found = rows(
        &twin,
        "SELECT c.n, ST_Distance(c.geom, o.geom) FROM cloud c JOIN objects o ON ST_KNN(c.geom, o.geom, 6, FALSE) ORDER BY 1, 2",
    );
    let mut expected = Vec::new();
    for from in &cloud {
        let mut near: Vec<f64> = objects.iter().filter_map(|to| distance(from, to)).collect();
        near.sort_by(f64::total_cmp);
        expected.extend(near.into_iter().take(6).map(|distance| (from.0, distance)));
    }
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (row, (n, distance)) in found.iter().zip(expected) {
        assert_eq!(row[0], n);
        assert!(
            (row[1].as_f64().unwrap() - distance).abs() < 1e-9,
            "{row} is not {distance}"
        );
    }
}

/// Measured by the search, and once more: the search does not know geometries made of its own.
const HANDED_ON: &str = "ST_Distance(a.geom, b.geom)";
const AGAIN: &str =
    "ST_Distance(ST_GeomFromWKB(ST_AsBinary(a.geom)), ST_GeomFromWKB(ST_AsBinary(b.geom)))";

#[test]
fn the_nearest_have_the_distance_that_measuring_again_gives() {
    let case = case(60, 45);
    for join in ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"] {
        for condition in ["", " AND a.n % 3 <> b.n % 3"] {
            let from = format!("a {join} b ON ST_KNN(a.geom, b.geom, 4, FALSE){condition}");
            let asked = |distance: &str| {
                let query = format!(
                    "SELECT a.n, b.n, 2 * {distance} FROM {from} ORDER BY a.n, b.n, {distance}"
                );
                rows(&case.twin, &query)
            };
            assert_eq!(asked(HANDED_ON), asked(AGAIN), "{from}");
            let totals = |distance: &str| {
                let query = format!(
                    "SELECT round({distance}), count(*), max({distance}), min(b.n), count(DISTINCT {distance}),
                        count(*) FILTER (WHERE {distance} > 1), count(ST_AsText(b.geom))
                    FROM {from} GROUP BY 1 ORDER BY 1"
                );
                rows(&case.twin, &query)
            };
            assert_eq!(totals(HANDED_ON), totals(AGAIN), "{from}");
        }
    }
}

#[test]
fn geometries_that_only_the_search_needs_are_not_copied() {
    let case = case(60, 45);
    let plan = |what: &str, count: &str| {
        let from = format!("FROM a JOIN b ON ST_KNN(a.geom, b.geom, {count})");
        text(&case.twin, &format!("EXPLAIN SELECT {what} {from}"))
    };
    for (what, columns) in [
        ("a.n, ST_Distance(b.geom, a.geom)", "[n, distance]"),
        ("count(*), sum(ST_Distance(a.geom, b.geom))", "[distance]"),
        ("b.geom, ST_Distance(a.geom, b.geom)", "[geom, distance]"),
    ] {
        let plan = plan(what, "3, FALSE");
        assert!(plan.contains(&format!("columns={columns}")), "{plan}");
        assert!(!plan.contains("expr=[st_distance"), "{plan}");
    }
    // Metres are another distance.
    let in_metres = plan("a.n, ST_Distance(a.geom, b.geom)", "3, TRUE");
    assert!(!in_metres.contains("distance]"), "{in_metres}");
}
