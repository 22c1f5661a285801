//! `lucdau layers`: what a twin has, had at a moment, and how that came.

use chrono::{DateTime, Utc};
use clap::Args;
use layers::{GeometryKind, LayerKind, LayerMeta, Twin};
use serde_json::json;

use crate::cli::{
    TwinArgument,
    failure::{self, Failure},
    moment, output,
};

/// What `layers` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Dạng JSON · as JSON
    #[arg(long)]
    json: bool,
    /// Như lúc đó · as it was then: 2025-07-01 or 2025-07-01T08:00:00+07:00
    #[arg(long, value_name = "MOMENT", value_parser = moment::moment)]
    as_of: Option<DateTime<Utc>>,
    /// Lịch sử công bố · what was published, rolled back and removed, and when
    #[arg(long, conflicts_with = "as_of")]
    history: bool,
}

/// Lists the versions that are current, or were at a moment; or what happened.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    if arguments.history {
        return tell_history(&twin, arguments.json);
    }
    let metas = match arguments.as_of {
        Some(moment) => {
            let then = twin.layers_at(moment).map_err(failure::of_store)?;
            for (layer, version) in &then.removed {
                output::note(&format!(
                    "lưu ý: {layer} {version} đã được dọn · note: {layer} {version} was removed since"
                ));
            }
            then.layers
        }
        None => twin.layers().map_err(failure::of_store)?,
    };
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

fn tell_history(twin: &Twin, as_json: bool) -> Result<(), Failure> {
    let history = twin.history().map_err(failure::of_store)?;
    if as_json {
        return output::print_line(&format!("{:#}", json!(history)));
    }
    for entry in &history {
        output::print_line(&format!(
            "{:>6}  {}  {:8}  {} {}",
            entry.publication,
            entry.at.format("%Y-%m-%d %H:%M:%S UTC"),
            entry.action.as_str(),
            entry.layer,
            entry.version
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
