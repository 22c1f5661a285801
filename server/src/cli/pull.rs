//! `lucdau pull`: a twin from its place on an object store.

use std::path::PathBuf;

use clap::Args;
use layers::{Twin, store::RemoteTwin};

use crate::cli::{
    failure::{self, Failure},
    output,
};

/// What `pull` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Lấy từ đâu · where from: `s3://bucket/prefix` (AWS_… variables) or `file:///path`
    #[arg(long, value_name = "URL")]
    from: String,
    /// Thư mục bản sao số, tạo nếu chưa có · the twin's folder, made if there is none
    #[arg(long, value_name = "DIR", env = "LUCDAU_TWIN")]
    twin: PathBuf,
}

/// Fetches what is not here yet; a running server shows it within a second.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let remote = RemoteTwin::open(&arguments.from).map_err(failure::of_store)?;
    // An address that leads nowhere makes no twin.
    remote.layers().map_err(failure::of_store)?;
    let twin = Twin::create_or_open(&arguments.twin).map_err(failure::of_store)?;
    let pulled = remote.pull(&twin).map_err(failure::of_store)?;
    output::print_line(&format!(
        "{} → {}: công bố · publication {}, {} phiên bản · versions, {}",
        arguments.from,
        arguments.twin.display(),
        pulled.publication,
        pulled.versions,
        output::size(pulled.bytes)
    ))
}
