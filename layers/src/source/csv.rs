//! CSV with coordinates in two columns or as WKT; without either it is a table.
//!
//! GDAL's driver reads it, finds the separator and the types. Columns that name things (codes, numbers of papers) stay
//! text even when they are digits: they are never added up and may begin with 0.

use std::path::Path;

use super::{
    Opened,
    gdal::{GdalSource, open_dataset},
};
use crate::{Crs, GeometryKind, ReadError};

const LONGITUDE: &str = "lon,long,lng,longitude,kinh_do,kinhdo,kinh độ,lon_deg";
const LATITUDE: &str = "lat,latitude,vi_do,vido,vĩ độ,lat_deg";
const EASTING: &str = "x,easting,east,toa_do_x,coord_x,point_x";
const NORTHING: &str = "y,northing,north,toa_do_y,coord_y,point_y";
const WKT: &str = "wkt,geom,geometry,the_geom,shape";

pub(crate) fn open(path: &Path) -> Result<Opened, ReadError> {
    let x = format!("X_POSSIBLE_NAMES={LONGITUDE},{EASTING}");
    let y = format!("Y_POSSIBLE_NAMES={LATITUDE},{NORTHING}");
    let wkt = format!("GEOM_POSSIBLE_NAMES={WKT}");
    let options = [
        x.as_str(),
        y.as_str(),
        wkt.as_str(),
        "KEEP_GEOM_COLUMNS=NO",
        "AUTODETECT_TYPE=YES",
        "AUTODETECT_SIZE_LIMIT=0",
        "EMPTY_STRING_AS_NULL=YES",
    ];
    let header = header(path);
    let dataset = open_dataset(path, &options)?;
    let mut source = GdalSource::new(path, dataset, None, true)?;
    let about = source.about_mut();
    about.declared_encoding = None;
    if about.geometry.is_some() {
        let named = |names: &str| names.split(',').any(|name| header.iter().any(|column| column == name));
        let is_pair = named(LONGITUDE) && named(LATITUDE) || named(EASTING) && named(NORTHING);
        about.geometry = Some(if is_pair { GeometryKind::Point } else { GeometryKind::Mixed });
        if about.crs.is_none() && named(LONGITUDE) && named(LATITUDE) {
            about.crs = Some(Crs::stored());
            about.crs_from = "tên cột · column names";
        }
    }
    Ok(Opened::Vector(Box::new(source)))
}

/// The names of the columns, in lower case.
fn header(path: &Path) -> Vec<String> {
    use std::io::BufRead as _;
    let mut line = Vec::new();
    let file = std::fs::File::open(path).map(std::io::BufReader::new);
    // An unreadable file is refused by the driver right after.
    file.and_then(|mut file| file.read_until(b'\n', &mut line)).ok();
    let line = String::from_utf8_lossy(&line).trim_start_matches('\u{feff}').to_lowercase();
    line.split([',', ';', '\t', '|']).map(|name| name.trim().trim_matches('"').to_owned()).collect()
}
