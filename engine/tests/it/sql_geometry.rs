//! Functions that make and measure geometries: known answers, laws, nulls, EMPTY, and what is not valid.

use std::f64::consts::PI;

use geo::{
    Area as _, BooleanOps as _, CoordsIter as _, GeodesicArea as _, Geometry, Validation as _,
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::fixture::{ask, province, rows, shape, text};

const SQUARE: &str = "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))";
const SHIFTED: &str = "POLYGON ((1 1, 3 1, 3 3, 1 3, 1 1))";
const BOW_TIE: &str = "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))";
const BENT: &str = "LINESTRING (0 0, 2 0, 2 2)";

const ONE_GEOMETRY: [&str; 18] = [
    "ST_IsValid(g)",
    "ST_IsValidReason(g)",
    "ST_MakeValid(g)",
    "ST_ConvexHull(g)",
    "ST_ConcaveHull(g)",
    "ST_ConcaveHull(g, 1)",
    "ST_OrientedEnvelope(g)",
    "ST_PointOnSurface(g)",
    "ST_Boundary(g)",
    "ST_ExteriorRing(g)",
    "ST_NumInteriorRings(g)",
    "ST_AreaSpheroid(g)",
    "ST_LengthSpheroid(g)",
    "ST_PerimeterSpheroid(g)",
    "ST_DelaunayTriangles(g)",
    "ST_Simplify(g, 0.1)",
    "ST_SimplifyPreserveTopology(g, 0.1)",
    "ST_Buffer(g, 0.1)",
];

const MORE_OF_ONE: [&str; 5] = [
    "ST_Buffer(g, -0.1, 'endcap=square join=mitre')",
    "ST_Buffer(g, 0)",
    "ST_Subdivide(g, 5)",
    "ST_VoronoiPolygons(g)",
    "ST_HexagonGrid(0.5, g)",
];

const TWO_GEOMETRIES: [&str; 9] = [
    "ST_Intersection(g, h)",
    "ST_Difference(g, h)",
    "ST_SymDifference(g, h)",
    "ST_Union(g, h)",
    "ST_ClosestPoint(g, h)",
    "ST_ShortestLine(g, h)",
    "ST_HausdorffDistance(g, h)",
    "ST_Intersection(h, g)",
    "ST_Difference(h, g)",
];

fn of(wkt: &str) -> String {
    format!("ST_GeomFromText('{wkt}')")
}

#[track_caller]
fn one(expression: &str) -> Value {
    rows(&province(), &format!("SELECT {expression}"))[0][0].clone()
}

#[track_caller]
fn number(expression: &str) -> f64 {
    one(expression)
        .as_f64()
        .unwrap_or_else(|| panic!("{expression} is no number"))
}

/// The geometry an expression gives.
#[track_caller]
fn geometry(expression: &str) -> Geometry {
    shape(
        one(&format!("ST_AsText({expression})"))
            .as_str()
            .unwrap_or_else(|| panic!("{expression} is null")),
    )
}

#[track_caller]
fn error(expression: &str) -> String {
    ask(&province(), &format!("SELECT {expression}"))
        .map(|answer| answer.batches)
        .unwrap_err()
        .to_string()
}

/// That an expression gives the same points as a WKT.
#[track_caller]
fn check(expression: &str, expected: &str) {
    let found = one(&format!("ST_AsText({expression})"));
    let same = format!("ST_Equals({expression}, {})", of(expected));
    let is_empty = format!("ST_IsEmpty({expression})");
    let is_same = if expected.contains("EMPTY") {
        one(&is_empty)
    } else {
        one(&same)
    };
    assert_eq!(
        is_same,
        json!(true),
        "{expression}: {found} is not {expected}"
    );
}

#[track_caller]
fn check_is_valid(expression: &str) {
    assert_eq!(
        one(&format!("ST_IsValidReason({expression})")),
        json!("Valid Geometry"),
        "{expression}"
    );
}

#[track_caller]
fn near(expression: &str, expected: f64, within: f64) {
    let found = number(expression);
    assert!(
        (found - expected).abs() <= within,
        "{expression}: {found} is not {expected}"
    );
}

#[test]
fn overlays_of_two_squares_are_as_drawn() {
    let two = |name: &str| format!("{name}({}, {})", of(SQUARE), of(SHIFTED));
    check(
        &two("ST_Intersection"),
        "POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))",
    );
    check(
        &two("ST_Difference"),
        "POLYGON ((0 0, 2 0, 2 1, 1 1, 1 2, 0 2, 0 0))",
    );
    check(
        &two("ST_Union"),
        "POLYGON ((0 0, 2 0, 2 1, 3 1, 3 3, 1 3, 1 2, 0 2, 0 0))",
    );
    near(&format!("ST_Area({})", two("ST_SymDifference")), 6.0, 1e-9);
    let apart = of("POLYGON ((5 5, 6 5, 6 6, 5 5))");
    check(
        &format!("ST_Intersection({}, {apart})", of(SQUARE)),
        "POLYGON EMPTY",
    );
}

#[test]
fn overlays_of_mixed_dimensions() {
    let line = of("LINESTRING (-1 1, 3 1)");
    let square = of(SQUARE);
    for (expression, expected) in [
        (
            format!("ST_Intersection({line}, {square})"),
            "LINESTRING (0 1, 2 1)",
        ),
        (
            format!("ST_Intersection({square}, {line})"),
            "LINESTRING (0 1, 2 1)",
        ),
        (
            format!("ST_Difference({line}, {square})"),
            "MULTILINESTRING ((-1 1, 0 1), (2 1, 3 1))",
        ),
        (format!("ST_Difference({square}, {line})"), SQUARE),
        (
            format!(
                "ST_Intersection({square}, {})",
                of("MULTIPOINT ((1 1), (2 2), (9 9))")
            ),
            "MULTIPOINT ((1 1), (2 2))",
        ),
        (
            format!(
                "ST_Difference({}, {square})",
                of("MULTIPOINT ((1 1), (2 2), (9 9))")
            ),
            "POINT (9 9)",
        ),
        (
            format!(
                "ST_Union({}, {})",
                of("POINT (1 1)"),
                of("MULTIPOINT ((1 1), (2 2))")
            ),
            "MULTIPOINT ((1 1), (2 2))",
        ),
        (
            format!("ST_Intersection({line}, {})", of("LINESTRING (0 0, 0 5)")),
            "POINT (0 1)",
        ),
        (
            format!("ST_Intersection({line}, {})", of("LINESTRING (2 1, 9 1)")),
            "LINESTRING (2 1, 3 1)",
        ),
        (format!("ST_Union({square}, {})", of("POINT (1 1)")), SQUARE),
    ] {
        check(&expression, expected);
    }
    assert_eq!(
        one(&format!(
            "ST_NumGeometries(ST_Union({square}, ST_Point(9, 9)))"
        )),
        json!(2)
    );
    let refused = error(&format!("ST_Union({line}, {line})"));
    assert!(
        refused.contains("two lines") && refused.contains("st_union"),
        "{refused}"
    );
    let refused = error(&format!(
        "ST_Union({square}, {})",
        of("GEOMETRYCOLLECTION (POINT (0 0), LINESTRING (0 0, 1 1))")
    ));
    assert!(refused.contains("one dimension"), "{refused}");
}

/// A star-shaped polygon around a place: valid, with as many corners as there are radii.
fn star(middle: (f64, f64), radii: &[f64]) -> String {
    let corners: Vec<_> = radii
        .iter()
        .chain(radii.first())
        .enumerate()
        .map(|(place, radius)| {
            let angle = 2.0 * PI * (place % radii.len()) as f64 / radii.len() as f64;
            format!(
                "{} {}",
                middle.0 + radius * angle.cos(),
                middle.1 + radius * angle.sin()
            )
        })
        .collect();
    format!("POLYGON (({}))", corners.join(", "))
}

fn a_star() -> impl Strategy<Value = String> {
    let middle = (106.0..106.5, 20.5..21.0);
    (middle, prop::collection::vec(0.1..1.0_f64, 3..40))
        .prop_map(|(middle, radii)| star(middle, &radii))
}

#[test]
fn areas_of_overlays_add_up() {
    TestRunner::new(ProptestConfig { cases: 64, ..ProptestConfig::default() })
        .run(&(a_star(), a_star()), |(a, b)| {
            let row = rows(
                &province(),
                &format!(
                    "SELECT ST_Area(a), ST_Area(b), ST_Area(ST_Union(a, b)), ST_Area(ST_Intersection(a, b)), \
                     ST_Area(ST_Difference(a, b)), ST_Area(ST_SymDifference(a, b)) \
                     FROM (SELECT {} AS a, {} AS b)",
                    of(&a),
                    of(&b)
                ),
            );
            let [a, b, union, both, only_a, either] =
                [0, 1, 2, 3, 4, 5].map(|place| row[0][place].as_f64().unwrap());
            let within = 4e-9 * (a + b);
            prop_assert!((union - (a + b - both)).abs() < within, "{row}");
            prop_assert!((only_a - (a - both)).abs() < within, "{row}");
            prop_assert!((either - (union - both)).abs() < within, "{row}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn overlays_keep_vertices_to_the_last_bit() {
    let a = "POLYGON ((106.1234567890123 20.1, 106.7 20.123456789012, 106.6 20.9, 106.1234567890123 20.1))";
    let made = geometry(&format!(
        "ST_Union({}, {})",
        of(a),
        of("POLYGON ((0 0, 1 0, 1 1, 0 0))")
    ));
    for corner in shape(a).coords_iter() {
        assert!(made.coords_iter().any(|at| at == corner), "{corner:?}");
    }
}

#[test]
fn a_bow_tie_becomes_two_triangles() {
    assert_eq!(one(&format!("ST_IsValid({})", of(BOW_TIE))), json!(false));
    assert_eq!(one(&format!("ST_IsValid({})", of(SQUARE))), json!(true));
    assert_eq!(
        one(&format!("ST_IsValidReason({})", of(BOW_TIE))),
        json!("the exterior ring meets itself at (1, 1)")
    );
    assert_eq!(
        one(&format!("ST_IsValidReason({})", of(SQUARE))),
        json!("Valid Geometry")
    );
    check(
        &format!("ST_MakeValid({})", of(BOW_TIE)),
        "MULTIPOLYGON (((0 0, 1 1, 0 2, 0 0)), ((1 1, 2 0, 2 2, 1 1)))",
    );
    // A hole that sticks out, in degrees and as small as a garden: nothing is snapped away.
    let garden = "POLYGON ((106.3 20.9, 106.3001 20.9, 106.3001 20.9001, 106.3 20.9001, 106.3 20.9), \
                  (106.30005 20.90005, 106.30015 20.90005, 106.30015 20.90008, 106.30005 20.90008, 106.30005 20.90005))";
    let made = geometry(&format!("ST_MakeValid({})", of(garden)));
    assert!(made.is_valid());
    // The square without the hole's half in it, and its other half outside: odd places.
    let expected = 1e-8 - 0.00005 * 0.00003 + 0.00005 * 0.00003;
    assert!(
        (made.unsigned_area() / expected - 1.0).abs() < 1e-6,
        "{}",
        made.unsigned_area()
    );
    check(
        &format!("ST_MakeValid({})", of("LINESTRING (1 1, 1 1)")),
        "POINT (1 1)",
    );
    check(
        &format!("ST_MakeValid({})", of("POLYGON ((0 0, 1 1, 2 2, 0 0))")),
        "POLYGON EMPTY",
    );
}

#[test]
fn faults_are_named_and_mended() {
    for (wkt, fault) in [
        (
            "POLYGON ((0 0, 2 0, 2 2, 2 4, 2 2, 0 2, 0 0))",
            "the exterior ring meets itself",
        ),
        (
            "POLYGON ((0 0, 1 1, 2 2, 0 0))",
            "the exterior ring meets itself",
        ),
        (
            "POLYGON ((0 0, 4 0, 2 2, 4 4, 0 4, 2 2, 0 0))",
            "the exterior ring meets itself at (2, 2)",
        ),
        (
            "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (5 5, 6 5, 6 6, 5 5))",
            "the hole at (5, 5) is not inside",
        ),
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 4 1, 4 4, 1 4, 1 1), (2 2, 6 2, 6 6, 2 2))",
            "overlaps another",
        ),
        (
            "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 0)), ((1 0, 3 0, 3 2, 1 0)))",
            "overlaps another",
        ),
        ("LINESTRING (1 1, 1 1)", "fewer than 2"),
        (
            "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (0 2, 2 1, 2 3, 0 2))",
            "Valid Geometry",
        ),
        (
            "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 0)), ((2 2, 3 2, 3 3, 2 2)))",
            "Valid Geometry",
        ),
    ] {
        let reason = one(&format!("ST_IsValidReason({})", of(wkt)));
        assert!(reason.as_str().unwrap().contains(fault), "{wkt}: {reason}");
        check_is_valid(&format!("ST_MakeValid({})", of(wkt)));
    }
}

#[test]
fn hulls_and_envelopes() {
    check(
        &format!(
            "ST_ConvexHull({})",
            of("MULTIPOINT ((0 0), (2 0), (2 2), (0 2), (1 1))")
        ),
        SQUARE,
    );
    check(
        &format!("ST_ConvexHull({})", of("MULTIPOINT ((0 0), (2 2), (1 1))")),
        "LINESTRING (0 0, 2 2)",
    );
    check(
        &format!("ST_ConvexHull({})", of("MULTIPOINT ((1 1), (1 1))")),
        "POINT (1 1)",
    );
    let points = of("MULTIPOINT ((0 0), (4 0), (4 4), (2 1), (0 4))");
    check(
        &format!("ST_ConcaveHull({points}, 1)"),
        "POLYGON ((0 0, 2 1, 4 0, 4 4, 0 4, 0 0))",
    );
    check(
        &format!("ST_ConcaveHull({points}, 1000)"),
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))",
    );
    assert!(error(&format!("ST_ConcaveHull({points}, 0)")).contains("concavity"));
    let diamond = "POLYGON ((0 0, 1 1, 0 2, -1 1, 0 0))";
    near(
        &format!("ST_Area(ST_OrientedEnvelope({}))", of(diamond)),
        2.0,
        1e-9,
    );
}

