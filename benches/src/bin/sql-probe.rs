//! Answers the questions of `benches/sql.py` over a resident twin: one JSON object a line in, one out.
//!
//! `{"query": "SELECT …", "params": […], "runs": 5}` → `{"seconds": [..], "rows": [[..], ..], "row_count": n}` or `{"error": "…"}`.

#![expect(clippy::print_stdout, reason = "standard output is the interface")]

use std::{
    env, io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use engine::{
    Engine, TwinSnapshot,
    output::{Format, encode},
    sql::{SqlLimits, SqlParameters, SqlRequest, query},
};
use layers::Twin;
use serde_json::{Value, json};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The most rows that are printed.
const ROWS: usize = 1000;

fn main() -> Result<()> {
    let twin: PathBuf = env::args_os()
        .nth(1)
        .context("usage: sql-probe TWIN_DIR")?
        .into();
    let begun = Instant::now();
    let engine = Engine::open(Arc::new(Twin::open(&twin)?))?;
    println!("{}", json!({ "opened_s": begun.elapsed().as_secs_f64() }));
    for line in io::stdin().lines() {
        let asked: Value = serde_json::from_str(&line?).context("a line is no JSON")?;
        let answer = answer(&engine.snapshot(), &asked)
            .unwrap_or_else(|error| json!({ "error": format!("{error:#}") }));
        println!("{answer}");
    }
    Ok(())
}

fn answer(snapshot: &Arc<TwinSnapshot>, asked: &Value) -> Result<Value> {
    let mut request = SqlRequest::new(asked["query"].as_str().context("no query")?);
    let params = asked["params"].as_array().map_or(&[][..], Vec::as_slice);
    request.params = SqlParameters::from_json(params)?;
    request.limits = SqlLimits {
        time: Duration::from_secs(600),
        memory_bytes: 8 << 30,
        rows: 10_000_000,
    };
    let mut seconds = Vec::new();
    let mut last = None;
    for _ in 0..asked["runs"].as_u64().unwrap_or(1) {
        let begun = Instant::now();
        last = Some(query(snapshot, &request)?);
        seconds.push(begun.elapsed().as_secs_f64());
    }
    let answer = last.context("no runs")?;
    let table: Value = serde_json::from_slice(&encode(Format::Json, &answer)?)?;
    let rows: Vec<Value> = table["rows"]
        .as_array()
        .into_iter()
        .flatten()
        .take(ROWS)
        .cloned()
        .collect();
    Ok(json!({ "seconds": seconds, "rows": rows, "row_count": answer.rows() }))
}
