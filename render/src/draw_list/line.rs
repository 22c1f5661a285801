//! Lines to segments that meet without overlapping.

use layers::TileGeometry;

use super::{Command, DrawList, Frame, LineSegment, dash::dashes, premultiplied};
use crate::{
    narrow::{count, to_f32},
    style::{Evaluator, FeatureView, StyleLayer, Values},
};

/// Points nearer to their predecessor than this, in pixels, add nothing that can be seen.
const SHORTEST_STEP_PX: f64 = 0.08;

/// The widest line that is drawn, in pixels: wider ones would only cost time.
const WIDEST_PX: f64 = 2048.0;

/// Lines thinner than this, in pixels, are drawn this thin with less colour instead.
const THINNEST_PX: f64 = 0.8;

struct Paint {
    color: Option<maplibre_expr::Color>,
    width: f64,
    gap: f64,
    blur: f64,
    pattern: Vec<f64>,
    shift: [f64; 2],
    cap: Cap,
    join: Join,
    miter_limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cap {
    Butt,
    Round,
    Square,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    Miter,
    Round,
}

fn resolve(values: &Values<'_>) -> Paint {
    Paint {
        color: values.color("line-color", Some("line-opacity")),
        width: values.number("line-width", 1.0).max(0.0),
        gap: values.number("line-gap-width", 0.0).max(0.0),
        blur: values.number("line-blur", 0.0).max(0.0),
        pattern: values.numbers("line-dasharray"),
        shift: values.pair("line-translate"),
        cap: match values.text("line-cap").as_str() {
            "round" => Cap::Round,
            "square" => Cap::Square,
            _ => Cap::Butt,
        },
        join: if values.text("line-join") == "miter" {
            Join::Miter
        } else {
            Join::Round
        },
        miter_limit: values.number("line-miter-limit", 2.0),
    }
}

/// Adds a line layer. Polygons are drawn along their rings, as MapLibre does.
pub(super) fn build(list: &mut DrawList, style: &StyleLayer, frame: &Frame<'_>) {
    let Some(tile) = frame.layer(&style.source_layer) else {
        return;
    };
    let mut evaluator = Evaluator::new(style, tile, frame.zoom, resolve);
    let scale = frame.scale(tile);
    let first = list.segments.len();
    for feature in &tile.features {
        let geometry_type = match &feature.geometry {
            TileGeometry::Points(_) => continue,
            TileGeometry::Lines(_) => "LineString",
            TileGeometry::Polygons(_) => "Polygon",
        };
        let Some(paint) = evaluator.of(FeatureView {
            id: feature.id.0,
            geometry_type,
            attributes: &feature.attributes,
        }) else {
            continue;
        };
        let Some(stroke) = Stroke::new(&paint, frame.ratio) else {
            continue;
        };
        let pixel = |point: &[i32; 2]| {
            [0, 1]
                .map(|axis: usize| f64::from(point[axis]) * scale + paint.shift[axis] * frame.ratio)
        };
        let pattern: Vec<f64> = paint
            .pattern
            .iter()
            .map(|length| length * paint.width * frame.ratio)
            .collect();
        match &feature.geometry {
            TileGeometry::Points(_) => {}
            TileGeometry::Lines(lines) => {
                for line in lines {
                    let line: Vec<_> = line.iter().map(pixel).collect();
                    stroke.dashed(&line, &pattern, frame.size_px, &mut list.segments);
                }
            }
            TileGeometry::Polygons(polygons) => {
                for ring in polygons.iter().flatten() {
                    let ring: Vec<_> = ring.iter().map(pixel).collect();
                    stroke.dashed_ring(&ring, &pattern, frame.size_px, &mut list.segments);
                }
            }
        }
    }
    let range = count(first)..count(list.segments.len());
    if !range.is_empty() {
        list.commands.push(Command::Line(range));
    }
}

/// How a line is drawn, in device pixels.
pub(super) struct Stroke {
    color: [u8; 4],
    half_width: f64,
    half_gap: f64,
    blur: f64,
    cap: Cap,
    join: Join,
    miter_limit: f64,
}

/// What one end of a segment looks like.
#[derive(Clone, Copy)]
struct End {
    plane: Option<[f64; 2]>,
    butt: bool,
    miter: bool,
    reach: f64,
}

impl Stroke {
    fn new(paint: &Paint, ratio: f64) -> Option<Self> {
        let width = (paint.width * ratio).min(WIDEST_PX);
        let gap = (paint.gap * ratio).min(WIDEST_PX);
        let mut color = paint.color.filter(|_| width > 0.0)?;
        if width < THINNEST_PX {
            color.a *= width / THINNEST_PX;
        }
        let drawn = width.max(THINNEST_PX);
        let half_gap = if gap > 0.0 { gap / 2.0 } else { 0.0 };
        Some(Self {
            color: premultiplied(color),
            half_width: if gap > 0.0 {
                half_gap + drawn
            } else {
                drawn / 2.0
            },
            half_gap,
            blur: (paint.blur * ratio).max(1.0),
            cap: paint.cap,
            join: paint.join,
            miter_limit: paint.miter_limit,
        })
    }

