//! ESRI Shapefiles of polygons with one ring each: `.shp`, `.shx`, `.dbf`, `.prj` and, for UTF-8, `.cpg`.
//!
//! # References
//! ESRI Shapefile Technical Description, July 1998.

use std::{
    fs::File,
    io::{BufWriter, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use geo::Coord;

use super::{
    create,
    dbf::{Column, DbfWriter},
};
use crate::error::GenerateError;

const POLYGON: i32 = 5;
const HEADER_BYTES: usize = 100;

/// A Shapefile being written, a row at a time.
#[derive(Debug)]
pub(crate) struct ShapefileWriter {
    path: PathBuf,
    shp: BufWriter<File>,
    shx: BufWriter<File>,
    dbf: DbfWriter,
    shp_words: i32,
    rows: i32,
    min: Coord,
    max: Coord,
}

impl ShapefileWriter {
    /// `path` ends in `.shp`; `codepage` is written to the `.cpg`, or none is written.
    pub(crate) fn new(
        path: &Path,
        columns: &'static [Column],
        prj: &str,
        codepage: Option<&str>,
    ) -> Result<Self, GenerateError> {
        create::bytes(&path.with_extension("prj"), prj.as_bytes())?;
        if let Some(codepage) = codepage {
            create::bytes(&path.with_extension("cpg"), codepage.as_bytes())?;
        }
        let mut writer = Self {
            path: path.to_owned(),
            shp: create::file(path)?,
            shx: create::file(&path.with_extension("shx"))?,
            dbf: DbfWriter::new(&path.with_extension("dbf"), columns)?,
            shp_words: (HEADER_BYTES / 2) as i32,
            rows: 0,
            min: Coord {
                x: f64::INFINITY,
                y: f64::INFINITY,
            },
            max: Coord {
                x: f64::NEG_INFINITY,
                y: f64::NEG_INFINITY,
            },
        };
        writer.headers()?;
        Ok(writer)
    }

    fn header(&self, words: i32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend(9994_i32.to_be_bytes());
        bytes.resize(24, 0);
        bytes.extend(words.to_be_bytes());
        bytes.extend(1000_i32.to_le_bytes());
        bytes.extend(POLYGON.to_le_bytes());
        let (min, max) = if self.rows > 0 {
            (self.min, self.max)
        } else {
            (Coord::default(), Coord::default())
        };
        for value in [min.x, min.y, max.x, max.y] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.resize(HEADER_BYTES, 0);
        bytes
    }

    fn headers(&mut self) -> Result<(), GenerateError> {
        let (shp, shx) = (
            self.header(self.shp_words),
            self.header((HEADER_BYTES / 2) as i32 + self.rows * 4),
        );
        self.shp
            .write_all(&shp)
            .map_err(create::io_error(&self.path))?;
        self.shx
            .write_all(&shx)
            .map_err(create::io_error(&self.path))
    }

    /// Adds a polygon from a closed anticlockwise ring, and its attributes.
    pub(crate) fn row(&mut self, ring: &[Coord], values: &[Vec<u8>]) -> Result<(), GenerateError> {
        let content_words = (4 + 32 + 4 + 4 + 4 + 16 * ring.len()) as i32 / 2;
        self.rows += 1;
        let mut index = Vec::with_capacity(8);
        index.extend(self.shp_words.to_be_bytes());
        index.extend(content_words.to_be_bytes());
        self.shx
            .write_all(&index)
            .map_err(create::io_error(&self.path))?;

        let fold = |f: fn(f64, f64) -> f64, start: f64, axis: fn(&Coord) -> f64| {
            ring.iter().map(axis).fold(start, f)
        };
        let min = Coord {
            x: fold(f64::min, f64::INFINITY, |p| p.x),
            y: fold(f64::min, f64::INFINITY, |p| p.y),
        };
        let max = Coord {
            x: fold(f64::max, f64::NEG_INFINITY, |p| p.x),
            y: fold(f64::max, f64::NEG_INFINITY, |p| p.y),
        };
        self.min = Coord {
            x: self.min.x.min(min.x),
            y: self.min.y.min(min.y),
        };
        self.max = Coord {
            x: self.max.x.max(max.x),
            y: self.max.y.max(max.y),
        };

        let mut bytes = Vec::with_capacity(60 + ring.len() * 16);
        bytes.extend(self.rows.to_be_bytes());
        bytes.extend(content_words.to_be_bytes());
        bytes.extend(POLYGON.to_le_bytes());
        for value in [min.x, min.y, max.x, max.y] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(1_i32.to_le_bytes());
        bytes.extend((ring.len() as i32).to_le_bytes());
        bytes.extend(0_i32.to_le_bytes());
        for place in ring.iter().rev() {
            bytes.extend(place.x.to_le_bytes());
            bytes.extend(place.y.to_le_bytes());
        }
        self.shp
            .write_all(&bytes)
            .map_err(create::io_error(&self.path))?;
        self.shp_words += content_words + 4;
        self.dbf.row(values)
    }

    pub(crate) fn finish(mut self) -> Result<(), GenerateError> {
        self.shp
            .seek(SeekFrom::Start(0))
            .map_err(create::io_error(&self.path))?;
        self.shx
            .seek(SeekFrom::Start(0))
            .map_err(create::io_error(&self.path))?;
        self.headers()?;
        self.shp.flush().map_err(create::io_error(&self.path))?;
        self.shx.flush().map_err(create::io_error(&self.path))?;
        self.dbf.finish()
    }
}
