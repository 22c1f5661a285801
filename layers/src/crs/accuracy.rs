//! How right a transformation to the stored CRS is.

use std::fmt;

use gdal::spatial_ref::{CoordTransform, CoordTransformOptions};

use super::Crs;
use crate::messages::quiet;

/// The operation between the datum of a CRS and WGS 84, and how far off its results may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Accuracy {
    /// Its name in the EPSG register, where it is one that data here comes with.
    pub(crate) operation: &'static str,
    /// Metres, as the register states; 0 where the datum is WGS 84 itself.
    pub(crate) metres: f64,
}

impl fmt::Display for Accuracy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, metres } = self;
        let space = if operation.is_empty() { "" } else { " " };
        write!(formatter, "{operation}{space}±{metres} m")
    }
}

/// Accuracies asked for in turn where the datum is none of those known here.
const STEPS_M: [f64; 6] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0];

impl Crs {
    /// The accuracy of the way to the stored CRS; none when no operation of a stated accuracy exists.
    pub(crate) fn accuracy(&self) -> Option<Accuracy> {
        let datum = quiet(|| self.spatial_ref.geog_cs().ok()?.auth_code().ok());
        let (operation, metres) = match datum {
            Some(4326) => ("", 0.0),
            Some(4756) => ("EPSG:6960 VN-2000 to WGS 84 (2)", 1.0),
            Some(4147) => ("EPSG:1544 Hanoi 1972 to WGS 84 (1)", 5.0),
            _ if self.is_geographic() && self.to_string() == super::STORED_CRS => ("", 0.0),
            _ => ("", self.asked_accuracy_m()?),
        };
        Some(Accuracy { operation, metres })
    }

    /// The smallest of [`STEPS_M`] for which PROJ has an operation: it gives them by accuracy, but does not tell it.
    fn asked_accuracy_m(&self) -> Option<f64> {
        let stored = Self::stored();
        let exists = |metres: &f64| {
            quiet(|| {
                let mut options = CoordTransformOptions::new()?;
                options.set_ballpark_allowed(false)?;
                options.desired_accuracy(*metres)?;
                CoordTransform::new_with_options(&self.spatial_ref, &stored.spatial_ref, &options)
            })
            .is_ok()
        };
        STEPS_M.into_iter().find(exists)
    }
}
