//! From one geometry to the rows of the indexed side that it has to do with.

use std::{cell::OnceCell, ops::Range};

use datafusion::{error::Result, physical_plan::metrics::Count};
use geo::Coord;
use layers::Extent;

use super::side::Indexed;
use crate::{
    index::{ROUNDING, Visit, reach, squared_gap},
    shape::{
        Position, Prepared, Relation, Shape, Side, least_metres, least_metres_apart, metres_between,
    },
    sql::functions::{Guard, check_degrees},
};

/// Runs of rows that are tested between two looks whether the query is still wanted.
const CHECK_EVERY: u32 = 64;

/// What has to hold between a geometry of the probe side and a row of the indexed side.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test<'a> {
    /// From the probe's point of view.
    Relation(Relation),
    /// At most so far apart.
    Within(Metric, f64),
    /// At most as far apart as the row says, which is nowhere more than the last.
    WithinOfRow(Metric, &'a [Option<f64>], f64),
}

/// What distances are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    /// The plane of the coordinates, in their unit.
    Plane,
    /// The ellipsoid, in metres.
    Metres,
}

impl Metric {
    /// The predicate of a distance.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Plane => "st_dwithin",
            Self::Metres => "st_dwithinspheroid",
        }
    }

    /// Refuses what cannot be measured.
    ///
    /// # Errors
    /// When metres are asked for and something is no longitude and latitude.
    pub(super) fn check(self, extent: &Extent) -> Result<()> {
        match self {
            Self::Plane => Ok(()),
            Self::Metres => check_degrees(extent),
        }
    }

    /// Whether anything in an extent may be so near to anything in another.
    fn may_be_near(self, extent: &Extent, around: &Extent, distance: f64) -> bool {
        if self == Self::Metres {
            return least_metres_apart(extent, around) <= distance;
        }
        let reach = reach(distance, around);
        distance >= 0.0 && squared_gap(extent, around) <= reach * reach
    }
}

/// What a search tells while it works, and what may stop it.
#[derive(Debug)]
pub(in crate::sql) struct Watch {
    pub(in crate::sql) guard: Guard,
    /// Rows whose geometry was looked at.
    pub(in crate::sql) tested: Count,
    /// Rows taken with all others under a node, untested.
    pub(in crate::sql) untested: Count,
}

impl Indexed {
    /// The rows among a share of the entries, in runs in the order of the index.
    ///
    /// # Complexity
    /// O(log n) and what is found; rows in the interior of a polygon cost nothing each, those near its boundary O(log m) for m
    /// segments.
    pub(super) fn find(
        &self,
        probe: &Shape<'_>,
        test: Test<'_>,
        share: &Range<usize>,
        watch: &Watch,
    ) -> Result<Vec<Range<u32>>> {
        let mut search = Search {
            indexed: self,
            probe,
            around: *probe.extent(),
            prepared: OnceCell::new(),
            share,
            watch,
            looks: 0,
            stopped: Ok(()),
            takes_ranges: self.takes_ranges(),
            runs: Vec::new(),
        };
        match test {
            Test::Relation(Relation::Equals) if probe.extent().is_empty() => search.empty(),
            Test::Relation(relation) => search.related(relation),
            Test::Within(metric, distance) => search.near(metric, distance, |_| Some(distance)),
            Test::WithinOfRow(metric, distances, most) => {
                search.near(metric, most, |row| distances[row as usize]);
            }
        }
        search.stopped.map(|()| search.runs)
    }

