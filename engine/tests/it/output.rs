//! Answers in every format.

use std::{collections::BTreeMap, io::Cursor};

use arrow::{
    array::{Array as _, AsArray as _},
    ipc::reader::StreamReader,
};
use engine::output::{Format, encode};
use flatgeobuf::{
    FallibleStreamingIterator as _, FeatureProperties as _, FgbReader, geozero::ToWkt as _,
};
use serde_json::{Value, json};

use crate::{
    built,
    fixture::{ask, districts, province, square},
};

const MIXED: &str = "SELECT 1 AS whole, 9007199254740993 AS large, 0.5 AS real, 'a,\"b\"' AS text, '' AS nothing, \
     CAST('NaN' AS DOUBLE) AS nan, NULL AS null_value, true AS truth, DATE '2026-11-23' AS day, \
     TIMESTAMP '2026-11-23 10:00:00' AS moment, h3_string_to_cell('88415c96a5fffff') AS h3, \
     h3_grid_disk('88415c96a5fffff', 0) AS h3_disk, ST_Point(106.25, 20.5) AS place";

#[track_caller]
fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn a_json_table_keeps_every_digit() {
    let table = json_of(&encode(Format::Json, &ask(&province(), MIXED).unwrap()).unwrap());
    assert_eq!(
        table["rows"],
        json!([[
            1,
            "9007199254740993",
            0.5,
            "a,\"b\"",
            "",
            null,
            null,
            true,
            "2026-11-23",
            "2026-11-23T10:00:00Z",
            "88415c96a5fffff",
            ["88415c96a5fffff"],
            "POINT(106.25 20.5)"
        ]])
    );
    let types: Vec<_> = table["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "int64",
            "int64",
            "float64",
            "text",
            "text",
            "float64",
            "null",
            "boolean",
            "date",
            "timestamp",
            "h3",
            "list<h3>",
            "geometry"
        ]
    );
    assert!(
        table["elapsed_ms"]
            .as_f64()
            .is_some_and(|elapsed| elapsed > 0.0)
    );
    assert_eq!(table["truncated"], json!(false));
}

#[test]
fn csv_quotes_what_needs_it() {
    let text =
        String::from_utf8(encode(Format::Csv, &ask(&province(), MIXED).unwrap()).unwrap()).unwrap();
    let expected = "whole,large,real,text,nothing,nan,null_value,truth,day,moment,h3,h3_disk,place\r\n\
        1,9007199254740993,0.5,\"a,\"\"b\"\"\",\"\",,,true,2026-11-23,2026-11-23T10:00:00Z,88415c96a5fffff,\
        \"[\"\"88415c96a5fffff\"\"]\",POINT(106.25 20.5)\r\n";
    assert_eq!(text, expected);
}

#[test]
fn geojson_has_ids_and_refuses_metres() {
    let answer = ask(
        &province(),
        "SELECT fid, name, geom, ST_Centroid(geom) AS middle FROM districts ORDER BY fid LIMIT 1",
    )
    .unwrap();
    let collection = json_of(&encode(Format::Geojson, &answer).unwrap());
    let feature = &collection["features"][0];
    assert_eq!(
        (&collection["type"], &feature["id"]),
        (&json!("FeatureCollection"), &json!(0))
    );
    assert_eq!(feature["geometry"]["type"], json!("Polygon"));
    assert!(
        feature["properties"]["middle"]
            .as_str()
            .unwrap()
            .starts_with("POINT(")
    );
    assert_eq!(feature["properties"].as_object().unwrap().len(), 2);

    let metres = ask(
        &province(),
        "SELECT ST_Transform(geom, 9209) AS geom FROM districts",
    )
    .unwrap();
    assert!(
        encode(Format::Geojson, &metres)
            .unwrap_err()
            .to_string()
            .contains("EPSG:9209")
    );
    let nothing = ask(&province(), "SELECT 1 AS n").unwrap();
    assert_eq!(
        json_of(&encode(Format::Geojson, &nothing).unwrap())["features"][0]["geometry"],
        Value::Null
    );
}

