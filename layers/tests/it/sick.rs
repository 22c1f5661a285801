//! Files that are wrong in known ways: healed, set aside or refused, and always told.

use arrow::array::{Array as _, AsArray as _};
use layers::{FindingCode, Severity};

use crate::fixtures::{BOW_TIE, Place, SQUARE, geojson, id};

fn squares(count: usize) -> String {
    geojson(&vec![("ô đất", SQUARE); count])
}

#[test]
fn a_file_cut_short_is_refused_whatever_its_format() {
    let place = Place::new();
    let source = place.file("a.geojson", squares(3000));
    for (file, driver) in [
        ("b.gpkg", "GPKG"),
        ("b.fgb", "FlatGeobuf"),
        ("b.shp", "ESRI Shapefile"),
        ("b.geojson", "GeoJSON"),
    ] {
        let path = place.ogr2ogr(file, &source, &["-f", driver]);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() * 6 / 10]).unwrap();
        let message = place.refused(&path, |_| {});
        assert!(
            message.contains("damaged") || message.contains("not a GIS file"),
            "{file}: {message}"
        );
    }
    let parquet = place.path("c.parquet");
    place.import(&source).unwrap();
    place
        .twin
        .read(&id("probe"))
        .unwrap()
        .to_geoparquet(&parquet)
        .unwrap();
    let bytes = std::fs::read(&parquet).unwrap();
    std::fs::write(&parquet, &bytes[..bytes.len() / 2]).unwrap();
    assert!(place.refused(&parquet, |_| {}).contains("damaged"));
}

#[test]
fn a_shapefile_whose_table_is_cut_short_is_refused() {
    let place = Place::new();
    let source = place.file("a.geojson", squares(300));
    let path = place.ogr2ogr("b.shp", &source, &["-f", "ESRI Shapefile"]);
    let dbf = path.with_extension("dbf");
    let bytes = std::fs::read(&dbf).unwrap();
    std::fs::write(&dbf, &bytes[..bytes.len() / 2]).unwrap();
    let message = place.refused(&path, |_| {});
    assert!(message.contains("damaged"), "{message}");
}

#[test]
fn a_geopackage_that_lacks_its_last_bytes_is_refused() {
    let place = Place::new();
    let source = place.file("a.geojson", squares(300));
    let path = place.ogr2ogr("b.gpkg", &source, &["-f", "GPKG"]);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
    let message = place.refused(&path, |_| {});
    assert!(message.contains("damaged"), "{message}");
}