    /// The `count` rows nearest to a geometry, nearest first, ties in the order of the rows.
    pub(in crate::sql) fn nearest(
        &self,
        probe: &Shape<'_>,
        count: usize,
        within: f64,
    ) -> Vec<(u32, f64)> {
        let around = *probe.extent();
        if around.is_empty() {
            return Vec::new();
        }
        // Squares, as roots are dear; a gap never exceeds the distance, not even by rounding.
        let least = |extent: &Extent| squared_gap(extent, &around) * (1.0 - ROUNDING);
        let reach = reach(within, &around);
        let mut exact = |row: u32| {
            if self.is_selected(row) {
                let distance = self.distance(probe, row, f64::INFINITY);
                distance * distance
            } else {
                f64::INFINITY
            }
        };
        let index = self.index();
        let mut found = index.nearest_by(count, reach * reach, &least, &mut exact);
        for (_, distance) in &mut found {
            *distance = distance.sqrt();
        }
        found
    }

    /// The `count` rows nearest to a position in longitude and latitude, with metres, nearest first.
    pub(in crate::sql) fn nearest_in_metres(
        &self,
        from: Coord<f64>,
        count: usize,
        within: f64,
    ) -> Vec<(u32, f64)> {
        let least = |extent: &Extent| least_metres(from, extent) * (1.0 - ROUNDING);
        let index = self.index();
        let mut exact = |row: u32| match () {
            () if !self.is_selected(row) => f64::INFINITY,
            () if self.all_points => metres_between(from, corner(index.stored_extent(row))),
            () => self
                .shape(row)
                .map_or(f64::INFINITY, |shape| shape.metres_to(from)),
        };
        index.nearest_by(count, within, &least, &mut exact)
    }

    /// The rows at most so far from a geometry, ascending.
    pub(in crate::sql) fn within(
        &self,
        probe: &Shape<'_>,
        distance: f64,
        guard: &Guard,
    ) -> Result<Vec<u32>> {
        let all = 0..self.index().entries();
        let watch = Watch {
            guard: guard.clone(),
            tested: Count::new(),
            untested: Count::new(),
        };
        let runs = self.find(probe, Test::Within(Metric::Plane, distance), &all, &watch)?;
        let mut rows: Vec<u32> = runs.into_iter().flatten().collect();
        rows.sort_unstable();
        Ok(rows)
    }

    /// From a geometry to a row; infinite where it is more than `within`.
    pub(super) fn distance(&self, probe: &Shape<'_>, row: u32, within: f64) -> f64 {
        if self.all_points {
            return probe.distance_to(corner(self.index().stored_extent(row)), within);
        }
        let shape = self.shape(row);
        shape.map_or(f64::INFINITY, |shape| probe.distance(&shape, within))
    }

    /// From a geometry to a row in metres; infinite where it is more than `within`.
    fn metres(&self, probe: &Shape<'_>, row: u32, within: f64) -> f64 {
        if self.all_points {
            let there = Shape::at(corner(self.index().stored_extent(row)).x_y());
            return probe.metres(&there, within);
        }
        let shape = self.shape(row);
        shape.map_or(f64::INFINITY, |shape| probe.metres(&shape, within))
    }
}

struct Search<'a> {
    indexed: &'a Indexed,
    probe: &'a Shape<'a>,
    around: Extent,
    prepared: OnceCell<Prepared<'a>>,
    share: &'a Range<usize>,
    watch: &'a Watch,
    /// How many runs of entries were looked at, and whether the query is still wanted.
    looks: u32,
    stopped: Result<()>,
    takes_ranges: bool,
    runs: Vec<Range<u32>>,
}

