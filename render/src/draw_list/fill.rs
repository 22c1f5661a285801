//! Polygons to triangles with a feathered rim.

use earcut::Earcut;
use layers::{TileGeometry, TileLayer};

use super::{Command, DrawList, FillVertex, Frame, line::Stroke, premultiplied};
use crate::{
    narrow::{count, to_f32},
    style::{Evaluator, FeatureView, StyleLayer, Values},
};

/// How far the rim reaches beyond the polygon, in pixels: the colour fades to nothing over this distance.
const FEATHER_PX: f64 = 1.0;

/// Rims of edges farther outside the image than this are left out.
const MARGIN_PX: f64 = 2.0;

/// Rings in pixels.
type Rings = Vec<Vec<[f64; 2]>>;

struct Paint {
    color: Option<[u8; 4]>,
    outline: Option<[u8; 4]>,
    smooth: bool,
    shift: [f64; 2],
}

fn resolve(values: &Values<'_>) -> Paint {
    Paint {
        color: values
            .color("fill-color", Some("fill-opacity"))
            .map(premultiplied),
        outline: values
            .color("fill-outline-color", Some("fill-opacity"))
            .map(premultiplied),
        smooth: values.truth("fill-antialias"),
        shift: values.pair("fill-translate"),
    }
}

/// Adds a fill layer.
pub(super) fn build(list: &mut DrawList, style: &StyleLayer, frame: &Frame<'_>) {
    let Some(tile) = frame.layer(&style.source_layer) else {
        return;
    };
    let mut evaluator = Evaluator::new(style, tile, frame.zoom, resolve);
    let first = list.fill_indices.len();
    let mut mesh = Mesh {
        list,
        earcut: Earcut::new(),
        triangles: Vec::new(),
    };
    let mut outlined = Vec::new();
    for feature in &tile.features {
        let TileGeometry::Polygons(polygons) = &feature.geometry else {
            continue;
        };
        let view = FeatureView {
            id: feature.id.0,
            geometry_type: "Polygon",
            attributes: &feature.attributes,
        };
        let Some(paint) = evaluator.of(view) else {
            continue;
        };
        for polygon in polygons {
            let rings = pixel_rings(polygon, tile, frame, paint.shift);
            if let Some(color) = paint.color.filter(|_| meets_image(&rings, frame)) {
                mesh.polygon(&rings, color, paint.smooth.then_some(frame.size_px));
            }
            if let Some(color) = paint.outline.filter(|_| paint.smooth) {
                outlined.push((rings, color));
            }
        }
    }
    let range = count(first)..count(list.fill_indices.len());
    if !range.is_empty() {
        list.commands.push(Command::Fill(range));
    }
    outline(list, &outlined, frame);
}

/// Adds a plane over the whole image, for a background that is not the lowest layer.
pub(super) fn build_background(list: &mut DrawList, color: [u8; 4], frame: &Frame<'_>) {
    let first = list.fill_indices.len();
    let side = frame.size_px;
    let ring = vec![[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]];
    Mesh {
        list,
        earcut: Earcut::new(),
        triangles: Vec::new(),
    }
    .polygon(&[ring], color, None);
    list.commands
        .push(Command::Fill(count(first)..count(list.fill_indices.len())));
}

fn pixel_rings(
    polygon: &[Vec<[i32; 2]>],
    tile: &TileLayer,
    frame: &Frame<'_>,
    shift: [f64; 2],
) -> Rings {
    let scale = frame.scale(tile);
    let pixel = |point: &[i32; 2]| {
        [
            f64::from(point[0]).mul_add(scale, shift[0] * frame.ratio),
            f64::from(point[1]).mul_add(scale, shift[1] * frame.ratio),
        ]
    };
    polygon
        .iter()
        .map(|ring| ring.iter().map(pixel).collect())
        .collect()
}

fn meets_image(rings: &[Vec<[f64; 2]>], frame: &Frame<'_>) -> bool {
    let Some(exterior) = rings.first().filter(|ring| ring.len() >= 3) else {
        return false;
    };
    let side = frame.size_px + MARGIN_PX;
    let meets = |axis: usize| {
        exterior.iter().any(|point| point[axis] > -MARGIN_PX)
            && exterior.iter().any(|point| point[axis] < side)
    };
    meets(0) && meets(1)
}

