//! `lucdau restate`: a table of one day's communes on another day's, with its error.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use clap::Args;
use layers::admin::{
    AdminHistory, AdminRegister, Level, Measure, Resolution, Restated, UnitQuery, Weight,
};

use crate::cli::{
    TwinArgument, day,
    failure::{self, Exit, Failure},
    output,
};

/// Names of columns that hold a commune's code, its name, and the name of what it lies in.
const CODES: [&str; 6] = [
    "code",
    "ma_xa",
    "ma_dvhc",
    "ma",
    "unit_code",
    "commune_code",
];
const NAMES: [&str; 6] = ["name", "ten_xa", "ten_dvhc", "ten", "commune", "xa"];
const PARENTS: [&str; 6] = [
    "parent",
    "district",
    "ten_huyen",
    "huyen",
    "district_code",
    "ma_huyen",
];

/// Problems told one by one; the others are counted.
const TOLD: usize = 10;

/// What `restate` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    /// Bảng số liệu: cột mã (code) hoặc tên (name) đơn vị và cột số · a table: codes or names of units, and numbers
    #[arg(long, value_name = "FILE.csv")]
    values: PathBuf,
    /// Cột cần chuyển · the column to restate
    #[arg(long, value_name = "NAME")]
    column: String,
    /// Ngày của các đơn vị trong bảng · the day of the table's units
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: NaiveDate,
    /// Ngày của các đơn vị cần có · the day of the units wanted
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: NaiveDate,
    /// Chia đơn vị bị tách theo area hoặc population · share split units out by
    #[arg(long, value_name = "WEIGHT", default_value = "area", value_parser = ["area", "population"])]
    weight: String,
    /// extensive: cộng được (dân số, ha); intensive: không (mật độ, tỷ lệ); mặc định đoán theo tên cột · guessed by name
    #[arg(long, value_name = "MEASURE", value_parser = ["extensive", "intensive"])]
    measure: Option<String>,
    /// Ghi ra tệp · write to a file
    #[arg(short, long, value_name = "FILE.csv")]
    output: Option<PathBuf>,
}

/// A table read: values by code, and the rows that could not be.
#[derive(Default)]
struct Table {
    values: Vec<(String, f64)>,
    empty: usize,
    unknown: Vec<String>,
}

/// Restates and writes; the error goes to the person, apart from the table.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let twin = arguments.twin.open()?;
    let history = AdminHistory::of_twin(&twin).map_err(failure::of_admin)?;
    let table = read(
        &arguments.values,
        &arguments.column,
        (history.register(), arguments.from),
    )?;
    let weight: Weight = arguments.weight.parse().map_err(failure::of_admin)?;
    let measure = match arguments.measure.as_deref() {
        Some("intensive") => Measure::Intensive,
        Some(_) => Measure::Extensive,
        None => Measure::of_column(&arguments.column),
    };
    let days = (arguments.from, arguments.to);
    let restated = history
        .restate((&arguments.column, measure), &table.values, days, weight)
        .map_err(failure::of_admin)?;
    let text = write(
        &restated,
        &arguments.column,
        (history.register(), arguments.to),
    )?;
    output::write_text(arguments.output.as_deref(), &text)?;
    tell(&restated, &table);
    Ok(())
}

fn bad_file(path: &Path, error: &csv::Error) -> Failure {
    let path = path.display();
    Failure::new(
        Exit::Usage,
        format!("không đọc được bảng \"{path}\""),
        format!("cannot read the table \"{path}\": {error}"),
    )
}

/// Where in a row things are.
struct Columns {
    value: usize,
    code: Option<usize>,
    name: Option<usize>,
    parent: Option<usize>,
}

impl Columns {
    fn find(header: &csv::StringRecord, column: &str) -> Result<Self, Failure> {
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim().trim_start_matches('\u{feff}').to_lowercase())
            .collect();
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        let missing = |vi: &str, en: &str| {
            let names = names.join(", ");
            Failure::new(
                Exit::Usage,
                format!("bảng không có cột {vi}; bảng có: {names}"),
                format!("the table has no column {en}; it has: {names}"),
            )
        };
        let value = find(&[column.to_lowercase().as_str()]);
        let columns = Self {
            value: value.ok_or_else(|| missing(column, column))?,
            code: find(&CODES),
            name: find(&NAMES),
            parent: find(&PARENTS),
        };
        if columns.code.is_none() && columns.name.is_none() {
            return Err(missing(
                "mã (code, ma_xa) hay tên (name, ten_xa)",
                "of codes (code, ma_xa) or names (name, ten_xa)",
            ));
        }
        Ok(columns)
    }

    fn unit<'a>(&self, record: &'a csv::StringRecord) -> UnitQuery<'a> {
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at));
        UnitQuery {
            code: cell(self.code),
            name: cell(self.name),
            parent: cell(self.parent),
            level: Some(Level::Commune),
        }
    }
}

