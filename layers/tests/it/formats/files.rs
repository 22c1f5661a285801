//! Formats of the GIS world, each written by GDAL from features that are known.

use layers::{
    AttributeKind::{self, Date, Moment, Real, Text, Whole},
    FindingCode,
};

use super::known::{
    DIGITS, INSTANT, PARCELS, STATIONS, check_parcels, check_stations, column, convert, import,
    kinds,
};
use crate::fixtures::Place;

/// A millimetre, in degrees.
const MILLIMETRE: f64 = 1e-8;

/// How a format keeps what the stations have.
struct Format<'a> {
    file: &'a str,
    options: &'a [&'a str],
    name: &'a str,
    crs: &'a str,
    date: (AttributeKind, &'a str),
    moment: (AttributeKind, &'a str),
}

const EXACT: Format<'_> = Format {
    file: "",
    options: &[],
    name: "",
    crs: "EPSG:4326",
    date: (Date, "2024-05-31"),
    moment: (Moment, INSTANT),
};

#[track_caller]
fn check(format: &Format<'_>) {
    let place = Place::new();
    let path = convert(&place, STATIONS, format.file, format.options);
    let (report, layer) = import(&place, &path);
    assert_eq!(report.sources[0].format, format.name);
    assert_eq!(report.sources[0].crs, format.crs);
    check_stations(&layer, MILLIMETRE, [format.date.1, format.moment.1]);
    let found = kinds(
        &layer,
        ["ten", "so_giuong", "dien_tich", "ngay", "luc", "ma"],
    );
    let expected = [Text, Whole, Real, format.date.0, format.moment.0, Text];
    assert_eq!(found, expected);
    assert!(
        report.finding(FindingCode::EncodingWrong).is_none(),
        "{report:?}"
    );
    // The same format in the province's own system, with holes and parts.
    let options = [format.options, &["-t_srs", "EPSG:9209"]].concat();
    let place = Place::new();
    let path = convert(&place, PARCELS, format.file, &options);
    let (report, layer) = import(&place, &path);
    let expected = if path.extension().is_some_and(|extension| extension == "kml") {
        "EPSG:4326"
    } else {
        "EPSG:9209"
    };
    assert_eq!(report.sources[0].crs, expected);
    check_parcels(&layer, MILLIMETRE);
}

#[test]
fn a_shapefile_keeps_all_but_the_time_of_day_which_it_has_no_type_for() {
    check(&Format {
        file: "a.shp",
        options: &["-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8"],
        name: "ESRI Shapefile",
        moment: (Date, "2024-05-31"),
        ..EXACT
    });
}

#[test]
fn a_geopackage_keeps_everything() {
    check(&Format {
        file: "a.gpkg",
        options: &["-f", "GPKG"],
        name: "GeoPackage",
        ..EXACT
    });
}

#[test]
fn geojson_keeps_everything() {
    check(&Format {
        file: "a.geojson",
        options: &["-f", "GeoJSON"],
        name: "GeoJSON",
        ..EXACT
    });
}

#[test]
fn flatgeobuf_keeps_everything_but_that_a_date_is_a_moment() {
    check(&Format {
        file: "a.fgb",
        options: &["-f", "FlatGeobuf"],
        name: "FlatGeobuf",
        date: (Moment, "2024-05-31T00:00:00Z"),
        ..EXACT
    });
}

#[test]
fn gml_of_version_3_2_keeps_everything_and_its_axes_come_the_right_way() {
    check(&Format {
        file: "a.gml",
        options: &["-f", "GML", "-dsco", "FORMAT=GML3.2"],
        name: "Geography Markup Language (GML)",
        ..EXACT
    });
}

#[test]
fn gml_without_a_schema_beside_it_is_read_and_nothing_is_written_beside_it() {
    let place = Place::new();
    let options = ["-f", "GML", "-dsco", "FORMAT=GML3.2"];
    let path = convert(&place, STATIONS, "a.gml", &options);
    std::fs::remove_file(path.with_extension("xsd")).unwrap();
    let (_, layer) = import(&place, &path);
    assert_eq!(layer.meta.feature_count, 3);
    assert!(column(&layer, "ten").contains(&"Trạm y tế Hải Dương".to_owned()));
}

