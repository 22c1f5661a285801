//! The JSON of a style to layers, warnings and errors.

use std::collections::{BTreeMap, BTreeSet};

use layers::vector_tile::LABEL_POINTS;
use maplibre_expr::{Type, filter, parse_filter, typecheck};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{
    Reads, Style, StyleLayer, StyleWarning,
    property::{Property, collect_reads},
    supported::Kind,
};
use crate::{StyleError, text::Face};

/// Zoom beyond every tile: MapLibre's maximum is 24.
const NO_MAX_ZOOM: f64 = 99.0;

#[derive(Deserialize)]
struct Document {
    version: u64,
    #[serde(default)]
    sources: BTreeMap<String, SourceDocument>,
    layers: Vec<LayerDocument>,
}

#[derive(Deserialize)]
struct SourceDocument {
    r#type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct LayerDocument {
    id: String,
    r#type: String,
    source: Option<String>,
    source_layer: Option<String>,
    minzoom: Option<f64>,
    maxzoom: Option<f64>,
    filter: Option<Json>,
    #[serde(default)]
    layout: Map<String, Json>,
    #[serde(default)]
    paint: Map<String, Json>,
}

/// A layer being read: where it is, and what was found so far.
struct Reader<'a> {
    index: usize,
    layer: &'a LayerDocument,
    warnings: &'a mut Vec<StyleWarning>,
    reads: Reads,
}

pub(super) fn read(json: &Json) -> Result<(Style, Vec<StyleWarning>), StyleError> {
    let document = Document::deserialize(json).map_err(|source| StyleError::Document { source })?;
    if document.version != 8 {
        return Err(StyleError::Version {
            version: document.version,
        });
    }
    let mut warnings = Vec::new();
    let mut layers = Vec::new();
    let mut ids = BTreeSet::new();
    for (index, layer) in document.layers.iter().enumerate() {
        if !ids.insert(layer.id.as_str()) {
            return Err(StyleError::DuplicateId {
                index,
                layer: layer.id.clone(),
            });
        }
        let reader = Reader {
            index,
            layer,
            warnings: &mut warnings,
            reads: Reads::default(),
        };
        layers.extend(reader.read(&document.sources)?);
    }
    Ok((Style { layers }, warnings))
}