#[test]
fn simplified_lines_stay_near_and_polygons_valid() {
    check(
        &format!(
            "ST_Simplify({}, 0.5)",
            of("LINESTRING (0 0, 1 0.1, 2 0, 3 2)")
        ),
        "LINESTRING (0 0, 2 0, 3 2)",
    );
    // A roof with a hole in it: without the roof the hole is outside.
    let roof = of("POLYGON ((0 0, 10 0, 10 10, 5 13, 0 10, 0 0), (4 11, 6 11, 5 12, 4 11))");
    let is_valid = |of: &str| one(&format!("ST_IsValid({of})"));
    assert_eq!(is_valid(&format!("ST_Simplify({roof}, 3.5)")), json!(false));
    let kept = format!("ST_SimplifyPreserveTopology({roof}, 3.5)");
    assert_eq!(is_valid(&kept), json!(true));
    assert_eq!(one(&format!("ST_NumInteriorRings({kept})")), json!(1));
    assert_eq!(
        one(&format!("ST_Contains({kept}, ST_Point(5, 12.5))")),
        json!(true)
    );
    assert!(error(&format!("ST_Simplify({}, -1)", of(BENT))).contains("tolerance"));
}

#[test]
fn buffers_have_the_area_of_their_style() {
    let line = of("LINESTRING (0 0, 10 0)");
    let corner = of("LINESTRING (0 0, 10 0, 10 10)");
    for (expression, expected, within) in [
        (format!("ST_Buffer({line}, 1, 'endcap=flat')"), 20.0, 1e-6),
        (format!("ST_Buffer({line}, 1, 'endcap=square')"), 24.0, 1e-6),
        (
            format!("ST_Buffer({line}, 1, 'quad_segs=64')"),
            20.0 + PI,
            1e-2,
        ),
        // A regular polygon of 32 corners: n / 2 · sin(2π / n).
        (
            "ST_Buffer(ST_Point(0, 0), 1)".to_owned(),
            16.0 * (2.0 * PI / 32.0).sin(),
            1e-3,
        ),
        (
            format!("ST_Buffer({corner}, 1, 'endcap=flat join=mitre')"),
            40.0,
            1e-6,
        ),
        (
            format!("ST_Buffer({corner}, 1, 'endcap=flat join=bevel')"),
            39.5,
            1e-6,
        ),
        (
            format!("ST_Buffer({}, 1, 'join=mitre')", of(SQUARE)),
            16.0,
            1e-6,
        ),
        (format!("ST_Buffer({}, -0.5)", of(SQUARE)), 1.0, 1e-6),
        (format!("ST_Buffer({}, 0)", of(SQUARE)), 4.0, 0.0),
        (format!("ST_Buffer({}, -2)", of(SQUARE)), 0.0, 0.0),
        (format!("ST_Buffer({}, 0)", of(BOW_TIE)), 2.0, 1e-9),
    ] {
        near(&format!("ST_Area({expression})"), expected, within);
    }
    for style in ["endcap=pointed", "join", "quad_segs=0", "side=left"] {
        assert!(
            error(&format!("ST_Buffer({line}, 1, '{style}')")).contains("is not known"),
            "{style}"
        );
    }
}

