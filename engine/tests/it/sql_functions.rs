//! Functions against published numbers.

use geo::{GeodesicArea as _, Geometry};
use serde_json::{Value, json};

use crate::fixture::{ask, province, rows, square};

#[track_caller]
fn one(query: &str) -> Value {
    rows(&province(), query)[0][0].clone()
}

#[track_caller]
fn number(query: &str) -> f64 {
    one(query)
        .as_f64()
        .unwrap_or_else(|| panic!("{query} is no number"))
}

#[track_caller]
fn error(query: &str) -> String {
    ask(&province(), query)
        .map(|answer| answer.batches)
        .unwrap_err()
        .to_string()
}

/// `echo 106.3146 20.9373 | cs2cs EPSG:4326 EPSG:9209` with lon/lat order.
#[test]
fn vn_2000_metres_come_out_within_a_millimetre() {
    for crs in ["'EPSG:9209'", "9209"] {
        let point = format!("ST_Transform(ST_Point(106.3146, 20.9373), {crs})");
        assert!(
            (number(&format!("SELECT ST_X({point})")) - 584527.145).abs() < 0.001,
            "{crs}"
        );
        assert!(
            (number(&format!("SELECT ST_Y({point})")) - 2316227.333).abs() < 0.001,
            "{crs}"
        );
    }
    let back = "ST_Transform(ST_Point(584527.145, 2316227.333, 9209), 'EPSG:4326')";
    assert!((number(&format!("SELECT ST_X({back})")) - 106.3146).abs() < 1e-7);
}

#[test]
fn areas_in_the_plane_are_those_on_the_ellipsoid_within_its_scale() {
    let square_km =
        number("SELECT sum(ST_Area(ST_Transform(geom, 'EPSG:9209'))) / 1e6 FROM districts");
    let Geometry::Polygon(province) = square(0, 0, 1) else {
        panic!("a square")
    };
    let geodesic_km = province.geodesic_area_unsigned() / 1e6;
    // The TM-3 plane of 105.5 E has scale 0.9999 on its meridian and about 1.0000 here.
    assert!(
        (square_km / geodesic_km - 1.0).abs() < 4e-4,
        "{square_km} {geodesic_km}"
    );
}

#[test]
fn literals_are_degrees_and_epsg_4326_is_the_same() {
    let within = |literal: &str| {
        one(&format!(
            "SELECT count(*) FROM districts WHERE ST_Intersects(geom, {literal})"
        ))
    };
    for literal in [
        "ST_Point(106.2, 20.8)",
        "ST_Point(106.2, 20.8, 4326)",
        "ST_SetSRID(ST_Point(106.2, 20.8), 4326)",
        "ST_GeomFromText('POINT (106.2 20.8)')",
        "ST_GeomFromText('POINT (106.2 20.8)', 4326)",
        "ST_GeomFromWKB(ST_AsBinary(ST_Point(106.2, 20.8)))",
        "ST_Transform(ST_Transform(ST_Point(106.2, 20.8), 9209), 4326)",
    ] {
        assert_eq!(within(literal), json!(1), "{literal}");
    }
    let refused = error(
        "SELECT count(*) FROM districts WHERE ST_Intersects(geom, ST_Point(584527, 2316227, 9209))",
    );
    assert!(
        refused.contains("epsg:9209") && refused.contains("ST_Transform"),
        "{refused}"
    );
}

#[test]
fn predicates_follow_the_de_9im() {
    let square = "ST_GeomFromText('POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))')";
    for (predicate, other, expected) in [
        ("ST_Contains", "POINT (1 1)", true),
        ("ST_Contains", "POINT (0 1)", false),
        ("ST_Covers", "POINT (0 1)", true),
        ("ST_Touches", "POINT (0 1)", true),
        ("ST_Crosses", "LINESTRING (-1 1, 3 1)", true),
        ("ST_Overlaps", "POLYGON ((1 1, 3 1, 3 3, 1 3, 1 1))", true),
        ("ST_Overlaps", "POLYGON ((2 0, 3 0, 3 2, 2 2, 2 0))", false),
        ("ST_Equals", "POLYGON ((2 2, 0 2, 0 0, 2 0, 2 2))", true),
        ("ST_Disjoint", "POINT (5 5)", true),
        ("ST_Disjoint", "POINT (2 2)", false),
    ] {
        let query = format!("SELECT {predicate}({square}, ST_GeomFromText('{other}'))");
        assert_eq!(one(&query), json!(expected), "{query}");
    }
    assert_eq!(
        one(&format!("SELECT ST_Within(NULL, {square})")),
        Value::Null
    );
    assert_eq!(
        one(
            "SELECT ST_Within(ST_Point(1, 1), ST_GeomFromText('POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))'))"
        ),
        json!(true)
    );
}

