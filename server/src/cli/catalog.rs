//! `lucdau catalog`: the records of a twin's layers for other catalogs.

use std::path::PathBuf;

use chrono::Utc;
use clap::{Args, ValueEnum};
use layers::catalog;

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    output,
};

/// The form of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CatalogFormat {
    /// OGC API Records: GeoJSON.
    Records,
    /// STAC Collections.
    Stac,
}

/// What `catalog` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Dạng: OGC API Records hoặc STAC · form of the catalog
    #[arg(long, value_enum, default_value = "records")]
    format: CatalogFormat,
    /// Ghi ra tệp · write to a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the catalog of the current versions.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let metas = arguments.twin.open()?.layers().map_err(failure::of_store)?;
    let write = match arguments.format {
        CatalogFormat::Records => catalog::records,
        CatalogFormat::Stac => catalog::stac,
    };
    let text = format!("{:#}\n", write(&metas, Utc::now(), None));
    output::write_text(arguments.output.as_deref(), text.as_bytes())
}
