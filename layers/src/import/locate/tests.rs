use super::*;
use crate::{Encoding, GeometryKind, crs::vn2000::distance_m, report::Finding};

const WHOLE: Extent = extent(106.13, 20.69, 106.61, 21.23);
const VILLAGE: Extent = extent(106.31, 20.93, 106.32, 20.94);
const EASTERN: Extent = extent(106.53, 20.98, 106.55, 21.0);
const HANOI: Extent = extent(105.80, 20.98, 105.88, 21.06);
const HAI_PHONG: Extent = extent(106.40, 20.62, 106.83, 21.02);
const HUNG_YEN: Extent = extent(105.88, 20.62, 106.24, 21.0);
const SAIGON: Extent = extent(106.60, 10.70, 106.80, 10.90);
const PARIS: Extent = extent(2.2, 48.8, 2.4, 48.9);

const fn extent(min_x: f64, min_y: f64, max_x: f64, max_y: f64) -> Extent {
    Extent {
        min_x,
        min_y,
        max_x,
        max_y,
    }
}

const MILLIMETRES: f64 = 1000.0;

/// What a source wrote: a place, in a system, then multiplied, then exchanged.
fn written(place: Extent, crs: &str, scale: f64, swapped: bool) -> Extent {
    let transformer = Transformer::new(&Crs::stored(), &crs.parse().unwrap()).unwrap();
    let mut x = [place.min_x, place.max_x];
    let mut y = [place.min_y, place.max_y];
    transformer.transform(&mut x, &mut y);
    let found = Extent::from_corners((x[0], y[0]), (x[1], y[1]));
    Adjustment { swapped, scale }.of(&found)
}

fn located(
    declared: Option<&str>,
    given: Option<&str>,
    extent: &Extent,
) -> (Result<Located, ImportError>, Vec<Finding>) {
    let about = About {
        path: "a.shp".into(),
        format: "ESRI Shapefile".to_owned(),
        fields: Vec::new(),
        geometry: Some(GeometryKind::Polygon),
        crs: declared.map(|crs| crs.parse().unwrap()),
        crs_from: "prj",
        declared_encoding: Some(Encoding::Utf8),
        raw_text: false,
        code_pages: false,
        feature_count: None,
    };
    let mut findings = Findings::default();
    let given: Option<Crs> = given.map(|crs| crs.parse().unwrap());
    let located = locate(&about, given.as_ref(), extent, &mut findings);
    (located, findings.into_sorted())
}

/// Whatever was wrong, the data ends where it belongs, and exactly these things are told.
#[track_caller]
fn check(declared: Option<&str>, place: Extent, extent: Extent, crs: &str, told: &[FindingCode]) {
    let (located, findings) = located(declared, None, &extent);
    let located = located.unwrap_or_else(|error| panic!("{declared:?}: {error}"));
    assert_eq!(located.crs.to_string(), crs, "{declared:?}: {findings:?}");
    let found = lonlat(&located.before.of(&extent), &located.crs).unwrap();
    // The extent around a turned rectangle is larger than it; its centre stays.
    let off = distance_m(found.center(), place.center());
    let allowed = if place.width() > 0.05 { 200.0 } else { 0.1 };
    assert!(off < allowed, "{declared:?}: {off} m, {found:?}");
    let mut codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    codes.sort();
    assert_eq!(codes, told, "{declared:?}: {findings:?}");
}

#[test]
fn what_is_right_is_left_alone() {
    let check = |crs: &str, place: Extent, told: &[FindingCode]| {
        check(Some(crs), place, written(place, crs, 1.0, false), crs, told);
    };
    for crs in [
        "EPSG:9209",
        "EPSG:9210",
        "EPSG:3405",
        "EPSG:32648",
        "EPSG:4756",
        "EPSG:3857",
    ] {
        check(crs, WHOLE, &[]);
        check(crs, VILLAGE, &[]);
    }
    check("EPSG:9210", SAIGON, &[]);
    check("EPSG:4326", HANOI, &[]);
    check("EPSG:4326", PARIS, &[FindingCode::CrsFarAway]);
    check("EPSG:2154", PARIS, &[FindingCode::CrsFarAway]);
    check("EPSG:3857", PARIS, &[FindingCode::CrsFarAway]);
}

