//! Polygons as rings of whole millimetres, packed: 2 million parcels take some 200 MB.

use geo::{Coord, Euclidean, Geometry, Length as _, LineString, MultiPolygon, Polygon};

use super::Plane;

/// A position in millimetres of the plane.
pub(super) type Position = [i32; 2];

/// The outlines of the polygons of a layer, in the order of their features.
#[derive(Debug, Default)]
pub(crate) struct Outlines {
    positions: Vec<Position>,
    /// For each ring, where its positions end. A ring is open: its last position is not its first.
    ring_ends: Vec<usize>,
    features: Vec<Feature>,
    /// Polygons beyond the plane, which are not looked at.
    pub(super) far: u64,
}

#[derive(Clone, Debug)]
struct Feature {
    /// Where its rings end.
    rings_end: usize,
    source: usize,
    number: u64,
}

impl Outlines {
    /// Adds a feature, known by its source and its number there; points and lines are passed over.
    pub(crate) fn add(
        &mut self,
        geometry: &Geometry,
        plane: &Plane,
        (source, number): (usize, u64),
    ) {
        let polygons = match geometry {
            Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
            Geometry::MultiPolygon(polygons) => polygons.0.as_slice(),
            _ => return,
        };
        let (positions, rings) = (self.positions.len(), self.ring_ends.len());
        let mut all = polygons
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        if !all.all(|ring| self.add_ring(ring, plane)) {
            self.positions.truncate(positions);
            self.ring_ends.truncate(rings);
            self.far += 1;
            return;
        }
        let rings_end = self.ring_ends.len();
        self.features.push(Feature {
            rings_end,
            source,
            number,
        });
    }

    /// Adds a ring unless it is less than a millimetre wide; false when it is too far away.
    fn add_ring(&mut self, ring: &LineString, plane: &Plane) -> bool {
        let start = self.positions.len();
        for at in ring.0.iter().skip(1) {
            let Some(position) = plane.millimetres(*at) else {
                return false;
            };
            if self.positions.len() == start || self.positions.last() != Some(&position) {
                self.positions.push(position);
            }
        }
        while self.positions.len() > start + 1 && self.positions.last() == self.positions.get(start)
        {
            self.positions.pop();
        }
        if self.positions.len() < start + 3 {
            self.positions.truncate(start);
        } else {
            self.ring_ends.push(self.positions.len());
        }
        true
    }

    /// Adds another's features, which come later in the source.
    pub(crate) fn merge(&mut self, other: Self) {
        let (positions, rings) = (self.positions.len(), self.ring_ends.len());
        self.positions.extend(other.positions);
        self.ring_ends
            .extend(other.ring_ends.into_iter().map(|end| end + positions));
        self.features
            .extend(other.features.into_iter().map(|feature| Feature {
                rings_end: feature.rings_end + rings,
                ..feature
            }));
        self.far += other.far;
    }

    /// Number of features.
    pub(crate) fn len(&self) -> usize {
        self.features.len()
    }

    /// Its source and its number there.
    pub(super) fn name(&self, feature: usize) -> (usize, u64) {
        let Feature { source, number, .. } = self.features[feature];
        (source, number)
    }

    /// The rings of a feature, without their closing positions: exteriors counter-clockwise, holes clockwise.
    pub(super) fn rings(&self, feature: usize) -> impl Iterator<Item = &[Position]> + Clone {
        let first = feature
            .checked_sub(1)
            .map_or(0, |before| self.features[before].rings_end);
        (first..self.features[feature].rings_end).map(|ring| {
            let start = ring
                .checked_sub(1)
                .map_or(0, |before| self.ring_ends[before]);
            &self.positions[start..self.ring_ends[ring]]
        })
    }

    /// West, south, east and north edges of a feature; west beyond east where it has no ring.
    pub(super) fn bounds(&self, feature: usize) -> [i32; 4] {
        let nothing = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];
        self.rings(feature)
            .flatten()
            .fold(nothing, |[west, south, east, north], &[x, y]| {
                [west.min(x), south.min(y), east.max(x), north.max(y)]
            })
    }

    /// The feature in metres, each ring as a polygon of its own: filled by winding they are the feature.
    pub(super) fn shape(&self, feature: usize) -> MultiPolygon {
        self.rings(feature).map(ring_polygon).collect()
    }

    /// The area of all features in m².
    pub(super) fn area_m2(&self) -> f64 {
        (0..self.len())
            .map(|feature| area_m2(&self.shape(feature)))
            .sum()
    }
}

/// `to - from`, which may not fit an `i32`.
pub(super) fn difference(to: i32, from: i32) -> f64 {
    f64::from(to) - f64::from(from)
}

/// A ring as a polygon in metres.
pub(super) fn ring_polygon(ring: &[Position]) -> Polygon {
    let metres = ring.iter().map(|[x, y]| Coord {
        x: f64::from(*x) / 1e3,
        y: f64::from(*y) / 1e3,
    });
    Polygon::new(metres.collect(), Vec::new())
}

/// The area of rings, holes against exteriors, or of polygons with their holes.
pub(super) fn area_m2<T: geo::Area<f64>>(shape: &T) -> f64 {
    shape.signed_area().abs()
}

/// The length of all rings.
pub(super) fn perimeter_m(shape: &MultiPolygon) -> f64 {
    let rings = shape
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    rings.map(|ring| Euclidean.length(ring)).sum()
}
