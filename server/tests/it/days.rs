//! Readers that name a day, over HTTP and at the command line; tables restated on another day's units.

use std::process::Output;

use axum::http::{StatusCode, header};
use layers::import::{ImportRequest, import};
use serde_json::{Value, json};
use server::painter::Painter;

use crate::{
    analyses::finished,
    command_line::{check, lucdau, text},
    fixture::{TILE, TestServer, TestTwin},
};

/// Two units until 2025-07-01 and one of the same code after.
fn units() -> Value {
    let unit = |code: &str, west: f64, east: f64, from: Value, to: Value| {
        let ring = [
            [west, 20.9],
            [east, 20.9],
            [east, 21.0],
            [west, 21.0],
            [west, 20.9],
        ];
        json!({
            "type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"code": code, "name": format!("Xã {code}"), "valid_from": from, "valid_to": to},
        })
    };
    let reform = || json!("2025-07-01");
    json!({"type": "FeatureCollection", "features": [
        unit("10507", 106.25, 106.3, Value::Null, reform()),
        unit("10510", 106.3, 106.35, Value::Null, reform()),
        unit("10507", 106.25, 106.35, reform(), Value::Null),
    ]})
}

fn server() -> TestServer {
    let home = TestTwin::new();
    home.publish("units", &units());
    TestServer::over(home, Painter::broken())
}

#[tokio::test]
async fn a_day_chooses_the_rows_that_hold_on_it_wherever_layers_are_read() {
    let server = server();
    let count = async |path: &str, datetime: Value| {
        let mut body = json!({"query": "SELECT count(*) FROM units"});
        if !datetime.is_null() {
            body["datetime"] = datetime;
        }
        server.post(path, &body).await.ok().json()["rows"][0][0]
            .as_u64()
            .unwrap()
    };
    assert_eq!(count("/sql", Value::Null).await, 3);
    assert_eq!(count("/sql?datetime=2025-06-30", Value::Null).await, 2);
    assert_eq!(count("/sql", json!("2025-07-01")).await, 1);
    assert_eq!(
        count("/sql?datetime=2025-06-30", json!("2025-07-01")).await,
        1,
        "the body says it last"
    );

    let described = server
        .get("/layers/units?datetime=2025-06-30")
        .await
        .ok()
        .json();
    assert_eq!(
        (&described["feature_count"], &described["notes"]["valid_at"]),
        (&json!(2), &json!("2025-06-30"))
    );
    assert_eq!(
        server.get("/layers/units").await.ok().json()["feature_count"],
        3
    );
    let all = server.get("/layers?datetime=2025-07-01").await.ok().json();
    let units = all
        .as_array()
        .unwrap()
        .iter()
        .find(|layer| layer["id"] == "units")
        .unwrap();
    assert_eq!(units["feature_count"], 1);

    let places = server.get("/search?q=10510").await.ok().json();
    assert_eq!(
        places["results"],
        json!([]),
        "what is no more is not found, unless its day is named"
    );
    let places = server
        .get("/search?q=10510&datetime=2025-01-01")
        .await
        .ok()
        .json();
    assert_eq!(places["results"][0]["name"], "Xã 10510");
}

#[tokio::test]
async fn tiles_of_two_days_differ_and_layers_without_days_are_the_same_tile() {
    let server = server();
    let tile = async |layer: &str, query: &str| {
        let reply = server
            .get(&format!("/vector/{layer}/{TILE}.mvt{query}"))
            .await
            .ok();
        (reply.header(header::ETAG).to_owned(), reply.body)
    };
    let (before, after) = (
        tile("units", "?datetime=2025-06-30").await,
        tile("units", "?datetime=2025-07-01").await,
    );
    let all = tile("units", "").await;
    assert!(before.0 != after.0 && before.0 != all.0 && after.0 != all.0);
    assert!(before.1 != after.1 && all.1.len() > before.1.len());
    assert_eq!(
        tile("roads", "?datetime=2025-06-30").await,
        tile("roads", "").await
    );
    let described = server
        .get("/vector/units.json?datetime=2025-06-30")
        .await
        .ok()
        .json();
    assert!(
        described["tiles"][0]
            .as_str()
            .unwrap()
            .ends_with("/{z}/{x}/{y}.mvt?datetime=2025-06-30")
    );
}

#[tokio::test]
async fn an_analysis_of_a_day_says_so() {
    let server = TestServer::over(TestTwin::new(), Painter::broken());
    let mut accidents = json!({"type": "FeatureCollection", "features": []});
    for n in 0..80 {
        let offset = f64::from(n % 40);
        accidents["features"].as_array_mut().unwrap().push(json!({
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [106.3 + offset * 0.003, 20.9 + offset * 0.001]},
            "properties": {"valid_to": if n < 40 { json!("2024-01-01") } else { Value::Null }},
        }));
    }
    server.home.publish("accidents", &accidents);
    server.services.engine.refresh().unwrap();
    let accepted = server
        .post(
            "/analyses/hot_spots?datetime=2025-01-01",
            &json!({"layer": "accidents"}),
        )
        .await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    let job = finished(&server, accepted.json()["href"].as_str().unwrap()).await;
    assert_eq!(
        job["result"]["provenance"]["valid_at"], "2025-01-01",
        "{job}"
    );
}

