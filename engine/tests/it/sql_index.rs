//! Filters through the indexes: the same rows as without them, and EXPLAIN says so.

use proptest::prelude::*;

use crate::fixture::{CORNER, PARCELS, SIDE, ask, province, rows, text};

/// The line of EXPLAIN that names the index.
#[track_caller]
fn scan(query: &str) -> String {
    let plan = text(&province(), &format!("EXPLAIN {query}"));
    let line = plan
        .lines()
        .find_map(|line| line.split_once("ResidentScanExec: "));
    line.unwrap_or_else(|| panic!("no scan in\n{plan}"))
        .1
        .trim_end_matches([' ', '|'])
        .to_owned()
}

#[test]
fn explain_names_the_window_and_the_rows_it_leaves() {
    let line = scan(
        "SELECT so_thua FROM parcels WHERE ST_Intersects(geom, ST_MakeEnvelope(106.3001, 20.9001, 106.3062, 20.9062))",
    );
    assert_eq!(
        line,
        "layer=parcels v3, index=packed r-tree window=[106.300100, 20.900100, 106.306200, 20.906200], rows=4 of 25600, \
         columns=[so_thua, geom]"
    );
    let line =
        scan("SELECT count(*) FROM parcels WHERE ST_DWithin(geom, ST_Point(106.3, 20.9), 0.001)");
    assert!(
        line.contains("index=packed r-tree window=[106.299000, 20.899000, 106.301000, 20.901000]"),
        "{line}"
    );
}

#[test]
fn a_window_over_much_of_a_layer_is_a_scan_and_explain_says_why() {
    let line = scan(
        "SELECT * FROM parcels WHERE ST_Within(geom, ST_GeomFromText('POLYGON ((106 20, 107 20, 107 22, 106 22, 106 20))'))",
    );
    assert!(
        line.contains(
            "index=none (the window covers about 100 % of the layer), rows=25600 of 25600"
        ),
        "{line}"
    );
    let line = scan("SELECT * FROM parcels WHERE ma_dat = 'LUC'");
    assert!(
        line.contains("index=none (no filter on geom or h3)"),
        "{line}"
    );
}

#[test]
fn negations_and_disjointness_never_prune() {
    let point = "ST_Point(106.3, 20.9)";
    for filter in [
        format!("NOT ST_Intersects(geom, {point})"),
        format!("ST_Disjoint(geom, {point})"),
        format!("ST_Intersects(geom, {point}) OR ma_dat = 'LUC'"),
        format!("ST_Distance(geom, {point}) > 0.1"),
        "h3 <> 617549798007504895".to_owned(),
    ] {
        let line = scan(&format!("SELECT * FROM parcels WHERE {filter}"));
        assert!(
            line.contains("index=none (no filter on geom or h3)"),
            "{filter}: {line}"
        );
    }
}

#[test]
fn cells_and_their_parents_are_found_through_the_order_of_rows() {
    let twin = province();
    let cell = "h3_latlng_to_cell(20.9373, 106.3146, 9)";
    let hexadecimal = rows(&twin, &format!("SELECT h3_cell_to_string({cell})"))[0][0]
        .as_str()
        .unwrap()
        .to_owned();
    let decimal = u64::from_str_radix(&hexadecimal, 16).unwrap();
    let parent = "h3_latlng_to_cell(20.9373, 106.3146, 7)";
    for (filter, unindexed) in [
        (
            format!("h3 = {cell}"),
            format!("h3_cell_to_string(h3) = h3_cell_to_string({cell})"),
        ),
        (
            format!("h3 IN ({cell}, {cell} + 1)"),
            format!("h3_cell_to_string(h3) = h3_cell_to_string({cell})"),
        ),
        (
            format!("h3 = '{hexadecimal}'"),
            format!("h3_cell_to_string(h3) = '{hexadecimal}'"),
        ),
        (
            format!("h3 IN ('{hexadecimal}', '8941481b523ffff')"),
            format!("h3_cell_to_string(h3) = '{hexadecimal}'"),
        ),
        (
            format!("h3 = {decimal}"),
            format!("h3_cell_to_string(h3) = '{hexadecimal}'"),
        ),
        (
            format!("h3_cell_to_parent(h3, 7) = {parent}"),
            format!("h3_cell_to_string(h3_cell_to_parent(h3, 7)) = h3_cell_to_string({parent})"),
        ),
    ] {
        let line = scan(&format!("SELECT so_thua FROM parcels WHERE {filter}"));
        assert!(line.contains("index=h3 cells="), "{filter}: {line}");
        let found = rows(
            &twin,
            &format!("SELECT so_thua FROM parcels WHERE {filter} ORDER BY 1"),
        );
        assert_eq!(
            found,
            rows(
                &twin,
                &format!("SELECT so_thua FROM parcels WHERE {unindexed} ORDER BY 1")
            ),
            "{filter}"
        );
        assert!(!found.as_array().unwrap().is_empty(), "{filter}");
    }
}

#[test]
fn a_text_that_is_no_cell_is_refused_not_compared() {
    let error = ask(&province(), "SELECT * FROM parcels WHERE h3 = 'abc'")
        .map(|answer| answer.rows())
        .unwrap_err();
    assert!(
        error.to_string().contains("\"abc\" is not an H3 cell"),
        "{error}"
    );
}

