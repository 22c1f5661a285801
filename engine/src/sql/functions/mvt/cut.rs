//! A geometry on the grid of a tile, cut to the tile and its buffer.

use std::borrow::Cow;

use datafusion::{common::exec_err, error::Result};
use geo::{
    Area as _, BoundingRect as _, Coord, Geometry, GeometryCollection, LineString, MapCoords as _,
    MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, Rect,
};
use layers::{LonLat, tile_coord::mercator_from_lonlat};

use super::{
    super::geometry::{check_finite, intersection, plain, sound},
    whole,
};

/// How often polygons are made valid that rounding has made invalid.
const MENDS: usize = 4;

/// A tile: where it lies, and how finely it is cut.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// The tile in web-mercator metres, or in the unit of the CRS.
    tile: Rect,
    is_lon_lat: bool,
    extent: f64,
    /// What is kept, in tile units; none for all.
    kept: Option<Rect>,
}

impl Grid {
    /// The grid of the tile that a geometry's extent is. Longitude and latitude are shown in web mercator, others as they are.
    ///
    /// # Errors
    /// When the bounds have no area or the extent is no whole number.
    pub(super) fn new(bounds: &Geometry, is_lon_lat: bool, extent: f64) -> Result<Self> {
        let on_map = on_map(bounds, is_lon_lat);
        let tile = on_map.bounding_rect().filter(|tile| {
            let area = tile.width() * tile.height();
            area.is_finite() && area > 0.0
        });
        let Some(tile) = tile else {
            return exec_err!(
                "the bounds have no area: give the outline of a tile, as ST_MakeEnvelope or tile_bbox make it"
            );
        };
        Ok(Self {
            tile,
            is_lon_lat,
            extent: whole(extent, "extent", 1.0..=f64::from(1 << 20))?,
            kept: None,
        })
    }

    /// The same, keeping only what is in the tile or so many tile units beyond, if asked to.
    ///
    /// # Errors
    /// When the buffer is no whole number.
    pub(super) fn clipped_to(self, buffer: f64, clips: bool) -> Result<Self> {
        let buffer = whole(buffer, "buffer", 0.0..=f64::from(1 << 20))?;
        let (low, high) = (-buffer, self.extent + buffer);
        let kept = Rect::new(Coord { x: low, y: low }, Coord { x: high, y: high });
        Ok(Self {
            kept: clips.then_some(kept),
            ..self
        })
    }

    /// What the tile shows of a geometry, in tile units, y southward; none where nothing is left. Of a collection, the parts of
    /// the highest dimension: a feature of a tile has one kind.
    ///
    /// # Errors
    /// When polygons cannot be made valid, or positions are not finite.
    pub(super) fn cut(&self, geometry: &Geometry) -> Result<Option<Geometry>> {
        check_finite(geometry)?;
        let scale = |from: f64, length: f64, at: f64| (at - from) / length * self.extent;
        let placed = on_map(geometry, self.is_lon_lat).map_coords(|at| Coord {
            x: scale(self.tile.min().x, self.tile.width(), at.x),
            y: scale(0.0, self.tile.height(), self.tile.max().y - at.y),
        });
        let Some(around) = placed.bounding_rect() else {
            return Ok(None);
        };
        let of_one_kind = of_highest_dimension(placed);
        let kept = match &self.kept {
            Some(kept) if !holds(kept, &around) => {
                if !meets(kept, &around) {
                    return Ok(None);
                }
                intersection(&of_one_kind, &kept.to_polygon().into())?
            }
            _ => of_one_kind,
        };
        snapped(kept)
    }
}

/// Web-mercator metres of longitude and latitude; others as they are.
fn on_map(geometry: &Geometry, is_lon_lat: bool) -> Cow<'_, Geometry> {
    if !is_lon_lat {
        return Cow::Borrowed(geometry);
    }
    Cow::Owned(geometry.map_coords(|Coord { x: lon, y: lat }| {
        let (x, y) = mercator_from_lonlat(LonLat { lon, lat });
        Coord { x, y }
    }))
}

fn holds(outer: &Rect, inner: &Rect) -> bool {
    let (low, high) = (outer.min(), outer.max());
    let is_in = |at: Coord| (low.x..=high.x).contains(&at.x) && (low.y..=high.y).contains(&at.y);
    is_in(inner.min()) && is_in(inner.max())
}

