//! GeoParquet as other programs write it.

use std::{collections::HashMap, fs::File, path::PathBuf, sync::Arc};

use arrow::{
    array::{
        ArrayRef, DictionaryArray, Float64Array, Int32Array, LargeBinaryArray, RecordBatch,
        StructArray, TimestampMillisecondArray,
    },
    datatypes::{DataType, Field, Int32Type, Schema},
};
use geo::CoordsIter as _;
use layers::{
    AttributeKind::{Moment, Text, Whole},
    Crs, Transformer,
};
use parquet::{arrow::ArrowWriter, file::metadata::KeyValue};

use super::known::{DIGITS, check_parcels, column, import, kinds, parcel_shapes};
use crate::fixtures::{Place, run};

/// Milliseconds of 2024-05-31 07:30.
const MOMENT: i64 = 1_717_140_600_000;

/// The parcels in EPSG:9209 with a column of bounds, text as a dictionary and a moment without zone; its metadata given.
fn written(place: &Place, metadata: &str) -> PathBuf {
    use geo::MapCoordsInPlace as _;
    let to_9209 = Transformer::new(&Crs::stored(), &"EPSG:9209".parse().unwrap()).unwrap();
    let mut shapes = parcel_shapes();
    for shape in &mut shapes {
        shape.map_coords_in_place(|at| {
            let (mut x, mut y) = ([at.x], [at.y]);
            to_9209.transform(&mut x, &mut y);
            geo::Coord { x: x[0], y: y[0] }
        });
    }
    let wkb: Vec<Vec<u8>> = shapes
        .iter()
        .map(|shape| {
            let mut out = Vec::new();
            wkb::writer::write_geometry(&mut out, shape, &wkb::writer::WriteOptions::default())
                .unwrap();
            out
        })
        .collect();
    let least: Float64Array = shapes
        .iter()
        .map(|shape| {
            shape
                .coords_iter()
                .map(|at| at.x)
                .fold(f64::INFINITY, f64::min)
        })
        .collect();
    let least: ArrayRef = Arc::new(least);
    let bounds = StructArray::from(vec![(
        Arc::new(Field::new("xmin", DataType::Float64, false)),
        least,
    )]);
    let names: DictionaryArray<Int32Type> = ["Thửa có ao", "Thửa hai mảnh"].into_iter().collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("bbox", Arc::new(bounds)),
        ("ten", Arc::new(names)),
        ("so_to", Arc::new(Int32Array::from(vec![5, 6]))),
        (
            "luc",
            Arc::new(TimestampMillisecondArray::from(vec![Some(MOMENT), None])),
        ),
        (
            "geometry",
            Arc::new(LargeBinaryArray::from_iter_values(wkb)),
        ),
    ];
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, HashMap::new()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let path = place.path("theirs.parquet");
    let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), schema, None).unwrap();
    writer.append_key_value_metadata(KeyValue::new("geo".to_owned(), metadata.to_owned()));
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    path
}

fn metadata(encoding: &str, crs: &str) -> String {
    format!(
        r#"{{"version":"1.1.0","primary_column":"geometry","columns":{{"geometry":{{"encoding":"{encoding}","geometry_types":["Polygon","MultiPolygon"],"crs":{crs},"covering":{{"bbox":{{"xmin":["bbox","xmin"]}}}}}}}}}}"#
    )
}

#[test]
fn geoparquet_of_another_program_keeps_types_text_and_its_crs() {
    let place = Place::new();
    let projjson = run("gdalsrsinfo", &["-o", "PROJJSON", "EPSG:9209"]);
    let (report, layer) = import(&place, &written(&place, &metadata("WKB", &projjson)));
    assert_eq!(report.sources[0].crs, "EPSG:9209");
    check_parcels(&layer, 1e-8);
    assert_eq!(
        kinds(&layer, ["ten", "so_to", "luc"]),
        [Text, Whole, Moment]
    );
    let mut moments = column(&layer, "luc");
    moments.sort();
    assert_eq!(moments, [DIGITS, "∅"]);
    let names: Vec<_> = layer
        .schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert!(
        !names.contains(&"bbox"),
        "bounds are no attribute: {names:?}"
    );
}

#[test]
fn geoparquet_that_is_not_wkb_is_refused_with_how_to_write_it_again() {
    let place = Place::new();
    let message = place.refused(&written(&place, &metadata("polygon", "null")), |_| {});
    assert!(
        message.contains("\"polygon\"") && message.contains("GEOMETRY_ENCODING=WKB"),
        "{message}"
    );
    let elsewhere = metadata("WKB", "null").replace(
        r#""primary_column":"geometry""#,
        r#""primary_column":"geom""#,
    );
    let message = place.refused(&written(&place, &elsewhere), |_| {});
    assert!(message.contains("\"geom\""), "{message}");
    place.refused(&written(&place, "{"), |_| {});
}
