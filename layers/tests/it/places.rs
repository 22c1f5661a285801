//! Sources that lie about where they lie: each ends in its place, or is refused with the systems that would fit.

use std::path::{Path, PathBuf};

use layers::{Extent, FindingCode, ImportReport};

use crate::fixtures::{Place, geojson, id};

/// Two corners of the province and a point in it: longitude and latitude.
const CORNERS: [(f64, f64); 3] = [(106.13, 20.69), (106.3146, 20.9373), (106.61, 21.23)];
const VILLAGE: [(f64, f64); 2] = [(106.31, 20.93), (106.32, 20.94)];

fn points(places: &[(f64, f64)]) -> String {
    let points: Vec<String> = places
        .iter()
        .map(|(x, y)| format!(r#"{{"type":"Point","coordinates":[{x},{y}]}}"#))
        .collect();
    let named: Vec<_> = points.iter().map(|point| ("a", point.as_str())).collect();
    geojson(&named)
}

/// A Shapefile in one system whose `.prj` is that of another, or whatever text is given.
fn shapefile(place: &Place, places: &[(f64, f64)], crs: &str, prj: Prj<'_>) -> PathBuf {
    let source = place.file("points.geojson", points(places));
    let path = place.ogr2ogr("a.shp", &source, &["-t_srs", crs]);
    let own = path.with_extension("prj");
    match prj {
        Prj::Own => {}
        Prj::None => std::fs::remove_file(own).unwrap(),
        Prj::Of(other) => {
            let other = place.ogr2ogr("other.shp", &source, &["-t_srs", other]);
            std::fs::copy(other.with_extension("prj"), own).unwrap();
        }
        Prj::Text(text) => std::fs::write(own, text).unwrap(),
    }
    path
}

#[derive(Clone, Copy)]
enum Prj<'a> {
    None,
    Own,
    Of(&'a str),
    Text(&'a str),
}

/// Imports and compares with where the places are, to a millimetre, and with what must be told.
#[track_caller]
fn check(place: &Place, path: &Path, places: &[(f64, f64)], told: &[FindingCode]) -> ImportReport {
    let report = place
        .import(path)
        .unwrap_or_else(|error| panic!("{path:?}: {error}"));
    for code in told {
        assert!(
            report.finding(*code).is_some(),
            "{path:?}: {code:?}: {report:?}"
        );
    }
    let doctored = [
        FindingCode::CrsReplaced,
        FindingCode::CrsDoubtful,
        FindingCode::CrsFarAway,
        FindingCode::AxesSwapped,
        FindingCode::UnitsScaled,
        FindingCode::DatumShiftReplaced,
    ];
    for code in doctored.iter().filter(|code| !told.contains(code)) {
        assert!(report.finding(*code).is_none(), "{path:?}: {report:?}");
    }
    let found = place.twin.meta(&id("probe")).unwrap().extent.unwrap();
    let expected = Extent::around(places.iter().copied());
    let off = [
        found.min_x - expected.min_x,
        found.min_y - expected.min_y,
        found.max_x - expected.max_x,
        found.max_y - expected.max_y,
    ];
    assert!(
        off.iter().all(|off| off.abs() < 2e-8),
        "{path:?}: {found:?} {report:?}"
    );
    report
}

#[test]
fn a_prj_of_another_zone_is_found_out_when_the_file_is_the_province() {
    for lie in ["EPSG:9210", "EPSG:3405", "EPSG:4326"] {
        let place = Place::new();
        let path = shapefile(&place, &CORNERS, "EPSG:9209", Prj::Of(lie));
        let report = check(&place, &path, &CORNERS, &[FindingCode::CrsReplaced]);
        let source = &report.sources[0];
        assert_eq!(source.crs, "EPSG:9209");
        assert_eq!(
            source.transformation,
            "EPSG:6960 VN-2000 to WGS 84 (2) ±1 m"
        );
        let example = &report.finding(FindingCode::CrsReplaced).unwrap().examples[0];
        assert!(
            example.contains("EPSG:9209") && example.contains(lie),
            "{example}"
        );
    }
}

#[test]
fn a_village_without_a_true_system_is_refused_with_the_ranked_ones() {
    for prj in [Prj::None, Prj::Of("EPSG:4326")] {
        let place = Place::new();
        let path = shapefile(&place, &VILLAGE, "EPSG:9209", prj);
        let message = place.refused(&path, |_| {});
        let at = |code: &str| message.find(code);
        assert!(
            at("EPSG:9209 (") < at("EPSG:9210 (") && message.contains("26.0 km"),
            "{message}"
        );
        place
            .import_with(&path, |request| {
                request.crs = Some("EPSG:9209".parse().unwrap())
            })
            .unwrap();
    }
}

#[test]
fn northing_before_easting_is_put_right() {
    let place = Place::new();
    let csv = "name,x,y\na,2289070.8,565480.6\nb,2316227.333,584527.145\nc,2348852.0,615065.6\n";
    let report = place.import(&place.file("a.csv", csv)).unwrap();
    assert!(
        report.finding(FindingCode::AxesSwapped).is_some(),
        "{report:?}"
    );
    assert_eq!(report.sources[0].crs, "EPSG:9209");
    let extent = place.twin.meta(&id("probe")).unwrap().extent.unwrap();
    assert!(extent.min_x > 106.1 && extent.max_y < 21.3, "{extent:?}");

    let source = place.file(
        "swapped.csv",
        "name,wkt\na,POINT (2316227.333 584527.145)\n",
    );
    let shp = place.ogr2ogr("swapped.shp", &source, &["-a_srs", "EPSG:9209"]);
    check(
        &place,
        &shp,
        &[(106.3146, 20.9373)],
        &[FindingCode::AxesSwapped],
    );
}

#[test]
fn latitude_before_longitude_is_put_right() {
    let place = Place::new();
    let swapped = VILLAGE.map(|(lon, lat)| (lat, lon));
    let source = place.file("a.geojson", points(&swapped));
    check(&place, &source, &VILLAGE, &[FindingCode::AxesSwapped]);
    let csv = place.file("a.csv", "name,lon,lat\na,20.93,106.31\nb,20.94,106.32\n");
    check(&place, &csv, &VILLAGE, &[FindingCode::AxesSwapped]);
    let csv = place.file(
        "b.csv",
        "name,wkt\na,POINT (20.93 106.31)\nb,POINT (20.94 106.32)\n",
    );
    check(&place, &csv, &VILLAGE, &[FindingCode::AxesSwapped]);
}

#[test]
fn degrees_in_a_plane_system_are_taken_for_what_they_are() {
    let place = Place::new();
    let path = shapefile(&place, &VILLAGE, "EPSG:4326", Prj::Of("EPSG:9209"));
    let report = check(&place, &path, &VILLAGE, &[FindingCode::CrsReplaced]);
    assert_eq!(report.sources[0].crs, "OGC:CRS84");
}

#[test]
fn a_drawing_in_millimetres_becomes_metres() {
    let place = Place::new();
    let corners = [
        (565_613.4, 2_288_769.9),
        (584_527.145, 2_316_227.333),
        (615_290.3, 2_348_783.3),
    ];
    let wkt = |scale: f64| {
        let line: Vec<String> = corners
            .iter()
            .map(|(x, y)| format!("{} {}", x * scale, y * scale))
            .collect();
        format!("name,wkt\na,\"LINESTRING ({})\"\n", line.join(", "))
    };
    for (name, scale) in [("mm", 1000.0), ("cm", 100.0), ("km", 0.001)] {
        let source = place.file(&format!("{name}.csv"), wkt(scale));
        let dxf = place.ogr2ogr(&format!("{name}.dxf"), &source, &["-f", "DXF"]);
        let report = place.import(&dxf).unwrap();
        assert!(
            report.finding(FindingCode::UnitsScaled).is_some(),
            "{name}: {report:?}"
        );
        assert_eq!(report.sources[0].crs, "EPSG:9209", "{name}");
        let extent = place.twin.meta(&id("probe")).unwrap().extent.unwrap();
        let (lon, lat) = extent.center();
        assert!(
            (106.3..106.45).contains(&lon) && (20.9..21.0).contains(&lat),
            "{name}: {extent:?}"
        );
    }
}

/// GDAL knows which names mean latitude first; what is written the other way is put right from where it lies.
#[test]
fn gml_comes_right_in_every_axis_order() {
    let gml = |name: &str, srs: &str, position: &str| {
        let place = Place::new();
        let text = format!(
            r#"<?xml version="1.0" encoding="utf-8"?>
<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="c">
<ogr:featureMember><ogr:a gml:id="a.0"><ogr:geometryProperty><gml:Point srsName="{srs}" gml:id="p"><gml:pos>{position}</gml:pos></gml:Point></ogr:geometryProperty><ogr:name>a</ogr:name></ogr:a></ogr:featureMember>
</ogr:FeatureCollection>"#
        );
        let path = place.file(name, text);
        (place, path)
    };
    let (lonlat, latlon) = ("106.3146 20.9373", "20.9373 106.3146");
    let swapped = &[FindingCode::AxesSwapped][..];
    for (srs, position, told) in [
        ("urn:ogc:def:crs:EPSG::4326", latlon, &[][..]),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", latlon, &[]),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", lonlat, &[]),
        ("EPSG:4326", lonlat, &[]),
        ("EPSG:4326", latlon, swapped),
        ("urn:ogc:def:crs:EPSG::4326", lonlat, swapped),
        ("urn:ogc:def:crs:EPSG::9209", "584527.145 2316227.333", &[]),
        (
            "urn:ogc:def:crs:EPSG::9209",
            "2316227.333 584527.145",
            swapped,
        ),
    ] {
        let (place, path) = gml("a.gml", srs, position);
        let report = check(&place, &path, &[(106.3146, 20.9373)], told);
        assert!(report.features_published == 1, "{srs} {position}");
    }
    let place = Place::new();
    let source = place.file("a.geojson", points(&VILLAGE));
    for (name, format) in [
        ("gml2.gml", "GML2"),
        ("gml3.gml", "GML3"),
        ("gml32.gml", "GML3.2"),
    ] {
        let option = format!("FORMAT={format}");
        let path = place.ogr2ogr(name, &source, &["-f", "GML", "-dsco", &option]);
        check(&place, &path, &VILLAGE, &[]);
    }
}

#[test]
fn vn2000_without_the_published_shift_gets_it() {
    let zero = r#"PROJCS["VN-2000 / TM-3 105-30",GEOGCS["VN-2000",DATUM["Vietnam_2000",SPHEROID["WGS 84",6378137,298.257223563],TOWGS84[SHIFT]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",105.5],PARAMETER["scale_factor",0.9999],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]"#;
    let by_hand = zero
        .replace(",TOWGS84[SHIFT]", "")
        .replace("Vietnam_2000", "D_WGS_1984")
        .replace("GEOGCS[\"VN-2000\"", "GEOGCS[\"GCS_WGS_1984\"")
        .replace("VN-2000 / TM-3 105-30", "Transverse_Mercator");
    let raw =
        "-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278";
    for (prj, mistake) in [
        (
            zero.replace("SHIFT", "0,0,0,0,0,0,0"),
            "datum shift left out",
        ),
        (zero.replace("SHIFT", raw), "wrong signs"),
        (by_hand, "datum shift left out"),
    ] {
        let place = Place::new();
        let path = shapefile(&place, &VILLAGE, "EPSG:9209", Prj::Text(&prj));
        let report = check(&place, &path, &VILLAGE, &[FindingCode::DatumShiftReplaced]);
        let example = &report
            .finding(FindingCode::DatumShiftReplaced)
            .unwrap()
            .examples[0];
        assert!(example.contains(mistake), "{example}");
    }
}

#[test]
fn hanoi_1972_is_imported_with_its_accuracy_told() {
    let place = Place::new();
    // Not made with ogr2ogr, which leaves the shift out this far from Vũng Tàu and is 51 m off.
    let source = place.file("a.csv", "name,wkt\na,POINT (18636700.3745 2316757.6063)\n");
    let path = place.ogr2ogr("a.shp", &source, &["-a_srs", "EPSG:2044"]);
    let report = check(
        &place,
        &path,
        &[(106.3146, 20.9373)],
        &[FindingCode::CrsInexact],
    );
    assert!(
        report.sources[0].transformation.ends_with("±5 m"),
        "{report:?}"
    );
}

#[test]
fn data_of_other_places_stays_there() {
    let places: [(&str, [(f64, f64); 2], &[FindingCode]); 4] = [
        ("EPSG:9210", [(106.60, 10.70), (106.80, 10.90)], &[]),
        ("EPSG:4326", [(105.80, 20.98), (105.88, 21.06)], &[]),
        (
            "EPSG:5897",
            [(105.80, 20.98), (105.88, 21.06)],
            &[FindingCode::CrsDoubtful],
        ),
        (
            "EPSG:2154",
            [(2.2, 48.8), (2.4, 48.9)],
            &[FindingCode::CrsFarAway],
        ),
    ];
    for (crs, corners, told) in places {
        let place = Place::new();
        let path = shapefile(&place, &corners, crs, Prj::Own);
        let report = check(&place, &path, &corners, told);
        assert_eq!(report.sources[0].crs, crs);
    }
}
