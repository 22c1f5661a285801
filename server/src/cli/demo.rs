//! Stub until datasets compiles.
use std::path::PathBuf;
use clap::Args;
use crate::cli::{failure::Failure, serve::BindArgument};
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(long, default_value = "twin", env = "LUCDAU_TWIN")]
    twin: PathBuf,
    #[command(flatten)]
    bind: BindArgument,
}
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    drop(arguments.twin.clone());
    arguments.bind.take().map(drop)
}
