use geo::{Area as _, Polygon};
use proptest::prelude::*;

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

fn is_valid(geometry: &Geometry) -> bool {
    let geos = gdal::vector::Geometry::from_wkb(&wkb_of(geometry)).unwrap();
    crate::messages::quiet(|| geos.is_valid())
}

#[track_caller]
fn stays(wkt: &str) {
    let before = geometry(wkt);
    let sound = mend(before.clone()).unwrap();
    assert!(
        !sound.is_repaired() && sound.tidied == Tidied::default(),
        "{wkt}"
    );
    assert_eq!(sound.geometry, before);
    assert!((sound.areas.before_m2 - sound.areas.after_m2).abs() < 1e-6);
}

/// Becomes this, of this area before and after in hundredths of square degrees.
#[track_caller]
fn becomes(wkt: &str, expected: &str, [before, after]: [f64; 2]) -> Sound {
    let sound = mend(geometry(wkt)).unwrap();
    let (found, wanted) = (&sound.geometry, geometry(expected));
    let same = geo::Relate::relate(found, &wanted).is_equal_topo();
    assert!(same, "{wkt}: {found:?}");
    assert!(is_valid(found), "{wkt}: {found:?}");
    let unit = mend(geometry("POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0))")).unwrap();
    let unit = unit.areas.after_m2;
    let AreaTotals {
        before_m2,
        after_m2,
    } = sound.areas;
    assert!(
        (before_m2 / unit - before).abs() < 1e-3,
        "{wkt}: {}",
        before_m2 / unit
    );
    assert!(
        (after_m2 / unit - after).abs() < 1e-3,
        "{wkt}: {}",
        after_m2 / unit
    );
    let again = mend(found.clone()).unwrap();
    assert_eq!(again.geometry, *found, "a second time changes nothing");
    sound
}

#[track_caller]
fn repaired(wkt: &str, expected: &str, areas: [f64; 2]) {
    let sound = becomes(wkt, expected, areas);
    assert!(sound.remade.is_some(), "{wkt} needs MakeValid");
}

#[track_caller]
fn tidied(wkt: &str, expected: &str, area: f64, tidied: Tidied) {
    let sound = becomes(wkt, expected, [area, area]);
    assert_eq!((sound.remade, sound.tidied), (None, tidied), "{wkt}");
}

#[track_caller]
fn refused(wkt: &str, code: FindingCode) {
    assert_eq!(mend(geometry(wkt)).unwrap_err().code, code, "{wkt}");
}

const CLEAN: Tidied = Tidied {
    duplicates: 0,
    spikes: 0,
    parts: 0,
    turned: false,
};

#[test]
fn what_is_valid_stays_as_it_is() {
    stays("POINT (106 21)");
    stays("MULTIPOINT (106 21, 106 21)");
    stays("LINESTRING (106 21, 107 21)");
    stays("LINESTRING (106 21, 107 21, 106 21)");
    stays("POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))");
    stays("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1))");
    stays("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((2 0, 3 0, 3 1, 2 0)))");
    stays("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))");
    stays("GEOMETRYCOLLECTION (POINT (1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)))");
}

#[test]
fn a_pointed_parcel_keeps_its_tip_and_a_sliver_its_shape() {
    // 100 m long and 20 cm wide at its base: sharper than a spike may be, but wider.
    stays("POLYGON ((106 21, 106.001 21.000001, 106 21.000002, 106 21))");
    // 2 m long and 3 cm wide: as narrow as nobody surveys, but more than 1 cm.
    stays("POLYGON ((106 21, 106.00002 21, 106.00002 21.0000003, 106 21.0000003, 106 21))");
}