#[tokio::test]
async fn what_is_no_day_is_refused_with_the_right_form() {
    let server = server();
    let question = json!({"query": "SELECT 1"});
    for bad in ["01/07/2025", "2025-02-30", "2025", "today", ""] {
        let encoded = bad.replace('/', "%2F");
        for path in [
            "/layers",
            "/layers/units",
            &format!("/vector/units/{TILE}.mvt"),
            "/search?q=x",
        ] {
            let joint = if path.contains('?') { '&' } else { '?' };
            let problem = server
                .get(&format!("{path}{joint}datetime={encoded}"))
                .await
                .problem(400);
            assert!(
                problem["detail"].as_str().unwrap().contains("YYYY-MM-DD"),
                "{problem}"
            );
        }
        for path in ["/sql", "/analyses/hot_spots"] {
            server
                .post(&format!("{path}?datetime={encoded}"), &question)
                .await
                .problem(400);
        }
        let problem = server
            .post("/sql", &json!({"query": "SELECT 1", "datetime": bad}))
            .await
            .problem(400);
        assert!(
            problem["detail"].as_str().unwrap().contains("2025-07-01"),
            "{problem}"
        );
    }
}

/// A twin with the administrative layers of the generated province.
fn province() -> TestTwin {
    let home = TestTwin::empty();
    let files = home.folder().join("files");
    datasets::generate(&files, &datasets::Options::default(), &mut |_, _| {}).unwrap();
    for (layer, file) in [
        ("admin_units", "admin_units.geojson"),
        ("admin_crosswalk", "admin_crosswalk.csv"),
    ] {
        let request = ImportRequest::new(vec![files.join(file)], layer.parse().unwrap());
        import(&home.twin, &request, &layers::Silent).unwrap();
    }
    home
}

#[test]
fn a_query_of_a_day_reads_its_layout() {
    let home = province();
    let counted = |day: &str| {
        let query = "SELECT count(*) AS n, sum(population) AS people FROM admin_units WHERE level = 'commune'";
        let twin = home.dir();
        let asked = ["sql", "--twin", text(&twin), "--datetime", day];
        lucdau(&[&asked[..], &["--format", "csv", query]].concat())
    };
    check(&counted("2025-06-30"), 0, "\n207,");
    check(&counted("2025-07-01"), 0, "\n64,2225640");
    check(&counted("1/7/2025"), 2, "YYYY-MM-DD");
}

const TABLE: &str = "ma_xa,ten_xa,huyen,so_ho\n10507,,,100\n10510.0,,,50\n,Xã Hưng Đạo,Huyện Tứ Kỳ,80\n\
                     ,Xã Hưng Đạo,,7\n99999,,,9\n10513,,,\n";

/// Restates a column of [`TABLE`] from one layout to the next.
fn restate(home: &TestTwin, column: &str, more: &[&str]) -> Output {
    let (twin, values) = (home.dir(), home.write("values.csv", TABLE));
    let sources = ["restate", "--twin", text(&twin), "--values", text(&values)];
    let days = [
        "--column",
        column,
        "--from",
        "2025-03-01",
        "--to",
        "2025-07-01",
    ];
    lucdau(&[&sources[..], &days, more].concat())
}

#[test]
fn a_table_is_restated_with_its_error_and_what_cannot_be_is_told() {
    let home = province();
    let output = restate(&home, "so_ho", &[]);
    for words in [
        "total 230",
        "34.8 % passed through split units",
        "2 rows of no unit",
        "name of several: 10561, 11086",
        "1 rows without a value",
    ] {
        check(&output, 0, words);
    }
    let rows = String::from_utf8(output.stdout).unwrap();
    let exact = "code,name,so_ho,so_ho_low,so_ho_high\n10507,Phường Thành Đông,150,150,150\n";
    assert!(rows.starts_with(exact), "{rows}");
    let value = |line: &str| -> f64 { line.split(',').nth(2).unwrap().parse().unwrap() };
    let split: Vec<f64> = rows.lines().skip(2).map(value).collect();
    assert!(
        split.len() == 2 && (split.iter().sum::<f64>() - 80.0).abs() < 1e-9,
        "{rows}"
    );
    check(
        &restate(&home, "so_ho", &["--weight", "population"]),
        0,
        "total 230",
    );
    check(
        &restate(&home, "so_ho", &["--measure", "intensive"]),
        3,
        "mật độ",
    );
    check(&restate(&home, "no_such", &[]), 2, "so_ho");
    check(&restate(&home, "huyen", &[]), 2, "Tứ Kỳ");
}

#[test]
fn a_wrong_weight_or_day_or_a_twin_without_units_is_refused_with_the_right_form() {
    let home = TestTwin::empty();
    check(
        &restate(&home, "so_ho", &["--weight", "wealth"]),
        2,
        "population",
    );
    check(&restate(&home, "so_ho", &[]), 3, "admin_units");
    let (twin, values) = (home.dir(), home.write("values.csv", TABLE));
    let sources = ["restate", "--twin", text(&twin), "--values", text(&values)];
    let days = ["--column", "so_ho", "--from", "2025", "--to", "2025-07-01"];
    check(&lucdau(&[&sources[..], &days].concat()), 2, "YYYY-MM-DD");
}