    /// The outline of a fill: one style pixel.
    pub(super) fn thin(color: [u8; 4], ratio: f64) -> Self {
        Self {
            color,
            half_width: ratio / 2.0,
            half_gap: 0.0,
            blur: 1.0,
            cap: Cap::Butt,
            join: Join::Round,
            miter_limit: 2.0,
        }
    }

    fn dashed(
        &self,
        line: &[[f64; 2]],
        pattern: &[f64],
        side: f64,
        segments: &mut Vec<LineSegment>,
    ) {
        if pattern.is_empty() {
            return self.line(line, side, segments);
        }
        for dash in dashes(line, pattern, side) {
            self.line(&dash, side, segments);
        }
    }

    fn dashed_ring(
        &self,
        ring: &[[f64; 2]],
        pattern: &[f64],
        side: f64,
        segments: &mut Vec<LineSegment>,
    ) {
        if pattern.is_empty() {
            return self.ring(ring, side, segments);
        }
        if let Some(pieces) = without_cuts(ring, side) {
            return pieces
                .iter()
                .for_each(|piece| self.dashed(piece, pattern, side, segments));
        }
        // starting outside the image keeps the pattern free of an arbitrary start inside it
        let outside = |point: &[f64; 2]| point.iter().any(|at| *at < 0.0 || *at > side);
        let start = ring.iter().position(outside).unwrap_or_default();
        let closed: Vec<_> = ring[start..]
            .iter()
            .chain(&ring[..start])
            .chain(ring.get(start))
            .copied()
            .collect();
        self.dashed(&closed, pattern, side, segments);
    }

    /// Adds a closed line.
    pub(super) fn ring(&self, ring: &[[f64; 2]], side: f64, segments: &mut Vec<LineSegment>) {
        if let Some(pieces) = without_cuts(ring, side) {
            return pieces
                .iter()
                .for_each(|piece| self.line(piece, side, segments));
        }
        let mut points = distinct(ring);
        while points.len() > 1 && is_near(points[0], points[points.len() - 1]) {
            points.pop();
        }
        if points.len() < 3 {
            return;
        }
        let closed: Vec<_> = points.iter().chain(&points[..1]).copied().collect();
        self.segments(&closed, true, side, segments);
    }

    fn line(&self, line: &[[f64; 2]], side: f64, segments: &mut Vec<LineSegment>) {
        let mut points = distinct(line);
        if points.len() < 2 {
            return;
        }
        self.extend_beyond(&mut points, side);
        let is_closed = points.len() > 3 && is_near(points[0], points[points.len() - 1]);
        self.segments(&points, is_closed, side, segments);
    }

    /// Lengthens ends that lie outside the image, where a tile's cut rather than the line ends, so that the cut cannot show.
    fn extend_beyond(&self, points: &mut [[f64; 2]], side: f64) {
        let margin = 2.0 * self.half_width + 2.0;
        let last = points.len() - 1;
        for (end, before) in [(0, 1), (last, last - 1)] {
            let (x, y) = (
                points[end][0] - points[before][0],
                points[end][1] - points[before][1],
            );
            let length = x.hypot(y);
            let leaves = |axis: usize, step: f64| {
                (points[end][axis] < -1.0 && step < 0.0)
                    || (points[end][axis] > side + 1.0 && step > 0.0)
            };
            if leaves(0, x) || leaves(1, y) {
                points[end] = [
                    points[end][0] + x / length * margin,
                    points[end][1] + y / length * margin,
                ];
            }
        }
    }

    fn segments(
        &self,
        points: &[[f64; 2]],
        is_closed: bool,
        side: f64,
        segments: &mut Vec<LineSegment>,
    ) {
        let last = points.len() - 1;
        let mut joints = Vec::with_capacity(points.len());
        for row in 0..=last {
            let neighbours = match row == 0 || row == last {
                true if is_closed => Some((points[last - 1], points[1])),
                true => None,
                false => Some((points[row - 1], points[row + 1])),
            };
            joints.push(neighbours.map_or_else(
                || self.cap(),
                |(before, after)| self.joint(before, points[row], after),
            ));
        }
        for row in 0..last {
            let (from, to) = (points[row], points[row + 1]);
            if self.is_visible(from, to, side) {
                segments.push(self.segment(from, to, joints[row], joints[row + 1]));
            }
        }
    }