#[test]
fn repeated_positions_spikes_and_direction_are_put_right_without_a_change_of_area() {
    const SQUARE: &str = "POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0))";
    tidied(
        "POLYGON ((0 0, 0.1 0, 0.1 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0, 0 0))",
        SQUARE,
        1.0,
        Tidied {
            duplicates: 3,
            ..CLEAN
        },
    );
    tidied(
        "POLYGON ((0 0, 0 0.1, 0.1 0.1, 0.1 0, 0 0))",
        SQUARE,
        1.0,
        Tidied {
            turned: true,
            ..CLEAN
        },
    );
    tidied(
        "POLYGON ((0 0, 0.1 0, 0.2 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0))",
        SQUARE,
        1.0,
        Tidied { spikes: 1, ..CLEAN },
    );
    tidied(
        "POLYGON ((0.2 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0, 0.1 0, 0.2 0))",
        SQUARE,
        1.0,
        Tidied { spikes: 1, ..CLEAN },
    );
    // A spike of 5 mm, and one inward.
    tidied(
        "POLYGON ((0 0, 0.1 0, 0.2 0.00000002, 0.1 0.00000004, 0.1 0.1, 0 0.1, 0 0))",
        SQUARE,
        1.0,
        Tidied { spikes: 1, ..CLEAN },
    );
    tidied(
        "POLYGON ((0 0, 0.05 0, 0.05 0.05, 0.05000002 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0))",
        SQUARE,
        1.0,
        Tidied { spikes: 1, ..CLEAN },
    );
    tidied(
        "POLYGON ((0 0, 0 0.2, 0.2 0.2, 0.2 0, 0 0), (0.05 0.05, 0.15 0.05, 0.15 0.15, 0.05 0.15, 0.05 0.05))",
        "POLYGON ((0 0, 0.2 0, 0.2 0.2, 0 0.2, 0 0), (0.05 0.05, 0.05 0.15, 0.15 0.15, 0.15 0.05, 0.05 0.05))",
        3.0,
        Tidied {
            turned: true,
            ..CLEAN
        },
    );
    tidied(
        "LINESTRING (0 0, 0 0, 0 1)",
        "LINESTRING (0 0, 0 1)",
        0.0,
        Tidied {
            duplicates: 1,
            ..CLEAN
        },
    );
}

#[test]
fn parts_of_no_area_or_length_go_and_the_others_stay() {
    tidied(
        "MULTIPOLYGON (((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0)), ((5 5, 6 6, 5 5, 5 5)))",
        "MULTIPOLYGON (((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0)))",
        1.0,
        Tidied { parts: 1, ..CLEAN },
    );
    tidied(
        "POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0), (0.05 0.05, 0.06 0.05, 0.05 0.05, 0.05 0.05))",
        "POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0))",
        1.0,
        Tidied { parts: 1, ..CLEAN },
    );
    tidied(
        "MULTILINESTRING ((0 0, 1 1), (2 2, 2 2))",
        "MULTILINESTRING ((0 0, 1 1))",
        0.0,
        Tidied { parts: 1, ..CLEAN },
    );
    tidied(
        "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (2 2, 2 2))",
        "GEOMETRYCOLLECTION (POINT (1 1))",
        0.0,
        Tidied { parts: 1, ..CLEAN },
    );
}

