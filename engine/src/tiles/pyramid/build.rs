//! A layer's geometries to its pyramid.
//!
//! Threads are started here instead of using rayon: the pyramid is built inside a `OnceLock`, and a rayon worker that waits
//! there could pick up another tile of the same layer and wait for itself.

use std::{num::NonZero, ops::Range, thread};

use geo::{Geometry, LineString, Polygon};
use layers::{
    LonLat, TileCoord,
    tile_coord::{MERCATOR_HALF_M, mercator_from_lonlat},
};

use super::{Part, Pyramid, Role, SMALL_LAYER, TILE_PX, tolerance};
use crate::LayerSnapshot;

/// Fewer rows than this are not worth a thread of their own.
const ROWS_PER_THREAD: usize = 2_048;

/// Shapes of consecutive rows, before vertices are ranked.
#[derive(Default)]
struct Shapes {
    positions: Vec<[f64; 2]>,
    parts: Vec<Part>,
    parts_per_row: Vec<u32>,
    sizes: Vec<f32>,
    first_zooms: Vec<u8>,
}

/// The pyramid of a layer.
pub(super) fn pyramid(layer: &LayerSnapshot) -> Pyramid {
    let rows = layer.len();
    let keep_all = rows <= SMALL_LAYER;
    let mut shapes = Shapes::default();
    for chunk in by_thread(rows, |range| shapes_of(layer, range)) {
        shapes.append(chunk);
    }
    if keep_all {
        shapes.first_zooms.fill(0);
    }
    let fixed = tolerance::junctions(&shapes.positions, &shapes.parts);
    let per_part = by_thread(shapes.parts.len(), |range| {
        tolerance::of_parts(&shapes.positions, &fixed, &shapes.parts[range])
    });
    let mut starts = Vec::with_capacity(rows + 1);
    starts.push(0);
    starts.extend(shapes.parts_per_row.iter().scan(0, |end, count| {
        *end += count;
        Some(*end)
    }));
    let mut by_zoom: Vec<u32> = (0..row_number(rows)).collect();
    by_zoom.sort_by_key(|row| shapes.first_zooms[*row as usize]);
    let shows = |z: u8| by_zoom.partition_point(|row| shapes.first_zooms[*row as usize] <= z);
    Pyramid {
        visible: (0..=TileCoord::MAX_ZOOM).map(shows).collect(),
        positions: shapes.positions,
        tolerances: per_part.concat(),
        parts: shapes.parts,
        starts,
        sizes: shapes.sizes,
        first_zooms: shapes.first_zooms,
        by_zoom,
        anchors: std::sync::OnceLock::new(),
    }
}

/// One value per row, computed on all cores.
pub(super) fn in_chunks<T: Send>(rows: usize, value: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let chunk = |range: Range<usize>| range.map(|row| value(row_number(row))).collect::<Vec<T>>();
    by_thread(rows, chunk).into_iter().flatten().collect()
}

/// Twice the signed area that a ring encloses.
pub(super) fn ring_area(ring: &[[f64; 2]]) -> f64 {
    let Some(origin) = ring.first() else {
        return 0.0;
    };
    let cross = |a: &[f64; 2], b: &[f64; 2]| {
        (a[0] - origin[0]) * (b[1] - origin[1]) - (b[0] - origin[0]) * (a[1] - origin[1])
    };
    ring.iter()
        .zip(ring.iter().skip(1))
        .map(|(a, b)| cross(a, b))
        .sum()
}

/// Splits `0..count` among threads; results in order.
fn by_thread<T: Send>(count: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(count / ROWS_PER_THREAD).max(1);
    let range = |thread: usize| count * thread / threads..count * (thread + 1) / threads;
    if threads == 1 {
        return vec![work(0..count)];
    }
    thread::scope(|scope| {
        let work = &work;
        let spawn = |index: usize| {
            let named = thread::Builder::new().name(format!("pyramid-{index}"));
            named.spawn_scoped(scope, move || work(range(index)))
        };
        let running: Vec<_> = (0..threads).map(|index| (index, spawn(index))).collect();
        let finish =
            |(index, thread): (usize, std::io::Result<thread::ScopedJoinHandle<'_, T>>)| {
                match thread {
                    Ok(thread) => thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                    Err(_no_thread) => work(range(index)),
                }
            };
        running.into_iter().map(finish).collect()
    })
}

fn shapes_of(layer: &LayerSnapshot, rows: Range<usize>) -> Shapes {
    let mut shapes = Shapes::default();
    for row in rows {
        let row = row_number(row);
        // A row without a position (EMPTY, not finite) has no shape on any tile.
        let geometry = layer.extent_of(row).and_then(|_| layer.geometry(row));
        shapes.push(geometry.as_ref());
    }
    shapes
}

