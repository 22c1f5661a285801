//! Parcels laid over the pieces of the plan that disagree with them.

use std::ops::Range;

use geo::{
    Area as _, BooleanOps as _, BoundingRect as _, Coord, LineString, MultiPolygon, Polygon, Rect,
    coordinate_position::{CoordPos, CoordinatePosition as _},
    unary_union,
};
use rayon::prelude::*;

use super::{
    super::plane::Plane,
    codes::Compatibility,
    zones::{Zones, polygons_of},
};
use crate::{CancelToken, LayerSnapshot};

/// Parcels one thread takes at a time: enough to make one call to PROJ worth its while.
const ROWS_PER_TASK: usize = 512;

/// A parcel and a zone that disagree, with the ground they share.
#[derive(Debug)]
pub(super) struct Conflict {
    /// Row of the parcel.
    pub(super) parcel: u32,
    /// Row of the zone.
    pub(super) zone: u32,
    /// What they share, on the plane.
    pub(super) shape: MultiPolygon<f64>,
    pub(super) overlap_m2: f64,
    pub(super) parcel_m2: f64,
}

/// What is laid over what.
pub(super) struct Overlay<'a> {
    pub(super) parcels: &'a LayerSnapshot,
    pub(super) zones: &'a Zones,
    pub(super) compatibility: &'a Compatibility,
    pub(super) plane: &'a Plane,
    pub(super) cancel: &'a CancelToken,
}

impl Overlay<'_> {
    /// The conflicts of some parcels, by parcel and zone. Cut short when cancelled.
    pub(super) fn of_rows(&self, rows: Range<usize>) -> Vec<Conflict> {
        let rows: Vec<u32> = rows.filter_map(|row| u32::try_from(row).ok()).collect();
        let tasks: Vec<Vec<Conflict>> = rows
            .par_chunks(ROWS_PER_TASK)
            .map(|rows| self.task(rows))
            .collect();
        tasks.into_iter().flatten().collect()
    }

    fn task(&self, rows: &[u32]) -> Vec<Conflict> {
        if self.cancel.is_cancelled() {
            return Vec::new();
        }
        let suspects: Vec<(u32, Vec<u32>)> = rows
            .iter()
            .map(|row| (*row, self.disagreeing_pieces(*row)))
            .filter(|(_, pieces)| !pieces.is_empty())
            .collect();
        let shape = |row: u32| {
            self.parcels
                .geometry(row)
                .map_or_else(|| MultiPolygon(Vec::new()), polygons_of)
        };
        let mut shapes: Vec<MultiPolygon<f64>> =
            suspects.iter().map(|(row, _)| shape(*row)).collect();
        self.plane.project(&mut shapes);
        let pairs = suspects.iter().zip(&shapes);
        pairs
            .flat_map(|((row, pieces), shape)| self.conflicts_of(*row, shape, pieces))
            .collect()
    }

    /// The pieces near a parcel whose code disagrees with it, by zone.
    fn disagreeing_pieces(&self, row: u32) -> Vec<u32> {
        let Some(extent) = self.parcels.extent_of(row) else {
            return Vec::new();
        };
        let mut pieces = self.zones.near(&extent);
        pieces.retain(|piece| {
            self.compatibility
                .conflict(row, self.zones.piece(*piece).zone)
        });
        pieces.sort_unstable_by_key(|piece| (self.zones.piece(*piece).zone, *piece));
        pieces
    }

    fn conflicts_of(
        &self,
        parcel: u32,
        shape: &MultiPolygon<f64>,
        pieces: &[u32],
    ) -> Vec<Conflict> {
        let parcel_m2 = shape.unsigned_area();
        let by_zone =
            pieces.chunk_by(|a, b| self.zones.piece(*a).zone == self.zones.piece(*b).zone);
        let conflict = |pieces: &[u32]| {
            let shared: Vec<MultiPolygon<f64>> = pieces
                .iter()
                .map(|piece| shared(shape, &self.zones.piece(*piece).shape))
                .filter(|shared| !shared.0.is_empty())
                .collect();
            let overlap_m2 = shared.iter().map(geo::Area::unsigned_area).sum::<f64>();
            let shape = match shared.as_slice() {
                [] => return None,
                [only] => only.clone(),
                several => unary_union(several.iter().flatten()),
            };
            (overlap_m2 > 0.0).then(|| Conflict {
                parcel,
                zone: self.zones.piece(pieces[0]).zone,
                shape,
                overlap_m2,
                parcel_m2,
            })
        };
        by_zone.filter_map(conflict).collect()
    }
}

/// What a parcel and a piece of a zone share. Nothing is computed where their boxes do not meet, or where no border of one
/// comes near the other and it lies inside.
fn shared(parcel: &MultiPolygon<f64>, piece: &Polygon<f64>) -> MultiPolygon<f64> {
    let nothing = || MultiPolygon(Vec::new());
    let (Some(ours), Some(theirs)) = (parcel.bounding_rect(), piece.bounding_rect()) else {
        return nothing();
    };
    if !meet(&ours, &theirs) {
        return nothing();
    }
    if !any_segment_meets(piece, &ours) {
        // No border of the piece comes near the parcel: all of it is inside, or all outside.
        return match piece.coordinate_position(&ours.min()) {
            CoordPos::Inside => parcel.clone(),
            _ => nothing(),
        };
    }
    parcel.intersection(piece)
}

fn meet(a: &Rect<f64>, b: &Rect<f64>) -> bool {
    a.min().x <= b.max().x
        && b.min().x <= a.max().x
        && a.min().y <= b.max().y
        && b.min().y <= a.max().y
}

fn any_segment_meets(polygon: &Polygon<f64>, rect: &Rect<f64>) -> bool {
    let ring_meets = |ring: &LineString<f64>| {
        ring.0
            .windows(2)
            .any(|pair| meet(&Rect::new::<Coord<f64>>(pair[0], pair[1]), rect))
    };
    ring_meets(polygon.exterior()) || polygon.interiors().iter().any(ring_meets)
}
