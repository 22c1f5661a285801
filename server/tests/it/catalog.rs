//! The catalog and the rules, as a command and over HTTP; the records of the default province.

use serde_json::Value;

use crate::{
    command_line::{check, lucdau, text},
    fixture::{TestServer, TestTwin, districts},
};

#[track_caller]
fn answer(arguments: &[&str]) -> Value {
    let output = lucdau(arguments);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn check_synthetic(record: &Value) {
    let properties = &record["properties"];
    let agency = properties["contacts"][0]["organization"].as_str().unwrap();
    assert!(agency.contains("synthetic"), "{record}");
    assert_eq!(
        (
            &properties["lucdau:synthetic"],
            &properties["lucdau:sharing"]
        ),
        (&true.into(), &"open".into())
    );
    assert!(
        properties["title"]
            .as_str()
            .unwrap()
            .ends_with("(tổng hợp)")
    );
    assert!(properties["lucdau:count"].as_u64().unwrap() > 0, "{record}");
    let sectors = properties["themes"][1]["concepts"].as_array();
    assert!(
        sectors.is_some_and(|sectors| !sectors.is_empty()),
        "{record}"
    );
    assert_ne!(properties["lucdau:freshness"], "overdue");
    assert_eq!(
        properties["lucdau:sources"][0]["blake3"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
    let is_vector = properties["lucdau:kind"]["kind"] == "vector";
    assert_eq!(properties["lucdau:h3"].is_object(), is_vector, "{record}");
}

#[test]
fn every_layer_of_the_default_province_has_a_record_that_says_it_is_synthetic() {
    let home = TestTwin::empty();
    let twin = home.dir();
    check(
        &lucdau(&["demo", "--twin", text(&twin), "--no-serve"]),
        0,
        "",
    );
    let records = answer(&["catalog", "--twin", text(&twin)]);
    let features = records["features"].as_array().unwrap();
    let listed = answer(&["layers", "--twin", text(&twin), "--json"]);
    assert_eq!(features.len(), listed.as_array().unwrap().len());
    features.iter().for_each(check_synthetic);
    let parcels = features
        .iter()
        .find(|record| record["id"] == "parcels")
        .unwrap();
    assert_eq!(
        parcels["properties"]["lucdau:sources"][0]["crs"],
        "EPSG:9209"
    );
    let cells = &parcels["properties"]["lucdau:h3"];
    assert!(
        (200..450).contains(&cells["cells"].as_u64().unwrap()),
        "{cells}"
    );
    let file = home.folder().join("stac.json");
    let stac = [
        "catalog",
        "--twin",
        text(&twin),
        "--format",
        "stac",
        "-o",
        text(&file),
    ];
    check(&lucdau(&stac), 0, "");
    let stac: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(
        stac["collections"].as_array().unwrap().len(),
        features.len()
    );
}

#[test]
fn what_import_is_told_of_a_layer_is_in_its_record() {
    let home = TestTwin::empty();
    let twin = home.dir();
    let source = home.write("units.geojson", districts("Kinh Môn").to_string());
    let import = [
        "import",
        text(&source),
        "--twin",
        text(&twin),
        "--layer",
        "units",
    ];
    let record = [
        "--agency",
        "Sở Mẫu",
        "--sharing",
        "shared",
        "--licence",
        "CC-BY-4.0",
        "--frequency",
        "yearly",
        "--sector",
        "health,justice",
    ];
    check(&lucdau(&[import.as_slice(), &record].concat()), 0, "units");
    let records = answer(&["catalog", "--twin", text(&twin)]);
    let properties = &records["features"][0]["properties"];
    assert_eq!(properties["contacts"][0]["organization"], "Sở Mẫu");
    assert_eq!(
        (
            &properties["lucdau:sharing"],
            &properties["lucdau:freshness"]
        ),
        (&"shared".into(), &"fresh".into())
    );
    assert_eq!(
        properties["keywords"],
        serde_json::json!(["other", "health", "justice"])
    );
    let wrong = [import.as_slice(), &["--sector", "healt"]].concat();
    check(&lucdau(&wrong), 2, "use one of health, education");
}

#[tokio::test]
async fn the_catalog_is_served_with_links_to_the_layers() {
    let server = TestServer::new();
    let reply = server.get("/catalog").await.ok();
    assert_eq!(reply.headers["content-type"], "application/geo+json");
    let records = reply.json();
    assert_eq!(records["numberReturned"], 4);
    let link = &records["features"][0]["links"][0];
    assert!(
        link["href"]
            .as_str()
            .unwrap()
            .ends_with("/layers/accidents"),
        "{link}"
    );
}

#[tokio::test]
async fn rules_are_served_as_of_a_day() {
    let server = TestServer::new();
    let limit = async |day: &str| {
        let path = format!("/rules?subject=air&at={day}");
        let answer = server.get(&path).await.ok().json();
        let rules = answer["rules"].as_array().unwrap();
        let wanted =
            |rule: &&Value| rule["id"] == "air.limit_max" && rule["applies_to"] == "PM2.5 24h";
        rules.iter().find(wanted).unwrap().clone()
    };
    let (before, after) = (limit("2025-12-31").await, limit("2026-01-01").await);
    assert_eq!(
        (&before["value"], &after["value"]),
        (&50.0.into(), &45.0.into())
    );
    assert_eq!(
        (&after["unit"], &after["verified"]),
        (&"ug/m3".into(), &false.into())
    );
    assert_eq!(
        (&after["document"], &after["effective_to"]),
        (&"QCVN 05:2023/BTNMT".into(), &Value::Null)
    );
    let wrong = server.get("/rules?at=soon").await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.json()["detail"]
            .as_str()
            .unwrap()
            .contains("2026-01-01")
    );
    let wrong = server.get("/rules?subject=airs").await;
    assert!(
        wrong.json()["detail"]
            .as_str()
            .unwrap()
            .contains("air, corridor")
    );
}

#[test]
fn rules_are_listed_with_source_and_mark() {
    let air = lucdau(&["rules", "--subject", "air", "--at", "2026-01-01"]);
    check(&air, 0, "? air.limit_max [PM2.5 24h] = 45 ug/m3");
    check(
        &air,
        0,
        "✓ air.aqi.level_max [1] = 50 index · Tốt · QĐ 1459/QĐ-TCMT",
    );
    let listed = answer(&[
        "rules",
        "--subject",
        "land_use",
        "--at",
        "2024-07-31",
        "--json",
    ]);
    let codes: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|rule| rule["applies_to"].as_str())
        .collect();
    assert!(codes.contains(&"LUC") && !codes.contains(&"CNT"));
    check(&lucdau(&["rules", "--subject", "airs"]), 2, "air, corridor");
    let home = TestTwin::empty();
    let folder = home.folder().join("own");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("own.csv"), "id,value\n").unwrap();
    check(
        &lucdau(&["rules", "--rules", text(&folder)]),
        2,
        "own.csv: ",
    );
}
