//! `lucdau` as a person or a script runs it: outputs, exit codes, messages.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

use crate::fixture::{TILE, TestTwin, districts};

pub(crate) fn lucdau(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lucdau"))
        .args(arguments)
        .env_remove("LUCDAU_TWIN")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[track_caller]
pub(crate) fn check(output: &Output, exit: i32, words: &str) {
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(exit), "{told}");
    assert!(told.contains(words), "{words:?} is not in {told}");
    assert!(!told.contains("panicked"), "{told}");
}

#[test]
fn what_an_import_set_aside_is_listed_and_written_as_geojson() {
    let home = TestTwin::empty();
    let twin = home.dir();
    let mut sick = districts("Kinh Môn");
    sick["features"][0]["geometry"]["coordinates"] = serde_json::json!([[
        [106.3, 20.9],
        [106.31, 20.91],
        [106.32, 20.92],
        [106.3, 20.9]
    ]]);
    home.publish("units", &sick);
    let file = home.folder().join("aside.geojson");
    let command = [
        "quarantine",
        "--twin",
        text(&twin),
        "--layer",
        "units",
        "-o",
        text(&file),
    ];
    check(&lucdau(&command), 0, "1  zero-area");
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written["features"][0]["properties"]["a_name"], "Nam Sách");
    assert_eq!(written["features"][0]["geometry"]["type"], "LineString");
    let other = ["quarantine", "--twin", text(&twin), "--layer", "unit"];
    check(&lucdau(&other), 2, "units");
}

#[test]
fn files_are_imported_listed_and_rolled_back() {
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
        "--theme",
        "administration",
    ];
    check(&lucdau(&import), 0, "units");
    let mut as_json = import.to_vec();
    as_json.extend(["--report", "json"]);
    let report: Value = serde_json::from_slice(&lucdau(&as_json).stdout).unwrap();
    assert_eq!(
        (&report["version"], &report["features_published"]),
        (&2.into(), &2.into())
    );
    check(&lucdau(&["layers", "--twin", text(&twin)]), 0, "units");
    check(
        &lucdau(&[
            "rollback",
            "--twin",
            text(&twin),
            "--layer",
            "units",
            "--to",
            "v1",
        ]),
        0,
        "v1",
    );
    let listed: Value =
        serde_json::from_slice(&lucdau(&["layers", "--twin", text(&twin), "--json"]).stdout)
            .unwrap();
    assert_eq!(listed[0]["version"], 1);
    check(
        &lucdau(&[
            "rollback",
            "--twin",
            text(&twin),
            "--layer",
            "units",
            "--to",
            "9",
        ]),
        2,
        "v9",
    );
}

