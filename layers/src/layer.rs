//! A layer: features of one schema in one CRS, immutable, with what it was made from.

use std::{collections::BTreeMap, fmt, path::PathBuf, str::FromStr, sync::Arc};

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, Field, SchemaRef, TimeUnit},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{CatalogRecord, Extent, LayerId, Version};

mod validity;

pub(crate) use self::validity::{day_of, days_of};

/// Features in memory with their description. What import publishes and what an analysis answers have this one shape.
///
/// Columns: [`Layer::FID`] first, then the attributes, then [`Layer::H3`] and [`Layer::GEOM`]. A table without geometry
/// has neither of the last two; a raster has no batches.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it is.
    pub meta: Arc<LayerMeta>,
    /// Its columns, with the CRS on the geometry field.
    pub schema: SchemaRef,
    /// Its rows, in the order of their H3 cells.
    pub batches: Vec<RecordBatch>,
}

impl Layer {
    /// The feature's number in the layer: `UInt64`, dense from 0 in stored order.
    pub const FID: &str = "fid";
    /// The geometry: `Binary` WKB in OGC:CRS84 (lon, lat), Arrow extension `geoarrow.wkb`; null or EMPTY where there is none.
    pub const GEOM: &str = "geom";
    /// The H3 cell of the feature's representative point: `UInt64`; null where there is no geometry.
    pub const H3: &str = "h3";

    /// Number of features in all batches.
    pub fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Whether it has no feature.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A nullable geometry field: WKB as `Binary`, with the Arrow extension `geoarrow.wkb` and its CRS.
///
/// ```
/// let field = layers::layer::geometry_field("geom", "OGC:CRS84");
/// assert_eq!(field.metadata()["ARROW:extension:name"], "geoarrow.wkb");
/// ```
pub fn geometry_field(name: &str, crs: &str) -> Field {
    Field::new(name, DataType::Binary, true).with_metadata(
        [
            ("ARROW:extension:name".to_owned(), "geoarrow.wkb".to_owned()),
            (
                "ARROW:extension:metadata".to_owned(),
                serde_json::json!({ "crs": crs }).to_string(),
            ),
        ]
        .into(),
    )
}

/// What the catalog knows of a published version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerMeta {
    /// Its name in SQL, URLs and folders.
    pub id: LayerId,
    /// Which version.
    pub version: Version,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// The theme it is listed under.
    pub theme: Theme,
    /// What its rows are.
    pub kind: LayerKind,
    /// Number of features; pixels of a raster.
    pub feature_count: u64,
    /// Degrees of longitude and latitude; none when nothing has a geometry.
    pub extent: Option<Extent>,
    /// The attributes, in order, without `fid`, `h3` and `geom`.
    pub attributes: Vec<Attribute>,
    /// Resolution of the `h3` column.
    pub h3_resolution: u8,
    /// Where it came from.
    pub sources: Vec<SourceInfo>,
    /// Whether the data was made up by a generator; shown wherever a person sees it.
    pub synthetic: bool,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Owner, sharing, licence, update plan, sectors.
    #[serde(default)]
    pub record: CatalogRecord,
    /// Anything else worth keeping: provenance of an analysis.
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
}

impl LayerMeta {
    /// The note of a layer that shows what the import of another set aside: that layer's name.
    pub const QUARANTINE_OF: &str = "quarantine_of";

    /// The layer whose import set aside what this one shows; none for any other layer.
    pub fn quarantine_of(&self) -> Option<LayerId> {
        self.notes.get(Self::QUARANTINE_OF)?.parse().ok()
    }
}

/// What the rows of a layer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "geometry")]
pub enum LayerKind {
    /// Features with a geometry.
    Vector(GeometryKind),
    /// Rows without a geometry.
    Table,
    /// Pixels.
    Raster,
}

/// The dimension of a layer's geometries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeometryKind {
    /// Points and multipoints.
    Point,
    /// Lines and multilines.
    Line,
    /// Polygons and multipolygons.
    Polygon,
    /// More than one of these, or collections.
    Mixed,
}

/// A column of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name in SQL: lower case, NFC.
    pub name: String,
    /// Its name in the source, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// What it holds.
    pub kind: AttributeKind,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeKind {
    /// Text in NFC.
    Text,
    /// 64-bit whole number.
    Whole,
    /// 64-bit real number.
    Real,
    /// True or false.
    Truth,
    /// Calendar date.
    Date,
    /// Moment, UTC.
    Moment,
    /// Bytes.
    Bytes,
    /// Texts, such as the land-use codes of a parcel.
    List,
}

impl AttributeKind {
    /// The Arrow type of its column.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Whole => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Truth => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Bytes => DataType::Binary,
            Self::List => DataType::new_list(DataType::Utf8, true),
        }
    }
}

/// A file or database a version was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Path or address as given.
    pub path: PathBuf,
    /// Format, by the name of the driver that read it.
    pub format: String,
    /// CRS as delivered, for example `EPSG:9209`.
    pub crs: String,
    /// How the CRS was known.
    pub crs_from: String,
    /// The operation to the stored CRS and its accuracy, for example `EPSG:6960 VN-2000 to WGS 84 (2) ±1 m`; empty where
    /// the accuracy is not known.
    #[serde(default)]
    pub transformation: String,
    /// Character encoding as delivered.
    pub encoding: String,
    /// BLAKE3 of the main file, hexadecimal; empty where the source is not one file.
    pub checksum: String,
}

/// The themes the viewer groups layers by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Administrative units.
    Administration,
    /// Land parcels, land use, plans.
    Land,
    /// Roads, railways, accidents.
    Transport,
    /// Rivers, dykes, canals.
    Water,
    /// Air, water quality, stations.
    Environment,
    /// Buildings.
    Construction,
    /// Hospitals, health stations.
    Health,
    /// Schools.
    Education,
    /// Sites and lodging.
    Tourism,
    /// Industrial zones, markets, power.
    Industry,
    /// Fields and crops.
    Agriculture,
    /// Residents.
    Population,
    /// Elevation, land cover.
    Terrain,
    /// Anything else.
    Other,
}

/// A text that is no theme.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("theme {value:?} is not known: use one of {}", Theme::ALL.map(Theme::as_str).join(", "))]
pub struct UnknownTheme {
    /// What was given.
    pub value: String,
}

impl Theme {
    /// All themes, in the order the viewer lists them.
    pub const ALL: [Self; 14] = [
        Self::Administration,
        Self::Land,
        Self::Transport,
        Self::Water,
        Self::Environment,
        Self::Construction,
        Self::Health,
        Self::Education,
        Self::Tourism,
        Self::Industry,
        Self::Agriculture,
        Self::Population,
        Self::Terrain,
        Self::Other,
    ];

    /// Its word in commands, URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administration => "administration",
            Self::Land => "land",
            Self::Transport => "transport",
            Self::Water => "water",
            Self::Environment => "environment",
            Self::Construction => "construction",
            Self::Health => "health",
            Self::Education => "education",
            Self::Tourism => "tourism",
            Self::Industry => "industry",
            Self::Agriculture => "agriculture",
            Self::Population => "population",
            Self::Terrain => "terrain",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Theme {
    type Err = UnknownTheme;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|theme| theme.as_str() == value)
            .ok_or_else(|| UnknownTheme {
                value: value.to_owned(),
            })
    }
}
