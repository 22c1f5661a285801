//! Coordinate reference systems and the way from one to another: give it x and y, get x and y.
//!
//! x is easting or longitude and y is northing or latitude, whatever order an authority prefers; this file is the only
//! one that knows of axis order. The datum shift between VN-2000 and WGS 84 is EPSG:6960 (7 parameters, coordinate
//! frame convention, accuracy 1 m): PROJ picks it by itself, and a "ballpark" operation, which would leave the shift out
//! and be 224 m off, is never allowed.

use std::{fmt, str::FromStr};

use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use serde::{Deserialize, Serialize};

use crate::{
    error::CrsError,
    extent::Extent,
    messages::{listen, quiet},
};

mod accuracy;
mod patchwork;
mod transformer;
pub(crate) mod vn2000;

pub(crate) use patchwork::Patchwork;
pub(crate) use transformer::Adjustment;
pub use transformer::Transformer;

/// A code of the EPSG register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epsg(pub u32);

impl fmt::Display for Epsg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EPSG:{}", self.0)
    }
}

/// A horizontal coordinate reference system.
pub struct Crs {
    spatial_ref: SpatialRef,
    label: String,
    name: String,
}

/// The stored CRS of every layer: longitude and latitude on WGS 84, in degrees, in that order.
pub const STORED_CRS: &str = "OGC:CRS84";

impl Crs {
    /// OGC:CRS84, in which layers are stored.
    pub fn stored() -> Self {
        STORED_CRS.parse().expect("PROJ always knows OGC:CRS84")
    }

    /// A code of the EPSG register.
    ///
    /// # Errors
    /// When the register has no such code, or it is not a horizontal system.
    pub(crate) fn from_epsg(code: Epsg) -> Result<Self, CrsError> {
        code.to_string().parse()
    }

    /// What GDAL found in a source; a system with an authority's code is called by it.
    ///
    /// # Errors
    /// When it has no horizontal coordinates.
    pub(crate) fn from_spatial_ref(mut spatial_ref: SpatialRef) -> Result<Self, CrsError> {
        let label = quiet(|| {
            if spatial_ref.authority().is_err() {
                // Names the EPSG code of the classic WKT 1 definitions; finding none is fine.
                spatial_ref.auto_identify_epsg().ok();
            }
            spatial_ref.authority().ok()
        });
        let name = spatial_ref.name().unwrap_or_default();
        let label = label.unwrap_or_else(|| name.clone());
        Self::checked(spatial_ref, label)
    }

    fn checked(mut spatial_ref: SpatialRef, label: String) -> Result<Self, CrsError> {
        let name = spatial_ref.name().unwrap_or_default();
        if !(spatial_ref.is_geographic() || spatial_ref.is_projected() || spatial_ref.is_compound())
        {
            return Err(CrsError::NotHorizontal { value: label, name });
        }
        spatial_ref.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        Ok(Self {
            spatial_ref,
            label,
            name,
        })
    }

    /// Its name in words, for example `VN-2000 / TM-3 105-30`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether x and y are longitude and latitude in degrees.
    pub fn is_geographic(&self) -> bool {
        self.spatial_ref.is_geographic()
    }

    /// The definition as WKT.
    pub(crate) fn to_wkt(&self) -> Option<String> {
        quiet(|| self.spatial_ref.to_wkt().ok())
    }

    /// A text that [`Crs::from_str`] reads as the same system, in any thread.
    pub(crate) fn definition(&self) -> String {
        self.to_wkt().unwrap_or_else(|| self.label.clone())
    }

    /// Where its authority says it is used, in degrees; none for a system without a code.
    pub(crate) fn area_of_use(&self) -> Option<Extent> {
        let area = quiet(|| self.spatial_ref.area_of_use())?;
        Some(Extent {
            min_x: area.west_lon_degree,
            min_y: area.south_lat_degree,
            max_x: area.east_lon_degree,
            max_y: area.north_lat_degree,
        })
    }

    fn same_as(&self, other: &Self) -> bool {
        self.label == other.label || self.spatial_ref == other.spatial_ref
    }
}

impl FromStr for Crs {
    type Err = CrsError;

    /// Reads `EPSG:9209`, `9209`, `OGC:CRS84`, WKT, `PROJJSON` or a PROJ string.
    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let value = value.trim();
        let definition = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("EPSG:{value}")
        } else {
            value.to_owned()
        };
        let (parsed, messages) = listen(|| SpatialRef::from_definition(&definition));
        let spatial_ref = parsed.map_err(|error| {
            let detail = messages.first().unwrap_or_else(|| error.to_string());
            CrsError::Unknown {
                value: value.to_owned(),
                detail,
            }
        })?;
        let is_code = definition.len() <= 32 && !definition.contains(['[', '{', '+', ' ']);
        if is_code {
            Self::checked(spatial_ref, definition.to_ascii_uppercase())
        } else {
            Self::from_spatial_ref(spatial_ref)
        }
    }
}

impl Clone for Crs {
    fn clone(&self) -> Self {
        Self {
            spatial_ref: self.spatial_ref.clone(),
            label: self.label.clone(),
            name: self.name.clone(),
        }
    }
}

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        self.same_as(other)
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.label)
    }
}

impl fmt::Debug for Crs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Crs({})", self.label)
    }
}

#[cfg(test)]
mod tests;
