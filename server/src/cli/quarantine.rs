//! `lucdau quarantine`: what an import set aside and why.

use std::{collections::BTreeMap, path::PathBuf};

use arrow::array::{Array as _, AsArray as _};
use clap::Args;
use engine::output::{Format, encode};
use layers::{Layer, LayerId, Version};

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    moment, output,
};

/// What `quarantine` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Mã lớp · layer id
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// Phiên bản, mặc định là bản hiện hành · the version, the current one if not given
    #[arg(long, value_name = "VERSION", value_parser = moment::version)]
    version: Option<Version>,
    /// Ghi các đối tượng ra tệp GeoJSON · write the features to a GeoJSON file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Lists the reasons with their counts and the first detail of each; writes the features where a file is named.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    let version = if let Some(version) = arguments.version {
        version
    } else {
        let meta = twin.meta(&arguments.layer).map_err(failure::of_store)?;
        meta.version
    };
    let layer = twin
        .quarantine_layer(&arguments.layer, version)
        .map_err(failure::of_store)?;
    if let Some(path) = &arguments.output {
        let bytes = encode(Format::Geojson, &layer).map_err(|error| {
            Failure::internal("không ghi được GeoJSON", "cannot write GeoJSON", error)
        })?;
        output::write_text(Some(path), &bytes)?;
    }
    for (reason, (count, detail)) in reasons(&layer) {
        output::print_line(&format!("{count:>9}  {reason}  {detail}"))?;
    }
    output::print_line(&format!(
        "{:>9}  {} {version}: để riêng và lỗi · set aside and defects",
        layer.len(),
        arguments.layer
    ))
}

/// How often each reason, with its first detail.
fn reasons(layer: &Layer) -> BTreeMap<String, (u64, String)> {
    let mut reasons = BTreeMap::new();
    for batch in &layer.batches {
        let column = |name| batch.column_by_name(name)?.as_string_opt::<i32>();
        let (Some(codes), Some(details)) = (column("reason"), column("detail")) else {
            continue;
        };
        for (row, code) in codes.iter().enumerate() {
            let detail = details.is_valid(row).then(|| details.value(row));
            let code = code.unwrap_or_default().to_owned();
            reasons
                .entry(code)
                .or_insert_with(|| (0, detail.unwrap_or_default().to_owned()))
                .0 += 1;
        }
    }
    reasons
}
