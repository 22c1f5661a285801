//! `lucdau push`: a twin to its place on an object store.

use clap::Args;
use layers::store::RemoteTwin;

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    output,
};

/// What `push` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Nơi gửi đến · where to: `s3://bucket/prefix` (AWS_… variables) or `file:///path`
    #[arg(long, value_name = "URL")]
    to: String,
}

/// Sends what is not there yet, and publishes.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    let remote = RemoteTwin::open(&arguments.to).map_err(failure::of_store)?;
    let pushed = remote.push(&twin).map_err(failure::of_store)?;
    output::print_line(&format!(
        "{} → {}: công bố · publication {}, {} tệp · files, {}",
        twin.dir().display(),
        arguments.to,
        pushed.publication,
        pushed.files,
        output::size(pushed.bytes)
    ))
}
