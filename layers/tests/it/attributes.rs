//! Attributes that are wrong in known ways, one illness a test: told, healed where that loses nothing, and never dropped.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use arrow::{
    array::{Array as _, AsArray as _},
    compute::{cast, concat_batches},
    datatypes::DataType,
    record_batch::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};
use layers::{
    AttributeKind, FindingCode, ImportReport, ImportRequest,
    admin::{AdminRegister, AdminUnit, Level, Period},
};

use crate::fixtures::{Place, generated_files, id};

/// A column's values as text, in the order of the source's rows; all sources here have no geometry.
fn column(place: &Place, name: &str) -> Vec<Option<String>> {
    let layer = place.twin.read(&id("probe")).unwrap();
    let all: RecordBatch = concat_batches(&layer.schema, &layer.batches).unwrap();
    let column = all.column_by_name(name).expect(name);
    // Without its zone, for whose name Arrow would need a database.
    let column = match column.data_type() {
        DataType::Timestamp(unit, _) => cast(column, &DataType::Timestamp(*unit, None)).unwrap(),
        _ => Arc::clone(column),
    };
    let options = FormatOptions::default();
    let shown = ArrayFormatter::try_new(&column, &options).unwrap();
    (0..column.len())
        .map(|row| column.is_valid(row).then(|| shown.value(row).to_string()))
        .collect()
}

fn names(place: &Place) -> Vec<String> {
    let meta = place.twin.meta(&id("probe")).unwrap();
    meta.attributes.into_iter().map(|own| own.name).collect()
}

/// Imports a table as CSV. Every cell is quoted, and a column `note` keeps it a table.
fn import(place: &Place, csv: &str) -> ImportReport {
    import_with(place, csv, |_| {})
}

fn import_with(place: &Place, csv: &str, adjust: impl FnOnce(&mut ImportRequest)) -> ImportReport {
    let file = place.file("probe.csv", csv);
    place
        .import_with(&file, |request| {
            request.reference_date = Some("2025-06-01".parse().unwrap());
            adjust(request);
        })
        .unwrap()
}

#[track_caller]
fn told(report: &ImportReport, code: FindingCode, count: u64, example: &str) {
    let finding = report.finding(code).expect("the finding is there");
    assert_eq!(finding.count, count, "{finding:?}");
    assert!(
        finding.examples.iter().any(|found| found.contains(example)),
        "{example}: {finding:?}"
    );
}

fn codes(report: &ImportReport) -> Vec<FindingCode> {
    let mut codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes
}

fn some(values: &[&str]) -> Vec<Option<String>> {
    values
        .iter()
        .map(|value| Some((*value).to_owned()))
        .collect()
}

#[test]
fn land_use_codes_are_healed_to_capitals_and_mixed_ones_become_lists() {
    let place = Place::new();
    let report = import(
        &place,
        "n,ma_dat\n1,LUC\n2,ont+luk\n3,\"ONT, CLN\"\n4,\n5, hnk\n6,ONT+CLN\n",
    );
    assert_eq!(
        column(&place, "ma_dat"),
        [
            some(&["LUC", "ONT+LUK", "ONT+CLN"]),
            vec![None],
            some(&["HNK", "ONT+CLN"])
        ]
        .concat()
    );
    let lists = [
        some(&["[LUC]", "[ONT, LUK]", "[ONT, CLN]"]),
        vec![None],
        some(&["[HNK]", "[ONT, CLN]"]),
    ];
    assert_eq!(column(&place, "ma_dat_list"), lists.concat());
    let meta = place.twin.meta(&id("probe")).unwrap();
    assert_eq!(meta.attributes[2].kind, AttributeKind::List);
    assert_eq!(meta.attributes[2].source_name.as_deref(), Some("ma_dat"));
    told(
        &report,
        FindingCode::LandUseHealed,
        3,
        "\"ont+luk\" → ONT+LUK",
    );
    told(&report, FindingCode::LandUseMixed, 3, "ONT+CLN");
    assert_eq!(
        codes(&report),
        [FindingCode::LandUseHealed, FindingCode::LandUseMixed]
    );
}

#[test]
fn a_column_of_single_codes_gets_no_list() {
    let place = Place::new();
    let report = import(&place, "n,ma_dat\n1,LUC\n2,LUK\n");
    assert_eq!(names(&place), ["n", "ma_dat"]);
    let layer = place.twin.read(&id("probe")).unwrap();
    assert!(layer.schema.index_of("ma_dat_list").is_err());
    assert_eq!(report.findings, []);
}

