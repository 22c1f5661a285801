//! `lucdau analyze`: a planning question, its figures, and the features of its answer.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use engine::{
    CancelToken,
    analysis::{self, AnalysisContext},
    output::{Format, encode},
};
use serde_json::{Value, json};

use crate::{
    cli::{
        failure::{self, Exit, Failure},
        output,
        progress::Steps,
    },
    http::analyses,
    refusals,
};

/// What `analyze` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Tên phân tích · name of the analysis
    #[arg(value_name = "NAME", required_unless_present = "list")]
    name: Option<String>,
    /// Liệt kê các phân tích và tham số · list the analyses and their parameters
    #[arg(long)]
    list: bool,
    /// Thư mục bản sao số · the twin's folder
    #[arg(
        long,
        value_name = "DIR",
        env = "LUCDAU_TWIN",
        required_unless_present = "list"
    )]
    twin: Option<PathBuf>,
    /// Tham số dạng JSON, hoặc @TỆP · parameters as JSON, or @FILE
    #[arg(long, value_name = "JSON", default_value = "{}")]
    params: String,
    /// Ghi các đối tượng ra tệp .geojson, .csv, .arrow, .parquet, .fgb · write the features to a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Lists the analyses, or runs one.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (Some(name), Some(twin), false) = (&arguments.name, &arguments.twin, arguments.list) else {
        let infos: Vec<_> = analysis::all()
            .iter()
            .map(|analysis| analysis.describe())
            .collect();
        return output::print_line(&format!("{:#}", json!(infos)));
    };
    let analysis = analyses::find(name).map_err(failure::of_request)?;
    let parameters = parameters(&arguments.params)?;
    let target = arguments
        .output
        .as_deref()
        .map(|path| Ok((path, format(path)?)))
        .transpose()?;
    let engine = super::TwinArgument { twin: twin.clone() }.engine()?;
    let steps = Steps::new(name);
    let context = AnalysisContext {
        snapshot: engine.snapshot(),
        progress: &|share, what| steps.share(what, share),
        cancel: CancelToken::new(),
    };
    let outcome = analysis.run(&context, &parameters);
    drop(steps);
    let outcome = outcome.map_err(|error| failure::of_request(refusals::of_analysis(error)))?;
    if let Some((path, format)) = target {
        let bytes = encode(format, &outcome.layer)
            .map_err(|error| failure::of_request(refusals::of_output(error)))?;
        output::write_binary(Some(path), &bytes)?;
    }
    let told = json!({
        "summary": outcome.summary,
        "feature_count": outcome.layer.meta.feature_count,
        "provenance": outcome.provenance,
    });
    output::print_line(&format!("{told:#}"))
}

fn parameters(text: &str) -> Result<Value, Failure> {
    let text = match text.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("không đọc được tệp tham số \"{path}\""),
                format!("cannot read the parameter file \"{path}\": {error}"),
            )
        })?,
        None => text.to_owned(),
    };
    serde_json::from_str(&text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "--params phải là JSON, ví dụ '{\"layer\": \"accidents\"}'",
            format!("--params must be JSON, for example '{{\"layer\": \"accidents\"}}': {error}"),
        )
    })
}

/// The format that a file name asks for.
fn format(path: &Path) -> Result<Format, Failure> {
    match path.extension().and_then(OsStr::to_str) {
        Some("geojson" | "json") => Ok(Format::Geojson),
        Some("csv") => Ok(Format::Csv),
        Some("arrow" | "arrows") => Ok(Format::Arrow),
        Some("parquet") => Ok(Format::Parquet),
        Some("fgb") => Ok(Format::Flatgeobuf),
        _ => Err(Failure::new(
            Exit::Usage,
            "tên tệp -o phải kết thúc bằng .geojson, .csv, .arrow, .parquet hoặc .fgb",
            "the -o file name must end with .geojson, .csv, .arrow, .parquet or .fgb",
        )),
    }
}
