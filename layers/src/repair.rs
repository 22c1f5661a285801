//! WKB to a geometry that is valid, or the reason why it cannot be. Give it a geometry, get one to publish.
//!
//! Validity is the OGC's, judged by GEOS through GDAL; most parcels are small rings without holes, which a plain test
//! of all pairs of sides settles faster. Invalid polygons go through GEOS' `MakeValid` (linework), which keeps every
//! corner; of its result the polygons are kept.

use geo::{
    Area as _, BoundingRect as _, CoordsIter as _, GeodesicArea as _, Geometry, HasDimensions as _,
    InteriorPoint as _, Intersects as _, LineString, MultiPolygon, Polygon,
};
use geo_traits::{
    Dimensions, GeometryTrait as _, GeometryType, LineStringTrait as _, MultiPolygonTrait as _,
    PolygonTrait, to_geo::ToGeoGeometry as _,
};

use crate::{
    FindingCode, GeometryKind,
    messages::{listen, quiet},
    source::gdal::linearised,
};

/// Rings up to this many corners are tested side against side; beyond it GEOS' sweep is faster.
const MAX_PLAIN_CORNERS: usize = 48;

/// The least area of a polygon, in square degrees: about 1 mm², the rounding noise of three points on a line and finer
/// than any survey.
const MIN_AREA_DEG2: f64 = 1e-16;

/// What WKB holds, before its coordinates are looked at.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) geometry: Geometry,
    /// What was changed on the way, with an example where that helps.
    pub(crate) notes: Vec<FindingCode>,
}

/// Why there is no geometry to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: FindingCode,
    pub(crate) detail: String,
}