#[test]
fn a_typo_is_told_with_the_nearest_code_and_kept_as_delivered() {
    let place = Place::new();
    let report = import(
        &place,
        "n,ma_dat\n1,LUC\n2,LUKK\n3,ont+LUKK\n4,LUC\n5,LUKK\n6,CLN\n",
    );
    told(
        &report,
        FindingCode::LandUseUnknown,
        3,
        "ma_dat \"LUKK\" → LUK?",
    );
    assert_eq!(column(&place, "ma_dat")[1..3], some(&["LUKK", "ont+LUKK"]));
    assert_eq!(column(&place, "ma_dat_list")[2], Some("[ONT, LUKK]".into()));
}

#[test]
fn a_code_is_told_to_be_of_another_day() {
    let place = Place::new();
    let csv = "n,ma_dat\n1,LUC\n2,CNT\n3,CNT\n";
    let report = import_with(&place, csv, |request| {
        request.reference_date = Some("2024-07-31".parse().unwrap());
    });
    told(
        &report,
        FindingCode::LandUseNotInForce,
        2,
        "CNT 2024-08-01 –",
    );
    assert_eq!(import(&place, csv).findings, []);
}

#[test]
fn codes_are_recognised_without_a_telling_name_and_words_of_three_letters_are_not() {
    let place = Place::new();
    let report = import(
        &place,
        "n,p,q\n1,luc,CAO\n2,ONT,TBI\n3,CLN,ONT\n4,NTS,THP\n5,ODT,CAO\n",
    );
    told(&report, FindingCode::LandUseHealed, 1, "p \"luc\" → LUC");
    assert_eq!(
        column(&place, "q"),
        some(&["CAO", "TBI", "ONT", "THP", "CAO"])
    );
}

#[test]
fn numbers_as_text_get_a_column_of_numbers_and_the_text_is_kept() {
    let place = Place::new();
    let report = import(
        &place,
        "n,a,b,c\n1,\"203.638\",\"12,5 ha\",45%\n2,\"1.234,5\",\"3 ha\",\"3,5%\"\n3,\"12\",,0%\n4,,\"0,25 ha\",1%\n",
    );
    assert_eq!(
        names(&place),
        ["n", "a", "b", "c", "a_num", "b_num", "c_num"]
    );
    assert_eq!(
        column(&place, "a")[..3],
        some(&["203.638", "1.234,5", "12"])
    );
    assert_eq!(
        column(&place, "a_num"),
        [some(&["203638.0", "1234.5", "12.0"]), vec![None]].concat()
    );
    assert_eq!(
        column(&place, "b_num"),
        [
            Some("12.5".into()),
            Some("3.0".into()),
            None,
            Some("0.25".into())
        ]
    );
    assert_eq!(
        column(&place, "c_num"),
        some(&["45.0", "3.5", "0.0", "1.0"])
    );
    told(&report, FindingCode::TextTyped, 3, "b → b_num (ha)");
}

#[test]
fn a_text_that_does_not_fit_late_in_the_file_is_kept_and_told() {
    let place = Place::new();
    let mut csv = String::from("n,gia\n");
    for n in 0..40_000 {
        writeln!(csv, "{n},\"1.{:03},5\"", n % 1000).unwrap();
    }
    csv.push_str("40000,thoả thuận\n40001,\"7,25\"\n");
    let report = import(&place, &csv);
    told(&report, FindingCode::TextNotTyped, 1, "gia \"thoả thuận\"");
    let (text, number) = (column(&place, "gia"), column(&place, "gia_num"));
    assert_eq!(text.iter().flatten().count(), 40_002);
    assert_eq!(text[40_000].as_deref(), Some("thoả thuận"));
    assert_eq!(
        number[39_999..],
        [Some("1999.5".into()), None, Some("7.25".into())]
    );
}

#[test]
fn numbers_that_can_mean_two_things_and_codes_stay_text() {
    let place = Place::new();
    // GeoJSON: a CSV's own typing would take some of these for numbers.
    let feature = |a: &str, b: &str, c: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"a":"{a}","b":"{b}","c":"{c}"}},"geometry":null}}"#
        )
    };
    let rows = [
        feature("203.638", "01234", "10507"),
        feature("98.120", "1", "10510"),
        feature("1.000", "2", "10511"),
    ];
    let file = place.file(
        "a.geojson",
        format!(
            r#"{{"type":"FeatureCollection","features":[{}]}}"#,
            rows.join(",")
        ),
    );
    let report = place.import(&file).unwrap();
    assert_eq!(names(&place), ["a", "b", "c"]);
    told(&report, FindingCode::TextAmbiguous, 1, "a \"203.638\"");
    assert_eq!(column(&place, "b"), some(&["01234", "1", "2"]));
}

