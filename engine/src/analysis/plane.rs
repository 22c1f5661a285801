//! The plane that areas are measured on: from degrees to metres and back.

use std::cell::RefCell;

use geo::{CoordsIter, LineString, MultiPolygon};
use layers::crs::{Crs, Transformer};

use super::AnalysisError;

/// A projected CRS by its code. PROJ's operations belong to a thread, so each thread makes its own when it first needs it.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    code: String,
}

/// Both ways between degrees and a plane.
struct Ways {
    code: String,
    to_plane: Transformer,
    to_lonlat: Transformer,
}

thread_local! {
    static WAYS: RefCell<Option<Ways>> = const { RefCell::new(None) };
}

impl Plane {
    /// The plane of a CRS code.
    ///
    /// # Errors
    /// When it is no CRS, is in degrees, or cannot be reached from longitude and latitude.
    pub(super) fn new(code: &str) -> Result<Self, AnalysisError> {
        let refuse = |source| AnalysisError::NotAPlane {
            value: code.to_owned(),
            source,
        };
        let crs: Crs = code.parse().map_err(|source| refuse(Some(source)))?;
        if crs.is_geographic() {
            return Err(refuse(None));
        }
        ways(code).map_err(|source| refuse(Some(source)))?;
        Ok(Self {
            code: code.to_owned(),
        })
    }

    /// Moves shapes from degrees to the plane, all in one call.
    pub(super) fn project(&self, shapes: &mut [MultiPolygon<f64>]) {
        self.transform(shapes, |ways| &ways.to_plane);
    }

    /// Moves shapes from the plane to degrees, all in one call.
    pub(super) fn unproject(&self, shapes: &mut [MultiPolygon<f64>]) {
        self.transform(shapes, |ways| &ways.to_lonlat);
    }

    fn transform(&self, shapes: &mut [MultiPolygon<f64>], way: impl Fn(&Ways) -> &Transformer) {
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = shapes
            .iter()
            .flat_map(CoordsIter::coords_iter)
            .map(|position| (position.x, position.y))
            .unzip();
        WAYS.with_borrow_mut(|kept| {
            if kept.as_ref().is_none_or(|ways| ways.code != self.code) {
                *kept = Some(ways(&self.code).expect("the plane was reached when it was made"));
            }
            if let Some(ways) = kept {
                way(ways).transform(&mut x, &mut y);
            }
        });
        let mut positions = x.into_iter().zip(y);
        let mut put_back = |ring: &mut LineString<f64>| {
            for (at, (x, y)) in ring.0.iter_mut().zip(&mut positions) {
                (at.x, at.y) = (x, y);
            }
        };
        for polygon in shapes.iter_mut().flatten() {
            polygon.exterior_mut(&mut put_back);
            polygon.interiors_mut(|rings| rings.iter_mut().for_each(&mut put_back));
        }
    }
}

fn ways(code: &str) -> Result<Ways, layers::CrsError> {
    let plane: Crs = code.parse()?;
    let lonlat = Crs::stored();
    Ok(Ways {
        code: code.to_owned(),
        to_plane: Transformer::new(&lonlat, &plane)?,
        to_lonlat: Transformer::new(&plane, &lonlat)?,
    })
}