#[test]
fn kml_keeps_typed_values_and_leaves_out_how_to_draw() {
    let format = Format {
        file: "a.kml",
        options: &["-f", "KML"],
        name: "Keyhole Markup Language (LIBKML)",
        date: (Text, "2024/05/31"),
        moment: (Text, "2024/05/31 07:30:00+07"),
        ..EXACT
    };
    check(&format);
    let place = Place::new();
    let path = convert(&place, STATIONS, format.file, format.options);
    let (report, layer) = import(&place, &path);
    let names: Vec<_> = layer
        .schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert!(
        !names.contains(&"tessellate") && !names.contains(&"draworder"),
        "{names:?}"
    );
    assert!(
        report.finding(FindingCode::DriverWarning).is_some(),
        "said, not silent"
    );
}

#[test]
fn kmz_is_read_as_the_kml_in_it() {
    let place = Place::new();
    let path = convert(
        &place,
        PARCELS,
        "a.kmz",
        &["-f", "LIBKML", "-t_srs", "EPSG:4326"],
    );
    let (report, layer) = import(&place, &path);
    assert_eq!(report.sources[0].crs, "EPSG:4326");
    check_parcels(&layer, MILLIMETRE);
}

#[test]
fn geojson_text_sequences_keep_everything() {
    let place = Place::new();
    for (file, options) in [
        ("a.geojsonl", ["-f", "GeoJSONSeq", "-lco", "RS=NO"]),
        ("b.geojsons", ["-f", "GeoJSONSeq", "-lco", "RS=YES"]),
    ] {
        let path = convert(&place, STATIONS, file, &options);
        let (report, layer) = import(&place, &path);
        assert_eq!(report.sources[0].crs, "EPSG:4326");
        check_stations(&layer, MILLIMETRE, ["2024-05-31", INSTANT]);
    }
}

#[test]
fn a_file_geodatabase_keeps_everything_but_that_a_date_is_a_moment() {
    let place = Place::new();
    let options = ["-f", "OpenFileGDB", "-nlt", "POINT"];
    let path = convert(&place, STATIONS, "a.gdb", &options);
    let (report, layer) = import(&place, &path);
    assert_eq!(report.sources[0].format, "ESRI FileGDB");
    assert_eq!(report.sources[0].crs, "EPSG:4326");
    check_stations(&layer, MILLIMETRE, ["2024-05-31T00:00:00Z", INSTANT]);
    let options = [
        "-f",
        "OpenFileGDB",
        "-nlt",
        "MULTIPOLYGON",
        "-t_srs",
        "EPSG:9209",
    ];
    let path = convert(&place, PARCELS, "b.gdb", &options);
    let (report, layer) = import(&place, &path);
    assert_eq!(report.sources[0].crs, "EPSG:9209");
    // Its positions lie on a grid of a tenth of a millimetre.
    check_parcels(&layer, MILLIMETRE);
}

#[test]
fn spreadsheets_are_tables() {
    let place = Place::new();
    for (file, driver) in [("a.xlsx", "XLSX"), ("a.ods", "ODS")] {
        let path = convert(&place, STATIONS, file, &["-f", driver]);
        let (report, layer) = import(&place, &path);
        assert_eq!(layer.meta.kind, layers::LayerKind::Table, "{report:?}");
        let row = column(&layer, "ten")
            .iter()
            .position(|ten| ten == "Trạm y tế Hải Dương")
            .unwrap();
        let values = ["so_giuong", "dien_tich", "ma", "ngay", "luc"]
            .map(|name| column(&layer, name)[row].clone());
        assert_eq!(
            values,
            ["12", "1234.5", "01234", "2024-05-31", DIGITS],
            "{file}"
        );
    }
}

#[test]
fn a_csv_of_numbers_only_is_a_table_and_no_grid_of_heights() {
    let place = Place::new();
    let path = place.file(
        "numbers.csv",
        "id,lon,lat\n1,106.5,20.8\n2,106.1,21.1\n3,106.3,20.9\n",
    );
    let (report, _) = import(&place, &path);
    assert_eq!((report.features_read, report.features_published), (3, 3));
}

#[test]
fn csv_with_wkt_or_coordinates_keeps_text_as_it_stands() {
    let place = Place::new();
    let path = convert(
        &place,
        PARCELS,
        "a.csv",
        &["-f", "CSV", "-lco", "GEOMETRY=AS_WKT"],
    );
    let (report, layer) = import(&place, &path);
    assert_eq!(report.sources[0].crs, "OGC:CRS84");
    check_parcels(&layer, MILLIMETRE);
    let path = convert(
        &place,
        STATIONS,
        "b.csv",
        &["-f", "CSV", "-lco", "GEOMETRY=AS_XY"],
    );
    let (_, layer) = import(&place, &path);
    check_stations(&layer, MILLIMETRE, ["2024-05-31", INSTANT]);
}