impl Shapes {
    fn push(&mut self, geometry: Option<&Geometry<f64>>) {
        let (first_part, first_position) = (self.parts.len(), self.positions.len());
        if let Some(geometry) = geometry {
            self.add(geometry);
        }
        let parts = &self.parts[first_part..];
        let size = drawn_size(&self.positions, parts);
        self.first_zooms
            .push(first_zoom(&self.positions[first_position..], parts, size));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a rank among sizes needs no more than 24 bits"
        )]
        self.sizes.push(size as f32);
        self.parts_per_row.push(row_number(parts.len()));
    }

    fn add(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.add_part(&[point.0], Role::Points),
            Geometry::MultiPoint(points) => {
                let positions: Vec<_> = points.iter().map(|point| point.0).collect();
                self.add_part(&positions, Role::Points);
            }
            Geometry::Line(line) => self.add_part(&[line.start, line.end], Role::Line),
            Geometry::LineString(line) => self.add_part(&line.0, Role::Line),
            Geometry::MultiLineString(lines) => lines
                .iter()
                .for_each(|line| self.add_part(&line.0, Role::Line)),
            Geometry::Polygon(polygon) => self.add_polygon(polygon),
            Geometry::MultiPolygon(polygons) => polygons
                .iter()
                .for_each(|polygon| self.add_polygon(polygon)),
            Geometry::Rect(rect) => self.add_polygon(&rect.to_polygon()),
            Geometry::Triangle(triangle) => self.add_polygon(&triangle.to_polygon()),
            Geometry::GeometryCollection(all) => all.iter().for_each(|geometry| self.add(geometry)),
        }
    }

    fn add_polygon(&mut self, polygon: &Polygon<f64>) {
        let open = |ring: &LineString<f64>| ring.0[..ring.0.len().saturating_sub(1)].to_vec();
        if polygon.exterior().0.len() < 2 {
            return;
        }
        self.add_part(&open(polygon.exterior()), Role::Exterior);
        for hole in polygon.interiors() {
            self.add_part(&open(hole), Role::Hole);
        }
    }

    fn add_part(&mut self, positions: &[geo::Coord<f64>], role: Role) {
        if positions.is_empty() {
            return;
        }
        let start = row_number(self.positions.len());
        self.positions.extend(
            positions
                .iter()
                .map(|position| unit_from_lonlat(position.x, position.y)),
        );
        self.parts.push(Part {
            start,
            end: row_number(self.positions.len()),
            role,
        });
    }

    fn append(&mut self, other: Self) {
        let offset = row_number(self.positions.len());
        let moved = |part: Part| Part {
            start: part.start + offset,
            end: part.end + offset,
            role: part.role,
        };
        self.positions.extend(other.positions);
        self.parts.extend(other.parts.into_iter().map(moved));
        self.parts_per_row.extend(other.parts_per_row);
        self.sizes.extend(other.sizes);
        self.first_zooms.extend(other.first_zooms);
    }
}

/// A position in the unit square of web mercator, y south.
fn unit_from_lonlat(lon: f64, lat: f64) -> [f64; 2] {
    let (x, y) = mercator_from_lonlat(LonLat { lon, lat });
    [
        0.5 + x / (2.0 * MERCATOR_HALF_M),
        0.5 - y / (2.0 * MERCATOR_HALF_M),
    ]
}

fn drawn_size(positions: &[[f64; 2]], parts: &[Part]) -> f64 {
    let size = |part: &Part| {
        let vertices = &positions[part.start as usize..part.end as usize];
        match part.role {
            Role::Points => 0.0,
            Role::Line => vertices
                .windows(2)
                .map(|pair| distance(pair[0], pair[1]))
                .sum(),
            Role::Exterior => ring_area(vertices).abs() / 2.0,
            Role::Hole => -ring_area(vertices).abs() / 2.0,
        }
    };
    parts.iter().map(size).sum::<f64>().max(0.0)
}

/// The first zoom at which a feature is seen: a pixel across and, unless it is long, a pixel in area.
fn first_zoom(positions: &[[f64; 2]], parts: &[Part], size: f64) -> u8 {
    if parts.iter().all(|part| part.role == Role::Points) {
        return 0;
    }
    let extent =
        layers::Extent::around(positions.iter().map(|position| (position[0], position[1])));
    let diagonal = extent.width().hypot(extent.height());
    let across = zoom_where_a_pixel(diagonal);
    if parts.iter().any(|part| part.role == Role::Line) {
        return across;
    }
    across.max(zoom_where_a_pixel(size.sqrt()).min(zoom_where_a_pixel(diagonal / 4.0)))
}

/// The first zoom at which a length in the unit square is drawn at least a pixel long.
fn zoom_where_a_pixel(length: f64) -> u8 {
    let zoom = (1.0 / (length * TILE_PX))
        .log2()
        .ceil()
        .clamp(0.0, f64::from(TileCoord::MAX_ZOOM));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the zooms there are"
    )]
    let zoom = zoom as u8;
    zoom
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Rows, parts and vertices are numbered in 32 bits: what a layer of 2^32 vertices would need does not fit in memory.
fn row_number(index: usize) -> u32 {
    u32::try_from(index).expect("a resident layer has fewer than 2^32 vertices")
}
