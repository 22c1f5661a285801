//! The segments of a geometry, in the order of its rings and lines, under a packed tree.

use std::{
    cell::Cell,
    ops::{ControlFlow, Range},
};

use geo::{Coord, Intersects as _, Kernel as _, Line, Orientation, Rect, kernels::RobustKernel};
use geo_traits::{
    CoordTrait, GeometryCollectionTrait as _, GeometryTrait, GeometryType, LineStringTrait,
    MultiLineStringTrait as _, MultiPointTrait as _, MultiPolygonTrait as _, PointTrait as _,
    PolygonTrait,
};
use layers::Extent;
use smallvec::SmallVec;

use crate::index::{Levels, Visit, squared_gap};

/// Where a position lies in respect of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    Inside,
    Boundary,
    Outside,
}

/// Where a rectangle lies in respect of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// In its interior, touching no boundary.
    Inside,
    /// Sharing no point with it.
    Outside,
    /// Neither is known.
    Across,
}

/// Segments; a lone position is a segment from itself to itself.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// Those of rings first.
    lines: Vec<Line<f64>>,
    rings: SmallVec<[Ring; 1]>,
    /// How many of the lines belong to rings.
    of_rings: usize,
    /// The first position of every outer ring, line and point: where no segments meet, a part is inside or outside as a whole.
    parts: SmallVec<[Coord<f64>; 1]>,
    levels: Levels,
}

/// A ring: where its segments begin, and whether it opens a polygon or cuts a hole in the last one.
#[derive(Clone, Copy, Debug)]
struct Ring {
    start: usize,
    is_outer: bool,
}

impl Edges {
    pub(super) fn new(geometry: &impl GeometryTrait<T = f64>) -> Self {
        let mut edges = Self::default();
        edges.add_areas(geometry);
        edges.of_rings = edges.lines.len();
        edges.add_others(geometry);
        edges.levels = Levels::new(edges.lines.len(), |at| around(&edges.lines[at]));
        edges
    }

    /// The one of a lone position.
    pub(super) fn of_point(position: Coord<f64>) -> Self {
        let mut edges = Self::default();
        edges.add_point(position);
        edges
    }

    fn add_areas(&mut self, geometry: &impl GeometryTrait<T = f64>) {
        match geometry.as_type() {
            GeometryType::Polygon(polygon) => self.add_polygon(polygon),
            GeometryType::MultiPolygon(polygons) => {
                polygons
                    .polygons()
                    .for_each(|polygon| self.add_polygon(&polygon));
            }
            GeometryType::GeometryCollection(parts) => {
                parts.geometries().for_each(|part| self.add_areas(&part));
            }
            _ => {}
        }
    }

    fn add_polygon(&mut self, polygon: &impl PolygonTrait<T = f64>) {
        if let Some(outer) = polygon.exterior() {
            self.parts
                .extend(outer.coords().next().map(|first| at(&first)));
            self.add_ring(&outer, true);
        }
        polygon
            .interiors()
            .for_each(|hole| self.add_ring(&hole, false));
    }

    /// A ring, closed where it is not.
    fn add_ring(&mut self, ring: &impl LineStringTrait<T = f64>, is_outer: bool) {
        let start = self.lines.len();
        self.rings.push(Ring { start, is_outer });
        self.add_segments(ring);
        if let (Some(first), Some(last)) = (self.lines.get(start), self.lines.last())
            && first.start != last.end
        {
            self.lines.push(Line::new(last.end, first.start));
        }
    }

    fn add_others(&mut self, geometry: &impl GeometryTrait<T = f64>) {
        match geometry.as_type() {
            GeometryType::Point(point) => self.add_points(point.coord().into_iter()),
            GeometryType::MultiPoint(points) => {
                points
                    .points()
                    .for_each(|point| self.add_points(point.coord().into_iter()));
            }
            GeometryType::LineString(line) => self.add_line(line),
            GeometryType::MultiLineString(lines) => {
                lines.line_strings().for_each(|line| self.add_line(&line));
            }
            GeometryType::GeometryCollection(parts) => {
                parts.geometries().for_each(|part| self.add_others(&part));
            }
            _ => {}
        }
    }