impl Fault {
    fn new(code: FindingCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

/// A geometry after its topology was looked at.
#[derive(Debug)]
pub(crate) struct Sound {
    pub(crate) geometry: Geometry,
    /// What was wrong and what became of it, when it was repaired.
    pub(crate) repaired: Option<String>,
}

/// The geometry of WKB this program wrote.
pub(crate) fn geometry_of(wkb: &[u8]) -> Result<Geometry, Fault> {
    let unreadable = |detail: String| Fault::new(FindingCode::GeometryUnreadable, detail);
    let parsed = wkb::reader::read_wkb(wkb).map_err(|error| unreadable(error.to_string()))?;
    parsed
        .try_to_geometry()
        .ok_or_else(|| Fault::new(FindingCode::GeometryEmpty, "EMPTY"))
}

/// The WKB of a geometry, little-endian.
pub(crate) fn wkb_of(geometry: &Geometry) -> Vec<u8> {
    let mut wkb = Vec::with_capacity(wkb_size(geometry));
    write_wkb(geometry, &mut wkb);
    wkb
}

/// The length of the WKB of a geometry, in bytes.
pub(crate) fn wkb_size(geometry: &Geometry) -> usize {
    wkb::writer::geometry_wkb_size(geometry)
}

/// Writes the WKB of a geometry to memory.
pub(crate) fn write_wkb(geometry: &Geometry, memory: &mut impl std::io::Write) {
    wkb::writer::write_geometry(memory, geometry, &wkb::writer::WriteOptions::default())
        .expect("writing to memory does not fail");
}

/// Text that stands where WKB should, such as a cell of a CSV file that is no number; none for bytes.
fn words(wkb: &[u8]) -> Option<String> {
    const MOST_LETTERS: usize = 80;
    let text = str::from_utf8(wkb).ok()?;
    let is_text = !text.is_empty() && !text.contains(char::is_control);
    is_text.then(|| format!("{:?}", text.chars().take(MOST_LETTERS).collect::<String>()))
}

/// Reads WKB of any origin: curves become segments, Z and M are dropped, open rings closed; coordinates must be finite.
pub(crate) fn parse(wkb: &[u8]) -> Result<Parsed, Fault> {
    let mut notes = Vec::new();
    let linear;
    let wkb = if is_curved(wkb) {
        notes.push(FindingCode::CurveLinearised);
        linear = linearised(wkb).ok_or_else(|| {
            Fault::new(
                FindingCode::GeometryUnreadable,
                "a curve that cannot be made of segments",
            )
        })?;
        &linear
    } else {
        wkb
    };
    let unreadable = |detail: String| Fault::new(FindingCode::GeometryUnreadable, detail);
    let parsed = wkb::reader::read_wkb(wkb)
        .map_err(|error| unreadable(words(wkb).unwrap_or_else(|| error.to_string())))?;
    if parsed.dim() != Dimensions::Xy {
        notes.push(FindingCode::DimensionDropped);
    }
    if has_open_ring(&parsed) {
        notes.push(FindingCode::RingUnclosed);
    }
    let geometry = parsed
        .try_to_geometry()
        .filter(|geometry| !geometry.is_empty());
    let geometry = geometry.ok_or_else(|| Fault::new(FindingCode::GeometryEmpty, "EMPTY"))?;
    if let Some(bad) = geometry
        .coords_iter()
        .find(|at| !at.x.is_finite() || !at.y.is_finite())
    {
        return Err(Fault::new(
            FindingCode::CoordinateNotFinite,
            format!("({}, {})", bad.x, bad.y),
        ));
    }
    Ok(Parsed { geometry, notes })
}

/// Makes a geometry valid; lon/lat degrees, so that areas can be told in m².
pub(crate) fn mend(geometry: Geometry) -> Result<Sound, Fault> {
    match &geometry {
        Geometry::Polygon(polygon) => mend_polygons(std::slice::from_ref(polygon), &geometry),
        Geometry::MultiPolygon(polygons) => mend_polygons(&polygons.0, &geometry),
        Geometry::LineString(line) => check_lines(std::slice::from_ref(line)),
        Geometry::MultiLineString(lines) => check_lines(&lines.0),
        _ => Ok(None),
    }
    .map(|mended| match mended {
        Some((geometry, what)) => Sound {
            geometry,
            repaired: Some(what),
        },
        None => Sound {
            geometry,
            repaired: None,
        },
    })
}

type Mended = Option<(Geometry, String)>;

fn check_lines(lines: &[LineString]) -> Result<Mended, Fault> {
    let different = |line: &LineString| line.0.iter().any(|at| *at != line.0[0]);
    if lines.iter().any(|line| line.0.len() > 1 && different(line)) {
        Ok(None)
    } else {
        Err(Fault::new(
            FindingCode::TooFewPoints,
            "a line with fewer than 2 different points",
        ))
    }
}

fn mend_polygons(polygons: &[Polygon], whole: &Geometry) -> Result<Mended, Fault> {
    if let [polygon] = polygons
        && is_plainly_simple(polygon)
    {
        return Ok(None);
    }
    if polygons
        .iter()
        .all(|polygon| distinct_corners(polygon.exterior()) < 3)
    {
        return Err(Fault::new(
            FindingCode::TooFewPoints,
            "a ring with fewer than 3 different points",
        ));
    }
    let unrepairable = |detail: String| Fault::new(FindingCode::PolygonUnrepairable, detail);
    let (checked, heard) = listen(|| {
        let geometry = gdal::vector::Geometry::from_wkb(&wkb_of(whole))?;
        if geometry.is_valid() {
            Ok(None)
        } else {
            Ok(Some(geometry))
        }
    });
    let reason = heard.first();
    let checked: Result<_, gdal::errors::GdalError> = checked;
    let Some(invalid) = checked.map_err(|error| unrepairable(error.to_string()))? else {
        return if whole.unsigned_area() > MIN_AREA_DEG2 {
            Ok(None)
        } else {
            Err(no_area())
        };
    };
    let made = quiet(|| {
        invalid
            .make_valid(&gdal::cpl::CslStringList::new())
            .and_then(|made| made.wkb())
    });
    let made = made.map_err(|error| unrepairable(error.to_string()))?;
    let mut parts = Vec::new();
    collect_polygons(geometry_of(&made)?, &mut parts);
    parts.retain(|polygon| polygon.unsigned_area() > MIN_AREA_DEG2);
    if parts.is_empty() {
        return Err(no_area());
    }
    let before_m2 = whole.geodesic_area_signed().abs();
    let mended = if parts.len() == 1 {
        Geometry::Polygon(parts.swap_remove(0))
    } else {
        Geometry::MultiPolygon(MultiPolygon::new(parts))
    };
    let after_m2 = mended.geodesic_area_signed().abs();
    let reason = reason.unwrap_or_else(|| "invalid".to_owned());
    Ok(Some((
        mended,
        format!("{reason}; {before_m2:.1} m² → {after_m2:.1} m²"),
    )))
}

fn no_area() -> Fault {
    Fault::new(FindingCode::ZeroArea, "less than 1 mm²")
}

fn collect_polygons(geometry: Geometry, into: &mut Vec<Polygon>) {
    use geo::orient::{Direction, Orient as _};
    match geometry {
        Geometry::Polygon(polygon) => into.push(polygon.orient(Direction::Default)),
        Geometry::MultiPolygon(polygons) => into.extend(polygons.orient(Direction::Default)),
        Geometry::GeometryCollection(parts) => parts
            .into_iter()
            .for_each(|part| collect_polygons(part, into)),
        _ => {}
    }
}

fn distinct_corners(ring: &LineString) -> usize {
    let mut corners: Vec<_> = ring
        .0
        .iter()
        .map(|at| (at.x.to_bits(), at.y.to_bits()))
        .collect();
    corners.sort_unstable();
    corners.dedup();
    corners.len()
}

/// Whether a polygon is one small ring whose sides meet only at their common corners. False means "not settled".
fn is_plainly_simple(polygon: &Polygon) -> bool {
    let ring = polygon.exterior();
    let corners = ring.0.len();
    if !polygon.interiors().is_empty() || !(4..=MAX_PLAIN_CORNERS).contains(&corners) {
        return false;
    }
    let sides: Vec<geo::Line> = ring.lines().collect();
    if sides.iter().any(|side| side.start == side.end) {
        return false;
    }
    let last = sides.len() - 1;
    for (at, side) in sides.iter().enumerate() {
        for (other_at, other) in sides.iter().enumerate().skip(at + 1) {
            let next = other_at == at + 1;
            let around = at == 0 && other_at == last;
            let clean = if next {
                // Neighbours meet at one corner; they must not fold back on each other.
                !side.intersects(&other.end) && !other.intersects(&side.start)
            } else if around {
                !side.intersects(&other.start) && !other.intersects(&side.end)
            } else {
                !side.intersects(other)
            };
            if !clean {
                return false;
            }
        }
    }
    polygon.unsigned_area() > MIN_AREA_DEG2
}

/// Whether WKB holds circular arcs, curve polygons, surfaces or triangles.
fn is_curved(wkb: &[u8]) -> bool {
    let code = match wkb {
        [0, a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]),
        [1, a, b, c, d, ..] => u32::from_le_bytes([*a, *b, *c, *d]),
        _ => return false,
    };
    (8..=17).contains(&((code & 0x0FFF_FFFF) % 1000))
}

fn has_open_ring(geometry: &wkb::reader::Wkb<'_>) -> bool {
    match geometry.as_type() {
        GeometryType::Polygon(polygon) => polygon_is_open(polygon),
        GeometryType::MultiPolygon(polygons) => {
            polygons.polygons().any(|polygon| polygon_is_open(&polygon))
        }
        _ => false,
    }
}

fn polygon_is_open(polygon: &impl PolygonTrait<T = f64>) -> bool {
    use geo_traits::CoordTrait as _;
    polygon
        .exterior()
        .into_iter()
        .chain(polygon.interiors())
        .any(|ring| {
            let count = ring.num_coords();
            let end = |at: usize| ring.coord(at).map(|coord| coord.x_y());
            count > 0 && end(0) != end(count - 1)
        })
}

/// A position on or in the geometry that stands for it: the point itself, the centre where it lies inside.
pub(crate) fn representative(geometry: &Geometry) -> Option<(f64, f64)> {
    use geo::{Centroid as _, Contains as _};
    match geometry {
        Geometry::Point(point) => Some(point.x_y()),
        Geometry::Polygon(polygon) => {
            let centre = polygon.centroid()?;
            if polygon.contains(&centre) {
                Some(centre.x_y())
            } else {
                polygon.interior_point().map(geo::Point::x_y)
            }
        }
        other => other.interior_point().map(geo::Point::x_y),
    }
}

/// The kind of a geometry.
pub(crate) fn kind_of(geometry: &Geometry) -> GeometryKind {
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => GeometryKind::Point,
        Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => {
            GeometryKind::Line
        }
        Geometry::Polygon(_)
        | Geometry::MultiPolygon(_)
        | Geometry::Rect(_)
        | Geometry::Triangle(_) => GeometryKind::Polygon,
        Geometry::GeometryCollection(_) => GeometryKind::Mixed,
    }
}

/// The bounds of a geometry.
pub(crate) fn extent_of(geometry: &Geometry) -> crate::Extent {
    geometry
        .bounding_rect()
        .map_or(crate::Extent::EMPTY, |rect| {
            crate::Extent::from_corners(rect.min().x_y(), rect.max().x_y())
        })
}

#[cfg(test)]
mod tests;
