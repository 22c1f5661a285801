//! Every format that a province delivers ends as the same layer.

use arrow::array::{Array as _, AsArray as _};
use layers::{AttributeKind, Encoding, FindingCode, GeometryKind, Layer, LayerKind};

mod cad;
mod damaged;
mod databases;
mod files;
mod folders;
mod known;
mod osm;
mod parquet;
mod services;

use crate::fixtures::{POINT, Place, SQUARE, geojson, id};

/// The text values of a column, in stored order.
fn texts(layer: &Layer, name: &str) -> Vec<String> {
    let columns = layer.batches.iter().map(|batch| {
        batch
            .column_by_name(name)
            .unwrap()
            .as_string::<i32>()
            .clone()
    });
    columns
        .flat_map(|column| {
            column
                .iter()
                .map(|value| value.unwrap_or("∅").to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

fn points() -> String {
    geojson(&[
        ("Hải Dương", POINT),
        (
            "Chí Linh",
            r#"{"type":"Point","coordinates":[106.388,21.135]}"#,
        ),
        (
            "Kinh Môn",
            r#"{"type":"Point","coordinates":[106.552,21.0]}"#,
        ),
    ])
}

#[test]
fn formats_that_gdal_writes_come_back_with_their_features_and_text() {
    let place = Place::new();
    let source = place.file("points.geojson", points());
    let formats = [
        ("a.gpkg", "GPKG"),
        ("a.fgb", "FlatGeobuf"),
        ("a.shp", "ESRI Shapefile"),
        ("a.gml", "GML"),
        ("a.kml", "KML"),
        ("a.tab", "MapInfo File"),
        ("a.geojsonl", "GeoJSONSeq"),
        ("a.sqlite", "SQLite"),
    ];
    for (file, driver) in formats {
        let shapefile = driver == "ESRI Shapefile";
        let options: &[&str] = if shapefile {
            &["-f", driver, "-lco", "ENCODING=UTF-8"]
        } else {
            &["-f", driver]
        };
        let path = place.ogr2ogr(file, &source, options);
        let report = place
            .import(&path)
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(report.features_published, 3, "{file}: {report:?}");
        let layer = place.twin.read(&id("probe")).unwrap();
        assert_eq!(
            layer.meta.kind,
            LayerKind::Vector(GeometryKind::Point),
            "{file}"
        );
        let mut names = texts(&layer, "name");
        names.sort();
        assert_eq!(names, ["Chí Linh", "Hải Dương", "Kinh Môn"], "{file}");
    }
    assert_eq!(
        place.twin.versions(&id("probe")).unwrap().len(),
        formats.len()
    );
}

#[test]
fn formats_that_are_utf8_are_never_decoded_again_unless_they_are_not() {
    let place = Place::new();
    // Read as TCVN3 or VNI these would be Vietnamese too, and wrong.
    let names = [
        "Sông Hóa",
        "Sông Mã",
        "Sông Mía",
        "Bình Hàn",
        "Nhân Quyền",
        "Sông Lô",
    ];
    let named: Vec<_> = names.iter().map(|name| (*name, POINT)).collect();
    let source = place.file("a.geojson", geojson(&named));
    let gpkg = place.ogr2ogr("a.gpkg", &source, &["-f", "GPKG"]);
    let fgb = place.ogr2ogr("a.fgb", &source, &["-f", "FlatGeobuf"]);
    for path in [source, gpkg, fgb] {
        let report = place.import(&path).unwrap();
        assert!(report.finding(FindingCode::EncodingWrong).is_none());
        let mut found = texts(&place.twin.read(&id("probe")).unwrap(), "name");
        found.sort();
        let mut expected = names;
        expected.sort_unstable();
        assert_eq!(found, expected, "{path:?}");
    }
    let bytes = Encoding::Tcvn3.encode("Hải Dương").unwrap();
    let mut text = geojson(&[("@", POINT)]).into_bytes();
    let at = text.iter().position(|byte| *byte == b'@').unwrap();
    text.splice(at..=at, bytes);
    let report = place.import(&place.file("old.geojson", text)).unwrap();
    assert_eq!(report.sources[0].encoding, "tcvn3");
    assert!(report.finding(FindingCode::EncodingWrong).is_some());
    assert_eq!(
        texts(&place.twin.read(&id("probe")).unwrap(), "name"),
        ["Hải Dương"]
    );
}

#[test]
fn a_published_layer_has_fid_attributes_h3_and_geometry_in_cell_order() {
    let place = Place::new();
    let report = place
        .import(&place.file("points.geojson", points()))
        .unwrap();
    let layer = place.twin.read(&id("probe")).unwrap();
    let names: Vec<_> = layer
        .schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(names, ["fid", "name", "n", "h3", "geom"]);
    assert_eq!(
        layer.schema.field(4).metadata()["ARROW:extension:name"],
        "geoarrow.wkb"
    );
    let cells = layer.batches[0]
        .column(3)
        .as_primitive::<arrow::datatypes::UInt64Type>();
    assert!(cells.values().is_sorted() && cells.null_count() == 0);
    let fids = layer.batches[0]
        .column(0)
        .as_primitive::<arrow::datatypes::UInt64Type>();
    assert_eq!(fids.values().as_ref(), [0, 1, 2]);
    assert_eq!(layer.meta.attributes[1].kind, AttributeKind::Whole);
    assert_eq!(report.sources[0].crs, "EPSG:4326");
    assert_eq!(report.sources[0].checksum.len(), 64);
    let text = report.to_text(layers::Language::English);
    assert!(
        text.contains("Published layer probe · v1") && text.contains("3 published"),
        "{text}"
    );
}

#[test]
fn a_geoparquet_file_of_ours_imports_as_the_layer_it_was_written_from() {
    let place = Place::new();
    place
        .import(&place.file("points.geojson", points()))
        .unwrap();
    let layer = place.twin.read(&id("probe")).unwrap();
    let path = place.path("out.parquet");
    layer.to_geoparquet(&path).unwrap();
    let report = place.import(&path).unwrap();
    assert_eq!(report.sources[0].format, "GeoParquet");
    assert_eq!(report.sources[0].crs, "OGC:CRS84");
    let again = place.twin.read(&id("probe")).unwrap();
    assert_eq!(texts(&again, "name"), texts(&layer, "name"));
    let geometry = |layer: &Layer| layer.batches[0].column_by_name("geom").unwrap().to_data();
    assert_eq!(geometry(&again), geometry(&layer));
}

#[test]
fn csv_is_points_by_its_columns_or_shapes_by_its_wkt_or_a_table() {
    let place = Place::new();
    let csv = |content: &str| {
        let report = place.import(&place.file("a.csv", content)).unwrap();
        let layer = place.twin.read(&id("probe")).unwrap();
        (report, layer)
    };
    let (report, layer) = csv(
        "name,lon,lat,commune_code,beds,opened\nTrạm A,106.31,20.93,01234,12,2020-05-01\nTrạm B,106.4,20.95,10507,,2021-06-02\n",
    );
    assert_eq!(
        layer.meta.kind,
        LayerKind::Vector(GeometryKind::Point),
        "{report:?}"
    );
    assert_eq!(report.sources[0].crs, "OGC:CRS84");
    let mut codes = texts(&layer, "commune_code");
    codes.sort();
    assert_eq!(codes, ["01234", "10507"], "codes stay text");
    let kind = |name: &str| {
        layer
            .meta
            .attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .unwrap()
            .kind
    };
    assert_eq!(
        (kind("beds"), kind("opened")),
        (AttributeKind::Whole, AttributeKind::Date)
    );

    let (_, layer) = csv("ten;kinh_do;vi_do\nĐình;106.31;20.93\n");
    assert_eq!(
        (layer.meta.kind, texts(&layer, "ten")),
        (
            LayerKind::Vector(GeometryKind::Point),
            vec!["Đình".to_owned()]
        )
    );

    let (_, layer) = csv(
        "name,x,y\na,584527.145,2316227.333\nb,609174.284,2323313.172\nc,552000,2290000\nd,610000,2348000\n",
    );
    assert_eq!(
        layer.meta.sources[0].crs, "EPSG:9209",
        "guessed from the extent"
    );

    let (_, layer) = csv("name,wkt\na,\"LINESTRING (106.3 20.9, 106.4 20.95)\"\n");
    assert_eq!(layer.meta.kind, LayerKind::Vector(GeometryKind::Line));

    let (report, layer) = csv(
        "station_id,observed_at,parameter,value\nK1,2024-05-01 07:00:00,PM2.5,31.5\nK1,2024-05-01 08:00:00,PM2.5,\n",
    );
    assert_eq!(layer.meta.kind, LayerKind::Table, "{report:?}");
    assert_eq!(
        layer.schema.fields().len(),
        5,
        "fid and four attributes: {:?}",
        layer.schema
    );
    assert_eq!(layer.meta.attributes[1].kind, AttributeKind::Moment);
    assert_eq!(report.features_published, 2);
}

/// A Shapefile of parcels in EPSG:9209, its text written as the bytes of an encoding, without `.cpg`.
fn shapefile_in(place: &Place, encoding: Encoding) -> std::path::PathBuf {
    let source = place.file(
        "parcels.geojson",
        geojson(&[("PLACEHOLDER12", SQUARE), ("PLACEHOLDER34", SQUARE)]),
    );
    let path = place.ogr2ogr(
        "parcels.shp",
        &source,
        &[
            "-f",
            "ESRI Shapefile",
            "-t_srs",
            "EPSG:9209",
            "-s_srs",
            "EPSG:4326",
        ],
    );
    std::fs::remove_file(path.with_extension("cpg")).ok();
    let dbf = path.with_extension("dbf");
    let mut bytes = std::fs::read(&dbf).unwrap();
    for (mark, text) in [
        ("PLACEHOLDER12", "Phường Cẩm"),
        ("PLACEHOLDER34", "Đồng Lạc"),
    ] {
        let mut value = match encoding {
            Encoding::Tcvn3 => Encoding::Tcvn3.encode(text).unwrap(),
            _ => text.as_bytes().to_vec(),
        };
        value.resize(value.len().max(mark.len()), b' ');
        let at = bytes
            .windows(mark.len())
            .position(|window| window == mark.as_bytes())
            .unwrap();
        bytes[at..at + value.len()].copy_from_slice(&value);
    }
    std::fs::write(&dbf, bytes).unwrap();
    path
}

#[test]
fn a_shapefile_without_cpg_is_read_in_the_encoding_its_bytes_are_in() {
    for encoding in [Encoding::Tcvn3, Encoding::Utf8] {
        let place = Place::new();
        let report = place.import(&shapefile_in(&place, encoding)).unwrap();
        assert_eq!(report.sources[0].encoding, encoding.as_str());
        assert_eq!(report.sources[0].crs, "EPSG:9209");
        assert_eq!(
            report.finding(FindingCode::EncodingGuessed).unwrap().count,
            1
        );
        let mut names = texts(&place.twin.read(&id("probe")).unwrap(), "name");
        names.sort();
        assert_eq!(names, ["Phường Cẩm", "Đồng Lạc"]);
    }
}

#[test]
fn an_encoding_that_is_given_is_used() {
    let place = Place::new();
    let path = shapefile_in(&place, Encoding::Tcvn3);
    let report = place
        .import_with(&path, |request| request.encoding = Some(Encoding::Tcvn3))
        .unwrap();
    assert!(report.finding(FindingCode::EncodingGuessed).is_none());
    assert!(
        texts(&place.twin.read(&id("probe")).unwrap(), "name").contains(&"Đồng Lạc".to_owned())
    );
}

#[test]
fn several_files_of_different_systems_become_one_layer() {
    let place = Place::new();
    let first = place.file("a.geojson", geojson(&[("a", SQUARE)]));
    let second = shapefile_in(&place, Encoding::Utf8);
    let report = place
        .import_with(&first, |request| request.sources.push(second))
        .unwrap();
    assert_eq!((report.features_published, report.sources.len()), (3, 2));
    let extent = place.twin.meta(&id("probe")).unwrap().extent.unwrap();
    assert!(
        (extent.min_x - 106.30).abs() < 1e-9 && (extent.max_y - 20.91).abs() < 1e-9,
        "{extent:?}"
    );
}

#[test]
fn a_file_of_several_layers_asks_which() {
    let place = Place::new();
    let source = place.file("a.geojson", points());
    let path = place.ogr2ogr("two.gpkg", &source, &["-f", "GPKG", "-nln", "first"]);
    crate::fixtures::run(
        "ogr2ogr",
        &[
            "-update",
            path.to_str().unwrap(),
            source.to_str().unwrap(),
            "-nln",
            "second",
        ],
    );
    let message = place.refused(&path, |_| {});
    assert!(
        message.contains("first, second") && message.contains("--source-layer"),
        "{message}"
    );
    let message = place.refused(&path, |request| request.source_layer = Some("third".into()));
    assert!(message.contains("third"), "{message}");
    let report = place
        .import_with(&path, |request| {
            request.source_layer = Some("second".into());
        })
        .unwrap();
    assert_eq!(report.features_published, 3);
}
