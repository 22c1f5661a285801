//! One source's batches to publishable rows: text decoded, columns typed, geometry in the stored CRS and valid.

use std::{cell::Cell, sync::Arc};

use arrow::{
    array::{
        Array as _, ArrayRef, AsArray as _, BinaryArray, BinaryBuilder, BooleanArray, RecordBatch,
        StringArray, StringBuilder, UInt64Array, new_null_array,
    },
    compute::{CastOptions, cast_with_options, filter_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef},
    util::display::{ArrayFormatter, FormatOptions},
};
use geo::{CoordsIter as _, MapCoordsInPlace as _};
use h3o::{LatLng, Resolution};
use serde::{Deserialize, Serialize};

use super::{
    assemble::Reached,
    attributes::{Audit, SourceAttribute, Survey},
};
use crate::{
    Attribute, AttributeKind, Encoding, Extent, FindingCode, GeometryKind, ImportError, Layer,
    ReadError,
    crs::Patchwork,
    encoding,
    layer::geometry_field,
    repair::{self, Fault},
    report::Findings,
    source::SourceBatch,
};

/// How a source's text becomes Unicode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TextMode {
    /// Bytes in an encoding.
    Bytes(Encoding),
    /// Bytes, all ASCII so far.
    Undecided,
    /// Unicode that a driver made of an old encoding by taking it for Windows-1252.
    Mojibake(Encoding),
    /// Unicode.
    Unicode,
}

/// All that is known of a source before its features are read; shared by the threads that prepare them.
#[derive(Debug)]
pub(super) struct Plan {
    /// Its name in examples.
    pub(super) label: String,
    pub(super) attributes: Vec<SourceAttribute>,
    /// Its CRS as WKT: every thread makes its own transformation of it.
    pub(super) crs: String,
    /// For each attribute of the layer, the source's column.
    pub(super) columns: Vec<Option<usize>>,
}

/// What all sources become.
#[derive(Debug)]
pub(super) struct Target {
    /// Those of the sources, then those that the survey derives.
    pub(super) attributes: Vec<Attribute>,
    /// What is checked of them.
    pub(super) survey: Survey,
    /// Whether it has a geometry.
    pub(super) geometry: bool,
}

/// A batch to prepare.
pub(super) struct Job {
    /// Which of the plans it goes by.
    pub(super) source: usize,
    pub(super) text: TextMode,
    /// The number of its first feature in the source, from 1.
    pub(super) first: u64,
    pub(super) batch: SourceBatch,
    /// What reading it found.
    pub(super) findings: Findings,
}

/// Rows ready to be published and rows set aside.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) rows: RecordBatch,
    pub(super) set_aside: RecordBatch,
    pub(super) repaired: u64,
    pub(super) kinds: Vec<GeometryKind>,
    pub(super) extent: Extent,
    pub(super) findings: Findings,
    /// What the checks of attributes gathered.
    pub(super) audit: Audit,
    /// The source and how far it has come with these rows.
    pub(super) reached: (usize, Reached),
}

/// The resolution of the `h3` column: cells of about 15,000 m².
pub(super) const H3_RESOLUTION: Resolution = Resolution::Ten;

/// Columns of published rows, but for `fid`, which is assigned when all rows are sorted.
pub(super) fn row_schema(attributes: &[Attribute], geometry: bool) -> SchemaRef {
    let mut fields: Vec<Field> = attributes
        .iter()
        .map(|attribute| Field::new(&attribute.name, attribute.kind.data_type(), true))
        .collect();
    if geometry {
        fields.push(Field::new(Layer::H3, DataType::UInt64, true));
        fields.push(geometry_field(Layer::GEOM, crate::crs::STORED_CRS));
    }
    Arc::new(Schema::new(fields))
}

/// Columns of rows set aside: why, where from, the attributes, and the geometry as it came.
pub(super) fn quarantine_schema(attributes: &[Attribute]) -> SchemaRef {
    let fixed = [
        ("reason", DataType::Utf8),
        ("detail", DataType::Utf8),
        ("source", DataType::Utf8),
    ];
    let mut fields: Vec<Field> = fixed
        .into_iter()
        .map(|(name, kind)| Field::new(name, kind, true))
        .collect();
    fields.push(Field::new("source_feature", DataType::UInt64, true));
    let attribute_field = |attribute: &Attribute| {
        Field::new(
            format!("a_{}", attribute.name),
            attribute.kind.data_type(),
            true,
        )
    };
    fields.extend(attributes.iter().map(attribute_field));
    fields.push(Field::new("source_wkb", DataType::Binary, true));
    Arc::new(Schema::new(fields))
}