fn outline(list: &mut DrawList, outlined: &[(Rings, [u8; 4])], frame: &Frame<'_>) {
    let first = list.segments.len();
    for (rings, color) in outlined {
        let stroke = Stroke::thin(*color, frame.ratio);
        for ring in rings {
            stroke.ring(ring, frame.size_px, &mut list.segments);
        }
    }
    let range = count(first)..count(list.segments.len());
    if !range.is_empty() {
        list.commands.push(Command::Line(range));
    }
}

struct Mesh<'a> {
    list: &'a mut DrawList,
    earcut: Earcut<f64>,
    triangles: Vec<u32>,
}

impl Mesh<'_> {
    /// Adds a polygon; its rim too where the image's size is given.
    fn polygon(&mut self, rings: &[Vec<[f64; 2]>], color: [u8; 4], rim_in: Option<f64>) {
        let mut holes = Vec::new();
        let mut corners = Vec::new();
        for ring in rings.iter().filter(|ring| ring.len() >= 3) {
            if !corners.is_empty() {
                holes.push(count(corners.len()));
            }
            corners.extend(ring.iter().copied());
        }
        let base = count(self.list.fill_vertices.len());
        self.earcut
            .earcut(corners.iter().copied(), &holes, &mut self.triangles);
        self.list
            .fill_vertices
            .extend(corners.iter().map(|corner| vertex(*corner, color)));
        self.list
            .fill_indices
            .extend(self.triangles.iter().map(|row| base + row));
        let Some(side) = rim_in else { return };
        let outward = if signed_area(&rings[0]) < 0.0 {
            -1.0
        } else {
            1.0
        };
        let mut start = base;
        for ring in rings.iter().filter(|ring| ring.len() >= 3) {
            self.rim(ring, start, Rim { outward, side });
            start += count(ring.len());
        }
    }

    /// A band along each edge, opaque at the edge and transparent one feather outside, and a wedge at each convex corner.
    fn rim(&mut self, ring: &[[f64; 2]], start: u32, rim: Rim) {
        let length = ring.len();
        let mut previous = outward_step(ring[length - 1], ring[0], rim.outward);
        for (row, point) in ring.iter().enumerate() {
            let after = (row + 1) % length;
            let next = ring[after];
            let Some(step) = outward_step(*point, next, rim.outward) else {
                continue;
            };
            if !is_far(*point, next, rim.side) {
                let outer = count(self.list.fill_vertices.len());
                let (here, there) = (start + count(row), start + count(after));
                self.list.fill_vertices.extend([
                    vertex(add(*point, step), [0; 4]),
                    vertex(add(next, step), [0; 4]),
                ]);
                self.list
                    .fill_indices
                    .extend([here, there, outer + 1, here, outer + 1, outer]);
                let convex = previous.filter(|before| {
                    (before[0] * step[1] - before[1] * step[0]) * rim.outward > 0.0
                });
                if let Some(before) = convex {
                    self.list
                        .fill_vertices
                        .push(vertex(add(*point, before), [0; 4]));
                    self.list.fill_indices.extend([here, outer + 2, outer]);
                }
            }
            previous = Some(step);
        }
    }
}

/// Which way is out (1 where rings run as they should), and the side of the image in pixels.
#[derive(Clone, Copy)]
struct Rim {
    outward: f64,
    side: f64,
}

fn vertex(position: [f64; 2], color: [u8; 4]) -> FillVertex {
    FillVertex {
        position: position.map(to_f32),
        color,
    }
}

fn add(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

fn is_far(a: [f64; 2], b: [f64; 2], side: f64) -> bool {
    (0..2).any(|axis| a[axis].max(b[axis]) < -MARGIN_PX || a[axis].min(b[axis]) > side + MARGIN_PX)
}

/// The vector from an edge to the rim's outer side; the interior lies to the right of an edge on screen.
fn outward_step(from: [f64; 2], to: [f64; 2], outward: f64) -> Option<[f64; 2]> {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy);
    (length > 0.0).then(|| {
        [
            dy / length * FEATHER_PX * outward,
            -dx / length * FEATHER_PX * outward,
        ]
    })
}

/// Positive when the ring runs clockwise on screen.
fn signed_area(ring: &[[f64; 2]]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| a[0] * b[1] - a[1] * b[0])
        .sum::<f64>()
        / 2.0
}
