//! From columns of WKB to geometries and back: what every function of this folder is built with.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, AsArray as _, BinaryArray, BinaryBuilder, BooleanBuilder,
            Float64Array, Float64Builder, Int64Builder, StringArray, StringBuilder,
        },
        compute::cast,
        datatypes::{DataType, Float64Type},
    },
    common::{DataFusionError, ScalarValue, exec_datafusion_err, exec_err},
    error::Result,
    logical_expr::ColumnarValue,
};
use geo::{CoordsIter as _, Geometry, MultiPoint};
use geo_traits::{
    GeometryCollectionTrait as _, GeometryTrait as _, GeometryType, MultiPointTrait as _,
    to_geo::{
        ToGeoLineString as _, ToGeoMultiLineString as _, ToGeoMultiPolygon as _, ToGeoPoint as _,
        ToGeoPolygon as _,
    },
};
use sedona_expr::{
    item_crs::ItemCrsKernel,
    scalar_udf::{ScalarKernelRef, SimpleSedonaScalarKernel},
};
use sedona_schema::{
    crs::lnglat,
    datatypes::{SedonaType, WKB_GEOMETRY},
    matchers::{ArgMatcher, TypeMatcher},
};
use wkb::reader::Wkb;

/// The kernels of one function.
pub(in crate::sql::functions) type Named = (&'static str, Vec<ScalarKernelRef>);

/// The most bytes of WKB a function may make for one batch of rows.
const MOST_BYTES: usize = 256 << 20;

/// A value that a function gives for a row.
pub(in crate::sql::functions) trait Answer: Sized + 'static {
    type Builder;
    fn sedona_type() -> SedonaType;
    fn builder() -> Self::Builder;
    fn append(builder: &mut Self::Builder, answer: Option<Self>) -> Result<()>;
    fn finish(builder: Self::Builder) -> ArrayRef;
}

macro_rules! plain_answer {
    ($answer:ty, $builder:ty, $data_type:ident) => {
        impl Answer for $answer {
            type Builder = $builder;

            fn sedona_type() -> SedonaType {
                SedonaType::Arrow(DataType::$data_type)
            }

            fn builder() -> Self::Builder {
                <$builder>::new()
            }

            fn append(builder: &mut Self::Builder, answer: Option<Self>) -> Result<()> {
                builder.append_option(answer);
                Ok(())
            }

            fn finish(mut builder: Self::Builder) -> ArrayRef {
                Arc::new(builder.finish())
            }
        }
    };
}

plain_answer!(f64, Float64Builder, Float64);
plain_answer!(i64, Int64Builder, Int64);
plain_answer!(bool, BooleanBuilder, Boolean);
plain_answer!(String, StringBuilder, Utf8);

impl Answer for Geometry {
    type Builder = BinaryBuilder;

    fn sedona_type() -> SedonaType {
        WKB_GEOMETRY
    }

    fn builder() -> BinaryBuilder {
        BinaryBuilder::new()
    }

    fn append(builder: &mut BinaryBuilder, answer: Option<Self>) -> Result<()> {
        let Some(geometry) = answer else {
            builder.append_null();
            return Ok(());
        };
        let bytes = wkb::writer::geometry_wkb_size(&geometry) + builder.values_slice().len();
        if bytes > MOST_BYTES {
            return exec_err!(
                "would make {bytes} bytes of geometry at once, more than the {MOST_BYTES} allowed"
            );
        }
        builder.append_value(wkb_of(&geometry)?);
        Ok(())
    }

    fn finish(mut builder: BinaryBuilder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

/// The WKB of a geometry, little-endian.
///
/// # Errors
/// None that memory would give.
pub(in crate::sql) fn wkb_of(geometry: &Geometry) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(wkb::writer::geometry_wkb_size(geometry));
    wkb::writer::write_geometry(&mut bytes, geometry, &wkb::writer::WriteOptions::default())
        .map_err(|error| exec_datafusion_err!("{error}"))?;
    Ok(bytes)
}

/// The geometry of WKB, without Z and M. A POINT EMPTY, which `geo` cannot hold, is an empty collection.
///
/// # Errors
/// When the bytes are no WKB.
pub(in crate::sql::functions) fn geometry_of(bytes: &[u8]) -> Result<Geometry> {
    let read = wkb::reader::read_wkb(bytes)
        .map_err(|error| exec_datafusion_err!("a geometry is not WKB: {error}"))?;
    Ok(owned(&read))
}

fn owned(read: &Wkb<'_>) -> Geometry {
    match read.as_type() {
        GeometryType::Point(point) => point
            .try_to_point()
            .map_or_else(super::nothing, Geometry::Point),
        GeometryType::LineString(line) => line.to_line_string().into(),
        GeometryType::Polygon(polygon) => polygon.to_polygon().into(),
        GeometryType::MultiPoint(points) => {
            let points = points.points().filter_map(|point| point.try_to_point());
            MultiPoint::new(points.collect()).into()
        }
        GeometryType::MultiLineString(lines) => lines.to_multi_line_string().into(),
        GeometryType::MultiPolygon(polygons) => polygons.to_multi_polygon().into(),
        GeometryType::GeometryCollection(parts) => {
            super::gathered(parts.geometries().map(owned).collect())
        }
        _ => super::nothing(),
    }
}

/// Runs an algorithm; its panic becomes an error.
///
/// # Errors
/// Those of the algorithm, and its panic.
pub(in crate::sql::functions) fn caught<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_panic| {
        exec_err!("this geometry cannot be computed: see ST_IsValidReason and ST_MakeValid")
    })
}

