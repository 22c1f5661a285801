//! Geometry columns: which they are, their CRS, their WKT.

use arrow::datatypes::{Field, Schema};
use layers::Layer;
use sedona_schema::datatypes::SedonaType;
use wkb::reader::Wkb;

/// The CRS of a geometry column as text, inner none when unknown; outer none for a column that holds no geometry.
pub(super) fn crs_of(field: &Field) -> Option<Option<String>> {
    match SedonaType::from_storage_field(field).ok()? {
        SedonaType::Wkb(_, crs) | SedonaType::WkbLarge(_, crs) | SedonaType::WkbView(_, crs) => {
            Some(crs.map(|crs| crs.to_crs_string()))
        }
        _ => None,
    }
}

/// Whether a CRS is longitude and latitude on WGS 84.
pub(super) fn is_lon_lat(crs: &str) -> bool {
    matches!(crs, "OGC:CRS84" | "EPSG:4326")
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
