use super::*;

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
    for code in VN2000_PROJECTED {
        let name = Crs::from_epsg(code).unwrap().name().to_owned();
        assert!(name.starts_with("VN-2000"), "{code}: {name}");
        let (x, y) = one("OGC:CRS84", &code.to_string(), 106.3146, 20.9373);
        let (lon, lat) = one(&code.to_string(), "OGC:CRS84", x, y);
        assert!((lon - 106.3146).hypot(lat - 20.9373) < 2e-8, "{code}");
    }
}
