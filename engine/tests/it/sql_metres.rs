//! Distances in metres through the index, against every pair and every row measured.

use std::sync::Arc;

use engine::{
    LayerSnapshot, TwinSnapshot,
    sql::{SqlParameters, SqlRequest},
};
use serde_json::json;

use crate::{
    built::{dice, numbered_layer},
    fixture::{ask, province, rows, rows_of, shape, text},
};

/// Where the shapes are: the province, both sides of the antimeridian, near a pole.
const PLACES: [(f64, f64); 4] = [
    (106.3, 20.9),
    (179.99, -17.0),
    (-179.99, -17.0),
    (30.0, 89.9),
];

/// Shapes some hundred metres apart, at all places; some EMPTY, some null.
fn shapes(seed: u64, count: u64, points_only: bool) -> Vec<Option<String>> {
    let mut next = dice(seed);
    let mut shapes = Vec::new();
    for n in 0..count {
        let (lon, lat) = PLACES[(n % 4) as usize];
        let step = 0.001;
        let x = lon + (next(40) as f64 - 20.0) * step;
        let x = if x > 180.0 {
            x - 360.0
        } else if x < -180.0 {
            x + 360.0
        } else {
            x
        };
        let y = lat + (next(40) as f64 - 20.0) * step;
        let kind = if points_only { 3 } else { next(8) };
        let (w, h) = (x + step * 2.5, y + step * 1.5);
        shapes.push(match kind {
            0 => None,
            1 => Some("POLYGON EMPTY".to_owned()),
            2 => Some("POINT EMPTY".to_owned()),
            3 | 4 => Some(format!("POINT ({x} {y})")),
            5 => Some(format!("LINESTRING ({x} {y}, {w} {y}, {w} {h})")),
            6 => Some(format!("MULTIPOINT (({x} {y}), ({w} {h}))")),
            _ => Some(format!(
                "POLYGON (({x} {y}, {w} {y}, {w} {h}, {x} {h}, {x} {y}))"
            )),
        });
    }
    shapes
}

fn layer(id: &str, texts: &[Option<String>]) -> LayerSnapshot {
    let shapes: Vec<_> = texts
        .iter()
        .map(|text| {
            text.as_ref()
                .filter(|text| *text != "POINT EMPTY")
                .map(|text| shape(text))
        })
        .collect();
    numbered_layer(id, &shapes)
}

fn twin() -> Arc<TwinSnapshot> {
    Arc::new(TwinSnapshot::from_layers([
        layer("a", &shapes(5, 120, false)),
        layer("b", &shapes(9, 100, false)),
        layer("p", &shapes(21, 150, true)),
        layer("q", &shapes(33, 1_200, true)),
    ]))
}

#[track_caller]
fn same(twin: &Arc<TwinSnapshot>, indexed: &str, measured: &str) -> usize {
    let (found, expected) = (rows(twin, indexed), rows(twin, measured));
    assert_eq!(found, expected, "{indexed}");
    found.as_array().unwrap().len()
}

const CONDITIONS: [&str; 8] = [
    "ST_DWithinSpheroid({a}, {b}, 500)",
    "ST_DWithin_Spheroid({b}, {a}, 250.5)",
    "ST_DistanceSpheroid({a}, {b}) <= 500",
    "ST_Distance_Spheroid({a}, {b}) < 500",
    "700 > ST_DistanceSpheroid({b}, {a})",
    "ST_DistanceSpheroid({a}, {b}) <= 0",
    "ST_DWithinSpheroid({a}, {b}, -1)",
    "ST_DWithinSpheroid({a}, {b}, NULL)",
];

#[test]
fn joins_in_metres_equal_measuring_every_pair() {
    let twin = twin();
    let mut found = 0;
    let per_row = [
        "ST_DWithinSpheroid({a}, {b}, l.n * 10)",
        "ST_DWithinSpheroid({a}, {b}, r.n * 10)",
    ];
    for condition in CONDITIONS.iter().chain(&per_row) {
        let condition = condition.replace("{a}", "l.geom").replace("{b}", "r.geom");
        for (left, right) in [
            ("a", "b"),
            ("b", "a"),
            ("p", "a"),
            ("p", "p"),
            ("a", "(SELECT n, ST_Reverse(geom) AS geom FROM b)"),
        ] {
            for join in ["JOIN", "FULL JOIN"] {
                let query = |condition: &str| {
                    format!(
                        "SELECT l.n, r.n FROM {left} l {join} {right} r ON {condition} ORDER BY 1, 2"
                    )
                };
                // Inside of a function, a comparison is only measured.
                let measured = query(&format!("coalesce({condition}, false)"));
                found += same(&twin, &query(&condition), &measured);
            }
        }
    }
    assert!(found > 2_000, "{found}");
}

