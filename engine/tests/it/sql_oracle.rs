//! Predicates, distances and areas of odd geometries as `DuckDB` (GEOS) answers them, kept by `scripts/oracle`.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use arrow::array::{ArrayRef, Int64Array};
use engine::{LayerSnapshot, TwinSnapshot};
use layers::GeometryKind;
use serde_json::Value;

use crate::{
    built::sorted_layer,
    fixture::{rows, shape},
};

/// A geometry of the first list and one of the second.
type Pair = (usize, usize);

type Pairs = BTreeSet<Pair>;

struct Oracle {
    answers: Value,
    /// What is disjoint by its answers.
    disjoint: Pairs,
    twin: Arc<TwinSnapshot>,
}

/// Where we differ, and why: which pairs, and of what how many. The test fails once this is no longer so.
struct Difference {
    reason: &'static str,
    concerns: fn(&Oracle, Pair) -> bool,
    counts: &'static [(&'static str, usize)],
}

/// The first that concerns a pair counts.
const DIFFERENCES: [Difference; 4] = [
    Difference {
        reason: "a polygon is invalid, and what is inside of it is a matter of opinion",
        concerns: |oracle, pair| oracle.is_invalid(pair),
        counts: &[
            ("ST_Intersects", 29),
            ("ST_Disjoint", 29),
            ("ST_Contains", 26),
            ("ST_Within", 22),
            ("ST_Covers", 26),
            ("ST_CoveredBy", 17),
            ("ST_Touches", 51),
            ("ST_Crosses", 21),
            ("ST_Overlaps", 24),
            ("ST_Equals", 2),
            ("ST_DWithin", 65),
            ("distance", 35),
        ],
    },
    Difference {
        reason: "geo takes a lone point of a collection for inside where it is on the other's boundary",
        concerns: |oracle, pair| oracle.either(pair, |wkt| wkt.starts_with("GEOMETRYCOLLECTION")),
        counts: &[
            ("ST_Covers", 3),
            ("ST_CoveredBy", 3),
            ("ST_Touches", 10),
            ("ST_Overlaps", 10),
        ],
    },
    Difference {
        reason: "DuckDB says 0 for the distance of polygons that it knows to be disjoint",
        concerns: |oracle, pair| {
            let is_line = |wkt: &str| wkt.starts_with("LINESTRING");
            oracle.disjoint.contains(&pair) && !oracle.either(pair, is_line)
        },
        counts: &[("ST_DWithin", 163), ("distance", 84)],
    },
    Difference {
        reason: "the lines are exactly 2 apart, and DuckDB rounds up",
        concerns: |oracle, pair| oracle.either(pair, |wkt| wkt == "LINESTRING (107 12, 111 15)"),
        counts: &[("ST_DWithin", 1)],
    },
];

impl Oracle {
    fn new() -> Self {
        let answers: Value = serde_json::from_str(include_str!("../oracle/duckdb.json")).unwrap();
        let layer = |id: &str| {
            let texts = answers[id].as_array().unwrap();
            let shapes: Vec<_> = texts.iter().map(|text| text.as_str().map(shape)).collect();
            let numbers: ArrayRef =
                Arc::new(Int64Array::from_iter_values((0_i64..).take(shapes.len())));
            let columns = vec![("n", numbers)];
            LayerSnapshot::from_layer(sorted_layer(id, GeometryKind::Mixed, columns, &shapes))
                .unwrap()
        };
        let twin = Arc::new(TwinSnapshot::from_layers([layer("a"), layer("b")]));
        let mut oracle = Self {
            answers,
            disjoint: Pairs::new(),
            twin,
        };
        oracle.disjoint = oracle.expected("ST_Disjoint");
        oracle
    }

    fn wkt(&self, side: &str, n: usize) -> Option<&str> {
        self.answers[side][n].as_str()
    }

    fn either(&self, (a, b): Pair, holds: impl Fn(&str) -> bool) -> bool {
        [self.wkt("a", a), self.wkt("b", b)]
            .into_iter()
            .flatten()
            .any(holds)
    }

    fn is_invalid(&self, (a, b): Pair) -> bool {
        let holds = |side: &str, n: usize| {
            let listed = self.answers["invalid"][side].as_array().unwrap();
            listed.contains(&n.into())
        };
        holds("a", a) || holds("b", b)
    }

    /// The pairs of which a predicate holds by its answers.
    fn expected(&self, predicate: &str) -> Pairs {
        let rows = self.answers["predicates"][predicate].as_array().unwrap();
        let rows = rows.iter().map(|row| row.as_str().unwrap());
        rows.enumerate()
            .flat_map(|(a, digits)| {
                let digits: Vec<u32> = digits
                    .chars()
                    .rev()
                    .map(|digit| digit.to_digit(16).unwrap())
                    .collect();
                let bits = (0..digits.len() * 4).filter(move |b| digits[b / 4] >> (b % 4) & 1 == 1);
                bits.map(move |b| (a, b))
            })
            .collect()
    }

