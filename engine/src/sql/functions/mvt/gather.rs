//! Rows made into a layer of a vector tile.

use std::{mem::size_of_val, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Float64Array, Int64Array,
            ListArray, StringArray, StructArray, UInt64Array,
        },
        buffer::OffsetBuffer,
        compute::{cast, concat},
        datatypes::{DataType, Field, FieldRef, Fields},
    },
    common::{ScalarValue, exec_datafusion_err, exec_err, plan_datafusion_err, plan_err},
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDFImpl, Signature, Volatility,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::format_state_name,
    },
    physical_expr::expressions::Literal,
};
use fast_mvt::{
    MvtCoord, MvtExtent, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtResult, MvtValueRef,
};
use geo::{Coord, Geometry, LineString, Polygon};

use super::super::geometry::geometry_of;

const USAGE: &str =
    "st_asmvt(named_struct('geom', ST_AsMVTGeom(…), …)[, 'layer'[, extent[, 'geom'[, 'id']]]])";

/// Gathers structs of a geometry in tile units and attributes into a tile of one layer.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct AsMvt(Signature);

impl AsMvt {
    pub(super) fn new() -> Self {
        Self(Signature::variadic_any(Volatility::Immutable))
    }
}

impl AggregateUDFImpl for AsMvt {
    fn name(&self) -> &'static str {
        "st_asmvt"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types {
            [DataType::Struct(_), others @ ..] if others.len() <= 4 => Ok(DataType::Binary),
            [first, ..] => {
                plan_err!("st_asmvt takes rows as structs, and {first} is none; call it as {USAGE}")
            }
            [] => plan_err!("st_asmvt takes rows as structs; call it as {USAGE}"),
        }
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let DataType::Struct(fields) = args.expr_fields[0].data_type() else {
            return plan_err!("st_asmvt takes rows as structs; call it as {USAGE}");
        };
        Ok(Box::new(Gathered {
            layer: LayerPlan::new(&args, fields)?,
            fields: fields.clone(),
            rows: Vec::new(),
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let item = Field::new_list_field(args.input_fields[0].data_type().clone(), true);
        let name = format_state_name(args.name, "rows");
        Ok(vec![Arc::new(Field::new_list(name, item, true))])
    }
}

/// What the constants say, and where in a row things are.
#[derive(Debug)]
struct LayerPlan {
    name: String,
    extent: u32,
    geometry: usize,
    id: Option<usize>,
}

impl LayerPlan {
    fn new(args: &AccumulatorArgs<'_>, fields: &Fields) -> Result<Self> {
        let constant = |place: usize, kind: DataType| -> Result<Option<ScalarValue>> {
            let Some(expression) = args.exprs.get(place) else {
                return Ok(None);
            };
            let literal = expression.downcast_ref::<Literal>().ok_or_else(|| {
                plan_datafusion_err!(
                    "argument {} of st_asmvt is no constant; call it as {USAGE}",
                    place + 1
                )
            })?;
            let value = literal.value().cast_to(&kind)?;
            Ok((!value.is_null()).then_some(value))
        };
        let text = |place| -> Result<Option<String>> {
            let value = constant(place, DataType::Utf8)?;
            Ok(value.and_then(|value| match value {
                ScalarValue::Utf8(text) => text,
                _ => None,
            }))
        };
        let extent = match constant(2, DataType::Int64)? {
            None => 4096,
            Some(ScalarValue::Int64(Some(extent))) if (1..=1 << 20).contains(&extent) => {
                u32::try_from(extent).unwrap_or(4096)
            }
            Some(other) => {
                return plan_err!(
                    "the extent of a tile is {other}: give a whole number from 1 to 1048576"
                );
            }
        };
        let place_of = |name: &str| {
            let found = fields.find(name).map(|(place, _)| place);
            found
                .ok_or_else(|| plan_datafusion_err!("the rows of st_asmvt have no column {name:?}"))
        };
        let geometry = match text(3)? {
            Some(name) => place_of(&name)?,
            None => fields
                .iter()
                .position(|field| is_binary(field.data_type()))
                .ok_or_else(|| {
                    plan_datafusion_err!(
                        "the rows of st_asmvt have no geometry; call it as {USAGE}"
                    )
                })?,
        };
        let plan = Self {
            name: text(1)?.unwrap_or_else(|| "default".to_owned()),
            extent,
            geometry,
            id: text(4)?.as_deref().map(place_of).transpose()?,
        };
        plan.check(fields)?;
        Ok(plan)
    }

    fn check(&self, fields: &Fields) -> Result<()> {
        if self.name.is_empty() {
            return plan_err!(
                "a layer of a tile has a name: give one as second argument of st_asmvt"
            );
        }
        if !is_binary(fields[self.geometry].data_type()) {
            return plan_err!(
                "the column {:?} of st_asmvt is no geometry",
                fields[self.geometry].name()
            );
        }
        if let Some(id) = self.id.map(|id| &fields[id])
            && !id.data_type().is_integer()
        {
            return plan_err!(
                "the column {:?} of st_asmvt is no whole number, as an id must be",
                id.name()
            );
        }
        let wrong = self
            .attributes(fields)
            .find(|(_, field)| kind_of(field.data_type()).is_none());
        match wrong {
            Some((_, field)) => plan_err!(
                "a tile cannot hold the column {:?} of type {}: leave it out or make it text",
                field.name(),
                field.data_type()
            ),
            None => Ok(()),
        }
    }

    fn attributes<'a>(&self, fields: &'a Fields) -> impl Iterator<Item = (usize, &'a FieldRef)> {
        let (geometry, id) = (self.geometry, self.id);
        let is_attribute = move |place: usize| place != geometry && Some(place) != id;
        fields
            .iter()
            .enumerate()
            .filter(move |(place, _)| is_attribute(*place))
    }
}

fn is_binary(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView
    )
}