#[test]
fn nearest_points_and_lines() {
    for (a, b, expected) in [
        (SQUARE, "POINT (3 1)", "LINESTRING (2 1, 3 1)"),
        ("POINT (3 1)", SQUARE, "LINESTRING (3 1, 2 1)"),
        (
            "LINESTRING (0 0, 10 0)",
            "LINESTRING (5 3, 8 9)",
            "LINESTRING (5 0, 5 3)",
        ),
        (
            "MULTIPOINT ((0 0), (9 9))",
            "POINT (8 9)",
            "LINESTRING (9 9, 8 9)",
        ),
    ] {
        check(&format!("ST_ShortestLine({}, {})", of(a), of(b)), expected);
    }
    for (a, b, expected) in [
        (BENT, "POINT (3 1)", "POINT (2 1)"),
        (SQUARE, "POINT (1 1)", "POINT (1 1)"),
        (
            "LINESTRING (0 0, 2 2)",
            "LINESTRING (0 2, 2 0)",
            "POINT (1 1)",
        ),
    ] {
        check(&format!("ST_ClosestPoint({}, {})", of(a), of(b)), expected);
    }
    TestRunner::new(ProptestConfig {
        cases: 32,
        ..ProptestConfig::default()
    })
    .run(&(a_star(), a_star()), |(a, b)| {
        let (a, b) = (of(&a), of(&b));
        let length = number(&format!("ST_Length(ST_ShortestLine({a}, {b}))"));
        let distance = number(&format!("ST_Distance({a}, {b})"));
        prop_assert!((length - distance).abs() < 1e-12, "{length} {distance}");
        Ok(())
    })
    .unwrap();
    let inside = format!(
        "ST_PointOnSurface({})",
        of("POLYGON ((0 0, 9 0, 9 9, 8 9, 8 1, 0 1, 0 0))")
    );
    assert_eq!(
        one(&format!(
            "ST_Contains({}, {inside})",
            of("POLYGON ((0 0, 9 0, 9 9, 8 9, 8 1, 0 1, 0 0))")
        )),
        json!(true)
    );
}

