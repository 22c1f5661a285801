//! The way from one CRS to another, and what must be done to coordinates before it.

use std::fmt;

use gdal::spatial_ref::{CoordTransform, CoordTransformOptions};

use super::Crs;
use crate::{
    error::CrsError,
    extent::Extent,
    messages::{listen, quiet},
};

/// What a source did to its coordinates that must be undone: X and Y exchanged, another unit of length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Adjustment {
    /// Whether x holds the northing (or latitude) and y the easting (or longitude).
    pub(crate) swapped: bool,
    /// What to multiply by to have the units of the CRS; 0.001 for millimetres.
    pub(crate) scale: f64,
}

impl Adjustment {
    /// Coordinates are as their CRS says.
    pub(crate) const NONE: Self = Self {
        swapped: false,
        scale: 1.0,
    };

    /// Puts coordinates in place.
    pub(crate) fn apply(self, x: &mut [f64], y: &mut [f64]) {
        if self == Self::NONE {
            return;
        }
        if self.swapped {
            x.swap_with_slice(y);
        }
        for value in x.iter_mut().chain(y) {
            *value *= self.scale;
        }
    }

    /// The extent of adjusted coordinates.
    pub(crate) fn of(self, extent: &Extent) -> Extent {
        if extent.is_empty() {
            return Extent::EMPTY;
        }
        let (mut x, mut y) = ([extent.min_x, extent.max_x], [extent.min_y, extent.max_y]);
        self.apply(&mut x, &mut y);
        Extent::from_corners((x[0], y[0]), (x[1], y[1]))
    }
}

/// No coordinate of a place on earth is larger, in any system; PROJ takes the turns out of an angle one by one, and would
/// work on 1e300 for ever.
const FARTHEST: f64 = 1e12;

/// A way from one CRS to another.
pub struct Transformer {
    before: Adjustment,
    /// None where both are the same.
    operation: Option<CoordTransform>,
}

impl fmt::Debug for Transformer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Transformer")
            .field("identity", &self.is_identity())
            .field("before", &self.before)
            .finish()
    }
}

impl Transformer {
    /// The best operation PROJ has from one system to the other.
    ///
    /// # Errors
    /// When there is none, or only one that leaves the datum shift out.
    pub fn new(from: &Crs, to: &Crs) -> Result<Self, CrsError> {
        if from.same_as(to) {
            return Ok(Self {
                before: Adjustment::NONE,
                operation: None,
            });
        }
        let (operation, messages) = listen(|| {
            let mut options = CoordTransformOptions::new()?;
            options.set_ballpark_allowed(false)?;
            CoordTransform::new_with_options(&from.spatial_ref, &to.spatial_ref, &options)
        });
        let operation = operation.map_err(|error| CrsError::NoTransformation {
            from: from.to_string(),
            to: to.to_string(),
            detail: messages.first().unwrap_or_else(|| error.to_string()),
        })?;
        Ok(Self {
            before: Adjustment::NONE,
            operation: Some(operation),
        })
    }

    /// The same, of coordinates that must be adjusted first.
    #[must_use]
    pub(crate) fn after(mut self, before: Adjustment) -> Self {
        self.before = before;
        self
    }

    /// Transforms positions in place. A position without an answer becomes infinite; both slices have one length.
    pub fn transform(&self, x: &mut [f64], y: &mut [f64]) {
        self.before.apply(x, y);
        if let Some(operation) = &self.operation {
            for value in x.iter_mut().chain(y.iter_mut()) {
                if value.abs() > FARTHEST {
                    *value = f64::INFINITY;
                }
            }
            // Fails as a whole when one position has no answer; that one is then infinite, the others are right.
            quiet(|| operation.transform_coords(x, y, &mut []).ok());
        }
    }

    /// Whether positions stay as they are.
    pub(crate) fn is_identity(&self) -> bool {
        self.operation.is_none() && self.before == Adjustment::NONE
    }
}