#[test]
fn dates_as_text_get_a_column_of_dates_where_the_day_is_certain() {
    let place = Place::new();
    let feature = |row: [&str; 4]| {
        let cells: Vec<String> = "abcd"
            .chars()
            .zip(row)
            .map(|(name, cell)| format!(r#""{name}":"{cell}""#))
            .collect();
        format!(
            r#"{{"type":"Feature","properties":{{{}}},"geometry":null}}"#,
            cells.join(",")
        )
    };
    let rows = [
        feature(["31/05/2024", "20240531", "03/04/2024", "31-05-2024 07:05 "]),
        feature(["01/02/2024", "20240201", "01/02/2024", "01-02-2024 23:59"]),
        feature(["7/1/1899", "19000101", "05/06/2024", "03-01-2024"]),
    ];
    let json = format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        rows.join(",")
    );
    let report = place.import(&place.file("a.geojson", json)).unwrap();
    assert_eq!(
        names(&place),
        ["a", "b", "c", "d", "a_date", "b_date", "d_date"]
    );
    assert_eq!(
        column(&place, "a_date"),
        some(&["2024-05-31", "2024-02-01", "1899-01-07"])
    );
    assert_eq!(
        column(&place, "b_date"),
        some(&["2024-05-31", "2024-02-01", "1900-01-01"])
    );
    assert_eq!(
        column(&place, "d_date"),
        some(&[
            "2024-05-31T07:05:00",
            "2024-02-01T23:59:00",
            "2024-01-03T00:00:00"
        ])
    );
    told(&report, FindingCode::TextAmbiguous, 1, "c \"03/04/2024\"");
    told(&report, FindingCode::DateFarOff, 1, "a_date 1899-01-07");
    told(&report, FindingCode::ValueSentinel, 1, "b_date 1900-01-01");
}

#[test]
fn marks_for_no_data_and_negative_areas_are_told() {
    let place = Place::new();
    let report = import(
        &place,
        "n,dien_tich,do_cao,so\n1,-3.5,-9999,9999\n2,12,4,9999\n3,-9999,5,9999\n4,9999,-3,7\n",
    );
    told(&report, FindingCode::AreaNegative, 1, "dien_tich -3.5");
    told(&report, FindingCode::ValueSentinel, 5, "do_cao -9999");
    told(&report, FindingCode::ValueSentinel, 5, "so 9999");
}

#[test]
fn a_parcel_number_given_twice_in_a_commune_is_told_wherever_it_is() {
    let place = Place::new();
    let mut csv = String::from("ma_xa,so_to,so_thua,chu\n");
    let row = |n: usize| {
        format!(
            "{},{},{},chủ {n}\n",
            10_507 + n / 20_000,
            n / 100 % 200,
            n % 100
        )
    };
    (0..40_000).for_each(|n| csv.push_str(&row(n)));
    let sound = import(&place, &csv);
    assert_eq!(
        sound.findings,
        [],
        "sheets and numbers repeat in the second commune"
    );
    csv.push_str(&row(17).replace("chủ", "bà"));
    csv.push_str(&row(35_000).replace("chủ", "bà"));
    csv.push_str(",0,17,không mã xã\n");
    let report = import(&place, &csv);
    told(
        &report,
        FindingCode::KeyDuplicate,
        2,
        "ma_xa, so_to, so_thua: probe.csv #18 = probe.csv #40001",
    );
    assert_eq!(codes(&report), [FindingCode::KeyDuplicate]);
    assert_eq!(report.features_published, 40_003);
    // The same where rows wait on disk, and in a rehearsal.
    let file = place.path("probe.csv");
    let spilled = place
        .import_with(&file, |request| request.memory_bytes = 1 << 18)
        .unwrap();
    assert_eq!(spilled.findings, report.findings);
    let request = ImportRequest::new(vec![file], id("probe"));
    let rehearsed = layers::import::examine(&request, &layers::Silent).unwrap();
    assert_eq!(rehearsed.findings, report.findings);
}

#[test]
fn a_feature_there_twice_is_told_and_kept() {
    let place = Place::new();
    let report = import(
        &place,
        "code,lon,lat,x\na,106.3,20.9,1\nb,106.4,20.9,1\na,106.3,20.9,1\nc,106.3,20.9,1\na,106.3,20.9,1\nd,106.3,20.95,1\n",
    );
    told(
        &report,
        FindingCode::FeatureDuplicate,
        2,
        "probe.csv #1 = probe.csv #3",
    );
    assert_eq!(report.features_published, 6);
}

#[test]
fn names_that_a_shapefile_cut_off_are_told_and_can_be_given_back() {
    let place = Place::new();
    let json = r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[106.3,20.9]},
        "properties":{"dien_tich_thua":1.5,"dien_tich_dat":2.5,"ten":"a"}}]}"#;
    let shape = place.ogr2ogr(
        "a.shp",
        &place.file("a.geojson", json),
        &["-f", "ESRI Shapefile"],
    );
    let report = place.import(&shape).unwrap();
    told(&report, FindingCode::NameTruncated, 2, "a.shp: dien_tich_");
    let renames = [
        ("dien_tich_", "dien_tich_thua"),
        ("DIEN_TIC_1", "Dien_tich_dat"),
    ];
    let renames = renames
        .map(|(old, new)| (old.to_owned(), new.to_owned()))
        .to_vec();
    place
        .import_with(&shape, |request| request.rename = renames)
        .unwrap();
    assert_eq!(names(&place), ["dien_tich_thua", "dien_tich_dat", "ten"]);
    for (old, new, expected) in [
        (
            "dien_tich",
            "x",
            "there is no column \"dien_tich\"; did you mean \"dien_tich_\"?; there are:",
        ),
        ("ten", "geom", "no column can be renamed to \"geom\""),
        ("ten", "dien_tich_", "another column has this name"),
    ] {
        let message = place.refused(&shape, |request| {
            request.rename = vec![(old.into(), new.into())];
        });
        assert!(message.contains(expected), "{message}");
    }
}

