//! dBASE III tables: the attributes of a Shapefile, with text as bytes in any encoding.

use std::{
    fs::File,
    io::{BufWriter, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use super::create;
use crate::error::GenerateError;

/// The date in the header (year − 1900, month, day): fixed, so that the same seed gives the same bytes.
const DATE: [u8; 3] = [125, 6, 30];

/// A column: up to ten ASCII letters, text or number, bytes per value, decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) width: u8,
    pub(crate) decimals: u8,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
}

/// A table being written.
#[derive(Debug)]
pub(crate) struct DbfWriter {
    path: PathBuf,
    file: BufWriter<File>,
    columns: &'static [Column],
    rows: u32,
}

impl DbfWriter {
    pub(crate) fn new(path: &Path, columns: &'static [Column]) -> Result<Self, GenerateError> {
        let mut writer = Self {
            path: path.to_owned(),
            file: create::file(path)?,
            columns,
            rows: 0,
        };
        writer.header()?;
        Ok(writer)
    }

    fn header(&mut self) -> Result<(), GenerateError> {
        let header_bytes = (32 * (self.columns.len() + 1) + 1) as u16;
        let row_bytes = 1 + self
            .columns
            .iter()
            .map(|column| u16::from(column.width))
            .sum::<u16>();
        let mut bytes = vec![0x03];
        bytes.extend(DATE);
        bytes.extend(self.rows.to_le_bytes());
        bytes.extend(header_bytes.to_le_bytes());
        bytes.extend(row_bytes.to_le_bytes());
        bytes.resize(32, 0);
        for column in self.columns {
            let mut descriptor = [0_u8; 32];
            descriptor[..column.name.len()].copy_from_slice(column.name.as_bytes());
            descriptor[11] = if column.kind == Kind::Text {
                b'C'
            } else {
                b'N'
            };
            descriptor[16] = column.width;
            descriptor[17] = column.decimals;
            bytes.extend(descriptor);
        }
        bytes.push(0x0d);
        self.file
            .write_all(&bytes)
            .map_err(create::io_error(&self.path))
    }

    /// Adds a row: one value per column, padded here; longer ones are cut.
    pub(crate) fn row(&mut self, values: &[Vec<u8>]) -> Result<(), GenerateError> {
        let mut bytes = vec![b' '];
        for (column, value) in self.columns.iter().zip(values) {
            let width = usize::from(column.width);
            let kept = &value[..value.len().min(width)];
            let padding = width - kept.len();
            if column.kind == Kind::Number {
                bytes.extend(std::iter::repeat_n(b' ', padding));
                bytes.extend(kept);
            } else {
                bytes.extend(kept);
                bytes.extend(std::iter::repeat_n(b' ', padding));
            }
        }
        self.rows += 1;
        self.file
            .write_all(&bytes)
            .map_err(create::io_error(&self.path))
    }

    pub(crate) fn finish(mut self) -> Result<(), GenerateError> {
        self.file
            .write_all(&[0x1a])
            .map_err(create::io_error(&self.path))?;
        self.file
            .seek(SeekFrom::Start(0))
            .map_err(create::io_error(&self.path))?;
        self.header()?;
        self.file.flush().map_err(create::io_error(&self.path))
    }
}
