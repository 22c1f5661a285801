//! VN-2000: its systems in use, and definitions of it that lack or garble the shift to WGS 84.
//!
//! The shift was published in 2007 (Decision 05/2007/QĐ-BTNMT; EPSG:6960). Older definitions, and those that programs write
//! by hand, have none, or have the published rotations with the signs of the other convention.

use std::collections::BTreeMap;

use super::{Crs, Epsg, Transformer};
use crate::messages::quiet;

/// A transverse Mercator system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zone {
    pub(crate) code: Epsg,
    /// Central meridian, degrees.
    pub(crate) meridian: f64,
    /// False easting, metres.
    pub(crate) easting: f64,
}

const fn zone(code: u32, meridian: f64) -> Zone {
    Zone {
        code: Epsg(code),
        meridian,
        easting: 500_000.0,
    }
}

/// VN-2000 in use, the likeliest first: TM-3 with the province's own meridian and that of the city it became part of,
/// the others by distance, the two UTM zones.
pub(crate) const ZONES: [Zone; 20] = [
    zone(9209, 105.5),
    zone(9210, 105.75),
    zone(5897, 105.0),
    zone(9211, 106.0),
    zone(9212, 106.25),
    zone(9213, 106.5),
    zone(9208, 104.75),
    zone(9207, 104.5),
    zone(9206, 104.0),
    zone(9205, 103.0),
    zone(5896, 102.0),
    zone(9214, 107.0),
    zone(9215, 107.25),
    zone(9216, 107.5),
    zone(5899, 107.75),
    zone(5898, 108.0),
    zone(9217, 108.25),
    zone(9218, 108.5),
    zone(3405, 105.0),
    zone(3406, 111.0),
];

/// Hà Nội 1972 in Gauss-Krüger zones, whose number leads the easting.
pub(crate) const HANOI_1972_ZONES: [Zone; 2] = [
    Zone {
        code: Epsg(2044),
        meridian: 105.0,
        easting: 18_500_000.0,
    },
    Zone {
        code: Epsg(2045),
        meridian: 111.0,
        easting: 19_500_000.0,
    },
];

/// WGS 84 in UTM zones, for metres of a source that says it is in WGS 84.
pub(crate) const WGS_84_ZONES: [Zone; 2] = [zone(32648, 105.0), zone(32649, 111.0)];

/// The published shift in the position vector convention, which `+towgs84` and `TOWGS84` have: metres, seconds of arc,
/// parts per million. EPSG:6960 states it in the coordinate frame convention, with the opposite signs of rotation.
const PUBLISHED: [f64; 7] = [
    -191.90441429,
    -39.30318279,
    -111.45032835,
    0.00928836,
    -0.01975479,
    0.00427372,
    0.252906278,
];

/// A definition of VN-2000 put right.
#[derive(Debug)]
pub(crate) struct Correction {
    /// The same system with the published shift.
    pub(crate) crs: Crs,
    /// How far positions of the declared definition lie off; none where it leads nowhere.
    pub(crate) offset_m: Option<f64>,
}

/// The system with the published shift, where it is VN-2000 and its definition places things elsewhere; none where
/// nothing is wrong, or it is another datum.
///
/// VN-2000 is known by its name, by the published translations, or by a projection that only VN-2000 has: TM with scale
/// 0.9999, false easting 500 km and a meridian of a quarter degree. Data written with the latter on the datum WGS 84 is
/// 224 m off unless it is put right.
pub(crate) fn corrected(crs: &Crs) -> Option<Correction> {
    let (wkt, proj) = quiet(|| Some((crs.to_wkt()?, crs.spatial_ref.to_proj4().ok()?)))?;
    let definition: BTreeMap<&str, &str> = proj
        .split_ascii_whitespace()
        .filter_map(|part| part.strip_prefix('+')?.split_once('='))
        .collect();
    let shift = definition.get("towgs84").map(|shift| numbers(shift));
    let is_published = |shift: &Vec<f64>| {
        shift.len() == PUBLISHED.len()
            && agree(shift, &PUBLISHED[..3], 1e-4)
            && agree(&shift[3..], &PUBLISHED[3..], 1e-6)
    };
    if !has_its_ellipsoid(&definition) || shift.as_ref().is_some_and(is_published) {
        return None;
    }
    let translated =
        shift.is_some_and(|shift| shift.len() >= 3 && agree(&shift, &PUBLISHED[..3], 1.0));
    if !(is_named(&wkt) || translated || has_its_projection(&definition)) {
        return None;
    }
    let right = published(crs, &definition)?;
    let offset_m = offset_m(crs, &right);
    (offset_m.is_none_or(|offset| offset > WORTH_TELLING_M)).then_some(Correction {
        crs: right,
        offset_m,
    })
}

/// A centimetre: a tenth of what a cadastral survey resolves.
const WORTH_TELLING_M: f64 = 0.01;

fn numbers(list: &str) -> Vec<f64> {
    list.split(',')
        .filter_map(|value| value.parse().ok())
        .collect()
}

