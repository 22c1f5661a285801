//! `MapInfo` and the formats of drawings: old code pages, no CRS, labels as features.

use std::path::{Path, PathBuf};

use layers::{
    AttributeKind::{Date, Moment, Real, Text, Whole},
    Encoding, FindingCode,
};

use super::known::{
    DIGITS, PARCELS, STATIONS, check_shape, check_stations, column, convert, geometries, import,
    kinds, parcel_shapes,
};
use crate::fixtures::{Place, geojson, id};

/// Names whose letters tell the encodings apart, and what stands for them where the file is made.
const NAMES: [(&str, &str); 2] = [
    ("PLACEHOLDER12", "Phường Cẩm"),
    ("PLACEHOLDER34", "Đồng Lạc"),
];

/// The names in Windows-1258, where a tone is a character of its own after its letter.
const CP1258: [&[u8]; 2] = [b"Ph\xFD\xF5\xCCng C\xE2\xD2m", b"\xD0\xF4\xCCng La\xF2c"];

fn in_encoding(at: usize, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Tcvn3 => encoding.encode(NAMES[at].1).unwrap(),
        Encoding::Cp1258 => CP1258[at].to_vec(),
        _ => NAMES[at].1.as_bytes().to_vec(),
    }
}

/// Puts the names in an encoding where their placeholders stand; a field of fixed width is filled up with `fill`.
fn place_names(path: &Path, encoding: Encoding, fill: Option<u8>) {
    let mut bytes = std::fs::read(path).unwrap();
    for (at, (mark, _)) in NAMES.iter().enumerate() {
        let mut name = in_encoding(at, encoding);
        let length = name.len();
        if let Some(fill) = fill {
            name.resize(mark.len().max(length), fill);
        }
        let found = bytes
            .windows(mark.len())
            .position(|window| window == mark.as_bytes())
            .unwrap();
        let end = found
            + if fill.is_some() {
                name.len()
            } else {
                mark.len()
            };
        bytes.splice(found..end, name);
    }
    std::fs::write(path, bytes).unwrap();
}

fn named_points() -> String {
    geojson(&[
        (
            NAMES[0].0,
            r#"{"type":"Point","coordinates":[106.3146,20.9373]}"#,
        ),
        (
            NAMES[1].0,
            r#"{"type":"Point","coordinates":[106.388,21.135]}"#,
        ),
    ])
}

fn sorted_names(place: &Place, column_name: &str) -> Vec<String> {
    let layer = place.twin.read(&id("probe")).unwrap();
    let mut names: Vec<_> = column(&layer, column_name);
    names.retain(|name| name != "∅" && !name.is_empty());
    // Labels of a DGN have the length they were made with, here that of the placeholders.
    for name in &mut names {
        name.truncate(name.trim_end().len());
    }
    names.sort();
    names
}

fn expected_names() -> [String; 2] {
    NAMES.map(|(_, name)| name.to_owned())
}

#[test]
fn mapinfo_files_keep_everything_but_the_time_zone() {
    for (file, options) in [
        ("a.tab", &["-f", "MapInfo File"] as &[&str]),
        ("a.mif", &["-f", "MapInfo File", "-dsco", "FORMAT=MIF"]),
    ] {
        let place = Place::new();
        let path = convert(&place, STATIONS, file, options);
        let (report, layer) = import(&place, &path);
        // TAB keeps positions on a grid of a few centimetres over the whole world.
        check_stations(&layer, 5e-7, ["2024-05-31", DIGITS]);
        let found = kinds(
            &layer,
            ["ten", "so_giuong", "dien_tich", "ngay", "luc", "ma"],
        );
        assert_eq!(found, [Text, Whole, Real, Date, Moment, Text]);
        assert_eq!(report.sources[0].encoding, "utf-8");
    }
}

