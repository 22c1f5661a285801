//! One property of a style layer: a constant or an expression.

use maplibre_expr::{
    EvaluationContext, Expr, Type, Value, evaluate, is_expression, migrate, parse, typecheck,
};
use serde_json::Value as Json;

use super::Reads;

/// A property's value.
#[derive(Debug)]
pub(crate) enum Property {
    /// The same everywhere.
    Constant(Value),
    /// Depends on the zoom or the feature.
    Expression(Expr),
}

impl Property {
    /// Reads a property by the style specification's type for its name. The error is (place within the value, problem).
    pub(super) fn parse(name: &'static str, json: &Json) -> Result<Self, (String, String)> {
        let spec = migrate::property_spec(name);
        let modern = migrate::migrate_property(name, json);
        let expected = spec.and_then(expected_type);
        if modern.is_array() && !is_expression(&modern) {
            return plain_array(&modern, expected.as_ref())
                .map(Self::Constant)
                .map_err(|problem| (String::new(), problem));
        }
        let error = |error: maplibre_expr::ParseError| (error.key.clone(), error.to_string());
        let parsed = parse(&modern).map_err(error)?;
        let coerces_text = spec
            .and_then(|spec| spec.get("type"))
            .is_some_and(|word| word == "string");
        let checked = typecheck(&parsed, expected.as_ref(), coerces_text).map_err(error)?;
        if is_expression(&modern) {
            return Ok(Self::Expression(checked));
        }
        let value = evaluate(&checked, &EvaluationContext::new())
            .map_err(|error| (String::new(), error.to_string()))?;
        check_word(spec, &value).map_err(|problem| (String::new(), problem))?;
        Ok(Self::Constant(value))
    }

    /// The specification's default.
    pub(super) fn default_of(name: &'static str) -> Self {
        let default = migrate::property_spec(name).and_then(|spec| spec.get("default"));
        default
            .and_then(|json| Self::parse(name, json).ok())
            .unwrap_or(Self::Constant(Value::Null))
    }

    /// The value here; none where an expression fails, as for a missing attribute.
    pub(crate) fn value(&self, context: &EvaluationContext) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Expression(expression) => evaluate(expression, context).ok(),
        }
    }
}

fn expected_type(spec: &Json) -> Option<Type> {
    match spec.get("type")?.as_str()? {
        "number" | "numberArray" => Some(Type::Number),
        "color" | "colorArray" => Some(Type::Color),
        "string" | "enum" => Some(Type::String),
        "boolean" => Some(Type::Boolean),
        "formatted" => Some(Type::Formatted),
        "array" => {
            let item = match spec.get("value").and_then(Json::as_str) {
                Some("number") => Type::Number,
                Some("string" | "enum") => Type::String,
                _ => Type::Value,
            };
            let length = spec
                .get("length")
                .and_then(Json::as_u64)
                .and_then(|length| usize::try_from(length).ok());
            Some(Type::array(item, length))
        }
        _ => None,
    }
}

/// An array written without `literal`, as styles write offsets, dashes and font stacks.
fn plain_array(json: &Json, expected: Option<&Type>) -> Result<Value, String> {
    let Value::Array(items) = Value::from_json(json) else {
        return Err("expected an array".to_owned());
    };
    let Some(Type::Array(item, length)) = expected else {
        return match (expected, items.first()) {
            // hillshade properties take one value or a list, of which the standard method uses the first
            (Some(Type::Number), Some(number @ Value::Number(_))) => Ok(number.clone()),
            _ => Err(format!(
                "expected {}, found an array",
                expected.map_or("a value", Type::kind)
            )),
        };
    };
    let fits = |value: &Value| match **item {
        Type::Number => matches!(value, Value::Number(number) if number.is_finite()),
        Type::String => matches!(value, Value::String(_)),
        _ => true,
    };
    if !items.iter().all(fits) {
        return Err(format!("expected an array of {}s", item.kind()));
    }
    match length {
        Some(length) if *length != items.len() => {
            Err(format!("expected {length} values, found {}", items.len()))
        }
        _ => Ok(Value::Array(items)),
    }
}

/// An enumerated property takes only the words of the specification.
fn check_word(spec: Option<&Json>, value: &Value) -> Result<(), String> {
    let words = spec
        .and_then(|spec| spec.get("values"))
        .and_then(Json::as_array);
    match (words, value) {
        (Some(words), Value::String(word)) if !words.iter().any(|known| known == word.as_str()) => {
            let known: Vec<_> = words.iter().filter_map(Json::as_str).collect();
            Err(format!(
                "expected one of {}, found {word:?}",
                known.join(", ")
            ))
        }
        _ => Ok(()),
    }
}

/// Notes what an expression reads of a feature.
pub(super) fn collect_reads(json: &Json, reads: &mut Reads) {
    let Json::Array(items) = json else { return };
    match (
        items.first().and_then(Json::as_str),
        items.get(1),
        items.len(),
    ) {
        (Some("literal"), ..) => return,
        (Some("get" | "has"), Some(Json::String(name)), 2) => reads.attributes.push(name.clone()),
        (Some("get" | "has"), _, 2) | (Some("properties"), ..) => reads.everything = true,
        (Some("id"), ..) => reads.id = true,
        _ => {}
    }
    for item in items {
        collect_reads(item, reads);
    }
}
