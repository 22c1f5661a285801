//! CSV tables; places are columns `lon` and `lat`.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use super::create;
use crate::error::GenerateError;

/// A CSV file being written.
#[derive(Debug)]
pub(crate) struct TableWriter {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl TableWriter {
    pub(crate) fn new(path: &Path, header: &[&str]) -> Result<Self, GenerateError> {
        let mut writer = csv::Writer::from_writer(create::file(path)?);
        writer
            .write_record(header)
            .map_err(create::encode_error(path, "CSV"))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
        })
    }

    pub(crate) fn row(&mut self, values: &[String]) -> Result<(), GenerateError> {
        self.writer
            .write_record(values)
            .map_err(create::encode_error(&self.path, "CSV"))
    }

    pub(crate) fn finish(mut self) -> Result<(), GenerateError> {
        self.writer.flush().map_err(create::io_error(&self.path))
    }
}
