//! Communes cut into pieces, and units put together from pieces: seamless with the communes, whose borders stay.

use geo::{Coord, MultiPolygon};

use super::{OUTSIDE, Partition, clean};
use crate::{borders, communes::communes, grid::Grid, shape};

/// Which piece each cell belongs to. Pieces are numbered commune by commune, in the order of their anchors.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    grid: &'a Grid,
    labels: Vec<u16>,
    corners: Vec<Coord>,
    count: usize,
}

impl Partition {
    /// Cuts each commune in as many pieces as it has anchors, each nearest to its own.
    ///
    /// The rule: straight cuts into equal areas, each square to the line from an anchor to the middle of the anchors after
    /// it; then stray cells go over to their neighbours and the cuts are smoothed.
    pub(crate) fn cut(&self, anchors: &[Vec<Coord>]) -> Pieces<'_> {
        let mut cells: Vec<Vec<usize>> = vec![Vec::new(); communes().len()];
        for (cell, &label) in self.labels.iter().enumerate() {
            if label != OUTSIDE {
                cells[label as usize].push(cell);
            }
        }
        let mut labels = vec![OUTSIDE; self.grid.len()];
        let mut count = 0;
        for (cells, anchors) in cells.into_iter().zip(anchors) {
            divide(&self.grid, cells, anchors, |cell, anchor| {
                labels[cell] = (count + anchor) as u16;
            });
            count += anchors.len();
        }
        clean::clean_within(&self.grid, &self.labels, &mut labels);
        let corners = borders::smooth_cuts(&self.grid, &self.labels, &labels, &self.corners);
        Pieces {
            grid: &self.grid,
            labels,
            corners,
            count,
        }
    }
}

/// Tells each cell's anchor.
fn divide(
    grid: &Grid,
    mut cells: Vec<usize>,
    anchors: &[Coord],
    mut tell: impl FnMut(usize, usize),
) {
    for (row, &anchor) in anchors.iter().enumerate() {
        let after = &anchors[row + 1..];
        let share = cells.len() / (after.len() + 1);
        if !after.is_empty() {
            let middle = shape::centroid(after);
            let along = |cell: &usize| {
                let place = grid.centre(*cell);
                place.x * (anchor.x - middle.x) + place.y * (anchor.y - middle.y)
            };
            cells.sort_by(|a, b| along(b).total_cmp(&along(a)).then(a.cmp(b)));
        }
        for cell in cells.drain(..share) {
            tell(cell, row);
        }
    }
}

impl Pieces<'_> {
    /// The polygons of the pieces.
    pub(crate) fn polygons(&self) -> Vec<MultiPolygon> {
        borders::polygons(self.grid, &self.labels, &self.corners, self.count)
    }

    /// The polygons of units put together from pieces: `unit_of` has the unit of each piece.
    pub(crate) fn united(&self, unit_of: &[u16], units: usize) -> Vec<MultiPolygon> {
        let of_cell = |&piece: &u16| match piece {
            OUTSIDE => OUTSIDE,
            piece => unit_of[piece as usize],
        };
        let labels: Vec<u16> = self.labels.iter().map(of_cell).collect();
        borders::polygons(self.grid, &labels, &self.corners, units)
    }

    /// The piece a place lies in; `None` outside the province.
    pub(crate) fn at(&self, place: Coord) -> Option<usize> {
        let piece = self.labels[self.grid.cell(place)?];
        (piece != OUTSIDE).then_some(piece as usize)
    }
}
