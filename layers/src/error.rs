//! What can go wrong, by operation: reading a source, deciding its CRS, importing it, keeping it.
//!
//! Every text says what was wrong and what would be right. [`std::fmt::Display`] is English; what a person at a
//! command line sees in Vietnamese comes from [`ImportError::explain`].

use std::{io, path::PathBuf};

use thiserror::Error;

use crate::{report::Language, rules::did_you_mean};

mod store;
mod vietnamese;

pub use store::StoreError;

/// A source file that cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The path leads nowhere, or may not be read.
    #[error("cannot read {path:?}: {why}; check the path and its permissions")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said, in words.
        why: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No driver knows the bytes.
    #[error(
        "{path:?} is not a GIS file that can be read ({detail}); give a Shapefile (.shp), GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, CSV, GeoTIFF or another format GDAL opens"
    )]
    NotGis {
        /// Which file.
        path: PathBuf,
        /// What the drivers said.
        detail: String,
    },
    /// The file begins well and then breaks off or contradicts itself.
    #[error("{path:?} is damaged or cut short ({detail}); copy it again from where it came from")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A database or a service that does not give what was asked of it. The address is without its secrets.
    #[error(
        "{address:?} gives no features ({detail}); check the address, the user and the password, and that the server is up"
    )]
    NoAnswer {
        /// Where.
        address: PathBuf,
        /// What was heard.
        detail: String,
    },
    /// Pixels without a place.
    #[error(
        "{path:?} is a picture that does not say where it lies; give a GeoTIFF, or put a world file (.tfw, .pgw, .jgw) beside it"
    )]
    Unplaced {
        /// Which file.
        path: PathBuf,
    },
    /// A file with several layers, none chosen.
    #[error("{path:?} holds {} layers: {}; choose one with --source-layer NAME", names.len(), names.join(", "))]
    SeveralLayers {
        /// Which file.
        path: PathBuf,
        /// The layers' names.
        names: Vec<String>,
    },
    /// The chosen layer is not in the file.
    #[error("{path:?} has no layer {name:?}; it has: {}", names.join(", "))]
    NoSuchLayer {
        /// Which file.
        path: PathBuf,
        /// What was asked for.
        name: String,
        /// The layers' names.
        names: Vec<String>,
    },
    /// A folder whose files are not parts of one layer.
    #[error(
        "the files of {path:?} are not one layer: of {first} and {other}, {difference}; name those of one layer, for example {}, or import them as several", path.join("*.shp").display()
    )]
    FolderOfSeveral {
        /// Which folder.
        path: PathBuf,
        /// A file in it.
        first: String,
        /// Another.
        other: String,
        /// How they differ.
        difference: String,
    },
    /// A `GeoParquet` geometry encoding or column that is not supported.
    #[error(
        "{path:?}: {detail}; write it again with geometry as WKB, for example with `ogr2ogr -f Parquet -lco GEOMETRY_ENCODING=WKB`"
    )]
    UnsupportedGeometry {
        /// Which file.
        path: PathBuf,
        /// What it has instead.
        detail: String,
    },
    /// A proprietary format with a known way out.
    #[error("{path:?} is {format}, which no free library reads; {advice}")]
    Proprietary {
        /// Which file.
        path: PathBuf,
        /// Its format.
        format: &'static str,
        /// What to ask for instead.
        advice: &'static str,
    },
}

/// A coordinate reference system that cannot be had or used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CrsError {
    /// A text that names no CRS.
    #[error(
        "{value:?} is not a coordinate reference system that is known ({detail}); write for example EPSG:9209 (VN-2000 TM-3 105°30'), EPSG:3405 or EPSG:4326"
    )]
    Unknown {
        /// What was given.
        value: String,
        /// What PROJ said.
        detail: String,
    },
    /// A CRS that has no horizontal positions: vertical, geocentric.
    #[error(
        "{value:?} ({name}) has no horizontal coordinates; use a geographic or projected system such as EPSG:9209"
    )]
    NotHorizontal {
        /// What was given.
        value: String,
        /// Its name.
        name: String,
    },
    /// There is no operation from one to the other.
    #[error("there is no transformation from {from} to {to} ({detail})")]
    NoTransformation {
        /// Source.
        from: String,
        /// Target.
        to: String,
        /// What PROJ said.
        detail: String,
    },
}

/// An import that published nothing.
#[derive(Debug, Error)]
pub enum ImportError {
    /// No source was named.
    #[error("no source given; name at least one file")]
    NoSource,
    /// A source cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A CRS cannot be had or used.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// The source does not say its CRS, and its coordinates do not tell.
    #[error(
        "{path:?} does not say its coordinate reference system and its extent ({extent}) fits {}; say which with --crs, for example --crs EPSG:9209",
        if candidates.is_empty() { "none that is used here".to_owned() } else { format!("several: {}", candidates.join(", ")) }
    )]
    CrsMissing {
        /// Which file.
        path: PathBuf,
        /// Its extent, in its own units.
        extent: String,
        /// Systems that would fit.
        candidates: Vec<String>,
    },
    /// The coordinates contradict the CRS.
    #[error("{path:?}: the coordinates ({extent}) do not fit {crs}: {why}; {}",
        if candidates.is_empty() { "give the right system with --crs".to_owned() } else { format!("they would fit {}: give it with --crs", candidates.join(" or ")) }
    )]
    CrsWrong {
        /// Which file.
        path: PathBuf,
        /// The CRS.
        crs: String,
        /// The extent, in the source's units.
        extent: String,
        /// The contradiction.
        why: &'static str,
        /// Systems that would fit.
        candidates: Vec<String>,
    },
    /// Sources that cannot be one layer.
    #[error(
        "{first:?} is {first_kind} and {other:?} is {other_kind}: they cannot be one layer; import them as two"
    )]
    MixedSources {
        /// A source.
        first: PathBuf,
        /// What it is.
        first_kind: &'static str,
        /// Another source.
        other: PathBuf,
        /// What that is.
        other_kind: &'static str,
    },
    /// A column to be renamed that no source has.
    #[error("there is no column {name:?}{}; there are: {}", did_you_mean(nearest.as_ref()), known.join(", "))]
    UnknownColumn {
        /// What was given.
        name: String,
        /// The most similar one.
        nearest: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// A new name that a column cannot have.
    #[error("no column can be renamed to {name:?}: {why}; choose another name")]
    RenameRefused {
        /// The name.
        name: String,
        /// Why not.
        why: &'static str,
        /// Why not, in Vietnamese.
        why_vi: &'static str,
    },
    /// A raster cannot be brought to the stored CRS.
    #[error("{path:?} cannot be made a raster layer ({detail})")]
    Raster {
        /// Which file.
        path: PathBuf,
        /// What GDAL said.
        detail: String,
    },
    /// The caller gave up.
    #[error("the import was cancelled; nothing was published")]
    Cancelled,
    /// The store cannot keep it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    /// Whether the source or the request is at fault, so that trying again unchanged would end the same.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Store(_) | Self::Cancelled)
    }

    /// What was wrong and what would be right, in a language.
    pub fn explain(&self, language: Language) -> String {
        match language {
            Language::English => self.to_string(),
            Language::Vietnamese => vietnamese::import(self),
        }
    }
}
