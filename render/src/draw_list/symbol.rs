//! Labels: candidates from whole features, placed together, then glyphs layer by layer.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash, Hasher as _},
    rc::Rc,
};

use layers::{TileGeometry, TileLabel, TileLayer};
use maplibre_expr::Color;

use super::{Command, DrawList, Frame, GlyphQuad, premultiplied};
use crate::{
    narrow::{count, to_f32, to_i64},
    style::{Evaluator, FeatureView, Kind, StyleLayer, Values},
    text::{
        Anchor, Block, Candidate, Face, Justify, OrientedBox, Shaper, TextStyle, Transform, accept,
        block,
    },
};

/// The largest text drawn, in style pixels.
const LARGEST_PX: f64 = 96.0;

/// Candidates farther outside the image than this share of its side are left out: the label lists reach one tile.
const REACH: f64 = 1.0;

/// The same road name is not repeated within this many style pixels, whatever the spacing asked for: a longer distance
/// would make placement depend on more than the neighbouring tiles.
const LONGEST_REPEAT_PX: f64 = 120.0;

struct Paint {
    text: String,
    size: f64,
    style: TextStyle,
    color: Option<Color>,
    halo: Option<Color>,
    halo_width: f64,
    halo_blur: f64,
    padding: f64,
    sort_key: f64,
    along_line: bool,
    spacing: f64,
    rotate_rad: f64,
    shift: [f64; 2],
    always: bool,
    yields: bool,
}

fn resolve(values: &Values<'_>) -> Paint {
    let along_line = values.text("symbol-placement") != "point";
    Paint {
        text: values.text("text-field"),
        size: values.number("text-size", 16.0).clamp(0.0, LARGEST_PX),
        style: text_style(values, along_line),
        color: values.color("text-color", Some("text-opacity")),
        halo: values.color("text-halo-color", Some("text-opacity")),
        halo_width: values.number("text-halo-width", 0.0).max(0.0),
        halo_blur: values.number("text-halo-blur", 0.0).max(0.0),
        padding: values.number("text-padding", 2.0).max(0.0),
        sort_key: values.number("symbol-sort-key", 0.0),
        along_line,
        spacing: values
            .number("symbol-spacing", 250.0)
            .clamp(0.0, LONGEST_REPEAT_PX),
        rotate_rad: values.number("text-rotate", 0.0).to_radians(),
        shift: values.pair("text-translate"),
        always: values.truth("text-allow-overlap"),
        yields: values.truth("text-ignore-placement"),
    }
}

fn text_style(values: &Values<'_>, along_line: bool) -> TextStyle {
    let fonts = values.words("text-font");
    TextStyle {
        face: Face::of_stack(fonts.iter().map(String::as_str)),
        max_width_em: if along_line {
            f64::INFINITY
        } else {
            values.number("text-max-width", 10.0).max(1.0)
        },
        line_height_em: values.number("text-line-height", 1.2),
        letter_spacing_em: values.number("text-letter-spacing", 0.0),
        justify: match values.text("text-justify").as_str() {
            "auto" => Justify::Auto,
            "left" => Justify::Left,
            "right" => Justify::Right,
            _ => Justify::Center,
        },
        anchor: Anchor::named(&values.text("text-anchor")),
        offset_em: values.pair("text-offset"),
        transform: match values.text("text-transform").as_str() {
            "uppercase" => Transform::Uppercase,
            "lowercase" => Transform::Lowercase,
            _ => Transform::None,
        },
    }
}

/// A label with everything needed to draw it.
struct Label {
    row: usize,
    anchor: [f64; 2],
    rotation: [f64; 2],
    paint: Rc<Paint>,
    block: Rc<Block>,
}

/// Labels to draw, by row of their style layer.
pub(super) type Placed = BTreeMap<usize, Vec<GlyphQuad>>;

/// Places the labels of all symbol layers. Layers further up in the style go first, as in MapLibre.
pub(super) fn place(drawn: &[&StyleLayer], frame: &Frame<'_>, shaper: &Shaper) -> Placed {
    let mut labels = Vec::new();
    let mut candidates = Vec::new();
    for (row, style) in drawn
        .iter()
        .enumerate()
        .filter(|(_, style)| style.kind == Kind::Symbol)
    {
        let Some(tile) = frame.layer(&style.source_layer) else {
            continue;
        };
        let mut collector = Collector {
            row,
            top: drawn.len() - row,
            tile,
            frame,
            shaper,
            blocks: HashMap::new(),
        };
        let mut evaluator = Evaluator::new(style, tile, frame.zoom, resolve);
        for label in &tile.labels {
            let geometry_type = collector.geometry_type(label);
            let view = FeatureView {
                id: label.id.0,
                geometry_type,
                attributes: &label.attributes,
            };
            let Some(paint) = evaluator.of(view) else {
                continue;
            };
            if let Some((candidate, label)) = collector.candidate(label, &paint) {
                candidates.push(candidate);
                labels.push(label);
            }
        }
    }
    let shown = accept(&candidates);
    let mut placed = Placed::new();
    for ((label, candidate), _) in labels
        .iter()
        .zip(&candidates)
        .zip(shown)
        .filter(|(_, shown)| *shown)
    {
        if touches_image(&candidate.bounds, frame) {
            draw(label, frame, placed.entry(label.row).or_default());
        }
    }
    placed
}

/// Adds a symbol layer's glyphs.
pub(super) fn build(list: &mut DrawList, glyphs: Vec<GlyphQuad>) {
    if glyphs.is_empty() {
        return;
    }
    let first = count(list.glyphs.len());
    list.glyphs.extend(glyphs);
    list.commands
        .push(Command::Text(first..count(list.glyphs.len())));
}

