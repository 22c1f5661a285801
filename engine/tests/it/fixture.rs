//! A square province made in memory, and questions to it.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use arrow::util::pretty::pretty_format_batches;
use engine::{
    LayerSnapshot, TwinSnapshot,
    output::{Format, encode},
    sql::{Answer, SqlError, SqlLimits, SqlRequest},
};
use geo::{Geometry, Rect, coord};
use layers::{GeometryKind, Layer};

use crate::built::sorted_layer;

/// The corner of the made province, longitude and latitude.
pub(crate) const CORNER: (f64, f64) = (106.1, 20.7);

/// Its side, in degrees.
pub(crate) const SIDE: f64 = 0.5;

/// Parcels along a side.
pub(crate) const PARCELS: u32 = 160;

/// A square province: four districts, `PARCELS`² parcels, and `odd`, whose shapes are unusual.
pub(crate) fn province() -> Arc<TwinSnapshot> {
    static PROVINCE: LazyLock<Arc<TwinSnapshot>> = LazyLock::new(|| {
        let layers =
            [districts(), parcels(), odd()].map(|layer| LayerSnapshot::from_layer(layer).unwrap());
        Arc::new(TwinSnapshot::from_layers(layers))
    });
    Arc::clone(&PROVINCE)
}

/// Two by two squares.
pub(crate) fn districts() -> Layer {
    let shapes: Vec<_> = (0..4)
        .map(|place| Some(square(place % 2, place / 2, 2)))
        .collect();
    let names =
        arrow::array::StringArray::from(vec!["Chí Linh", "Kinh Môn", "Hải Dương", "Nam Sách"]);
    sorted_layer(
        "districts",
        GeometryKind::Polygon,
        vec![("name", Arc::new(names))],
        &shapes,
    )
}

fn parcels() -> Layer {
    let places = (0..PARCELS * PARCELS).map(|place| (place % PARCELS, place / PARCELS));
    let shapes: Vec<_> = places
        .clone()
        .map(|(x, y)| Some(square(x, y, PARCELS)))
        .collect();
    let codes: arrow::array::StringArray = places
        .map(|(x, y)| Some(["LUC", "ONT", "SKK"][((x + y) % 3) as usize]))
        .collect();
    let numbers: arrow::array::Int64Array = (0..i64::from(PARCELS * PARCELS)).collect();
    sorted_layer(
        "parcels",
        GeometryKind::Polygon,
        vec![("so_thua", Arc::new(numbers)), ("ma_dat", Arc::new(codes))],
        &shapes,
    )
}

/// Lines, points, a hole, shapes that touch, an EMPTY, a null: what a window must not lose.
fn odd() -> Layer {
    let texts = [
        "POINT (106.3 20.9)",
        "POINT (106.35 20.95)",
        "MULTIPOINT ((106.2 20.8), (106.5 21.1))",
        "LINESTRING (106.1 20.7, 106.6 21.2)",
        "LINESTRING (106.3 20.9, 106.4 20.9)",
        "POLYGON ((106.2 20.8, 106.4 20.8, 106.4 21.0, 106.2 21.0, 106.2 20.8), (106.25 20.85, 106.35 20.85, 106.35 20.95, 106.25 20.95, 106.25 20.85))",
        "POLYGON ((106.4 20.8, 106.5 20.8, 106.5 20.9, 106.4 20.8))",
        "MULTIPOLYGON (((106.5 21.0, 106.6 21.0, 106.6 21.1, 106.5 21.0)), ((106.1 20.7, 106.15 20.7, 106.15 20.75, 106.1 20.7)))",
        "POLYGON EMPTY",
        "LINESTRING EMPTY",
    ];
    let shapes: Vec<Option<Geometry<f64>>> = texts
        .iter()
        .map(|text| Some(shape(text)))
        .chain([None])
        .collect();
    // Repeated, so that few of many rows are in a window and the index is worth using.
    let shapes: Vec<_> = shapes
        .iter()
        .cycle()
        .take(shapes.len() * 3)
        .cloned()
        .chain((0..200).map(|_| Some(shape("POINT (107 22)"))))
        .collect();
    sorted_layer("odd", GeometryKind::Mixed, Vec::new(), &shapes)
}

/// Cell (x, y) of the province cut into `per_side` by `per_side` squares.
pub(crate) fn square(x: u32, y: u32, per_side: u32) -> Geometry<f64> {
    let step = SIDE / f64::from(per_side);
    let corner = |x: u32, y: u32| coord! { x: CORNER.0 + f64::from(x) * step, y: CORNER.1 + f64::from(y) * step };
    Rect::new(corner(x, y), corner(x + 1, y + 1))
        .to_polygon()
        .into()
}

/// A shape from its WKT.
#[track_caller]
pub(crate) fn shape(wkt: &str) -> Geometry<f64> {
    use wkt::TryFromWkt as _;
    Geometry::try_from_wkt_str(wkt).unwrap()
}

/// Asks, with time for a busy machine; the answer or the error.
pub(crate) fn ask(twin: &Arc<TwinSnapshot>, query: &str) -> Result<Answer, SqlError> {
    let mut request = SqlRequest::new(query);
    request.limits.time = Duration::from_secs(300);
    engine::sql::query(twin, &request)
}

/// Asks and prints the answer as a table.
#[track_caller]
pub(crate) fn text(twin: &Arc<TwinSnapshot>, query: &str) -> String {
    let answer = ask(twin, query).unwrap_or_else(|error| panic!("{query}: {error}"));
    pretty_format_batches(&answer.batches).unwrap().to_string()
}

/// Asks for rows of text, numbers or truth and gives them as JSON.
#[track_caller]
pub(crate) fn rows(twin: &Arc<TwinSnapshot>, query: &str) -> serde_json::Value {
    let answer = ask(twin, query).unwrap_or_else(|error| panic!("{query}: {error}"));
    rows_of(&answer)
}

/// The rows of an answer as JSON.
pub(crate) fn rows_of(answer: &Answer) -> serde_json::Value {
    let table = encode(Format::Json, answer).unwrap();
    let mut table: serde_json::Value = serde_json::from_slice(&table).unwrap();
    table["rows"].take()
}

/// A query within limits.
pub(crate) fn limited(query: &str, limits: SqlLimits) -> SqlRequest {
    SqlRequest {
        limits,
        ..SqlRequest::new(query)
    }
}
