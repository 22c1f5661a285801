//! The working plane: VN-2000 / TM-3 105°30′ (EPSG:9209) in metres, and the way to longitude and latitude.

use geo::Coord;
use proj4rs::{Proj, transform::transform};

use crate::error::GenerateError;

/// EPSG:9209 with the legal shift to WGS 84 (QĐ 05/2007/QĐ-BTNMT), rotations in PROJ's position-vector sense.
const VN2000_105_30: &str = "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 \
     +towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +units=m +no_defs";

/// The OGC WKT (ESRI flavour) that goes beside each Shapefile.
pub(crate) const PRJ: &str = "PROJCS[\"VN-2000 / TM-3 105-30\",GEOGCS[\"VN-2000\",DATUM[\"D_Vietnam_2000\",\
     SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],\
     PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",500000.0],PARAMETER[\"False_Northing\",0.0],\
     PARAMETER[\"Central_Meridian\",105.5],PARAMETER[\"Scale_Factor\",0.9999],PARAMETER[\"Latitude_Of_Origin\",0.0],\
     UNIT[\"Meter\",1.0],AUTHORITY[\"EPSG\",9209]]";

/// Converts between the VN-2000 plane and WGS 84 degrees.
#[derive(Debug)]
pub(crate) struct Plane {
    plane: Proj,
    degrees: Proj,
}

impl Plane {
    pub(crate) fn new() -> Result<Self, GenerateError> {
        let parse = |text: &str| {
            Proj::from_proj_string(text).map_err(|source| GenerateError::Projection { source })
        };
        Ok(Self {
            plane: parse(VN2000_105_30)?,
            degrees: parse("+proj=longlat +datum=WGS84 +no_defs")?,
        })
    }

    /// Easting and northing in metres to longitude and latitude in degrees, rounded to 1e-8° (about 1 mm).
    pub(crate) fn lonlat(&self, place: Coord) -> Coord {
        let mut point = (place.x, place.y, 0.0);
        transform(&self.plane, &self.degrees, &mut point)
            .expect("the province lies inside the projection's domain");
        Coord {
            x: round8(point.0.to_degrees()),
            y: round8(point.1.to_degrees()),
        }
    }

    /// Longitude and latitude in degrees to easting and northing in metres.
    pub(crate) fn place(&self, lon_deg: f64, lat_deg: f64) -> Coord {
        let mut point = (lon_deg.to_radians(), lat_deg.to_radians(), 0.0);
        transform(&self.degrees, &self.plane, &mut point)
            .expect("the province lies inside the projection's domain");
        Coord {
            x: point.0,
            y: point.1,
        }
    }

    pub(crate) fn places(&self, lonlat_deg: &[(f64, f64)]) -> Vec<Coord> {
        lonlat_deg
            .iter()
            .map(|&(lon, lat)| self.place(lon, lat))
            .collect()
    }

    pub(crate) fn lonlats(&self, places: &[Coord]) -> Vec<Coord> {
        places.iter().map(|&place| self.lonlat(place)).collect()
    }
}

fn round8(degrees: f64) -> f64 {
    (degrees * 1e8).round() / 1e8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lon: f64, lat: f64, easting: f64, northing: f64) {
        let plane = Plane::new().unwrap();
        let place = plane.place(lon, lat);
        assert!(
            (place.x - easting).abs() < 0.05 && (place.y - northing).abs() < 0.05,
            "{place:?}"
        );
        let back = plane.lonlat(place);
        assert!(
            (back.x - lon).abs() < 2e-8 && (back.y - lat).abs() < 2e-8,
            "{back:?}"
        );
    }

    /// Control points computed with PROJ 9.5.1 (EPSG v11).
    #[test]
    fn control_points_agree_to_five_centimetres() {
        check(106.3146, 20.9373, 584527.145, 2316227.333);
        check(106.388, 21.135, 592039.801, 2338156.403);
        check(106.552, 21.000, 609174.284, 2323313.172);
        check(106.216, 20.777, 574350.740, 2298431.544);
    }
}
