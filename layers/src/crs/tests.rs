use super::{
    vn2000::{Mistake, ZONES, corrected, distance_m},
    *,
};

/// EPSG:9209 eastings and northings computed with PROJ's EPSG:6960 (reference: `cs2cs OGC:CRS84 EPSG:9209`).
const CONTROL: [(&str, f64, f64, f64, f64); 4] = [
    ("Hải Dương", 106.3146, 20.9373, 584527.145, 2316227.333),
    ("Chí Linh", 106.388, 21.135, 592039.801, 2338156.403),
    ("Kinh Môn", 106.552, 21.000, 609174.284, 2323313.172),
    ("Thanh Miện", 106.216, 20.777, 574350.740, 2298431.544),
];

fn one(from: &str, to: &str, x: f64, y: f64) -> (f64, f64) {
    let transformer = Transformer::new(&from.parse().unwrap(), &to.parse().unwrap()).unwrap();
    let (mut x, mut y) = ([x], [y]);
    transformer.transform(&mut x, &mut y);
    (x[0], y[0])
}

#[test]
fn control_points_agree_to_a_millimetre_both_ways() {
    for (place, lon, lat, easting, northing) in CONTROL {
        let (x, y) = one("OGC:CRS84", "EPSG:9209", lon, lat);
        assert!(
            (x - easting).hypot(y - northing) < 0.001,
            "{place}: {x} {y}"
        );
        let (x, y) = one("EPSG:9209", "OGC:CRS84", easting, northing);
        assert!((x - lon).hypot(y - lat) < 2e-8, "{place}: {x} {y}");
    }
}

#[test]
fn other_zones_of_the_same_place_are_told_apart() {
    for (crs, easting, northing) in [
        ("EPSG:9210", 558525.057, 2316115.794),
        ("EPSG:3405", 636494.347, 2315877.064),
    ] {
        let (x, y) = one("OGC:CRS84", crs, 106.3146, 20.9373);
        assert!((x - easting).hypot(y - northing) < 0.001, "{crs}: {x} {y}");
    }
}

#[test]
fn axis_order_is_x_y_whatever_the_authority_says() {
    for geographic in ["EPSG:4326", "OGC:CRS84"] {
        let (x, y) = one("EPSG:9209", geographic, 584527.145, 2316227.333);
        assert!(
            (x - 106.3146).abs() < 1e-7 && (y - 20.9373).abs() < 1e-7,
            "{geographic}: {x} {y}"
        );
    }
    assert!("EPSG:4756".parse::<Crs>().unwrap().is_geographic());
}

#[test]
fn a_position_without_an_answer_becomes_infinite_and_spoils_no_other() {
    let transformer =
        Transformer::new(&"EPSG:4326".parse().unwrap(), &"EPSG:3857".parse().unwrap()).unwrap();
    let (mut x, mut y) = ([106.0, 106.0], [95.0, 20.0]);
    transformer.transform(&mut x, &mut y);
    assert!(!x[0].is_finite() || !y[0].is_finite(), "{x:?} {y:?}");
    assert!((x[1] - 11_799_866.0).abs() < 1.0, "{x:?}");
}

#[test]
fn what_is_no_horizontal_system_is_refused_with_advice() {
    for bad in ["EPSG:999999", "VN2000", "", "EPSG:", "hello"] {
        let error = bad.parse::<Crs>().unwrap_err();
        assert!(error.to_string().contains("EPSG:9209"), "{bad:?}: {error}");
    }
    assert!(matches!(
        "EPSG:5727".parse::<Crs>(),
        Err(CrsError::NotHorizontal { .. })
    ));
    assert_eq!("9209".parse::<Crs>().unwrap().to_string(), "EPSG:9209");
}

#[test]
fn every_vn2000_system_transforms_with_the_published_shift() {
    for zone in ZONES {
        let code = zone.code;
        let name = Crs::from_epsg(code).unwrap().name().to_owned();
        assert!(name.starts_with("VN-2000"), "{code}: {name}");
        let (x, y) = one("OGC:CRS84", &code.to_string(), 106.3146, 20.9373);
        let (lon, lat) = one(&code.to_string(), "OGC:CRS84", x, y);
        assert!((lon - 106.3146).hypot(lat - 20.9373) < 2e-8, "{code}");
    }
}

/// TM-3 105°30' with a shift in the position vector convention of `+towgs84`.
fn tm3(shift: &str) -> String {
    format!(
        "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 {shift} +units=m +no_defs"
    )
}

const NO_SHIFT: &str = "+towgs84=0,0,0,0,0,0,0";
const RAW_SIGNS: &str = "+towgs84=-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278";
const PUBLISHED_SHIFT: &str = "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278";