#[test]
fn distances_between_shapes() {
    let (a, b) = (
        of("LINESTRING (0 0, 100 0)"),
        of("LINESTRING (0 0, 50 50, 100 0)"),
    );
    near(
        &format!("ST_FrechetDistance({a}, {b})"),
        5000_f64.sqrt(),
        1e-9,
    );
    near(
        &format!("ST_HausdorffDistance({a}, {b})"),
        5000_f64.sqrt(),
        1e-9,
    );
    near(
        &format!("ST_LineLocatePoint({}, ST_Point(3, 1))", of(BENT)),
        0.75,
        1e-12,
    );
    assert!(error(&format!("ST_FrechetDistance({a}, ST_Point(0, 0))")).contains("linestrings"));
}

#[test]
fn boundaries_and_rings() {
    check(
        &format!("ST_Boundary({})", of(SQUARE)),
        "LINESTRING (0 0, 2 0, 2 2, 0 2, 0 0)",
    );
    check(
        &format!("ST_Boundary({})", of(BENT)),
        "MULTIPOINT ((0 0), (2 2))",
    );
    check(
        &format!(
            "ST_Boundary({})",
            of("MULTILINESTRING ((0 0, 1 0), (1 0, 2 0))")
        ),
        "MULTIPOINT ((0 0), (2 0))",
    );
    check(
        &format!("ST_Boundary({})", of("LINESTRING (0 0, 1 0, 1 1, 0 0)")),
        "POINT EMPTY",
    );
    check(
        &format!("ST_ExteriorRing({})", of(SQUARE)),
        "LINESTRING (0 0, 2 0, 2 2, 0 2, 0 0)",
    );
    assert_eq!(one(&format!("ST_ExteriorRing({})", of(BENT))), Value::Null);
    let holed = of("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 1))");
    assert_eq!(one(&format!("ST_NumInteriorRings({holed})")), json!(1));
}

