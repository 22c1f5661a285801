//! `lucdau layers`: what a twin has.

use clap::Args;
use layers::{GeometryKind, LayerKind, LayerMeta};
use serde_json::json;

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    output,
};

/// What `layers` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Dạng JSON · as JSON
    #[arg(long)]
    json: bool,
}

/// Lists the current versions.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let metas = arguments.twin.open()?.layers().map_err(failure::of_store)?;
    if arguments.json {
        return output::print_line(&format!("{:#}", json!(metas)));
    }
    let heading = [
        "lớp · layer",
        "",
        "loại · kind",
        "số lượng · count",
        "tên · title",
    ]
    .map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(heading)
        .chain(metas.iter().map(row))
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2), width(3)];
    for [id, version, kind, count, title] in &rows {
        output::print_line(&format!(
            "{id:0$}  {version:1$}  {kind:2$}  {count:>3$}  {title}",
            widths[0], widths[1], widths[2], widths[3]
        ))?;
    }
    Ok(())
}

fn row(meta: &LayerMeta) -> [String; 5] {
    let synthetic = if meta.synthetic {
        " · tổng hợp"
    } else {
        ""
    };
    [
        meta.id.to_string(),
        meta.version.to_string(),
        kind(meta.kind).to_owned(),
        meta.feature_count.to_string(),
        format!("{}{synthetic}", meta.title_vi),
    ]
}

fn kind(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Vector(GeometryKind::Point) => "point",
        LayerKind::Vector(GeometryKind::Line) => "line",
        LayerKind::Vector(GeometryKind::Polygon) => "polygon",
        LayerKind::Vector(GeometryKind::Mixed) => "mixed",
        LayerKind::Table => "table",
        LayerKind::Raster => "raster",
    }
}
