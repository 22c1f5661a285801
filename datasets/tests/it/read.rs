//! Small readers for the tests, independent of the crate's writers.

use std::{collections::BTreeMap, fs, path::Path};

use arrow::{
    array::{Array as _, BinaryArray},
    record_batch::RecordBatch,
};
use flatgeobuf::{FallibleStreamingIterator as _, FeatureProperties as _, FgbReader};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// A row of a Shapefile: its ring and its attributes as bytes without padding.
pub(crate) struct Row {
    pub(crate) polygon: Polygon,
    pub(crate) attributes: BTreeMap<String, Vec<u8>>,
}

impl Row {
    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.attributes[name].clone()).unwrap()
    }
}

fn f64_at(bytes: &[u8], at: usize) -> f64 {
    f64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

pub(crate) fn shapefile(path: &Path) -> Vec<Row> {
    let shp = fs::read(path).unwrap();
    let dbf = fs::read(path.with_extension("dbf")).unwrap();
    let header = usize::from(u16::from_le_bytes([dbf[8], dbf[9]]));
    let length = usize::from(u16::from_le_bytes([dbf[10], dbf[11]]));
    let columns: Vec<(String, usize)> = dbf[32..header - 1]
        .chunks(32)
        .map(|column| {
            let name = column[..11].split(|&byte| byte == 0).next().unwrap();
            (
                String::from_utf8(name.to_vec()).unwrap(),
                usize::from(column[16]),
            )
        })
        .collect();
    let mut rows = Vec::new();
    let mut at = 100;
    while at < shp.len() {
        let words = i32::from_be_bytes(shp[at + 4..at + 8].try_into().unwrap());
        let record = &shp[at + 8..at + 8 + 2 * usize::try_from(words).unwrap()];
        let places = (0..u32_at(record, 40))
            .map(|n| Coord {
                x: f64_at(record, 48 + 16 * n),
                y: f64_at(record, 56 + 16 * n),
            })
            .collect();
        let mut value = header + rows.len() * length + 1;
        let mut attributes = BTreeMap::new();
        for (name, width) in &columns {
            let bytes = dbf[value..value + width].trim_ascii().to_vec();
            attributes.insert(name.clone(), bytes);
            value += width;
        }
        rows.push(Row {
            polygon: Polygon::new(LineString::new(places), Vec::new()),
            attributes,
        });
        at += 8 + record.len();
    }
    assert_eq!(
        rows.len(),
        u32_at(&dbf, 4),
        "shp and dbf have the same rows"
    );
    rows
}

/// Polygons of a FlatGeobuf file with one text attribute of each.
pub(crate) fn flatgeobuf(path: &Path, attribute: &str) -> Vec<(Polygon, String)> {
    let file = fs::File::open(path).unwrap();
    let mut features = FgbReader::open(std::io::BufReader::new(file))
        .unwrap()
        .select_all()
        .unwrap();
    let mut rows = Vec::new();
    while let Some(feature) = features.next().unwrap() {
        let xy = feature.geometry().unwrap().xy().unwrap();
        let places = (0..xy.len() / 2)
            .map(|n| Coord {
                x: xy.get(2 * n),
                y: xy.get(2 * n + 1),
            })
            .collect();
        let text: String = feature.property(attribute).unwrap();
        rows.push((Polygon::new(LineString::new(places), Vec::new()), text));
    }
    rows
}

pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Features of a GeoJSON file of polygons, with their attributes.
pub(crate) fn polygons(path: &Path) -> Vec<(MultiPolygon, Value)> {
    let ring = |value: &Value| -> LineString {
        let places = value.as_array().unwrap().iter();
        places
            .map(|p| Coord {
                x: p[0].as_f64().unwrap(),
                y: p[1].as_f64().unwrap(),
            })
            .collect()
    };
    let polygon = |value: &Value| {
        let mut rings = value.as_array().unwrap().iter().map(ring);
        Polygon::new(rings.next().unwrap(), rings.collect())
    };
    json(path)["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| {
            let coordinates = &feature["geometry"]["coordinates"];
            let polygons = match feature["geometry"]["type"].as_str().unwrap() {
                "Polygon" => vec![polygon(coordinates)],
                _ => coordinates
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(polygon)
                    .collect(),
            };
            (MultiPolygon::new(polygons), feature["properties"].clone())
        })
        .collect()
}

pub(crate) fn parquet(path: &Path) -> RecordBatch {
    let file = fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap()
}

/// The lines of a GeoParquet file.
pub(crate) fn lines(batch: &RecordBatch) -> Vec<Vec<Coord>> {
    let column = batch.column_by_name("geometry").unwrap();
    let wkb = column.as_any().downcast_ref::<BinaryArray>().unwrap();
    (0..wkb.len())
        .map(|row| {
            let bytes = wkb.value(row);
            assert_eq!(bytes[..5], [1, 2, 0, 0, 0], "a little-endian line string");
            (0..u32_at(bytes, 5))
                .map(|n| Coord {
                    x: f64_at(bytes, 9 + 16 * n),
                    y: f64_at(bytes, 17 + 16 * n),
                })
                .collect()
        })
        .collect()
}

pub(crate) fn csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path)
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect()
}
