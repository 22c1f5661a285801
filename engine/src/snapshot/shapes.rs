//! Geometries made ready for tests, kept from one query to the next.

use std::{
    fmt,
    ops::Deref,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::shape::Shape;

/// The most that the shapes of one layer may take. Beyond it they are made anew each time.
const MOST_BYTES: usize = 256 << 20;

/// Bytes of WKB of a point: made faster than found.
const POINT_BYTES: usize = 21;

/// Shapes by row, each made when first asked for.
#[derive(Default)]
pub(crate) struct Shapes {
    rows: usize,
    kept: OnceLock<Box<[OnceLock<Shape<'static>>]>>,
    bytes: AtomicUsize,
}

/// A shape that is kept, or was made for this once.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "made for one look: a box would cost more than it saves"
)]
pub(crate) enum Ready<'a> {
    Kept(&'a Shape<'static>),
    Made(Shape<'a>),
}

impl<'a> Deref for Ready<'a> {
    type Target = Shape<'a>;

    fn deref(&self) -> &Shape<'a> {
        match self {
            Self::Kept(shape) => shape,
            Self::Made(shape) => shape,
        }
    }
}

impl Shapes {
    /// Room for so many rows; none is taken before a shape is kept.
    pub(crate) fn new(rows: usize) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }

    /// The shape of a row, whose WKB this is; none where it is no WKB.
    pub(crate) fn of<'a>(&'a self, row: u32, wkb: &'a [u8]) -> Option<Ready<'a>> {
        if wkb.len() <= POINT_BYTES {
            return Shape::from_wkb(wkb).map(Ready::Made);
        }
        let kept = self
            .kept
            .get_or_init(|| (0..self.rows).map(|_| OnceLock::new()).collect());
        let kept = &kept[row as usize];
        if let Some(shape) = kept.get() {
            return Some(Ready::Kept(shape));
        }
        let shape = Shape::from_wkb(wkb)?;
        // Which thread comes first does not matter, so neither does the order in which others see the sum.
        if self.bytes.load(Ordering::Relaxed) > MOST_BYTES {
            return Some(Ready::Made(shape));
        }
        self.bytes.fetch_add(shape.bytes(), Ordering::Relaxed);
        Some(Ready::Kept(kept.get_or_init(|| shape.into_owned())))
    }
}

impl fmt::Debug for Shapes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shapes")
            .field("rows", &self.rows)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