/// Two communes of one name in two districts, one of another, and a commune that has ended.
fn register() -> Arc<AdminRegister> {
    let unit = |code: &str, name: &str, level, parent: Option<&str>, days: (&str, Option<&str>)| {
        AdminUnit {
            code: code.into(),
            name: name.into(),
            level,
            kind: name.split(' ').next().unwrap().to_lowercase(),
            parent: parent.map(str::to_owned),
            valid: Period {
                from: days.0.parse().ok(),
                to: days.1.map(|day| day.parse().unwrap()),
            },
            area_official_km2: None,
            area_geom_km2: None,
            population: None,
            working_crs: None,
            source: "a test".into(),
            verified: false,
        }
    };
    let always = ("2020-01-01", None);
    Arc::new(
        AdminRegister::new(vec![
            unit("001", "Huyện Đông", Level::District, None, always),
            unit("002", "Huyện Tây", Level::District, None, always),
            unit("10", "Xã Hòa Bình", Level::Commune, Some("001"), always),
            unit("11", "Xã Hòa Bình", Level::Commune, Some("002"), always),
            unit("12", "Phường Tân Dân", Level::Commune, Some("001"), always),
            unit(
                "13",
                "Xã Cũ",
                Level::Commune,
                Some("001"),
                ("2020-01-01", Some("2025-01-01")),
            ),
        ])
        .unwrap(),
    )
}

#[test]
fn codes_of_communes_are_checked_and_the_code_counts_where_the_name_contradicts() {
    let place = Place::new();
    let csv = "n,ma_xa,xa\n1,10,Hoà Bình\n2,11,xã Hòa Bình\n3,12,Hòa Bình\n4,99,Tân Dân\n5,13,Xã Cũ\n6,12,\n";
    let report = import_with(&place, csv, |request| request.admin = Some(register()));
    told(
        &report,
        FindingCode::UnitContradiction,
        1,
        "12 = Phường Tân Dân, \"Hòa Bình\"",
    );
    told(&report, FindingCode::UnitCodeUnknown, 1, "99");
    told(&report, FindingCode::UnitOfOtherDay, 1, "13 Xã Cũ");
    assert_eq!(
        names(&place),
        ["n", "ma_xa", "xa"],
        "codes are there already"
    );
    assert_eq!(column(&place, "xa")[0].as_deref(), Some("Hoà Bình"));
}