/// Karney's `GeodSolve` and `Planimeter`: one degree on the equator, the cell between 0 and 1.
#[test]
fn the_spheroid_gives_metres() {
    near(
        "ST_DistanceSpheroid(ST_Point(0, 0), ST_Point(1, 0))",
        111_319.490_793,
        1e-5,
    );
    near(
        "ST_DistanceSpheroid(ST_Point(0, 0), ST_Point(0, 1))",
        110_574.388_558,
        1e-5,
    );
    near(
        &format!("ST_LengthSpheroid({})", of("LINESTRING (0 0, 1 0)")),
        111_319.490_793,
        1e-5,
    );
    let cell = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))";
    let Geometry::Polygon(of_geo) = shape(cell) else {
        panic!("a polygon")
    };
    for ring in [cell, "POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0))"] {
        near(
            &format!("ST_AreaSpheroid({})", of(ring)),
            of_geo.geodesic_area_unsigned(),
            1.0,
        );
        near(
            &format!("ST_AreaSpheroid({})", of(ring)),
            12_308_778_361.0,
            10.0,
        );
        near(
            &format!("ST_PerimeterSpheroid({})", of(ring)),
            of_geo.geodesic_perimeter(),
            1e-3,
        );
    }
    assert!(error("ST_AreaSpheroid(ST_MakeEnvelope(0, 0, 1, 1, 9209))").contains("EPSG:4326"));
    assert!(
        error("ST_DistanceSpheroid(ST_Point(0, 95), ST_Point(0, 0))").contains("95 is no latitude")
    );
}