    fn add_points(&mut self, positions: impl Iterator<Item = impl CoordTrait<T = f64>>) {
        positions.for_each(|position| self.add_point(at(&position)));
    }

    fn add_point(&mut self, position: Coord<f64>) {
        self.parts.push(position);
        self.lines.push(Line::new(position, position));
    }

    fn add_line(&mut self, line: &impl LineStringTrait<T = f64>) {
        if line.num_coords() == 1 {
            return self.add_points(line.coords());
        }
        self.parts
            .extend(line.coords().next().map(|first| at(&first)));
        self.add_segments(line);
    }

    fn add_segments(&mut self, line: &impl LineStringTrait<T = f64>) {
        self.lines.reserve(line.num_coords());
        let mut positions = line.coords().map(|position| at(&position));
        let Some(mut last) = positions.next() else {
            return;
        };
        for position in positions {
            self.lines.push(Line::new(last, position));
            last = position;
        }
    }

    /// The extent of all of them.
    pub(super) fn extent(&self) -> Extent {
        self.lines
            .iter()
            .fold(Extent::EMPTY, |all, line| all.union(&around(line)))
    }

    /// About how many bytes of memory they take beyond their own size.
    pub(super) fn bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line<f64>>() + self.levels.bytes()
    }

    pub(super) fn parts(&self) -> &[Coord<f64>] {
        &self.parts
    }

    pub(super) fn has_area(&self) -> bool {
        self.of_rings > 0
    }

    /// The first position of every ring, holes included.
    pub(super) fn ring_starts(&self) -> impl Iterator<Item = Coord<f64>> {
        let starts = self.rings.iter().filter(|ring| ring.start < self.of_rings);
        starts.map(|ring| self.lines[ring.start].start)
    }

    /// Where a position lies, by the winding of each ring; inside any polygon is inside, else on the boundary of any is on it.
    pub(super) fn locate(&self, position: Coord<f64>) -> Position {
        let mut winding = Winding::new(&self.rings, position);
        let mut node = |extent: &Extent| {
            let across = extent.min_y <= position.y
                && position.y <= extent.max_y
                && position.x <= extent.max_x;
            if across { Visit::Enter } else { Visit::Skip }
        };
        let mut run = |entries: Range<usize>, _| {
            for at in entries {
                winding.pass(at, &self.lines[at]);
            }
            ControlFlow::<()>::Continue(())
        };
        let walked = self.levels.walk(&(0..self.of_rings), &mut node, &mut run);
        debug_assert!(walked.is_continue(), "nothing breaks the walk");
        winding.position()
    }

    /// Where a rectangle lies that is within the extent of the rings.
    pub(super) fn side_of(&self, extent: &Extent) -> Side {
        let rect = Rect::new((extent.min_x, extent.min_y), (extent.max_x, extent.max_y));
        let touched = self.walk_near(extent, 0..self.of_rings, |line| rect.intersects(line));
        if touched {
            return Side::Across;
        }
        match self.locate(rect.min()) {
            Position::Inside => Side::Inside,
            Position::Boundary => Side::Across,
            Position::Outside => Side::Outside,
        }
    }

    /// Whether any two segments share a point.
    pub(super) fn meet(&self, other: &Self) -> bool {
        let (few, many) = if self.lines.len() <= other.lines.len() {
            (self, other)
        } else {
            (other, self)
        };
        few.lines.iter().any(|line| {
            many.walk_near(&around(line), 0..many.lines.len(), |near| {
                near.intersects(line)
            })
        })
    }

    /// Whether a test holds for any segment of a share whose extent meets a rectangle.
    fn walk_near(
        &self,
        extent: &Extent,
        share: Range<usize>,
        mut test: impl FnMut(&Line<f64>) -> bool,
    ) -> bool {
        let mut node = |under: &Extent| {
            if under.intersects(extent) {
                Visit::Enter
            } else {
                Visit::Skip
            }
        };
        let mut run = |entries: Range<usize>, _| {
            let mut near = self.lines[entries]
                .iter()
                .filter(|line| around(line).intersects(extent));
            if near.any(&mut test) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        self.levels.walk(&share, &mut node, &mut run).is_break()
    }

    /// The least distance between any two segments; infinite where it is more than `within`.
    pub(super) fn distance(&self, other: &Self, within: f64) -> f64 {
        let (few, many) = if self.lines.len() <= other.lines.len() {
            (self, other)
        } else {
            (other, self)
        };
        let nearest = few.lines.iter().fold(f64::INFINITY, |least, line| {
            let bound = least.min(within * within);
            least.min(many.nearest(&around(line), bound, |near| between(line, near)))
        });
        checked(nearest, within)
    }

    /// The least distance from any segment to a position; infinite where it is more than `within`.
    pub(super) fn distance_to(&self, position: Coord<f64>, within: f64) -> f64 {
        let extent = Extent::from_corners(position.x_y(), position.x_y());
        let nearest = self.nearest(&extent, within * within, |line| from(position, line));
        checked(nearest, within)
    }

    /// The position on any segment that is nearest, where a unit of x is so many units of y.
    pub(super) fn nearest_position(&self, position: Coord<f64>, unit: f64) -> Option<Coord<f64>> {
        let square = |across: f64, up: f64| across * across * unit * unit + up * up;
        let nearest_on = |line: &Line<f64>| {
            let (along, aside) = (line.end - line.start, position - line.start);
            let reach = aside.x * along.x * unit * unit + aside.y * along.y;
            let reach = reach / square(along.x, along.y);
            // A segment of no length has a reach that is no number.
            let share = if reach > 0.0 { reach.min(1.0) } else { 0.0 };
            let nearest = line.start + along * share;
            (
                square(nearest.x - position.x, nearest.y - position.y),
                nearest,
            )
        };
        let least = Cell::new((f64::INFINITY, None));
        let mut node = |under: &Extent| {
            let across = (under.min_x - position.x)
                .max(position.x - under.max_x)
                .max(0.0);
            let up = (under.min_y - position.y)
                .max(position.y - under.max_y)
                .max(0.0);
            if square(across, up) * (1.0 - SLACK) <= least.get().0 {
                Visit::Enter
            } else {
                Visit::Skip
            }
        };
        let mut run = |entries: Range<usize>, _| {
            for (squared, nearest) in self.lines[entries].iter().map(&nearest_on) {
                if squared < least.get().0 {
                    least.set((squared, Some(nearest)));
                }
            }
            ControlFlow::<()>::Continue(())
        };
        let walked = self
            .levels
            .walk(&(0..self.lines.len()), &mut node, &mut run);
        debug_assert!(walked.is_continue(), "nothing breaks the walk");
        least.get().1
    }

    /// Every vertex, once for each line or ring.
    pub(super) fn positions(&self) -> impl Iterator<Item = Coord<f64>> {
        self.lines.iter().enumerate().flat_map(|(at, line)| {
            let follows = at > 0 && self.lines[at - 1].end == line.start;
            let start = (!follows).then_some(line.start);
            start.into_iter().chain([line.end])
        })
    }

    /// The least square of a distance that no gap between extents exceeds; where it is more than `bound`, any that is more.
    fn nearest(&self, extent: &Extent, bound: f64, squared: impl Fn(&Line<f64>) -> f64) -> f64 {
        let least = Cell::new(f64::INFINITY);
        let mut node = |under: &Extent| {
            if squared_gap(under, extent) * (1.0 - SLACK) <= least.get().min(bound) {
                Visit::Enter
            } else {
                Visit::Skip
            }
        };
        let mut run = |entries: Range<usize>, _| {
            let nearest = self.lines[entries]
                .iter()
                .map(&squared)
                .fold(least.get(), f64::min);
            least.set(nearest);
            ControlFlow::<()>::Continue(())
        };
        let walked = self
            .levels
            .walk(&(0..self.lines.len()), &mut node, &mut run);
        debug_assert!(walked.is_continue(), "nothing breaks the walk");
        least.get()
    }
}