/// Prepares one batch: a function of the batch and its plan alone, so that threads may do it in any order.
pub(super) fn prepare(
    plan: &Plan,
    target: &Target,
    job: Job,
    transformer: &mut Patchwork,
) -> Result<Prepared, ImportError> {
    let Job {
        batch,
        first,
        text,
        mut findings,
        source,
    } = job;
    let example = |row: usize| format!("{} #{}", plan.label, first + row as u64);
    let mut columns = Vec::with_capacity(target.attributes.len() + 2);
    for (attribute, column) in target.attributes.iter().zip(&plan.columns) {
        columns.push(match column {
            Some(at) => typed(
                &batch.attributes[*at],
                attribute,
                text,
                &example,
                &mut findings,
            ),
            None => new_null_array(&attribute.kind.data_type(), batch.rows),
        });
    }
    let audit = target.survey.examine(
        &mut columns,
        batch.geometry.as_ref(),
        (&plan.label, &mut findings),
    );
    let shapes = target
        .geometry
        .then(|| shape_all(transformer, &batch, &example, &mut findings));
    let set_aside = quarantine(
        &columns,
        shapes.as_deref(),
        &batch,
        &target.attributes,
        (&plan.label, first),
    )?;
    let schema = row_schema(&target.attributes, target.geometry);
    let mut prepared = Prepared {
        rows: RecordBatch::new_empty(Arc::clone(&schema)),
        set_aside,
        repaired: 0,
        kinds: Vec::new(),
        extent: Extent::EMPTY,
        findings,
        audit,
        reached: (
            source,
            Reached {
                features: first - 1 + batch.rows as u64,
                text,
            },
        ),
    };
    if let Some(shapes) = &shapes {
        columns.extend(geometry_columns(shapes, &mut prepared));
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.rows));
    let all = RecordBatch::try_new_with_options(schema, columns, &options);
    let keep = |all: RecordBatch| match &shapes {
        Some(shapes) if shapes.iter().any(Result::is_err) => {
            let keep: BooleanArray = shapes.iter().map(|shape| Some(shape.is_ok())).collect();
            filter_record_batch(&all, &keep)
        }
        _ => Ok(all),
    };
    prepared.rows = all.and_then(keep).map_err(|error| damaged(plan, &error))?;
    Ok(prepared)
}

fn damaged(plan: &Plan, error: &arrow::error::ArrowError) -> ImportError {
    ImportError::Read(ReadError::Damaged {
        path: plan.label.clone().into(),
        detail: error.to_string(),
    })
}

/// The text of a batch, as bytes.
pub(super) fn text_bytes(batch: &SourceBatch) -> impl Iterator<Item = &[u8]> {
    let columns = batch
        .attributes
        .iter()
        .filter_map(|column| column.as_binary_opt::<i32>());
    columns.flat_map(|column| column.iter().flatten())
}

/// A column as its attribute's type.
pub(super) fn typed(
    column: &ArrayRef,
    attribute: &Attribute,
    text: TextMode,
    example: &dyn Fn(usize) -> String,
    findings: &mut Findings,
) -> ArrayRef {
    let target = attribute.kind.data_type();
    let column = match column.data_type() {
        DataType::Dictionary(_, value) => cast(column, value),
        DataType::Utf8View | DataType::LargeUtf8 => cast(column, &DataType::Utf8),
        DataType::BinaryView | DataType::LargeBinary => cast(column, &DataType::Binary),
        _ => ArrayRef::clone(column),
    };
    if attribute.kind != AttributeKind::Text {
        let out = cast(&column, &target);
        let lost = out.null_count().saturating_sub(column.null_count());
        if lost > 0 {
            let row = (0..column.len())
                .find(|row| column.is_valid(*row) && out.is_null(*row))
                .unwrap_or(0);
            findings.note_many(FindingCode::AttributeUnreadable, lost as u64, || {
                format!("{}: {}", example(row), attribute.name)
            });
        }
        return out;
    }
    match column.data_type() {
        DataType::Binary => Arc::new(decoded(column.as_binary(), text, example, findings)),
        DataType::Utf8 => Arc::new(composed(column.as_string(), text)),
        _ => Arc::new(displayed(&column)),
    }
}

/// A cast that makes null of what does not fit.
fn cast(column: &ArrayRef, target: &DataType) -> ArrayRef {
    cast_with_options(
        column,
        target,
        &CastOptions {
            safe: true,
            ..CastOptions::default()
        },
    )
    .unwrap_or_else(|_unsupported| new_null_array(target, column.len()))
}

fn decoded(
    column: &BinaryArray,
    text: TextMode,
    example: &dyn Fn(usize) -> String,
    findings: &mut Findings,
) -> StringArray {
    let encoding = match text {
        TextMode::Bytes(encoding) => encoding,
        TextMode::Undecided | TextMode::Unicode | TextMode::Mojibake(_) => Encoding::Utf8,
    };
    let mut out = StringBuilder::with_capacity(column.len(), column.value_data().len());
    for (row, bytes) in column.iter().enumerate() {
        let Some(bytes) = bytes else {
            out.append_null();
            continue;
        };
        let decoded = encoding.decode_noting(bytes);
        if decoded.replaced {
            findings.note(FindingCode::TextUndecodable, || {
                format!("{}: {}", example(row), decoded.text)
            });
        }
        if decoded.composed {
            findings.note(FindingCode::TextDecomposed, || {
                format!("{}: {}", example(row), decoded.text)
            });
        }
        match text {
            TextMode::Mojibake(old) => out.append_value(unscrambled(&decoded.text, old)),
            _ => out.append_value(decoded.text),
        }
    }
    out.finish()
}

