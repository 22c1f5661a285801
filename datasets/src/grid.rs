//! A regular grid of square cells over the plane.

use geo::Coord;

/// Where the cells are; rows run from south to north.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    pub(crate) min: Coord,
    pub(crate) cell_m: f64,
    pub(crate) cols: usize,
    pub(crate) rows: usize,
}

impl Grid {
    /// A grid that covers the points with a margin.
    pub(crate) fn covering(points: &[Coord], cell_m: f64, margin_m: f64) -> Self {
        let fold = |f: fn(f64, f64) -> f64, start: f64, axis: fn(&Coord) -> f64| {
            points.iter().map(axis).fold(start, f)
        };
        let min_x = ((fold(f64::min, f64::INFINITY, |p| p.x) - margin_m) / cell_m).floor() * cell_m;
        let min_y = ((fold(f64::min, f64::INFINITY, |p| p.y) - margin_m) / cell_m).floor() * cell_m;
        let max_x = fold(f64::max, f64::NEG_INFINITY, |p| p.x) + margin_m;
        let max_y = fold(f64::max, f64::NEG_INFINITY, |p| p.y) + margin_m;
        Self {
            min: Coord { x: min_x, y: min_y },
            cell_m,
            cols: ((max_x - min_x) / cell_m).ceil() as usize,
            rows: ((max_y - min_y) / cell_m).ceil() as usize,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.cols * self.rows
    }

    /// The cell that holds a place, if the grid reaches there.
    pub(crate) fn cell(&self, place: Coord) -> Option<usize> {
        let col = ((place.x - self.min.x) / self.cell_m).floor();
        let row = ((place.y - self.min.y) / self.cell_m).floor();
        let inside = col >= 0.0 && row >= 0.0 && col < self.cols as f64 && row < self.rows as f64;
        inside.then(|| row as usize * self.cols + col as usize)
    }

    pub(crate) fn centre(&self, cell: usize) -> Coord {
        Coord {
            x: self.min.x + ((cell % self.cols) as f64 + 0.5) * self.cell_m,
            y: self.min.y + ((cell / self.cols) as f64 + 0.5) * self.cell_m,
        }
    }

    /// West, east, south and north neighbours inside the grid.
    pub(crate) fn neighbours(&self, cell: usize) -> [Option<usize>; 4] {
        let (col, row) = (cell % self.cols, cell / self.cols);
        [
            (col > 0).then(|| cell - 1),
            (col + 1 < self.cols).then(|| cell + 1),
            (row > 0).then(|| cell - self.cols),
            (row + 1 < self.rows).then(|| cell + self.cols),
        ]
    }

    /// Calls `mark` for every cell whose centre is within `radius_m` of the line.
    pub(crate) fn along(&self, line: &[Coord], radius_m: f64, mut mark: impl FnMut(usize)) {
        for pair in line.windows(2) {
            self.near_segment(pair[0], pair[1], radius_m, &mut mark);
        }
    }

    fn near_segment(&self, a: Coord, b: Coord, radius_m: f64, mark: &mut impl FnMut(usize)) {
        let index = |value: f64, origin: f64, count: usize| {
            ((value - origin) / self.cell_m)
                .floor()
                .clamp(0.0, count as f64 - 1.0) as usize
        };
        let reach = radius_m + self.cell_m * 0.5;
        let first_col = index(a.x.min(b.x) - reach, self.min.x, self.cols);
        let last_col = index(a.x.max(b.x) + reach, self.min.x, self.cols);
        let first_row = index(a.y.min(b.y) - reach, self.min.y, self.rows);
        let last_row = index(a.y.max(b.y) + reach, self.min.y, self.rows);
        for row in first_row..=last_row {
            for col in first_col..=last_col {
                let cell = row * self.cols + col;
                let centre = self.centre(cell);
                let nearest = crate::shape::nearest_on_segment(a, b, centre);
                if crate::shape::distance_m(nearest, centre) <= radius_m {
                    mark(cell);
                }
            }
        }
    }

    /// Calls `mark` for every cell whose centre lies inside the ring.
    pub(crate) fn inside(&self, ring: &[Coord], mut mark: impl FnMut(usize)) {
        let mut crossings = Vec::new();
        let row_of =
            |y: f64| ((y - self.min.y) / self.cell_m).clamp(0.0, self.rows as f64) as usize;
        let low = ring.iter().map(|p| p.y).fold(f64::INFINITY, f64::min);
        let high = ring.iter().map(|p| p.y).fold(f64::NEG_INFINITY, f64::max);
        for row in row_of(low)..(row_of(high) + 1).min(self.rows) {
            let y = self.min.y + (row as f64 + 0.5) * self.cell_m;
            crossings.clear();
            for (index, a) in ring.iter().enumerate() {
                let b = ring[(index + 1) % ring.len()];
                if (a.y > y) != (b.y > y) {
                    crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
                }
            }
            crossings.sort_by(f64::total_cmp);
            for span in crossings.chunks_exact(2) {
                let first = ((span[0] - self.min.x) / self.cell_m - 0.5).ceil().max(0.0) as usize;
                let last = ((span[1] - self.min.x) / self.cell_m - 0.5).floor();
                let end = if last >= 0.0 {
                    (last as usize + 1).min(self.cols)
                } else {
                    0
                };
                (first..end).for_each(|col| mark(row * self.cols + col));
            }
        }
    }
}
