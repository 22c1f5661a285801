//! The geometries of a batch: read, brought to the stored CRS in one call, made valid.

use std::{cell::Cell, sync::Arc};

use arrow::array::{ArrayRef, AsArray as _, BinaryArray, BinaryBuilder, UInt64Array};
use geo::{CoordsIter as _, MapCoordsInPlace as _};
use h3o::LatLng;

use super::prepare::{H3_RESOLUTION, Prepared};
use crate::{
    AreaTotals, FindingCode,
    crs::Patchwork,
    repair::{self, AreaLedger, Fault, Sound},
    report::Findings,
    source::SourceBatch,
};

/// A row's geometry, or why it is set aside; `Ok(None)` keeps the row without one.
pub(super) type Shape = Result<Option<Sound>, Fault>;

pub(super) fn shape_all(
    transformer: &mut Patchwork,
    batch: &SourceBatch,
    example: &dyn Fn(usize) -> String,
    (findings, areas): (&mut Findings, &mut AreaLedger),
) -> Vec<Shape> {
    let empty = BinaryArray::new_null(batch.rows);
    let wkb = batch
        .geometry
        .as_ref()
        .and_then(|column| column.as_binary_opt::<i32>())
        .unwrap_or(&empty);
    let mut parsed = Vec::with_capacity(batch.rows);
    for (row, wkb) in wkb.iter().enumerate() {
        parsed.push(match wkb {
            None => Err(Fault {
                code: FindingCode::GeometryMissing,
                detail: String::new(),
            }),
            Some(wkb) => repair::parse(wkb).map(|parsed| {
                for note in parsed.notes {
                    findings.note(note, || example(row));
                }
                parsed.geometry
            }),
        });
    }
    transform_all(transformer, &mut parsed);
    parsed
        .into_iter()
        .enumerate()
        .map(|(row, geometry)| {
            let example = || example(row);
            let shape = shape(geometry, &example, findings);
            if let Ok(Some(sound)) = &shape {
                tell(sound, &example, findings);
                areas.add(sound.areas, example);
            }
            shape
        })
        .collect()
}

fn shape(
    geometry: Result<geo::Geometry, Fault>,
    example: &dyn Fn() -> String,
    findings: &mut Findings,
) -> Shape {
    let found = geometry.and_then(|geometry| {
        let beyond = geometry.coords_iter().find(|at| !is_on_earth(*at));
        match beyond {
            None => repair::mend(geometry),
            Some(at) => Err(Fault {
                code: FindingCode::CoordinateUntransformable,
                detail: if at.x.is_finite() && at.y.is_finite() {
                    format!("({}, {})", at.x, at.y)
                } else {
                    String::new()
                },
            }),
        }
    });
    match found {
        Ok(sound) => Ok(Some(sound)),
        Err(fault) => {
            let colon = if fault.detail.is_empty() { "" } else { ": " };
            findings.note(fault.code, || {
                format!("{}{colon}{}", example(), fault.detail)
            });
            let kept = matches!(
                fault.code,
                FindingCode::GeometryMissing | FindingCode::GeometryEmpty
            );
            if kept { Ok(None) } else { Err(fault) }
        }
    }
}

/// Notes what was put right.
fn tell(sound: &Sound, example: &dyn Fn() -> String, findings: &mut Findings) {
    let Sound {
        tidied,
        areas: AreaTotals {
            before_m2,
            after_m2,
        },
        ..
    } = sound;
    if let Some(reason) = &sound.remade {
        findings.note(FindingCode::PolygonInvalid, || {
            let example = example();
            format!("{example}: {reason}; {before_m2:.1} m² → {after_m2:.1} m²")
        });
    }
    let counted = [
        (FindingCode::SpikeRemoved, tidied.spikes),
        (FindingCode::PartRemoved, tidied.parts),
        (FindingCode::PositionsRepeated, tidied.duplicates),
    ];
    for (code, count) in counted {
        if count > 0 {
            findings.note(code, || format!("{}: {count}", example()));
        }
    }
    if tidied.turned {
        findings.note(FindingCode::RingTurned, example);
    }
}

/// The H3 cell a geometry is sorted by.
pub(super) fn cell_of(geometry: &geo::Geometry) -> Option<u64> {
    let (lon, lat) = repair::representative(geometry)?;
    let position = LatLng::new(lat, lon).ok()?;
    Some(position.to_cell(H3_RESOLUTION).into())
}

/// Whether a longitude and a latitude are such; false where a transformation had no answer.
pub(super) fn is_on_earth(at: geo::Coord) -> bool {
    at.x.abs() <= 360.0 && at.y.abs() <= 90.0
}

/// Transforms all positions of a batch in one call.
fn transform_all(transformer: &mut Patchwork, geometries: &mut [Result<geo::Geometry, Fault>]) {
    if transformer.is_identity() {
        return;
    }
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for geometry in geometries.iter().flatten() {
        for at in geometry.coords_iter() {
            x.push(at.x);
            y.push(at.y);
        }
    }
    transformer.transform(&mut x, &mut y);
    // Positions come in the same order as above; the closure must be `Copy`, hence the cell.
    let next = Cell::new(0);
    for geometry in geometries.iter_mut().flatten() {
        geometry.map_coords_in_place(|_| {
            let at = next.replace(next.get() + 1);
            geo::Coord { x: x[at], y: y[at] }
        });
    }
}

pub(super) fn geometry_columns(shapes: &[Shape], prepared: &mut Prepared) -> [ArrayRef; 2] {
    let mut cells = Vec::with_capacity(shapes.len());
    let sound = shapes
        .iter()
        .filter_map(|shape| shape.as_ref().ok()?.as_ref());
    let bytes = sound.map(|sound| repair::wkb_size(&sound.geometry)).sum();
    let mut wkb = BinaryBuilder::with_capacity(shapes.len(), bytes);
    for shape in shapes {
        let Ok(Some(sound)) = shape else {
            cells.push(None);
            wkb.append_null();
            continue;
        };
        prepared.repaired += u64::from(sound.is_repaired());
        let kind = repair::kind_of(&sound.geometry);
        if !prepared.kinds.contains(&kind) {
            prepared.kinds.push(kind);
        }
        prepared.extent = prepared.extent.union(&repair::extent_of(&sound.geometry));
        cells.push(cell_of(&sound.geometry));
        repair::write_wkb(&sound.geometry, &mut wkb);
        wkb.append_value("");
    }
    [Arc::new(UInt64Array::from(cells)), Arc::new(wkb.finish())]
}
