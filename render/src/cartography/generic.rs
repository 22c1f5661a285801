//! Rules for layers the cartography does not know: clearly visible, in the colour of their theme.

use layers::{AttributeKind, GeometryKind, LayerKind, LayerMeta, Theme, vector_tile::LABEL_POINTS};
use serde_json::{Value as Json, json};

/// Attributes that name a feature, best first.
const NAMES: [&str; 13] = [
    "name",
    "name_vi",
    "ten",
    "title",
    "label",
    "ten_goi",
    "dia_danh",
    "ten_xa",
    "ten_huyen",
    "name_en",
    "ma",
    "code",
    "reason",
];

/// What is wrong with the data stands out from every theme.
const QUARANTINE_COLOR: &str = "#e0007a";

/// The style layers of one twin layer, each with its place: ground, lines, points or labels.
pub(super) struct Generic {
    pub(super) ground: Vec<Json>,
    pub(super) lines: Vec<Json>,
    pub(super) points: Vec<Json>,
    pub(super) labels: Vec<Json>,
}

pub(super) fn layers(meta: &LayerMeta) -> Generic {
    let mut generic = Generic {
        ground: Vec::new(),
        lines: Vec::new(),
        points: Vec::new(),
        labels: Vec::new(),
    };
    let LayerKind::Vector(kind) = meta.kind else {
        return generic;
    };
    let color = if meta.quarantine_of().is_some() {
        QUARANTINE_COLOR
    } else {
        theme_color(meta.theme)
    };
    let has = |wanted: GeometryKind| kind == wanted || kind == GeometryKind::Mixed;
    if has(GeometryKind::Polygon) {
        generic.ground.push(part(
            meta,
            "fill",
            "Polygon",
            &json!({"fill-color": color, "fill-opacity": 0.35}),
        ));
        let edge = json!({"line-color": color, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 16, 2]});
        generic.lines.push(part(meta, "line", "Polygon", &edge));
    }
    if has(GeometryKind::Line) {
        let width = json!(["interpolate", ["linear"], ["zoom"], 8, 1.2, 16, 4]);
        generic.lines.push(part(
            meta,
            "line",
            "LineString",
            &json!({"line-color": color, "line-width": width}),
        ));
    }
    if has(GeometryKind::Point) {
        let radius = json!(["interpolate", ["linear"], ["zoom"], 8, 2.5, 16, 6]);
        let paint = json!({
            "circle-color": color, "circle-radius": radius, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.2,
        });
        generic.points.push(part(meta, "circle", "Point", &paint));
    }
    generic
        .labels
        .extend(name_of(meta).map(|attribute| label(meta, attribute, kind)));
    generic
}

/// The style layer for one kind of geometry. The filter is for layers of mixed geometry, and exact for all.
fn part(meta: &LayerMeta, kind: &str, geometry: &str, paint: &Json) -> Json {
    let id = meta.id.as_str();
    let many = format!("Multi{geometry}");
    json!({
        "id": format!("{id}-{}", geometry.to_lowercase() + if kind == "line" && geometry == "Polygon" { "-edge" } else { "" }),
        "type": kind, "source": "twin", "source-layer": id,
        "filter": ["match", ["geometry-type"], [geometry, many], true, false],
        "paint": paint,
    })
}

fn label(meta: &LayerMeta, attribute: &str, kind: GeometryKind) -> Json {
    let id = meta.id.as_str();
    let along = kind == GeometryKind::Line;
    let anchor = if kind == GeometryKind::Point {
        ("top", 0.7)
    } else {
        ("center", 0.0)
    };
    let min_zoom = match kind {
        GeometryKind::Polygon => 8,
        _ => 11,
    };
    let source_layer = match kind {
        GeometryKind::Polygon => format!("{id}{LABEL_POINTS}"),
        _ => id.to_owned(),
    };
    json!({
        "id": format!("{id}-name"), "type": "symbol", "source": "twin", "source-layer": source_layer, "minzoom": min_zoom,
        "layout": {
            "symbol-placement": if along { "line" } else { "point" },
            "text-field": ["to-string", ["get", attribute]],
            "text-font": ["Noto Sans Regular"], "text-size": 12, "text-max-width": 8,
            "text-anchor": if along { "center" } else { anchor.0 },
            "text-offset": [0, if along { 0.0 } else { anchor.1 }],
        },
        "paint": {"text-color": "#3a3630", "text-halo-color": "#ffffff", "text-halo-width": 1.4},
    })
}

fn name_of(meta: &LayerMeta) -> Option<&str> {
    let named = |name: &&str| {
        meta.attributes
            .iter()
            .find(|attribute| attribute.name == **name && attribute.kind == AttributeKind::Text)
    };
    NAMES
        .iter()
        .find_map(named)
        .map(|attribute| attribute.name.as_str())
}

fn theme_color(theme: Theme) -> &'static str {
    match theme {
        Theme::Administration => "#7c5f93",
        Theme::Land => "#b8863b",
        Theme::Transport => "#c0562f",
        Theme::Water => "#3c8dbf",
        Theme::Environment => "#3f9b57",
        Theme::Construction => "#8d7b68",
        Theme::Health => "#c8384a",
        Theme::Education => "#3b6fb6",
        Theme::Tourism => "#8a5a2b",
        Theme::Industry => "#8a5c9e",
        Theme::Agriculture => "#7a9a32",
        Theme::Population => "#8c6bb1",
        Theme::Terrain => "#7d7358",
        Theme::Other => "#4a7c8c",
    }
}
