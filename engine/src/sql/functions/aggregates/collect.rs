//! `ST_Collect_Agg` for many groups at once.
//!
//! Sedona keeps an accumulator for each group, which for a few points in each of a million groups is mostly bookkeeping. Here
//! the geometries of all groups are put down one after the other as they come, and sorted out when the groups are asked for.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, AsArray as _, BinaryArray, BooleanArray, Int64Array, UInt32Array,
        },
        buffer::{NullBuffer, OffsetBuffer},
        datatypes::{FieldRef, Int64Type, UInt32Type},
    },
    common::{exec_datafusion_err, exec_err, internal_err},
    error::{DataFusionError, Result},
    logical_expr::{Accumulator, EmitTo, GroupsAccumulator},
};
use sedona_expr::aggregate_udf::{SedonaAccumulator, SedonaAccumulatorRef};
use sedona_geometry::{
    error::SedonaGeometryError,
    types::{GeometryTypeAndDimensions, GeometryTypeAndDimensionsSet, GeometryTypeId},
    wkb_factory::{
        write_wkb_geometrycollection_header, write_wkb_multilinestring_header,
        write_wkb_multipoint_header, write_wkb_multipolygon_header,
    },
};
use sedona_schema::datatypes::SedonaType;

use super::super::wkb::{WkbColumn, plain_point};

/// Byte order, type and number of parts: what stands before the parts of a collection, also in a state.
const HEADER: usize = 1 + 4 + 4;

/// Sedona's kernel, which shares its states with ours for many groups.
#[derive(Debug)]
pub(super) struct Collect(pub(super) SedonaAccumulatorRef);

impl SedonaAccumulator for Collect {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        self.0.return_type(types)
    }

    fn accumulator(
        &self,
        types: &[SedonaType],
        returns: &SedonaType,
    ) -> Result<Box<dyn Accumulator>> {
        self.0.accumulator(types, returns)
    }

    fn state_fields(&self, types: &[SedonaType]) -> Result<Vec<FieldRef>> {
        self.0.state_fields(types)
    }

    /// Not for rows with a CRS each, whose states have one too.
    fn groups_accumulator_supported(&self, types: &[SedonaType]) -> bool {
        matches!(
            types,
            [SedonaType::Wkb(..) | SedonaType::WkbLarge(..) | SedonaType::WkbView(..)]
        )
    }

    fn groups_accumulator(
        &self,
        _: &[SedonaType],
        _: &SedonaType,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Collections::default()))
    }
}

/// The geometries of all groups so far.
#[derive(Debug, Default)]
struct Collections {
    /// Their WKB in the order they came.
    wkb: Vec<u8>,
    parts: Vec<Part>,
    groups: Vec<Group>,
}

/// Some bytes that belong to a group.
#[derive(Debug)]
struct Part {
    group: usize,
    end: usize,
}

#[derive(Clone, Debug, Default)]
struct Group {
    types: u32,
    count: i64,
    bytes: usize,
}

/// Groups that leave, each with its bytes, and room for a header before them.
struct Emitted {
    groups: Vec<Group>,
    starts: Vec<usize>,
    wkb: Vec<u8>,
}

impl Collections {
    fn add(&mut self, to: usize, (types, count): (u32, i64), wkb: &[u8]) {
        let group = &mut self.groups[to];
        group.types |= types;
        group.count += count;
        group.bytes += wkb.len();
        self.put(to, wkb);
    }

    fn put(&mut self, group: usize, wkb: &[u8]) {
        self.wkb.extend_from_slice(wkb);
        let end = self.wkb.len();
        self.parts.push(Part { group, end });
    }

