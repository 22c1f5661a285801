//! CSV with coordinates in two columns or as WKT; without either it is a table.
//!
//! GDAL's driver finds the separator and the cells; types and geometry are decided here, after looking at every row
//! once: codes such as "01234" stay text, dates may be written day first, and a coordinate that is no number is told
//! instead of becoming a missing geometry.

use std::{path::Path, sync::Arc};

use arrow::array::{ArrayRef, AsArray as _, BinaryArray, BinaryBuilder};

use self::column_types::Guess;
use super::{
    About, Opened, Source, SourceBatch,
    code_page::Text,
    gdal::{GdalSource, open_dataset},
};
use crate::{Crs, GeometryKind, ReadError, messages::quiet, repair};

mod column_types;

const LONGITUDE: [&str; 8] = [
    "lon",
    "long",
    "lng",
    "longitude",
    "kinh_do",
    "kinhdo",
    "kinh độ",
    "kinh do",
];
const LATITUDE: [&str; 6] = ["lat", "latitude", "vi_do", "vido", "vĩ độ", "vi do"];
const EASTING: [&str; 4] = ["x", "easting", "toa_do_x", "point_x"];
const NORTHING: [&str; 4] = ["y", "northing", "toa_do_y", "point_y"];
const WKT: [&str; 5] = ["wkt", "geom", "geometry", "the_geom", "shape"];

/// Where the geometry is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Nowhere,
    Pair { x: usize, y: usize },
    Wkt(usize),
}

impl Place {
    fn holds(self, column: usize) -> bool {
        match self {
            Self::Nowhere => false,
            Self::Pair { x, y } => column == x || column == y,
            Self::Wkt(at) => column == at,
        }
    }
}

/// Rows of a CSV file.
struct CsvSource {
    rows: GdalSource,
    about: About,
    place: Place,
    /// For each of our attributes: its column and what it holds.
    columns: Vec<(usize, Guess)>,
}

pub(crate) fn open(path: &Path) -> Result<Opened, ReadError> {
    let rows = || -> Result<GdalSource, ReadError> {
        let options = [
            "AUTODETECT_TYPE=NO",
            "EMPTY_STRING_AS_NULL=YES",
            "X_POSSIBLE_NAMES=",
            "GEOM_POSSIBLE_NAMES=",
        ];
        GdalSource::new(path, open_dataset(path, &options)?, None, Text::Bytes(None))
    };
    let mut first_pass = rows()?;
    let mut guesses = vec![Guess::default(); first_pass.about().fields.len()];
    let mut count = 0;
    while let Some(batch) = first_pass.next_batch()? {
        count += batch.rows as u64;
        for (guess, column) in guesses.iter_mut().zip(&batch.attributes) {
            column
                .as_binary::<i32>()
                .iter()
                .flatten()
                .for_each(|value| guess.see(value));
        }
    }
    let rows = rows()?;
    let mut about = rows.about().clone();
    let names: Vec<String> = about
        .fields
        .iter()
        .map(|field| String::from_utf8_lossy(&field.name).trim().to_lowercase())
        .collect();
    let place = place_of(&names);
    let is_lonlat =
        matches!(place, Place::Pair { x, .. } if LONGITUDE.contains(&names[x].as_str()));
    let columns: Vec<(usize, Guess)> = guesses
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !place.holds(*at))
        .collect();
    about.fields = columns
        .iter()
        .map(|(at, guess)| {
            let mut field = about.fields[*at].clone();
            field.data_type = guess.data_type(&names[*at]);
            field.text = guess.is_text(&names[*at]);
            field
        })
        .collect();
    about.geometry = match place {
        Place::Nowhere => None,
        Place::Pair { .. } => Some(GeometryKind::Point),
        Place::Wkt(_) => Some(GeometryKind::Mixed),
    };
    (about.crs, about.crs_from) = if is_lonlat {
        (Some(Crs::stored()), "tên cột · column names")
    } else {
        (None, "")
    };
    about.declared_encoding = None;
    about.feature_count = Some(count);
    Ok(Opened::Vector(Box::new(CsvSource {
        rows,
        about,
        place,
        columns,
    })))
}

impl Source for CsvSource {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, ReadError> {
        let Some(batch) = self.rows.next_batch()? else {
            return Ok(None);
        };
        let cells = |at: usize| batch.attributes[at].as_binary::<i32>();
        let attributes = self
            .columns
            .iter()
            .zip(&self.about.fields)
            .map(|((at, _), field)| Guess::read(cells(*at), field))
            .collect();
        let geometry: Option<ArrayRef> = match self.place {
            Place::Nowhere => None,
            Place::Pair { x, y } => Some(Arc::new(points(cells(x), cells(y)))),
            Place::Wkt(at) => Some(Arc::new(shapes(cells(at)))),
        };
        Ok(Some(SourceBatch {
            rows: batch.rows,
            attributes,
            geometry,
        }))
    }

    fn warnings(&mut self) -> Vec<String> {
        self.rows.warnings()
    }
}

fn place_of(names: &[String]) -> Place {
    let find = |wanted: &[&str]| {
        names
            .iter()
            .position(|name| wanted.contains(&name.as_str()))
    };
    let pair = |x: &[&str], y: &[&str]| {
        Some(Place::Pair {
            x: find(x)?,
            y: find(y)?,
        })
    };
    pair(&LONGITUDE, &LATITUDE)
        .or_else(|| find(&WKT).map(Place::Wkt))
        .or_else(|| pair(&EASTING, &NORTHING))
        .unwrap_or(Place::Nowhere)
}

/// Points of two columns. A cell that is no number stays as bytes that are no WKB, to be set aside with its text.
fn points(x: &BinaryArray, y: &BinaryArray) -> BinaryArray {
    let mut out = BinaryBuilder::new();
    for (x, y) in x.iter().zip(y.iter()) {
        match (x, y) {
            (None, None) => out.append_null(),
            (x, y) => {
                let (x, y) = (x.unwrap_or_default(), y.unwrap_or_default());
                match (column_types::number(x), column_types::number(y)) {
                    (Some(x), Some(y)) if !(x.is_nan() && y.is_nan()) => {
                        out.append_value(repair::wkb_of(&geo::Geometry::Point(geo::Point::new(
                            x, y,
                        ))));
                    }
                    _ => out.append_value([x, b" ", y].concat()),
                }
            }
        }
    }
    out.finish()
}

/// Shapes of a WKT column; text that is none stays as it is, to be set aside.
fn shapes(wkt: &BinaryArray) -> BinaryArray {
    let shape = |text: &[u8]| {
        let text = str::from_utf8(text).ok()?;
        quiet(|| {
            gdal::vector::Geometry::from_wkt(text)
                .ok()
                .and_then(|geometry| super::gdal::iso_wkb(&geometry))
        })
    };
    let mut out = BinaryBuilder::new();
    for text in wkt {
        match text {
            None => out.append_null(),
            Some(text) => out.append_value(shape(text).unwrap_or_else(|| text.to_vec())),
        }
    }
    out.finish()
}
