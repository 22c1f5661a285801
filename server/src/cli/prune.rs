//! `lucdau prune`: old versions go, by a policy.

use chrono::{TimeDelta, Utc};
use clap::Args;
use layers::{LayerId, store::Retention};

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    moment, output,
};

/// What `prune` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "Bản hiện hành và bản được giữ (lucdau pin) không bao giờ bị dọn · the current and the pinned versions always stay"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Chỉ lớp này · only this layer
    #[arg(long, value_name = "ID")]
    layer: Option<LayerId>,
    /// Giữ N bản mới nhất của mỗi lớp · keep the newest N versions of each layer
    #[arg(long, value_name = "N")]
    keep: u32,
    /// Giữ cả những bản chưa quá tuổi này · keep those younger than this too: 30d, 12h, 8w
    #[arg(long, value_name = "AGE", value_parser = moment::age)]
    younger_than: Option<TimeDelta>,
    /// Chỉ cho biết sẽ dọn gì · only say what would go
    #[arg(long)]
    dry_run: bool,
}

/// Removes what the policy does not keep, or says what it would remove.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    let policy = Retention {
        keep: arguments.keep,
        younger_than: arguments.younger_than,
    };
    let layer = arguments.layer.as_ref();
    let pruned = if arguments.dry_run {
        twin.plan_prune(policy, layer, Utc::now())
    } else {
        twin.prune(policy, layer, Utc::now())
    };
    let pruned = pruned.map_err(failure::of_store)?;
    for removed in &pruned.removed {
        output::print_line(&format!(
            "{} {}  {}  {}",
            removed.layer,
            removed.version,
            removed.published_at.format("%Y-%m-%d"),
            output::size(removed.bytes)
        ))?;
    }
    for spared in &pruned.spared {
        output::note(&format!(
            "lưu ý: bản hiện hành của {} bị hỏng nên không dọn · note: nothing of {} is removed: {}",
            spared.layer, spared.layer, spared.reason
        ));
    }
    let done = if arguments.dry_run {
        "sẽ dọn · would remove"
    } else {
        "đã dọn · removed"
    };
    output::print_line(&format!(
        "{done} {} · {}; còn · kept {}",
        pruned.removed.len(),
        output::size(pruned.bytes()),
        pruned.kept
    ))
}
