//! One source's batches to publishable rows: text decoded, columns typed, geometry in the stored CRS and valid.

use std::sync::Arc;

use arrow::{
    array::{
        Array as _, ArrayRef, AsArray as _, BinaryArray, BooleanArray, RecordBatch, StringArray,
        StringBuilder, new_null_array,
    },
    compute::{CastOptions, cast_with_options, filter_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType},
    util::display::{ArrayFormatter, FormatOptions},
};
use h3o::Resolution;
use serde::{Deserialize, Serialize};

use super::{
    assemble::Reached,
    attributes::{Audit, SourceAttribute, Survey},
    partitioned,
    quarantine::quarantine,
    shapes::{geometry_columns, shape_all},
};
use crate::{
    Attribute, AttributeKind, Encoding, Extent, FindingCode, GeometryKind, ImportError, Layer,
    ReadError,
    crs::{Adjustment, Patchwork},
    encoding,
    layer::geometry_field,
    partition::{Outlines, Plane},
    repair::AreaLedger,
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
    pub(super) place: Place,
    /// For each attribute of the layer, the source's column.
    pub(super) columns: Vec<Option<usize>>,
}

/// Where a source's coordinates are: every thread makes its own transformation of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// Its CRS as WKT.
    pub(super) crs: String,
    pub(super) before: Adjustment,
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
    /// Where the layer should be a partition, the plane its outlines are kept in.
    pub(super) partition: Option<Plane>,
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
    pub(super) areas: AreaLedger,
    pub(super) outlines: Outlines,
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
    let notes = (&example as &dyn Fn(usize) -> String, &mut findings);
    let mut columns = columns_of(plan, target, (&batch, text), notes);
    let audit = target.survey.examine(
        &mut columns,
        batch.geometry.as_ref(),
        (&plan.label, &mut findings),
    );
    let mut areas = AreaLedger::default();
    let shapes = target.geometry.then(|| {
        let notes = (&mut findings, &mut areas);
        shape_all(transformer, &batch, &example, notes)
    });
    let set_aside = quarantine(
        &columns,
        shapes.as_deref(),
        (&batch, transformer),
        &target.attributes,
        (&plan.label, first),
    )?;
    let schema = row_schema(&target.attributes, target.geometry);
    let mut prepared = Prepared {
        rows: RecordBatch::new_empty(Arc::clone(&schema)),
        set_aside,
        repaired: 0,
        areas,
        outlines: Outlines::default(),
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
        if let Some(plane) = &target.partition {
            prepared.outlines = partitioned::outlines(shapes, plane, (source, first));
        }
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

/// The columns of the layer that a source has, each as its attribute's type; the others are null.
fn columns_of(
    plan: &Plan,
    target: &Target,
    (batch, text): (&SourceBatch, TextMode),
    (example, findings): (&dyn Fn(usize) -> String, &mut Findings),
) -> Vec<ArrayRef> {
    let wanted = target.attributes.iter().zip(&plan.columns);
    wanted
        .map(|(attribute, column)| match column {
            Some(at) => typed(&batch.attributes[*at], attribute, text, example, findings),
            None => new_null_array(&attribute.kind.data_type(), batch.rows),
        })
        .collect()
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

/// A cast that makes null of what does not fit. Times without a zone are taken for UTC, as they stand.
fn cast(column: &ArrayRef, target: &DataType) -> ArrayRef {
    let options = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    let zone = match (column.data_type(), target) {
        // Arrow would look the zone up in a database of zones, which it is built without.
        (DataType::Timestamp(_, Some(_)), _) => None,
        (_, DataType::Timestamp(TimeUnit::Microsecond, zone)) => zone.clone(),
        _ => None,
    };
    if let Some(zone) = zone {
        let plain = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None));
        let plain = plain.as_primitive::<TimestampMicrosecondType>().clone();
        return Arc::new(plain.with_timezone(zone));
    }
    cast_with_options(column, target, &options)
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
