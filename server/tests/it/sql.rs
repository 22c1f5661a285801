//! SQL over HTTP: formats, parameters, read-only, the schema.

use axum::http::header;
use serde_json::json;

use crate::fixture::TestServer;

#[tokio::test]
async fn one_question_is_answered_in_every_format() {
    let server = TestServer::new();
    let query = "SELECT name, area_km2, geom FROM districts ORDER BY area_km2";
    let ask = async |format: &str| {
        server
            .post("/sql", &json!({"query": query, "format": format}))
            .await
            .ok()
    };
    let table = ask("json").await;
    assert_eq!(
        table.header("x-truncated".parse::<axum::http::HeaderName>().unwrap()),
        "false"
    );
    let table = table.json();
    assert_eq!(table["columns"][0]["name"], "name");
    assert_eq!(table["rows"][0][0], "Nam Sách");
    assert_eq!(table["truncated"], false);
    assert!(table["elapsed_ms"].as_f64().unwrap() > 0.0);
    let geojson = ask("geojson").await;
    assert_eq!(geojson.header(header::CONTENT_TYPE), "application/geo+json");
    assert_eq!(
        geojson.json()["features"][1]["properties"]["name"],
        "Kinh Môn"
    );
    let csv = ask("csv").await;
    assert!(csv.header(header::CONTENT_TYPE).starts_with("text/csv"));
    assert!(String::from_utf8_lossy(&csv.body).starts_with("name,area_km2,geom"));
    let arrow = ask("arrow").await;
    let reader = arrow::ipc::reader::StreamReader::try_new(arrow.body.as_ref(), None).unwrap();
    assert_eq!(
        reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
        2
    );
}

#[tokio::test]
async fn parameters_take_the_place_of_text() {
    let server = TestServer::new();
    let body =
        json!({"query": "SELECT count(*) FROM schools WHERE pupils >= $1", "params": [1000]});
    assert_eq!(
        server.post("/sql", &body).await.ok().json()["rows"][0][0],
        2
    );
}

#[tokio::test]
async fn what_would_change_something_is_refused_and_what_is_wrong_is_explained() {
    let server = TestServer::new();
    let ask = async |query: &str| server.post("/sql", &json!({"query": query})).await;
    for query in [
        "DROP TABLE districts",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO districts SELECT * FROM districts",
    ] {
        let problem = ask(query).await.problem(403);
        assert!(
            problem["type"].as_str().unwrap().ends_with("read-only"),
            "{query}: {problem}"
        );
    }
    let problem = ask("SELECT * FROM distrcts").await.problem(400);
    assert!(
        problem["detail"].as_str().unwrap().contains("districts"),
        "{problem}"
    );
    ask("SELEC 1").await.problem(400);
    ask("").await.problem(400);
}

#[tokio::test]
async fn an_answer_past_the_row_limit_is_cut_and_says_so() {
    let server = TestServer::new();
    let rows = server::http::sql::ROW_LIMIT + 1;
    let body = json!({"query": format!("SELECT value FROM generate_series(1, {rows})")});
    let table = server.post("/sql", &body).await;
    if table.status == 200 {
        assert_eq!(table.json()["truncated"], true);
        assert_eq!(table.json()["rows"].as_array().unwrap().len(), rows - 1);
    } else {
        table.problem(400);
    }
}

#[tokio::test]
async fn the_schema_lists_tables_and_functions() {
    let server = TestServer::new();
    let schema = server.get("/sql/schema").await.ok().json();
    let tables: Vec<&str> = schema["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["name"].as_str().unwrap())
        .collect();
    assert_eq!(tables, ["accidents", "districts", "roads", "schools"]);
    let district = &schema["tables"][1];
    assert_eq!(district["comment"], "districts");
    let columns = district["columns"].as_array().unwrap();
    let geom = columns.iter().find(|column| column["name"] == "geom");
    assert!(
        geom.unwrap()["comment"]
            .as_str()
            .is_some_and(|comment| comment.contains("OGC:CRS84")),
        "{district}"
    );
    let functions = schema["functions"].as_array().unwrap();
    assert!(
        functions.contains(&json!("st_area")) && functions.contains(&json!("h3_latlng_to_cell"))
    );
}