#[test]
fn mapinfo_text_is_read_in_the_encoding_its_bytes_are_in_whatever_its_charset_says() {
    for extension in ["tab", "mif"] {
        for (charset, encoding) in [
            ("WindowsVietnamese", Encoding::Cp1258),
            ("WindowsVietnamese", Encoding::Tcvn3),
            ("Neutral", Encoding::Tcvn3),
            ("Neutral", Encoding::Cp1258),
            ("WindowsLatin1", Encoding::Tcvn3),
            ("UTF-8", Encoding::Utf8),
        ] {
            let place = Place::new();
            let format = if extension == "mif" {
                "FORMAT=MIF"
            } else {
                "FORMAT=TAB"
            };
            let options = ["-f", "MapInfo File", "-dsco", format];
            let path = convert(&place, &named_points(), &format!("a.{extension}"), &options);
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text
                .replace("charset Neutral", &format!("charset {charset}"))
                .replace("harset \"Neutral\"", &format!("harset \"{charset}\""));
            std::fs::write(&path, text).unwrap();
            let (with_text, fill) = if extension == "mif" {
                ("mid", None)
            } else {
                ("dat", Some(0))
            };
            place_names(&path.with_extension(with_text), encoding, fill);
            let report = place.import(&path).unwrap();
            let what = format!("{extension} {charset} {encoding}");
            assert_eq!(
                sorted_names(&place, "name"),
                expected_names(),
                "{what}: {report:?}"
            );
            assert_eq!(report.sources[0].encoding, encoding.as_str(), "{what}");
        }
    }
}

/// A drawing: a street, a closed parcel, a block placed once, and two labels.
fn dxf(version: &str, code_page: &str, labels: [&[u8]; 2]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut pairs = |text: &str| {
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            out.extend_from_slice(word.as_bytes());
            out.push(b'\n');
        }
    };
    pairs(&format!(
        "0 SECTION 2 HEADER 9 $ACADVER 1 {version} 9 $DWGCODEPAGE 3 {code_page} 0 ENDSEC"
    ));
    pairs("0 SECTION 2 BLOCKS 0 BLOCK 8 0 2 COT 70 0 10 0 20 0 30 0 3 COT");
    pairs("0 LINE 8 COT_DIEN 10 -1 20 0 11 1 21 0 0 ENDBLK 8 0 0 ENDSEC 0 SECTION 2 ENTITIES");
    pairs("0 LINE 8 TIM_DUONG 10 584000 20 2312000 11 584100 21 2312050");
    pairs("0 LWPOLYLINE 8 RANH_THUA 90 4 70 1 10 584000 20 2312000 10 584020 20 2312000");
    pairs(
        "10 584020 20 2312010 10 584000 20 2312010 0 INSERT 8 COT_DIEN 2 COT 10 584050 20 2312020",
    );
    for (at, label) in labels.into_iter().enumerate() {
        let x = 584000 + at;
        for line in [
            b"0" as &[u8],
            b"TEXT",
            b"8",
            b"GHI_CHU",
            b"10",
            x.to_string().as_bytes(),
            b"20",
            b"2312000",
            b"40",
            b"2.5",
            b"1",
            label,
        ] {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
    }
    out.extend_from_slice(b"0\nENDSEC\n0\nEOF\n");
    out
}

#[test]
fn a_dxf_keeps_its_layers_blocks_and_labels_and_asks_for_the_crs_it_cannot_have() {
    let place = Place::new();
    let labels = NAMES.map(|(_, name)| name.as_bytes());
    let path = place.file("ban-ve.dxf", dxf("AC1032", "ANSI_1252", labels));
    let message = place.refused(&path, |_| {});
    assert!(message.contains("--crs"), "{message}");
    let report = place
        .import_with(&path, |request| {
            request.crs = Some("EPSG:9209".parse().unwrap());
        })
        .unwrap();
    assert_eq!(
        (report.features_published, report.features_set_aside),
        (5, 0),
        "{report:?}"
    );
    let layer = place.twin.read(&id("probe")).unwrap();
    let mut drawn = column(&layer, "layer");
    drawn.sort();
    assert_eq!(
        drawn,
        ["COT_DIEN", "GHI_CHU", "GHI_CHU", "RANH_THUA", "TIM_DUONG"]
    );
    assert_eq!(sorted_names(&place, "text"), expected_names());
    assert!(report.finding(FindingCode::GeometryMixed).is_some());
}

#[test]
fn dxf_text_is_read_in_the_encoding_its_bytes_are_in_whatever_its_code_page_says() {
    let utf8 = NAMES.map(|(_, name)| name.as_bytes());
    let tcvn3 = [0, 1].map(|at| in_encoding(at, Encoding::Tcvn3));
    let tcvn3 = [tcvn3[0].as_slice(), tcvn3[1].as_slice()];
    let escaped: [&[u8]; 2] = [
        b"Ph\\U+01B0\\U+1EDDng C\\U+1EA9m",
        b"\\U+0110\\U+1ED3ng L\\U+1EA1c",
    ];
    for (version, code_page, labels, encoding) in [
        ("AC1015", "ANSI_1258", CP1258, "cp1258"),
        ("AC1015", "ANSI_1258", tcvn3, "tcvn3"),
        ("AC1015", "ANSI_1252", tcvn3, "tcvn3"),
        ("AC1027", "ANSI_1258", utf8, "utf-8"),
        ("AC1015", "ANSI_1252", escaped, "utf-8"),
    ] {
        let place = Place::new();
        let path = place.file("a.dxf", dxf(version, code_page, labels));
        let report = place
            .import_with(&path, |request| {
                request.crs = Some("EPSG:9209".parse().unwrap());
            })
            .unwrap();
        let what = format!("{version} {code_page} {encoding}");
        assert_eq!(
            sorted_names(&place, "text"),
            expected_names(),
            "{what}: {report:?}"
        );
        assert_eq!(report.sources[0].encoding, encoding, "{what}");
    }
}