/// How much a square may be rounded.
const SLACK: f64 = 8.0 * f64::EPSILON;

/// A distance from its square; infinite where it is more than `within`.
fn checked(squared: f64, within: f64) -> f64 {
    let distance = squared.sqrt();
    if distance <= within {
        distance
    } else {
        f64::INFINITY
    }
}

/// The square of the distance from a position to a segment; 0 only where it lies on it.
fn from(position: Coord<f64>, line: &Line<f64>) -> f64 {
    let (along, aside) = (line.end - line.start, position - line.start);
    let length = along.x * along.x + along.y * along.y;
    let reach = aside.x * along.x + aside.y * along.y;
    if reach <= 0.0 || length == 0.0 {
        return aside.x * aside.x + aside.y * aside.y;
    }
    if reach >= length {
        let beyond = position - line.end;
        return beyond.x * beyond.x + beyond.y * beyond.y;
    }
    let cross = aside.x * along.y - aside.y * along.x;
    cross * cross / length
}

/// The square of the distance between two segments.
fn between(a: &Line<f64>, b: &Line<f64>) -> f64 {
    if a.intersects(b) {
        return 0.0;
    }
    from(a.start, b)
        .min(from(a.end, b))
        .min(from(b.start, a))
        .min(from(b.end, a))
}