struct Collector<'a> {
    row: usize,
    top: usize,
    tile: &'a TileLayer,
    frame: &'a Frame<'a>,
    shaper: &'a Shaper,
    /// Blocks by the address of the evaluated paint, which is shared by features of equal attributes.
    blocks: HashMap<*const Paint, Option<Rc<Block>>>,
}

impl Collector<'_> {
    fn geometry_type(&self, label: &TileLabel) -> &'static str {
        match self.tile.features.first().map(|feature| &feature.geometry) {
            Some(TileGeometry::Polygons(_)) => "Polygon",
            _ if label.room.is_finite() => "LineString",
            _ => "Point",
        }
    }

    fn candidate(&mut self, label: &TileLabel, paint: &Rc<Paint>) -> Option<(Candidate, Label)> {
        let frame = self.frame;
        let scale = frame.scale(self.tile);
        let at = label.position.map(|position| position * scale);
        let near = -frame.size_px * REACH..frame.size_px * (1.0 + REACH);
        if paint.text.is_empty() || paint.size <= 0.0 || !at.iter().all(|at| near.contains(at)) {
            return None;
        }
        let known = self.blocks.entry(Rc::as_ptr(paint));
        let block = known
            .or_insert_with(|| block(self.shaper, &paint.text, &paint.style).map(Rc::new))
            .clone()?;
        let size = paint.size * frame.ratio;
        let room = label.room * scale;
        let [west, north, east, south] = block.edges_em.map(|edge| edge * size);
        let fits = if paint.along_line {
            room.is_finite() && east - west <= room
        } else {
            true
        };
        if !fits {
            return None;
        }
        let angle = paint.rotate_rad
            + if paint.along_line {
                label.angle_rad
            } else {
                0.0
            };
        let direction = [angle.cos(), angle.sin()];
        let pad = paint.padding * frame.ratio;
        let middle = [west.midpoint(east), north.midpoint(south)];
        let anchor = [0, 1].map(|axis: usize| at[axis] + paint.shift[axis] * frame.ratio);
        let center = [
            anchor[0] + middle[0] * direction[0] - middle[1] * direction[1],
            anchor[1] + middle[0] * direction[1] + middle[1] * direction[0],
        ];
        let bounds = OrientedBox {
            center,
            half: [(east - west) / 2.0 + pad, (south - north) / 2.0 + pad],
            direction,
        };
        let spacing = paint
            .along_line
            .then(|| (hash_of(&paint.text), paint.spacing * frame.ratio));
        let candidate = Candidate {
            bounds,
            rank: (self.top, paint.sort_key),
            hash: self.hash(label),
            always: paint.always,
            yields: paint.yields,
            text: spacing,
        };
        Some((
            candidate,
            Label {
                row: self.row,
                anchor,
                rotation: direction,
                paint: Rc::clone(paint),
                block,
            },
        ))
    }

    /// A number for a label that is the same on every tile of every size: from the feature and the anchor's place in the
    /// world, in 2^30ths of its side.
    fn hash(&self, label: &TileLabel) -> u64 {
        let coord = self.frame.tile.coord;
        let units = f64::from(self.tile.extent);
        let steps = (30.0 - f64::from(coord.z())).exp2();
        let world = |tile: u32, position: f64| {
            to_i64(((f64::from(tile) + position / units) * steps).round())
        };
        hash_of(&(
            label.id.0,
            world(coord.x(), label.position[0]),
            world(coord.y(), label.position[1]),
        ))
    }
}

/// A place on a grid of 64ths of a pixel: exact as f32 wherever on the image it lies, so that two tiles that draw the same glyph
/// draw the same pixels.
fn on_grid(at: f64) -> f32 {
    to_f32((at * 64.0).round() / 64.0)
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn touches_image(bounds: &OrientedBox, frame: &Frame<'_>) -> bool {
    // halos reach a little beyond the box
    let margin = 8.0 * frame.ratio;
    let half = bounds.upright_half();
    (0..2).all(|axis| {
        let reach = half[axis] + margin;
        bounds.center[axis] > -reach && bounds.center[axis] < frame.size_px + reach
    })
}

/// Glyphs of a label: first all halos, then all letters, so that no halo covers a neighbour's letter.
fn draw(label: &Label, frame: &Frame<'_>, glyphs: &mut Vec<GlyphQuad>) {
    let paint = &label.paint;
    let size = paint.size * frame.ratio;
    let is_upright = label.rotation[1].abs() < f64::EPSILON;
    // whole pixels keep upright stems crisp; every tile rounds the same place in the world
    let anchor = if is_upright {
        label.anchor.map(f64::round)
    } else {
        label.anchor
    };
    let rotation = label.rotation.map(to_f32);
    let mut layer = |color: Color, grow: f64, blur: f64| {
        for (glyph, [x, y]) in &label.block.glyphs {
            let (x, y) = (
                x * size,
                if is_upright {
                    (y * size).round()
                } else {
                    y * size
                },
            );
            let [c, s] = label.rotation;
            glyphs.push(GlyphQuad {
                face: paint.style.face,
                glyph: *glyph,
                origin: [anchor[0] + x * c - y * s, anchor[1] + x * s + y * c].map(on_grid),
                size_px: to_f32(size),
                rotation,
                grow_px: to_f32(grow),
                blur_px: to_f32(blur),
                color: premultiplied(color),
            });
        }
    };
    if let Some(halo) = paint.halo.filter(|_| paint.halo_width > 0.0) {
        layer(
            halo,
            paint.halo_width * frame.ratio,
            1.0 + paint.halo_blur * frame.ratio,
        );
    }
    if let Some(color) = paint.color {
        layer(color, 0.0, 1.0);
    }
}
