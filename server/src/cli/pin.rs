//! `lucdau pin`: a version that no policy removes.

use clap::Args;
use layers::{LayerId, Version};

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    moment, output,
};

/// What `pin` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Mã lớp · layer id
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// Phiên bản · the version
    #[arg(long, value_name = "VERSION", value_parser = moment::version)]
    version: Version,
    /// Lý do giữ · why it is kept
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// Thôi giữ · let it go again
    #[arg(long, conflicts_with = "reason")]
    remove: bool,
}

/// Pins or unpins a version.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    let (layer, version) = (&arguments.layer, arguments.version);
    let (done, what) = if arguments.remove {
        (twin.unpin(layer, version), "thôi giữ · not pinned")
    } else {
        let pinned = twin.pin(layer, version, &arguments.reason);
        (pinned, "được giữ · pinned")
    };
    done.map_err(failure::of_store)?;
    output::print_line(&format!("{layer} {version}: {what}"))
}