#[test]
fn a_join_in_metres_is_planned_on_the_index() {
    let twin = twin();
    for condition in [
        "ST_DWithinSpheroid(l.geom, r.geom, 500)",
        "ST_DistanceSpheroid(l.geom, r.geom) < 500",
    ] {
        let plan = text(
            &twin,
            &format!("EXPLAIN SELECT l.n, r.n FROM a l JOIN p r ON {condition}"),
        );
        assert!(
            plan.contains("SpatialJoinExec")
                && plan.contains("on=st_dwithinspheroid(")
                && plan.contains("packed r-tree of p"),
            "{plan}"
        );
        let negated = text(
            &twin,
            &format!("EXPLAIN SELECT l.n FROM a l JOIN p r ON NOT ({condition})"),
        );
        assert!(!negated.contains("SpatialJoinExec"), "{negated}");
    }
    let count = |condition: &str| {
        rows(
            &twin,
            &format!("SELECT count(*) FROM a l JOIN p r ON {condition}"),
        )[0][0]
            .as_i64()
            .unwrap()
    };
    let near = "ST_DWithinSpheroid(l.geom, r.geom, 900)";
    let measured = format!("coalesce({near}, false)");
    // With equal keys beside it, within other conditions, negated.
    for others in [
        "l.n = r.n",
        "l.n < r.n",
        "ST_Intersects(l.geom, r.geom)",
        "ST_DWithin(l.geom, r.geom, 0.002)",
    ] {
        assert_eq!(
            count(&format!("{near} AND {others}")),
            count(&format!("{measured} AND {others}")),
            "{others}"
        );
        assert_eq!(
            count(&format!("{others} AND NOT {near}")),
            count(&format!(
                "{others} AND NOT {measured} AND l.geom IS NOT NULL"
            )),
            "{others}"
        );
    }
    let exists = |condition: &str| {
        rows(
            &twin,
            &format!("SELECT count(*) FROM a l WHERE EXISTS (SELECT 1 FROM p r WHERE {condition})"),
        )
    };
    assert_eq!(exists(near), exists(&measured));
}

/// How often a filter on a layer was answered by a window, and how often it was asked.
fn windows(twin: &Arc<TwinSnapshot>, table: &str) -> (usize, usize) {
    let (mut windows, mut asked) = (0, 0);
    for (place, (lon, lat)) in PLACES.into_iter().enumerate() {
        let here = format!("ST_Point({}, {})", lon - 0.009 * lon.signum(), lat - 0.009);
        let line = format!("ST_MakeLine({here}, ST_Point({lon}, {lat}))");
        for (turn, condition) in CONDITIONS.iter().enumerate() {
            let constant = [&here, &line][(place + turn) % 2];
            let condition = condition.replace("{a}", "geom").replace("{b}", constant);
            let query =
                |condition: &str| format!("SELECT n FROM {table} WHERE {condition} ORDER BY n");
            let plan = text(twin, &format!("EXPLAIN {}", query(&condition)));
            windows += usize::from(plan.contains("packed r-tree window="));
            asked += 1;
            let measured = query(&format!("coalesce({condition}, false)"));
            same(twin, &query(&condition), &measured);
            let (negated, measured) = (
                query(&format!("NOT ({condition})")),
                query(&format!("NOT coalesce({condition}, true)")),
            );
            same(twin, &negated, &measured);
        }
    }
    (windows, asked)
}

#[test]
fn windows_in_metres_equal_measuring_every_row() {
    let twin = twin();
    windows(&twin, "a");
    let (found, asked) = windows(&twin, "q");
    assert!(
        (asked / 4..asked).contains(&found),
        "{found} windows for {asked} filters"
    );
}

#[test]
fn explain_says_the_window_or_why_there_is_none() {
    let explain = |here: &str, metres: f64| {
        text(
            &province(),
            &format!(
                "EXPLAIN SELECT count(*) FROM parcels WHERE ST_DistanceSpheroid(geom, {here}) < {metres}"
            ),
        )
    };
    let near = explain("ST_Point(106.3, 20.9)", 500.0);
    assert!(
        near.contains("index=packed r-tree window=[106.29"),
        "{near}"
    );
    let wide = explain("ST_Point(106.3, 20.9)", 200_000.0);
    assert!(wide.contains("% of the layer"), "{wide}");
    for here in ["ST_Point(179.999, 20.9)", "ST_Point(106.3, 89.999)"] {
        let around = explain(here, 500.0);
        assert!(
            around.contains("reaches a pole or the antimeridian"),
            "{around}"
        );
    }
}

