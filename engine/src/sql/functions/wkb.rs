//! Columns of WKB, read where they lie.

use datafusion::arrow::array::{
    Array, AsArray as _, BinaryArray, BinaryViewArray, LargeBinaryArray,
};
use geo::Coord;

/// How the WKB of a point begins that is little-endian and has neither Z, M nor an SRID.
const PLAIN_POINT: [u8; 5] = [1, 1, 0, 0, 0];

/// How that of a line begins, before the number of its positions.
pub(super) const PLAIN_LINE: [u8; 5] = [1, 2, 0, 0, 0];

/// A column of geometries, in whichever layout it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum WkbColumn<'a> {
    Binary(&'a BinaryArray),
    Large(&'a LargeBinaryArray),
    View(&'a BinaryViewArray),
}

impl<'a> WkbColumn<'a> {
    /// None where the values are no bytes.
    pub(super) fn of(values: &'a dyn Array) -> Option<Self> {
        let binary = values.as_binary_opt::<i32>().map(Self::Binary);
        let large = || values.as_binary_opt::<i64>().map(Self::Large);
        let view = || values.as_binary_view_opt().map(Self::View);
        binary.or_else(large).or_else(view)
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
    let position = wkb.strip_prefix(&PLAIN_POINT)?;
    let at = coord(position.try_into().ok()?);
    (!at.x.is_nan() && !at.y.is_nan()).then_some(at)
}

/// The positions of a line as nearly all are written; none for other geometries and other ways to write one.
pub(super) fn plain_line(wkb: &[u8]) -> Option<impl Iterator<Item = Coord> + '_> {
    let (count, positions) = wkb.strip_prefix(&PLAIN_LINE)?.split_first_chunk()?;
    let (positions, rest) = positions.as_chunks();
    let is_whole = rest.is_empty() && positions.len() == u32::from_le_bytes(*count) as usize;
    is_whole.then(|| positions.iter().map(coord))
}

fn coord(bytes: &[u8; 16]) -> Coord {
    let number = |at: usize| {
        let mut number = [0; 8];
        number.copy_from_slice(&bytes[at..at + 8]);
        f64::from_le_bytes(number)
    };
    Coord {
        x: number(0),
        y: number(8),
    }
}