    /// Takes the first groups out; those behind move to the front.
    fn emit(&mut self, emit_to: EmitTo) -> Result<Emitted> {
        let groups = emit_to.take_needed(&mut self.groups);
        let mut total = 0;
        let starts = groups.iter().map(|group| {
            let start = total;
            total += HEADER + group.bytes;
            start
        });
        let starts: Vec<usize> = starts.collect();
        if i32::try_from(total).is_err() {
            return exec_err!(
                "ST_Collect_Agg would make {total} bytes of geometry at once, more than the {} that a column holds: collect fewer, or simplify them first",
                i32::MAX
            );
        }
        let mut places: Vec<usize> = starts.iter().map(|start| start + HEADER).collect();
        let mut wkb = vec![0; total];
        let (parts, all, mut start) = (
            std::mem::take(&mut self.parts),
            std::mem::take(&mut self.wkb),
            0,
        );
        for Part { group, end } in parts {
            let bytes = &all[start..end];
            match places.get_mut(group) {
                Some(place) => {
                    wkb[*place..*place + bytes.len()].copy_from_slice(bytes);
                    *place += bytes.len();
                }
                None => self.put(group - groups.len(), bytes),
            }
            start = end;
        }
        Ok(Emitted {
            groups,
            starts,
            wkb,
        })
    }
}

impl Emitted {
    fn into_array(self, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let lengths = self.groups.iter().map(|group| HEADER + group.bytes);
        let array =
            BinaryArray::try_new(OffsetBuffer::from_lengths(lengths), self.wkb.into(), nulls)?;
        Ok(Arc::new(array))
    }
}

impl Group {
    /// Points, lines and polygons are a multi-geometry of their kind, all else a collection.
    fn write_header(&self, mut to: &mut [u8]) -> Result<()> {
        let types = GeometryTypeAndDimensionsSet::from_bits(self.types);
        let [dimensions] = types.dimensions()[..] else {
            return exec_err!("Can't ST_Collect_Agg() mixed dimension geometries");
        };
        let write = match types.geometry_types()[..] {
            [GeometryTypeId::Point] => write_wkb_multipoint_header,
            [GeometryTypeId::LineString] => write_wkb_multilinestring_header,
            [GeometryTypeId::Polygon] => write_wkb_multipolygon_header,
            _ => write_wkb_geometrycollection_header,
        };
        let count = usize::try_from(self.count).expect("rows are counted upwards from none");
        write(&mut to, dimensions, count).map_err(|error| unknown(&error))
    }
}

impl GroupsAccumulator for Collections {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        group_count: usize,
    ) -> Result<()> {
        self.groups.resize(group_count, Group::default());
        let column = wkb_of(&values[0])?;
        for (row, group) in groups.iter().enumerate() {
            if let Some(wkb) = column.get(row).filter(|_| is_taken(filter, row)) {
                let (types, wkb) = typed(wkb)?;
                self.add(*group, (types, 1), wkb);
            }
        }
        Ok(())
    }

    fn merge_batch(
        &mut self,
        states: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        group_count: usize,
    ) -> Result<()> {
        self.groups.resize(group_count, Group::default());
        let [types, counts, collected] = states else {
            return internal_err!("ST_Collect_Agg has three states, not {}", states.len());
        };
        let (types, counts) = (
            types.as_primitive::<UInt32Type>(),
            counts.as_primitive::<Int64Type>(),
        );
        let collected = wkb_of(collected)?;
        for (row, group) in groups.iter().enumerate() {
            let wkb = collected.get(row).and_then(|wkb| wkb.get(HEADER..));
            let is_taken = counts.value(row) > 0 && is_taken(filter, row);
            if let Some(wkb) = wkb.filter(|_| is_taken) {
                self.add(*group, (types.value(row), counts.value(row)), wkb);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let mut emitted = self.emit(emit_to)?;
        let has_parts = |group: &Group| group.count > 0;
        for (group, start) in emitted.groups.iter().zip(&emitted.starts) {
            if has_parts(group) {
                group.write_header(&mut emitted.wkb[*start..*start + HEADER])?;
            }
        }
        let nulls = emitted.groups.iter().map(has_parts).collect();
        emitted.into_array(Some(nulls))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let emitted = self.emit(emit_to)?;
        let types = UInt32Array::from_iter_values(emitted.groups.iter().map(|group| group.types));
        let counts = Int64Array::from_iter_values(emitted.groups.iter().map(|group| group.count));
        Ok(vec![
            Arc::new(types),
            Arc::new(counts),
            emitted.into_array(None)?,
        ])
    }

    /// Each row as a group of its own.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let (mut rows, count) = (Self::default(), values[0].len());
        let groups: Vec<usize> = (0..count).collect();
        rows.update_batch(values, &groups, filter, count)?;
        rows.state(EmitTo::All)
    }

    fn supports_convert_to_state(&self) -> bool {
        true
    }

    fn size(&self) -> usize {
        self.wkb.capacity()
            + self.parts.capacity() * size_of::<Part>()
            + self.groups.capacity() * size_of::<Group>()
    }
}

