//! Areas in m² on the ellipsoid, summed by class.

use std::{cell::Cell, collections::BTreeMap};

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use geo::{Area as _, CoordsIter as _, Geometry, MapCoordsInPlace as _};

use super::ClassArea;
use crate::{Crs, Layer, StoreError, Transformer, repair::geometry_of};

/// Classes at most; an attribute with more is no class.
const MAX_CLASSES: usize = 10_000;

/// The cylindrical equal-area projection of the WGS 84 ellipsoid (EASE-Grid 2.0): an area there is the area on the ellipsoid,
/// but for sides being straight there instead of geodesic, which for a side of 1 km at 21° N is 5 m² and for 100 m nothing.
const EQUAL_AREA: &str = "EPSG:6933";

/// Measures polygons.
pub(super) struct AreaMeter {
    to_plane: Transformer,
}

impl AreaMeter {
    pub(super) fn new() -> Result<Self, StoreError> {
        let plane = EQUAL_AREA.parse::<Crs>();
        let to_plane = plane.and_then(|plane| Transformer::new(&Crs::stored(), &plane));
        to_plane
            .map(|to_plane| Self { to_plane })
            .map_err(|source| StoreError::NoMeasure { source })
    }

    /// The area of every row of a batch; 0 for what is no polygon.
    pub(super) fn areas_m2(&self, batch: &RecordBatch) -> Vec<f64> {
        let shapes = batch
            .column_by_name(Layer::GEOM)
            .and_then(|column| column.as_binary_opt::<i32>());
        let Some(shapes) = shapes else {
            return vec![0.0; batch.num_rows()];
        };
        let mut shapes: Vec<Option<Geometry>> =
            shapes.iter().map(|wkb| geometry_of(wkb?).ok()).collect();
        let coords = shapes.iter().flatten().flat_map(Geometry::coords_iter);
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = coords.map(|coord| (coord.x, coord.y)).unzip();
        self.to_plane.transform(&mut x, &mut y);
        let next = Cell::new(0);
        for shape in shapes.iter_mut().flatten() {
            shape.map_coords_in_place(|_| {
                let at = next.replace(next.get() + 1);
                geo::Coord { x: x[at], y: y[at] }
            });
        }
        let area = |shape: &Option<Geometry>| shape.as_ref().map_or(0.0, Geometry::unsigned_area);
        shapes.iter().map(area).collect()
    }
}

/// Features and area of each class of a version.
#[derive(Debug, Default)]
pub(super) struct ClassSums(BTreeMap<Option<String>, (u64, f64)>);

impl ClassSums {
    /// Adds rows; all of one class where none are given. Fails with the limit when there are more classes.
    pub(super) fn add(
        &mut self,
        classes: Option<&ArrayRef>,
        areas_m2: Option<&[f64]>,
        rows: usize,
    ) -> Result<(), usize> {
        let classes = classes.map(arrow::array::AsArray::as_string::<i32>);
        for row in 0..rows {
            let class = classes
                .filter(|classes| classes.is_valid(row))
                .map(|classes| classes.value(row));
            let area = areas_m2.map_or(0.0, |areas| areas[row]);
            let key = class.map(str::to_owned);
            let sum = self.0.entry(key).or_default();
            sum.0 += 1;
            sum.1 += area;
            if self.0.len() > MAX_CLASSES {
                return Err(MAX_CLASSES);
            }
        }
        Ok(())
    }
}

/// Both versions' sums side by side, by class.
pub(super) fn by_class(before: &ClassSums, after: &ClassSums, wanted: bool) -> Vec<ClassArea> {
    if !wanted {
        return Vec::new();
    }
    let mut classes: BTreeMap<&Option<String>, ClassArea> = BTreeMap::new();
    for (sums, is_before) in [(before, true), (after, false)] {
        for (class, &(features, area)) in &sums.0 {
            let entry = classes.entry(class).or_insert_with(|| ClassArea {
                class: class.clone(),
                features_before: 0,
                features_after: 0,
                before_m2: 0.0,
                after_m2: 0.0,
            });
            if is_before {
                (entry.features_before, entry.before_m2) = (features, area);
            } else {
                (entry.features_after, entry.after_m2) = (features, area);
            }
        }
    }
    classes.into_values().collect()
}