#[test]
fn arrow_and_parquet_carry_the_geometry_type() {
    let answer = ask(&province(), "SELECT fid, geom FROM districts ORDER BY fid").unwrap();
    let bytes = encode(Format::Arrow, &answer).unwrap();
    let stream = StreamReader::try_new(bytes.as_slice(), None).unwrap();
    assert_eq!(
        stream.schema().field(1).metadata()["ARROW:extension:name"],
        "geoarrow.wkb"
    );
    let batches: Vec<_> = stream.collect::<Result<_, _>>().unwrap();
    assert_eq!(
        batches
            .iter()
            .map(|batch| batch.column(1).as_binary::<i32>().len())
            .sum::<usize>(),
        4
    );

    let bytes = encode(Format::Parquet, &answer).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains(r#""primary_column":"geom""#));
}

#[test]
fn a_layer_is_written_like_an_answer() {
    let layer = districts();
    let collection = json_of(&encode(Format::Geojson, &layer).unwrap());
    assert_eq!(collection["features"].as_array().unwrap().len(), 4);
    assert!(collection["features"][0]["properties"]["h3"].is_string());
    assert!(
        json_of(&encode(Format::Json, &layer).unwrap())
            .get("elapsed_ms")
            .is_none()
    );
    for bytes in [
        encode(Format::Csv, &layer).unwrap(),
        encode(Format::Arrow, &layer).unwrap(),
        encode(Format::Parquet, &layer).unwrap(),
    ] {
        assert!(!bytes.is_empty());
    }
}

#[test]
fn an_answer_without_rows_is_still_an_answer() {
    let answer = ask(&province(), "SELECT fid, geom FROM parcels WHERE fid < 0").unwrap();
    assert_eq!(
        json_of(&encode(Format::Json, &answer).unwrap())["rows"],
        json!([])
    );
    assert_eq!(
        json_of(&encode(Format::Geojson, &answer).unwrap())["features"],
        json!([])
    );
    assert_eq!(encode(Format::Csv, &answer).unwrap(), b"fid,geom\r\n");
    for bytes in [
        encode(Format::Arrow, &answer).unwrap(),
        encode(Format::Parquet, &answer).unwrap(),
    ] {
        assert!(!bytes.is_empty());
    }
}

#[test]
fn a_list_is_asked_for_a_member_and_leaves_as_an_array() {
    let codes = built::lists(&[Some(&["ONT", "LUK"]), Some(&["LUC"]), None]);
    let shapes: Vec<_> = (0..3).map(|place| square(place, 0, 4)).collect();
    let plots = built::layer(
        "plots",
        layers::GeometryKind::Polygon,
        vec![("ma_dat_list", std::sync::Arc::new(codes))],
        &shapes,
    );
    let twin = built::twin(vec![plots]);
    let query = "SELECT ma_dat_list, geom FROM plots WHERE array_has(ma_dat_list, 'LUK')";
    let answer = ask(&twin, query).unwrap();
    let csv = String::from_utf8(encode(Format::Csv, &answer).unwrap()).unwrap();
    assert!(csv.contains(r#""[""ONT"",""LUK""]""#), "{csv}");
    let collection = json_of(&encode(Format::Geojson, &answer).unwrap());
    assert_eq!(
        collection["features"][0]["properties"]["ma_dat_list"],
        json!(["ONT", "LUK"])
    );
}

#[test]
fn flatgeobuf_holds_every_feature_with_its_attributes_and_refuses_rows_without_a_place() {
    let query = "SELECT fid, h3, ma_dat, so_thua / 4.0 AS quarter, fid % 2 = 0 AS even, DATE '2024-05-06' AS day, geom
                 FROM parcels WHERE fid < 300 ORDER BY fid";
    let answer = ask(&province(), query).unwrap();
    let table = json_of(&encode(Format::Json, &answer).unwrap());
    let bytes = encode(Format::Flatgeobuf, &answer).unwrap();
    let mut reader = FgbReader::open(Cursor::new(bytes))
        .unwrap()
        .select_all()
        .unwrap();
    assert_eq!(reader.header().crs().unwrap().code(), 4326);
    let mut found = BTreeMap::new();
    while let Some(feature) = reader.next().unwrap() {
        let attributes = feature.properties().unwrap();
        let shape = feature.to_wkt().unwrap();
        found.insert(
            attributes["fid"].parse::<usize>().unwrap(),
            (attributes, shape),
        );
    }
    assert_eq!(found.len(), 300);
    for (fid, (attributes, shape)) in found {
        let row = &table["rows"][fid];
        assert_eq!(attributes["h3"], row[1].as_str().unwrap());
        assert_eq!(attributes["ma_dat"], row[2].as_str().unwrap());
        assert_eq!(
            Value::from(attributes["quarter"].parse::<f64>().unwrap()),
            row[3]
        );
        assert_eq!(
            attributes["even"].parse::<bool>().unwrap(),
            row[4].as_bool().unwrap()
        );
        assert_eq!(attributes["day"], "2024-05-06");
        let plain = |text: &str| text.replace(' ', "");
        assert_eq!(plain(&shape), plain(row[6].as_str().unwrap()));
    }
    let nowhere = ask(
        &province(),
        "SELECT 1 AS n, ST_GeomFromText('POINT EMPTY') AS geom",
    )
    .unwrap();
    let refused = encode(Format::Flatgeobuf, &nowhere)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("row 0") && refused.contains("IS NOT NULL"),
        "{refused}"
    );
    let numbers = ask(&province(), "SELECT 1 AS n").unwrap();
    assert!(encode(Format::Flatgeobuf, &numbers).is_err());
}