fn meets(a: &Rect, b: &Rect) -> bool {
    a.min().x <= b.max().x
        && b.min().x <= a.max().x
        && a.min().y <= b.max().y
        && b.min().y <= a.max().y
}

/// The parts of a geometry by dimension.
#[derive(Default)]
struct Parts {
    points: Vec<Point>,
    lines: Vec<LineString>,
    areas: Vec<Polygon>,
}

impl Parts {
    fn add(&mut self, geometry: Geometry) {
        match geometry {
            Geometry::Point(point) => self.points.push(point),
            Geometry::MultiPoint(points) => self.points.extend(points),
            Geometry::Line(line) => self.lines.push(line.into()),
            Geometry::LineString(line) => self.lines.push(line),
            Geometry::MultiLineString(lines) => self.lines.extend(lines),
            Geometry::Polygon(polygon) => self.areas.push(polygon),
            Geometry::MultiPolygon(polygons) => self.areas.extend(polygons),
            Geometry::Rect(rect) => self.areas.push(rect.to_polygon()),
            Geometry::Triangle(triangle) => self.areas.push(triangle.to_polygon()),
            Geometry::GeometryCollection(GeometryCollection(parts)) => {
                for part in parts {
                    self.add(part);
                }
            }
        }
    }
}

fn of_highest_dimension(geometry: Geometry) -> Geometry {
    let mut parts = Parts::default();
    parts.add(geometry);
    match () {
        () if !parts.areas.is_empty() => plain(MultiPolygon::new(parts.areas)),
        () if !parts.lines.is_empty() => MultiLineString::new(parts.lines).into(),
        () => MultiPoint::new(parts.points).into(),
    }
}

/// A geometry of one kind on whole numbers, valid; none where nothing is left.
fn snapped(geometry: Geometry) -> Result<Option<Geometry>> {
    let mut parts = Parts::default();
    parts.add(geometry);
    let Parts {
        points,
        lines,
        areas,
    } = parts;
    if !areas.is_empty() {
        let areas = snapped_areas(&MultiPolygon::new(areas))?;
        return Ok((!areas.0.is_empty()).then(|| plain(areas)));
    }
    let mut lines: Vec<LineString> = lines
        .iter()
        .map(rounded)
        .filter(|line| line.0.len() > 1)
        .collect();
    if lines.len() > 1 {
        return Ok(Some(MultiLineString::new(lines).into()));
    }
    if let Some(line) = lines.pop() {
        return Ok(Some(line.into()));
    }
    let mut points: Vec<Point> = points
        .into_iter()
        .map(|point| point.map_coords(round))
        .collect();
    if points.len() > 1 {
        return Ok(Some(MultiPoint::new(points).into()));
    }
    Ok(points.pop().map(Geometry::Point))
}

fn snapped_areas(areas: &MultiPolygon) -> Result<MultiPolygon> {
    let mut areas = on_grid(areas);
    for _ in 0..MENDS {
        let mended = match sound(&areas)? {
            Cow::Borrowed(_) => return Ok(areas),
            Cow::Owned(mended) => mended,
        };
        areas = on_grid(&mended);
    }
    Ok(areas)
}

/// Polygons on whole numbers, without rings that have lost their area.
fn on_grid(areas: &MultiPolygon) -> MultiPolygon {
    let ring = |ring: &LineString| {
        let ring = rounded(ring);
        let has_area = Polygon::new(ring.clone(), Vec::new()).unsigned_area() > 0.0;
        has_area.then_some(ring)
    };
    let areas = areas.iter().filter_map(|area| {
        let holes = area.interiors().iter().filter_map(ring).collect();
        Some(Polygon::new(ring(area.exterior())?, holes))
    });
    MultiPolygon::new(areas.collect())
}

fn rounded(line: &LineString) -> LineString {
    let mut positions: Vec<Coord> = line.coords().copied().map(round).collect();
    positions.dedup();
    LineString::new(positions)
}

fn round(at: Coord) -> Coord {
    // Without the sign of a zero, which WKT would show.
    let round = |at: f64| at.round() + 0.0;
    Coord {
        x: round(at.x),
        y: round(at.y),
    }
}
