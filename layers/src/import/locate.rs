//! Where a source lies: its CRS, from the request, the source, or by trying the usual ones.

use std::path::Path;

use crate::{
    Crs, Extent, FindingCode, ImportError, Transformer,
    crs::{Epsg, STORED_CRS, VN2000_PROJECTED},
    report::Findings,
    source::About,
};

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

/// The CRS of a source and how it is known.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) crs: Crs,
    pub(super) from: String,
}

/// Decides the CRS; `extent` is that of the first features, in the source's own units.
pub(super) fn locate(
    about: &About,
    given: Option<&Crs>,
    extent: &Extent,
    findings: &mut Findings,
) -> Result<Located, ImportError> {
    let located = match (given, &about.crs) {
        (Some(given), own) => {
            if let Some(own) = own.as_ref().filter(|own| *own != given) {
                let path = about.path.display();
                findings.note(FindingCode::CrsOverridden, || {
                    format!("{path}: {own} → {given}")
                });
            }
            Located {
                crs: given.clone(),
                from: "--crs".to_owned(),
            }
        }
        (None, Some(own)) => Located {
            crs: own.clone(),
            from: about.crs_from.to_owned(),
        },
        (None, None) => guess(&about.path, extent, findings)?,
    };
    check(&about.path, &located, given.is_some(), extent)?;
    note_if_far(&about.path, &located, extent, findings);
    Ok(located)
}

/// The fewest features of which one can be called far off.
const FEWEST_FOR_OUTLIERS: usize = 20;

/// How many times the extent of the middle nine tenths a feature may lie beyond it; a province's islands stay inside.
const OUTLIER_REACH: f64 = 10.0;

/// The extent of features without those far off: one with X and Y swapped, or at (0, 0), says nothing of where a file
/// lies, and must not have all of it refused.
pub(super) fn typical(extents: &[Extent]) -> Extent {
    let union = |all: &mut dyn Iterator<Item = &Extent>| {
        all.fold(Extent::EMPTY, |union, extent| union.union(extent))
    };
    if extents.len() < FEWEST_FOR_OUTLIERS {
        return union(&mut extents.iter());
    }
    let reach = |position: fn((f64, f64)) -> f64| {
        let mut all: Vec<f64> = extents
            .iter()
            .map(|extent| position(extent.center()))
            .collect();
        all.sort_by(f64::total_cmp);
        let tail = all.len() / 20;
        let (low, high) = (all[tail], all[all.len() - 1 - tail]);
        let room = (high - low) * OUTLIER_REACH;
        low - room..=high + room
    };
    let (xs, ys) = (reach(|center| center.0), reach(|center| center.1));
    union(&mut extents.iter().filter(|extent| {
        let (x, y) = extent.center();
        xs.contains(&x) && ys.contains(&y)
    }))
}

fn guess(path: &Path, extent: &Extent, findings: &mut Findings) -> Result<Located, ImportError> {
    let candidates = candidates(extent);
    match candidates.as_slice() {
        _ if extent.is_empty() => Ok(Located {
            crs: Crs::stored(),
            from: String::new(),
        }),
        [only] => {
            let crs: Crs = only.parse()?;
            findings.note(FindingCode::CrsGuessed, || {
                format!("{}: {crs} ({})", path.display(), crs.name())
            });
            Ok(Located {
                crs,
                from: "suy từ phạm vi · inferred from the extent".to_owned(),
            })
        }
        _ => Err(ImportError::CrsMissing {
            path: path.into(),
            extent: describe(extent),
            candidates,
        }),
    }
}

/// The usual systems in which an extent lies where it may.
fn candidates(extent: &Extent) -> Vec<String> {
    if looks_like_degrees(extent) {
        return if VIETNAM_LAND.covers(extent) {
            vec![STORED_CRS.to_owned()]
        } else {
            Vec::new()
        };
    }
    let fits = |code: &Epsg| {
        lonlat(extent, &Crs::from_epsg(*code).ok()?).filter(|found| PROVINCE.covers(found))
    };
    VN2000_PROJECTED
        .iter()
        .filter(|code| fits(code).is_some())
        .map(Epsg::to_string)
        .collect()
}

/// Refuses what cannot be: degrees in a plane system, metres in a geographic one, a given system that leads far away.
fn check(path: &Path, located: &Located, given: bool, extent: &Extent) -> Result<(), ImportError> {
    let wrong = |why: &'static str| {
        Err(ImportError::CrsWrong {
            path: path.into(),
            crs: format!("{} ({})", located.crs, located.crs.name()),
            extent: describe(extent),
            why,
            candidates: candidates(extent),
        })
    };
    if extent.is_empty() {
        return Ok(());
    }
    let geographic = located.crs.is_geographic();
    if geographic && !looks_like_degrees(extent) {
        return wrong("that system is in degrees and these are far beyond");
    }
    if geographic {
        return Ok(());
    }
    if looks_like_degrees(extent) && VIETNAM.intersects(extent) {
        return wrong("that system is in metres and these look like degrees");
    }
    match lonlat(extent, &located.crs) {
        None => wrong("they have no longitude and latitude in that system"),
        Some(found) if given && !VIETNAM.intersects(&found) => {
            wrong("in that system they lie far from Viet Nam")
        }
        Some(_) => Ok(()),
    }
}

fn note_if_far(path: &Path, located: &Located, extent: &Extent, findings: &mut Findings) {
    if extent.is_empty() {
        return;
    }
    if let Some(found) = lonlat(extent, &located.crs).filter(|found| !VIETNAM.covers(found)) {
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
mod tests {
    use super::*;

    #[test]
    fn the_province_in_9209_has_one_candidate_and_a_village_has_several() {
        let extent_of = |lonlat: Extent| {
            let transformer =
                Transformer::new(&Crs::stored(), &"EPSG:9209".parse().unwrap()).unwrap();
            let mut x = [lonlat.min_x, lonlat.max_x];
            let mut y = [lonlat.min_y, lonlat.max_y];
            transformer.transform(&mut x, &mut y);
            Extent::from_corners((x[0], y[0]), (x[1], y[1]))
        };
        let province = Extent {
            min_x: 106.1,
            min_y: 20.67,
            max_x: 106.62,
            max_y: 21.24,
        };
        assert_eq!(candidates(&extent_of(province)), ["EPSG:9209"]);
        assert_eq!(candidates(&province), ["OGC:CRS84"]);
        let village = Extent {
            min_x: 106.31,
            min_y: 20.93,
            max_x: 106.32,
            max_y: 20.94,
        };
        let several = candidates(&extent_of(village));
        assert!(
            several.len() > 1 && several.contains(&"EPSG:9209".to_owned()),
            "{several:?}"
        );
        assert!(
            candidates(&Extent {
                min_x: -5.0,
                min_y: 48.0,
                max_x: 8.0,
                max_y: 51.0
            })
            .is_empty()
        );
    }
}
