//! The plan's zones, cut into pieces small enough to intersect with a parcel at once.

use geo::{
    Area as _, BoundingRect as _, Coord, CoordsIter as _, Geometry, LineString, MultiPolygon,
    Polygon,
};
use layers::Extent;
use rayon::prelude::*;

use super::super::{AnalysisError, plane::Plane};
use crate::{
    CancelToken, LayerSnapshot,
    index::{PackedIndex, SpatialIndex as _},
};

/// A piece is cut again while it has more vertices than this: intersecting stays in the tens of microseconds.
const PIECE_VERTICES: usize = 128;

/// Pieces are found by their extents in degrees, grown by this much: 0.1 m, a hundred times what a straight line on the
/// plane bends in degrees over a kilometre.
const MARGIN_DEG: f64 = 1e-6;

/// A part of a zone, on the plane.
#[derive(Debug)]
pub(super) struct Piece {
    /// The zone's row in the plan.
    pub(super) zone: u32,
    /// Without overlap with the zone's other pieces; cuts may run along its border twice.
    pub(super) shape: Polygon<f64>,
}

/// All pieces of a plan, indexed.
#[derive(Debug)]
pub(super) struct Zones {
    pieces: Vec<Piece>,
    index: PackedIndex,
}

impl Zones {
    /// Moves a plan to the plane and cuts it.
    pub(super) fn new(
        plan: &LayerSnapshot,
        plane: &Plane,
        cancel: &CancelToken,
    ) -> Result<Self, AnalysisError> {
        let rows: Vec<u32> =
            (0..u32::try_from(plan.len()).expect("a layer has fewer than 2^32 rows")).collect();
        let chunks: Vec<(Vec<Piece>, Vec<Extent>)> = rows
            .par_chunks(256)
            .map(|rows| pieces_of(plan, rows, plane, cancel))
            .collect();
        if cancel.is_cancelled() {
            return Err(AnalysisError::Cancelled);
        }
        let (pieces, extents): (Vec<Vec<Piece>>, Vec<Vec<Extent>>) = chunks.into_iter().unzip();
        Ok(Self {
            pieces: pieces.into_iter().flatten().collect(),
            index: PackedIndex::new(extents.concat()),
        })
    }

    /// The pieces whose extents meet one given in degrees.
    pub(super) fn near(&self, extent: &Extent) -> Vec<u32> {
        self.index.search(extent)
    }

    /// A piece by its number.
    pub(super) fn piece(&self, number: u32) -> &Piece {
        &self.pieces[number as usize]
    }
}

/// The polygons of a geometry.
pub(super) fn polygons_of(geometry: Geometry<f64>) -> MultiPolygon<f64> {
    match geometry {
        Geometry::Polygon(polygon) => polygon.into(),
        Geometry::MultiPolygon(polygons) => polygons,
        Geometry::GeometryCollection(all) => {
            MultiPolygon(all.0.into_iter().flat_map(polygons_of).collect())
        }
        _ => MultiPolygon(Vec::new()),
    }
}

fn pieces_of(
    plan: &LayerSnapshot,
    rows: &[u32],
    plane: &Plane,
    cancel: &CancelToken,
) -> (Vec<Piece>, Vec<Extent>) {
    if cancel.is_cancelled() {
        return (Vec::new(), Vec::new());
    }
    let shape = |row: &u32| {
        plan.geometry(*row)
            .map_or_else(|| MultiPolygon(Vec::new()), polygons_of)
    };
    let mut shapes: Vec<MultiPolygon<f64>> = rows.iter().map(shape).collect();
    plane.project(&mut shapes);
    let mut pieces = Vec::new();
    for (row, shape) in rows.iter().zip(shapes) {
        for polygon in shape {
            cut(polygon, *row, &mut pieces);
        }
    }
    let mut in_degrees: Vec<MultiPolygon<f64>> = pieces
        .iter()
        .map(|piece| piece.shape.clone().into())
        .collect();
    plane.unproject(&mut in_degrees);
    let extent = |shape: &MultiPolygon<f64>| {
        Extent::around(shape.coords_iter().map(|at| (at.x, at.y))).grown(MARGIN_DEG)
    };
    let extents = in_degrees.iter().map(extent).collect();
    (pieces, extents)
}