#[test]
fn each_classic_mistake_puts_the_control_points_off_by_what_it_is_known_for() {
    let mistakes = [
        (tm3(NO_SHIFT), 224.28, Mistake::NoShift),
        (tm3(RAW_SIGNS), 0.750, Mistake::RotationSigns),
        ("EPSG:9210".to_owned(), 26_003.0, Mistake::Zone),
    ];
    for (crs, expected, mistake) in mistakes {
        for (place, lon, lat, easting, northing) in CONTROL {
            let offset = distance_m((lon, lat), one(&crs, "OGC:CRS84", easting, northing));
            assert!(
                (offset / expected - 1.0).abs() < 0.02,
                "{place} in {crs}: {offset} m"
            );
            assert_eq!(
                Mistake::of_offset(offset),
                Some(mistake),
                "{place} in {crs}"
            );
        }
    }
    let (_, _, _, easting, northing) = CONTROL[0];
    let [ours, theirs] = [tm3(PUBLISHED_SHIFT), "EPSG:9209".to_owned()]
        .map(|crs| one(&crs, "OGC:CRS84", easting, northing));
    assert!(distance_m(ours, theirs) < 0.0001, "{ours:?} {theirs:?}");
    for none in [0.0, 0.05, 5.0, 300.0, 13_000.0] {
        assert_eq!(Mistake::of_offset(none), None, "{none} m");
    }
}

/// WKT as old programs write it.
fn wkt(name: &str, datum: &str, shift: &str, meridian: f64) -> String {
    format!(
        r#"PROJCS["{name}",GEOGCS["{datum}",DATUM["{datum}",SPHEROID["WGS 84",6378137,298.257223563]{shift}],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",{meridian}],PARAMETER["scale_factor",0.9999],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]"#
    )
}

#[test]
fn a_definition_of_vn2000_without_the_published_shift_gets_it() {
    let raw = ",TOWGS84[-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278]";
    let cases = [
        (
            wkt(
                "VN-2000 / TM-3 105-30",
                "Vietnam_2000",
                ",TOWGS84[0,0,0,0,0,0,0]",
                105.5,
            ),
            Some(224.28),
        ),
        (
            wkt(
                "VN-2000 / TM-3 105-30",
                "Vietnam_2000",
                ",TOWGS84[0,0,0]",
                105.5,
            ),
            Some(224.28),
        ),
        (
            wkt("VN-2000 / TM-3 105-30", "Vietnam_2000", raw, 105.5),
            Some(0.750),
        ),
        (wkt("unnamed", "unknown", raw, 105.5), Some(0.750)),
        (
            wkt("Transverse_Mercator", "WGS_1984", "", 105.5),
            Some(224.28),
        ),
        (tm3(""), None),
        (tm3(NO_SHIFT), Some(224.28)),
    ];
    for (definition, offset) in cases {
        let declared: Crs = definition.parse().unwrap();
        let correction = corrected(&declared).unwrap_or_else(|| panic!("{definition}"));
        assert_eq!(correction.crs.to_string(), "EPSG:9209", "{definition}");
        match offset {
            Some(offset) => {
                let found = correction.offset_m.unwrap();
                assert!((found / offset - 1.0).abs() < 0.02, "{definition}: {found}");
            }
            None => assert_eq!(correction.offset_m, None, "{definition}"),
        }
    }
    let odd = wkt(
        "VN-2000 local",
        "Vietnam_2000",
        ",TOWGS84[0,0,0,0,0,0,0]",
        105.6,
    );
    let right = corrected(&odd.parse().unwrap()).unwrap().crs;
    assert_eq!(right.to_string(), "VN-2000 local");
    assert!(corrected(&right).is_none());
}

#[test]
fn what_is_right_or_another_datum_is_left_alone() {
    let definitions = [
        "EPSG:9209".to_owned(),
        "EPSG:3405".to_owned(),
        "EPSG:4756".to_owned(),
        "EPSG:4326".to_owned(),
        "OGC:CRS84".to_owned(),
        "EPSG:32648".to_owned(),
        "EPSG:3857".to_owned(),
        "EPSG:2044".to_owned(),
        "EPSG:2154".to_owned(),
        "EPSG:3826".to_owned(),
        tm3(PUBLISHED_SHIFT),
        wkt("VN-2000 / TM-3 105-30", "D_Vietnam_2000", "", 105.5),
    ];
    for definition in definitions {
        let crs: Crs = definition.parse().unwrap();
        let correction = corrected(&crs);
        assert!(correction.is_none(), "{definition}: {correction:?}");
    }
}

/// Hà Nội 1972 has one published operation, of 5 m; the position was computed from its three translations by hand.
#[test]
fn hanoi_1972_is_transformed_with_the_one_published_operation() {
    let (x, y) = one("OGC:CRS84", "EPSG:2044", 106.3146, 20.9373);
    assert!(
        (x - 18_636_700.3745).hypot(y - 2_316_757.6063) < 0.001,
        "{x} {y}"
    );
}

#[test]
fn the_accuracy_of_a_transformation_is_known() {
    let check = |crs: &str, expected: Option<&str>| {
        let accuracy = crs.parse::<Crs>().unwrap().accuracy();
        assert_eq!(
            accuracy.map(|accuracy| accuracy.to_string()).as_deref(),
            expected,
            "{crs}"
        );
    };
    check("EPSG:9209", Some("EPSG:6960 VN-2000 to WGS 84 (2) ±1 m"));
    check("EPSG:4756", Some("EPSG:6960 VN-2000 to WGS 84 (2) ±1 m"));
    check("EPSG:2044", Some("EPSG:1544 Hanoi 1972 to WGS 84 (1) ±5 m"));
    check("EPSG:32648", Some("±0 m"));
    check("OGC:CRS84", Some("±0 m"));
    check("EPSG:4240", Some("±1 m"));
    check("+proj=longlat +ellps=bessel +no_defs", None);
}
