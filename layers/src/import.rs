//! Sources to a published layer, or to a report of what would happen.

use std::{path::PathBuf, sync::Arc};

use chrono::NaiveDate;

use crate::{
    CatalogRecord, Crs, Encoding, ImportError, ImportReport, LayerId, Progress, Theme, Twin,
    admin::AdminRegister,
};

mod assemble;
mod attributes;
mod capitals;
mod checks;
mod gather;
mod locate;
mod partitioned;
mod prepare;
mod quarantine;
mod raster;
mod resume;
mod shapes;
mod text;
mod vector;

/// What to import, and what is known of it.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// Files, folders or database addresses that together are one layer.
    pub sources: Vec<PathBuf>,
    /// Its name.
    pub layer: LayerId,
    /// The theme to list it under.
    pub theme: Theme,
    /// Which layer of sources that have several.
    pub source_layer: Option<String>,
    /// The CRS of the sources, instead of what they say.
    pub crs: Option<Crs>,
    /// The encoding of their text, instead of what they say.
    pub encoding: Option<Encoding>,
    /// Title in Vietnamese; the layer's name where none is given.
    pub title_vi: Option<String>,
    /// Title in English; the layer's name where none is given.
    pub title_en: Option<String>,
    /// Whether the data was made up by a generator.
    pub synthetic: bool,
    /// The day whose land-use codes and administrative units the data should have; today where none is given.
    pub reference_date: Option<NaiveDate>,
    /// Columns to be renamed: name as delivered, new name.
    pub rename: Vec<(String, String)>,
    /// Administrative units to check against; those of the twin's layer `admin_units` where none are given.
    pub admin: Option<Arc<AdminRegister>>,
    /// Bytes of rows kept in memory; more wait on disk, sorted, from where an interrupted import can go on.
    pub memory_bytes: usize,
    /// Owner, sharing, licence, update plan, sectors; its H3 summary is counted anew.
    pub record: CatalogRecord,
    /// Whether its polygons should cover the ground without overlaps and gaps; then these are looked for and shown.
    pub partition: bool,
}

/// Rows kept in memory when nobody says: import as a whole then stays below 1 GiB.
pub const MEMORY_BYTES: usize = 320 << 20;

impl ImportRequest {
    /// A request that lets the sources speak for themselves.
    pub fn new(sources: Vec<PathBuf>, layer: LayerId) -> Self {
        Self {
            sources,
            layer,
            theme: Theme::Other,
            source_layer: None,
            crs: None,
            encoding: None,
            title_vi: None,
            title_en: None,
            synthetic: false,
            reference_date: None,
            rename: Vec::new(),
            admin: None,
            memory_bytes: MEMORY_BYTES,
            record: CatalogRecord::default(),
            partition: false,
        }
    }
}

/// Reads the sources to the end and reports what an import would do; writes nothing.
///
/// # Errors
/// As [`import`], but for the store's.
pub fn examine(
    request: &ImportRequest,
    progress: &dyn Progress,
) -> Result<ImportReport, ImportError> {
    run(None, request, progress)
}

/// Imports the sources as a new version of the layer and publishes it.
///
/// Nothing is published unless everything is: after an error, or when the process is killed, the previous version is
/// still the current one.
///
/// # Errors
/// When a source cannot be read or understood ([`ImportError::is_refusal`]), when the store cannot be written, or when
/// the caller cancelled.
pub fn import(
    twin: &Twin,
    request: &ImportRequest,
    progress: &dyn Progress,
) -> Result<ImportReport, ImportError> {
    run(Some(twin), request, progress)
}

fn run(
    twin: Option<&Twin>,
    request: &ImportRequest,
    progress: &dyn Progress,
) -> Result<ImportReport, ImportError> {
    let writer = twin.map(Twin::writer).transpose()?;
    match vector::open_all(request, progress)? {
        vector::Opened::Vectors(sources) => {
            vector::import(writer.as_ref(), request, sources, progress)
        }
        vector::Opened::Rasters(sources) => {
            raster::import(writer.as_ref(), request, &sources, progress)
        }
    }
}
