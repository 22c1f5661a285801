//! Roads: a strict hierarchy, casings below all surfaces so that junctions flow together.

use serde_json::{Value as Json, json};

struct Class {
    names: &'static [&'static str],
    id: &'static str,
    min_zoom: f64,
    surface: &'static str,
    casing: &'static str,
    /// Widths in style pixels at zooms 8, 11, 14 and 17.
    widths: [f64; 4],
}

/// From the least to the most important, as they are drawn.
const CLASSES: [Class; 7] = [
    Class {
        names: &["lane"],
        id: "lane",
        min_zoom: 13.5,
        surface: "#ffffff",
        casing: "#d6cfc2",
        widths: [0.2, 0.4, 1.1, 5.0],
    },
    Class {
        names: &["street"],
        id: "street",
        min_zoom: 12.5,
        surface: "#ffffff",
        casing: "#cbc3b4",
        widths: [0.3, 0.6, 2.0, 8.0],
    },
    Class {
        names: &["commune"],
        id: "commune",
        min_zoom: 11.0,
        surface: "#fffefa",
        casing: "#c6bda9",
        widths: [0.4, 0.8, 2.4, 8.5],
    },
    Class {
        names: &["district"],
        id: "district",
        min_zoom: 9.5,
        surface: "#fff4cf",
        casing: "#c9b57c",
        widths: [0.5, 1.2, 3.4, 10.5],
    },
    Class {
        names: &["provincial"],
        id: "provincial",
        min_zoom: 8.0,
        surface: "#fbdf97",
        casing: "#c79f45",
        widths: [0.8, 1.8, 4.4, 12.5],
    },
    Class {
        names: &["national"],
        id: "national",
        min_zoom: 6.0,
        surface: "#f6bd6a",
        casing: "#b97a26",
        widths: [1.4, 2.6, 5.6, 15.0],
    },
    Class {
        names: &["expressway"],
        id: "expressway",
        min_zoom: 5.0,
        surface: "#e5875c",
        casing: "#a84f28",
        widths: [1.8, 3.2, 6.6, 18.0],
    },
];

/// How much wider a casing is than its surface, at the same zooms.
const CASING: [f64; 4] = [0.6, 1.2, 1.8, 2.4];

/// Casings start here: below, roads are plain lines.
const CASING_MIN_ZOOM: f64 = 9.0;

/// All road layers from the bottom up.
pub(super) fn layers() -> Vec<Json> {
    CLASSES
        .iter()
        .map(casing)
        .chain(CLASSES.iter().map(surface))
        .collect()
}

fn casing(class: &Class) -> Json {
    let widths = [0, 1, 2, 3].map(|stop: usize| class.widths[stop] + CASING[stop]);
    layer(
        class,
        "casing",
        class.min_zoom.max(CASING_MIN_ZOOM),
        (class.casing, widths),
    )
}

fn surface(class: &Class) -> Json {
    layer(
        class,
        "surface",
        class.min_zoom,
        (class.surface, class.widths),
    )
}

fn layer(class: &Class, part: &str, min_zoom: f64, (color, widths): (&str, [f64; 4])) -> Json {
    let [far, middle, near, close] = widths;
    // where there is no casing yet, the surface takes its colour to stand out from the ground
    let color = if part == "surface" && class.min_zoom < CASING_MIN_ZOOM {
        json!(["step", ["zoom"], class.casing, CASING_MIN_ZOOM, color])
    } else {
        json!(color)
    };
    json!({
        "id": format!("roads-{}-{part}", class.id),
        "type": "line", "source": "twin", "source-layer": "roads", "minzoom": min_zoom,
        "filter": ["match", ["get", "class"], class.names, true, false],
        "layout": {"line-join": "round", "line-cap": if part == "casing" { "butt" } else { "round" }},
        "paint": {
            "line-color": color,
            "line-width": ["interpolate", ["exponential", 1.4], ["zoom"], 8, far, 11, middle, 14, near, 17, close],
        },
    })
}
