//! `ST_Collect_Agg` of many groups against the same of one group at a time.

use engine::sql::{SqlError, SqlLimits, SqlRequest, query};
use serde_json::{Value, json};

use crate::fixture::{ask, province, rows};

/// Groups whose geometries are all of one kind, of several, EMPTY, null, or with Z and M.
const GROUPS: [&[&str]; 13] = [
    &["POINT (1 2)", "POINT (3 4)", "POINT (1 2)"],
    &["POINT (1 2)", "POINT EMPTY"],
    &["LINESTRING (0 0, 1 1)", "LINESTRING EMPTY"],
    &["POLYGON ((0 0, 1 0, 0 1, 0 0))", "POLYGON EMPTY"],
    &["POINT (1 2)", "LINESTRING (0 0, 1 1)", "POLYGON EMPTY"],
    &["MULTIPOINT ((1 2), (3 4))", "POINT (5 6)"],
    &["MULTIPOINT ((1 2))", "MULTIPOINT EMPTY"],
    &[
        "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING EMPTY)",
        "POINT (0 0)",
    ],
    &["POINT Z (1 2 3)", "POINT Z (4 5 6)"],
    &["LINESTRING M (0 0 1, 1 1 2)", "LINESTRING M EMPTY"],
    &[
        "POINT ZM (1 2 3 4)",
        "POLYGON ZM ((0 0 0 0, 1 0 0 0, 0 1 0 0, 0 0 0 0))",
    ],
    &["NULL", "NULL"],
    &["NULL", "POINT (1 2)", "NULL"],
];

/// The groups as a table of numbers and geometries; their rows lie apart.
fn table(groups: &[&[&str]]) -> String {
    let most = groups.iter().map(|group| group.len()).max().unwrap_or(0);
    let places = (0..most).flat_map(|place| (0..groups.len()).map(move |group| (group, place)));
    let rows = places.filter_map(|(group, place)| {
        let text = match *groups[group].get(place)? {
            "NULL" => "CAST(NULL AS VARCHAR)".to_owned(),
            wkt => format!("'{wkt}'"),
        };
        Some(format!("({group}, ST_GeomFromText({text}))"))
    });
    format!(
        "(VALUES {}) AS t(k, g)",
        rows.collect::<Vec<_>>().join(", ")
    )
}

const COLLECTED: &str = "encode(ST_AsBinary(ST_Collect_Agg(g)), 'hex')";

#[test]
fn each_group_is_collected_as_if_it_were_alone() {
    let from = table(&GROUPS);
    let together = rows(
        &province(),
        &format!("SELECT k, {COLLECTED}, count(g) FROM {from} GROUP BY k ORDER BY k"),
    );
    for (group, of) in together.as_array().unwrap().iter().zip(GROUPS) {
        let alone = format!("SELECT {COLLECTED} FROM {from} WHERE k = {}", group[0]);
        assert_eq!(group[1], rows(&province(), &alone)[0][0], "{of:?}");
        assert_eq!(group[1].is_null(), group[2] == 0, "{of:?}");
    }
    assert_eq!(together.as_array().unwrap().len(), GROUPS.len());
}

#[test]
fn a_filter_leaves_rows_out_of_their_groups() {
    let from = table(&GROUPS[..1]);
    let kept = "ST_AsText(ST_Collect_Agg(g) FILTER (WHERE ST_X(g) > 2))";
    let none = "ST_Collect_Agg(g) FILTER (WHERE ST_X(g) > 9) IS NULL";
    assert_eq!(
        rows(
            &province(),
            &format!("SELECT {kept}, {none} FROM {from} GROUP BY k")
        ),
        json!([["MULTIPOINT((3 4))", true]])
    );
}

#[test]
fn dimensions_do_not_mix_and_other_bytes_are_refused() {
    let mixed = table(&[&["POINT (1 2)", "POINT Z (1 2 3)"], &["POINT (0 0)"]]);
    let bytes = "(VALUES (1, ST_GeomFromWKBUnchecked(decode('0109', 'hex')))) AS t(k, g)";
    for (from, says) in [(mixed.as_str(), "mixed dimension"), (bytes, "not WKB")] {
        let query = format!("SELECT {COLLECTED} FROM {from} GROUP BY k");
        let error = ask(&province(), &query).map(|answer| answer.rows());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

/// So many different groups that rows are handed on without being grouped first; every third has two points.
const MANY: &str = "SELECT value % 300000 AS k, ST_Collect_Agg(ST_Point(value, 1)) AS g
    FROM generate_series(1, 400000) GROUP BY k";

#[test]
fn many_groups_lose_and_mix_no_rows() {
    let answer = rows(
        &province(),
        &format!(
            "SELECT count(*), sum(ST_NumGeometries(g)), sum(ST_XMin(g)), sum(ST_XMax(g)),
                count(*) FILTER (WHERE ST_XMin(g)::BIGINT % 300000 <> k OR ST_XMax(g)::BIGINT % 300000 <> k)
            FROM ({MANY})"
        ),
    );
    // 1 to 300,000 come first; of 300,001 to 400,000 each is the larger of two.
    let (least, most) = (45_000_150_000.0, 45_000_150_000.0 + 300_000.0 * 100_000.0);
    assert_eq!(answer, json!([[300_000, 400_000, least, most, 0]]));
}

#[test]
fn many_groups_stay_within_the_memory_limit() {
    let limit_bytes = 4 << 20;
    let mut request = SqlRequest::new(format!("SELECT count(g) FROM ({MANY})"));
    request.limits = SqlLimits {
        memory_bytes: limit_bytes,
        ..SqlLimits::default()
    };
    assert_eq!(
        query(&province(), &request).map(|answer| answer.rows()),
        Err(SqlError::Memory { limit_bytes })
    );
    request.limits = SqlLimits::default();
    let answer = query(&province(), &request).unwrap();
    assert_eq!(answer.rows(), 1);
}

#[test]
fn the_crs_of_a_group_is_that_of_its_rows() {
    let answer = rows(
        &province(),
        "SELECT so_thua % 2 AS k, ST_SRID(ST_Collect_Agg(geom)), ST_NumGeometries(ST_Collect_Agg(geom))
            FROM parcels GROUP BY k ORDER BY k",
    );
    assert_eq!(answer, json!([[0, 4326, 12800], [1, 4326, 12800]]));
    let from = "(VALUES (1, ST_Point(1, 2), 3405), (1, ST_Point(3, 4), 3405), (2, ST_Point(5, 6), 3406)) AS t(k, g, srid)";
    let answer: Value = rows(
        &province(),
        &format!(
            "SELECT k, ST_SRID(ST_Collect_Agg(ST_SetSRID(g, srid))) FROM {from} GROUP BY k ORDER BY k"
        ),
    );
    assert_eq!(answer, json!([[1, 3405], [2, 3406]]));
}
