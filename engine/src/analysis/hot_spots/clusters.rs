//! Hot cells that touch, taken together and named by where they are.

use std::collections::VecDeque;

use geo::{Contains as _, Distance as _, Euclidean, Point};
use h3o::{CellIndex, LatLng};
use layers::{Extent, LayerId, LonLat};
use serde_json::{Value, json};

use super::{super::inputs, Scores, cells::Cells};
use crate::{LayerSnapshot, TwinSnapshot};

/// Hot spots that the summary names.
const NAMED: usize = 10;

/// How far a place is looked for around a hot spot that no polygon holds, in degrees: about 20 km.
const REACH_DEG: f64 = 0.2;

/// The hottest groups of touching hot cells: where the peak is, how high, how many cells and what they add up to.
pub(super) fn hottest(
    twin: &TwinSnapshot,
    cells: &Cells,
    scores: &Scores,
    study_area: Option<&LayerId>,
) -> Vec<Value> {
    let mut clusters = clusters(cells, scores);
    let peak = |cluster: &Vec<usize>| {
        cluster
            .iter()
            .copied()
            .max_by(|a, b| scores.z[*a].total_cmp(&scores.z[*b]).then(b.cmp(a)))
    };
    let height =
        |cluster: &Vec<usize>| peak(cluster).map_or(f64::NEG_INFINITY, |cell| scores.z[cell]);
    clusters.sort_by(|a, b| height(b).total_cmp(&height(a)));
    let describe = |cluster: &Vec<usize>| {
        let cell = peak(cluster)?;
        let center = LatLng::from(cells.tested[cell]);
        let position = LonLat {
            lon: center.lng(),
            lat: center.lat(),
        };
        Some(json!({
            "lon": position.lon,
            "lat": position.lat,
            "cell": cells.tested[cell].to_string(),
            "z": scores.z[cell],
            "p": scores.p[cell],
            "cells": cluster.len(),
            "total": cluster.iter().map(|cell| cells.values[*cell]).sum::<f64>(),
            "place": place(twin, study_area, position),
        }))
    };
    clusters.iter().take(NAMED).filter_map(describe).collect()
}

/// Significant hot cells in groups that touch.
fn clusters(cells: &Cells, scores: &Scores) -> Vec<Vec<usize>> {
    let number = |cell: &CellIndex| cells.tested.binary_search(cell).ok();
    let mut waiting: Vec<bool> = (0..cells.tested.len())
        .map(|cell| scores.is_significant(cell) && scores.z[cell] > 0.0)
        .collect();
    let mut clusters = Vec::new();
    for start in 0..waiting.len() {
        let mut cluster = Vec::new();
        let mut next = VecDeque::from_iter(std::mem::take(&mut waiting[start]).then_some(start));
        while let Some(cell) = next.pop_front() {
            cluster.push(cell);
            let around: Vec<CellIndex> = cells.tested[cell].grid_disk(1);
            let touching = around
                .iter()
                .filter_map(number)
                .filter(|near| std::mem::take(&mut waiting[*near]));
            next.extend(touching);
        }
        if !cluster.is_empty() {
            clusters.push(cluster);
        }
    }
    clusters
}

/// The name of the polygon that holds a position, or of the nearest within reach.
fn place(twin: &TwinSnapshot, study_area: Option<&LayerId>, position: LonLat) -> Option<String> {
    let named = |id: &LayerId| {
        twin.layer(id)
            .filter(|layer| layer.batch.column_by_name("name").is_some())
    };
    let layer: &LayerSnapshot = study_area
        .and_then(named)
        .or_else(|| "communes".parse().ok().as_ref().and_then(named))?;
    let names = inputs::texts(layer, "name").ok()?;
    let point = Point::new(position.lon, position.lat);
    let here = Extent::from_corners((position.lon, position.lat), (position.lon, position.lat));
    let holds = |row: &u32| {
        layer
            .geometry(*row)
            .is_some_and(|shape| shape.contains(&point))
    };
    let distance = |row: &u32| {
        layer
            .geometry(*row)
            .map_or(f64::INFINITY, |shape| Euclidean.distance(&shape, &point))
    };
    let inside = layer.window(&here).into_iter().find(holds);
    let row = inside.or_else(|| {
        let near = layer.window(&here.grown(REACH_DEG)).into_iter();
        near.map(|row| (distance(&row), row))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, row)| row)
    })?;
    names.iter().nth(row as usize).flatten().map(str::to_owned)
}
