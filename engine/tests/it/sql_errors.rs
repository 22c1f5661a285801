//! What a query may not do, and what it is told.

use engine::sql::{SqlError, SqlParameters, SqlRequest, query, schema};
use serde_json::json;

use crate::fixture::{ask, province};

#[track_caller]
fn error(text: &str) -> SqlError {
    ask(&province(), text)
        .map(|answer| answer.batches)
        .unwrap_err()
}

#[test]
fn anything_but_a_query_is_refused() {
    for text in [
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE parcels",
        "INSERT INTO parcels SELECT * FROM parcels",
        "DELETE FROM parcels",
        "UPDATE parcels SET ma_dat = 'X'",
        "COPY (SELECT 1) TO '/tmp/out.parquet'",
        "EXPLAIN COPY (SELECT 1) TO '/tmp/out.parquet'",
        "EXPLAIN ANALYZE INSERT INTO parcels SELECT * FROM parcels",
        "SELECT 1 INTO t",
        "SET datafusion.execution.batch_size = 1",
        "PREPARE p AS SELECT 1",
        "BEGIN",
    ] {
        let refused = error(text);
        assert!(
            matches!(
                refused,
                SqlError::NotReadOnly { .. } | SqlError::Invalid { .. } | SqlError::Parse { .. }
            ),
            "{text}: {refused:?}"
        );
    }
    assert!(matches!(
        error("DROP TABLE parcels"),
        SqlError::NotReadOnly { .. }
    ));
    assert!(ask(&province(), "SELECT count(*) FROM parcels").is_ok());
}

#[test]
fn files_are_no_tables() {
    for text in [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM '/etc/passwd.csv'",
        "SELECT * FROM \"file:///etc/passwd\"",
        "SELECT * FROM read_parquet('/tmp/x.parquet')",
        "SELECT * FROM read_csv('/etc/passwd')",
    ] {
        let refused = error(text);
        assert!(refused.is_callers(), "{text}: {refused:?}");
    }
}

#[test]
fn a_second_statement_is_refused() {
    assert!(error("SELECT 1; DROP TABLE parcels").is_callers());
}

#[test]
fn a_slip_of_the_hand_is_told_the_nearest_name() {
    assert_eq!(
        error("SELECT * FROM parcles").to_string(),
        "line 1, column 15: table \"parcles\" does not exist; did you mean \"parcels\"?"
    );
    let column = error("SELECT fid,\n       ma_dad FROM parcels").to_string();
    assert!(column.starts_with("line 2, column 8: "), "{column}");
    assert!(column.ends_with("did you mean \"ma_dat\"?"), "{column}");
    let function = error("SELECT ST_Intersect(geom, geom) FROM parcels");
    assert_eq!(
        function.to_string(),
        "line 1, column 8: function \"st_intersect\" does not exist; did you mean \"st_intersects\"?"
    );
}

#[test]
fn broken_sql_is_told_its_place() {
    let broken = error("SELECT *\nFORM parcels");
    assert!(
        matches!(
            broken,
            SqlError::Parse {
                line: 2,
                column: 6,
                ..
            }
        ),
        "{broken:?}"
    );
    assert!(matches!(error("SELECT 'abc"), SqlError::Parse { .. }));
    assert!(error("").is_callers());
}

#[test]
fn types_that_do_not_fit_are_told_so() {
    let wrong = error("SELECT ST_Area(ma_dat) FROM parcels");
    assert!(
        wrong.is_callers() && wrong.to_string().contains("st_area"),
        "{wrong:?}"
    );
    let broken = error("SELECT ST_GeomFromText('POLYGON ((1 2')");
    assert!(broken.is_callers(), "{broken:?}");
}

#[test]
fn parameters_are_bound_by_their_json_type() {
    let ask = |text: &str, params: Vec<serde_json::Value>| {
        let params = SqlParameters::from_json(&params)?;
        query(
            &province(),
            &SqlRequest {
                params,
                ..SqlRequest::new(text)
            },
        )
        .map(|answer| answer.rows())
    };
    assert_eq!(
        ask(
            "SELECT * FROM parcels WHERE so_thua = $1 OR so_thua = $2",
            vec![json!(7), json!(9)]
        ),
        Ok(2)
    );
    assert_eq!(
        ask(
            "SELECT * FROM districts WHERE name = $1",
            vec![json!("Chí Linh")]
        ),
        Ok(1)
    );
    let point = json!({"type": "Point", "coordinates": [106.2, 20.8]});
    assert_eq!(
        ask(
            "SELECT * FROM districts WHERE ST_Intersects(geom, $1)",
            vec![point]
        ),
        Ok(1)
    );
    let wkt = json!("POINT (106.2 20.8)");
    assert_eq!(
        ask(
            "SELECT * FROM districts WHERE ST_Intersects(geom, ST_GeomFromText($1))",
            vec![wkt]
        ),
        Ok(1)
    );
    assert_eq!(
        ask(
            "SELECT * FROM districts WHERE ST_DWithin(geom, ST_Point($1, $2), $3)",
            vec![json!(106.2), json!(20.8), json!(0.01)]
        ),
        Ok(1)
    );
    assert!(matches!(
        ask("SELECT $1", vec![json!([1])]),
        Err(SqlError::Parameter { number: 1, .. })
    ));
    assert!(matches!(
        ask("SELECT $1", vec![json!({"a": 1})]),
        Err(SqlError::Parameter { number: 1, .. })
    ));
    assert!(
        ask("SELECT * FROM districts WHERE name = $1", vec![])
            .is_err_and(|error| error.is_callers())
    );
}

#[test]
fn a_window_from_a_parameter_uses_the_index() {
    let window = json!({"type": "Polygon", "coordinates": [[[106.3, 20.9], [106.301, 20.9], [106.301, 20.901], [106.3, 20.9]]]});
    let request = SqlRequest {
        params: SqlParameters::from_json(&[window]).unwrap(),
        ..SqlRequest::new("EXPLAIN SELECT fid FROM parcels WHERE ST_Intersects(geom, $1)")
    };
    let answer = query(&province(), &request).unwrap();
    let plan = arrow::util::pretty::pretty_format_batches(&answer.batches)
        .unwrap()
        .to_string();
    assert!(plan.contains("index=packed r-tree"), "{plan}");
}

#[test]
fn the_schema_lists_tables_and_functions() {
    let schema = schema(&province());
    let parcels = schema
        .tables
        .iter()
        .find(|table| table.name == "parcels")
        .unwrap();
    let columns: Vec<_> = parcels
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.kind.as_str()))
        .collect();
    assert_eq!(
        columns,
        [
            ("fid", "uint64"),
            ("so_thua", "int64"),
            ("ma_dat", "text"),
            ("h3", "h3"),
            ("geom", "geometry")
        ]
    );
    for function in [
        "st_intersects",
        "st_within",
        "h3_grid_disk",
        "sum",
        "row_number",
    ] {
        assert!(
            schema.functions.iter().any(|name| name == function),
            "{function}"
        );
    }
    assert!(
        ask(
            &province(),
            "SELECT table_name FROM information_schema.tables"
        )
        .is_ok()
    );
}