#[test]
fn the_corners_of_a_dxf_lie_where_they_were_drawn() {
    let place = Place::new();
    let options = ["-f", "DXF", "-select", "", "-t_srs", "EPSG:9209"];
    let path = convert(&place, PARCELS, "thua.dxf", &options);
    place
        .import_with(&path, |request| {
            request.crs = Some("EPSG:9209".parse().unwrap());
        })
        .unwrap();
    let layer = place.twin.read(&id("probe")).unwrap();
    // Written as hatches: a part each.
    let shapes = geometries(&layer);
    let with_pond = shapes.iter().position(
        |shape| matches!(shape, geo::Geometry::Polygon(polygon) if !polygon.interiors().is_empty()),
    );
    check_shape(&shapes[with_pond.unwrap()], &parcel_shapes()[0], 1e-8);
}

/// A design file of version 7 with two labels.
fn dgn(place: &Place, encoding: Encoding) -> PathBuf {
    let source = place.file(
        "labels.dxf",
        dxf(
            "AC1032",
            "ANSI_1252",
            NAMES.map(|(mark, _)| mark.as_bytes()),
        ),
    );
    let path = place.ogr2ogr("ban-ve.dgn", &source, &["-f", "DGN", "-select", ""]);
    place_names(&path, encoding, Some(b' '));
    path
}

#[test]
fn a_dgn_of_version_7_keeps_labels_in_any_encoding_and_positions_to_its_grid() {
    for encoding in [Encoding::Tcvn3, Encoding::Cp1258] {
        let place = Place::new();
        let path = dgn(&place, encoding);
        let message = place.refused(&path, |_| {});
        assert!(message.contains("--crs"), "{message}");
        let report = place
            .import_with(&path, |request| {
                request.crs = Some("EPSG:9209".parse().unwrap());
            })
            .unwrap();
        assert_eq!(report.features_set_aside, 0);
        assert_eq!(sorted_names(&place, "text"), expected_names(), "{report:?}");
    }
    let place = Place::new();
    let options = ["-f", "DGN", "-select", "", "-t_srs", "EPSG:9209"];
    let path = convert(&place, PARCELS, "thua.dgn", &options);
    place
        .import_with(&path, |request| {
            request.crs = Some("EPSG:9209".parse().unwrap());
        })
        .unwrap();
    let shapes = geometries(&place.twin.read(&id("probe")).unwrap());
    // It has no holes and no parts: each ring is a shape. Its grid is a centimetre.
    assert_eq!(shapes.len(), 4);
    let geo::Geometry::Polygon(expected) = &parcel_shapes()[0] else {
        unreachable!()
    };
    let outer = geo::Polygon::new(expected.exterior().clone(), vec![]).into();
    let largest = shapes
        .iter()
        .max_by(|a, b| geo::Area::unsigned_area(*a).total_cmp(&geo::Area::unsigned_area(*b)));
    check_shape(largest.unwrap(), &outer, 2e-7);
}

#[test]
fn drawings_that_no_free_library_reads_are_refused_with_what_to_ask_for() {
    let place = Place::new();
    let ole = [
        &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..],
        &[0; 600],
    ]
    .concat();
    let message = place.refused(&place.file("v8.dgn", ole), |_| {});
    assert!(
        message.contains("DGN v8") && message.contains("DGN v7 or DXF"),
        "{message}"
    );
    for name in ["a.dwg", "renamed.dat"] {
        let message = place.refused(&place.file(name, b"AC1032\0\0\0\0\0\0"), |_| {});
        assert!(
            message.contains("DWG") && message.contains("as DXF"),
            "{message}"
        );
    }
    let message = place.refused(
        &place.file("b.dxf", b"AutoCAD Binary DXF\r\n\x1a\0\0\0"),
        |_| {},
    );
    assert!(message.contains("text (ASCII)"), "{message}");
}
