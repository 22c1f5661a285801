//! SQL over HTTP: formats, parameters, read-only, the schema.

use axum::http::{Request, header};
use futures::StreamExt as _;
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
    assert!(
        table.headers["server-timing"]
            .to_str()
            .unwrap()
            .starts_with("plan;dur=")
    );
    let table = table.json();
    assert_eq!(table["columns"][0]["name"], "name");
    assert_eq!(table["rows"][0][0], "Nam Sách");
    assert_eq!(table["truncated"], false);
    assert!(table["elapsed_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(table["metrics"]["rows"], 2);
    assert!(table["metrics"]["rows_read"].as_u64().unwrap() >= 2);
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
    let parquet = ask("parquet").await;
    assert!(parquet.body.starts_with(b"PAR1") && parquet.body.ends_with(b"PAR1"));
    let features = ask("flatgeobuf").await;
    assert_eq!(
        features.header(header::CONTENT_TYPE),
        "application/flatgeobuf"
    );
    assert!(features.body.starts_with(b"fgb\x03"));
}

#[tokio::test]
async fn an_answer_for_programs_is_sent_as_it_comes_and_never_cut() {
    let server = TestServer::new();
    let rows = server::answers::ROW_LIMIT * 3;
    let query = format!("SELECT value FROM generate_series(1, {rows})");
    let ask = |format| json!({"query": query.clone(), "format": format});
    let csv = server.post("/sql", &ask("csv")).await.ok();
    assert_eq!(String::from_utf8_lossy(&csv.body).lines().count(), rows + 1);
    assert!(!csv.headers.contains_key(header::CONTENT_LENGTH));
    let arrow = server.post("/sql", &ask("arrow")).await.ok();
    let reader = arrow::ipc::reader::StreamReader::try_new(arrow.body.as_ref(), None).unwrap();
    let count: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(count, rows);
}

#[tokio::test]
async fn an_answer_that_fails_on_the_way_breaks_off() {
    let server = TestServer::new();
    let query = "SELECT CASE WHEN value < 1900000 THEN value ELSE 1 / (value - 1900000) END FROM generate_series(1, 2000000)";
    let body = json!({"query": query, "format": "csv"}).to_string();
    let request = Request::post("/sql").header(header::CONTENT_TYPE, "application/json");
    let response = server
        .open_request(request.body(body.into()).unwrap())
        .await;
    assert_eq!(response.status(), 200);
    assert!(
        axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .is_err(),
        "a part must not pass for the whole"
    );
}

#[tokio::test]
async fn clients_that_leave_give_back_what_their_answers_held() {
    let server = TestServer::new();
    let body = json!({"query": "SELECT value FROM generate_series(1, 19000000)", "format": "csv"});
    for _ in 0..40 {
        let request = Request::post("/sql").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(body.to_string().into()).unwrap();
        let mut response = server
            .open_request(request)
            .await
            .into_body()
            .into_data_stream();
        assert!(response.next().await.unwrap().is_ok());
        drop(response);
        // The rest ends as soon as its thread is asked, not at once.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
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
    let rows = server::answers::ROW_LIMIT + 1;
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

/// A form of parts: name and bytes.
fn form(parts: &[(&str, &[u8])]) -> Request<axum::body::Body> {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let request = Request::post("/sql").header(header::HOST, "localhost:8080");
    request
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(body.into())
        .unwrap()
}

#[tokio::test]
async fn an_askers_own_file_is_a_table_of_that_question_alone() {
    let server = TestServer::new();
    let centres = "SELECT name AS place, ST_Centroid(geom) AS geom FROM districts";
    let centres = json!({"query": centres, "format": "parquet"});
    let file = server.post("/sql", &centres).await.ok().body;
    let join = "SELECT d.name, s.place FROM districts d JOIN survey s ON ST_Contains(d.geom, s.geom) ORDER BY 1";
    let question = json!({"query": join}).to_string();
    let parts = [("question", question.as_bytes()), ("survey", file.as_ref())];
    let answer = server.send(form(&parts)).await.ok();
    assert_eq!(
        answer.json()["rows"],
        json!([["Kinh Môn", "Kinh Môn"], ["Nam Sách", "Nam Sách"]])
    );
    let later = server.post("/sql", &json!({"query": join})).await;
    later.problem(400);

    let wrong = async |parts: &[(&str, &[u8])], status: u16, word: &str| {
        let problem = server.send(form(parts)).await.problem(status);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(word), "{detail}");
    };
    let question = question.as_bytes();
    wrong(&[("survey", &file)], 400, "\"question\"").await;
    wrong(
        &[("question", question), ("survey", b"a,b\n1,2\n")],
        422,
        "GeoParquet",
    )
    .await;
    wrong(
        &[("question", question), ("survey", &file[..file.len() - 9])],
        422,
        "survey",
    )
    .await;
    wrong(
        &[("question", question), ("districts", &file)],
        400,
        "another name",
    )
    .await;
    wrong(&[("question", question), ("../x", &file)], 400, "../x").await;
    let mut elsewhere = form(&parts);
    let origin = "http://elsewhere.example".parse().unwrap();
    elsewhere.headers_mut().insert(header::ORIGIN, origin);
    server.send(elsewhere).await.problem(403);
}