fn composed(column: &StringArray, text: TextMode) -> StringArray {
    use unicode_normalization::{UnicodeNormalization as _, is_nfc};
    let convert = |value: &str| match text {
        TextMode::Mojibake(old) => unscrambled(value, old),
        _ if is_nfc(value) => value.to_owned(),
        _ => value.nfc().collect(),
    };
    column.iter().map(|value| value.map(convert)).collect()
}

fn unscrambled(text: &str, old: Encoding) -> String {
    encoding::western_bytes(text)
        .map_or_else(|| text.to_owned(), |bytes| old.decode(&bytes).into_owned())
}

/// Lists, times and whatever else as the text Arrow shows.
fn displayed(column: &ArrayRef) -> StringArray {
    let options = FormatOptions::default();
    let Ok(formatter) = ArrayFormatter::try_new(column, &options) else {
        return StringArray::new_null(column.len());
    };
    (0..column.len())
        .map(|row| {
            column
                .is_valid(row)
                .then(|| formatter.value(row).to_string())
        })
        .collect()
}

/// A row's geometry, or why it is set aside; `Ok(None)` keeps the row without one.
type Shape = Result<Option<repair::Sound>, Fault>;

fn shape_all(
    transformer: &mut Patchwork,
    batch: &SourceBatch,
    example: &dyn Fn(usize) -> String,
    findings: &mut Findings,
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
        .map(|(row, geometry)| shape(geometry, &|| example(row), findings))
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
        Ok(sound) => {
            if let Some(what) = &sound.repaired {
                findings.note(FindingCode::PolygonInvalid, || {
                    format!("{}: {what}", example())
                });
            }
            Ok(Some(sound))
        }
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

/// Whether a longitude and a latitude are such; false where a transformation had no answer.
fn is_on_earth(at: geo::Coord) -> bool {
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

fn geometry_columns(shapes: &[Shape], prepared: &mut Prepared) -> [ArrayRef; 2] {
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
        prepared.repaired += u64::from(sound.repaired.is_some());
        let kind = repair::kind_of(&sound.geometry);
        if !prepared.kinds.contains(&kind) {
            prepared.kinds.push(kind);
        }
        prepared.extent = prepared.extent.union(&repair::extent_of(&sound.geometry));
        let position = repair::representative(&sound.geometry);
        let cell = position.and_then(|(lon, lat)| LatLng::new(lat, lon).ok());
        cells.push(cell.map(|cell| u64::from(cell.to_cell(H3_RESOLUTION))));
        repair::write_wkb(&sound.geometry, &mut wkb);
        wkb.append_value("");
    }
    [Arc::new(UInt64Array::from(cells)), Arc::new(wkb.finish())]
}

fn quarantine(
    columns: &[ArrayRef],
    shapes: Option<&[Shape]>,
    batch: &SourceBatch,
    merged: &[Attribute],
    (label, first): (&str, u64),
) -> Result<RecordBatch, ImportError> {
    let schema = quarantine_schema(merged);
    let faults: Vec<Option<&Fault>> = shapes
        .unwrap_or_default()
        .iter()
        .map(|shape| shape.as_ref().err())
        .collect();
    if faults.iter().all(Option::is_none) {
        return Ok(RecordBatch::new_empty(schema));
    }
    let code = |fault: &Fault| {
        serde_json::to_value(fault.code)
            .ok()?
            .as_str()
            .map(str::to_owned)
    };
    let reasons: StringArray = faults.iter().map(|fault| fault.and_then(code)).collect();
    let details: StringArray = faults
        .iter()
        .map(|fault| fault.map(|fault| fault.detail.as_str()))
        .collect();
    let sources: StringArray = faults.iter().map(|_| Some(label)).collect();
    let numbers: UInt64Array = (0..batch.rows as u64)
        .map(|row| Some(first + row))
        .collect();
    let mut all: Vec<ArrayRef> = vec![
        Arc::new(reasons),
        Arc::new(details),
        Arc::new(sources),
        Arc::new(numbers),
    ];
    all.extend(columns.iter().take(merged.len()).cloned());
    all.push(
        batch
            .geometry
            .clone()
            .unwrap_or_else(|| new_null_array(&DataType::Binary, batch.rows)),
    );
    let mask: BooleanArray = faults.iter().map(|fault| Some(fault.is_some())).collect();
    RecordBatch::try_new(schema, all)
        .and_then(|rows| filter_record_batch(&rows, &mask))
        .map_err(|error| {
            ImportError::Read(ReadError::Damaged {
                path: label.into(),
                detail: error.to_string(),
            })
        })
}
