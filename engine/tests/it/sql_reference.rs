//! The reference of functions says what the session does.

use std::{collections::BTreeSet, path::Path};

use engine::sql::{FUNCTION_REFERENCE, FunctionReference, function_document};
use serde_json::Value;

use crate::fixture::{ask, province, rows, rows_of};

fn functions() -> impl Iterator<Item = &'static FunctionReference> {
    FUNCTION_REFERENCE
        .iter()
        .flat_map(|chapter| chapter.functions)
}

/// The first value of an example, as text, or its error.
fn answer(function: &FunctionReference) -> String {
    let query = if function.example.starts_with("SELECT") {
        function.example.to_owned()
    } else {
        format!("SELECT {}", function.example)
    };
    let answer = match ask(&province(), &query) {
        Ok(answer) => answer,
        Err(error) => return format!("error: {error}"),
    };
    match &rows_of(&answer)[0][0] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn every_example_gives_what_the_reference_says() {
    let wrong: Vec<_> = functions()
        .map(|function| (function, answer(function)))
        .filter(|(function, answer)| function.result != *answer)
        .map(|(function, answer)| {
            format!(
                "{} => {answer} (reference: {})",
                function.name, function.result
            )
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The entries of functions that take a geometry alone, with an EMPTY of the kind they take.
#[test]
fn null_and_empty_give_what_the_reference_says() {
    let mut wrong = Vec::new();
    for function in functions() {
        let empty = match function.signature.split(" → ").next() {
            Some("(geometry)" | "(polygon)") => "POLYGON EMPTY",
            Some("(point)") => "POINT EMPTY",
            Some("(line)") => "LINESTRING EMPTY",
            _ => continue,
        };
        if function.name.ends_with("_agg") || function.name == "st_extent" {
            continue;
        }
        let of = |argument: &str| {
            let query = format!("SELECT {}({argument})", function.name);
            let answer = ask(&province(), &query).map_err(|error| error.to_string())?;
            Ok::<_, String>(rows_of(&answer)[0][0].clone())
        };
        let null = of("ST_GeomFromText(CAST(NULL AS VARCHAR))");
        if null != Ok(Value::Null) {
            wrong.push(format!("{} of null: {null:?}", function.name));
        }
        let of_empty = of(&format!("ST_GeomFromText('{empty}')"));
        let fits = match (&of_empty, function.empty) {
            (Ok(answer), says) if says.contains("EMPTY gives null") => answer.is_null(),
            (Ok(answer), says) if says.contains("EMPTY gives 0") => answer.as_f64() == Some(0.0),
            (Ok(answer), says) if says.contains("EMPTY gives EMPTY") => {
                answer.as_str().is_some_and(|text| text.contains("EMPTY"))
            }
            (Ok(_), _) => true,
            (Err(_), _) => false,
        };
        if !fits {
            wrong.push(format!(
                "{} of {empty}: {of_empty:?}; {}",
                function.name, function.empty
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_registered_function_has_an_entry_and_every_entry_a_function() {
    let registered = "SELECT DISTINCT routine_name FROM information_schema.routines \
                      WHERE regexp_like(routine_name, '^(st|sd|rs|h3)_')";
    let registered = rows(&province(), registered);
    let registered: BTreeSet<_> = registered
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[0].as_str().unwrap())
        .collect();
    let entries: BTreeSet<_> = functions()
        .flat_map(|function| function.aliases.iter().copied().chain([function.name]))
        .collect();
    assert!(registered.len() > 150, "{}", registered.len());
    let missing: Vec<_> = registered.difference(&entries).collect();
    let unknown: Vec<_> = entries.difference(&registered).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "without an entry: {missing:?}; without a function: {unknown:?}"
    );
}

#[test]
fn the_function_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sql-functions.md");
    let made = function_document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        kept, made,
        "run this test with UPDATE_DOCS=1 and look at what changed"
    );
}
