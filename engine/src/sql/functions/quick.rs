//! Quick ways through functions for geometries as nearly all are written: little-endian, without Z, M or an SRID.
//!
//! Sedona reads each geometry into a tree before it looks at it, which for a point takes longer than what is done with it. Where
//! all rows of a batch are points, or lines, written that way, the bytes say the same; any other row, and the batch goes the
//! general way.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array as _, ArrayRef, BinaryArray, Float64Builder},
        buffer::{NullBuffer, OffsetBuffer},
    },
    common::{ScalarValue, config::ConfigOptions},
    error::Result,
    logical_expr::ColumnarValue,
};
use sedona_expr::{
    function_set::FunctionSet,
    scalar_udf::{ScalarKernelRef, SedonaScalarKernel},
};
use sedona_schema::datatypes::SedonaType;

use super::{
    around_kernels,
    wkb::{PLAIN_LINE, WkbColumn, plain_line, plain_point},
};

/// The answer for a batch, in the order of its rows; none where a row is not written the ordinary way.
type Way = fn(&[ArrayRef]) -> Option<ArrayRef>;

/// Functions and their quick ways.
const WAYS: [(&str, Way); 3] = [
    ("st_geomfromwkb", as_it_is),
    ("st_makeline", line_between),
    ("st_length", length),
];

/// Puts the quick ways before the general ones.
pub(super) fn add_to(functions: &mut FunctionSet) {
    for (name, way) in WAYS {
        let Some(function) = functions.scalar_udf(name) else {
            continue;
        };
        let quick = around_kernels(function, |general| Arc::new(Quick { general, way }));
        functions.insert_scalar_udf(quick);
    }
}

#[derive(Debug)]
struct Quick {
    general: ScalarKernelRef,
    way: Way,
}

impl SedonaScalarKernel for Quick {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        self.general.return_type(types)
    }

    fn return_type_from_args_and_scalars(
        &self,
        types: &[SedonaType],
        scalars: &[Option<&ScalarValue>],
    ) -> Result<Option<SedonaType>> {
        self.general
            .return_type_from_args_and_scalars(types, scalars)
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        self.general.invoke_batch(types, values)
    }

    fn invoke_batch_from_args(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
        return_type: &SedonaType,
        rows: usize,
        options: Option<&ConfigOptions>,
    ) -> Result<ColumnarValue> {
        let arrays = values.iter().map(|value| match value {
            ColumnarValue::Array(array) => Some(Arc::clone(array)),
            ColumnarValue::Scalar(_) => None,
        });
        let arrays: Option<Vec<_>> = arrays.collect();
        if let Some(answer) = arrays.and_then(|arrays| (self.way)(&arrays)) {
            return ColumnarValue::Array(answer).cast_to(return_type.storage_type(), None);
        }
        self.general
            .invoke_batch_from_args(types, values, return_type, rows, options)
    }
}

/// Points need no look whether they are geometries.
fn as_it_is(values: &[ArrayRef]) -> Option<ArrayRef> {
    let [bytes] = values else {
        return None;
    };
    let column = WkbColumn::of(bytes)?;
    let mut rows = (0..bytes.len()).filter_map(|row| column.get(row));
    let all = rows.all(|wkb| plain_point(wkb).is_some());
    all.then(|| Arc::clone(bytes))
}

fn line_between(values: &[ArrayRef]) -> Option<ArrayRef> {
    let [from, to] = values else {
        return None;
    };
    let (starts, ends) = (WkbColumn::of(from)?, WkbColumn::of(to)?);
    let nulls = NullBuffer::union(from.nulls(), to.nulls());
    let (mut lines, mut lengths) = (Vec::new(), Vec::with_capacity(from.len()));
    for row in 0..from.len() {
        let before = lines.len();
        if let (Some(start), Some(end)) = (starts.get(row), ends.get(row)) {
            plain_point(start).and(plain_point(end))?;
            lines.extend_from_slice(&PLAIN_LINE);
            lines.extend_from_slice(&2_u32.to_le_bytes());
            lines.extend_from_slice(&start[PLAIN_LINE.len()..]);
            lines.extend_from_slice(&end[PLAIN_LINE.len()..]);
        }
        lengths.push(lines.len() - before);
    }
    let starts = OffsetBuffer::from_lengths(lengths);
    Some(Arc::new(BinaryArray::new(starts, lines.into(), nulls)))
}

fn length(values: &[ArrayRef]) -> Option<ArrayRef> {
    let [lines] = values else {
        return None;
    };
    let column = WkbColumn::of(lines)?;
    let mut lengths = Float64Builder::with_capacity(lines.len());
    for row in 0..lines.len() {
        let Some(wkb) = column.get(row) else {
            lengths.append_null();
            continue;
        };
        let mut positions = plain_line(wkb)?;
        let (mut length, mut before) = (0.0, positions.next());
        for at in positions {
            length += before.map_or(0.0, |from| (from.x - at.x).hypot(from.y - at.y));
            before = Some(at);
        }
        lengths.append_value(length);
    }
    Some(Arc::new(lengths.finish()))
}
