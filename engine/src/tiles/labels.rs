//! Where the features of a tile and of the tiles around it may be labelled.
//!
//! An anchor is a function of the whole feature and the zoom, never of the tile that asks: neighbouring tiles list the
//! same anchors at places that differ by exactly a tile's side, in the same order. That is what lets label placement agree
//! across tiles.

use std::{collections::BTreeMap, f64::consts::FRAC_PI_2};

use layers::{FeatureId, TileCoord, TileLabel};

use super::{
    budget::scattered,
    dictionary::{Columns, Dictionary},
    grid::{EXTENT, Grid},
    pyramid::{Pyramid, Role},
};
use crate::LayerSnapshot;

/// Anchors of one tile that are kept, the largest features first: more than fit on a screen without overlap.
const ANCHORS_PER_TILE: usize = 2_000;

/// The same of an encoded tile, which pays for each in bytes.
const ENCODED_ANCHORS_PER_TILE: usize = 200;

/// Anchors along a line stand this far apart, in tile units: 256 pixels of 512.
const LINE_SPACING: f64 = 2048.0;

/// Lines shorter than this carry no label, in tile units: 16 pixels of 512.
const SHORTEST_LINE: f64 = 128.0;

/// The direction of a line at an anchor is that between the points this far before and after it, in tile units.
const ANGLE_REACH: f64 = 64.0;

/// A label leaves a line that turns by more than this from the anchor's direction: text set straight would part from it.
const STRAIGHT_RAD: f64 = 0.5;

/// A place for a label with what orders it.
pub(super) struct Anchor {
    row: u32,
    /// Which of the feature's anchors.
    index: u32,
    /// On the whole grid of the zoom.
    world: [f64; 2],
    angle_rad: f64,
    room: f64,
}

/// The anchors of a tile and of `reach` tiles around it, by feature and then along it.
pub(super) fn anchors(
    layer: &LayerSnapshot,
    pyramid: &Pyramid,
    grid: &Grid,
    reach: u8,
) -> Vec<Anchor> {
    let mut by_tile: BTreeMap<[i64; 2], Vec<Anchor>> = BTreeMap::new();
    for row in pyramid.rows_near(layer, grid.coord, f64::from(reach)) {
        for anchor in anchors_of(pyramid, row, grid) {
            if let Some(tile) = tile_around(grid.coord, anchor.world, reach) {
                by_tile.entry(tile).or_default().push(anchor);
            }
        }
    }
    let most = if reach == 0 {
        ENCODED_ANCHORS_PER_TILE
    } else {
        ANCHORS_PER_TILE
    };
    let mut anchors: Vec<Anchor> = by_tile
        .into_values()
        .flat_map(|tile| most_important(pyramid, tile, most))
        .collect();
    anchors.sort_unstable_by_key(|anchor| (anchor.row, anchor.index));
    anchors
}

/// The anchors as labels in a tile's units, with their features' attributes.
pub(super) fn describe(
    anchors: Vec<Anchor>,
    (layer, grid): (&LayerSnapshot, &Grid),
    columns: &Columns,
    dictionary: &mut Dictionary,
) -> Vec<TileLabel> {
    let label = |anchor: Anchor| TileLabel {
        id: layer.id_of(anchor.row),
        position: grid.local(anchor.world),
        angle_rad: anchor.angle_rad,
        room: anchor.room,
        attributes: columns.attributes(anchor.row, dictionary),
    };
    anchors.into_iter().map(label).collect()
}

/// The tile that holds an anchor, if it is this one or within reach of it.
fn tile_around(coord: TileCoord, world: [f64; 2], reach: u8) -> Option<[i64; 2]> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "below 2^24 on the square, saturating beyond"
    )]
    let tile = world.map(|place| (place / f64::from(EXTENT)).floor() as i64);
    let distance = (tile[0] - i64::from(coord.x()))
        .abs()
        .max((tile[1] - i64::from(coord.y())).abs());
    (distance <= i64::from(reach)).then_some(tile)
}

/// The anchors a tile keeps of those it holds: the choice is the tile's own, whoever asks.
fn most_important(pyramid: &Pyramid, mut anchors: Vec<Anchor>, most: usize) -> Vec<Anchor> {
    if anchors.len() > most {
        anchors.sort_by(|a, b| {
            let size = pyramid.size_of(b.row).total_cmp(&pyramid.size_of(a.row));
            let scatter =
                |anchor: &Anchor| (scattered(FeatureId(u64::from(anchor.row))), anchor.index);
            size.then(scatter(a).cmp(&scatter(b)))
        });
        anchors.truncate(most);
    }
    anchors
}

