//! `lucdau tile`: one map tile as PNG.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use layers::TileCoord;

use crate::{
    cli::{
        TwinArgument,
        failure::{self, Failure},
        output,
    },
    map_tiles::{Scale, TilePlan},
    painter::Painter,
    styles::{StyleBook, TOPO},
};

/// What `tile` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Mã kiểu bản đồ · style id
    #[arg(long, value_name = "ID", default_value = TOPO)]
    style: String,
    /// Gấp đôi độ phân giải, 512 px · double resolution, 512 px
    #[arg(long)]
    retina: bool,
    /// Địa chỉ ô · tile address, e.g. 10/814/450
    #[arg(value_name = "Z/X/Y")]
    coord: TileCoord,
    /// Ghi ra tệp · write to a file
    #[arg(short, long, value_name = "FILE.png")]
    output: Option<PathBuf>,
}

/// Draws and writes.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let engine = Arc::new(arguments.twin.engine()?);
    let style = StyleBook::new(Arc::clone(&engine))
        .open(&arguments.style)
        .map_err(failure::of_request)?;
    let painter = Painter::start();
    let renderer = painter.renderer().map_err(failure::of_request)?;
    let scale = if arguments.retina {
        Scale::Retina
    } else {
        Scale::Plain
    };
    let png = TilePlan::new(engine.snapshot(), style, arguments.coord, scale).draw(renderer);
    output::write_binary(
        arguments.output.as_deref(),
        &png.map_err(failure::of_request)?,
    )
}