fn agree(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
}

fn is_named(wkt: &str) -> bool {
    let wkt = wkt.to_lowercase().replace(['-', '_', ' '], "");
    wkt.contains("vn2000") || wkt.contains("vietnam2000")
}

/// VN-2000 has the ellipsoid of WGS 84; GRS 80 differs by a tenth of a millimetre.
fn has_its_ellipsoid(definition: &BTreeMap<&str, &str>) -> bool {
    definition.get("datum") == Some(&"WGS84")
        || matches!(definition.get("ellps"), Some(&("WGS84" | "GRS80")))
}

fn number(definition: &BTreeMap<&str, &str>, key: &str) -> f64 {
    definition
        .get(key)
        .and_then(|value| value.parse().ok())
        .unwrap_or(0.0)
}

fn has_its_projection(definition: &BTreeMap<&str, &str>) -> bool {
    let meridian = number(definition, "lon_0");
    definition.get("proj") == Some(&"tmerc")
        && is_tm3(definition)
        && (102.0..=108.5).contains(&meridian)
        && (meridian * 4.0).fract().abs() < 1e-6
}

fn is_tm3(definition: &BTreeMap<&str, &str>) -> bool {
    let found = ["lat_0", "k", "x_0", "y_0"].map(|key| number(definition, key));
    agree(&found, &[0.0, 0.9999, 500_000.0, 0.0], 1e-9)
}

/// The system by its code where it has one, else its projection with the published shift.
fn published(declared: &Crs, definition: &BTreeMap<&str, &str>) -> Option<Crs> {
    let meridian = number(definition, "lon_0");
    let code = match definition.get("proj").copied()? {
        "longlat" => Some(Epsg(4756)),
        "utm" if definition.get("zone") == Some(&"48") => Some(Epsg(3405)),
        "utm" if definition.get("zone") == Some(&"49") => Some(Epsg(3406)),
        "tmerc" if is_tm3(definition) => ZONES[..18]
            .iter()
            .find(|zone| (zone.meridian - meridian).abs() < 1e-6)
            .map(|zone| zone.code),
        _ => None,
    };
    if let Some(code) = code {
        return Crs::from_epsg(code).ok();
    }
    let kept = definition
        .iter()
        .filter(|(key, _)| !matches!(**key, "datum" | "ellps" | "towgs84" | "nadgrids"));
    let kept: String = kept
        .map(|(key, value)| format!("+{key}={value} "))
        .collect();
    let shift = PUBLISHED.map(|value| value.to_string()).join(",");
    let mut crs: Crs = format!("{kept}+ellps=WGS84 +towgs84={shift} +no_defs")
        .parse()
        .ok()?;
    crs.label.clone_from(&declared.label);
    crs.name.clone_from(&declared.name);
    Some(crs)
}

/// How far apart two readings of the same coordinates lie, at Hải Dương.
fn offset_m(declared: &Crs, right: &Crs) -> Option<f64> {
    let stored = Crs::stored();
    let at = |x: f64, y: f64, from: &Crs, to: &Crs| {
        let (mut x, mut y) = ([x], [y]);
        Transformer::new(from, to).ok()?.transform(&mut x, &mut y);
        (x[0].is_finite() && y[0].is_finite()).then_some((x[0], y[0]))
    };
    let place = (106.3146, 20.9373);
    let (x, y) = at(place.0, place.1, &stored, right)?;
    let (lon, lat) = at(x, y, declared, &stored)?;
    Some(distance_m(place, (lon, lat)))
}

/// Metres between two near positions in degrees, to half a per cent.
pub(crate) fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    const METRES_PER_DEGREE: f64 = 111_320.0;
    let east = (a.0 - b.0) * a.1.midpoint(b.1).to_radians().cos();
    east.hypot(a.1 - b.1) * METRES_PER_DEGREE
}

/// The three classic mistakes with VN-2000, each known by how far off it puts things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The shift of the datum was left out: 224 m in the province.
    NoShift,
    /// The published signs of rotation were used in the other convention: 0.75 m in the province.
    RotationSigns,
    /// A zone of another meridian: 26 km for each quarter of a degree.
    Zone,
}

impl Mistake {
    /// The mistake that a control point off by so much shows; none when it is none of the three.
    pub(crate) fn of_offset(offset_m: f64) -> Option<Self> {
        let quarters = offset_m / 26_003.0;
        match offset_m {
            0.6..0.9 => Some(Self::RotationSigns),
            218.0..230.0 => Some(Self::NoShift),
            _ if quarters > 0.9 && (quarters - quarters.round()).abs() < 0.02 * quarters => {
                Some(Self::Zone)
            }
            _ => None,
        }
    }

    /// What it is, in both languages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoShift => "bỏ sót chuyển hệ quy chiếu · datum shift left out",
            Self::RotationSigns => "sai dấu góc xoay · rotations with the wrong signs",
            Self::Zone => "sai kinh tuyến trục · another central meridian",
        }
    }
}
