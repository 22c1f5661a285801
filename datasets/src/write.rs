//! Writers of ordinary file formats; each takes plain values and knows nothing of the province.

pub(crate) mod create;
pub(crate) mod dbf;
pub(crate) mod flatgeobuf;
pub(crate) mod geojson;
pub(crate) mod geoparquet;
pub(crate) mod geotiff;
pub(crate) mod shapefile;
pub(crate) mod table;
