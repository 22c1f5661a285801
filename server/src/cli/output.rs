//! Where a command's answer goes: a file named with `-o`, or standard output.

use std::{
    io::{self, IsTerminal as _, Stdout, Write as _},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

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
    let mut target = Target::open(file, false)?;
    target.write(bytes)?;
    target.finish()
}

/// The same for bytes that would garble a terminal.
pub(crate) fn write_binary(file: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let mut target = Target::open(file, true)?;
    target.write(bytes)?;
    target.finish()
}

/// Where an answer goes piece by piece. A file appears under its name when it is whole.
#[derive(Debug)]
pub(crate) enum Target {
    Terminal(Stdout),
    File { path: PathBuf, part: NamedTempFile },
}

impl Target {
    /// A file, or standard output where no file is named, which binary answers would garble if it is a terminal.
    pub(crate) fn open(file: Option<&Path>, is_binary: bool) -> Result<Self, Failure> {
        let Some(path) = file else {
            if is_binary && io::stdout().is_terminal() {
                return Err(Failure::new(
                    Exit::Usage,
                    "kết quả là tệp nhị phân: ghi ra tệp bằng -o TỆP",
                    "the answer is binary: write it to a file with -o FILE",
                ));
            }
            return Ok(Self::Terminal(io::stdout()));
        };
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let part = builder.tempfile_in(folder.unwrap_or(Path::new(".")));
        Ok(Self::File {
            path: path.to_owned(),
            part: part.map_err(|source| file_not_written(path, source))?,
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Terminal(out) => out.write_all(bytes).map_err(not_written),
            Self::File { path, part } => part
                .write_all(bytes)
                .map_err(|source| file_not_written(path, source)),
        }
    }

    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Terminal(mut out) => out.flush().map_err(not_written),
            Self::File { path, part } => match part.persist(&path) {
                Ok(_) => Ok(()),
                Err(error) => Err(file_not_written(&path, error.error)),
            },
        }
    }
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

fn file_not_written(path: &Path, source: io::Error) -> Failure {
    let path = path.display();
    Failure::internal(
        format!("không ghi được \"{path}\""),
        format!("cannot write \"{path}\""),
        source,
    )
}

fn not_written(source: io::Error) -> Failure {
    Failure::internal(
        "không ghi được kết quả",
        "the answer cannot be written",
        source,
    )
}
