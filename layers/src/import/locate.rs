//! Where a source lies: its CRS, from the request, the source, or by trying the usual ones; and what its coordinates need
//! before they are transformed.
//!
//! What a source says is believed where that puts it in the province, or anywhere that its CRS is used: data of other places
//! is welcome. Where it cannot be, or where another system would lay it over the province from edge to edge, the one
//! reading that fits is taken and told; of several, none is taken.

use std::path::Path;

use self::candidates::{Candidate, Wanted, candidates, degrees, describe_all};
use crate::{
    Crs, Extent, FindingCode, ImportError,
    crs::{
        Adjustment, Transformer,
        vn2000::{self, Mistake},
    },
    report::Findings,
    source::About,
};

mod candidates;
mod typical;

pub(super) use typical::typical;

/// Viet Nam with its sea, in degrees, generously.
const VIETNAM: Extent = Extent {
    min_x: 100.0,
    min_y: 5.0,
    max_x: 120.0,
    max_y: 25.0,
};

/// Where degrees of a source without CRS are believed to be degrees.
const VIETNAM_LAND: Extent = Extent {
    min_x: 102.0,
    min_y: 8.0,
    max_x: 110.0,
    max_y: 24.0,
};

/// The province's extent with a margin smaller than the 26 km between neighbouring zones.
const PROVINCE: Extent = Extent {
    min_x: 106.0,
    min_y: 20.6,
    max_x: 106.7,
    max_y: 21.3,
};

/// The province's extent itself.
const PROVINCE_EDGE: Extent = Extent {
    min_x: 106.124,
    min_y: 20.684,
    max_x: 106.612,
    max_y: 21.237,
};

/// The part of the union of an extent and the province that both cover, from which it is taken for the province itself.
/// A neighbour's own data stays below: Hải Phòng's mainland moved by one zone covers 0.49, Hưng Yên's 0.38.
const IS_THE_PROVINCE: f64 = 0.6;

/// The same part, up to which what was declared is doubted: the province moved by one zone covers 0.32 of itself.
const IS_NOT_THE_PROVINCE: f64 = 0.4;

/// How far beyond its official area a system is still used, in degrees.
const BEYOND_AREA_OF_USE: f64 = 1.0;

/// An area of use wider than this is the world, and says nothing of where data is meant to lie.
const WIDEST_AREA_OF_USE: f64 = 60.0;

/// Accuracy in metres above which it is told; that of VN-2000 is 1.
const USUAL_ACCURACY_M: f64 = 1.0;

/// The CRS of a source, how it is known, and what its coordinates need.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) crs: Crs,
    pub(super) from: String,
    pub(super) before: Adjustment,
    /// The operation to the stored CRS and its accuracy; empty where unknown.
    pub(super) transformation: String,
    /// Where it lies, in degrees; none where nothing tells.
    found: Option<Extent>,
}

impl Located {
    fn new(crs: Crs, from: &str) -> Self {
        Self {
            crs,
            from: from.to_owned(),
            before: Adjustment::NONE,
            transformation: String::new(),
            found: None,
        }
    }

    /// The way to the stored CRS.
    ///
    /// # Errors
    /// When there is none that keeps the datum shift.
    pub(super) fn transformer(&self) -> Result<Transformer, ImportError> {
        Ok(Transformer::new(&self.crs, &Crs::stored())?.after(self.before))
    }
}

/// Decides the CRS; `extent` is that of the first features, in the source's own units.
pub(super) fn locate(
    about: &About,
    given: Option<&Crs>,
    extent: &Extent,
    findings: &mut Findings,
) -> Result<Located, ImportError> {
    let path = about.path.as_path();
    let mut located = match (given, &about.crs) {
        (Some(given), own) => {
            if let Some(own) = own.as_ref().filter(|own| *own != given) {
                findings.note(FindingCode::CrsOverridden, || {
                    format!("{}: {own} → {given}", path.display())
                });
            }
            let declared = Located::new(with_published_shift(path, given, findings), "--crs");
            settle(about, declared, Source::Request, extent, findings)?
        }
        (None, Some(own)) => {
            let crs = with_published_shift(path, own, findings);
            let declared = Located::new(crs, about.crs_from);
            settle(about, declared, Source::File, extent, findings)?
        }
        (None, None) => guess(about, extent, findings)?,
    };
    note_if_far(path, &located, findings);
    let accuracy = located.crs.accuracy();
    located.transformation = accuracy.map_or_else(String::new, |accuracy| accuracy.to_string());
    if let Some(accuracy) = accuracy.filter(|accuracy| accuracy.metres > USUAL_ACCURACY_M) {
        findings.note(FindingCode::CrsInexact, || {
            format!("{}: {}: {accuracy}", path.display(), located.crs)
        });
    }
    Ok(located)
}

