//! Features whose every value is known, written in any format and compared after import.

use std::path::{Path, PathBuf};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _},
    datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType},
};
use geo::{Area as _, CoordsIter as _, MapCoords as _};
use layers::{AttributeKind, ImportReport, Layer};

use crate::fixtures::{Place, id};

/// Two stations and one of which nothing but its place is known; times are those of Viet Nam, 7 hours before UTC.
pub(super) const STATIONS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"ten":"Trạm y tế Hải Dương","so_giuong":12,"dien_tich":1234.5,"ngay":"2024-05-31","luc":"2024-05-31T07:30:00+07:00","ma":"01234"},"geometry":{"type":"Point","coordinates":[106.3146,20.9373]}},
{"type":"Feature","properties":{"ten":"Đình Sượt, \"Chí Linh\"","so_giuong":0,"dien_tich":-0.25,"ngay":"1999-12-01","luc":"1999-12-01T00:00:00+07:00","ma":"10507"},"geometry":{"type":"Point","coordinates":[106.388,21.135]}},
{"type":"Feature","properties":{"ten":null,"so_giuong":null,"dien_tich":null,"ngay":null,"luc":null,"ma":null},"geometry":{"type":"Point","coordinates":[106.552,21.0]}}]}"#;

/// A parcel with a hole and one in two parts.
pub(super) const PARCELS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"ten":"Thửa có ao","so_to":5},"geometry":{"type":"Polygon","coordinates":[[[106.30,20.90],[106.31,20.90],[106.31,20.91],[106.30,20.91],[106.30,20.90]],[[106.304,20.904],[106.304,20.906],[106.306,20.906],[106.306,20.904],[106.304,20.904]]]}},
{"type":"Feature","properties":{"ten":"Thửa hai mảnh","so_to":6},"geometry":{"type":"MultiPolygon","coordinates":[[[[106.32,20.90],[106.33,20.90],[106.33,20.91],[106.32,20.90]]],[[[106.34,20.90],[106.35,20.90],[106.35,20.91],[106.34,20.90]]]]}}]}"#;

/// The instant of a time in UTC, and of the same digits read as UTC: some formats have no time zone.
pub(super) const INSTANT: &str = "2024-05-31T00:30:00Z";
pub(super) const DIGITS: &str = "2024-05-31T07:30:00Z";

/// Writes one of the collections and converts it.
pub(super) fn convert(place: &Place, content: &str, file: &str, options: &[&str]) -> PathBuf {
    let source = place.file("known-source.geojson", content);
    let path = place.ogr2ogr(file, &source, options);
    std::fs::remove_file(source).unwrap();
    path
}

