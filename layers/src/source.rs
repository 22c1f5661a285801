//! Sources: files and databases as streams of record batches. Give it a path, get batches and what is known of them.

use std::path::{Path, PathBuf};

use arrow::{array::ArrayRef, datatypes::DataType};

use crate::{Crs, Encoding, GeometryKind, ReadError};

pub(crate) mod address;
mod code_page;
pub(crate) mod csv;
mod folder;
pub(crate) mod gdal;
pub(crate) mod geoparquet;
pub(crate) mod raster;

/// What a source says of itself.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) path: PathBuf,
    /// Format, by the name of its driver.
    pub(crate) format: String,
    /// The attributes, in order.
    pub(crate) fields: Vec<SourceField>,
    /// The kind of geometry it declares; none for a table.
    pub(crate) geometry: Option<GeometryKind>,
    /// None when it does not say.
    pub(crate) crs: Option<Crs>,
    /// How the CRS is known.
    pub(crate) crs_from: &'static str,
    /// The encoding it declares, where text comes as bytes nobody has decoded.
    pub(crate) declared_encoding: Option<Encoding>,
    /// Whether text comes as bytes nobody has decoded.
    pub(crate) raw_text: bool,
    /// Whether the format has code pages, so that its driver may have decoded text with the wrong one.
    pub(crate) code_pages: bool,
    /// Features it says it has, where that is cheap to know.
    pub(crate) feature_count: Option<u64>,
}

/// An attribute as the source has it.
#[derive(Clone, Debug)]
pub(crate) struct SourceField {
    /// Bytes, as the encoding may not be known yet.
    pub(crate) name: Vec<u8>,
    /// Type of the columns; text of any encoding is `Binary` with `text` set.
    pub(crate) data_type: DataType,
    /// Whether a `Binary` column is text.
    pub(crate) text: bool,
}

/// Some features: attribute columns in the order of [`About::fields`], and WKB.
#[derive(Debug)]
pub(crate) struct SourceBatch {
    pub(crate) rows: usize,
    pub(crate) attributes: Vec<ArrayRef>,
    /// `Binary` WKB in the source's CRS; none for a table.
    pub(crate) geometry: Option<ArrayRef>,
}

/// A stream of features.
pub(crate) trait Source {
    fn about(&self) -> &About;

    /// The next features; none at the end.
    fn next_batch(&mut self) -> Result<Option<SourceBatch>, ReadError>;

    /// What the driver warned of so far.
    fn warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// An open source, by what it holds.
pub(crate) enum Opened {
    Vector(Box<dyn Source>),
    Raster(PathBuf),
}

/// Features or pixels in one batch; bounds memory and lets progress and cancellation be noticed.
pub(crate) const ROWS_PER_BATCH: usize = 16_384;

/// Opens a source, or all those of a folder, which must have the same attributes.
pub(crate) fn open_each(path: &Path, layer: Option<&str>) -> Result<Vec<Opened>, ReadError> {
    let is_folder = layer.is_none() && address::is_file(path) && path.is_dir();
    let sources = if is_folder {
        folder::sources_in(path)?
    } else {
        Vec::new()
    };
    if sources.is_empty() {
        return Ok(vec![open(path, layer)?]);
    }
    let opened = sources
        .iter()
        .map(|source| open(source, None))
        .collect::<Result<Vec<_>, _>>()?;
    let abouts = opened.iter().filter_map(|opened| match opened {
        Opened::Vector(source) => Some(source.about()),
        Opened::Raster(_) => None,
    });
    folder::refuse_different(path, abouts)?;
    Ok(opened)
}

/// Opens a source, by its content where its name does not tell.
fn open(path: &Path, layer: Option<&str>) -> Result<Opened, ReadError> {
    if address::is_file(path) {
        let magic = look(path)?;
        refuse_proprietary(path, &magic)?;
        refuse_short_database(path, &magic)?;
        if magic.starts_with(b"PAR1") {
            return geoparquet::GeoParquetSource::open(path)
                .map(|source| Opened::Vector(Box::new(source)));
        }
    }
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("csv" | "tsv" | "psv") => csv::open(path),
        _ => gdal::open(path, layer),
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> ReadError {
    let why = match source.kind() {
        std::io::ErrorKind::NotFound => "there is no such file",
        std::io::ErrorKind::PermissionDenied => "permission denied",
        _ => "the file system failed",
    };
    ReadError::Unreadable {
        path: path.into(),
        why,
        source,
    }
}

/// The first bytes of a file; none for a folder.
fn look(path: &Path) -> Result<Vec<u8>, ReadError> {
    use std::io::Read as _;
    let unreadable = |source| unreadable(path, source);
    if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(Vec::new());
    }
    let mut magic = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(100).read_to_end(&mut magic).map_err(unreadable)?;
    if magic.is_empty() {
        return Err(ReadError::NotGis {
            path: path.into(),
            detail: "the file is empty".to_owned(),
        });
    }
    Ok(magic)
}

/// Refuses an `SQLite` file, such as a `GeoPackage`, that is shorter than its header says: `SQLite` itself notices only
/// when it needs a page that is missing. With a write-ahead log beside it, the header may be older than the log.
fn refuse_short_database(path: &Path, head: &[u8]) -> Result<(), ReadError> {
    let Some(head) = head
        .first_chunk::<100>()
        .filter(|head| head.starts_with(b"SQLite format 3\0"))
    else {
        return Ok(());
    };
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let number =
        |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    // The page count holds only where the file was last written by a version that knows it.
    let is_current = number(24) == number(92);
    if !is_current || std::fs::metadata(log).is_ok() {
        return Ok(());
    }
    let page_bytes = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let expected = page_bytes * u64::from(number(28));
    let found = std::fs::metadata(path).map_or(expected, |about| about.len());
    if found < expected {
        return Err(ReadError::Damaged {
            path: path.into(),
            detail: format!("{found} of {expected} bytes"),
        });
    }
    Ok(())
}

fn refuse_proprietary(path: &Path, magic: &[u8]) -> Result<(), ReadError> {
    const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let (format, advice) = match extension.as_deref() {
        Some("dgn") if magic.starts_with(OLE) => (
            "MicroStation DGN v8",
            "save it from MicroStation as DGN v7 or DXF, or ask for GeoPackage or GML",
        ),
        _ if is_dwg(magic) || extension.as_deref() == Some("dwg") => (
            "AutoCAD DWG",
            "save it from AutoCAD as DXF, or ask for GeoPackage or GML",
        ),
        _ if magic.starts_with(b"AutoCAD Binary DXF") => (
            "binary DXF",
            "save it from AutoCAD as DXF in text (ASCII) form, or ask for GeoPackage or GML",
        ),
        _ => return Ok(()),
    };
    Err(ReadError::Proprietary {
        path: path.into(),
        format,
        advice,
    })
}

/// Whether bytes begin as `AutoCAD`'s drawings do, with their version: `AC1015` to `AC1032`.
fn is_dwg(magic: &[u8]) -> bool {
    let version = magic.strip_prefix(b"AC10").and_then(|rest| rest.get(..2));
    version.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
}