#[test]
fn names_of_communes_get_codes_unless_they_collide_or_are_unknown() {
    let place = Place::new();
    let names_only = "n,xa\n1,Tân Dân\n2,Hoà Bình\n3,P. Tân Dân\n4,Tân Dâm\n5,\n";
    let report = import_with(&place, names_only, |request| {
        request.admin = Some(register());
    });
    let codes = column(&place, "xa_code");
    assert_eq!(
        codes,
        [Some("12".into()), None, Some("12".into()), None, None]
    );
    told(
        &report,
        FindingCode::UnitNameAmbiguous,
        1,
        "10 Xã Hòa Bình, 11 Xã Hòa Bình",
    );
    told(
        &report,
        FindingCode::UnitNameUnknown,
        1,
        "\"Tân Dâm\" → Tân Dân?",
    );
    assert_eq!(column(&place, "xa")[3].as_deref(), Some("Tân Dâm"));
    let with_district = "n,xa,huyen\n1,Hoà Bình,Đông\n2,HÒA BÌNH,Huyện Tây\n";
    let report = import_with(&place, with_district, |request| {
        request.admin = Some(register());
    });
    assert_eq!(column(&place, "xa_code"), some(&["10", "11"]));
    assert_eq!(column(&place, "huyen_code"), some(&["001", "002"]));
    assert_eq!(report.findings, []);
}

#[test]
fn a_list_survives_the_way_out_and_in_again() {
    let place = Place::new();
    import(&place, "n,ma_dat\n1,LUC\n2,ONT+LUK\n3,\n");
    let before = column(&place, "ma_dat_list");
    let copy = place.path("copy.parquet");
    place
        .twin
        .read(&id("probe"))
        .unwrap()
        .to_geoparquet(&copy)
        .unwrap();
    place.import(&copy).unwrap();
    assert_eq!(column(&place, "ma_dat_list"), before);
    let layer = place.twin.read(&id("probe")).unwrap();
    let lists = layer.batches[0].column_by_name("ma_dat_list").unwrap();
    let texts = cast(lists.as_list::<i32>().values(), &DataType::Utf8).unwrap();
    assert_eq!(texts.len(), 3);
}

/// What each layer of the default province is told of its attributes: what was planted, and nothing else.
#[test]
fn the_default_province_has_the_findings_of_what_was_made_wrong_on_purpose() {
    let files = generated_files();
    let manifest = datasets::Manifest::read(&files).unwrap();
    let place = Place::new();
    let mut found = Vec::new();
    let units_first = |layer: &str| layer != "admin_units";
    let mut entries = manifest.entries;
    entries.sort_by_key(|entry| units_first(&entry.layer));
    for entry in entries {
        let sources = entry.sources.iter().map(|path| files.join(path)).collect();
        let mut request = ImportRequest::new(sources, entry.layer.parse().unwrap());
        request.reference_date = Some(datasets::REFERENCE_DAY.parse().unwrap());
        let report = layers::import::import(&place.twin, &request, &layers::Silent).unwrap();
        for finding in &report.findings {
            let is_of_attributes =
                (FindingCode::LandUseUnknown..=FindingCode::DateFarOff).contains(&finding.code);
            if is_of_attributes {
                found.push((entry.layer.clone(), finding.code, finding.clone()));
            }
        }
    }
    let kinds: Vec<_> = found
        .iter()
        .map(|(layer, code, _)| (layer.as_str(), *code))
        .collect();
    // Some pieces of road are made twice; how many is counted below without hashes.
    assert_eq!(
        kinds,
        [
            ("parcels", FindingCode::LandUseMixed),
            ("roads", FindingCode::FeatureDuplicate)
        ],
        "{found:#?}"
    );
    let roads = &found[1].2;
    assert_eq!(roads.count, rows_there_twice(&place, "roads"), "{roads:?}");
}

/// Rows like an earlier one in everything but their number.
fn rows_there_twice(place: &Place, layer: &str) -> u64 {
    let layer = place.twin.read(&id(layer)).unwrap();
    let options = FormatOptions::default();
    let mut seen = BTreeSet::new();
    let mut twice = 0;
    for batch in &layer.batches {
        let columns: Vec<_> = batch.columns()[1..]
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| column.value(row).to_string())
                .collect();
            twice += u64::from(!seen.insert(cells));
        }
    }
    twice
}
