//! Areas before and after repair, on the WGS 84 ellipsoid.

use geo::{LineString, Polygon};
use serde::{Deserialize, Serialize};

use crate::{Finding, FindingCode, report::Findings};

/// Metres in a degree of latitude, near enough (0.4 %) for tolerances.
pub(crate) const METRES_PER_DEGREE: f64 = 110_900.0;

/// WGS 84, metres.
const SEMI_MINOR_M: f64 = 6_356_752.314_245;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_3;

/// A repair that changes a feature's area by more than this share …
const MAX_CHANGED_SHARE: f64 = 0.01;

/// … and by more than this is to be looked at. 1 m² is what a map of parcels shows.
const MAX_CHANGED_M2: f64 = 1.0;

/// The areas of all published polygons of a layer, in m² on the ellipsoid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AreaTotals {
    /// As the sources draw them; where a ring crosses itself, what its lobes leave of each other.
    pub before_m2: f64,
    /// As published.
    pub after_m2: f64,
}

impl AreaTotals {
    /// Both together.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            before_m2: self.before_m2 + other.before_m2,
            after_m2: self.after_m2 + other.after_m2,
        }
    }
}

/// Areas of features as they come in, with the biggest changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AreaLedger {
    pub(crate) totals: AreaTotals,
    changed: u64,
    /// Change in m² and its text, biggest first; at most [`Finding::MAX_EXAMPLES`].
    biggest: Vec<(f64, String)>,
}

impl AreaLedger {
    /// Enters a feature.
    pub(crate) fn add(&mut self, areas: AreaTotals, example: impl FnOnce() -> String) {
        self.totals = self.totals.and(areas);
        let AreaTotals {
            before_m2,
            after_m2,
        } = areas;
        let change = (after_m2 - before_m2).abs();
        if change > MAX_CHANGED_M2 && change > MAX_CHANGED_SHARE * before_m2 {
            let text = format!("{}: {before_m2:.1} m² → {after_m2:.1} m²", example());
            self.changed += 1;
            self.keep(change, text);
        }
    }

    /// Enters another's features, which come later in the source.
    pub(crate) fn merge(&mut self, other: Self) {
        self.totals = self.totals.and(other.totals);
        self.changed += other.changed;
        for (change, text) in other.biggest {
            self.keep(change, text);
        }
    }

    fn keep(&mut self, change: f64, text: String) {
        let place = self.biggest.partition_point(|(known, _)| *known >= change);
        self.biggest.insert(place, (change, text));
        self.biggest.truncate(Finding::MAX_EXAMPLES);
    }

    /// Notes how many areas changed, with the biggest as examples.
    pub(crate) fn tell(self, findings: &mut Findings) {
        let rest = self.changed - self.biggest.len() as u64;
        for (_, text) in self.biggest {
            findings.note(FindingCode::AreaChanged, || text);
        }
        findings.note_many(FindingCode::AreaChanged, rest, String::new);
    }
}

/// The area of a polygon: its exterior's without its holes'.
pub(super) fn polygon_m2(polygon: &Polygon) -> f64 {
    let holes: f64 = polygon.interiors().iter().map(ring_m2).sum();
    (ring_m2(polygon.exterior()) - holes).abs()
}

/// The area within a closed ring of degrees whose sides are straight in longitude and latitude, as they are stored: the
/// shoelace formula in the cylindrical equal-area projection (Snyder 1987, Map Projections: A Working Manual, p. 82), which
/// keeps every area, and what a side bends away there from the straight line, to the fourth power of its length.
fn ring_m2(ring: &LineString) -> f64 {
    let Some((first, rest)) = ring.0.split_first() else {
        return 0.0;
    };
    let origin = raised(first.y);
    let mut before = (0.0, 0.0, first.y);
    let mut doubled = 0.0;
    for position in rest {
        let x = (position.x - first.x).to_radians();
        let at = (x, raised(position.y) - origin, position.y);
        let climb = (at.2 - before.2).to_radians();
        // Between its ends the side's mean height is above their mean by sin φ · climb² / 6.
        let bend = climb * climb * (at.1 + before.1 + 2.0 * origin) / 12.0;
        doubled += before.0 * at.1 - at.0 * before.1 - (at.0 - before.0) * bend;
        before = at;
    }
    doubled.abs() / 2.0 * SEMI_MINOR_M * SEMI_MINOR_M / 2.0
}

/// Twice the area between the equator and a latitude per radian of longitude, in squares of the semi-minor axis:
/// s/(1 − e²s²) + artanh(e s)/e for s = sin φ, some 2 s. The series is exact to 1e-12 as e² is small.
pub(crate) fn raised(latitude_deg: f64) -> f64 {
    let sine = latitude_deg.to_radians().sin();
    let t = ECCENTRICITY_SQUARED * sine * sine;
    let artanh = 1.0 + t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t / 9.0)));
    sine * (1.0 / (1.0 - t) + artanh)
}

#[cfg(test)]
mod tests {
    use geo::{GeodesicArea as _, polygon};

    use super::*;

    #[test]
    fn the_area_is_that_of_geodesics_for_what_is_as_small_as_a_commune() {
        for size in [1e-5, 1e-3, 0.03] {
            let square = polygon![
                (x: 106.3, y: 20.9), (x: 106.3 + size, y: 20.9 + size / 3.0),
                (x: 106.3 + size, y: 20.9 + size), (x: 106.3, y: 20.9 + size)
            ];
            let expected = square.geodesic_area_unsigned();
            let found = polygon_m2(&square);
            assert!(
                (found / expected - 1.0).abs() < 2e-4,
                "{size}: {found} {expected}"
            );
        }
        // Between two meridians a tenth of a degree apart, from the equator to 60° north: Karney's area of the zone.
        let zone: Vec<_> = (0..=600)
            .map(|step| (0.1, f64::from(step) / 10.0))
            .collect();
        let zone = Polygon::new(
            zone.into_iter()
                .chain([(0.0, 60.0), (0.0, 0.0)])
                .collect::<Vec<_>>()
                .into(),
            Vec::new(),
        );
        let expected = zone.geodesic_area_unsigned();
        assert!(
            (polygon_m2(&zone) / expected - 1.0).abs() < 1e-6,
            "{} {expected}",
            polygon_m2(&zone)
        );
    }

    #[test]
    fn the_biggest_changes_are_told_and_all_are_counted() {
        let mut ledger = AreaLedger::default();
        for change in [50.0, 0.9, 7.0, 2.0, 9.0, 8.0, 60.0_f64] {
            let mut batch = AreaLedger::default();
            let areas = AreaTotals {
                before_m2: 100.0,
                after_m2: 100.0 + change,
            };
            batch.add(areas, || format!("+{change}"));
            ledger.merge(batch);
        }
        assert!((ledger.totals.before_m2 - 700.0).abs() < 1e-9);
        let mut findings = Findings::default();
        ledger.tell(&mut findings);
        let finding = findings.into_sorted().remove(0);
        assert_eq!((finding.code, finding.count), (FindingCode::AreaChanged, 6));
        let first: Vec<_> = finding
            .examples
            .iter()
            .map(|text| text.split(':').next().unwrap())
            .collect();
        assert_eq!(first, ["+60", "+50", "+9", "+8", "+7"]);
    }
}
