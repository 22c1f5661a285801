//! Planes cut into cells: `ST_VoronoiPolygons`, `ST_DelaunayTriangles`, `ST_HexagonGrid`. The cells come as a collection,
//! which `ST_Dump` makes rows of.

use datafusion::{
    common::{exec_datafusion_err, exec_err},
    error::Result,
};
use geo::{
    BoundingRect as _, Coord, CoordsIter as _, Geometry, Intersects as _, LineString, MultiPoint,
    Point, Polygon, Rect, TriangulateDelaunayUnconstrained as _, Voronoi as _,
};

use super::{
    gathered, nothing,
    rows::{Function, Named, of_one},
};

/// The most hexagons of one answer.
const MOST_HEXAGONS: f64 = 1_000_000.0;

/// Half the height of a hexagon whose sides are 1, √3 / 2.
const HALF_HEIGHT: f64 = 0.866_025_403_784_438_6;

pub(super) fn kernels() -> Vec<Named> {
    vec![
        of_one("st_voronoipolygons", |geometry| {
            let Some(sites) = sites(geometry) else {
                return Ok(Some(nothing()));
            };
            let cells = sites.voronoi_cells();
            let cells = cells.map_err(|error| exec_datafusion_err!("{error}"))?;
            Ok(Some(collection(cells)))
        })
        .kernels(),
        of_one("st_delaunaytriangles", |geometry| {
            let Some(sites) = sites(geometry) else {
                return Ok(Some(nothing()));
            };
            let triangles = sites.unconstrained_triangulation();
            let triangles = triangles.map_err(|error| exec_datafusion_err!("{error}"))?;
            Ok(Some(collection(
                triangles.into_iter().map(geo::Triangle::to_polygon),
            )))
        })
        .kernels(),
        Function::with_number_first("st_hexagongrid", |row| {
            hexagons(row.numbers[0], row.geometry()).map(Some)
        })
        .kernels(),
    ]
}

fn collection(cells: impl IntoIterator<Item = Polygon>) -> Geometry {
    gathered(cells.into_iter().map(Geometry::Polygon).collect())
}

/// The positions of a geometry, each once; none where they are fewer than two.
fn sites(geometry: &Geometry) -> Option<MultiPoint> {
    let mut positions: Vec<Coord> = geometry.coords_iter().collect();
    positions.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    positions.dedup();
    (positions.len() > 1).then(|| MultiPoint::new(positions.into_iter().map(Point).collect()))
}

/// The hexagons with sides of a length, one of them around (0, 0), that meet the extent of a geometry, column by column.
fn hexagons(size: f64, geometry: &Geometry) -> Result<Geometry> {
    if !size.is_finite() || size <= 0.0 {
        return exec_err!(
            "a side of {size} does not exist: use more than 0, in the units of the coordinates"
        );
    }
    let Some(extent) = geometry.bounding_rect() else {
        return Ok(nothing());
    };
    let (column, height) = (1.5 * size, 2.0 * HALF_HEIGHT * size);
    let count = (extent.width() / column + 3.0) * (extent.height() / height + 3.0);
    if count > MOST_HEXAGONS {
        return exec_err!(
            "would make about {count:.0} hexagons, more than the {MOST_HEXAGONS} allowed: use a longer side"
        );
    }
    let columns =
        whole((extent.min().x - size) / column)..=whole((extent.max().x + size) / column) + 1;
    let mut cells = Vec::new();
    for i in columns {
        let shift = if i.rem_euclid(2) == 1 { 0.5 } else { 0.0 };
        let row = |y: f64| whole(y / height - shift);
        for j in row(extent.min().y - height)..=row(extent.max().y + height) + 1 {
            let middle = Coord {
                x: i as f64 * column,
                y: (j as f64 + shift) * height,
            };
            cells.extend(hexagon_on(middle, size, &extent));
        }
    }
    Ok(collection(cells))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, and the count of cells is bounded before"
)]
fn whole(value: f64) -> i64 {
    value.floor() as i64
}

fn hexagon_on(middle: Coord, size: f64, extent: &Rect) -> Option<Polygon> {
    let (half, up) = (size / 2.0, HALF_HEIGHT * size);
    let corners = [
        (-size, 0.0),
        (-half, -up),
        (half, -up),
        (size, 0.0),
        (half, up),
        (-half, up),
        (-size, 0.0),
    ];
    let ring = corners.map(|(x, y)| Coord {
        x: middle.x + x,
        y: middle.y + y,
    });
    let hexagon = Polygon::new(LineString::from(ring.to_vec()), Vec::new());
    hexagon.intersects(extent).then_some(hexagon)
}