/// The error with the name of the function before it.
pub(in crate::sql::functions) fn named(name: &str, error: DataFusionError) -> DataFusionError {
    match error {
        DataFusionError::Execution(message) => {
            DataFusionError::Execution(format!("{name}: {message}"))
        }
        other => other.context(name),
    }
}

/// What an argument is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Geometry,
    Number,
    Text,
}

impl Kind {
    fn matcher(self) -> Arc<dyn TypeMatcher + Send + Sync> {
        match self {
            Self::Geometry => ArgMatcher::is_geometry(),
            Self::Number => ArgMatcher::is_numeric(),
            Self::Text => ArgMatcher::is_string(),
        }
    }
}

/// The arguments of one row, none of them null.
pub(super) struct Row<'a> {
    geometries: Vec<&'a Geometry>,
    /// The numbers that were given, in their order.
    pub(super) numbers: Vec<f64>,
    pub(super) text: Option<&'a str>,
}

impl<'a> Row<'a> {
    /// The first geometry.
    pub(super) fn geometry(&self) -> &'a Geometry {
        self.geometries[0]
    }
}

/// What a function gives for a row; none is null.
type Run<T> = Box<dyn Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync>;

/// A function in the making: what it takes, what it gives.
pub(super) struct Function<T> {
    name: &'static str,
    takes: Vec<Kind>,
    /// How many of them, the last ones, may be left out.
    optional: usize,
    /// Whether its geometries must be longitude and latitude.
    in_degrees: bool,
    /// Whether positions that are not finite are its business.
    takes_any_position: bool,
    run: Run<T>,
}

/// A function of one geometry.
pub(super) fn of_one<T: Answer>(
    name: &'static str,
    run: impl Fn(&Geometry) -> Result<Option<T>> + Send + Sync + 'static,
) -> Function<T> {
    Function::new(name, vec![Kind::Geometry], move |row| run(row.geometry()))
}

/// A function of two geometries in one CRS.
pub(super) fn of_two<T: Answer>(
    name: &'static str,
    run: impl Fn(&Geometry, &Geometry) -> Result<Option<T>> + Send + Sync + 'static,
) -> Function<T> {
    let takes = vec![Kind::Geometry, Kind::Geometry];
    Function::new(name, takes, move |row| {
        run(row.geometry(), row.geometries[1])
    })
}

/// A function of a geometry and a number.
pub(super) fn with_number<T: Answer>(
    name: &'static str,
    run: impl Fn(&Geometry, f64) -> Result<Option<T>> + Send + Sync + 'static,
) -> Function<T> {
    let takes = vec![Kind::Geometry, Kind::Number];
    Function::new(name, takes, move |row| run(row.geometry(), row.numbers[0]))
}

