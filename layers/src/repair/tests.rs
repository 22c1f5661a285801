use super::*;

fn geometry(wkt: &str) -> Geometry {
    geometry_of(
        &gdal::vector::Geometry::from_wkt(wkt)
            .unwrap()
            .wkb()
            .unwrap(),
    )
    .unwrap()
}

fn parse_wkt(wkt: &str) -> Result<Parsed, Fault> {
    parse(
        &gdal::vector::Geometry::from_wkt(wkt)
            .unwrap()
            .wkb()
            .unwrap(),
    )
}

#[track_caller]
fn stays(wkt: &str) {
    let before = geometry(wkt);
    let sound = mend(before.clone()).unwrap();
    assert_eq!(sound.repaired, None, "{wkt}");
    assert_eq!(sound.geometry, before);
}

/// Repaired to this area in square degrees, judged valid by GEOS.
#[track_caller]
fn repaired(wkt: &str, area: f64) {
    let sound = mend(geometry(wkt)).unwrap();
    assert!(sound.repaired.is_some(), "{wkt} needs repair");
    assert!(
        (sound.geometry.unsigned_area() - area).abs() < 1e-12,
        "{:?}",
        sound.geometry
    );
    assert!(
        gdal::vector::Geometry::from_wkb(&wkb_of(&sound.geometry))
            .unwrap()
            .is_valid()
    );
}

#[track_caller]
fn refused(wkt: &str, code: FindingCode) {
    assert_eq!(mend(geometry(wkt)).unwrap_err().code, code, "{wkt}");
}

#[test]
fn what_is_valid_stays_as_it_is() {
    stays("POINT (106 21)");
    stays("LINESTRING (106 21, 107 21)");
    stays("POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))");
    stays("POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0))");
    stays("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))");
    stays("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((2 0, 3 0, 3 1, 2 0)))");
    stays("POLYGON ((0 0, 1 0, 1 0, 1 1, 0 1, 0 0))");
}

#[test]
fn what_crosses_itself_is_repaired_and_its_area_told() {
    repaired("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", 0.5);
    repaired(
        "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0), (1 1, 3 1, 3 3, 1 3, 1 1))",
        4.0 - 1.0 + 3.0,
    );
    repaired("POLYGON ((0 0, 2 0, 3 0, 2 0, 2 2, 0 2, 0 0))", 4.0);
    let told = mend(geometry("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"))
        .unwrap()
        .repaired
        .unwrap();
    assert!(
        told.contains("Self-intersection") && told.contains("m² →"),
        "{told}"
    );
}

#[test]
fn what_has_no_area_or_length_is_refused() {
    refused("POLYGON ((0 0, 1 1, 2 2, 0 0))", FindingCode::ZeroArea);
    refused("POLYGON ((0 0, 1 1, 0 0, 0 0))", FindingCode::TooFewPoints);
    refused("LINESTRING (1 1, 1 1)", FindingCode::TooFewPoints);
}

#[test]
fn coordinates_that_are_not_finite_are_told() {
    let nan = wkb_of(&Geometry::LineString(LineString::from(vec![
        (0.0, 0.0),
        (f64::NAN, 1.0),
    ])));
    assert_eq!(
        parse(&nan).unwrap_err().code,
        FindingCode::CoordinateNotFinite
    );
    let infinite = wkb_of(&Geometry::Point(geo::Point::new(f64::INFINITY, 0.0)));
    assert_eq!(
        parse(&infinite).unwrap_err().code,
        FindingCode::CoordinateNotFinite
    );
}

#[test]
fn each_empty_geometry_is_known_as_empty() {
    let point = wkb_of(&Geometry::Point(geo::Point::new(f64::NAN, f64::NAN)));
    assert_eq!(parse(&point).unwrap_err().code, FindingCode::GeometryEmpty);
    for kind in [
        "LINESTRING",
        "POLYGON",
        "MULTIPOINT",
        "MULTILINESTRING",
        "MULTIPOLYGON",
        "GEOMETRYCOLLECTION",
    ] {
        assert_eq!(
            parse_wkt(&format!("{kind} EMPTY")).unwrap_err().code,
            FindingCode::GeometryEmpty,
            "{kind}"
        );
    }
    assert_eq!(
        parse(&[1, 2]).unwrap_err().code,
        FindingCode::GeometryUnreadable
    );
}

#[test]
fn heights_are_dropped_curves_straightened_and_rings_closed_with_a_note() {
    assert_eq!(
        parse_wkt("POINT Z (1 2 3)").unwrap().notes,
        [FindingCode::DimensionDropped]
    );
    let curve = parse_wkt("CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 1 -1, 0 0))").unwrap();
    assert_eq!(curve.notes, [FindingCode::CurveLinearised]);
    assert!((curve.geometry.unsigned_area() - std::f64::consts::PI).abs() < 0.01);
    let mut open = vec![1, 3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0];
    open.extend(
        [0.0, 0.0, 1.0, 0.0, 1.0, 1.0_f64]
            .iter()
            .flat_map(|value| value.to_le_bytes()),
    );
    let closed = parse(&open).unwrap();
    assert_eq!(closed.notes, [FindingCode::RingUnclosed]);
    assert_eq!(closed.geometry, geometry("POLYGON ((0 0, 1 0, 1 1, 0 0))"));
}

#[test]
fn the_representative_position_lies_on_the_geometry() {
    use geo::Intersects as _;
    for wkt in [
        "POINT (3 4)",
        "LINESTRING (0 0, 2 0, 2 5)",
        "POLYGON ((0 0, 4 0, 4 4, 3 4, 3 1, 1 1, 1 4, 0 4, 0 0))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 0, 9 0, 9 4, 5 0)))",
    ] {
        let geometry = geometry(wkt);
        let (x, y) = representative(&geometry).unwrap();
        assert!(
            geometry.intersects(&geo::Point::new(x, y)),
            "{wkt}: {x} {y}"
        );
    }
}