fn at(position: &impl CoordTrait<T = f64>) -> Coord<f64> {
    let (x, y) = position.x_y();
    Coord { x, y }
}

/// The winding of rings around a position, as their segments come by in order.
struct Winding<'a> {
    rings: &'a [Ring],
    position: Coord<f64>,
    /// The ring whose segments come by, how often it turned around the position, and whether it meets it.
    ring: usize,
    turns: i32,
    is_met: bool,
    /// Where the position lies in respect of the ring's polygon, by the rings that are done.
    of_polygon: Position,
    /// And of all polygons that are done.
    of_all: Position,
}

impl<'a> Winding<'a> {
    fn new(rings: &'a [Ring], position: Coord<f64>) -> Self {
        Self {
            rings,
            position,
            ring: 0,
            turns: 0,
            is_met: false,
            of_polygon: Position::Outside,
            of_all: Position::Outside,
        }
    }

    fn pass(&mut self, at: usize, line: &Line<f64>) {
        while self
            .rings
            .get(self.ring + 1)
            .is_some_and(|next| next.start <= at)
        {
            self.end_ring();
            self.ring += 1;
            if self.rings[self.ring].is_outer {
                self.end_polygon();
            }
        }
        let (start, end, here) = (line.start, line.end, self.position);
        let upward = start.y <= here.y && end.y >= here.y;
        let downward = start.y > here.y && end.y <= here.y;
        if !(upward || downward) || (start.x < here.x && end.x < here.x) {
            return;
        }
        match RobustKernel::orient2d(start, end, here) {
            Orientation::CounterClockwise if upward && end.y > here.y => self.turns += 1,
            Orientation::Clockwise if downward => self.turns -= 1,
            Orientation::Collinear => {
                self.is_met |= (start.x.min(end.x)..=start.x.max(end.x)).contains(&here.x);
            }
            _ => {}
        }
    }

    fn end_ring(&mut self) {
        let is_outer = self.rings.get(self.ring).is_some_and(|ring| ring.is_outer);
        let (is_met, is_around) = (self.is_met, self.turns != 0);
        (self.turns, self.is_met) = (0, false);
        self.of_polygon = match self.of_polygon {
            Position::Boundary => Position::Boundary,
            _ if is_met => Position::Boundary,
            _ if is_outer && is_around => Position::Inside,
            Position::Inside if is_around => Position::Outside,
            same => same,
        };
    }

    fn end_polygon(&mut self) {
        self.of_all = match (self.of_all, self.of_polygon) {
            (Position::Inside, _) | (_, Position::Inside) => Position::Inside,
            (Position::Boundary, _) | (_, Position::Boundary) => Position::Boundary,
            _ => Position::Outside,
        };
        self.of_polygon = Position::Outside;
    }

    fn position(mut self) -> Position {
        self.end_ring();
        self.end_polygon();
        self.of_all
    }
}

/// The extent of a segment.
fn around(line: &Line<f64>) -> Extent {
    Extent {
        min_x: line.start.x.min(line.end.x),
        min_y: line.start.y.min(line.end.y),
        max_x: line.start.x.max(line.end.x),
        max_y: line.start.y.max(line.end.y),
    }
}