/// A neighbour's data in its own system is kept, though another zone would move it into the province.
#[test]
fn data_of_the_neighbours_stays_where_it_is_and_is_told_of() {
    for (crs, place) in [("EPSG:5897", HANOI), ("EPSG:9209", HUNG_YEN)] {
        let told = &[FindingCode::CrsDoubtful];
        check(Some(crs), place, written(place, crs, 1.0, false), crs, told);
    }
    // The west of the province and some land beyond would fit as a whole if moved east by a zone.
    let west = extent(105.95, 20.69, 106.44, 21.23);
    let written_west = written(west, "EPSG:9209", 1.0, false);
    check(
        Some("EPSG:9209"),
        west,
        written_west,
        "EPSG:9209",
        &[FindingCode::CrsDoubtful],
    );
    let extent = written(HAI_PHONG, "EPSG:9210", 1.0, false);
    let (located, _) = located(Some("EPSG:9210"), None, &extent);
    assert_eq!(located.unwrap().crs.to_string(), "EPSG:9210");
    let shifted = lonlat(&extent, &"EPSG:9209".parse().unwrap()).unwrap();
    let part = shared_part(&shifted, &PROVINCE_EDGE);
    assert!((0.4..IS_THE_PROVINCE - 0.05).contains(&part), "{part}");
}

#[test]
fn a_lying_system_is_replaced_when_one_other_fits() {
    let told = &[FindingCode::CrsReplaced];
    let whole = written(WHOLE, "EPSG:9209", 1.0, false);
    for lie in [
        "EPSG:9210",
        "EPSG:3405",
        "EPSG:32648",
        "EPSG:9218",
        "EPSG:5899",
        "EPSG:4326",
        "EPSG:4756",
    ] {
        check(Some(lie), WHOLE, whole, "EPSG:9209", told);
    }
    let degrees = written(VILLAGE, "OGC:CRS84", 1.0, false);
    check(Some("EPSG:9209"), VILLAGE, degrees, "OGC:CRS84", told);
    let told = &[FindingCode::CrsReplaced, FindingCode::AxesSwapped];
    let swapped = written(VILLAGE, "OGC:CRS84", 1.0, true);
    check(Some("EPSG:9209"), VILLAGE, swapped, "OGC:CRS84", told);
}

#[test]
fn a_small_lie_is_told_with_the_place_where_it_would_be_otherwise() {
    let eastern = written(EASTERN, "EPSG:9209", 1.0, false);
    let (located, findings) = located(Some("EPSG:9210"), None, &eastern);
    assert_eq!(located.unwrap().crs.to_string(), "EPSG:9210");
    let doubt = findings
        .iter()
        .find(|finding| finding.code == FindingCode::CrsDoubtful)
        .unwrap();
    assert!(
        doubt.examples[0].contains("EPSG:9209 (106.5300–106.5500°E"),
        "{doubt:?}"
    );
}

#[test]
fn several_systems_that_fit_are_ranked_and_none_is_taken() {
    let village = written(VILLAGE, "EPSG:9209", 1.0, false);
    for lie in [None, Some("EPSG:4326"), Some("EPSG:9218")] {
        let (located, _) = located(lie, None, &village);
        let message = located.unwrap_err().to_string();
        let first = message.find("EPSG:9209 (106.3100–106.3200°E 20.9300–20.9400°N)");
        let second = message.find("EPSG:9210 (106.5600–");
        assert!(
            first.is_some() && first < second && message.contains("26.0 km"),
            "{message}"
        );
        assert!(message.contains("--crs"), "{message}");
    }
}

#[test]
fn axes_that_are_exchanged_are_put_right() {
    let told = &[FindingCode::AxesSwapped];
    for crs in [
        "EPSG:9209",
        "EPSG:9210",
        "EPSG:3405",
        "EPSG:32648",
        "EPSG:4326",
        "EPSG:4756",
    ] {
        for place in [WHOLE, VILLAGE] {
            check(Some(crs), place, written(place, crs, 1.0, true), crs, told);
        }
    }
    check(
        Some("EPSG:4326"),
        SAIGON,
        written(SAIGON, "EPSG:4326", 1.0, true),
        "EPSG:4326",
        told,
    );
    let told = &[FindingCode::CrsGuessed, FindingCode::AxesSwapped];
    check(
        None,
        WHOLE,
        written(WHOLE, "EPSG:9209", 1.0, true),
        "EPSG:9209",
        told,
    );
    check(
        None,
        VILLAGE,
        written(VILLAGE, "OGC:CRS84", 1.0, true),
        "OGC:CRS84",
        told,
    );
}

