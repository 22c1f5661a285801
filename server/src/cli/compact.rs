//! `lucdau compact`: room that nothing uses is given back.

use clap::Args;

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    output,
};

/// What `compact` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
}

/// Removes files that no version names and shrinks the catalog.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let done = arguments
        .twin
        .open()?
        .compact()
        .map_err(failure::of_store)?;
    for path in &done.removed {
        output::print_line(&path.display().to_string())?;
    }
    output::print_line(&format!(
        "tệp thừa · unused files {}; danh mục · catalog {} → {}",
        output::size(done.removed_bytes),
        output::size(done.catalog_before),
        output::size(done.catalog_after)
    ))
}