/// The parts of a collection an expression gives.
#[track_caller]
fn parts(expression: &str) -> Vec<Geometry> {
    let Geometry::GeometryCollection(parts) = geometry(expression) else {
        panic!("{expression} gives no collection")
    };
    parts.0
}

#[test]
fn subdivided_parts_are_small_and_lose_nothing() {
    TestRunner::new(ProptestConfig {
        cases: 64,
        ..ProptestConfig::default()
    })
    .run(&(a_star(), 5_usize..20), |(star, most)| {
        let whole = shape(&star).unsigned_area();
        let parts = parts(&format!("ST_Subdivide({}, {most})", of(&star)));
        prop_assert!(parts.iter().all(|part| part.coords_count() <= most));
        let sum: f64 = parts.iter().map(geo::Area::unsigned_area).sum();
        prop_assert!((sum / whole - 1.0).abs() < 1e-9, "{sum} {whole}");
        Ok(())
    })
    .unwrap();
    // A ring with 400 corners and a hole with 400: holes that the cut crosses, and those it does not.
    let outer = star((0.0, 0.0), &[1.0; 400]);
    let inner = star((0.1, 0.05), &[0.5; 400]);
    let holed = format!(
        "{}, {}",
        outer.trim_end_matches(')').to_owned() + ")",
        inner.trim_start_matches("POLYGON (")
    );
    let whole = shape(&holed);
    for most in [5, 8, 32, 256, 500] {
        let parts = parts(&format!("ST_Subdivide({}, {most})", of(&holed)));
        assert!(
            parts
                .iter()
                .all(|part| part.coords_count() <= most && part.is_valid()),
            "{most}"
        );
        let sum: f64 = parts.iter().map(geo::Area::unsigned_area).sum();
        assert!((sum / whole.unsigned_area() - 1.0).abs() < 1e-9, "{most}");
    }
    let line = of("LINESTRING (0 0, 1 0, 2 0, 3 0, 4 0, 5 0, 6 0)");
    near(
        &format!("ST_Length(ST_GeometryN(ST_Subdivide({line}, 5), 1))"),
        4.0,
        0.0,
    );
    near(
        &format!("ST_Length(ST_GeometryN(ST_Subdivide({line}, 5), 2))"),
        2.0,
        0.0,
    );
    assert!(error(&format!("ST_Subdivide({line}, 4)")).contains("5 or more"));
}

