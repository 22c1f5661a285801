//! Polygons made valid: by GEOS' `MakeValid`, after small faults were put right.

use geo::{Area as _, Geometry, MultiPolygon, Polygon};

use super::{
    Fault, Sound,
    area::{AreaTotals, polygon_m2},
    geometry_of,
    simple::simple_area,
    tidy::{self, Tidied},
    wkb_of,
};
use crate::{
    FindingCode,
    messages::{listen, quiet},
};

/// The least area of a polygon, in square degrees: about 1 mm², the rounding noise of three points on a line and finer
/// than any survey.
const MIN_AREA_DEG2: f64 = 1e-16;

/// `MakeValid` can leave a new spike, whose removal can make two rings touch; more rounds than this were never needed.
const MAX_ROUNDS: usize = 4;

/// What was put right in one small polygon that needs at most another direction, and its area in m²; none when it needs more
/// or is not small. No allocation.
pub(super) fn settle_plain(polygon: &mut Polygon) -> Option<(Tidied, f64)> {
    let ring = polygon.exterior();
    if !polygon.interiors().is_empty() || tidy::is_untidy(ring) {
        return None;
    }
    let area = simple_area(ring).filter(|area| area.abs() > MIN_AREA_DEG2)?;
    let turned = area < 0.0;
    if turned {
        polygon.exterior_mut(|ring| ring.0.reverse());
    }
    let tidied = Tidied {
        turned,
        ..Tidied::default()
    };
    Some((tidied, polygon_m2(polygon)))
}

/// Makes the polygons of one feature valid; they stay one polygon where they are one.
pub(super) fn mend(mut polygons: Vec<Polygon>) -> Result<Sound, Fault> {
    let before_m2 = polygons.iter().map(polygon_m2).sum();
    let mut tidied = Tidied::default();
    let mut remade = None;
    tidy::tidy_polygons(&mut polygons, &mut tidied);
    if polygons.is_empty() {
        return Err(Fault::new(
            FindingCode::TooFewPoints,
            "a ring with fewer than 3 different points",
        ));
    }
    let mut rounds = 0;
    while let Some(reason) = why_invalid(&polygons)? {
        rounds += 1;
        if rounds > MAX_ROUNDS {
            return Err(Fault::new(FindingCode::PolygonUnrepairable, reason));
        }
        polygons = make_valid(&polygons, &reason)?;
        // What MakeValid leaves behind was no fault of the source.
        tidy::tidy_polygons(&mut polygons, &mut Tidied::default());
        remade.get_or_insert(reason);
    }
    let area: f64 = polygons.iter().map(Polygon::unsigned_area).sum();
    if area <= MIN_AREA_DEG2 {
        return Err(no_area());
    }
    let mut turned = Tidied::default();
    for polygon in &mut polygons {
        tidy::turn(polygon, &mut turned);
    }
    tidied.turned = turned.turned && remade.is_none();
    let after_m2 = polygons.iter().map(polygon_m2).sum();
    Ok(Sound {
        geometry: whole(polygons),
        tidied,
        remade,
        areas: AreaTotals {
            before_m2,
            after_m2,
        },
    })
}

fn whole(mut polygons: Vec<Polygon>) -> Geometry {
    if polygons.len() == 1 {
        Geometry::Polygon(polygons.swap_remove(0))
    } else {
        Geometry::MultiPolygon(MultiPolygon::new(polygons))
    }
}

/// What GEOS finds wrong with the polygons of a feature; none where they are valid.
fn why_invalid(polygons: &[Polygon]) -> Result<Option<String>, Fault> {
    if let [only] = polygons
        && only.interiors().is_empty()
        && simple_area(only.exterior()).is_some()
    {
        return Ok(None);
    }
    let (valid, heard) = listen(|| geos(polygons).map(|geometry| geometry.is_valid()));
    let is_valid = valid.map_err(unrepairable)?;
    let reason = || heard.first().unwrap_or_else(|| "invalid".to_owned());
    Ok((!is_valid).then(reason))
}

/// Makes polygons valid. Lines that cross are cut where they cross and what an odd number of rings surrounds is kept
/// (`LINEWORK`), so that no corner is lost; parts that are valid alone and overlap are merged (`STRUCTURE`), as an even number
/// of rings around their common ground means no hole there.
fn make_valid(polygons: &[Polygon], reason: &str) -> Result<Vec<Polygon>, Fault> {
    let mut good_alone = polygons.len() > 1 && !reason.contains("Nested");
    for polygon in polygons {
        good_alone = good_alone && why_invalid(std::slice::from_ref(polygon))?.is_none();
    }
    let method = if good_alone { "STRUCTURE" } else { "LINEWORK" };
    let made = quiet(|| {
        let mut options = gdal::cpl::CslStringList::new();
        options.set_name_value("METHOD", method)?;
        geos(polygons)?.make_valid(&options)?.wkb()
    });
    let made = made.map_err(unrepairable)?;
    let mut parts = Vec::new();
    collect(geometry_of(&made)?, &mut parts);
    parts.retain(|polygon| polygon.unsigned_area() > MIN_AREA_DEG2);
    if parts.is_empty() {
        return Err(no_area());
    }
    Ok(parts)
}

fn geos(polygons: &[Polygon]) -> gdal::errors::Result<gdal::vector::Geometry> {
    gdal::vector::Geometry::from_wkb(&wkb_of(&whole(polygons.to_vec())))
}

fn collect(geometry: Geometry, into: &mut Vec<Polygon>) {
    match geometry {
        Geometry::Polygon(polygon) => into.push(polygon),
        Geometry::MultiPolygon(polygons) => into.extend(polygons),
        Geometry::GeometryCollection(parts) => {
            parts.into_iter().for_each(|part| collect(part, into));
        }
        _ => {}
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err gives")]
fn unrepairable(error: gdal::errors::GdalError) -> Fault {
    Fault::new(FindingCode::PolygonUnrepairable, error.to_string())
}

fn no_area() -> Fault {
    Fault::new(FindingCode::ZeroArea, "less than 1 mm²")
}