/// Who says which CRS it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A person, who is contradicted only where it cannot be, and corrected only in how coordinates are read.
    Request,
    File,
}

fn with_published_shift(path: &Path, crs: &Crs, findings: &mut Findings) -> Crs {
    let Some(correction) = vn2000::corrected(crs) else {
        return crs.clone();
    };
    findings.note(FindingCode::DatumShiftReplaced, || {
        let offset = correction.offset_m.map_or_else(String::new, |offset| {
            let mistake = Mistake::of_offset(offset).map_or("", Mistake::as_str);
            format!(": {offset:.2} m {mistake}")
        });
        format!("{}: {crs} → {}{offset}", path.display(), correction.crs)
    });
    correction.crs
}

fn guess(about: &About, extent: &Extent, findings: &mut Findings) -> Result<Located, ImportError> {
    if extent.is_empty() {
        return Ok(Located::new(Crs::stored(), ""));
    }
    let wanted = Wanted {
        declared: None,
        adjustable: about.geometry.is_some(),
    };
    let mut candidates = candidates(extent, wanted);
    if candidates.len() == 1 {
        return Ok(taken(about, None, candidates.remove(0), findings));
    }
    Err(ImportError::CrsMissing {
        path: about.path.clone(),
        extent: describe(extent),
        candidates: describe_all(&candidates),
    })
}

/// Accepts, heals or refuses what was declared.
fn settle(
    about: &About,
    mut declared: Located,
    source: Source,
    extent: &Extent,
    findings: &mut Findings,
) -> Result<Located, ImportError> {
    if extent.is_empty() {
        return Ok(declared);
    }
    declared.found = lonlat(extent, &declared.crs);
    let found = declared.found.as_ref();
    let contradiction = contradiction(&declared.crs, source, extent, found);
    if contradiction.is_none() && found.is_some_and(|found| is_sensible(found, &declared.crs)) {
        return Ok(match source {
            Source::Request => declared,
            Source::File => or_the_province(about, declared, extent, findings),
        });
    }
    let wanted = Wanted {
        declared: Some(&declared.crs),
        adjustable: about.geometry.is_some(),
    };
    let mut candidates = candidates(extent, wanted);
    let is_settled = match candidates.as_slice() {
        [only] => source == Source::File || only.crs == declared.crs,
        _ => false,
    };
    match contradiction {
        _ if is_settled => Ok(taken(
            about,
            Some(&declared),
            candidates.remove(0),
            findings,
        )),
        None if candidates.is_empty() || source == Source::Request => Ok(declared),
        why => Err(ImportError::CrsWrong {
            path: about.path.clone(),
            crs: format!("{} ({})", declared.crs, declared.crs.name()),
            extent: describe(extent),
            why: why.unwrap_or("in that system they lie where it is not used"),
            candidates: describe_all(&candidates),
        }),
    }
}

/// What cannot be: degrees in a plane system, metres in a geographic one, a given system that leads far away.
fn contradiction(
    crs: &Crs,
    source: Source,
    extent: &Extent,
    found: Option<&Extent>,
) -> Option<&'static str> {
    let (geographic, degrees) = (crs.is_geographic(), looks_like_degrees(extent));
    match found {
        _ if geographic && !degrees => Some("that system is in degrees and these are far beyond"),
        _ if geographic => None,
        _ if degrees && VIETNAM.intersects(extent) => {
            Some("that system is in metres and these look like degrees")
        }
        None => Some("they have no longitude and latitude in that system"),
        Some(found) if source == Source::Request && !VIETNAM.intersects(found) => {
            Some("in that system they lie far from Viet Nam")
        }
        Some(_) => None,
    }
}

/// Whether data may well lie there in that system: in the province, or where the system is meant to be used.
fn is_sensible(found: &Extent, crs: &Crs) -> bool {
    let area = crs.area_of_use();
    let area = area.filter(|area| area.width() < WIDEST_AREA_OF_USE);
    PROVINCE.covers(found)
        || area
            .map_or(VIETNAM, |area| area.grown(BEYOND_AREA_OF_USE))
            .covers(found)
}

