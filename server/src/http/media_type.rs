//! Media types of answers in more than one format.

use engine::output::Format;

/// A JSON document.
pub const JSON: &str = "application/json";
/// `GeoJSON`, RFC 7946.
pub const GEOJSON: &str = "application/geo+json";
/// Comma-separated values in UTF-8, RFC 4180.
pub const CSV: &str = "text/csv; charset=utf-8";
/// An Arrow IPC stream.
pub const ARROW: &str = "application/vnd.apache.arrow.stream";
/// Apache Parquet.
pub const PARQUET: &str = "application/vnd.apache.parquet";
/// FlatGeobuf.
pub const FLATGEOBUF: &str = "application/flatgeobuf";

/// What an answer in a format calls itself.
pub fn of(format: Format) -> &'static str {
    match format {
        Format::Json => JSON,
        Format::Geojson => GEOJSON,
        Format::Csv => CSV,
        Format::Arrow => ARROW,
        Format::Parquet => PARQUET,
        Format::Flatgeobuf => FLATGEOBUF,
    }
}
