//! `lucdau diff`: what differs between two versions of a layer.

use std::path::PathBuf;

use clap::Args;
use layers::{LayerId, Version, report::Language, store::DiffRequest};
use serde_json::json;

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    import::ReportLanguage,
    moment, output,
};

/// What `diff` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Mã lớp · layer id
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// Phiên bản trước · the version before
    #[arg(long, value_name = "VERSION", value_parser = moment::version)]
    from: Version,
    /// Phiên bản sau · the version after
    #[arg(long, value_name = "VERSION", value_parser = moment::version)]
    to: Version,
    /// Thuộc tính làm khóa · the attribute by which a feature is known again
    #[arg(long, value_name = "ATTR")]
    key: Option<String>,
    /// Thuộc tính để nhóm diện tích · the attribute areas are grouped by
    #[arg(long, value_name = "ATTR")]
    by: Option<String>,
    /// Dạng JSON · as JSON
    #[arg(long)]
    json: bool,
    /// Ngôn ngữ · language of the text
    #[arg(long, value_enum, default_value = "vi")]
    language: ReportLanguage,
    /// Ghi các đối tượng thêm, bớt, sửa ra tệp .geojson · write the features that differ
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Compares, tells, and writes the features that differ.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    let request = DiffRequest {
        layer: arguments.layer,
        from: arguments.from,
        to: arguments.to,
        key: arguments.key,
        by: arguments.by,
    };
    let diff = twin.diff(&request).map_err(failure::of_store)?;
    if let Some(path) = arguments.output {
        twin.write_diff(&diff, &path).map_err(failure::of_store)?;
    }
    if arguments.json {
        return output::print_line(&format!("{:#}", json!(diff)));
    }
    output::print(&diff.to_text(Language::from(arguments.language)))
}