impl Reader<'_> {
    fn read(
        mut self,
        sources: &BTreeMap<String, SourceDocument>,
    ) -> Result<Option<StyleLayer>, StyleError> {
        let layer = self.layer;
        let Some(kind) = Kind::from_word(&layer.r#type) else {
            self.warn(
                "",
                format!("layers of type {:?} are not drawn", layer.r#type),
            );
            return Ok(None);
        };
        let source = layer.source.clone().unwrap_or_default();
        if kind != Kind::Background && !self.source_serves(kind, sources)? {
            return Ok(None);
        }
        let mut properties = self.properties(kind, "layout", &layer.layout)?;
        properties.extend(self.properties(kind, "paint", &layer.paint)?);
        for name in kind.properties() {
            properties
                .entry(name)
                .or_insert_with(|| Property::default_of(name));
        }
        self.check_fonts();
        let filter = self.filter()?;
        Ok(Some(StyleLayer {
            kind,
            source,
            source_layer: labelled_layer(layer.source_layer.as_deref()),
            min_zoom: layer.minzoom.unwrap_or(0.0),
            max_zoom: layer.maxzoom.unwrap_or(NO_MAX_ZOOM),
            visible: self.visible()?,
            filter,
            properties,
            reads: self.reads,
        }))
    }

    /// Whether the layer's source exists and is of a type that this kind of layer can be drawn from.
    fn source_serves(
        &mut self,
        kind: Kind,
        sources: &BTreeMap<String, SourceDocument>,
    ) -> Result<bool, StyleError> {
        let name = self.layer.source.clone().unwrap_or_default();
        let Some(source) = sources.get(&name) else {
            return Err(StyleError::Source {
                index: self.index,
                layer: self.layer.id.clone(),
                source_name: name,
            });
        };
        let wanted = kind.source_type();
        let serves = source.r#type == wanted;
        if !serves {
            self.warn(
                "source",
                format!(
                    "source {name:?} is of type {:?}, only {wanted:?} is drawn here",
                    source.r#type
                ),
            );
        }
        Ok(serves)
    }

    fn properties(
        &mut self,
        kind: Kind,
        block: &str,
        values: &Map<String, Json>,
    ) -> Result<BTreeMap<&'static str, Property>, StyleError> {
        let mut properties = BTreeMap::new();
        for (name, value) in values {
            if name == "visibility" || name.ends_with("-transition") || value.is_null() {
                continue;
            }
            let place = format!("{block}.{name}");
            let Some(known) = kind.property(name) else {
                if !Kind::is_harmless(name) {
                    self.warn(
                        &place,
                        "the property is not supported and has no effect".to_owned(),
                    );
                }
                continue;
            };
            let property = Property::parse(known, value)
                .map_err(|(key, problem)| self.error(&format!("{place}{key}"), problem))?;
            collect_reads(
                &maplibre_expr::migrate::migrate_property(name, value),
                &mut self.reads,
            );
            if let Some(message) = Kind::drawn_differently(known, &property) {
                self.warn(&place, message.to_owned());
            }
            properties.insert(known, property);
        }
        Ok(properties)
    }

    fn filter(&mut self) -> Result<Option<maplibre_expr::Expr>, StyleError> {
        let Some(json) = self
            .layer
            .filter
            .as_ref()
            .filter(|filter| !filter.is_null())
        else {
            return Ok(None);
        };
        let parsed = parse_filter(json).map_err(|error| self.error("filter", error.to_string()))?;
        let checked = typecheck(&parsed, Some(&Type::Boolean), false)
            .map_err(|error| self.error(&format!("filter{}", error.key), error.to_string()))?;
        let modern = filter::convert_legacy_filter(json).unwrap_or_else(|_| json.clone());
        collect_reads(&modern, &mut self.reads);
        Ok(Some(checked))
    }

    fn visible(&self) -> Result<bool, StyleError> {
        match self.layer.layout.get("visibility") {
            None | Some(Json::Null) => Ok(true),
            Some(Json::String(word)) if word == "visible" => Ok(true),
            Some(Json::String(word)) if word == "none" => Ok(false),
            Some(other) => Err(self.error(
                "layout.visibility",
                format!("expected \"visible\" or \"none\", found {other}"),
            )),
        }
    }

    /// Font stacks that are not embedded fall back, which is worth a word.
    fn check_fonts(&mut self) {
        let Some(Json::Array(stack)) = self.layer.layout.get("text-font") else {
            return;
        };
        let names: Vec<_> = stack.iter().filter_map(Json::as_str).collect();
        let is_expression = names.first().is_some_and(|first| {
            maplibre_expr::is_expression(&Json::Array(vec![Json::from(*first)]))
        });
        if !is_expression && !names.iter().any(|name| Face::named(name).is_some()) {
            let message = format!(
                "none of {names:?} is embedded, {:?} is used",
                Face::Regular.name()
            );
            self.warn("layout.text-font", message);
        }
    }

    fn warn(&mut self, property: &str, message: String) {
        self.warnings.push(StyleWarning {
            layer: self.layer.id.clone(),
            property: property.to_owned(),
            message,
        });
    }

    fn error(&self, place: &str, problem: String) -> StyleError {
        StyleError::Value {
            index: self.index,
            layer: self.layer.id.clone(),
            place: place.to_owned(),
            problem,
        }
    }
}

/// The layer a `source-layer` draws from. Browsers label polygons through a layer of label points; here every layer
/// brings its labels along.
fn labelled_layer(source_layer: Option<&str>) -> String {
    let name = source_layer.unwrap_or_default();
    name.strip_suffix(LABEL_POINTS).unwrap_or(name).to_owned()
}
