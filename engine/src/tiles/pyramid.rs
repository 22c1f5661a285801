//! The shapes of a layer, made ready once so that cutting any tile is a filter, a clip and a rounding.
//!
//! Positions are kept in the unit square of web mercator (x east, y south, 0 to 1), because a zoom is then a multiplication
//! by a power of two: exact, so that a vertex rounds to the same place on every tile that shows it.

mod anchor;
mod build;
mod tolerance;

use std::{ops::Range, sync::OnceLock};

use layers::TileCoord;

use crate::LayerSnapshot;

/// Pixels along the side of the tile that detail is measured against: the size map clients draw a vector tile at.
const TILE_PX: f64 = 512.0;

/// Layers of at most this many features keep all of them at every zoom, however small they are drawn.
const SMALL_LAYER: usize = 500;

/// While at most this many features show at a zoom, looking at each is quicker than asking the R-tree and filtering.
const SCAN_LIMIT: usize = 50_000;

/// The vertices of a layer with the zoom each belongs to, and its features with the zoom each appears at.
#[derive(Debug)]
pub(crate) struct Pyramid {
    /// Every vertex, in the unit square.
    positions: Vec<[f64; 2]>,
    /// The largest simplification tolerance that keeps the vertex, as a length in the unit square.
    tolerances: Vec<f32>,
    /// Rings, lines and points, feature after feature.
    parts: Vec<Part>,
    /// Row `i` owns the parts `starts[i]..starts[i + 1]`.
    starts: Vec<u32>,
    /// How large a row is drawn: area of polygons, length of lines, 0 for points; unit-square measure.
    sizes: Vec<f32>,
    /// The first zoom at which a row is large enough to be seen.
    first_zooms: Vec<u8>,
    /// Rows by the zoom they appear at, then ascending.
    by_zoom: Vec<u32>,
    /// `visible[z]` rows of `by_zoom` show at zoom `z`.
    visible: Vec<usize>,
    /// Where a polygon is labelled, in the unit square; made when labels are first asked for.
    anchors: OnceLock<Vec<[f64; 2]>>,
}

/// A stretch of vertices that is drawn as one.
#[derive(Clone, Copy, Debug)]
struct Part {
    start: u32,
    end: u32,
    role: Role,
}

/// What a stretch of vertices is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Separate points.
    Points,
    /// A line.
    Line,
    /// The outer ring of a polygon, the first point not repeated.
    Exterior,
    /// A hole in the exterior before it.
    Hole,
}

impl Pyramid {
    /// The pyramid of a layer, made at the first call.
    pub(super) fn of(layer: &LayerSnapshot) -> &Self {
        layer.pyramid.get_or_init(|| build::pyramid(layer))
    }

    /// The parts of a row with their vertices and tolerances.
    pub(super) fn parts_of(&self, row: u32) -> impl Iterator<Item = (Role, &[[f64; 2]], &[f32])> {
        self.part_range(row).map(|index| {
            let part = self.parts[index];
            let vertices = part.start as usize..part.end as usize;
            (
                part.role,
                &self.positions[vertices.clone()],
                &self.tolerances[vertices],
            )
        })
    }

    /// The drawn size of a row: area of polygons, length of lines, in the unit square.
    pub(super) fn size_of(&self, row: u32) -> f32 {
        self.sizes[row as usize]
    }

    /// Whether a row is large enough to be seen at a zoom.
    pub(super) fn shows(&self, row: u32, z: u8) -> bool {
        self.first_zooms[row as usize] <= z
    }

    /// The rows that show at a tile's zoom and whose extent meets the tile grown by a share of its side, ascending.
    pub(super) fn rows_near(
        &self,
        layer: &LayerSnapshot,
        coord: TileCoord,
        margin: f64,
    ) -> Vec<u32> {
        let window = window_lonlat(coord, margin);
        let visible = self.visible[usize::from(coord.z())];
        if visible > SCAN_LIMIT {
            let mut rows = layer.window(&window);
            rows.retain(|row| self.shows(*row, coord.z()));
            return rows;
        }
        let near = |row: &u32| {
            layer
                .extent_of(*row)
                .is_some_and(|extent| extent.intersects(&window))
        };
        let mut rows: Vec<u32> = self.by_zoom[..visible]
            .iter()
            .copied()
            .filter(near)
            .collect();
        rows.sort_unstable();
        rows
    }

    /// Where a row's polygon is labelled: deep inside its largest part. NaN where the row has no polygon.
    pub(super) fn polygon_anchor(&self, row: u32) -> [f64; 2] {
        self.anchors
            .get_or_init(|| build::in_chunks(self.sizes.len(), |row| self.find_anchor(row)))
            [row as usize]
    }

    fn find_anchor(&self, row: u32) -> [f64; 2] {
        let mut polygons: Vec<Vec<&[[f64; 2]]>> = Vec::new();
        for (role, positions, _) in self.parts_of(row) {
            match (role, polygons.last_mut()) {
                (Role::Exterior, _) => polygons.push(vec![positions]),
                (Role::Hole, Some(polygon)) => polygon.push(positions),
                _ => {}
            }
        }
        let area = |polygon: &Vec<&[[f64; 2]]>| build::ring_area(polygon[0]).abs();
        let largest = polygons.iter().max_by(|a, b| area(a).total_cmp(&area(b)));
        largest.map_or([f64::NAN; 2], |polygon| anchor::deepest_point(polygon))
    }

    fn part_range(&self, row: u32) -> Range<usize> {
        let row = row as usize;
        self.starts[row] as usize..self.starts[row + 1] as usize
    }
}

/// The ground of a tile grown by a share of its side, in degrees.
fn window_lonlat(coord: TileCoord, margin: f64) -> layers::Extent {
    let grown = coord
        .extent_mercator()
        .grown(coord.side_mercator() * margin);
    let south_west = layers::tile_coord::lonlat_from_mercator(grown.min_x, grown.min_y);
    let north_east = layers::tile_coord::lonlat_from_mercator(grown.max_x, grown.max_y);
    layers::Extent::from_corners(
        (south_west.lon, south_west.lat),
        (north_east.lon, north_east.lat),
    )
}