fn wkb_of(values: &ArrayRef) -> Result<WkbColumn<'_>> {
    WkbColumn::of(values)
        .ok_or_else(|| exec_datafusion_err!("a geometry is not WKB but {}", values.data_type()))
}

fn is_taken(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

/// What a geometry is of, as a set of one, and its bytes without any that follow.
fn typed(wkb: &[u8]) -> Result<(u32, &[u8])> {
    let mut types = GeometryTypeAndDimensionsSet::new();
    if plain_point(wkb).is_some() {
        let point = (GeometryTypeId::Point, geo_traits::Dimensions::Xy);
        types
            .insert(&point.into())
            .map_err(|error| unknown(&error))?;
        return Ok((types.bits(), wkb));
    }
    let read = wkb::reader::read_wkb(wkb)
        .map_err(|error| exec_datafusion_err!("ST_Collect_Agg: a geometry is not WKB: {error}"))?;
    let of = GeometryTypeAndDimensions::try_from_geom(&read).map_err(|error| unknown(&error))?;
    types.insert(&of).map_err(|error| unknown(&error))?;
    Ok((types.bits(), read.buf()))
}

fn unknown(error: &SedonaGeometryError) -> DataFusionError {
    exec_datafusion_err!("ST_Collect_Agg: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(count: u8) -> ArrayRef {
        let wkb = |x: u8| [&[1, 1, 0, 0, 0][..], &[x; 16]].concat();
        let values: BinaryArray = (0..count).map(|x| Some(wkb(x))).collect();
        Arc::new(values)
    }

    #[test]
    fn groups_that_leave_early_take_their_rows_and_no_others() {
        let (values, groups) = (points(6), [0, 1, 2, 1, 0, 2]);
        let mut all = Collections::default();
        all.update_batch(&[Arc::clone(&values)], &groups, None, 3)
            .unwrap();
        let mut early = Collections::default();
        early
            .update_batch(&[values.slice(0, 4)], &groups[..4], None, 3)
            .unwrap();
        let first = early.evaluate(EmitTo::First(1)).unwrap();
        assert_eq!(first.len(), 1);
        // What were groups 1 and 2 are 0 and 1 now.
        early
            .update_batch(&[values.slice(5, 1)], &[1], None, 2)
            .unwrap();
        let rest = early.evaluate(EmitTo::All).unwrap();
        let all = all.evaluate(EmitTo::All).unwrap();
        assert_eq!(rest.as_ref(), all.slice(1, 2).as_ref());
        assert_eq!(early.evaluate(EmitTo::All).unwrap().len(), 0);
    }

    #[test]
    fn states_of_rows_merge_to_what_the_rows_give() {
        let (values, groups) = (points(5), [1, 0, 1, 1, 3]);
        let filter =
            BooleanArray::from(vec![Some(true), Some(true), None, Some(true), Some(false)]);
        let mut direct = Collections::default();
        direct
            .update_batch(&[Arc::clone(&values)], &groups, Some(&filter), 4)
            .unwrap();
        let states = direct.convert_to_state(&[values], Some(&filter)).unwrap();
        let mut merged = Collections::default();
        merged.merge_batch(&states, &groups, None, 4).unwrap();
        let (direct, merged) = (
            direct.evaluate(EmitTo::All).unwrap(),
            merged.evaluate(EmitTo::All).unwrap(),
        );
        assert_eq!(direct.as_ref(), merged.as_ref());
        assert_eq!(direct.null_count(), 2);
    }

    #[test]
    fn more_bytes_than_a_column_holds_are_refused() {
        let half = Group {
            bytes: 1 << 30,
            ..Group::default()
        };
        let mut collections = Collections {
            groups: vec![half.clone(), half],
            ..Collections::default()
        };
        let error = collections.evaluate(EmitTo::All).unwrap_err().to_string();
        assert!(
            error.contains("more than the 2147483647 that a column holds"),
            "{error}"
        );
    }
}
