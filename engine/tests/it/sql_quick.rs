//! Functions of whole columns of plain points and lines against the same of one geometry at a time.

use crate::fixture::{ask, province, rows};

/// Two geometries a row: first only what has a quick way, then what sends its batch the general way.
const PLAIN: [(&str, &str); 5] = [
    ("'POINT (1 2)'", "'POINT (4 6)'"),
    ("'POINT (106.3146 20.9373)'", "'POINT (-0.1 1e-9)'"),
    ("'POINT (1 2)'", "'POINT (1 2)'"),
    ("NULL", "'POINT (1 2)'"),
    ("'POINT (1 2)'", "NULL"),
];
const OTHER: [(&str, &str); 5] = [
    ("'POINT EMPTY'", "'POINT (1 2)'"),
    ("'POINT Z (1 2 3)'", "'POINT Z (4 6 8)'"),
    ("'POINT M (1 2 3)'", "'POINT M (4 6 8)'"),
    ("'LINESTRING (0 0, 1 1)'", "'POINT (1 1)'"),
    ("'MULTIPOINT ((0 0), (1 1))'", "'LINESTRING EMPTY'"),
];

/// Asked of all rows at once it is what it is of each alone, where all arguments are constants and no quick way is taken.
#[track_caller]
fn check(expression: &str, pairs: &[(&str, &str)]) {
    let shapes = pairs.iter().enumerate().map(|(row, (a, b))| {
        let of = |text: &str| format!("ST_GeomFromText(CAST({text} AS VARCHAR))");
        format!("({row}, {}, {})", of(a), of(b))
    });
    let shapes: Vec<_> = shapes.collect();
    let query = format!(
        "SELECT {expression} FROM (VALUES {}) AS t(n, a, b) ORDER BY n",
        shapes.join(", ")
    );
    let together = rows(&province(), &query);
    for ((a, b), found) in pairs.iter().zip(together.as_array().unwrap()) {
        let of = |text: &str| format!("ST_GeomFromText(CAST({text} AS VARCHAR))");
        let alone = expression.replace("(a", &format!("({}", of(a)));
        let alone = alone.replace(", b)", &format!(", {})", of(b)));
        let alone = rows(&province(), &format!("SELECT {alone}"));
        assert_eq!(found, &alone[0], "{expression} of {a} and {b}");
    }
}

#[test]
fn columns_of_plain_geometries_give_what_each_gives_alone() {
    let with_other = [&PLAIN[..], &OTHER[..]].concat();
    for pairs in [&PLAIN[..], &with_other] {
        for expression in [
            "encode(ST_AsBinary(ST_MakeLine(a, b)), 'hex')",
            "ST_Length(ST_MakeLine(a, b))",
            "ST_Length(a)",
            "ST_SRID(ST_MakeLine(a, b))",
            "encode(ST_AsBinary(ST_GeomFromWKB(ST_AsBinary(a))), 'hex')",
        ] {
            check(expression, pairs);
        }
    }
    let lines = [
        ("'LINESTRING (0 0, 3 4, 3 10)'", "NULL"),
        ("'LINESTRING EMPTY'", "NULL"),
        ("NULL", "NULL"),
        ("'LINESTRING (0 0, 0 0)'", "NULL"),
    ];
    check("ST_Length(a)", &lines);
    let others = [
        lines[0],
        ("'LINESTRING Z (0 0 0, 3 4 9)'", "NULL"),
        ("'MULTILINESTRING ((0 0, 3 4), (0 0, 1 0))'", "NULL"),
        ("'POLYGON ((0 0, 1 0, 0 1, 0 0))'", "NULL"),
    ];
    check("ST_Length(a)", &others);
}

#[test]
fn bytes_that_are_no_geometry_are_refused_beside_points_too() {
    const POINT: &str = "0101000000000000000000f03f0000000000000040";
    const FROM_THE_OTHER_END: &str = "00000000013ff00000000000004000000000000000";
    let asked = |bytes: &[&str]| {
        let values: Vec<_> = bytes.iter().map(|hex| format!("('{hex}')")).collect();
        let query = format!(
            "SELECT ST_AsText(ST_GeomFromWKB(decode(hex, 'hex'))) FROM (VALUES {}) AS t(hex)",
            values.join(", ")
        );
        ask(&province(), &query).map(|answer| answer.rows())
    };
    assert_eq!(asked(&[POINT, FROM_THE_OTHER_END]), Ok(2));
    for wrong in [&POINT[..40], "0101", "", "0109000000"] {
        assert!(asked(&[POINT, wrong]).is_err(), "{wrong}");
    }
}

#[test]
fn dimensions_of_a_line_do_not_mix() {
    let query = "SELECT ST_MakeLine(a, b) FROM (VALUES
        (ST_GeomFromText('POINT (1 2)'), ST_GeomFromText('POINT (3 4)')),
        (ST_GeomFromText('POINT (1 2)'), ST_GeomFromText('POINT Z (3 4 5)'))) AS t(a, b)";
    let error = ask(&province(), query).map(|answer| answer.rows());
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("mismatched dimensions"),
        "{query}"
    );
}
