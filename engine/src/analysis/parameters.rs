//! Checks parameters against the JSON Schema that documents them and fills in the defaults.
//!
//! Of JSON Schema, what parameters need: `type` (one or several), `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `enum`, `items`, `default`.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::AnalysisError;
use crate::spelling::nearest_spelling;

/// A schema of parameters: an object that takes those named and no others.
pub(super) fn schema(properties: &Value) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// Words of a parameter in both languages; Vietnamese first, as people see it.
pub(super) fn words(vi: [&str; 2], en: [&str; 2]) -> Map<String, Value> {
    Map::from_iter([
        ("title".to_owned(), json!(format!("{} · {}", vi[0], en[0]))),
        (
            "description".to_owned(),
            json!(format!("{} · {}", vi[1], en[1])),
        ),
        ("x-title-vi".to_owned(), json!(vi[0])),
        ("x-title-en".to_owned(), json!(en[0])),
        ("x-description-vi".to_owned(), json!(vi[1])),
        ("x-description-en".to_owned(), json!(en[1])),
    ])
}

/// A parameter: its words and its rules.
pub(super) fn parameter(mut words: Map<String, Value>, rules: &Value) -> Value {
    let rules = rules.as_object().expect("rules are written as an object");
    words.extend(rules.clone());
    Value::Object(words)
}

/// Parameters as used (defaults filled in), and the same as a type.
///
/// # Errors
/// When one is unknown or breaks its rules.
pub(super) fn read<T: DeserializeOwned>(
    schema: &Value,
    given: &Value,
) -> Result<(T, Value), AnalysisError> {
    let nothing = Map::new();
    let given = match given {
        Value::Null => &nothing,
        Value::Object(given) => given,
        other => {
            return Err(AnalysisError::NotAnObject {
                found: kind_of(other),
            });
        }
    };
    let properties = schema["properties"].as_object().unwrap_or(&nothing);
    let names = || properties.keys().map(String::as_str);
    let mut used = Map::new();
    for (name, value) in given {
        let Some(rules) = properties.get(name) else {
            return Err(AnalysisError::UnknownParameter {
                parameter: name.clone(),
                nearest: nearest_spelling(name, names()),
                known: names().collect::<Vec<_>>().join(", "),
            });
        };
        if !allowed(rules, value) {
            return Err(AnalysisError::Parameter {
                parameter: name.clone(),
                value: value.to_string(),
                expected: expected(rules),
            });
        }
        used.insert(name.clone(), value.clone());
    }
    for (name, rules) in properties {
        used.entry(name.clone())
            .or_insert_with(|| rules.get("default").cloned().unwrap_or(Value::Null));
    }
    let used = Value::Object(used);
    // What the schema cannot say (the spelling of a layer id) is said by the type.
    let typed = serde_json::from_value(used.clone()).map_err(|error| AnalysisError::Parameter {
        parameter: "parameters".to_owned(),
        value: Value::Object(given.clone()).to_string(),
        expected: format!("values that can be used: {error}"),
    })?;
    Ok((typed, used))
}

fn allowed(rules: &Value, value: &Value) -> bool {
    let types = types_of(rules);
    let number = value.as_f64();
    let bound = |name: &str, holds: fn(f64, f64) -> bool| match (rules[name].as_f64(), number) {
        (Some(bound), Some(number)) => holds(number, bound),
        _ => true,
    };
    types.iter().any(|wanted| is_a(value, wanted))
        && bound("minimum", |number, bound| number >= bound)
        && bound("maximum", |number, bound| number <= bound)
        && bound("exclusiveMinimum", |number, bound| number > bound)
        && bound("exclusiveMaximum", |number, bound| number < bound)
        && rules["enum"]
            .as_array()
            .is_none_or(|choices| choices.contains(value))
        && value
            .as_array()
            .is_none_or(|items| items.iter().all(|item| allowed(&rules["items"], item)))
}

fn is_a(value: &Value, wanted: &str) -> bool {
    match wanted {
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "number" => value.is_number(),
        "string" => value.as_str().is_some_and(|text| !text.is_empty()),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_null(),
    }
}

fn types_of(rules: &Value) -> Vec<&str> {
    match &rules["type"] {
        Value::String(only) => vec![only.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What would be right, in words.
fn expected(rules: &Value) -> String {
    if let Some(choices) = rules["enum"].as_array() {
        return format!(
            "one of {}",
            choices
                .iter()
                .map(Value::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    let word = |wanted: &str| match wanted {
        "integer" => "a whole number".to_owned(),
        "number" => "a number".to_owned(),
        "string" => "a text that is not empty".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("a list, each item {}", expected(&rules["items"])),
        _ => "null".to_owned(),
    };
    let mut text = types_of(rules)
        .into_iter()
        .map(word)
        .collect::<Vec<_>>()
        .join(" or ");
    for (name, words) in [
        ("minimum", "from"),
        ("exclusiveMinimum", "above"),
        ("maximum", "to"),
        ("exclusiveMaximum", "below"),
    ] {
        if let Some(bound) = rules.get(name) {
            text = format!("{text} {words} {bound}");
        }
    }
    if let Some(unit) = rules["x-unit"].as_str() {
        text = format!("{text}, in {unit}");
    }
    text
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Value {
        schema(&json!({
            "ring": {"type": "integer", "minimum": 1, "maximum": 5, "default": 1},
            "alpha": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5, "default": 0.05},
            "mode": {"enum": ["zero", "missing"], "type": "string", "default": "zero"},
            "groups": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}, "default": []},
        }))
    }

    #[track_caller]
    fn check(given: &Value, message: &str) {
        let error = read::<Value>(&rules(), given).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn defaults_are_filled_in_and_reported() {
        let (_, used) = read::<Value>(&rules(), &json!({"ring": 2})).unwrap();
        assert_eq!(
            used,
            json!({"ring": 2, "alpha": 0.05, "mode": "zero", "groups": []})
        );
        assert_eq!(read::<Value>(&rules(), &Value::Null).unwrap().1["ring"], 1);
    }

    #[test]
    fn a_wrong_parameter_is_told_what_would_be_right() {
        check(
            &json!({"ring": 9}),
            "parameter \"ring\" is 9; give a whole number from 1 to 5",
        );
        check(&json!({"ring": "2"}), "a whole number");
        check(&json!({"ring": 1.5}), "a whole number");
        check(&json!({"alpha": 0}), "above 0 below 0.5");
        check(&json!({"mode": "none"}), "one of \"zero\", \"missing\"");
        check(&json!({"groups": ["ONT"]}), "a list, each item a list");
        check(&json!({"rings": 1}), "did you mean \"ring\"?");
        check(&json!([1]), "parameters are a list");
    }
}