#[test]
fn millimetres_centimetres_and_kilometres_become_metres() {
    let told = &[FindingCode::UnitsScaled];
    for scale in [MILLIMETRES, 100.0, 0.001] {
        for place in [WHOLE, VILLAGE] {
            check(
                Some("EPSG:9209"),
                place,
                written(place, "EPSG:9209", scale, false),
                "EPSG:9209",
                told,
            );
        }
        let told = &[FindingCode::CrsGuessed, FindingCode::UnitsScaled];
        check(
            None,
            WHOLE,
            written(WHOLE, "EPSG:9209", scale, false),
            "EPSG:9209",
            told,
        );
    }
    let told = &[FindingCode::AxesSwapped, FindingCode::UnitsScaled];
    let both = written(VILLAGE, "EPSG:9209", MILLIMETRES, true);
    check(Some("EPSG:9209"), VILLAGE, both, "EPSG:9209", told);
}

#[test]
fn a_given_system_is_never_replaced_but_coordinates_are_read_as_it_needs() {
    let degrees = written(VILLAGE, "OGC:CRS84", 1.0, false);
    assert!(located(None, Some("EPSG:9209"), &degrees).0.is_err());
    let swapped = written(VILLAGE, "EPSG:9209", 1.0, true);
    assert_eq!(
        located(None, Some("EPSG:9209"), &swapped).0.unwrap().from,
        "--crs"
    );
    let whole = written(WHOLE, "EPSG:9209", 1.0, false);
    let (kept, findings) = located(Some("EPSG:9209"), Some("EPSG:9210"), &whole);
    assert_eq!(kept.unwrap().crs.to_string(), "EPSG:9210");
    assert_eq!(findings[0].code, FindingCode::CrsOverridden);
    for (scale, swapped) in [(1.0, true), (MILLIMETRES, false)] {
        let extent = written(VILLAGE, "EPSG:9209", scale, swapped);
        let (healed, _) = located(None, Some("EPSG:9209"), &extent);
        let healed = healed.unwrap();
        assert_eq!(healed.crs.to_string(), "EPSG:9209");
        assert_eq!(
            healed.before,
            Adjustment {
                swapped,
                scale: 1.0 / scale
            }
        );
    }
}

#[test]
fn hanoi_1972_is_taken_with_its_accuracy_told() {
    let told = &[FindingCode::CrsInexact];
    let village = written(VILLAGE, "EPSG:2044", 1.0, false);
    check(Some("EPSG:2044"), VILLAGE, village, "EPSG:2044", told);
    let told = &[FindingCode::CrsGuessed, FindingCode::CrsInexact];
    check(None, VILLAGE, village, "EPSG:2044", told);
    let (located, findings) = located(None, None, &village);
    assert_eq!(
        located.unwrap().transformation,
        "EPSG:1544 Hanoi 1972 to WGS 84 (1) ±5 m"
    );
    assert!(
        findings
            .iter()
            .any(|finding| finding.examples[0].contains("±5 m"))
    );
}

#[test]
fn an_adjusted_transformation_does_what_it_says() {
    let crs: Crs = "EPSG:9209".parse().unwrap();
    let mut located = Located::new(crs, "");
    located.before = Adjustment {
        swapped: true,
        scale: 0.001,
    };
    let (mut x, mut y) = ([2_316_227_333.0], [584_527_145.0]);
    located.transformer().unwrap().transform(&mut x, &mut y);
    assert!(
        (x[0] - 106.3146).hypot(y[0] - 20.9373) < 2e-8,
        "{x:?} {y:?}"
    );
}

#[test]
fn nothing_is_made_of_what_lies_nowhere() {
    for nowhere in [
        extent(0.0, 0.0, 500.0, 300.0),
        extent(-5.0, 48.0, 8.0, 51.0),
    ] {
        assert!(matches!(
            located(None, None, &nowhere).0,
            Err(ImportError::CrsMissing { .. })
        ));
    }
    let (empty, findings) = located(None, None, &Extent::EMPTY);
    assert_eq!(empty.unwrap().crs.to_string(), "OGC:CRS84");
    assert!(findings.is_empty());
}