/// All anchors of a feature at the grid's zoom: each point, one point deep inside the largest polygon, and along lines
/// every [`LINE_SPACING`] from each line's own start.
fn anchors_of(pyramid: &Pyramid, row: u32, grid: &Grid) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = Vec::new();
    let mut polygon = false;
    let place = |anchors: &mut Vec<Anchor>, world: [f64; 2], angle_rad: f64, room: f64| {
        let index = u32::try_from(anchors.len()).expect("a feature has fewer than 2^32 vertices");
        anchors.push(Anchor {
            row,
            index,
            world,
            angle_rad,
            room,
        });
    };
    for (role, positions, tolerances) in pyramid.parts_of(row) {
        match role {
            Role::Points => {
                for position in positions {
                    place(&mut anchors, grid.world(*position), 0.0, f64::INFINITY);
                }
            }
            Role::Line => {
                let path = Path::new(positions, tolerances, grid);
                for along in path.stations() {
                    let (angle_rad, room) = (path.angle(along), path.room(along));
                    place(&mut anchors, path.at(along), angle_rad, room);
                }
            }
            Role::Exterior if !polygon => {
                polygon = true;
                place(
                    &mut anchors,
                    grid.world(pyramid.polygon_anchor(row)),
                    0.0,
                    f64::INFINITY,
                );
            }
            Role::Exterior | Role::Hole => {}
        }
    }
    anchors
}

/// A line on the zoom's whole grid, with the length up to each vertex.
struct Path {
    vertices: Vec<[f64; 2]>,
    lengths: Vec<f64>,
}

impl Path {
    fn new(positions: &[[f64; 2]], tolerances: &[f32], grid: &Grid) -> Self {
        let kept = positions
            .iter()
            .zip(tolerances)
            .filter(|(_, rank)| **rank >= grid.tolerance());
        let vertices: Vec<[f64; 2]> = kept.map(|(position, _)| grid.world(*position)).collect();
        let mut lengths = Vec::with_capacity(vertices.len());
        let mut length = 0.0;
        lengths.extend(vertices.first().map(|_| 0.0));
        lengths.extend(vertices.windows(2).map(|pair| {
            length += (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
            length
        }));
        Self { vertices, lengths }
    }

    fn length(&self) -> f64 {
        self.lengths.last().copied().unwrap_or(0.0)
    }

    /// How far along the line its anchors stand: one in the middle of a short line, else every spacing from the start.
    fn stations(&self) -> Vec<f64> {
        let length = self.length();
        if !(length >= SHORTEST_LINE && length.is_finite()) {
            return Vec::new();
        }
        if length < LINE_SPACING {
            return vec![length / 2.0];
        }
        let next = |along: &f64| Some(along + LINE_SPACING).filter(|along| *along < length);
        std::iter::successors(Some(LINE_SPACING / 2.0), next).collect()
    }

    /// The point at a distance from the start; the ends beyond them.
    fn at(&self, along: f64) -> [f64; 2] {
        let end = self
            .lengths
            .partition_point(|length| *length < along)
            .clamp(1, self.lengths.len() - 1);
        let (a, b) = (self.vertices[end - 1], self.vertices[end]);
        let step = self.lengths[end] - self.lengths[end - 1];
        let share = if step > 0.0 {
            ((along - self.lengths[end - 1]) / step).clamp(0.0, 1.0)
        } else {
            0.0
        };
        [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
    }

    fn direction(&self, along: f64) -> f64 {
        let (before, after) = (
            self.at((along - ANGLE_REACH).max(0.0)),
            self.at((along + ANGLE_REACH).min(self.length())),
        );
        (after[1] - before[1]).atan2(after[0] - before[0])
    }

    /// The direction of text on the line: left to right.
    fn angle(&self, along: f64) -> f64 {
        let direction = self.direction(along);
        if direction > FRAC_PI_2 {
            direction - 2.0 * FRAC_PI_2
        } else if direction <= -FRAC_PI_2 {
            direction + 2.0 * FRAC_PI_2
        } else {
            direction
        }
    }

    /// The length around an anchor that a straight label may take: to the nearer of the line's ends, of the point where it
    /// has turned away, and of the middle between two anchors; twice that.
    fn room(&self, along: f64) -> f64 {
        let direction = self.direction(along);
        let mut reach = along.min(self.length() - along).min(LINE_SPACING / 2.0);
        for (pair, ends) in self.vertices.windows(2).zip(self.lengths.windows(2)) {
            if ends[1] <= along - reach || ends[0] >= along + reach {
                continue;
            }
            let turn = (pair[1][1] - pair[0][1]).atan2(pair[1][0] - pair[0][0]) - direction;
            let turn = turn.sin().atan2(turn.cos()).abs();
            let holds_anchor = ends[0] <= along && along <= ends[1];
            if turn > STRAIGHT_RAD && !holds_anchor {
                let distance = if ends[0] > along {
                    ends[0] - along
                } else {
                    along - ends[1]
                };
                reach = reach.min(distance);
            }
        }
        2.0 * reach
    }
}
