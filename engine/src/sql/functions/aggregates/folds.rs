//! How geometries become one: [`Union`], [`Hull`], [`Intersection`].

use datafusion::{common::exec_err, error::Result};
use geo::{
    Coord, CoordsIter as _, Geometry, HasDimensions as _, MultiPoint, MultiPolygon, Orient as _,
    Point, Polygon, orient::Direction,
};

use super::{
    super::geometry::{convex, intersection, plain, restore, sound},
    Fold,
};

/// Polygons that wait to be unified at once.
const GROUP: usize = 256;

/// Positions that wait to be reduced to their hull.
const POSITIONS: usize = 16_384;

/// Polygons unified in groups, and groups two by two: each polygon takes part in log₂ (n / 256) unions.
#[derive(Debug, Default)]
pub(super) struct Union {
    waiting: Vec<Polygon>,
    /// At place k the union of 2^k groups, if any.
    levels: Vec<Option<MultiPolygon>>,
    has_rows: bool,
}

impl Union {
    fn carry(&mut self, mut made: MultiPolygon) {
        for level in &mut self.levels {
            let Some(other) = level.take() else {
                *level = Some(made);
                return;
            };
            made = unified([&other, &made]);
        }
        self.levels.push(Some(made));
    }

    fn carry_waiting(&mut self) {
        if !self.waiting.is_empty() {
            let waiting = MultiPolygon::new(std::mem::take(&mut self.waiting));
            self.carry(unified([&waiting]));
        }
    }
}

/// The union of polygons whose rings run the ordinary way round, their vertices exactly where they were.
fn unified<const N: usize>(polygons: [&MultiPolygon; N]) -> MultiPolygon {
    let vertices = polygons.into_iter().flat_map(geo::CoordsIter::coords_iter);
    restore(geo::unary_union(polygons), vertices)
}

impl Fold for Union {
    fn add(&mut self, geometry: Geometry) -> Result<()> {
        self.has_rows = true;
        let polygons = match geometry {
            Geometry::Polygon(polygon) => MultiPolygon::new(vec![polygon]),
            Geometry::MultiPolygon(polygons) => polygons,
            empty if empty.is_empty() => return Ok(()),
            _ => return exec_err!("takes polygons: ST_Collect_Agg gathers points and lines"),
        };
        let polygons = sound(&polygons)?.orient(Direction::Default);
        self.waiting.extend(polygons);
        if self.waiting.len() >= GROUP {
            self.carry_waiting();
        }
        Ok(())
    }

    fn merge(&mut self, total: Geometry) -> Result<()> {
        self.has_rows = true;
        match total {
            Geometry::Polygon(polygon) => self.carry(MultiPolygon::new(vec![polygon])),
            Geometry::MultiPolygon(polygons) => self.carry(polygons),
            _ => {}
        }
        Ok(())
    }

    fn total(&mut self) -> Result<Option<Geometry>> {
        if !self.has_rows {
            return Ok(None);
        }
        self.carry_waiting();
        let levels = std::mem::take(&mut self.levels).into_iter().flatten();
        let all = levels.reduce(|all, next| unified([&all, &next]));
        let all = all.unwrap_or_else(|| MultiPolygon::new(Vec::new()));
        self.levels = vec![Some(all.clone())];
        Ok(Some(plain(all)))
    }

    fn bytes(&self) -> usize {
        let waiting: usize = self.waiting.iter().map(geo::CoordsIter::coords_count).sum();
        let levels = self.levels.iter().flatten();
        let unified: usize = levels.map(geo::CoordsIter::coords_count).sum();
        (waiting + unified) * size_of::<Coord>()
    }
}

/// The convex hull of all positions.
#[derive(Debug, Default)]
pub(super) struct Hull {
    positions: Vec<Point>,
    has_rows: bool,
}

impl Hull {
    fn hull(&self) -> Geometry {
        convex(&MultiPoint::new(self.positions.clone()).into())
    }
}

impl Fold for Hull {
    fn add(&mut self, geometry: Geometry) -> Result<()> {
        self.has_rows = true;
        self.positions.extend(geometry.coords_iter().map(Point));
        if self.positions.len() > POSITIONS {
            self.positions = self.hull().coords_iter().map(Point).collect();
        }
        Ok(())
    }

    fn merge(&mut self, total: Geometry) -> Result<()> {
        self.add(total)
    }

    fn total(&mut self) -> Result<Option<Geometry>> {
        Ok(self.has_rows.then(|| self.hull()))
    }

    fn bytes(&self) -> usize {
        self.positions.capacity() * size_of::<Point>()
    }
}

/// What all have in common.
#[derive(Debug, Default)]
pub(super) struct Intersection(Option<Geometry>);

impl Fold for Intersection {
    fn add(&mut self, geometry: Geometry) -> Result<()> {
        self.0 = Some(match &self.0 {
            Some(so_far) => intersection(so_far, &geometry)?,
            None => geometry,
        });
        Ok(())
    }

    fn merge(&mut self, total: Geometry) -> Result<()> {
        self.add(total)
    }

    fn total(&mut self) -> Result<Option<Geometry>> {
        Ok(self.0.clone())
    }

    fn bytes(&self) -> usize {
        self.0
            .as_ref()
            .map_or(0, |so_far| so_far.coords_count() * size_of::<Coord>())
    }
}