#[test]
fn what_crosses_itself_is_repaired_and_its_area_told() {
    repaired(
        "POLYGON ((0 0, 0.1 0.1, 0.1 0, 0 0.1, 0 0))",
        "MULTIPOLYGON (((0 0, 0.05 0.05, 0 0.1, 0 0)), ((0.1 0, 0.1 0.1, 0.05 0.05, 0.1 0)))",
        [0.0, 0.5],
    );
    // A hole partly, then wholly outside: what an odd number of rings surrounds.
    repaired(
        "POLYGON ((0 0, 0.2 0, 0.2 0.2, 0 0.2, 0 0), (0.1 0.1, 0.3 0.1, 0.3 0.3, 0.1 0.3, 0.1 0.1))",
        "MULTIPOLYGON (((0 0, 0.2 0, 0.2 0.1, 0.1 0.1, 0.1 0.2, 0 0.2, 0 0)), ((0.2 0.1, 0.3 0.1, 0.3 0.3, 0.1 0.3, 0.1 0.2, 0.2 0.2, 0.2 0.1)))",
        [0.0, 6.0],
    );
    repaired(
        "POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0), (0.2 0, 0.25 0, 0.25 0.1, 0.2 0.1, 0.2 0))",
        "MULTIPOLYGON (((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0)), ((0.2 0, 0.25 0, 0.25 0.1, 0.2 0.1, 0.2 0)))",
        [0.5, 1.5],
    );
    // An exterior within an exterior is a hole; overlapping parts are one.
    repaired(
        "MULTIPOLYGON (((0 0, 0.2 0, 0.2 0.2, 0 0.2, 0 0)), ((0.05 0.05, 0.15 0.05, 0.15 0.15, 0.05 0.15, 0.05 0.05)))",
        "POLYGON ((0 0, 0.2 0, 0.2 0.2, 0 0.2, 0 0), (0.05 0.05, 0.15 0.05, 0.15 0.15, 0.05 0.15, 0.05 0.05))",
        [5.0, 3.0],
    );
    repaired(
        "MULTIPOLYGON (((0 0, 0.2 0, 0.2 0.1, 0 0.1, 0 0)), ((0.1 0, 0.3 0, 0.3 0.1, 0.1 0.1, 0.1 0)))",
        "POLYGON ((0 0, 0.3 0, 0.3 0.1, 0 0.1, 0 0))",
        [4.0, 3.0],
    );
    repaired(
        "GEOMETRYCOLLECTION (POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0)), POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0)))",
        "POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0))",
        [2.0, 1.0],
    );
    let bow_tie = mend(geometry("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))")).unwrap();
    assert!(bow_tie.remade.unwrap().contains("Self-intersection"));
}

#[test]
fn what_has_no_area_or_length_is_refused() {
    refused("POLYGON ((0 0, 1 1, 2 2, 0 0))", FindingCode::ZeroArea);
    refused("POLYGON ((0 0, 1 1, 2 2, 3 3, 0 0))", FindingCode::ZeroArea);
    refused("POLYGON ((0 0, 1 1, 0 0, 0 0))", FindingCode::TooFewPoints);
    refused("LINESTRING (1 1, 1 1)", FindingCode::TooFewPoints);
    refused(
        "GEOMETRYCOLLECTION (LINESTRING (1 1, 1 1))",
        FindingCode::TooFewPoints,
    );
}

/// Features of one to three rings on a coarse grid, where every fault is common.
fn rings() -> impl Strategy<Value = Vec<LineString>> {
    let ring = prop::collection::vec((0_i32..6, 0_i32..6), 3..9).prop_map(|corners| {
        let degrees =
            |(x, y): (i32, i32)| (106.0 + f64::from(x) / 700.0, 20.0 + f64::from(y) / 700.0);
        corners.into_iter().map(degrees).collect::<LineString>()
    });
    prop::collection::vec(ring, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_mended_is_valid_for_geos_stays_when_mended_again_and_keeps_the_area_of_what_was_valid(
        rings in rings(),
        multi in proptest::bool::ANY,
    ) {
        let geometry = if multi {
            let parts = rings.into_iter().map(|ring| Polygon::new(ring, Vec::new()));
            Geometry::MultiPolygon(parts.collect())
        } else {
            let mut rings = rings.into_iter();
            Geometry::Polygon(Polygon::new(rings.next().unwrap(), rings.collect()))
        };
        let was_valid = is_valid(&geometry);
        match mend(geometry.clone()) {
            Ok(sound) => {
                prop_assert!(is_valid(&sound.geometry), "{:?}", sound.geometry);
                let again = mend(sound.geometry.clone()).unwrap();
                prop_assert_eq!(&again.geometry, &sound.geometry);
                prop_assert!(!again.is_repaired() && again.tidied == CLEAN);
                let AreaTotals { before_m2, after_m2 } = sound.areas;
                prop_assert!(!was_valid || (before_m2 - after_m2).abs() < 1e-6 * after_m2);
                prop_assert_eq!(was_valid && sound.remade.is_some(), false);
            }
            Err(fault) => {
                // Three corners on a line are no line after rounding, and valid, but less than 1 mm² for this program.
                prop_assert!(!was_valid || geometry.unsigned_area() < 1e-16, "{fault:?}: {geometry:?}");
                prop_assert!(matches!(fault.code, FindingCode::ZeroArea | FindingCode::TooFewPoints), "{fault:?}");
            }
        }
    }
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
