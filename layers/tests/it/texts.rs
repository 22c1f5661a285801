//! Text of every old encoding, with and without a file that says which: read, and told.

use std::path::PathBuf;

use arrow::array::AsArray as _;
use layers::{Encoding, FindingCode};

use crate::fixtures::{Place, geojson, id};

const NAMES: [&str; 6] = [
    "Phường Cẩm Thượng",
    "Xã Nguyễn Giáp",
    "Thị trấn Kẻ Sặt",
    "Đồng Lạc",
    "Tứ Kỳ",
    "Hiến Thành",
];

const OLD: [Encoding; 5] = [
    Encoding::Tcvn3,
    Encoding::Vni,
    Encoding::Cp1258,
    Encoding::Viscii,
    Encoding::Vps,
];

/// A Shapefile whose names are these bytes, with a `.cpg` that says what it says.
fn shapefile(place: &Place, names: &[Vec<u8>], cpg: Option<&str>) -> PathBuf {
    let marks: Vec<String> = (0..names.len())
        .map(|at| format!("{:~<40}", format!("MARK{at}")))
        .collect();
    let point = crate::fixtures::POINT;
    let features: Vec<_> = marks.iter().map(|mark| (mark.as_str(), point)).collect();
    let source = place.file("marks.geojson", geojson(&features));
    let path = place.ogr2ogr("names.shp", &source, &["-f", "ESRI Shapefile"]);
    let dbf = path.with_extension("dbf");
    let mut bytes = std::fs::read(&dbf).unwrap();
    for (mark, name) in marks.iter().zip(names) {
        let at = bytes
            .windows(mark.len())
            .position(|window| window == mark.as_bytes())
            .unwrap();
        bytes[at..at + mark.len()].fill(b' ');
        bytes[at..at + name.len()].copy_from_slice(name);
    }
    std::fs::write(&dbf, bytes).unwrap();
    let declared = path.with_extension("cpg");
    match cpg {
        Some(cpg) => std::fs::write(declared, cpg).unwrap(),
        None => std::fs::remove_file(declared).unwrap_or_default(),
    }
    path
}

fn csv(place: &Place, names: &[Vec<u8>]) -> PathBuf {
    let mut text = b"name,lon,lat\n".to_vec();
    for name in names {
        text.extend(name);
        text.extend(b",106.31,20.93\n");
    }
    place.file("names.csv", text)
}

fn written(encoding: Encoding) -> Vec<Vec<u8>> {
    NAMES
        .iter()
        .map(|name| encoding.encode(name).unwrap())
        .collect()
}

#[track_caller]
fn check(place: &Place, expected: &[&str]) {
    let layer = place.twin.read(&id("probe")).unwrap();
    let mut found: Vec<String> = Vec::new();
    for batch in &layer.batches {
        let names = batch.column_by_name("name").unwrap().as_string::<i32>();
        found.extend(names.iter().map(|name| name.unwrap_or("∅").to_owned()));
    }
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn every_old_encoding_is_read_from_a_shapefile_without_cpg_and_from_csv() {
    for encoding in OLD {
        let place = Place::new();
        for path in [
            shapefile(&place, &written(encoding), None),
            csv(&place, &written(encoding)),
        ] {
            let report = place.import(&path).unwrap();
            assert_eq!(report.sources[0].encoding, encoding.as_str(), "{path:?}");
            assert!(
                report.finding(FindingCode::EncodingGuessed).is_some(),
                "{path:?}"
            );
            check(&place, &NAMES);
        }
    }
}

#[test]
fn a_cpg_that_lies_is_not_believed() {
    for encoding in OLD {
        for lie in ["UTF-8", "1252", "1258"] {
            if lie.parse() == Ok(encoding) {
                continue;
            }
            let place = Place::new();
            let path = shapefile(&place, &written(encoding), Some(lie));
            let report = place.import(&path).unwrap();
            assert_eq!(report.sources[0].encoding, encoding.as_str(), "{lie}");
            assert!(
                report.finding(FindingCode::EncodingWrong).is_some(),
                "{lie}"
            );
            check(&place, &NAMES);
        }
    }
    let place = Place::new();
    let path = shapefile(&place, &written(Encoding::Utf8), Some("1252"));
    place.import(&path).unwrap();
    check(&place, &NAMES);
}

#[test]
fn an_encoding_that_is_given_is_used_even_where_nothing_could_tell() {
    let place = Place::new();
    let path = shapefile(&place, &[b"S\xe1ch".to_vec()], None);
    for (encoding, expected) in [
        (Encoding::Tcvn3, "Sỏch"),
        (Encoding::Viscii, "Sách"),
        (Encoding::Vps, "Sách"),
    ] {
        place
            .import_with(&path, |request| request.encoding = Some(encoding))
            .unwrap();
        check(&place, &[expected]);
    }
}

/// Old bytes that a program took for Windows-1252 and saved as Unicode, in a format with code pages.
#[test]
fn old_text_saved_as_unicode_by_mistake_is_put_right() {
    for encoding in [Encoding::Tcvn3, Encoding::Vni, Encoding::Viscii] {
        let place = Place::new();
        let names: Vec<String> = written(encoding)
            .iter()
            .map(|bytes| Encoding::Cp1252.decode(bytes).into_owned())
            .collect();
        let features: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), crate::fixtures::POINT))
            .collect();
        let source = place.file("a.geojson", geojson(&features));
        let tab = place.ogr2ogr(
            "a.tab",
            &source,
            &["-f", "MapInfo File", "-lco", "ENCODING=UTF-8"],
        );
        let report = place.import(&tab).unwrap();
        assert_eq!(report.sources[0].encoding, encoding.as_str());
        assert!(report.finding(FindingCode::EncodingWrong).is_some());
        check(&place, &NAMES);
    }
}

#[test]
fn decomposed_text_is_stored_composed_and_told() {
    use unicode_normalization::UnicodeNormalization as _;
    let place = Place::new();
    let decomposed: Vec<Vec<u8>> = NAMES
        .iter()
        .map(|name| name.nfd().collect::<String>().into_bytes())
        .collect();
    let report = place.import(&csv(&place, &decomposed)).unwrap();
    assert!(report.finding(FindingCode::TextDecomposed).is_some());
    check(&place, &NAMES);
}

/// `.VnTimeH` shows the codes of small letters as capitals; what the file holds are small letters.
#[test]
fn names_whose_capitals_were_in_the_font_are_told_and_kept() {
    let small = NAMES.map(str::to_lowercase);
    let bytes: Vec<Vec<u8>> = small
        .iter()
        .map(|name| Encoding::Tcvn3.encode(name).unwrap())
        .collect();
    let place = Place::new();
    let report = place.import(&shapefile(&place, &bytes, None)).unwrap();
    let finding = report.finding(FindingCode::CapitalsLost).unwrap();
    assert!(
        finding.examples[0].contains("name: phường cẩm thượng"),
        "{finding:?}"
    );
    check(&place, &small.each_ref().map(String::as_str));
    let report = place
        .import(&shapefile(&place, &written(Encoding::Tcvn3), None))
        .unwrap();
    assert!(report.finding(FindingCode::CapitalsLost).is_none());
}