#[test]
fn a_refused_import_exits_with_3_says_why_and_changes_nothing() {
    let home = TestTwin::new();
    let twin = home.dir();
    let before = home.twin.publication().unwrap();
    let truncated = home.write(
        "cut.geojson",
        &districts("Kinh Môn").to_string().as_bytes()[..120],
    );
    let other = home.write("letter.geojson", "Kính gửi Sở Tài nguyên");
    let good = home.write("good.geojson", districts("Kinh Môn").to_string());
    for (source, more) in [
        (&truncated, &[][..]),
        (&other, &[]),
        (&good, &["--crs", "EPSG:999999"]),
    ] {
        let mut arguments = vec![
            "import",
            text(source),
            "--twin",
            text(&twin),
            "--layer",
            "districts",
        ];
        arguments.extend(more);
        check(&lucdau(&arguments), 3, "lỗi: ");
    }
    let fresh = home.folder().join("fresh");
    check(
        &lucdau(&[
            "import",
            text(&other),
            "--twin",
            text(&fresh),
            "--layer",
            "x",
        ]),
        3,
        "lỗi: ",
    );
    assert!(!fresh.try_exists().unwrap(), "no twin is left behind");
    assert_eq!(home.twin.publication().unwrap(), before);
    assert_eq!(
        home.twin
            .versions(&"districts".parse().unwrap())
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_dry_run_reports_and_publishes_nothing() {
    let home = TestTwin::empty();
    let source = home.write("units.geojson", districts("Kinh Môn").to_string());
    let twin = home.dir();
    let arguments = [
        "import",
        text(&source),
        "--twin",
        text(&twin),
        "--layer",
        "units",
        "--dry-run",
        "--language",
        "en",
    ];
    check(&lucdau(&arguments), 0, "nothing was published");
    assert!(home.twin.layers().unwrap().is_empty());
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_would_be_right() {
    let home = TestTwin::new();
    let twin = home.dir();
    let twin = text(&twin);
    check(
        &lucdau(&["import", "x.shp", "--twin", twin, "--layer", "Land-Use"]),
        2,
        "a-z",
    );
    check(
        &lucdau(&["import", "--twin", twin, "--layer", "x"]),
        2,
        "SOURCE",
    );
    check(&lucdau(&["nothing"]), 2, "nothing");
    check(&lucdau(&["tile", "--twin", twin, "1/2/0"]), 2, "Z/X/Y");
    check(
        &lucdau(&["sql", "--twin", twin, "SELECT * FROM distrcts"]),
        2,
        "districts",
    );
    check(
        &lucdau(&["sql", "--twin", twin, "DROP TABLE districts"]),
        2,
        "only queries",
    );
    check(
        &lucdau(&["layers", "--twin", "/nowhere/at/all"]),
        2,
        "lucdau demo",
    );
    check(
        &lucdau(&["analyze", "hot_spot", "--twin", twin]),
        2,
        "hot_spots",
    );
    check(&lucdau(&["--help"]), 0, "demo");
}

#[test]
fn sql_writes_every_format() {
    let home = TestTwin::new();
    let twin = home.dir();
    let ask = |more: &[&str]| {
        let mut arguments = vec!["sql", "--twin", text(&twin)];
        arguments.extend(more);
        lucdau(&arguments)
    };
    let query = "SELECT name, area_km2, geom FROM districts ORDER BY area_km2";
    check(&ask(&[query]), 0, "Nam Sách");
    check(&ask(&["--format", "csv", query]), 0, "name,area_km2,geom");
    check(&ask(&["--format", "json", query]), 0, "\"columns\"");
    check(
        &ask(&["--format", "geojson", query]),
        0,
        "FeatureCollection",
    );
    check(
        &ask(&[
            "--params",
            "[150]",
            "SELECT name FROM districts WHERE area_km2 > $1",
        ]),
        0,
        "(1 dòng",
    );
    let named = home.folder().join("by_its_name.csv");
    check(&ask(&["-o", text(&named), query]), 0, "");
    assert!(
        std::fs::read_to_string(&named)
            .unwrap()
            .starts_with("name,area_km2,geom")
    );
    let arrow = ask(&["--format", "arrow", query]).stdout;
    assert!(arrow::ipc::reader::StreamReader::try_new(arrow.as_slice(), None).is_ok());
    let parquet = home.folder().join("out.parquet");
    check(
        &ask(&["--format", "parquet", "-o", text(&parquet), query]),
        0,
        "",
    );
    assert_eq!(&std::fs::read(&parquet).unwrap()[..4], b"PAR1");
    check(
        &ask(&["-o", "/nowhere/at/all.csv", "--format", "csv", query]),
        1,
        "/nowhere/at/all.csv",
    );
}

#[test]
fn an_analysis_tells_its_figures_and_writes_its_features() {
    let home = TestTwin::new();
    let file = home.folder().join("hot.geojson");
    let listed: Value = serde_json::from_slice(&lucdau(&["analyze", "--list"]).stdout).unwrap();
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .any(|analysis| analysis["name"] == "hot_spots")
    );
    let twin = home.dir();
    let arguments = [
        "analyze",
        "hot_spots",
        "--twin",
        text(&twin),
        "--params",
        r#"{"layer": "accidents"}"#,
        "-o",
        text(&file),
    ];
    let told: Value = serde_json::from_slice(&lucdau(&arguments).stdout).unwrap();
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(
        told["feature_count"],
        written["features"].as_array().unwrap().len()
    );
}

#[test]
fn a_tile_is_written_as_png() {
    let home = TestTwin::new();
    let file = home.folder().join("tile.png");
    let output = lucdau(&[
        "tile",
        "--twin",
        text(&home.dir()),
        "--style",
        "topo",
        TILE,
        "-o",
        text(&file),
    ]);
    if String::from_utf8_lossy(&output.stderr).contains("Vulkan") {
        println!("skipped: no Vulkan device");
        return;
    }
    check(&output, 0, "");
    assert_eq!(&std::fs::read(&file).unwrap()[..8], b"\x89PNG\r\n\x1a\n");
}

#[test]
fn a_taken_port_and_an_open_address_are_told_before_anything_else() {
    let home = TestTwin::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let twin = home.dir();
    check(
        &lucdau(&["serve", "--twin", text(&twin), "--bind", &address]),
        1,
        "--bind",
    );
    let fresh = home.folder().join("fresh");
    check(
        &lucdau(&["demo", "--twin", text(&fresh), "--bind", &address]),
        1,
        "--bind",
    );
    assert!(
        !fresh.try_exists().unwrap(),
        "the port is looked at before the long work"
    );
    check(
        &lucdau(&["serve", "--twin", text(&twin), "--bind", "0.0.0.0:0"]),
        3,
        "127.0.0.1",
    );
}

/// Ends the process it holds, also when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_server_prints_its_addresses_and_answers_there() {
    let home = TestTwin::new();
    let child = Command::new(env!("CARGO_BIN_EXE_lucdau"))
        .args([
            "serve",
            "--twin",
            text(&home.dir()),
            "--bind",
            "127.0.0.1:0",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut running = Running(child.unwrap());
    let lines = BufReader::new(running.0.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let map = lines.into_iter().find(|line| line.contains("map")).unwrap();
    let address = map
        .rsplit_once("http://")
        .unwrap()
        .1
        .trim_end_matches('/')
        .to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"ready\":true"),
        "{answer}"
    );
}

#[test]
fn versions_are_compared_kept_and_removed_from_the_command_line() {
    let home = TestTwin::empty();
    let twin = home.dir();
    for eastern in ["Kinh Môn", "Chí Linh", "Chí Linh"] {
        home.publish("units", &districts(eastern));
    }
    let run = |command: &str, more: &[&str]| {
        let mut arguments = vec![command, "--twin", text(&twin)];
        arguments.extend(more);
        lucdau(&arguments)
    };
    let file = home.folder().join("diff.geojson");
    let diff = ["--layer", "units", "--from", "v1", "--to", "2"];
    check(&run("diff", &diff), 0, "Kinh Môn → Chí Linh");
    let more = [&diff[..], &["--json", "-o", text(&file)]].concat();
    let told: Value = serde_json::from_slice(&run("diff", &more).stdout).unwrap();
    assert_eq!(
        (&told["changed"], &told["unchanged"]),
        (&1.into(), &1.into())
    );
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written["features"][0]["properties"]["name"], "Chí Linh");
    let wrong = [&diff[..], &["--key", "ma"]].concat();
    check(&run("diff", &wrong), 2, "name");

    check(
        &run("pin", &["--layer", "units", "--version", "1"]),
        0,
        "v1",
    );
    check(&run("prune", &["--keep", "1", "--dry-run"]), 0, "units v2");
    check(
        &run("prune", &["--keep", "1", "--younger-than", "1d"]),
        0,
        " 0 ",
    );
    check(
        &run("prune", &["--keep", "1", "--younger-than", "1"]),
        2,
        "30d",
    );
    check(&run("prune", &["--keep", "1"]), 0, "units v2");
    check(&run("diff", &diff), 2, "retention");
    check(&run("compact", &[]), 0, "catalog");
    check(&run("layers", &["--history"]), 0, "remove    units v2");
    check(&run("layers", &["--as-of", "2020-01-01"]), 0, "title");
    check(&run("layers", &["--as-of", "hôm qua"]), 2, "2025-07-01");
    check(&run("verify", &["--all"]), 0, "2 phiên bản");
    std::fs::write(twin.join("layers/units/v3/data.parquet"), "x").unwrap();
    check(&run("verify", &["--all"]), 1, "units v3");
    check(&run("sql", &["SELECT name FROM units"]), 0, "Kinh Môn");
}

#[test]
fn a_twin_is_sent_to_a_store_and_fetched_from_it() {
    let home = TestTwin::new();
    let twin = home.dir();
    let url = format!("file://{}", home.folder().join("store").display());
    let copy = home.folder().join("copy");
    let pull = ["pull", "--from", &url, "--twin", text(&copy)];
    check(&lucdau(&pull), 2, "lucdau push");
    assert!(!copy.try_exists().unwrap(), "no twin is left behind");
    let push = ["push", "--twin", text(&twin), "--to", &url];
    check(&lucdau(&push), 0, "publication 1");
    check(&lucdau(&pull), 0, "4 phiên bản");
    let query = "SELECT count(*) FROM accidents";
    check(&lucdau(&["sql", "--twin", text(&copy), query]), 0, "60");
    let rollback = [
        "rollback",
        "--twin",
        text(&copy),
        "--layer",
        "roads",
        "--to",
        "1",
    ];
    check(&lucdau(&rollback), 0, "v1");
    home.publish("districts", &districts("Chí Linh"));
    check(&lucdau(&push), 0, "publication 2");
    check(&lucdau(&pull), 3, "rẽ hai hướng");
    let nowhere = ["push", "--twin", text(&twin), "--to", "store"];
    check(&lucdau(&nowhere), 2, "s3://bucket/prefix");
}

#[test]
fn a_file_is_a_table_of_one_question() {
    let home = TestTwin::new();
    let (twin, file) = (home.dir(), home.folder().join("accidents.geojson"));
    let out = home.folder().join("answer.fgb");
    let own = format!("survey={}", text(&file));
    let query = "SELECT s.fid, d.name, s.geom FROM survey s JOIN districts d ON ST_Intersects(d.geom, s.geom)";
    let ask = |own: &str| {
        let arguments = [
            "sql",
            "--twin",
            text(&twin),
            "--table",
            own,
            "-o",
            text(&out),
            query,
        ];
        lucdau(&arguments)
    };
    check(&ask(&own), 0, "");
    assert!(std::fs::read(&out).unwrap().starts_with(b"fgb\x03"));
    let taken = own.replace("survey", "districts");
    check(&ask(&taken), 2, "another name");
    check(&ask("survey=nowhere.parquet"), 3, "nowhere.parquet");
    check(&ask("survey"), 2, "name=file");
}