/// Imports a source, which must leave what lies beside it as it was.
#[track_caller]
pub(super) fn import(place: &Place, path: &Path) -> (ImportReport, Layer) {
    let beside = || {
        let mut names: Vec<_> = std::fs::read_dir(place.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let before = beside();
    let report = place
        .import(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(
        beside(),
        before,
        "an import writes nothing beside its source"
    );
    (report, place.twin.read(&id("probe")).unwrap())
}

/// Whether the stations came back with text, numbers and places; dates and times are compared as they are kept.
#[track_caller]
pub(super) fn check_stations(layer: &Layer, tolerance_deg: f64, [date, moment]: [&str; 2]) {
    assert_eq!(layer.meta.feature_count, 3);
    let row = |name: &str| {
        let found = column(layer, "ten").iter().position(|ten| ten == name);
        found.unwrap_or_else(|| panic!("no {name:?} in {:?}", column(layer, "ten")))
    };
    let (first, second) = (row("Trạm y tế Hải Dương"), row("Đình Sượt, \"Chí Linh\""));
    let unnamed = 3 - first - second;
    let values =
        |row: usize| ["so_giuong", "dien_tich", "ma"].map(|name| column(layer, name)[row].clone());
    assert_eq!(values(first), ["12", "1234.5", "01234"]);
    assert_eq!(values(second), ["0", "-0.25", "10507"]);
    assert_eq!(column(layer, "ngay")[first], date);
    assert_eq!(column(layer, "luc")[first], moment);
    for name in ["ten", "ngay", "luc"] {
        let value = &column(layer, name)[unnamed];
        assert!(value == "∅" || value.is_empty(), "{name}: {value:?}");
    }
    let places = [
        (first, 106.3146, 20.9373),
        (second, 106.388, 21.135),
        (unnamed, 106.552, 21.0),
    ];
    let shapes = geometries(layer);
    for (row, x, y) in places {
        check_shape(&shapes[row], &geo::Point::new(x, y).into(), tolerance_deg);
    }
}

/// Whether the parcels came back with corners, holes and parts.
#[track_caller]
pub(super) fn check_parcels(layer: &Layer, tolerance_deg: f64) {
    let names = column(layer, "ten");
    let shapes = geometries(layer);
    for (name, so_to, expected) in [
        ("Thửa có ao", "5", parcel_shapes()[0].clone()),
        ("Thửa hai mảnh", "6", parcel_shapes()[1].clone()),
    ] {
        let row = names.iter().position(|ten| ten == name);
        let row = row.unwrap_or_else(|| panic!("no {name:?} in {names:?}"));
        assert_eq!(column(layer, "so_to")[row], so_to);
        check_shape(&shapes[row], &expected, tolerance_deg);
    }
}

/// The parcels' geometries, in degrees.
pub(super) fn parcel_shapes() -> Vec<geo::Geometry> {
    let collection: serde_json::Value = serde_json::from_str(PARCELS).unwrap();
    let position = |at: &serde_json::Value| geo::Coord {
        x: at[0].as_f64().unwrap(),
        y: at[1].as_f64().unwrap(),
    };
    let ring = |ring: &serde_json::Value| -> geo::LineString {
        ring.as_array().unwrap().iter().map(position).collect()
    };
    let polygon = |rings: &serde_json::Value| {
        let mut rings = rings.as_array().unwrap().iter().map(ring);
        let outer = rings.next().unwrap();
        geo::Polygon::new(outer, rings.collect())
    };
    let features = collection["features"].as_array().unwrap();
    features
        .iter()
        .map(|feature| {
            let coordinates = &feature["geometry"]["coordinates"];
            if feature["geometry"]["type"] == "Polygon" {
                polygon(coordinates).into()
            } else {
                let parts = coordinates.as_array().unwrap().iter().map(polygon);
                parts.collect::<geo::MultiPolygon>().into()
            }
        })
        .collect()
}

/// Every corner of one lies at a corner of the other, both ways, and they cover the same area.
#[track_caller]
pub(super) fn check_shape(found: &geo::Geometry, expected: &geo::Geometry, tolerance_deg: f64) {
    let all_near = |of: &geo::Geometry, to: &geo::Geometry| {
        of.coords_iter().all(|a| {
            to.coords_iter()
                .any(|b| (a.x - b.x).abs() <= tolerance_deg && (a.y - b.y).abs() <= tolerance_deg)
        })
    };
    assert!(
        all_near(found, expected) && all_near(expected, found),
        "{found:?} is not {expected:?} to {tolerance_deg}°"
    );
    // Relative to the shape, so that the many digits of degrees do not eat those of the area.
    let near = |geometry: &geo::Geometry| {
        geometry.map_coords(|at| geo::Coord {
            x: at.x - 106.0,
            y: at.y - 21.0,
        })
    };
    let (a, b) = (near(found).unsigned_area(), near(expected).unsigned_area());
    assert!((a - b).abs() <= tolerance_deg * 0.2, "area {a}, not {b}");
}

pub(super) fn geometries(layer: &Layer) -> Vec<geo::Geometry> {
    use geo_traits::to_geo::ToGeoGeometry as _;
    let columns = layer.batches.iter().map(|batch| {
        let column = batch
            .column_by_name("geom")
            .expect("the layer has geometry");
        column.as_binary::<i32>().clone()
    });
    let wkb: Vec<Vec<u8>> = columns
        .flat_map(|column| {
            column
                .iter()
                .map(|wkb| wkb.unwrap().to_vec())
                .collect::<Vec<_>>()
        })
        .collect();
    wkb.iter()
        .map(|wkb| wkb::reader::read_wkb(wkb).unwrap().to_geometry())
        .collect()
}

/// A column as text: dates as 2024-05-31, moments in RFC 3339, `∅` for none.
#[track_caller]
pub(super) fn column(layer: &Layer, name: &str) -> Vec<String> {
    let all = layer.batches.iter().map(|batch| {
        batch.column_by_name(name).unwrap_or_else(|| {
            let names: Vec<_> = layer
                .schema
                .fields()
                .iter()
                .map(|field| field.name())
                .collect();
            panic!("no column {name:?} in {names:?}")
        })
    });
    all.flat_map(|column| {
        (0..column.len())
            .map(|row| shown(column, row))
            .collect::<Vec<_>>()
    })
    .collect()
}

fn shown(column: &ArrayRef, row: usize) -> String {
    use arrow::datatypes::DataType;
    if column.is_null(row) {
        return "∅".to_owned();
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Date32 => {
            let day = column.as_primitive::<Date32Type>().value_as_date(row);
            day.unwrap().to_string()
        }
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            let moment = chrono::DateTime::from_timestamp_micros(micros).unwrap();
            moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        }
        other => panic!("a column of {other}"),
    }
}

/// The kinds of attributes, by name.
pub(super) fn kinds<const N: usize>(layer: &Layer, names: [&str; N]) -> [AttributeKind; N] {
    names.map(|name| {
        let all = &layer.meta.attributes;
        let found = all.iter().find(|attribute| attribute.name == name);
        found.unwrap_or_else(|| panic!("no {name} in {all:?}")).kind
    })
}