#[test]
fn a_few_features_far_off_are_set_aside_and_do_not_have_the_file_refused() {
    let place = Place::new();
    let mut features = vec![("ô đất", SQUARE); 40];
    features.push(("swapped", r#"{"type":"Point","coordinates":[20.9,106.3]}"#));
    let report = place
        .import(&place.file("a.geojson", geojson(&features)))
        .unwrap();
    assert_eq!(
        (report.features_published, report.features_set_aside),
        (40, 1)
    );
    let finding = report
        .finding(FindingCode::CoordinateUntransformable)
        .unwrap();
    assert!(finding.examples[0].contains("(20.9, 106.3)"), "{finding:?}");
    let extent = place.twin.meta(&id("probe")).unwrap().extent.unwrap();
    assert!(extent.max_y < 21.0, "{extent:?}");
}

#[test]
fn a_shapefile_without_its_table_is_imported_and_told() {
    let place = Place::new();
    let source = place.file("a.geojson", squares(3));
    let path = place.ogr2ogr("b.shp", &source, &["-f", "ESRI Shapefile"]);
    std::fs::remove_file(path.with_extension("dbf")).unwrap();
    let report = place.import(&path).unwrap();
    let finding = report.finding(FindingCode::DriverWarning).unwrap();
    assert!(finding.examples[0].contains(".dbf"), "{finding:?}");
}

#[test]
fn a_cell_that_is_no_coordinate_is_shown_as_it_is() {
    let place = Place::new();
    let csv = place.file("a.csv", "name,lon,lat\na,106.3,20.9\nb,abc,20.8\n");
    let report = place.import(&csv).unwrap();
    let finding = report.finding(FindingCode::GeometryUnreadable).unwrap();
    assert!(finding.examples[0].contains("abc 20.8"), "{finding:?}");
}

#[test]
fn a_picture_without_a_place_is_refused_with_what_it_lacks() {
    let place = Place::new();
    let path = place.path("a.png");
    crate::fixtures::run(
        "gdal_create",
        &[
            "-of",
            "PNG",
            "-outsize",
            "8",
            "8",
            "-ot",
            "Byte",
            "-bands",
            "1",
            path.to_str().unwrap(),
        ],
    );
    let message = place.refused(&path, |_| {});
    assert!(message.contains("world file"), "{message}");
}

#[test]
fn what_is_no_gis_file_is_refused_with_what_would_do() {
    let place = Place::new();
    let text = place.file("letter.txt", "Kính gửi Ủy ban nhân dân tỉnh\n");
    assert!(place.refused(&text, |_| {}).contains("GeoPackage"));
    assert!(
        place
            .refused(&place.file("empty.shp", ""), |_| {})
            .contains("empty")
    );
    assert!(
        place
            .refused(&place.file("noise.geojson", [0_u8, 200, 3, 7]), |_| {})
            .contains("noise.geojson")
    );
    assert!(
        place
            .refused(&place.path("nowhere.shp"), |_| {})
            .contains("no such file")
    );
    assert!(
        place
            .refused(&place.file("a.dwg", "AC1032"), |_| {})
            .contains("DXF")
    );
    let dgn = place.file("a.dgn", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    assert!(place.refused(&dgn, |_| {}).contains("DGN v7"));
    assert!(
        place
            .refused(&place.path("x"), |request| request.sources.clear())
            .contains("no source")
    );
}

#[test]
fn a_shapefile_without_prj_is_placed_by_its_extent_or_refused_with_candidates() {
    let place = Place::new();
    let province = geojson(&[
        ("SW", r#"{"type":"Point","coordinates":[106.1,20.67]}"#),
        ("NE", r#"{"type":"Point","coordinates":[106.62,21.24]}"#),
    ]);
    let source = place.file("province.geojson", province);
    let bare = |name: &str, source: &std::path::Path, crs: &str| {
        let path = place.ogr2ogr(name, source, &["-f", "ESRI Shapefile", "-t_srs", crs]);
        std::fs::remove_file(path.with_extension("prj")).unwrap();
        path
    };
    let path = bare("whole.shp", &source, "EPSG:9209");
    let report = place.import(&path).unwrap();
    assert_eq!(report.sources[0].crs, "EPSG:9209");
    assert_eq!(
        report.finding(FindingCode::CrsGuessed).unwrap().severity,
        Severity::Warning
    );

    let path = bare("degrees.shp", &source, "EPSG:4326");
    assert_eq!(place.import(&path).unwrap().sources[0].crs, "OGC:CRS84");

    let village = place.file("village.geojson", geojson(&[("a", SQUARE)]));
    let path = bare("village.shp", &village, "EPSG:9209");
    let message = place.refused(&path, |_| {});
    assert!(
        message.contains("--crs") && message.contains("EPSG:9209") && message.contains("EPSG:9210"),
        "{message}"
    );
    let report = place
        .import_with(&path, |request| {
            request.crs = Some("EPSG:9209".parse().unwrap());
        })
        .unwrap();
    let extent = place.twin.meta(&id("probe")).unwrap().extent.unwrap();
    assert!(
        (extent.min_x - 106.30).abs() < 1e-7,
        "{extent:?} {report:?}"
    );
}

#[test]
fn a_wrong_crs_is_refused_and_the_right_one_named() {
    let place = Place::new();
    let degrees = place.file("a.geojson", geojson(&[("a", SQUARE)]));
    let message = place.refused(&degrees, |request| {
        request.crs = Some("EPSG:9209".parse().unwrap());
    });
    assert!(
        message.contains("degrees") && message.contains("OGC:CRS84"),
        "{message}"
    );
    let metres = place.ogr2ogr("b.shp", &degrees, &["-t_srs", "EPSG:9209"]);
    let message = place.refused(&metres, |request| {
        request.crs = Some("EPSG:4326".parse().unwrap());
    });
    assert!(message.contains("EPSG:9209"), "{message}");
    let message = place.refused(&metres, |request| {
        request.crs = Some("EPSG:32633".parse().unwrap());
    });
    assert!(message.contains("far from Viet Nam"), "{message}");
    assert!("EPSG:999999".parse::<layers::Crs>().is_err());
}

#[test]
fn a_bow_tie_is_repaired_and_its_area_told() {
    let place = Place::new();
    let report = place
        .import(&place.file("a.geojson", geojson(&[("good", SQUARE), ("bow", BOW_TIE)])))
        .unwrap();
    assert_eq!(
        (
            report.features_published,
            report.features_repaired,
            report.features_set_aside
        ),
        (2, 1, 0)
    );
    let finding = report.finding(FindingCode::PolygonInvalid).unwrap();
    assert!(
        finding.examples[0].starts_with("a.geojson #2: Self-intersection"),
        "{finding:?}"
    );
}

#[test]
fn features_that_cannot_be_published_are_kept_aside_with_their_reason() {
    let place = Place::new();
    let csv = "name;lon;lat\ngood;106.31;20.93\nbad;nan;20.9\nworse;106,5;inf\nno number;east;20\nfar;106.3;20.8\nnone;;\n";
    let report = place.import(&place.file("a.csv", csv)).unwrap();
    assert_eq!(
        (
            report.features_read,
            report.features_published,
            report.features_set_aside
        ),
        (6, 3, 3),
        "{report:?}"
    );
    assert_eq!(
        report
            .finding(FindingCode::GeometryUnreadable)
            .unwrap()
            .count,
        1
    );
    let finding = report.finding(FindingCode::CoordinateNotFinite).unwrap();
    assert_eq!((finding.severity, finding.count), (Severity::Error, 2));
    let aside = place
        .twin
        .quarantine(&id("probe"), report.version.unwrap())
        .unwrap();
    let column = |name: &str| {
        aside[0]
            .column_by_name(name)
            .unwrap()
            .as_string::<i32>()
            .value(0)
            .to_owned()
    };
    assert_eq!(
        (column("reason"), column("a_name")),
        ("coordinate-not-finite".to_owned(), "bad".to_owned())
    );

    let line = r#"{"type":"LineString","coordinates":[[106.3,20.9],[NaN,20.9]]}"#;
    let report = place
        .import(&place.file("nan.geojson", geojson(&[("nan", line), ("good", SQUARE)])))
        .unwrap();
    assert_eq!(
        (report.features_published, report.features_set_aside),
        (1, 1),
        "{report:?}"
    );

    let flat = r#"{"type":"Polygon","coordinates":[[[106.3,20.9],[106.31,20.91],[106.32,20.92],[106.3,20.9]]]}"#;
    let report = place
        .import(&place.file("b.geojson", geojson(&[("flat", flat), ("good", SQUARE)])))
        .unwrap();
    assert_eq!(report.features_set_aside, 1);
    assert!(
        report.finding(FindingCode::ZeroArea).is_some(),
        "{report:?}"
    );
}

#[test]
fn rows_without_geometry_are_kept() {
    let place = Place::new();
    let source = place.file(
        "a.csv",
        "name;wkt\nnull;\nempty;POLYGON EMPTY\ngood;POINT (106.3 20.9)\n",
    );
    let report = place.import(&source).unwrap();
    assert_eq!(
        (report.features_published, report.features_set_aside),
        (3, 0)
    );
    assert_eq!(
        report.finding(FindingCode::GeometryMissing).unwrap().count,
        1
    );
    assert_eq!(report.finding(FindingCode::GeometryEmpty).unwrap().count, 1);
    let layer = place.twin.read(&id("probe")).unwrap();
    assert_eq!(
        layer.batches[0]
            .column_by_name("geom")
            .unwrap()
            .null_count(),
        2
    );
}

#[test]
fn an_empty_layer_is_published_with_a_warning() {
    let place = Place::new();
    let source = place.ogr2ogr(
        "a.gpkg",
        &place.file("a.geojson", geojson(&[("a", SQUARE)])),
        &["-where", "n > 99"],
    );
    let report = place.import(&source).unwrap();
    assert_eq!(report.features_published, 0);
    assert_eq!(
        report.finding(FindingCode::LayerEmpty).unwrap().severity,
        Severity::Warning
    );
    let layer = place.twin.read(&id("probe")).unwrap();
    assert!(layer.is_empty() && layer.meta.extent.is_none());
    let bare = place
        .import(&place.file("b.geojson", geojson(&[])))
        .unwrap();
    assert_eq!(bare.features_published, 0);
}

#[test]
fn heights_and_curves_are_flattened_with_a_note() {
    let place = Place::new();
    let csv = "name,wkt\na,\"LINESTRING Z (106.3 20.9 5, 106.4 20.95 6)\"\n";
    let report = place.import(&place.file("a.csv", csv)).unwrap();
    assert_eq!(
        report.finding(FindingCode::DimensionDropped).unwrap().count,
        1
    );
    let csv = "name,wkt\na,\"CIRCULARSTRING (106.3 20.9, 106.35 20.95, 106.4 20.9)\"\n";
    let report = place.import(&place.file("b.csv", csv)).unwrap();
    assert_eq!(
        report.finding(FindingCode::CurveLinearised).unwrap().count,
        1
    );
}

#[test]
fn a_rehearsal_reports_the_same_and_writes_nothing() {
    let place = Place::new();
    let source = place.file("a.geojson", geojson(&[("good", SQUARE), ("bow", BOW_TIE)]));
    let request = layers::ImportRequest::new(vec![source.clone()], id("probe"));
    let rehearsal = layers::import::examine(&request, &layers::Silent).unwrap();
    assert!(place.twin.layers().unwrap().is_empty());
    let mut report = place.import(&source).unwrap();
    report.version = None;
    assert_eq!(rehearsal, report);
}
