//! A style layer's properties for one feature of a tile, evaluated once per distinct set of attributes.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use layers::{TileLayer, Value as Attribute};
use maplibre_expr::{Color, EvaluationContext, Feature, Value, evaluate};

use super::StyleLayer;

/// What an expression may read of a feature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FeatureView<'a> {
    pub(crate) id: u64,
    /// `Point`, `LineString` or `Polygon`.
    pub(crate) geometry_type: &'static str,
    /// As (row in `keys`, row in `values`) of the tile layer.
    pub(crate) attributes: &'a [(u32, u32)],
}

/// Evaluates the layer for the features of one tile layer; `T` is the layer's properties as its builder wants them.
///
/// Most features share their styled attributes (a road class, a land code) with many others, so answers are kept by the
/// values of exactly those attributes that the layer's expressions read.
pub(crate) struct Evaluator<'a, T> {
    layer: &'a StyleLayer,
    tile: &'a TileLayer,
    /// Rows in `tile.keys` of the attributes read; all when empty and `everything`.
    keys: Vec<u32>,
    context: EvaluationContext,
    known: HashMap<Vec<u64>, Option<Rc<T>>>,
    resolve: fn(&Values<'_>) -> T,
}

impl<'a, T> Evaluator<'a, T> {
    pub(crate) fn new(
        layer: &'a StyleLayer,
        tile: &'a TileLayer,
        zoom: f64,
        resolve: fn(&Values<'_>) -> T,
    ) -> Self {
        let read = |name: &Arc<str>| {
            layer.reads.everything || layer.reads.attributes.iter().any(|read| **read == **name)
        };
        let keys = (0_u32..)
            .zip(&tile.keys)
            .filter(|(_, name)| read(name))
            .map(|(row, _)| row)
            .collect();
        let context = EvaluationContext::new().with_zoom(zoom);
        Self {
            layer,
            tile,
            keys,
            context,
            known: HashMap::new(),
            resolve,
        }
    }

    /// The properties for a feature; none when the filter leaves it out.
    pub(crate) fn of(&mut self, feature: FeatureView<'_>) -> Option<Rc<T>> {
        let kind = u64::from(
            feature
                .geometry_type
                .as_bytes()
                .first()
                .copied()
                .unwrap_or_default(),
        );
        let mut key = vec![kind, if self.layer.reads.id { feature.id } else { 0 }];
        for (name, value) in feature.attributes {
            if self.keys.contains(name) {
                key.push(u64::from(*name) << 32 | u64::from(*value));
            }
        }
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let answer = self.evaluate(feature).map(Rc::new);
        self.known.insert(key, answer.clone());
        answer
    }

    fn evaluate(&mut self, feature: FeatureView<'_>) -> Option<T> {
        let mut properties = std::collections::BTreeMap::new();
        for (name, value) in feature
            .attributes
            .iter()
            .filter(|(name, _)| self.keys.contains(name))
        {
            if let (Some(name), Some(value)) = (
                self.tile.keys.get(*name as usize),
                self.tile.values.get(*value as usize),
            ) {
                properties.insert(name.to_string(), expression_value(value));
            }
        }
        self.context.feature = Feature {
            id: Some(Value::Number(feature.id as f64)),
            properties,
            geometry_type: Some(feature.geometry_type.to_owned()),
            ..Feature::default()
        };
        let passes = |filter| matches!(evaluate(filter, &self.context), Ok(Value::Bool(true)));
        let drawn = self.layer.filter.as_ref().is_none_or(passes);
        drawn.then(|| {
            (self.resolve)(&Values {
                layer: self.layer,
                context: &self.context,
            })
        })
    }
}

fn expression_value(value: &Attribute) -> Value {
    match value {
        Attribute::Text(text) => Value::String(text.to_string()),
        Attribute::Real(number) => Value::Number(*number),
        Attribute::Whole(number) => Value::Number(*number as f64),
        Attribute::Truth(truth) => Value::Bool(*truth),
    }
}

/// A layer's properties in one context.
pub(crate) struct Values<'a> {
    layer: &'a StyleLayer,
    context: &'a EvaluationContext,
}

impl<'a> Values<'a> {
    /// The properties of a layer that has no features.
    pub(crate) fn without_feature(layer: &'a StyleLayer, context: &'a EvaluationContext) -> Self {
        Self { layer, context }
    }

    fn value(&self, name: &str) -> Option<Value> {
        self.layer.properties.get(name)?.value(self.context)
    }

    /// A finite number, else the fallback.
    pub(crate) fn number(&self, name: &str, fallback: f64) -> f64 {
        self.value(name)
            .and_then(|value| value.as_number())
            .filter(|number| number.is_finite())
            .unwrap_or(fallback)
    }

    /// A colour, black where it fails, with an opacity property multiplied in; none when it cannot be seen.
    pub(crate) fn color(&self, name: &str, opacity: Option<&str>) -> Option<Color> {
        let mut color = match self.value(name) {
            Some(Value::Color(color)) => color,
            Some(Value::Null) => return None,
            _ => Color::new(0.0, 0.0, 0.0, 1.0),
        };
        color.a *= opacity.map_or(1.0, |opacity| self.number(opacity, 1.0).clamp(0.0, 1.0));
        (color.a > 0.0).then_some(color)
    }

    pub(crate) fn truth(&self, name: &str) -> bool {
        self.value(name)
            .and_then(|value| value.as_bool())
            .unwrap_or(false)
    }

    /// Plain text of a text or formatted property.
    pub(crate) fn text(&self, name: &str) -> String {
        match self.value(name) {
            Some(Value::String(text)) => text,
            Some(Value::Formatted(sections)) => {
                sections.into_iter().map(|section| section.text).collect()
            }
            Some(value @ Value::Number(_)) => value.to_string(),
            _ => String::new(),
        }
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        match self.value(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_number).collect(),
            Some(Value::NumberArray(items)) => items,
            _ => Vec::new(),
        }
    }

    /// A pair, (0, 0) where it is not one.
    pub(crate) fn pair(&self, name: &str) -> [f64; 2] {
        self.numbers(name).try_into().unwrap_or([0.0; 2])
    }

    pub(crate) fn words(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::Array(items)) => items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        }
    }
}
