//! Datasets: opened with the options that their driver needs, one of their layers chosen.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Once,
};

use gdal::{
    Dataset, DatasetOptions, GdalOpenFlags,
    vector::{LayerAccess as _, sql::Dialect},
};

use super::{
    super::{
        Opened, address,
        code_page::{self, Text},
        folder,
    },
    GdalSource,
};
use crate::{
    ReadError,
    messages::{listen, quiet},
};

/// Opens whatever GDAL knows; a raster is only recognised.
pub(crate) fn open(path: &Path, layer: Option<&str>) -> Result<Opened, ReadError> {
    let dataset = open_dataset(path, open_options(path))?;
    if dataset.layer_count() == 0 {
        if dataset.raster_count() > 0 || is_raster_container(&dataset) {
            return Ok(Opened::Raster(path.into()));
        }
        return Err(ReadError::NotGis {
            path: address::shown(path).into(),
            detail: "it holds neither features nor pixels".to_owned(),
        });
    }
    let (dataset, text) = with_raw_text(path, dataset)?;
    let mut source = GdalSource::new(path, dataset, layer, text)?;
    if lacks_table(path) {
        let text = "không có tệp .dbf bên cạnh nên không có thuộc tính · no .dbf beside it, so no attributes";
        source.warnings.push(text.to_owned());
    }
    Ok(Opened::Vector(Box::new(source)))
}

/// Options that keep a driver from writing beside the source: GML's would put what it learned there.
pub(super) fn open_options(path: &Path) -> &'static [&'static str] {
    let is_xml = path.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("gml") || extension.eq_ignore_ascii_case("xml")
    });
    if is_xml { &["WRITE_GFS=NO"] } else { &[] }
}

/// The dataset, opened again where that lets its driver leave text undecoded.
fn with_raw_text(path: &Path, dataset: Dataset) -> Result<(Dataset, Text), ReadError> {
    const DXF_ENCODING: &str = "DXF_ENCODING";
    let driver = dataset.driver().short_name();
    let text = code_page::text_of(&driver, path);
    if !matches!(text, Text::Bytes(_)) {
        return Ok((dataset, text));
    }
    let opened = match driver.as_str() {
        "ESRI Shapefile" => open_dataset(path, &["ENCODING="]),
        "DXF" => {
            // The option holds for this thread only and is read when the file is opened.
            quiet(|| gdal::config::set_thread_local_config_option(DXF_ENCODING, "UTF-8")).ok();
            let opened = open_dataset(path, &[]);
            quiet(|| gdal::config::clear_thread_local_config_option(DXF_ENCODING)).ok();
            opened
        }
        _ => Ok(dataset),
    };
    Ok((opened?, text))
}

static DEFAULTS: Once = Once::new();

/// Options of GDAL that hold unless the user set others: a service that stays silent is given up, and what does not fit
/// in memory goes where temporary files go, not into the current folder.
fn set_defaults() {
    let folder = std::env::temp_dir();
    let defaults = [
        ("GDAL_HTTP_CONNECTTIMEOUT", "15"),
        ("GDAL_HTTP_LOW_SPEED_TIME", "60"),
        ("GDAL_HTTP_LOW_SPEED_LIMIT", "1"),
        ("CPL_TMPDIR", folder.to_str().unwrap_or("/tmp")),
    ];
    for (key, value) in defaults {
        let known = gdal::config::get_config_option(key, "").unwrap_or_default();
        if known.is_empty() {
            // Fails only for text with a NUL, of which there is none here.
            gdal::config::set_config_option(key, value).ok();
        }
    }
}

/// Opens a dataset for reading; what GDAL says becomes the error.
pub(crate) fn open_dataset(path: &Path, open_options: &[&str]) -> Result<Dataset, ReadError> {
    DEFAULTS.call_once(set_defaults);
    let mut open_flags = GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    // Of a database it would be PostGIS' rasters, whose driver does not understand quoted passwords; of a table whose first
    // three columns are numbers, a grid of heights.
    if !path.to_string_lossy().starts_with("PG:") && !is_table(path) {
        open_flags |= GdalOpenFlags::GDAL_OF_RASTER;
    }
    let options = DatasetOptions {
        open_flags,
        open_options: (!open_options.is_empty()).then_some(open_options),
        ..DatasetOptions::default()
    };
    let (opened, heard) = listen(|| Dataset::open_ex(address_of(path), options));
    opened.map_err(|error| {
        let detail = heard.first().unwrap_or_else(|| error.to_string());
        let unknown =
            detail.contains("not recognized as a supported") || detail.contains("No such file");
        if unknown && address::is_file(path) {
            ReadError::NotGis {
                path: path.into(),
                detail: "no driver recognises it".to_owned(),
            }
        } else {
            address::failed(path, detail)
        }
    })
}

fn is_table(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| ["csv", "tsv"].contains(&extension.to_lowercase().as_str()))
}

/// What GDAL opens: of an archive that holds one source, that one.
fn address_of(path: &Path) -> PathBuf {
    let is_zip = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    if !is_zip || !address::is_file(path) {
        return path.into();
    }
    let mut archive = OsString::from("/vsizip/");
    archive.push(path);
    let archive = PathBuf::from(archive);
    let entries = quiet(|| gdal::vsi::read_dir(&archive, true)).unwrap_or_default();
    let mut sources = entries.iter().filter(|entry| folder::is_source(entry));
    match (sources.next(), sources.next()) {
        (Some(only), None) => archive.join(only),
        _ => archive,
    }
}

fn is_raster_container(dataset: &Dataset) -> bool {
    use gdal::Metadata as _;
    dataset
        .metadata_domain("SUBDATASETS")
        .is_some_and(|entries| !entries.is_empty())
}

/// Has the driver of OpenStreetMap files read one layer only: it would keep the features of the others, which come mixed
/// with them, until they are asked for, and gives up at 100,000.
pub(super) fn read_only_layer(dataset: &Dataset, index: usize) {
    let Some(name) = quiet(|| dataset.layer(index).ok().map(|layer| layer.name())) else {
        return;
    };
    let choice = format!("SET interest_layers = {name}");
    // Answers nothing; where it is not understood, reading says so.
    quiet(|| dataset.execute_sql(choice, None, Dialect::DEFAULT).ok());
}

pub(super) fn choose_layer(
    path: &Path,
    dataset: &Dataset,
    wanted: Option<&str>,
) -> Result<usize, ReadError> {
    let list = || -> Vec<String> { dataset.layers().map(|layer| layer.name()).collect() };
    let names = list();
    let Some(wanted) = wanted else {
        return if names.len() > 1 {
            Err(ReadError::SeveralLayers {
                path: path.into(),
                names,
            })
        } else {
            Ok(0)
        };
    };
    let position = |names: &[String]| names.iter().position(|name| name == wanted);
    let found = position(&names).or_else(|| {
        // PostgreSQL lists tables with geometry only, and others once they were asked for.
        quiet(|| dataset.layer_by_name(wanted).ok())?;
        position(&list())
    });
    found.ok_or_else(|| ReadError::NoSuchLayer {
        path: path.into(),
        name: wanted.to_owned(),
        names,
    })
}

/// Whether a `.shp` came without the `.dbf` that holds its attributes.
pub(super) fn lacks_table(path: &Path) -> bool {
    let is = |extension: &str| {
        path.extension()
            .is_some_and(|own| own.eq_ignore_ascii_case(extension))
    };
    let beside = ["dbf", "DBF"]
        .iter()
        .any(|extension| std::fs::metadata(path.with_extension(extension)).is_ok());
    is("shp") && !beside
}
