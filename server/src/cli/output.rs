//! Where a command's answer goes: a file named with `-o`, or standard output.

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use crate::cli::failure::{Exit, Failure};

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(not_written)
}

/// Writes text and a line end to standard output.
pub(crate) fn print_line(text: &str) -> Result<(), Failure> {
    print(&format!("{text}\n"))
}

/// Tells the person at the terminal something that is not the answer.
pub(crate) fn note(text: &str) {
    drop(writeln!(io::stderr(), "{text}"));
}

/// Writes an answer to a file, or to standard output where no file is named.
pub(crate) fn write_text(file: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    match file {
        Some(path) => write_file(path, bytes),
        None => io::stdout().lock().write_all(bytes).map_err(not_written),
    }
}

/// The same for bytes that would garble a terminal.
pub(crate) fn write_binary(file: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    if file.is_none() && io::stdout().is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            "kết quả là tệp nhị phân: ghi ra tệp bằng -o TỆP",
            "the answer is binary: write it to a file with -o FILE",
        ));
    }
    write_text(file, bytes)
}

/// A size as a person reads it, in powers of 1000.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let mut size = bytes as f64 / 1000.0;
    let mut unit = 0;
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    while size >= 999.95 && unit + 1 < units.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|source| {
        let path = path.display();
        Failure::internal(
            format!("không ghi được \"{path}\""),
            format!("cannot write \"{path}\""),
            source,
        )
    })
}

fn not_written(source: io::Error) -> Failure {
    Failure::internal(
        "không ghi được kết quả",
        "the answer cannot be written",
        source,
    )
}