/// What a file declares, unless another zone makes it the province itself; told where another zone would fit.
fn or_the_province(
    about: &About,
    declared: Located,
    extent: &Extent,
    findings: &mut Findings,
) -> Located {
    let found = declared.found.unwrap_or(Extent::EMPTY);
    if PROVINCE.covers(&found) || looks_like_degrees(extent) {
        return declared;
    }
    let wanted = Wanted {
        declared: None,
        adjustable: false,
    };
    let mut candidates = candidates(extent, wanted);
    if let [only] = candidates.as_slice()
        && shared_part(&only.found, &PROVINCE_EDGE) >= IS_THE_PROVINCE
        && shared_part(&found, &PROVINCE_EDGE) <= IS_NOT_THE_PROVINCE
    {
        return taken(about, Some(&declared), candidates.remove(0), findings);
    }
    if !candidates.is_empty() {
        findings.note(FindingCode::CrsDoubtful, || {
            let others = describe_all(&candidates).join(", ");
            let path = about.path.display();
            format!("{path}: {} ({}) ≠ {others}", declared.crs, degrees(&found))
        });
    }
    declared
}

/// The area of the intersection of two extents over that of their union.
fn shared_part(a: &Extent, b: &Extent) -> f64 {
    let width = a.max_x.min(b.max_x) - a.min_x.max(b.min_x);
    let height = a.max_y.min(b.max_y) - a.min_y.max(b.min_y);
    let shared = width.max(0.0) * height.max(0.0);
    shared / (a.width() * a.height() + b.width() * b.height() - shared)
}

/// Takes a candidate in place of what was declared and tells how they differ.
fn taken(
    about: &About,
    declared: Option<&Located>,
    candidate: Candidate,
    findings: &mut Findings,
) -> Located {
    let path = about.path.display();
    let crs = &candidate.crs;
    let mut from = "suy từ phạm vi · inferred from the extent";
    match declared {
        None => findings.note(FindingCode::CrsGuessed, || {
            format!("{path}: {candidate} {}", crs.name())
        }),
        Some(Located { crs: declared, .. }) if declared != crs => {
            findings.note(FindingCode::CrsReplaced, || {
                format!(
                    "{path}: {declared} ({}) → {candidate} {}",
                    declared.name(),
                    crs.name()
                )
            });
        }
        Some(declared) => from = &declared.from,
    }
    if candidate.before.swapped {
        findings.note(FindingCode::AxesSwapped, || format!("{path}: {candidate}"));
    }
    if (candidate.before.scale - 1.0).abs() > f64::EPSILON {
        findings.note(FindingCode::UnitsScaled, || format!("{path}: {candidate}"));
    }
    Located {
        before: candidate.before,
        found: Some(candidate.found),
        ..Located::new(candidate.crs, from)
    }
}

fn note_if_far(path: &Path, located: &Located, findings: &mut Findings) {
    if let Some(found) = located.found.filter(|found| !VIETNAM.covers(found)) {
        findings.note(FindingCode::CrsFarAway, || {
            format!("{}: {}: {}", path.display(), located.crs, describe(&found))
        });
    }
}

fn looks_like_degrees(extent: &Extent) -> bool {
    extent.min_x >= -360.0 && extent.max_x <= 360.0 && extent.min_y >= -90.0 && extent.max_y <= 90.0
}

/// The extent in degrees, by its corners; none where a corner has no answer.
fn lonlat(extent: &Extent, crs: &Crs) -> Option<Extent> {
    let transformer = Transformer::new(crs, &Crs::stored()).ok()?;
    let mut x = [extent.min_x, extent.max_x, extent.min_x, extent.max_x];
    let mut y = [extent.min_y, extent.min_y, extent.max_y, extent.max_y];
    transformer.transform(&mut x, &mut y);
    let all_finite = x.iter().chain(&y).all(|value| value.is_finite());
    all_finite.then(|| Extent::around(x.into_iter().zip(y)))
}

/// An extent in words: x from … to …, y from … to ….
pub(super) fn describe(extent: &Extent) -> String {
    let digits = if looks_like_degrees(extent) { 4 } else { 0 };
    let Extent {
        min_x,
        min_y,
        max_x,
        max_y,
    } = extent;
    format!("x {min_x:.digits$} – {max_x:.digits$}, y {min_y:.digits$} – {max_y:.digits$}")
}

#[cfg(test)]
mod tests;
