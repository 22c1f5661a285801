//! WKB to a geometry that is valid, or the reason why it cannot be. Give it a geometry, get one to publish.
//!
//! Validity is the OGC's, judged by GEOS through GDAL; most parcels are small rings without holes, which an exact test of
//! their sides settles faster. Repeated positions, spikes and rings that run the wrong way round are put right first; what is
//! then still invalid goes through GEOS' `MakeValid`, which keeps every corner; of its result the polygons are kept.

mod area;
mod layout;
mod polygons;
mod simple;
mod tidy;

use geo::{
    BoundingRect as _, CoordsIter as _, Geometry, GeometryCollection, HasDimensions as _,
    InteriorPoint as _, LineString, MultiLineString, MultiPolygon,
};
use geo_traits::{
    Dimensions, GeometryTrait as _, GeometryType, LineStringTrait as _, MultiPolygonTrait as _,
    PolygonTrait, to_geo::ToGeoGeometry as _,
};

pub use self::area::AreaTotals;
pub(crate) use self::{
    area::{AreaLedger, raised},
    tidy::Tidied,
};
use crate::{FindingCode, GeometryKind, source::gdal::linearised};

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

/// A geometry that is valid.
#[derive(Debug)]
pub(crate) struct Sound {
    pub(crate) geometry: Geometry,
    /// The small faults that were put right.
    pub(crate) tidied: Tidied,
    /// What GEOS found wrong before its `MakeValid` was used.
    pub(crate) remade: Option<String>,
    /// The area of its polygons before and after.
    pub(crate) areas: AreaTotals,
}

impl Sound {
    fn unchanged(geometry: Geometry) -> Self {
        Self {
            geometry,
            tidied: Tidied::default(),
            remade: None,
            areas: AreaTotals::default(),
        }
    }

    fn into_multi(mut self) -> Self {
        self.geometry = match self.geometry {
            Geometry::Polygon(polygon) => Geometry::MultiPolygon(MultiPolygon::from(polygon)),
            Geometry::LineString(line) => Geometry::MultiLineString(MultiLineString::from(line)),
            other => other,
        };
        self
    }

    /// Whether it covers something else than the source's.
    pub(crate) fn is_repaired(&self) -> bool {
        self.remade.is_some() || self.tidied.is_repair()
    }
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
    let parsed = read(wkb)?;
    let mut positions = parsed.geometry.coords_iter();
    if let Some(bad) = positions.find(|at| !at.x.is_finite() || !at.y.is_finite()) {
        return Err(Fault::new(
            FindingCode::CoordinateNotFinite,
            format!("({}, {})", bad.x, bad.y),
        ));
    }
    drop(positions);
    Ok(parsed)
}

/// As [`parse`], with whatever coordinates there are.
pub(crate) fn read(wkb: &[u8]) -> Result<Parsed, Fault> {
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
    let told = |detail: &str| unreadable(words(wkb).unwrap_or_else(|| detail.to_owned()));
    if let Some(fault) = layout::fault_of(wkb) {
        return Err(told(fault));
    }
    let parsed = wkb::reader::read_wkb(wkb).map_err(|error| told(&error.to_string()))?;
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
    Ok(Parsed { geometry, notes })
}

/// Makes a geometry valid; lon/lat degrees, so that sizes can be told in metres. What was a multi-geometry stays one.
pub(crate) fn mend(mut geometry: Geometry) -> Result<Sound, Fault> {
    let only = match &mut geometry {
        Geometry::Polygon(polygon) => Some(polygon),
        Geometry::MultiPolygon(polygons) if polygons.0.len() == 1 => polygons.0.first_mut(),
        _ => None,
    };
    if let Some(polygon) = only
        && let Some((tidied, area_m2)) = polygons::settle_plain(polygon)
    {
        return Ok(Sound {
            tidied,
            areas: AreaTotals {
                before_m2: area_m2,
                after_m2: area_m2,
            },
            ..Sound::unchanged(geometry)
        });
    }
    match geometry {
        Geometry::Polygon(polygon) => polygons::mend(vec![polygon]),
        Geometry::MultiPolygon(polygons) => polygons::mend(polygons.0).map(Sound::into_multi),
        Geometry::LineString(line) => mend_lines(vec![line]),
        Geometry::MultiLineString(lines) => mend_lines(lines.0).map(Sound::into_multi),
        Geometry::GeometryCollection(parts) => mend_collection(parts),
        other => Ok(Sound::unchanged(other)),
    }
}

fn mend_lines(mut lines: Vec<LineString>) -> Result<Sound, Fault> {
    let mut tidied = Tidied::default();
    tidy::tidy_lines(&mut lines, &mut tidied);
    let geometry = match lines.len() {
        0 => {
            return Err(Fault::new(
                FindingCode::TooFewPoints,
                "a line with fewer than 2 different points",
            ));
        }
        1 => Geometry::LineString(lines.swap_remove(0)),
        _ => Geometry::MultiLineString(MultiLineString::new(lines)),
    };
    Ok(Sound {
        tidied,
        ..Sound::unchanged(geometry)
    })
}

/// Mends the parts each by itself; polygons of a collection of nothing else are one feature's and mended together.
fn mend_collection(parts: GeometryCollection) -> Result<Sound, Fault> {
    let mut flat = Vec::new();
    flatten(parts, &mut flat);
    if flat.iter().all(|part| matches!(part, Geometry::Polygon(_))) {
        let polygons = flat.into_iter().filter_map(|part| part.try_into().ok());
        return polygons::mend(polygons.collect());
    }
    let mut sound = Sound::unchanged(Geometry::GeometryCollection(GeometryCollection::default()));
    let mut mended = Vec::with_capacity(flat.len());
    let mut fault = None;
    for part in flat {
        match mend(part) {
            Ok(part) => {
                sound.tidied = sound.tidied.and(part.tidied);
                sound.areas = sound.areas.and(part.areas);
                sound.remade = sound.remade.or(part.remade);
                mended.push(part.geometry);
            }
            Err(found) => {
                sound.tidied.parts += 1;
                fault.get_or_insert(found);
            }
        }
    }
    if let (true, Some(fault)) = (mended.is_empty(), fault) {
        return Err(fault);
    }
    sound.geometry = Geometry::GeometryCollection(GeometryCollection::from(mended));
    Ok(sound)
}

/// The parts of a collection, those of its collections and multi-geometries of polygons among them; EMPTY ones left out.
fn flatten(parts: GeometryCollection, into: &mut Vec<Geometry>) {
    for part in parts {
        match part {
            part if part.is_empty() => {}
            Geometry::GeometryCollection(parts) => flatten(parts, into),
            Geometry::MultiPolygon(polygons) => {
                into.extend(polygons.into_iter().map(Geometry::Polygon));
            }
            part => into.push(part),
        }
    }
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
