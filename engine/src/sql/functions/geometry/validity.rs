//! `ST_IsValid`, `ST_IsValidReason`, `ST_MakeValid`.

mod fault;

use std::borrow::Cow;

use datafusion::{common::exec_err, error::Result};
use geo::{
    Area as _, BooleanOps as _, BoundingRect as _, CoordsIter as _, Geometry, LineString,
    MakeValid as _, MapCoords as _, MultiLineString, MultiPolygon, Point, Polygon,
    RemoveRepeatedPoints as _,
};

use self::fault::fault;
pub(super) use self::fault::{fault_of_polygon, fault_of_polygons};
use super::{
    gathered, nothing, plain,
    restore::restore,
    rows::{Named, of_one},
};

pub(super) fn kernels() -> Vec<Named> {
    vec![
        of_one("st_isvalid", |geometry| Ok(Some(fault(geometry).is_none())))
            .of_any_position()
            .kernels(),
        of_one("st_isvalidreason", |geometry| Ok(Some(reason(geometry))))
            .of_any_position()
            .kernels(),
        of_one("st_makevalid", |geometry| make_valid(geometry).map(Some)).kernels(),
    ]
}

/// Why a geometry is not valid; `Valid Geometry`, in the words of `PostGIS`, where it is.
fn reason(geometry: &Geometry) -> String {
    fault(geometry).unwrap_or_else(|| "Valid Geometry".to_owned())
}

/// A valid geometry: what is inside of an odd number of rings stays area. Parts without area are dropped, a line without
/// length becomes its point.
fn make_valid(geometry: &Geometry) -> Result<Geometry> {
    if fault(geometry).is_none() {
        return Ok(geometry.clone());
    }
    Ok(match geometry {
        Geometry::Polygon(polygon) => plain(valid_area(&MultiPolygon::from(polygon.clone()))?),
        Geometry::MultiPolygon(polygons) => valid_area(polygons)?.into(),
        Geometry::LineString(line) => valid_line(line),
        Geometry::MultiLineString(lines) => {
            let with_length = lines.iter().filter(|line| has_length(line)).cloned();
            MultiLineString::new(with_length.collect()).into()
        }
        Geometry::GeometryCollection(parts) => {
            let parts: Result<Vec<_>> = parts.iter().map(make_valid).collect();
            gathered(parts?)
        }
        other => other.clone(),
    })
}

fn has_length(line: &LineString) -> bool {
    line.0.windows(2).any(|ends| ends[0] != ends[1])
}

fn valid_line(line: &LineString) -> Geometry {
    let line = line.remove_repeated_points();
    match line.0.as_slice() {
        [] => nothing(),
        [one] => Point(*one).into(),
        _ => line.into(),
    }
}

/// The polygons of a geometry that overlays and buffers can trust.
///
/// # Errors
/// When invalid polygons cannot be made valid.
pub(in crate::sql::functions) fn sound(polygons: &MultiPolygon) -> Result<Cow<'_, MultiPolygon>> {
    if fault_of_polygons(polygons).is_none() {
        return Ok(Cow::Borrowed(polygons));
    }
    valid_area(polygons).map(Cow::Owned)
}

fn valid_area(polygons: &MultiPolygon) -> Result<MultiPolygon> {
    let with_area = |made: MultiPolygon| -> MultiPolygon {
        let parts = made.0.into_iter().filter(|part| part.unsigned_area() > 0.0);
        MultiPolygon::new(parts.collect())
    };
    let (shrink, grow) = scales(polygons);
    let grown = polygons.map_coords(|at| at * grow);
    if let Ok(made) = grown.make_valid() {
        let made = with_area(made.map_coords(|at| at * shrink));
        if fault_of_polygons(&made).is_none() {
            return Ok(made);
        }
    }
    // The overlay with nothing resolves crossings on its grid, by the same rule.
    let made = polygons.union(&MultiPolygon::<f64>::new(Vec::new()));
    let restored = with_area(restore(made.clone(), polygons.coords_iter()));
    for made in [restored, with_area(made)] {
        if fault_of_polygons(&made).is_none() {
            return Ok(made);
        }
    }
    exec_err!(
        "this polygon cannot be made valid: {}",
        reason(&polygons.clone().into())
    )
}

/// Powers of two, exact both ways, between the polygons' size and about 10^8.
///
/// `geo` moves positions together that are less than 0.0001 apart, in whatever unit: in degrees that is 11 metres.
/// Grown to 10^8 units, it is a trillionth of the polygons' extent.
fn scales(polygons: &MultiPolygon) -> (f64, f64) {
    const GROWN_LOG2: i32 = 27;
    let width = polygons
        .bounding_rect()
        .map_or(1.0, |extent| extent.width().max(extent.height()));
    if width <= 0.0 {
        return (1.0, 1.0);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a finite number"
    )]
    let power = GROWN_LOG2 - width.log2().ceil() as i32;
    (2_f64.powi(-power), 2_f64.powi(power))
}

/// The polygons of areal geometries, none of others.
pub(super) fn areas(geometry: &Geometry) -> Vec<&Polygon> {
    match geometry {
        Geometry::Polygon(polygon) => vec![polygon],
        Geometry::MultiPolygon(polygons) => polygons.iter().collect(),
        Geometry::GeometryCollection(parts) => parts.iter().flat_map(areas).collect(),
        _ => Vec::new(),
    }
}