impl Search<'_> {
    fn related(&mut self, relation: Relation) {
        let (probe, around, indexed) = (self.probe, self.around, self.indexed);
        let must_cover = matches!(
            relation,
            Relation::Within | Relation::CoveredBy | Relation::Equals
        );
        let inside = if relation.holds_for_interior() {
            Visit::All
        } else {
            Visit::Skip
        };
        let mut node = |extent: &Extent| match () {
            () if !extent.intersects(&around) || (must_cover && !extent.covers(&around)) => {
                Visit::Skip
            }
            () if !around.covers(extent) => Visit::Enter,
            () => match probe.side_of(extent) {
                Side::Outside => Visit::Skip,
                Side::Across => Visit::Enter,
                Side::Inside => inside,
            },
        };
        indexed
            .index()
            .walk(self.share, &mut node, &mut |entries, all| {
                if all {
                    self.take_all(entries);
                } else {
                    self.take_where(entries, |search, row| search.is_related(relation, row));
                }
            });
    }

    /// Tests rows one by one, as long as the query is wanted.
    fn take_where(&mut self, entries: Range<usize>, mut holds: impl FnMut(&Self, u32) -> bool) {
        self.looks += 1;
        if self.looks.is_multiple_of(CHECK_EVERY) && self.stopped.is_ok() {
            self.stopped = self.watch.guard.check();
        }
        if self.stopped.is_err() {
            return;
        }
        self.watch.tested.add(entries.len());
        for entry in entries {
            let row = self.indexed.index().row_at(entry);
            if holds(self, row) {
                self.take(row..row + 1);
            }
        }
    }

    fn is_related(&self, relation: Relation, row: u32) -> bool {
        let extent = self.indexed.index().stored_extent(row);
        if !extent.intersects(&self.around) || !self.indexed.is_selected(row) {
            return false;
        }
        if self.indexed.all_points && self.probe.is_areal() {
            return match self.probe.locate(corner(extent)) {
                Position::Outside => false,
                Position::Inside => relation.holds_for_interior(),
                Position::Boundary => relation.holds_for_boundary(),
            };
        }
        let shape = self.indexed.shape(row);
        shape.is_some_and(|shape| relation.holds_between(self.probe, &shape, &self.prepared))
    }

    /// Of all rows without a place, those that are EMPTY; they are in the first share.
    fn empty(&mut self) {
        for row in self.indexed.unplaced() {
            let shape = self
                .indexed
                .shape(*row)
                .filter(|_| self.share.start == 0 && self.indexed.is_selected(*row));
            if shape.is_some_and(|shape| Relation::Equals.holds(self.probe, &shape)) {
                self.take(*row..*row + 1);
            }
        }
    }

    fn near(&mut self, metric: Metric, most: f64, distance_of: impl Fn(u32) -> Option<f64>) {
        let (probe, around, indexed) = (self.probe, self.around, self.indexed);
        let may_be_near =
            |extent: &Extent, distance: f64| metric.may_be_near(extent, &around, distance);
        let distance_to = |row, within| match metric {
            Metric::Plane => indexed.distance(probe, row, within),
            Metric::Metres => indexed.metres(probe, row, within),
        };
        let mut node = |extent: &Extent| {
            if may_be_near(extent, most) {
                Visit::Enter
            } else {
                Visit::Skip
            }
        };
        indexed
            .index()
            .walk(self.share, &mut node, &mut |entries, _| {
                self.take_where(entries, |_, row| {
                    distance_of(row).is_some_and(|distance| {
                        may_be_near(indexed.index().stored_extent(row), distance)
                            && indexed.is_selected(row)
                            && distance_to(row, distance).is_finite()
                    })
                });
            });
    }

    /// Takes rows, as one run with the last where they follow it.
    fn take(&mut self, rows: Range<u32>) {
        match self.runs.last_mut() {
            Some(last) if last.end == rows.start => last.end = rows.end,
            _ => self.runs.push(rows),
        }
    }

    fn take_all(&mut self, entries: Range<usize>) {
        self.watch.untested.add(entries.len());
        let index = self.indexed.index();
        if self.takes_ranges && !entries.is_empty() {
            let last = index.row_at(entries.end - 1);
            return self.take(index.row_at(entries.start)..last + 1);
        }
        for row in entries.map(|entry| index.row_at(entry)) {
            if self.indexed.is_placed(row) && self.indexed.is_selected(row) {
                self.take(row..row + 1);
            }
        }
    }
}

/// The position of a point whose extent this is.
fn corner(extent: &Extent) -> Coord<f64> {
    Coord {
        x: extent.min_x,
        y: extent.min_y,
    }
}