#[test]
fn cells_tile_the_plane() {
    let sites = "MULTIPOINT ((0 0), (4 0), (4 4), (0 4), (2 1), (1 3))";
    let cells = parts(&format!("ST_VoronoiPolygons({})", of(sites)));
    assert_eq!(cells.len(), 6);
    let sum: f64 = cells.iter().map(geo::Area::unsigned_area).sum();
    assert!((sum - 64.0).abs() < 1e-6, "{sum}");
    let triangles = parts(&format!("ST_DelaunayTriangles({})", of(sites)));
    let sum: f64 = triangles.iter().map(geo::Area::unsigned_area).sum();
    assert!((sum - 16.0).abs() < 1e-9, "{sum}");
    let hexagons = parts("ST_HexagonGrid(0.3, ST_MakeEnvelope(1, 1, 3, 2))");
    let area = 1.5 * 3_f64.sqrt() * 0.09;
    assert!(
        hexagons
            .iter()
            .all(|one| (one.unsigned_area() - area).abs() < 1e-12)
    );
    let covered = hexagons.iter().map(|one| {
        let Geometry::Polygon(one) = one else {
            panic!("a hexagon")
        };
        one.intersection(&geo::Rect::new((1.0, 1.0), (3.0, 2.0)).to_polygon())
            .unsigned_area()
    });
    assert!((covered.sum::<f64>() - 2.0).abs() < 1e-6);
    check(
        "ST_GeometryN(ST_HexagonGrid(1, ST_Point(0, 0)), 1)",
        "POLYGON ((-1 0, -0.5 -0.8660254037844386, 0.5 -0.8660254037844386, 1 0, 0.5 0.8660254037844386, -0.5 0.8660254037844386, -1 0))",
    );
    assert!(error("ST_HexagonGrid(0.001, ST_MakeEnvelope(0, 0, 10, 10))").contains("longer side"));
    assert!(error("ST_HexagonGrid(0, ST_Point(0, 0))").contains("more than 0"));
}

#[test]
fn null_gives_null() {
    let null = "ST_GeomFromText(CAST(NULL AS VARCHAR))";
    for call in ONE_GEOMETRY
        .iter()
        .chain(&MORE_OF_ONE)
        .chain(&TWO_GEOMETRIES)
    {
        for (g, h) in [(null, &*of(SQUARE)), ("NULL", &of(SQUARE))] {
            let query = format!("{call} FROM (SELECT {g} AS g, {h} AS h)");
            assert_eq!(one(&query), Value::Null, "{query}");
        }
    }
    for call in [
        "ST_Simplify(ST_Point(0, 0), NULL)",
        "ST_Buffer(ST_Point(0, 0), NULL)",
        "ST_Buffer(ST_Point(0, 0), 1, NULL)",
        "ST_HexagonGrid(NULL, ST_Point(0, 0))",
    ] {
        assert_eq!(one(call), Value::Null, "{call}");
    }
}

const EMPTIES: [&str; 7] = [
    "POINT EMPTY",
    "LINESTRING EMPTY",
    "POLYGON EMPTY",
    "MULTIPOINT EMPTY",
    "MULTILINESTRING EMPTY",
    "MULTIPOLYGON EMPTY",
    "GEOMETRYCOLLECTION EMPTY",
];

#[test]
fn empty_gives_empty_or_what_the_reference_says() {
    for empty in EMPTIES {
        for call in ONE_GEOMETRY
            .iter()
            .chain(&MORE_OF_ONE)
            .chain(&TWO_GEOMETRIES)
        {
            let from = format!("FROM (SELECT {} AS g, {} AS h)", of(empty), of(SQUARE));
            let answer = one(&format!("{call} {from}"));
            let is_union = call.contains("Union")
                || call.contains("SymDifference")
                || call.contains("Difference(h");
            let fits = match &answer {
                Value::String(text) => {
                    text.contains("EMPTY")
                        || text == "Valid Geometry"
                        || is_union && text.starts_with("POLYGON")
                }
                Value::Bool(valid) => *valid,
                Value::Number(number) => number.as_f64() == Some(0.0),
                _ => true,
            };
            assert!(fits, "{call} of {empty}: {answer}");
        }
    }
}

#[test]
fn what_is_not_valid_is_computed_or_refused_but_kills_nothing() {
    let invalid = [
        BOW_TIE,
        "POLYGON ((0 0, 1 1, 0 0))",
        "POLYGON ((0 0, 0 0, 0 0, 0 0))",
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (5 5, 6 5, 6 6, 5 5))",
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (0 0, 4 0, 4 4, 0 4, 0 0))",
        "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 0)), ((0 0, 2 0, 2 2, 0 0)))",
        "LINESTRING (1 1, 1 1)",
        "LINESTRING (1 1)",
        "MULTIPOINT ((1 1), (1 1))",
        "POINT (1e308 -1e308)",
        "LINESTRING (-1e308 0, 1e308 1e-300)",
        "POLYGON ((0 0, 1e-320 0, 0 1e-320, 0 0))",
    ];
    for wkt in invalid {
        for call in ONE_GEOMETRY
            .iter()
            .chain(&MORE_OF_ONE)
            .chain(&TWO_GEOMETRIES)
        {
            let query = format!(
                "SELECT {call} FROM (SELECT {} AS g, {} AS h)",
                of(wkt),
                of(SQUARE)
            );
            if let Err(error) = ask(&province(), &query) {
                let error = error.to_string();
                assert!(!error.contains("panic"), "{query}: {error}");
            }
        }
    }
    let not_finite = "ST_Buffer(ST_Point(CAST('Infinity' AS DOUBLE), 0), 1)";
    assert!(
        error(not_finite).contains("not finite"),
        "{}",
        error(not_finite)
    );
}

