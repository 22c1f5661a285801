//! The whole-number grid of one tile: where a position of the unit square falls, in tile units.

use layers::TileCoord;

/// Tile units along a side of a tile.
pub(super) const EXTENT: u32 = 4096;

/// Tile units beyond each side within which features are kept, so that strokes and symbols reach over the edge.
pub(super) const BUFFER: i64 = 64;

/// Vertices that move a border by less than this many tile units are left out: a quarter of a pixel of 512.
const TOLERANCE_UNITS: f64 = 2.0;

/// A tile as rows and columns of the whole-number grid that all tiles of its zoom share.
///
/// Rounding happens on the shared grid, before the tile's corner is taken off: a vertex falls on the same place in every
/// tile that shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) coord: TileCoord,
    /// Tile units along the unit square at this zoom.
    units: f64,
    corner: [i64; 2],
}

impl Grid {
    pub(super) fn new(coord: TileCoord) -> Self {
        let corner = |index: u32| i64::from(index) * i64::from(EXTENT);
        Self {
            coord,
            units: f64::from(EXTENT) * f64::from(1_u32 << coord.z()),
            corner: [corner(coord.x()), corner(coord.y())],
        }
    }

    /// The place of a position, rounded, counted from the tile's north-west corner.
    pub(super) fn snapped(&self, position: [f64; 2]) -> [i64; 2] {
        let snap = |share: f64, corner: i64| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "at most 2^36 for positions on the square, saturating beyond"
            )]
            let place = (share * self.units).round() as i64;
            place - corner
        };
        [
            snap(position[0], self.corner[0]),
            snap(position[1], self.corner[1]),
        ]
    }

    /// The place of a position in units of the zoom's whole grid, not rounded.
    pub(super) fn world(&self, position: [f64; 2]) -> [f64; 2] {
        position.map(|share| share * self.units)
    }

    /// A place of the whole grid, counted from the tile's north-west corner. Exact, so that neighbours differ by 4096.
    pub(super) fn local(&self, world: [f64; 2]) -> [f64; 2] {
        #[expect(clippy::cast_precision_loss, reason = "corners are below 2^36")]
        let corner = self.corner.map(|corner| corner as f64);
        [world[0] - corner[0], world[1] - corner[1]]
    }

    /// The tolerance that vertices have to pass at this zoom, in the unit square.
    pub(super) fn tolerance(&self) -> f32 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a tolerance needs no more than 24 bits"
        )]
        let tolerance = (TOLERANCE_UNITS / self.units) as f32;
        tolerance
    }
}
