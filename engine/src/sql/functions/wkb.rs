//! Columns of WKB, read where they lie.

use datafusion::{
    arrow::array::{Array, AsArray as _, BinaryArray, BinaryViewArray, LargeBinaryArray},
    common::exec_err,
    error::Result,
};
use geo::Coord;

/// How the WKB of a point begins that is little-endian and has neither Z, M nor an SRID.
const PLAIN_POINT: [u8; 5] = [1, 1, 0, 0, 0];

/// A column of geometries, in whichever layout it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum WkbColumn<'a> {
    Binary(&'a BinaryArray),
    Large(&'a LargeBinaryArray),
    View(&'a BinaryViewArray),
}

impl<'a> WkbColumn<'a> {
    /// # Errors
    /// When the values are no bytes.
    pub(super) fn of(values: &'a dyn Array) -> Result<Self> {
        if let Some(binary) = values.as_binary_opt::<i32>() {
            Ok(Self::Binary(binary))
        } else if let Some(large) = values.as_binary_opt::<i64>() {
            Ok(Self::Large(large))
        } else if let Some(view) = values.as_binary_view_opt() {
            Ok(Self::View(view))
        } else {
            exec_err!("a geometry is not WKB but {}", values.data_type())
        }
    }

    /// The bytes of a row; none for a null.
    pub(super) fn get(self, row: usize) -> Option<&'a [u8]> {
        match self {
            Self::Binary(values) => values.is_valid(row).then(|| values.value(row)),
            Self::Large(values) => values.is_valid(row).then(|| values.value(row)),
            Self::View(values) => values.is_valid(row).then(|| values.value(row)),
        }
    }
}

/// The position of a point as nearly all are written; none for other geometries, other ways to write one, and POINT EMPTY.
pub(super) fn plain_point(wkb: &[u8]) -> Option<Coord> {
    let (start, position) = wkb.split_first_chunk()?;
    let (x, y) = position.split_first_chunk()?;
    let (x, y) = (
        f64::from_le_bytes(*x),
        f64::from_le_bytes(y.try_into().ok()?),
    );
    let is_plain = *start == PLAIN_POINT && !x.is_nan() && !y.is_nan();
    is_plain.then_some(Coord { x, y })
}