/// Halves a polygon across its longer side until each piece is small.
fn cut(polygon: Polygon<f64>, zone: u32, pieces: &mut Vec<Piece>) {
    let mut waiting = vec![polygon];
    while let Some(shape) = waiting.pop() {
        let Some(extent) = shape
            .bounding_rect()
            .filter(|_| shape.unsigned_area() > 0.0)
        else {
            continue;
        };
        if shape.coords_count() <= PIECE_VERTICES {
            pieces.push(Piece { zone, shape });
            continue;
        }
        let axis = if extent.width() >= extent.height() {
            Axis::X
        } else {
            Axis::Y
        };
        let place = axis.of(extent.center());
        let halves = [Side::Below, Side::Above].map(|side| half(&shape, axis, place, side));
        // A shape that halving makes no simpler (a star about its middle) is intersected as it is.
        if halves
            .iter()
            .any(|half| half.coords_count() >= shape.coords_count())
        {
            pieces.push(Piece { zone, shape });
        } else {
            waiting.extend(halves);
        }
    }
}

#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

#[derive(Clone, Copy)]
enum Side {
    Below,
    Above,
}

impl Axis {
    fn of(self, at: Coord<f64>) -> f64 {
        match self {
            Self::X => at.x,
            Self::Y => at.y,
        }
    }
}

fn half(shape: &Polygon<f64>, axis: Axis, place: f64, side: Side) -> Polygon<f64> {
    let cut = |ring: &LineString<f64>| half_ring(&ring.0, axis, place, side);
    let holes = shape
        .interiors()
        .iter()
        .map(cut)
        .filter(|ring| ring.0.len() >= 3);
    Polygon::new(cut(shape.exterior()), holes.collect())
}

/// The part of a closed ring on one side of a line (Sutherland & Hodgman 1974).
fn half_ring(ring: &[Coord<f64>], axis: Axis, place: f64, side: Side) -> LineString<f64> {
    let inside = |at: Coord<f64>| match side {
        Side::Below => axis.of(at) <= place,
        Side::Above => axis.of(at) >= place,
    };
    let mut kept = Vec::with_capacity(ring.len() / 2 + 4);
    for pair in ring.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if inside(from) != inside(to) {
            kept.push(crossing(from, to, axis, place));
        }
        if inside(to) {
            kept.push(to);
        }
    }
    kept.dedup();
    // Polygon::new closes the ring.
    LineString(kept)
}

/// Where a segment crosses the cut: the same for both halves.
fn crossing(from: Coord<f64>, to: Coord<f64>, axis: Axis, place: f64) -> Coord<f64> {
    let share = (place - axis.of(from)) / (axis.of(to) - axis.of(from));
    match axis {
        Axis::X => Coord {
            x: place,
            y: from.y + share * (to.y - from.y),
        },
        Axis::Y => Coord {
            x: from.x + share * (to.x - from.x),
            y: place,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_their_zone_exactly_once() {
        let star = |radius: f64, spike: f64| -> LineString<f64> {
            (0..2_000)
                .map(|step| f64::from(step) / 2_000.0 * std::f64::consts::TAU)
                .map(|angle| (radius + spike * (37.0 * angle).sin(), angle))
                .map(|(reach, angle)| Coord {
                    x: 588_000.0 + reach * angle.cos(),
                    y: 2_316_000.0 + reach * angle.sin(),
                })
                .collect()
        };
        let zone = Polygon::new(star(5_000.0, 900.0), vec![star(2_000.0, 400.0)]);
        let mut pieces = Vec::new();
        cut(zone.clone(), 7, &mut pieces);
        assert!(pieces.len() > 16);
        assert!(
            pieces
                .iter()
                .all(|piece| piece.zone == 7 && piece.shape.coords_count() <= PIECE_VERTICES)
        );
        let area: f64 = pieces.iter().map(|piece| piece.shape.unsigned_area()).sum();
        assert!(
            (area - zone.unsigned_area()).abs() < 1e-3,
            "{area} is not {}",
            zone.unsigned_area()
        );
    }
}
