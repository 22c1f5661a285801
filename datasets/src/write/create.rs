//! Opens files for writing and names them when the system refuses.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::Path,
};

use crate::error::GenerateError;

pub(crate) fn folder(path: &Path) -> Result<(), GenerateError> {
    fs::create_dir_all(path).map_err(io_error(path))
}

pub(crate) fn file(path: &Path) -> Result<BufWriter<File>, GenerateError> {
    File::create(path)
        .map(|file| BufWriter::with_capacity(1 << 17, file))
        .map_err(io_error(path))
}

pub(crate) fn bytes(path: &Path, bytes: &[u8]) -> Result<(), GenerateError> {
    fs::write(path, bytes).map_err(io_error(path))
}

/// Writes a JSON document, ending in a newline.
pub(crate) fn json(path: &Path, value: &serde_json::Value) -> Result<(), GenerateError> {
    let mut file = file(path)?;
    serde_json::to_writer_pretty(&mut file, value).map_err(encode_error(path, "JSON"))?;
    file.write_all(b"\n")
        .and_then(|()| file.flush())
        .map_err(io_error(path))
}

/// Turns an io error into ours, with the path.
pub(crate) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> GenerateError {
    move |source| GenerateError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Turns a format writer's error into ours, with the path.
pub(crate) fn encode_error<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    path: &Path,
    format: &'static str,
) -> impl FnOnce(E) -> GenerateError {
    move |source| GenerateError::Encode {
        path: path.to_owned(),
        format,
        source: source.into(),
    }
}
