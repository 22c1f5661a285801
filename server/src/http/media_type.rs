//! Media types of answers in more than one format.

/// A JSON document.
pub const JSON: &str = "application/json";
/// `GeoJSON`, RFC 7946.
pub const GEOJSON: &str = "application/geo+json";
/// Comma-separated values in UTF-8, RFC 4180.
pub const CSV: &str = "text/csv; charset=utf-8";
/// An Arrow IPC stream.
pub const ARROW: &str = "application/vnd.apache.arrow.stream";