    fn cap(&self) -> End {
        let reach = match self.cap {
            Cap::Butt => self.blur,
            Cap::Round | Cap::Square => self.half_width + self.blur,
        };
        End {
            plane: None,
            butt: self.cap != Cap::Round,
            miter: false,
            reach,
        }
    }

    /// The corner between two segments. Where it is too sharp for its short arms the two simply overlap.
    fn joint(&self, before: [f64; 2], at: [f64; 2], after: [f64; 2]) -> End {
        let (first, first_length) = direction(before, at);
        let (second, second_length) = direction(at, after);
        let sum = [first[0] + second[0], first[1] + second[1]];
        let half_cosine = sum[0].hypot(sum[1]) / 2.0;
        let half_sine = (1.0 - half_cosine * half_cosine).max(0.0).sqrt();
        let tangent = half_sine / half_cosine.max(1e-6);
        let edge = self.half_width + self.blur;
        let overlaps = End {
            plane: None,
            butt: false,
            miter: false,
            reach: edge,
        };
        if edge * tangent > first_length.min(second_length) && half_sine > 0.05 {
            return overlaps;
        }
        let miter = self.join == Join::Miter && 1.0 <= self.miter_limit * half_cosine;
        let reach = if miter {
            edge * tangent
        } else {
            edge * half_sine
        };
        End {
            plane: Some(sum),
            butt: false,
            miter,
            reach: reach + 1.0,
        }
    }

    fn is_visible(&self, from: [f64; 2], to: [f64; 2], side: f64) -> bool {
        let margin = self.half_width * self.miter_limit.clamp(1.0, 4.0) + self.blur;
        (0..2).all(|axis| {
            from[axis].max(to[axis]) > -margin && from[axis].min(to[axis]) < side + margin
        })
    }

    fn segment(&self, mut from: [f64; 2], mut to: [f64; 2], start: End, end: End) -> LineSegment {
        let (along, _) = direction(from, to);
        if self.cap == Cap::Square {
            let step = |end: End| if end.butt { self.half_width } else { 0.0 };
            from = [0, 1].map(|axis: usize| from[axis] - along[axis] * step(start));
            to = [0, 1].map(|axis: usize| to[axis] + along[axis] * step(end));
        }
        let bit = |set: bool, bit: u32| if set { bit } else { 0 };
        let flags = bit(start.plane.is_some(), LineSegment::CUT_START)
            | bit(end.plane.is_some(), LineSegment::CUT_END)
            | bit(start.butt, LineSegment::BUTT_START)
            | bit(end.butt, LineSegment::BUTT_END)
            | bit(start.miter, LineSegment::MITER_START)
            | bit(end.miter, LineSegment::MITER_END);
        let (first, second) = (
            start.plane.unwrap_or_default(),
            end.plane.unwrap_or_default(),
        );
        LineSegment {
            ends: [from[0], from[1], to[0], to[1]].map(to_f32),
            planes: [first[0], first[1], second[0], second[1]].map(to_f32),
            widths: [self.half_width, self.half_gap, self.blur].map(to_f32),
            flags,
            reach: [start.reach, end.reach].map(to_f32),
            color: self.color,
        }
    }
}

/// The pieces of a ring between the edges where its polygon was cut; none when it was not. A cut runs along an axis outside
/// the image; drawn as a line it would show where the line is wider than the margin the polygon was cut with.
fn without_cuts(ring: &[[f64; 2]], side: f64) -> Option<Vec<Vec<[f64; 2]>>> {
    let is_cut = |row: usize| {
        let (from, to) = (ring[row], ring[(row + 1) % ring.len()]);
        (0..2).any(|axis| {
            let is_outside = from[axis] < 0.0 || from[axis] > side;
            is_outside && (from[axis] - to[axis]).abs() < SHORTEST_STEP_PX / 2.0
        })
    };
    let start = (0..ring.len()).find(|row| is_cut(*row))?;
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    for step in 1..=ring.len() {
        let row = (start + step) % ring.len();
        piece.push(ring[row]);
        if is_cut(row) {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    Some(pieces)
}

fn direction(from: [f64; 2], to: [f64; 2]) -> ([f64; 2], f64) {
    let (x, y) = (to[0] - from[0], to[1] - from[1]);
    let length = x.hypot(y).max(f64::MIN_POSITIVE);
    ([x / length, y / length], length)
}

fn is_near(a: [f64; 2], b: [f64; 2]) -> bool {
    (a[0] - b[0]).hypot(a[1] - b[1]) < SHORTEST_STEP_PX
}

/// The points without those that stand on their predecessor; the last one is always kept.
fn distinct(line: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut points: Vec<[f64; 2]> = Vec::with_capacity(line.len());
    for point in line {
        if points.last().is_none_or(|last| !is_near(*last, *point)) {
            points.push(*point);
        }
    }
    points
}
