//! The `lucdau` command: its words, its exit codes, and one module per subcommand.

mod analyze;
mod catalog;
mod compact;
mod demo;
mod diff;
mod failure;
mod import;
mod layers;
mod moment;
mod output;
mod pin;
mod progress;
mod prune;
mod pull;
mod push;
mod quarantine;
mod restate;
mod rollback;
mod rules;
mod serve;
mod sql;
mod table;
mod tile;
mod verify;

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
    /// Danh mục các lớp cho hệ thống khác · the catalog of the layers for other systems
    Catalog(catalog::Arguments),
    /// Trở lại một phiên bản cũ · go back to an earlier version
    Rollback(rollback::Arguments),
    /// Quy tắc pháp lý có hiệu lực, kèm nguồn · legal figures in force, with their sources
    Rules(rules::Arguments),
    /// Liệt kê những gì việc nhập đã để riêng · list what an import set aside
    Quarantine(quarantine::Arguments),
    /// So sánh hai phiên bản · what differs between two versions
    Diff(diff::Arguments),
    /// Kiểm tra các tệp đã công bố · check the published files
    Verify(verify::Arguments),
    /// Giữ một phiên bản khỏi bị dọn · keep a version from being pruned
    Pin(pin::Arguments),
    /// Dọn các phiên bản cũ · remove old versions
    Prune(prune::Arguments),
    /// Trả lại chỗ không dùng · give back unused room
    Compact(compact::Arguments),
    /// Gửi lên kho đối tượng · send to an object store
    Push(push::Arguments),
    /// Lấy từ kho đối tượng · fetch from an object store
    Pull(pull::Arguments),
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
        Command::Catalog(arguments) => catalog::run(&arguments),
        Command::Rollback(arguments) => rollback::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Quarantine(arguments) => quarantine::run(&arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Pin(arguments) => pin::run(&arguments),
        Command::Prune(arguments) => prune::run(&arguments),
        Command::Compact(arguments) => compact::run(&arguments),
        Command::Push(arguments) => push::run(&arguments),
        Command::Pull(arguments) => pull::run(&arguments),
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
