//! `lucdau verify`: are the published files those that were published?

use std::time::Instant;

use clap::Args;
use layers::LayerMeta;

use crate::cli::{
    TwinArgument,
    failure::{self, Exit, Failure},
    output,
};

/// What `verify` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Mọi phiên bản, không chỉ bản hiện hành · every version, not only the current ones
    #[arg(long)]
    all: bool,
}

/// Hashes every byte and compares with the catalog.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    let mut metas = twin.layers().map_err(failure::of_store)?;
    if arguments.all {
        let versions: Result<Vec<Vec<LayerMeta>>, _> =
            metas.iter().map(|meta| twin.versions(&meta.id)).collect();
        metas = versions.map_err(failure::of_store)?.concat();
    }
    let start = Instant::now();
    let verdicts = twin.verify_all(&metas).map_err(failure::of_store)?;
    let seconds = start.elapsed().as_secs_f64();
    let bytes: u64 = verdicts.iter().map(|verdict| verdict.bytes).sum();
    let mut damaged = 0;
    for verdict in verdicts {
        if let Some(fault) = verdict.fault {
            damaged += 1;
            output::print_line(&format!("{} {}: {fault}", verdict.layer, verdict.version))?;
        }
    }
    output::print_line(&format!(
        "{} phiên bản · versions, {}, {seconds:.1} s",
        metas.len(),
        output::size(bytes)
    ))?;
    if damaged == 0 {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Internal,
        format!("{damaged} phiên bản bị hỏng; trở lại bản cũ bằng lucdau rollback, hoặc nhập lại"),
        format!("{damaged} versions are damaged; go back with lucdau rollback, or import again"),
    ))
}
