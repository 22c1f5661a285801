//! Small faults of rings and lines that need no topology: repeated positions, spikes, parts of nothing, direction.

use geo::{
    Coord, LineString, Polygon,
    winding_order::{Winding as _, WindingOrder},
};

use super::area::METRES_PER_DEGREE;

/// A corner that goes out and comes back at an angle below 1°, its tangent here, …
const MAX_SPIKE_TANGENT: f64 = 0.017_455;

/// … while the way back stays within 1 cm of the way out is a spike: no boundary is surveyed so finely, while a real
/// pointed parcel, however sharp, is wider than that at some distance from its tip and keeps it.
const MAX_SPIKE_WIDTH_M: f64 = 0.01;

/// What was put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tidied {
    /// Positions that repeated the one before.
    pub(crate) duplicates: u32,
    /// Corners that were spikes.
    pub(crate) spikes: u32,
    /// Rings or lines of fewer different positions than they need, beside others that are good.
    pub(crate) parts: u32,
    /// Whether a ring ran the other way round than it is stored.
    pub(crate) turned: bool,
}

impl Tidied {
    /// Both together.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            duplicates: self.duplicates + other.duplicates,
            spikes: self.spikes + other.spikes,
            parts: self.parts + other.parts,
            turned: self.turned || other.turned,
        }
    }

    /// Whether the geometry covers something else than before.
    pub(crate) fn is_repair(self) -> bool {
        self.spikes > 0 || self.parts > 0
    }
}

/// Whether a closed ring has a repeated position or a spike. No allocation.
pub(super) fn is_untidy(ring: &LineString) -> bool {
    let Some((first, around)) = ring.0.split_first() else {
        return false;
    };
    let scale = Scale::at(*first);
    let mut before = *first;
    let mut at = around.first().copied().unwrap_or(*first);
    let next = around.iter().skip(1).chain(around.first());
    before == at
        || next.copied().any(|after| {
            let found = at == after || scale.is_spike(before, at, after);
            (before, at) = (at, after);
            found
        })
}

/// Removes repeated positions, then spikes, from every ring, then rings of fewer than 3 corners; a polygon whose exterior
/// is one goes with its holes. Nothing may remain.
pub(super) fn tidy_polygons(polygons: &mut Vec<Polygon>, tidied: &mut Tidied) {
    let mut kept = Vec::with_capacity(polygons.len());
    for polygon in polygons.drain(..) {
        let (exterior, holes) = polygon.into_inner();
        let Some(exterior) = tidy_ring(exterior, tidied) else {
            continue;
        };
        let holes = holes.into_iter().filter_map(|hole| tidy_ring(hole, tidied));
        kept.push(Polygon::new(exterior, holes.collect()));
    }
    *polygons = kept;
}

/// Removes repeated positions from lines, then lines of fewer than 2 positions. Nothing may remain.
pub(super) fn tidy_lines(lines: &mut Vec<LineString>, tidied: &mut Tidied) {
    lines.retain_mut(|line| {
        let before = line.0.len();
        line.0.dedup();
        let good = line.0.len() > 1;
        tidied.parts += u32::from(!good);
        tidied.duplicates += if good {
            number(before - line.0.len())
        } else {
            0
        };
        good
    });
}

/// Makes exteriors counter-clockwise and holes clockwise.
pub(super) fn turn(polygon: &mut Polygon, tidied: &mut Tidied) {
    let mut make = |ring: &mut LineString, wanted: WindingOrder| {
        if ring.winding_order().is_some_and(|found| found != wanted) {
            ring.0.reverse();
            tidied.turned = true;
        }
    };
    polygon.exterior_mut(|ring| make(ring, WindingOrder::CounterClockwise));
    polygon.interiors_mut(|rings| {
        for ring in rings {
            make(ring, WindingOrder::Clockwise);
        }
    });
}

fn tidy_ring(ring: LineString, tidied: &mut Tidied) -> Option<LineString> {
    if !is_untidy(&ring) && ring.0.len() > 3 {
        return Some(ring);
    }
    let mut corners = ring.0;
    let before = corners.len();
    corners.dedup();
    let repeated = before - corners.len();
    // The closing position; the one before it differs.
    corners.pop();
    if corners.len() < 3 {
        tidied.parts += 1;
        return None;
    }
    tidied.duplicates += number(repeated);
    let spikes = remove_spikes(&mut corners);
    tidied.spikes += number(spikes);
    let mut ring = LineString(corners);
    ring.close();
    Some(ring)
}

/// Takes spikes out of an open list of corners as long as 3 corners and half of the area stay; gives how many went.
fn remove_spikes(corners: &mut Vec<Coord>) -> usize {
    let scale = Scale::at(corners[0]);
    let mut kept = corners.clone();
    let (mut at, mut sound, mut spikes) = (0, 0, 0);
    // A corner taken out changes its neighbours: the round ends when all corners in a row are sound.
    while sound < kept.len() && kept.len() > 3 {
        let count = kept.len();
        at %= count;
        let (before, after) = ((at + count - 1) % count, (at + 1) % count);
        let is_spike = scale.is_spike(kept[before], kept[at], kept[after]);
        // Where a spike was taken out, the way out and the way back can begin at one position.
        if is_spike || kept[at] == kept[after] {
            kept.remove(at);
            at = at.saturating_sub(1);
            sound = 0;
            spikes += usize::from(is_spike);
        } else {
            at += 1;
            sound += 1;
        }
    }
    let is_twin =
        kept.len() == 3 && (kept[0] == kept[1] || kept[1] == kept[2] || kept[2] == kept[0]);
    if is_twin || scale.area_m2(&kept) < scale.area_m2(corners) / 2.0 {
        return 0;
    }
    *corners = kept;
    spikes
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Metres in a degree around a position; good for the size of a spike.
struct Scale {
    x: f64,
    y: f64,
}

impl Scale {
    fn at(position: Coord) -> Self {
        Self {
            x: METRES_PER_DEGREE * position.y.to_radians().cos(),
            y: METRES_PER_DEGREE,
        }
    }

    fn metres(&self, from: Coord, to: Coord) -> (f64, f64) {
        ((to.x - from.x) * self.x, (to.y - from.y) * self.y)
    }

    /// Whether the way `before` – `at` – `after` goes out and comes back.
    fn is_spike(&self, before: Coord, at: Coord, after: Coord) -> bool {
        let (out, back) = (self.metres(at, before), self.metres(at, after));
        let along = out.0 * back.0 + out.1 * back.1;
        let across = (out.0 * back.1 - out.1 * back.0).abs();
        if along <= 0.0 || across > MAX_SPIKE_TANGENT * along {
            return false;
        }
        let longer = (out.0.powi(2) + out.1.powi(2)).max(back.0.powi(2) + back.1.powi(2));
        across.powi(2) <= MAX_SPIKE_WIDTH_M.powi(2) * longer
    }

    fn area_m2(&self, corners: &[Coord]) -> f64 {
        let next = corners.iter().skip(1).chain(corners.first());
        let doubled: f64 = corners
            .iter()
            .zip(next)
            .map(|(from, to)| {
                let (a, b) = (self.metres(corners[0], *from), self.metres(corners[0], *to));
                a.0 * b.1 - a.1 * b.0
            })
            .sum();
        doubled.abs() / 2.0
    }
}