#[test]
fn a_limit_is_pushed_where_no_filter_has_to_be_tested() {
    assert!(scan("SELECT so_thua FROM parcels LIMIT 7").contains("rows=7 of 25600, limit=7"));
    assert_eq!(
        rows(&province(), "SELECT count(*) FROM parcels"),
        serde_json::json!([[PARCELS * PARCELS]])
    );
}

/// Constant geometries that cut, touch, hold and miss the shapes of the layers.
fn constant() -> impl Strategy<Value = String> {
    let place = (0..=20_u8, 0..=20_u8, 1..=4_u8).prop_map(|(x, y, size)| {
        let at = |place: u8, corner: f64| corner + f64::from(place) * SIDE / 20.0;
        (
            at(x, CORNER.0),
            at(y, CORNER.1),
            f64::from(size) * SIDE / 20.0,
        )
    });
    (place, 0..4_u8).prop_map(|((x, y, size), kind)| {
        let (right, top) = (x + size, y + size);
        match kind {
            0 => format!("POINT ({x} {y})"),
            1 => format!("LINESTRING ({x} {y}, {right} {top})"),
            2 => format!("POLYGON (({x} {y}, {right} {y}, {right} {top}, {x} {top}, {x} {y}))"),
            _ => format!("POLYGON (({x} {y}, {right} {y}, {x} {top}, {x} {y}))"),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: prop::test_runner::RngSeed::Fixed(2026), ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_scan_finds(constant in constant(), reversed: bool) {
        let twin = province();
        let constant = format!("ST_GeomFromText('{constant}')");
        for predicate in [
            "ST_Intersects", "ST_Contains", "ST_Within", "ST_Covers", "ST_CoveredBy", "ST_Touches", "ST_Crosses",
            "ST_Overlaps", "ST_Equals",
        ] {
            let test = if reversed { format!("{predicate}({constant}, geom)") } else { format!("{predicate}(geom, {constant})") };
            compare(&twin, "odd", &test)?;
        }
        compare(&twin, "odd", &format!("ST_DWithin(geom, {constant}, 0.02)"))?;
        compare(&twin, "odd", &format!("ST_Distance(geom, {constant}) <= 0.05"))?;
        compare(&twin, "parcels", &format!("ST_Intersects(geom, {constant})"))?;
    }
}

/// `IS TRUE` hides the predicate from the index.
fn compare(
    twin: &std::sync::Arc<engine::TwinSnapshot>,
    layer: &str,
    test: &str,
) -> Result<(), TestCaseError> {
    let all = format!("SELECT fid FROM {layer} WHERE ({test}) IS TRUE ORDER BY fid");
    let plan = text(twin, &format!("EXPLAIN {all}"));
    prop_assert!(plan.contains("index=none (no filter"), "{plan}");
    prop_assert_eq!(
        rows(
            twin,
            &format!("SELECT fid FROM {layer} WHERE {test} ORDER BY fid")
        ),
        rows(twin, &all),
        "{}",
        test
    );
    Ok(())
}

#[test]
fn empty_shapes_are_tested_and_not_lost() {
    let twin = province();
    let equal = "SELECT count(*) FROM odd WHERE ST_IsEmpty(geom)";
    assert_eq!(rows(&twin, equal), serde_json::json!([[6]]));
    assert!(
        ask(
            &twin,
            "SELECT * FROM odd WHERE ST_Intersects(geom, ST_GeomFromText('POLYGON EMPTY'))"
        )
        .unwrap()
        .rows()
            == 0
    );
}

#[test]
fn boxes_meet_where_their_edges_do_and_the_operator_uses_the_index() {
    let line = scan(
        "SELECT fid FROM parcels WHERE geom && ST_MakeEnvelope(106.3001, 20.9001, 106.3062, 20.9062)",
    );
    assert!(
        line.contains("index=packed r-tree window=[106.3001"),
        "{line}"
    );
    let shapes = [
        "LINESTRING (0 0, 2 2)",
        "LINESTRING (0 1, 0 3)",
        "POINT (1 0)",
        "POLYGON ((3 3, 5 3, 3 5, 3 3))",
        "MULTIPOINT (4 4, 9 9)",
        "POINT EMPTY",
    ];
    let rows_of = |name: &str| {
        let values = (0..)
            .zip(shapes)
            .map(|(n, shape)| format!("({n}, ST_GeomFromText('{shape}'))"));
        format!(
            "(VALUES {}) AS {name}(n, g)",
            values.collect::<Vec<_>>().join(", ")
        )
    };
    let (a, b) = (rows_of("a"), rows_of("b"));
    let meet = "ST_XMin(a.g) <= ST_XMax(b.g) AND ST_XMin(b.g) <= ST_XMax(a.g) AND ST_YMin(a.g) <= ST_YMax(b.g) AND ST_YMin(b.g) <= ST_YMax(a.g)";
    let pairs = |condition: &str| {
        rows(
            &province(),
            &format!("SELECT a.n, b.n FROM {a} JOIN {b} ON {condition} ORDER BY 1, 2"),
        )
    };
    assert_eq!(pairs("a.g && b.g"), pairs(meet));
    assert!(pairs(meet).as_array().unwrap().len() > 8);
    assert!(ask(&province(), "SELECT 1 && 2").is_err());
}