/// What a column is on a tile; none where it has no place there.
fn kind_of(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Boolean => Some(DataType::Boolean),
        DataType::UInt64 => Some(DataType::UInt64),
        whole if whole.is_integer() => Some(DataType::Int64),
        real if real.is_floating() || matches!(real, DataType::Decimal128(..)) => {
            Some(DataType::Float64)
        }
        nested if nested.is_nested() || is_binary(nested) => None,
        _ => Some(DataType::Utf8),
    }
}

/// Rows so far.
#[derive(Debug)]
struct Gathered {
    layer: LayerPlan,
    fields: Fields,
    rows: Vec<ArrayRef>,
}

impl Gathered {
    fn all(&self) -> Result<ArrayRef> {
        if self.rows.is_empty() {
            return Ok(Arc::new(StructArray::new_null(self.fields.clone(), 0)));
        }
        let parts: Vec<_> = self.rows.iter().map(AsRef::as_ref).collect();
        Ok(concat(&parts)?)
    }
}

impl Accumulator for Gathered {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        // A copy: a group's rows are a slice of what the whole batch would hold on to.
        self.rows.push(concat(&[&*values[0]])?);
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let lists = states[0].as_list::<i32>();
        self.rows.extend(lists.iter().flatten());
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let rows = self.all()?;
        let item = Arc::new(Field::new_list_field(rows.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths([rows.len()]);
        let list = ListArray::try_new(item, offsets, rows, None)?;
        Ok(vec![ScalarValue::List(Arc::new(list))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let rows = self.all()?;
        let bytes = encode(&self.layer, rows.as_struct())?;
        Ok(ScalarValue::Binary(Some(bytes)))
    }

    fn size(&self) -> usize {
        let rows: usize = self.rows.iter().map(Array::get_array_memory_size).sum();
        size_of_val(self) + rows
    }
}

/// An attribute of all rows.
enum Column {
    Truth(BooleanArray),
    Whole(Int64Array),
    Natural(UInt64Array),
    Real(Float64Array),
    Text(StringArray),
}

impl Column {
    fn new(values: &ArrayRef) -> Result<Self> {
        let kind = kind_of(values.data_type()).unwrap_or(DataType::Utf8);
        let values = cast(values, &kind)?;
        Ok(match kind {
            DataType::Boolean => Self::Truth(values.as_boolean().clone()),
            DataType::Int64 => Self::Whole(values.as_primitive().clone()),
            DataType::UInt64 => Self::Natural(values.as_primitive().clone()),
            DataType::Float64 => Self::Real(values.as_primitive().clone()),
            _ => Self::Text(values.as_string().clone()),
        })
    }

    fn value(&self, row: usize) -> Option<MvtValueRef<'_>> {
        match self {
            Self::Truth(values) => values
                .is_valid(row)
                .then(|| MvtValueRef::Bool(values.value(row))),
            Self::Whole(values) => values.is_valid(row).then(|| {
                let whole = values.value(row);
                u64::try_from(whole).map_or(MvtValueRef::SInt(whole), MvtValueRef::UInt)
            }),
            Self::Natural(values) => values
                .is_valid(row)
                .then(|| MvtValueRef::UInt(values.value(row))),
            Self::Real(values) => values
                .is_valid(row)
                .then(|| MvtValueRef::Double(values.value(row))),
            Self::Text(values) => values
                .is_valid(row)
                .then(|| MvtValueRef::String(values.value(row))),
        }
    }
}

/// The bytes of a tile; none at all where no row has a geometry.
fn encode(layer: &LayerPlan, rows: &StructArray) -> Result<Vec<u8>> {
    let column =
        |place: usize, kind: &DataType| -> Result<ArrayRef> { Ok(cast(rows.column(place), kind)?) };
    let geometries = column(layer.geometry, &DataType::Binary)?;
    let geometries: &BinaryArray = geometries.as_binary();
    let ids = layer
        .id
        .map(|id| column(id, &DataType::Int64))
        .transpose()?;
    let ids: Option<&Int64Array> = ids.as_ref().map(AsArray::as_primitive);
    let attributes = layer
        .attributes(rows.fields())
        .map(|(place, field)| Ok((field.name().as_str(), Column::new(rows.column(place))?)));
    let attributes: Vec<_> = attributes.collect::<Result<_>>()?;
    let failed = |error| exec_datafusion_err!("st_asmvt: {error}");
    let mut builder = MvtLayerBuilder::new(layer.name.as_str()).map_err(failed)?;
    if let Some(extent) = MvtExtent::new(layer.extent) {
        builder.extent(extent);
    }
    for row in (0..rows.len()).filter(|row| rows.is_valid(*row) && geometries.is_valid(*row)) {
        let geometry = geometry_of(geometries.value(row))?;
        let Some(kind) = kind_of_feature(&geometry)? else {
            continue;
        };
        let mut writer = builder.feature_of(kind);
        let id = ids
            .filter(|ids| ids.is_valid(row))
            .map(|ids| ids.value(row));
        writer.id(id.and_then(|id| u64::try_from(id).ok()));
        write(&mut writer, geometry).map_err(failed)?;
        for (name, column) in &attributes {
            if let Some(value) = column.value(row) {
                writer.tag_ref(name, value).map_err(failed)?;
            }
        }
        builder = writer.end();
    }
    if builder.num_features() == 0 {
        return Ok(Vec::new());
    }
    Ok(builder.encode())
}

/// The kind of a feature; none for EMPTY.
fn kind_of_feature(geometry: &Geometry) -> Result<Option<MvtGeomType>> {
    use geo::{CoordsIter as _, HasDimensions as _};
    if geometry.is_empty() {
        return Ok(None);
    }
    let fits = |at: f64| at.abs() <= f64::from(1 << 30);
    if let Some(at) = geometry
        .coords_iter()
        .find(|at| !(fits(at.x) && fits(at.y)))
    {
        return exec_err!(
            "st_asmvt: ({}, {}) is no place on a tile: make the geometry with ST_AsMVTGeom",
            at.x,
            at.y
        );
    }
    Ok(match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => Some(MvtGeomType::Point),
        Geometry::LineString(_) | Geometry::MultiLineString(_) => Some(MvtGeomType::LineString),
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => Some(MvtGeomType::Polygon),
        _ => {
            return exec_err!(
                "st_asmvt: a feature of a tile has one kind: make the geometry with ST_AsMVTGeom"
            );
        }
    })
}

fn write(writer: &mut MvtFeatureBuilder, geometry: Geometry) -> MvtResult<()> {
    match geometry {
        Geometry::Point(point) => {
            writer.points([place(point.0)])?;
        }
        Geometry::MultiPoint(points) => {
            writer.points(points.into_iter().map(|point| place(point.0)))?;
        }
        Geometry::LineString(line) => {
            writer.line(places(&line))?;
        }
        Geometry::MultiLineString(lines) => {
            for line in &lines {
                writer.line(places(line))?;
            }
        }
        Geometry::Polygon(polygon) => write_polygon(writer, &polygon)?,
        Geometry::MultiPolygon(polygons) => {
            for polygon in &polygons {
                write_polygon(writer, polygon)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn write_polygon(writer: &mut MvtFeatureBuilder, polygon: &Polygon) -> MvtResult<()> {
    writer.ring(places(polygon.exterior()), true)?;
    for hole in polygon.interiors() {
        writer.ring(places(hole), false)?;
    }
    Ok(())
}

fn places(line: &LineString) -> Vec<MvtCoord> {
    line.coords().copied().map(place).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked against 2^30 before"
)]
fn place(at: Coord) -> MvtCoord {
    MvtCoord {
        x: at.x.round() as i32,
        y: at.y.round() as i32,
    }
}
