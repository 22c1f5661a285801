//! Points, counted or added up by H3 cell.

use std::collections::BTreeMap;

use arrow::array::{Array as _, Float64Array};
use geo::Geometry;
use h3o::{CellIndex, LatLng, Resolution};
use layers::LonLat;
use rayon::prelude::*;

use super::{
    super::{AnalysisContext, AnalysisError, inputs},
    EmptyCells, Parameters, study_area,
};
use crate::LayerSnapshot;

/// The cells that are tested, ascending, with their values.
#[derive(Debug)]
pub(super) struct Cells {
    pub(super) resolution: Resolution,
    pub(super) tested: Vec<CellIndex>,
    pub(super) values: Vec<f64>,
    /// Features counted.
    pub(super) features: u64,
    /// Points outside the study area.
    pub(super) outside: u64,
    /// Points whose attribute is null or not finite.
    pub(super) without_value: u64,
    /// Polygons of the study area that have no usable shape.
    pub(super) unusable_polygons: u64,
}

/// Counts or adds up points by cell of the study area.
pub(super) fn count(
    context: &AnalysisContext<'_>,
    points: &LayerSnapshot,
    area: Option<&LayerSnapshot>,
    parameters: &Parameters,
    resolution: Resolution,
) -> Result<Cells, AnalysisError> {
    let weights = parameters
        .attribute
        .as_ref()
        .map(|name| inputs::numbers(points, name))
        .transpose()?;
    let (by_cell, without_value) = sums(points, weights.as_ref(), resolution);
    context.step(
        0.2,
        "Phủ ô lên vùng nghiên cứu · Covering the study area with cells",
    )?;
    let covered = match area {
        Some(area) => study_area::covered(area, resolution, &context.cancel)?,
        None => study_area::around(by_cell.keys().copied(), resolution)?,
    };
    let mut found = Cells {
        resolution,
        tested: Vec::new(),
        values: Vec::new(),
        features: 0,
        outside: 0,
        without_value,
        unusable_polygons: covered.unusable_polygons,
    };
    for (cell, (_, features)) in &by_cell {
        if covered.cells.binary_search(cell).is_ok() {
            found.features += features;
        } else {
            found.outside += features;
        }
    }
    for cell in covered.cells {
        match (by_cell.get(&cell), parameters.empty_cells) {
            (Some((value, _)), _) => found.push(cell, *value),
            (None, EmptyCells::Zero) => found.push(cell, 0.0),
            (None, EmptyCells::Missing) => {}
        }
    }
    Ok(found)
}

impl Cells {
    fn push(&mut self, cell: CellIndex, value: f64) {
        self.tested.push(cell);
        self.values.push(value);
    }

    /// For each cell the tested cells within so many rings, itself included. Cells at the edge have fewer.
    pub(super) fn neighbours(&self, ring: u32) -> Vec<Vec<u32>> {
        let number = |cell: CellIndex| {
            self.tested
                .binary_search(&cell)
                .ok()
                .and_then(|number| u32::try_from(number).ok())
        };
        let near = |cell: &CellIndex| -> Vec<u32> {
            cell.grid_disk::<Vec<_>>(ring)
                .into_iter()
                .filter_map(number)
                .collect()
        };
        self.tested.par_iter().map(near).collect()
    }
}

/// By cell: the sum of the weights (1 where there are none) and the number of points; and the points without a weight.
fn sums(
    points: &LayerSnapshot,
    weights: Option<&Float64Array>,
    resolution: Resolution,
) -> (BTreeMap<CellIndex, (f64, u64)>, u64) {
    let mut by_cell: BTreeMap<CellIndex, (f64, u64)> = BTreeMap::new();
    let mut without_value = 0;
    for row in 0..u32::try_from(points.len()).expect("a layer has fewer than 2^32 rows") {
        let positions = positions_of(points, row);
        let weight = weights.map_or(Some(1.0), |weights| {
            Some(row as usize)
                .filter(|row| weights.is_valid(*row))
                .map(|row| weights.value(row))
                .filter(|weight| weight.is_finite())
        });
        let Some(weight) = weight else {
            without_value += positions.len() as u64;
            continue;
        };
        for position in positions {
            if let Ok(position) = LatLng::new(position.lat, position.lon) {
                let entry = by_cell.entry(position.to_cell(resolution)).or_default();
                entry.0 += weight;
                entry.1 += 1;
            }
        }
    }
    (by_cell, without_value)
}

/// The points of a row. The extent of one point is the point: its bytes need not be decoded.
fn positions_of(points: &LayerSnapshot, row: u32) -> Vec<LonLat> {
    let Some(extent) = points.extent_of(row) else {
        return Vec::new();
    };
    if extent.width() <= 0.0 && extent.height() <= 0.0 {
        return vec![LonLat {
            lon: extent.min_x,
            lat: extent.min_y,
        }];
    }
    match points.geometry(row) {
        Some(Geometry::MultiPoint(points)) => points
            .iter()
            .map(|point| LonLat {
                lon: point.x(),
                lat: point.y(),
            })
            .collect(),
        _ => Vec::new(),
    }
}
