//! `lucdau sql`: one read-only query over the layers of a twin.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use engine::{
    CancelToken, TwinSnapshot,
    output::{self as encode, Encoder, Ending},
    sql::{self, SqlLimits, SqlParameters, SqlRequest},
};
use layers::InvalidLayerId;
use serde_json::Value;

use crate::{
    cli::{
        TwinArgument, day,
        failure::{self, Exit, Failure},
        output::{self, Target},
        progress::Steps,
        table::Table,
    },
    own_tables::{self, OwnTable, OwnTableError},
    refusals,
};

/// Time a query may take when nobody says.
const DEFAULT_TIME_SECONDS: u64 = 600;

/// Memory a query may take, in bytes.
const MEMORY_LIMIT_BYTES: usize = 4 << 30;

/// Rows an answer may have when nobody says.
const DEFAULT_ROWS: usize = 10_000_000;

/// Rows a table in a terminal has at most: more cannot be read.
const TABLE_ROWS: usize = 1_000;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table to read in a terminal.
    Table,
    /// Comma-separated values.
    Csv,
    /// A JSON table: columns and rows.
    Json,
    /// `GeoJSON`.
    Geojson,
    /// An Arrow IPC stream.
    Arrow,
    /// `GeoParquet`.
    Parquet,
    /// `FlatGeobuf`.
    #[value(alias = "fgb")]
    Flatgeobuf,
}

impl Format {
    /// How rows are encoded; a table is no encoding.
    fn encoding(self) -> Option<encode::Format> {
        Some(match self {
            Self::Table => return None,
            Self::Csv => encode::Format::Csv,
            Self::Json => encode::Format::Json,
            Self::Geojson => encode::Format::Geojson,
            Self::Arrow => encode::Format::Arrow,
            Self::Parquet => encode::Format::Parquet,
            Self::Flatgeobuf => encode::Format::Flatgeobuf,
        })
    }

    fn is_binary(self) -> bool {
        matches!(self, Self::Arrow | Self::Parquet | Self::Flatgeobuf)
    }
}

/// What `sql` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Dạng kết quả; mặc định theo đuôi tệp -o, hoặc table · form of the answer; as -o's ending says, or table
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Ghi ra tệp · write to a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Chỉ các dòng có hiệu lực ngày đó · only the rows that hold on a day
    #[arg(long, value_name = "DATE", value_parser = day)]
    datetime: Option<NaiveDate>,
    /// Tệp của bạn làm bảng, chỉ cho câu hỏi này · a file of yours as a table, for this question only
    #[arg(long = "table", value_name = "NAME=FILE", value_parser = own_table)]
    tables: Vec<OwnTable>,
    /// Giá trị của $1, $2, … dạng JSON · values of $1, $2, … as a JSON array
    #[arg(long, value_name = "JSON", default_value = "[]")]
    params: String,
    /// Số dòng nhiều nhất · rows at most
    #[arg(long, value_name = "N")]
    rows: Option<usize>,
    /// Thời gian nhiều nhất, giây · seconds at most
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TIME_SECONDS)]
    timeout: u64,
    /// Câu truy vấn · the query
    #[arg(value_name = "SELECT")]
    query: String,
}

/// Asks and writes the answer.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let params = params(&arguments.params)?;
    let format = format(arguments);
    let default_rows = if format == Format::Table {
        TABLE_ROWS
    } else {
        DEFAULT_ROWS
    };
    let rows = arguments.rows.unwrap_or(default_rows);
    let limits = SqlLimits {
        time: Duration::from_secs(arguments.timeout),
        memory_bytes: MEMORY_LIMIT_BYTES,
        rows,
    };
    let engine = arguments.twin.engine()?;
    let request = SqlRequest {
        query: arguments.query.clone(),
        params,
        limits,
        cancel: CancelToken::new(),
    };
    let mut snapshot = match arguments.datetime {
        None => engine.snapshot(),
        Some(day) => engine.snapshot_at(day).map_err(failure::of_engine)?,
    };
    if !arguments.tables.is_empty() {
        let steps = Steps::new("--table");
        let beside = own_tables::beside(&snapshot, &arguments.tables, &steps);
        snapshot = beside.map_err(|error| match error {
            OwnTableError::Import(error) => failure::of_import(error),
            error => failure::of_request(refusals::of_own_table(error, None)),
        })?;
    }
    let truncated = write(&snapshot, &request, format, arguments.output.as_deref())?;
    if truncated {
        output::note(&format!(
            "lưu ý: kết quả bị cắt ở {rows} dòng; đặt --rows lớn hơn\nnote: the answer was cut at {rows} rows; raise --rows"
        ));
    }
    Ok(())
}

/// A table's name and its file.
fn own_table(text: &str) -> Result<OwnTable, String> {
    let (name, file) = text
        .split_once('=')
        .ok_or("hãy viết tên=tệp, ví dụ khao_sat=khao_sat.parquet · write name=file")?;
    Ok(OwnTable {
        name: name
            .parse()
            .map_err(|error: InvalidLayerId| error.to_string())?,
        file: file.into(),
    })
}

fn params(text: &str) -> Result<SqlParameters, Failure> {
    let values: Vec<Value> = serde_json::from_str(text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "--params phải là mảng JSON, ví dụ '[1, \"Kinh Môn\"]'",
            format!("--params must be a JSON array, for example '[1, \"Kinh Môn\"]': {error}"),
        )
    })?;
    SqlParameters::from_json(&values).map_err(|error| failure::of_request(refusals::of_sql(error)))
}

/// The form that was asked for, or that the file's name stands for.
fn format(arguments: &Arguments) -> Format {
    let ending = arguments
        .output
        .as_deref()
        .and_then(|file| file.extension()?.to_str());
    let named = ending.and_then(|ending| Format::from_str(ending, true).ok());
    arguments.format.or(named).unwrap_or(Format::Table)
}

/// Writes the rows as they come; whether some were left out.
fn write(
    snapshot: &Arc<TwinSnapshot>,
    request: &SqlRequest,
    format: Format,
    file: Option<&Path>,
) -> Result<bool, Failure> {
    let of_sql = |error| failure::of_request(refusals::of_sql(error));
    let of_output = |error| failure::of_request(refusals::of_output(error));
    let Some(encoding) = format.encoding() else {
        let answer = sql::query(snapshot, request).map_err(of_sql)?;
        let json = encode::encode(encode::Format::Json, &answer).map_err(of_output)?;
        output::write_text(file, &table(&json))?;
        return Ok(answer.truncated);
    };
    let begun = Instant::now();
    let mut rows = sql::stream(snapshot, request).map_err(of_sql)?;
    let mut encoder = Encoder::new(encoding, rows.schema()).map_err(of_output)?;
    let mut target = Target::open(file, format.is_binary())?;
    for batch in &mut rows {
        encoder.batch(&batch.map_err(of_sql)?).map_err(of_output)?;
        target.write(&encoder.take())?;
    }
    let ending = Ending {
        truncated: rows.truncated(),
        elapsed: Some(begun.elapsed()),
        metrics: Some(rows.metrics()),
    };
    target.write(&encoder.finish(&ending).map_err(of_output)?)?;
    target.finish()?;
    Ok(rows.truncated())
}

/// A JSON table as lines; as it is when it cannot be read back.
fn table(json: &[u8]) -> Vec<u8> {
    serde_json::from_slice(json).map_or_else(
        |_unread| json.to_vec(),
        |table: Table| table.to_text().into_bytes(),
    )
}