/// h3-py 4.5.0.
#[test]
fn h3_functions_equal_the_reference() {
    assert_eq!(
        one("SELECT h3_latlng_to_cell(20.9373, 106.3146, 8)"),
        json!("88415c96a5fffff")
    );
    assert_eq!(
        one("SELECT h3_lnglat_to_cell(106.3146, 20.9373, 8)"),
        json!("88415c96a5fffff")
    );
    assert_eq!(
        one("SELECT h3_cell_to_string(h3_cell_to_parent(h3_string_to_cell('88415c96a5fffff'), 5))"),
        json!("85415c97fffffff")
    );
    assert!((number("SELECT h3_cell_area('88415c96a5fffff', 'km^2')") - 0.804613).abs() < 1e-6);
    assert!(
        (number("SELECT h3_cell_area(h3_string_to_cell('88415c96a5fffff'), 'm^2')") - 804613.0)
            .abs()
            < 1.0
    );
    assert_eq!(one("SELECT h3_get_resolution('88415c96a5fffff')"), json!(8));
    assert_eq!(
        one("SELECT cardinality(h3_grid_disk('88415c96a5fffff', 1))"),
        json!(7)
    );
    assert_eq!(
        one(
            "SELECT ST_Contains(h3_cell_to_boundary('88415c96a5fffff'), h3_cell_to_point('88415c96a5fffff'))"
        ),
        json!(true)
    );
    assert_eq!(
        one("SELECT h3_polygon_to_cells(h3_cell_to_boundary('88415c96a5fffff'), 8)"),
        json!(["88415c96a5fffff"])
    );
    let counts = rows(
        &province(),
        "SELECT cardinality(h3_polygon_to_cells(g, 7)), cardinality(h3_polygon_to_cells(g, 7, 'contains')), \
         cardinality(h3_polygon_to_cells(g, 7, 'intersects')) FROM (SELECT ST_MakeEnvelope(106.1, 20.7, 106.6, 21.2) AS g)",
    );
    let [centroid, contains, intersects] =
        [0, 1, 2].map(|place| counts[0][place].as_u64().unwrap());
    assert!(contains < centroid && centroid < intersects, "{counts}");
}

#[test]
fn h3_functions_pass_nulls_on_and_refuse_what_is_no_cell() {
    for query in [
        "SELECT h3_latlng_to_cell(NULL, 106.3, 8)",
        "SELECT h3_cell_to_parent(CAST(NULL AS BIGINT UNSIGNED), 5)",
        "SELECT h3_cell_area(NULL)",
        "SELECT h3_polygon_to_cells(NULL, 8)",
        "SELECT h3_cell_to_boundary(NULL)",
    ] {
        assert_eq!(one(query), Value::Null, "{query}");
    }
    assert!(
        error("SELECT h3_cell_to_parent(42, 5)").contains("42 (hexadecimal 2a) is not an H3 cell")
    );
    assert!(error("SELECT h3_cell_area('zzz')").contains("\"zzz\" is not an H3 cell"));
    assert!(
        error("SELECT h3_latlng_to_cell(20.9, 106.3, 16)")
            .contains("H3 resolution 16 does not exist")
    );
    assert!(
        error("SELECT h3_cell_to_parent('88415c96a5fffff', 9)")
            .contains("no parent of resolution 9")
    );
    assert!(
        error("SELECT h3_cell_area('88415c96a5fffff', 'acre')").contains("'acre' is not known")
    );
    assert!(
        error("SELECT h3_polygon_to_cells(ST_Transform(geom, 9209), 8) FROM districts")
            .contains("EPSG:4326")
    );
    assert!(error("SELECT h3_polygon_to_cells(ST_Point(106, 21), 8)").contains("takes a polygon"));
}

#[test]
fn aggregates_keep_the_crs() {
    let union = "SELECT ST_Area(ST_Transform(ST_Union_Agg(geom), 9209)) / 1e6 FROM districts";
    let sum = "SELECT sum(ST_Area(ST_Transform(geom, 9209))) / 1e6 FROM districts";
    assert!((number(union) / number(sum) - 1.0).abs() < 1e-5);
    assert_eq!(
        one("SELECT ST_XMin(ST_Envelope_Agg(geom)) FROM districts"),
        json!(106.1)
    );
}

#[test]
fn a_spatial_join_counts_each_parcel_in_its_district() {
    let counts = rows(
        &province(),
        "SELECT d.name, count(*) FROM districts d JOIN parcels p ON ST_Contains(d.geom, ST_Centroid(p.geom)) \
         WHERE p.so_thua % 16 = 0 GROUP BY d.name ORDER BY d.name",
    );
    assert_eq!(
        counts,
        json!([
            ["Chí Linh", 400],
            ["Hải Dương", 400],
            ["Kinh Môn", 400],
            ["Nam Sách", 400]
        ])
    );
}