fn read(
    path: &Path,
    column: &str,
    (register, day): (&AdminRegister, NaiveDate),
) -> Result<Table, Failure> {
    let file = File::open(path).map_err(|error| bad_file(path, &error.into()))?;
    let mut reader = csv::Reader::from_reader(file);
    let header = reader.headers().map_err(|error| bad_file(path, &error))?;
    let columns = Columns::find(header, column)?;
    let mut table = Table::default();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|error| bad_file(path, &error))?;
        let text = record.get(columns.value).unwrap_or_default().trim();
        if text.is_empty() {
            table.empty += 1;
            continue;
        }
        let value: f64 = text
            .parse()
            .map_err(|_unparsed| not_a_number(number + 2, column, text))?;
        let query = columns.unit(&record);
        match register.resolve(&query, day) {
            Resolution::One(unit) => table.values.push((unit.code.clone(), value)),
            unresolved => table
                .unknown
                .push(format!("{}: {value}", called(&query, &unresolved))),
        }
    }
    Ok(table)
}

/// What a table calls a unit, and which units that could be.
fn called(query: &UnitQuery<'_>, unresolved: &Resolution<'_>) -> String {
    let words = [query.code, query.name, query.parent].into_iter().flatten();
    let words: Vec<&str> = words.filter(|word| !word.trim().is_empty()).collect();
    let Resolution::Ambiguous(units) = unresolved else {
        return words.join(", ");
    };
    let codes: Vec<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
    format!(
        "{} (trùng tên · name of several: {})",
        words.join(", "),
        codes.join(", ")
    )
}

fn not_a_number(line: usize, column: &str, text: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("dòng {line}: {column} là {text:?}, phải là số, ví dụ 1234.5"),
        format!("line {line}: {column} is {text:?}, it has to be a number, for example 1234.5"),
    )
}

fn write(
    restated: &Restated,
    column: &str,
    (register, day): (&AdminRegister, NaiveDate),
) -> Result<Vec<u8>, Failure> {
    let failed = |error: csv::Error| {
        Failure::internal(
            "không ghi được kết quả",
            "the answer cannot be written",
            error,
        )
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let (low, high) = (format!("{column}_low"), format!("{column}_high"));
    writer
        .write_record(["code", "name", column, &low, &high])
        .map_err(failed)?;
    for row in &restated.rows {
        let name = register
            .unit(Level::Commune, &row.code, day)
            .map_or("", |unit| &unit.name);
        let numbers = [row.value, row.low, row.high].map(|number| number.to_string());
        let [value, low, high] = &numbers;
        writer
            .write_record([&row.code, name, value, low, high])
            .map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.into_error().into()))
}

fn tell(restated: &Restated, table: &Table) {
    let Restated {
        total,
        split_share,
        assumed_share,
        ..
    } = restated;
    output::note(&format!(
        "tổng {total}; {:.1} % đi qua đơn vị bị tách ({:.1} % theo đường chia giả định), giới hạn ở cột _low và _high\n\
         total {total}; {:.1} % passed through split units ({:.1} % along assumed lines), bounded by the columns _low and _high",
        split_share * 100.0,
        assumed_share * 100.0,
        split_share * 100.0,
        assumed_share * 100.0,
    ));
    if table.empty > 0 {
        output::note(&format!(
            "{0} dòng không có giá trị · {0} rows without a value",
            table.empty
        ));
    }
    if !table.unknown.is_empty() {
        output::note(&format!(
            "{0} dòng không thuộc đơn vị nào của ngày đó, không được chuyển · {0} rows of no unit of that day, not restated:",
            table.unknown.len()
        ));
        for row in table.unknown.iter().take(TOLD) {
            output::note(&format!("  {row}"));
        }
    }
}
