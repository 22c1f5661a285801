//! In which systems, and read in which way, coordinates would lie where they may.

use std::fmt;

use super::{PROVINCE, VIETNAM_LAND, lonlat, looks_like_degrees};
use crate::{
    Crs, Extent,
    crs::{
        Adjustment, Epsg,
        vn2000::{HANOI_1972_ZONES, WGS_84_ZONES, ZONES, Zone, distance_m},
    },
};

/// A reading of coordinates that puts them where they may lie.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) crs: Crs,
    pub(super) before: Adjustment,
    /// Where they would lie, in degrees.
    pub(super) found: Extent,
}

impl fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.crs)?;
        if self.before.swapped {
            formatter.write_str(" X↔Y")?;
        }
        if (self.before.scale - 1.0).abs() > f64::EPSILON {
            write!(formatter, " ×{}", self.before.scale)?;
        }
        write!(formatter, " ({})", degrees(&self.found))
    }
}

/// An extent in degrees, in words.
pub(super) fn degrees(found: &Extent) -> String {
    let Extent {
        min_x,
        min_y,
        max_x,
        max_y,
    } = found;
    format!("{min_x:.4}–{max_x:.4}°E {min_y:.4}–{max_y:.4}°N")
}

/// Candidates in words, the likeliest first, each other one with its distance from it.
pub(super) fn describe_all(candidates: &[Candidate]) -> Vec<String> {
    let Some(first) = candidates.first() else {
        return Vec::new();
    };
    let apart = |other: &Candidate| distance_m(first.found.center(), other.found.center()) / 1000.0;
    let rest = candidates[1..].iter();
    std::iter::once(first.to_string())
        .chain(rest.map(|other| format!("{other} · {:.1} km", apart(other))))
        .collect()
}

/// What is asked of candidates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The system that was declared, which may yet be right for coordinates read in another way.
    pub(super) declared: Option<&'a Crs>,
    /// Whether coordinates can be adjusted; those of a raster cannot.
    pub(super) adjustable: bool,
}

/// Readings under which an extent lies in the province (degrees without a plane system: in Viet Nam), likeliest first.
///
/// As the coordinates stand; only when nothing fits, with X and Y exchanged; then in millimetres, centimetres and
/// kilometres; then both.
pub(super) fn candidates(extent: &Extent, wanted: Wanted<'_>) -> Vec<Candidate> {
    const SCALES: [f64; 4] = [1.0, 0.001, 0.01, 1000.0];
    let adjustments = SCALES
        .into_iter()
        .flat_map(|scale| [false, true].map(|swapped| Adjustment { swapped, scale }));
    for before in adjustments {
        if before != Adjustment::NONE && !wanted.adjustable {
            continue;
        }
        let fitting = fitting(extent, before, wanted.declared);
        if !fitting.is_empty() {
            return fitting;
        }
    }
    Vec::new()
}

fn fitting(extent: &Extent, before: Adjustment, declared: Option<&Crs>) -> Vec<Candidate> {
    let extent = &before.of(extent);
    if looks_like_degrees(extent) {
        let within = if declared.is_some_and(|declared| !declared.is_geographic()) {
            PROVINCE
        } else {
            VIETNAM_LAND
        };
        let is_scaled = (before.scale - 1.0).abs() > f64::EPSILON;
        if is_scaled || !within.covers(extent) {
            return Vec::new();
        }
        let geographic = declared.filter(|declared| declared.is_geographic());
        return vec![Candidate {
            crs: geographic.map_or_else(Crs::stored, Clone::clone),
            before,
            found: *extent,
        }];
    }
    let candidate = |crs: Crs| {
        let found = lonlat(extent, &crs).filter(|found| PROVINCE.covers(found))?;
        Some(Candidate { crs, before, found })
    };
    let own = declared.filter(|declared| !declared.is_geographic() && before != Adjustment::NONE);
    if let Some(own) = own.and_then(|own| candidate(own.clone())) {
        return vec![own];
    }
    let on_wgs_84 = declared.is_some_and(|declared| {
        declared.is_geographic()
            && (*declared == Crs::stored() || declared.to_string() == "EPSG:4326")
    });
    let codes = zones_reached(extent, on_wgs_84);
    codes
        .into_iter()
        .filter_map(|code| candidate(Crs::from_epsg(code).ok()?))
        .collect()
}

/// Systems in which the extent may lie in the province, by an estimate that is right to a few kilometres: asking PROJ
/// of all of them takes a second.
fn zones_reached(extent: &Extent, on_wgs_84: bool) -> Vec<Epsg> {
    const METRES_PER_DEGREE: f64 = 111_320.0;
    const TOLERANCE_M: f64 = 12_000.0;
    let cosine = PROVINCE.center().1.to_radians().cos();
    let reaches = |zone: &&Zone| {
        let easting = |lon: f64| zone.easting + (lon - zone.meridian) * cosine * METRES_PER_DEGREE;
        Extent {
            min_x: easting(PROVINCE.min_x),
            min_y: PROVINCE.min_y * METRES_PER_DEGREE * 0.994,
            max_x: easting(PROVINCE.max_x),
            max_y: PROVINCE.max_y * METRES_PER_DEGREE * 0.995,
        }
        .grown(TOLERANCE_M)
        .covers(extent)
    };
    let wgs_84: &[Zone] = if on_wgs_84 { &WGS_84_ZONES } else { &[] };
    let zones = ZONES.iter().chain(&HANOI_1972_ZONES).chain(wgs_84);
    zones.filter(reaches).map(|zone| zone.code).collect()
}