#[test]
fn the_crs_passes_on_and_two_do_not_mix() {
    let plane = "ST_MakeEnvelope(0, 0, 2, 2, 9209)";
    for call in [
        "ST_Buffer(g, 1)",
        "ST_Union(g, g)",
        "ST_ConvexHull(g)",
        "ST_Subdivide(g, 5)",
        "ST_HexagonGrid(1, g)",
    ] {
        assert_eq!(
            one(&format!("ST_SRID({call}) FROM (SELECT {plane} AS g)")),
            json!(9209),
            "{call}"
        );
    }
    assert!(error(&format!("ST_Union({plane}, {})", of(SQUARE))).contains("ST_Transform"));
}

#[test]
fn parts_become_rows() {
    let query = format!(
        "SELECT count(*), sum(ST_Area(part['geom'])) FROM \
         (SELECT unnest(ST_Dump(ST_Subdivide({}, 5))) AS part)",
        of("POLYGON ((0 0, 1 0, 2 0, 3 0, 3 3, 2 3, 1 3, 0 3, 0 0))")
    );
    println!("{}", text(&province(), &query));
    assert_eq!(rows(&province(), &query)[0][1], json!(9.0));
}

#[test]
fn the_union_of_many_parcels_is_the_province() {
    let union = "SELECT ST_Union_Agg(geom) AS g FROM parcels";
    let row = rows(
        &province(),
        &format!(
            "SELECT ST_GeometryType(g), ST_Area(g), ST_NPoints(g), ST_IsValid(g) FROM ({union})"
        ),
    );
    assert_eq!(row[0][0], json!("ST_Polygon"), "{row}");
    assert!(
        (row[0][1].as_f64().unwrap() / 0.25 - 1.0).abs() < 1e-9,
        "{row}"
    );
    assert_eq!(row[0][3], json!(true), "{row}");
    // By group, also of parcels that do not touch.
    let rows = rows(
        &province(),
        "SELECT ma_dat, count(*), sum(ST_Area(geom)), ST_Area(ST_Union_Agg(geom)) FROM parcels GROUP BY ma_dat",
    );
    for row in rows.as_array().unwrap() {
        let (sum, union) = (row[2].as_f64().unwrap(), row[3].as_f64().unwrap());
        assert!((sum / union - 1.0).abs() < 1e-9, "{row}");
    }
}

#[test]
fn aggregates_of_nothing_and_of_empty() {
    for name in [
        "ST_Union_Agg",
        "ST_ConvexHull_Agg",
        "ST_Intersection_Agg",
        "ST_Extent",
    ] {
        assert_eq!(
            one(&format!("{name}(geom) FROM parcels WHERE so_thua < 0")),
            Value::Null,
            "{name}"
        );
        let nulls = "FROM (VALUES (ST_GeomFromText(CAST(NULL AS VARCHAR)))) AS t(g)";
        assert_eq!(one(&format!("{name}(g) {nulls}")), Value::Null, "{name}");
    }
    let some = format!(
        "FROM (VALUES ({}), ({}), (ST_GeomFromText(CAST(NULL AS VARCHAR)))) AS t(g)",
        of("POLYGON EMPTY"),
        of(SQUARE)
    );
    near(&format!("ST_Area(ST_Union_Agg(g)) {some}"), 4.0, 1e-9);
    near(&format!("ST_Area(ST_ConvexHull_Agg(g)) {some}"), 4.0, 1e-9);
    near(&format!("ST_Area(ST_Intersection_Agg(g)) {some}"), 0.0, 0.0);
    let bow_ties = format!("FROM (VALUES ({}), ({})) AS t(g)", of(BOW_TIE), of(BOW_TIE));
    near(&format!("ST_Area(ST_Union_Agg(g)) {bow_ties}"), 2.0, 1e-9);
    assert!(
        error("ST_Union_Agg(g) FROM (VALUES (ST_Point(0, 0))) AS t(g)").contains("takes polygons")
    );
}