impl<T: Answer> Function<T> {
    fn new(
        name: &'static str,
        takes: Vec<Kind>,
        run: impl Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            takes,
            optional: 0,
            in_degrees: false,
            takes_any_position: false,
            run: Box::new(run),
        }
    }

    /// A function of a geometry, a number and perhaps a text.
    pub(super) fn with_number_and_text(
        name: &'static str,
        run: impl Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        let takes = vec![Kind::Geometry, Kind::Number, Kind::Text];
        Self {
            optional: 1,
            ..Self::new(name, takes, run)
        }
    }

    /// A function of a number and a geometry.
    pub(super) fn with_number_first(
        name: &'static str,
        run: impl Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, vec![Kind::Number, Kind::Geometry], run)
    }

    /// A function of a geometry and perhaps a number.
    pub(super) fn with_optional_number(
        name: &'static str,
        run: impl Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        let takes = vec![Kind::Geometry, Kind::Number];
        Self {
            optional: 1,
            ..Self::new(name, takes, run)
        }
    }

    /// The same, for longitude and latitude only.
    pub(super) fn in_degrees(mut self) -> Self {
        self.in_degrees = true;
        self
    }

    /// The same, also for positions that are not finite.
    pub(super) fn of_any_position(mut self) -> Self {
        self.takes_any_position = true;
        self
    }

    /// Its kernels.
    pub(super) fn kernels(self) -> Named {
        let required = self.takes.len() - self.optional;
        let takes = self.takes.iter().enumerate().map(|(place, kind)| {
            if place < required {
                kind.matcher()
            } else {
                ArgMatcher::optional(kind.matcher())
            }
        });
        let matcher = ArgMatcher::new(takes.collect(), T::sedona_type());
        let (name, in_degrees) = (self.name, self.in_degrees);
        let kernel = SimpleSedonaScalarKernel::new_ref(
            matcher,
            Arc::new(move |types, values| {
                self.invoke(types, values)
                    .map_err(|error| named(name, error))
            }),
        );
        if in_degrees {
            // The rule looks at the CRS, which rows with a CRS each would hide.
            return (name, vec![kernel]);
        }
        (name, ItemCrsKernel::wrap_impl(vec![kernel]))
    }

    fn invoke(&self, types: &[SedonaType], values: &[ColumnarValue]) -> Result<ColumnarValue> {
        if self.in_degrees {
            check_degrees(types)?;
        }
        let arrays = values.iter().find_map(|value| match value {
            ColumnarValue::Array(array) => Some(array.len()),
            ColumnarValue::Scalar(_) => None,
        });
        let rows = arrays.unwrap_or(1);
        let columns: Vec<_> = values
            .iter()
            .zip(&self.takes)
            .map(|(value, kind)| Column::new(value, *kind, rows))
            .collect::<Result<_>>()?;
        let mut answers = T::builder();
        for row in 0..rows {
            let answer = self.answer(&columns, row);
            T::append(&mut answers, answer?)?;
        }
        let answers = T::finish(answers);
        if arrays.is_none() {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
                &answers, 0,
            )?));
        }
        Ok(ColumnarValue::Array(answers))
    }

    fn answer(&self, columns: &[Column], row: usize) -> Result<Option<T>> {
        let mut decoded: [Option<Geometry>; 2] = [None, None];
        let places = columns
            .iter()
            .filter(|column| matches!(column, Column::Geometries(_)));
        for (place, column) in places.enumerate() {
            if let Column::Geometries(bytes) = column {
                if bytes.is_null(row) {
                    return Ok(None);
                }
                decoded[place] = Some(geometry_of(bytes.value(row))?);
            }
        }
        let mut decoded = decoded.iter().flatten();
        let mut arguments = Row {
            geometries: Vec::with_capacity(2),
            numbers: Vec::new(),
            text: None,
        };
        for column in columns {
            let given = match column {
                Column::Geometries(_) => {
                    arguments.geometries.extend(decoded.next());
                    true
                }
                Column::Constant(geometry) => {
                    arguments.geometries.extend(geometry.as_deref());
                    geometry.is_some()
                }
                Column::Numbers(numbers) => {
                    arguments.numbers.push(numbers.value(row));
                    numbers.is_valid(row)
                }
                Column::Texts(texts) => {
                    arguments.text = texts.is_valid(row).then(|| texts.value(row));
                    texts.is_valid(row)
                }
            };
            if !given {
                return Ok(None);
            }
        }
        if !self.takes_any_position {
            arguments
                .geometries
                .iter()
                .try_for_each(|geometry| check_finite(geometry))?;
        }
        caught(|| (self.run)(&arguments))
    }
}

/// The values of one argument.
enum Column {
    Geometries(BinaryArray),
    /// The same geometry in every row, decoded once.
    Constant(Option<Box<Geometry>>),
    Numbers(Float64Array),
    Texts(StringArray),
}

impl Column {
    fn new(value: &ColumnarValue, kind: Kind, rows: usize) -> Result<Self> {
        let array_of =
            |data_type| -> Result<ArrayRef> { Ok(cast(&*value.to_array(rows)?, &data_type)?) };
        Ok(match (kind, value) {
            (Kind::Number, _) => Self::Numbers(
                array_of(DataType::Float64)
                    .map(|array| array.as_primitive::<Float64Type>().clone())?,
            ),
            (Kind::Text, _) => {
                Self::Texts(array_of(DataType::Utf8).map(|array| array.as_string::<i32>().clone())?)
            }
            (Kind::Geometry, ColumnarValue::Array(_)) => Self::Geometries(
                array_of(DataType::Binary).map(|array| array.as_binary::<i32>().clone())?,
            ),
            (Kind::Geometry, ColumnarValue::Scalar(scalar)) => {
                let one = cast(&*scalar.to_array()?, &DataType::Binary)?;
                let one = one.as_binary::<i32>();
                let geometry = one.is_valid(0).then(|| geometry_of(one.value(0)));
                Self::Constant(geometry.transpose()?.map(Box::new))
            }
        })
    }
}

/// Refuses geometries that are said to be no longitude and latitude.
///
/// # Errors
/// When one is.
pub(in crate::sql::functions) fn check_degrees(types: &[SedonaType]) -> Result<()> {
    let is_else = |of: &SedonaType| of.crs().is_some() && *of.crs() != lnglat();
    if types.iter().any(is_else) {
        return exec_err!("takes degrees: write ST_Transform(geometry, 'EPSG:4326')");
    }
    Ok(())
}

pub(in crate::sql::functions) fn check_finite(geometry: &Geometry) -> Result<()> {
    let mut positions = geometry.coords_iter();
    match positions.find(|at| !at.x.is_finite() || !at.y.is_finite()) {
        Some(at) => exec_err!("a position is not finite: ({}, {})", at.x, at.y),
        None => Ok(()),
    }
}
