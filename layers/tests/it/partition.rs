//! What should be a partition and is none: told, counted and shown on the map.

use arrow::{
    array::{Array as _, AsArray as _},
    datatypes::{Float64Type, Int64Type},
};
use layers::{FindingCode, Severity};

use crate::fixtures::{Place, id, run};

/// Four parcels in the VN-2000 plane: 2 overlaps 1 by 2 m along 30 m, between 3 and the others is a gap, 4 is a sliver.
const PARCELS: &str = "name;wkt
1;POLYGON ((580000 2310000, 580030 2310000, 580030 2310030, 580000 2310030, 580000 2310000))
2;POLYGON ((580028 2310000, 580060 2310000, 580060 2310030, 580028 2310030, 580028 2310000))
3;POLYGON ((580000 2310030, 580010 2310030, 580010 2310033, 580050 2310033, 580050 2310030, 580060 2310030, 580060 2310060, 580000 2310060, 580000 2310030))
4;POLYGON ((580060 2310000, 580060.3 2310000, 580060.3 2310060, 580060 2310060, 580060 2310000))
";

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one survey with three defects, told and shown"
)]
fn overlaps_gaps_and_slivers_are_told_with_their_features_and_shown_on_the_map() {
    let place = Place::new();
    let path = place.file("parcels.csv", PARCELS);
    let report = place
        .import_with(&path, |request| {
            request.crs = Some("EPSG:9209".parse().unwrap());
            request.partition = true;
        })
        .unwrap();
    assert_eq!(
        (report.features_published, report.features_set_aside),
        (4, 0)
    );
    let example = |code: FindingCode| {
        let finding = report.finding(code).unwrap();
        assert_eq!((finding.severity, finding.count), (Severity::Warning, 1));
        finding.examples[0].clone()
    };
    let overlap = example(FindingCode::PartitionOverlap);
    assert!(
        overlap.starts_with("parcels.csv #1 × parcels.csv #2: 60.0 m², 1.88 m, (106.2"),
        "{overlap}"
    );
    let gap = example(FindingCode::PartitionGap);
    assert!(gap.contains(": 120.0 m², 2.79 m"), "{gap}");
    let sliver = example(FindingCode::PartitionSliver);
    assert!(
        sliver.starts_with("parcels.csv #4: 18.0 m², 0.30 m"),
        "{sliver}"
    );

    let twin = &place.twin;
    let layer = twin
        .quarantine_layer(&id("probe"), report.version.unwrap())
        .unwrap();
    let rows = &layer.batches[0];
    let reasons = rows.column_by_name("reason").unwrap().as_string::<i32>();
    let row = reasons
        .iter()
        .position(|reason| reason == Some("partition-overlap"))
        .unwrap();
    let number = |name| {
        rows.column_by_name(name)
            .unwrap()
            .as_primitive::<Int64Type>()
            .value(row)
    };
    assert_eq!((number("source_feature"), number("other_feature")), (1, 2));
    let area = rows.column_by_name("area_m2").unwrap();
    let area_m2 = area.as_primitive::<Float64Type>().value(row);
    assert_eq!(rows.column_by_name("geom").unwrap().null_count(), 0);

    // GEOS through SQLite; the plane's scale is 0.9999 at the meridian, areas on the ellipsoid are larger by its square.
    let gpkg = place.ogr2ogr(
        "parcels.gpkg",
        &path,
        &[
            "-oo",
            "GEOM_POSSIBLE_NAMES=wkt",
            "-a_srs",
            "EPSG:9209",
            "-nln",
            "p",
        ],
    );
    let sql = "SELECT sum(ST_Area(ST_Intersection(a.geom, b.geom))) AS area FROM p a, p b WHERE a.fid < b.fid";
    let answer = run(
        "ogrinfo",
        &[
            "-q",
            "-dialect",
            "SQLite",
            "-sql",
            sql,
            gpkg.to_str().unwrap(),
        ],
    );
    let expected = answer
        .lines()
        .find_map(|line| line.split_once(" = "))
        .unwrap()
        .1;
    let expected: f64 = expected.trim().parse().unwrap();
    assert!(
        (area_m2 / (expected / 0.9999_f64.powi(2)) - 1.0).abs() < 1e-3,
        "{area_m2} {expected}"
    );
}

#[test]
fn a_rehearsal_finds_the_same_defects_and_without_the_option_none_is_looked_for() {
    let place = Place::new();
    let path = place.file("parcels.csv", PARCELS);
    let mut request = layers::ImportRequest::new(vec![path], id("probe"));
    request.crs = Some("EPSG:9209".parse().unwrap());
    let report = layers::import::import(&place.twin, &request, &layers::Silent).unwrap();
    assert_eq!(report.finding(FindingCode::PartitionChecked), None);
    assert!(
        place
            .twin
            .quarantine_meta(&place.twin.meta(&id("probe")).unwrap())
            .is_none()
    );
    request.partition = true;
    let rehearsal = layers::import::examine(&request, &layers::Silent).unwrap();
    let mut report = layers::import::import(&place.twin, &request, &layers::Silent).unwrap();
    report.version = None;
    assert_eq!(rehearsal, report);
}
