//! A folder given as a source: the files in it that are sources, which together must be able to be one layer.

use std::path::{Path, PathBuf};

use super::{About, unreadable};
use crate::ReadError;

/// Names of files that are sources of their own; all other files of a folder go with one of these, or are none.
const SOURCES: [&str; 29] = [
    "shp",
    "gpkg",
    "geojson",
    "geojsonl",
    "geojsons",
    "json",
    "fgb",
    "parquet",
    "geoparquet",
    "gml",
    "kml",
    "kmz",
    "tab",
    "mif",
    "dxf",
    "dgn",
    "dwg",
    "gdb",
    "csv",
    "tsv",
    "psv",
    "xlsx",
    "xls",
    "ods",
    "sqlite",
    "pbf",
    "osm",
    "tif",
    "tiff",
];

/// The sources in a folder, by name; none when it is one source itself, such as a file geodatabase.
pub(super) fn sources_in(path: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, error))? {
        let entry = entry.map_err(|error| unreadable(path, error))?.path();
        let extension = extension_of(&entry);
        if extension == "gdbtable" {
            return Ok(Vec::new());
        }
        if is_source(&entry) {
            sources.push((entry, extension));
        }
    }
    sources.sort();
    if let Some(pair) = sources.windows(2).find(|pair| pair[0].1 != pair[1].1) {
        // The same data in two formats, as often as not: together they would be there twice.
        return Err(ReadError::FolderOfSeveral {
            path: path.into(),
            first: name_of(&pair[0].0),
            other: name_of(&pair[1].0),
            difference: "they are of two formats".to_owned(),
        });
    }
    Ok(sources.into_iter().map(|(source, _)| source).collect())
}

/// Whether a file is a source of its own, by its name.
pub(super) fn is_source(path: &Path) -> bool {
    SOURCES.contains(&extension_of(path).as_str())
}

fn extension_of(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Refuses sources of one folder that differ in attributes or geometry: they are not parts of one layer.
pub(super) fn refuse_different<'a>(
    folder: &Path,
    mut all: impl Iterator<Item = &'a About>,
) -> Result<(), ReadError> {
    let Some(first) = all.next() else {
        return Ok(());
    };
    let names = |about: &About| {
        let mut names: Vec<Vec<u8>> = about
            .fields
            .iter()
            .map(|field| field.name.to_ascii_lowercase())
            .collect();
        names.sort();
        names
    };
    let expected = names(first);
    for other in all {
        let found = names(other);
        let missing = expected.iter().find(|name| !found.contains(name));
        let extra = found.iter().find(|name| !expected.contains(name));
        let difference = match (missing, extra) {
            _ if other.geometry.is_some() != first.geometry.is_some() => {
                "only one of them has geometry".to_owned()
            }
            (Some(name), _) | (None, Some(name)) => {
                format!("only one of them has {:?}", String::from_utf8_lossy(name))
            }
            (None, None) => continue,
        };
        return Err(ReadError::FolderOfSeveral {
            path: folder.into(),
            first: name_of(&first.path),
            other: name_of(&other.path),
            difference,
        });
    }
    Ok(())
}