#[test]
fn a_parameter_is_as_good_as_a_constant() {
    let near = |query: &str, params: Vec<serde_json::Value>| {
        let request = SqlRequest {
            params: SqlParameters::from_json(&params).unwrap(),
            ..SqlRequest::new(query)
        };
        let answer = engine::sql::query(&province(), &request).unwrap();
        rows_of(&answer).to_string()
    };
    let point = json!({"type": "Point", "coordinates": [106.3, 20.9]});
    let with = near(
        "SELECT count(*) FROM parcels WHERE ST_DWithinSpheroid(geom, $1, $2)",
        vec![point.clone(), json!(400)],
    );
    let without = near(
        "SELECT count(*) FROM parcels WHERE ST_DWithinSpheroid(geom, ST_Point(106.3, 20.9), 400)",
        Vec::new(),
    );
    assert_eq!(with, without);
    let plan = near(
        "EXPLAIN SELECT count(*) FROM parcels WHERE ST_DWithinSpheroid(geom, $1, $2)",
        vec![point, json!(400)],
    );
    assert!(plan.contains("packed r-tree window"), "{plan}");
}

#[test]
fn metres_need_longitude_and_latitude() {
    let error = |query: &str| {
        ask(&province(), query)
            .map(|answer| answer.batches)
            .unwrap_err()
            .to_string()
    };
    let plane = error(
        "SELECT count(*) FROM parcels a JOIN parcels b ON ST_DWithinSpheroid(ST_Transform(a.geom, 'EPSG:9209'), ST_Transform(b.geom, 'EPSG:9209'), 5)",
    );
    assert!(plane.contains("takes degrees"), "{plane}");
    let filter = error(
        "SELECT count(*) FROM parcels WHERE ST_DWithinSpheroid(ST_Transform(geom, 'EPSG:9209'), ST_Point(1, 1, 9209), 5)",
    );
    assert!(filter.contains("takes degrees"), "{filter}");
    let pole = error(
        "SELECT count(*) FROM parcels a JOIN (VALUES (ST_Point(0, 95))) b(g) ON ST_DWithinSpheroid(a.geom, b.g, 5)",
    );
    assert!(pole.contains("95 is no latitude"), "{pole}");
    assert!(error("SELECT in_metres(5)").contains("does not exist"));
}

#[test]
fn shapes_are_as_far_apart_as_their_nearest_positions() {
    let metres = |a: &str, b: &str| {
        let query = |a: &str, b: &str| {
            let query = format!(
                "SELECT ST_DistanceSpheroid(ST_GeomFromText('{a}'), ST_GeomFromText('{b}'))"
            );
            rows(&province(), &query)[0][0].as_f64()
        };
        assert_eq!(query(a, b), query(b, a), "{a} {b}");
        query(a, b)
    };
    let near = |a: &str, b: &str, expected: f64| {
        let found = metres(a, b).unwrap();
        assert!(
            (found - expected).abs() < 0.01,
            "{a} {b}: {found}, not {expected}"
        );
    };
    let square = "POLYGON ((106 20, 106.01 20, 106.01 20.01, 106 20.01, 106 20))";
    assert_eq!(metres(square, "POINT (106.005 20.005)"), Some(0.0));
    assert_eq!(
        metres(square, "LINESTRING (105 20.005, 107 20.005)"),
        Some(0.0)
    );
    assert_eq!(metres(square, "POLYGON EMPTY"), None);
    // `echo 20 106.01 20 106.02 | geod +ellps=WGS84 -I +units=m`
    near(
        square,
        "POLYGON ((106.02 20, 106.03 20, 106.03 20.01, 106.02 20))",
        1046.477,
    );
    near(square, "POINT (106.02 20)", 1046.477);
    // On both sides of the antimeridian: 0.02 degrees of the equator.
    near("POINT (179.99 0)", "POINT (-179.99 0)", 2226.390);
    near(
        "LINESTRING (179.98 0, 179.99 0)",
        "POINT (-179.99 0)",
        2226.390,
    );
    near(
        "LINESTRING (179.98 0, 179.99 0)",
        "LINESTRING (-179.99 0, -179.98 0)",
        2226.390,
    );
}
