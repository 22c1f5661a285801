//! Geometry columns: which they are, their CRS, their WKT.

use arrow::datatypes::{Field, Schema};
use layers::Layer;
use sedona_schema::{crs::lnglat, datatypes::SedonaType};
use wkb::reader::Wkb;

/// The CRS of a geometry column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GeometryCrs {
    /// Longitude and latitude on WGS 84.
    LonLat,
    /// Another, as text.
    Other(String),
    /// The column does not say.
    Unknown,
}

/// The CRS of a column that holds geometry; none for any other column.
pub(crate) fn crs_of(field: &Field) -> Option<GeometryCrs> {
    let (SedonaType::Wkb(_, crs) | SedonaType::WkbLarge(_, crs) | SedonaType::WkbView(_, crs)) =
        SedonaType::from_storage_field(field).ok()?
    else {
        return None;
    };
    Some(match crs {
        None => GeometryCrs::Unknown,
        crs if crs == lnglat() => GeometryCrs::LonLat,
        Some(other) => GeometryCrs::Other(other.to_crs_string()),
    })
}

/// The column that is a row's geometry: `geom`, else the first geometry column.
pub(super) fn main_column(schema: &Schema) -> Option<usize> {
    let is_geometry = |place: &usize| crs_of(schema.field(*place)).is_some();
    let named = schema.index_of(Layer::GEOM).ok().filter(is_geometry);
    named.or_else(|| (0..schema.fields().len()).find(is_geometry))
}

/// Reads WKB; none for bytes that are not.
pub(super) fn read(bytes: &[u8]) -> Option<Wkb<'_>> {
    wkb::reader::read_wkb(bytes).ok()
}

/// The WKT of WKB; none for bytes that are not WKB.
pub(super) fn wkt_of(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    wkt::to_wkt::write_geometry(&mut text, &read(bytes)?).ok()?;
    Some(text)
}
