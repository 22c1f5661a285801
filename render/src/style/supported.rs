//! Which kinds of layer and which properties are drawn.

use maplibre_expr::Value;

use super::property::Property;

/// A type of style layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Background,
    Fill,
    Line,
    Circle,
    Symbol,
    Raster,
    Hillshade,
}

impl Kind {
    const ALL: [(&'static str, Self); 7] = [
        ("background", Self::Background),
        ("fill", Self::Fill),
        ("line", Self::Line),
        ("circle", Self::Circle),
        ("symbol", Self::Symbol),
        ("raster", Self::Raster),
        ("hillshade", Self::Hillshade),
    ];

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find_map(|(known, kind)| (known == word).then_some(kind))
    }

    /// The type of source it is drawn from.
    pub(super) fn source_type(self) -> &'static str {
        match self {
            Self::Raster => "raster",
            Self::Hillshade => "raster-dem",
            _ => "vector",
        }
    }

    /// The properties that are drawn.
    pub(super) fn properties(self) -> &'static [&'static str] {
        match self {
            Self::Background => &["background-color", "background-opacity"],
            Self::Fill => &[
                "fill-color",
                "fill-opacity",
                "fill-outline-color",
                "fill-antialias",
                "fill-translate",
            ],
            Self::Line => &[
                "line-cap",
                "line-join",
                "line-miter-limit",
                "line-color",
                "line-opacity",
                "line-width",
                "line-gap-width",
                "line-blur",
                "line-dasharray",
                "line-translate",
            ],
            Self::Circle => &[
                "circle-radius",
                "circle-color",
                "circle-opacity",
                "circle-blur",
                "circle-stroke-width",
                "circle-stroke-color",
                "circle-stroke-opacity",
                "circle-translate",
            ],
            Self::Symbol => SYMBOL,
            Self::Raster => &["raster-opacity", "raster-resampling"],
            Self::Hillshade => &[
                "hillshade-illumination-direction",
                "hillshade-exaggeration",
                "hillshade-shadow-color",
                "hillshade-highlight-color",
                "hillshade-accent-color",
            ],
        }
    }

    pub(super) fn property(self, name: &str) -> Option<&'static str> {
        self.properties()
            .iter()
            .find(|known| **known == name)
            .copied()
    }

    /// Properties that change nothing on a flat, north-up map with straight labels, so ignoring them is exact.
    pub(super) fn is_harmless(name: &str) -> bool {
        const HARMLESS: [&str; 14] = [
            "circle-pitch-alignment",
            "circle-pitch-scale",
            "fill-translate-anchor",
            "line-translate-anchor",
            "line-round-limit",
            "circle-translate-anchor",
            "text-translate-anchor",
            "text-rotation-alignment",
            "text-pitch-alignment",
            "text-keep-upright",
            "text-max-angle",
            "symbol-avoid-edges",
            "hillshade-illumination-anchor",
            "raster-fade-duration",
        ];
        HARMLESS.contains(&name)
    }

    /// What is different about a value that is accepted.
    pub(super) fn drawn_differently(name: &str, property: &Property) -> Option<&'static str> {
        match (name, property) {
            ("line-join", Property::Constant(Value::String(join))) if join == "bevel" => {
                Some("bevel joins are drawn round")
            }
            _ => None,
        }
    }
}

const SYMBOL: &[&str] = &[
    "symbol-placement",
    "symbol-sort-key",
    "symbol-spacing",
    "text-field",
    "text-font",
    "text-size",
    "text-max-width",
    "text-line-height",
    "text-letter-spacing",
    "text-justify",
    "text-anchor",
    "text-offset",
    "text-padding",
    "text-transform",
    "text-rotate",
    "text-allow-overlap",
    "text-ignore-placement",
    "text-color",
    "text-opacity",
    "text-halo-color",
    "text-halo-width",
    "text-halo-blur",
    "text-translate",
];