    /// The pairs a query gives.
    #[track_caller]
    fn pairs(&self, query: &str) -> Pairs {
        let rows = rows(&self.twin, query);
        let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        let found: Vec<Pair> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (number(&row[0]), number(&row[1])))
            .collect();
        let each_once: Pairs = found.iter().copied().collect();
        assert_eq!(each_once.len(), found.len(), "a pair twice: {query}");
        each_once
    }

    fn names(&self) -> Vec<String> {
        self.answers["predicates"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    }

    fn call(&self, predicate: &str, a: &str, b: &str) -> String {
        let within = if predicate == "ST_DWithin" {
            format!(", {}", self.answers["within"])
        } else {
            String::new()
        };
        format!("{predicate}({a}, {b}{within})")
    }
}

/// What differs that nobody has named, or is named and no longer differs.
fn unexplained(oracle: &Oracle, what: &str, mut differing: Pairs) -> String {
    let mut text = String::new();
    for Difference {
        reason,
        concerns,
        counts,
    } in DIFFERENCES
    {
        let before = differing.len();
        differing.retain(|pair| !concerns(oracle, *pair));
        let found = before - differing.len();
        let named = counts.iter().find(|(named, _)| *named == what);
        let expected = named.map_or(0, |(_, count)| *count);
        if found != expected {
            writeln!(
                text,
                "{what}: {found} pairs differ, not {expected}, because {reason}"
            )
            .unwrap();
        }
    }
    for (a, b) in differing {
        let (one, other) = (oracle.wkt("a", a), oracle.wkt("b", b));
        writeln!(text, "{what} differs of {a} {one:?} and {b} {other:?}").unwrap();
    }
    text
}

#[test]
fn predicates_are_those_of_duckdb_in_a_scan_and_through_the_index() {
    let oracle = Oracle::new();
    let mut wrong = String::new();
    for predicate in oracle.names() {
        let call = oracle.call(&predicate, "a.geom", "b.geom");
        let scanned = oracle.pairs(&format!(
            "SELECT a.n, b.n FROM a CROSS JOIN b WHERE coalesce({call}, false)"
        ));
        let expected = oracle.expected(&predicate);
        wrong += &unexplained(&oracle, &predicate, &scanned ^ &expected);
        for query in [
            format!("SELECT a.n, b.n FROM a JOIN b ON {call}"),
            format!(
                "SELECT a.n, b.n FROM a, (SELECT n, ST_Reverse(ST_Reverse(geom)) AS geom FROM b) b WHERE {call}"
            ),
        ] {
            assert_eq!(oracle.pairs(&query), scanned, "{query}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn filters_with_a_constant_give_what_the_join_gives() {
    let oracle = Oracle::new();
    let count = oracle.answers["a"].as_array().unwrap().len();
    for predicate in oracle.names() {
        let call = oracle.call(&predicate, "a.geom", "b.geom");
        let all = oracle.pairs(&format!("SELECT a.n, b.n FROM a JOIN b ON {call}"));
        for n in (1..count).step_by(9) {
            let Some(wkt) = oracle.wkt("a", n) else {
                continue;
            };
            let call = oracle.call(&predicate, &format!("ST_GeomFromText('{wkt}')"), "geom");
            let query = format!("SELECT {n}, n FROM b WHERE {call}");
            let expected: Pairs = all.iter().filter(|(a, _)| *a == n).copied().collect();
            assert_eq!(oracle.pairs(&query), expected, "{query}");
        }
    }
}

#[test]
fn distances_and_areas_are_those_of_duckdb() {
    let oracle = Oracle::new();
    let areal = "ST_Dimension(a.geom) = 2 AND ST_Dimension(b.geom) = 2 AND ST_IsValid(a.geom) AND ST_IsValid(b.geom)";
    let query = format!(
        "SELECT a.n, b.n, ST_Distance(a.geom, b.geom), \
                CASE WHEN {areal} THEN ST_Area(ST_Intersection(a.geom, b.geom)) END, \
                CASE WHEN {areal} THEN ST_Area(ST_Union(a.geom, b.geom)) END \
         FROM a CROSS JOIN b WHERE (a.n * 7 + b.n) % 5 = 0 AND NOT ST_IsEmpty(a.geom) AND NOT ST_IsEmpty(b.geom) ORDER BY 1, 2"
    );
    let found = rows(&oracle.twin, &query);
    let (found, expected) = (
        found.as_array().unwrap(),
        oracle.answers["measures"].as_array().unwrap(),
    );
    assert_eq!(found.len(), expected.len());
    let mut wrong = String::new();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    // Crossings are exact to a billionth of the extent.
    for (what, place, slack) in [
        ("distance", 2, 1e-11),
        ("intersection", 3, 1e-8),
        ("union", 4, 1e-8),
    ] {
        let pairs = found.iter().zip(expected).filter(|(found, expected)| {
            let same = match (found[place].as_f64(), expected[place].as_f64()) {
                (Some(ours), Some(theirs)) => {
                    (ours - theirs).abs() <= slack * theirs.abs().max(1.0)
                }
                (ours, theirs) => ours == theirs,
            };
            !same
        });
        let differing: Pairs = pairs
            .map(|(row, _)| (number(&row[0]), number(&row[1])))
            .collect();
        wrong += &unexplained(&oracle, what, differing);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
