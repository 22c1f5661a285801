//! What already occupies the ground, as a 10 m raster: rivers, lakes, road corridors, industrial zones.

use geo::Coord;

use crate::grid::Grid;

/// A river's surface.
pub(crate) const RIVER: u8 = 1;
/// Land between a river and just behind its dyke.
pub(crate) const BANK: u8 = 2;
/// Lakes and ponds.
pub(crate) const LAKE: u8 = 4;
/// Roads and railways with their verges, canals.
pub(crate) const CORRIDOR: u8 = 8;
/// Industrial zones.
pub(crate) const INDUSTRY: u8 = 16;
/// Built-up ground of villages and towns; parcels of homes are there.
pub(crate) const BUILT: u8 = 32;
/// Anything that parcels of villages and fields must leave free.
pub(crate) const ANY: u8 = RIVER | BANK | LAKE | CORRIDOR | INDUSTRY;

/// The raster of occupied ground.
#[derive(Debug)]
pub(crate) struct Ground {
    grid: Grid,
    flags: Vec<u8>,
}

impl Ground {
    pub(crate) fn new(outline: &[Coord]) -> Self {
        let grid = Grid::covering(outline, 10.0, 400.0);
        let flags = vec![0; grid.len()];
        Self { grid, flags }
    }

    pub(crate) fn mark_ring(&mut self, ring: &[Coord], flag: u8) {
        let flags = &mut self.flags;
        self.grid.inside(ring, |cell| flags[cell] |= flag);
    }

    pub(crate) fn mark_line(&mut self, line: &[Coord], radius_m: f64, flag: u8) {
        let flags = &mut self.flags;
        self.grid.along(line, radius_m, |cell| flags[cell] |= flag);
    }

    /// Flags at a place; everything outside the raster is occupied.
    pub(crate) fn at(&self, place: Coord) -> u8 {
        self.grid.cell(place).map_or(ANY, |cell| self.flags[cell])
    }

    /// Whether a place is free of all `flags`.
    pub(crate) fn is_free(&self, place: Coord, flags: u8) -> bool {
        self.at(place) & flags == 0
    }
}
