//! `lucdau rollback`: an earlier version serves again.

use clap::Args;
use layers::{LayerId, Version};

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    output,
};

/// What `rollback` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Mã lớp · layer id
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// Phiên bản cần trở lại · the version to go back to, e.g. 1 or v1
    #[arg(long, value_name = "VERSION", value_parser = version)]
    to: Version,
}

/// Makes an earlier version the current one. A running server shows it within a second.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    twin.rollback(&arguments.layer, arguments.to)
        .map_err(failure::of_store)?;
    output::print_line(&format!("{} → {}", arguments.layer, arguments.to))
}

/// Reads a version number.
pub(super) fn version(text: &str) -> Result<Version, String> {
    let number = text
        .strip_prefix('v')
        .unwrap_or(text)
        .parse()
        .ok()
        .filter(|&number| number > 0);
    number.map(Version).ok_or_else(|| {
        "số phiên bản từ 1 · a version number from 1, for example 2 or v2".to_owned()
    })
}
