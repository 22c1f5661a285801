//! The `lucdau` command: its words, its exit codes, and one module per subcommand.

mod analyze;
mod demo;
mod failure;
mod import;
mod layers;
mod output;
mod progress;
mod restate;
mod rollback;
mod serve;
mod sql;
mod table;
mod tile;

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use ::layers::Twin;
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use engine::Engine;
use tracing_subscriber::EnvFilter;

use self::failure::Failure;

/// The environment variable that says what is logged.
const LOG_VARIABLE: &str = "LUCDAU_LOG";

/// What is logged when nobody says.
const DEFAULT_LOG: &str = "warn,server=info";

/// Lục Đầu: bản sao số địa lý của một tỉnh · a province's geospatial digital twin.
#[derive(Debug, Parser)]
#[command(
    name = "lucdau",
    version,
    max_term_width = 110,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tạo tỉnh mẫu, nhập và mở máy chủ · make the default province, import it, serve it
    Demo(demo::Arguments),
    /// Nhập tệp thành một lớp · import files as a layer
    Import(import::Arguments),
    /// Liệt kê các lớp · list the layers
    Layers(layers::Arguments),
    /// Trở lại một phiên bản cũ · go back to an earlier version
    Rollback(rollback::Arguments),
    /// Truy vấn SQL chỉ đọc · read-only SQL
    Sql(sql::Arguments),
    /// Chuyển bảng số liệu sang đơn vị hành chính của ngày khác · a table on another day's administrative units
    Restate(restate::Arguments),
    /// Chạy một phân tích · run an analysis
    Analyze(analyze::Arguments),
    /// Vẽ một ô bản đồ thành PNG · draw one map tile as PNG
    Tile(tile::Arguments),
    /// Mở máy chủ · serve a twin
    Serve(serve::Arguments),
}

/// Which twin.
#[derive(Debug, Args)]
struct TwinArgument {
    /// Thư mục bản sao số · the twin's folder
    #[arg(long, value_name = "DIR", env = "LUCDAU_TWIN")]
    twin: PathBuf,
}

impl TwinArgument {
    fn open(&self) -> Result<Arc<Twin>, Failure> {
        Twin::open(&self.twin)
            .map(Arc::new)
            .map_err(failure::of_store)
    }

    fn engine(&self) -> Result<Engine, Failure> {
        Engine::open(self.open()?).map_err(failure::of_engine)
    }
}

/// A day of the command line.
fn day(text: &str) -> Result<NaiveDate, String> {
    ::layers::admin::day(text).map_err(|_bad| {
        "ngày viết dạng YYYY-MM-DD · a day is written YYYY-MM-DD, for example 2025-07-01".to_owned()
    })
}

/// Runs the command line of this process and says how it went.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(help_or_error) => {
            drop(help_or_error.print());
            return ExitCode::from(u8::try_from(help_or_error.exit_code()).unwrap_or(2));
        }
    };
    let filter =
        EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_unset| EnvFilter::new(DEFAULT_LOG));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .init();
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Layers(arguments) => layers::run(&arguments),
        Command::Rollback(arguments) => rollback::run(&arguments),
        Command::Sql(arguments) => sql::run(&arguments),
        Command::Restate(arguments) => restate::run(&arguments),
        Command::Analyze(arguments) => analyze::run(&arguments),
        Command::Tile(arguments) => tile::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
