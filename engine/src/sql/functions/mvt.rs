//! Vector tiles made by a query: `ST_AsMVTGeom` puts a geometry onto the grid of a tile, `ST_AsMVT` gathers rows of such into
//! a layer of a Mapbox Vector Tile.

mod cut;
mod gather;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array as _, AsArray as _, BinaryArray, BooleanArray, Float64Array},
        compute::cast,
        datatypes::{DataType, Float64Type},
    },
    common::{ScalarValue, exec_err},
    error::Result,
    logical_expr::{AggregateUDF, ColumnarValue},
};
use geo::Geometry;
use sedona_expr::scalar_udf::SedonaScalarKernel;
use sedona_schema::{
    crs::lnglat,
    datatypes::{SedonaType, WKB_GEOMETRY},
    matchers::ArgMatcher,
};

use self::cut::Grid;
use super::geometry::{Answer as _, Named, caught, geometry_of, named};

/// The kernels by function name.
pub(super) fn kernels() -> Named {
    ("st_asmvtgeom", vec![Arc::new(AsMvtGeom)])
}

/// `ST_AsMVT`.
pub(in crate::sql) fn as_mvt() -> AggregateUDF {
    AggregateUDF::new_from_impl(gather::AsMvt::new())
}

#[derive(Debug)]
struct AsMvtGeom;

impl SedonaScalarKernel for AsMvtGeom {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let arguments = vec![
            ArgMatcher::is_geometry(),
            ArgMatcher::is_geometry(),
            ArgMatcher::optional(ArgMatcher::is_numeric()),
            ArgMatcher::optional(ArgMatcher::is_numeric()),
            ArgMatcher::optional(ArgMatcher::is_boolean()),
        ];
        let matcher = ArgMatcher::new(arguments, WKB_GEOMETRY);
        // Places on a tile are in no CRS.
        Ok(matcher.match_args(types)?.map(|_| WKB_GEOMETRY))
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let is_lon_lat = *types[0].crs() == lnglat();
        run(values, is_lon_lat).map_err(|error| named("st_asmvtgeom", error))
    }
}

/// The arguments, a row each.
struct Columns {
    geometries: BinaryArray,
    bounds: BinaryArray,
    extents: Option<Float64Array>,
    buffers: Option<Float64Array>,
    clips: Option<BooleanArray>,
}

impl Columns {
    fn new(values: &[ColumnarValue], rows: usize) -> Result<Self> {
        let array = |place: usize, kind: DataType| -> Result<_> {
            let value = values.get(place).map(|value| value.to_array(rows));
            let cast = value.map(|array| Ok(cast(&*array?, &kind)?));
            cast.transpose()
        };
        let geometries = |place| -> Result<_> {
            let found = array(place, DataType::Binary)?.map(|array| array.as_binary().clone());
            Ok(found.expect("the matcher asks for two geometries"))
        };
        let numbers = |place| -> Result<_> {
            let found = array(place, DataType::Float64)?;
            Ok(found.map(|array| array.as_primitive::<Float64Type>().clone()))
        };
        Ok(Self {
            geometries: geometries(0)?,
            bounds: geometries(1)?,
            extents: numbers(2)?,
            buffers: numbers(3)?,
            clips: array(4, DataType::Boolean)?.map(|array| array.as_boolean().clone()),
        })
    }

    /// The grid of a row; none where anything is null.
    fn grid(&self, row: usize, is_lon_lat: bool) -> Result<Option<Grid>> {
        let number = |column: &Option<Float64Array>, default| match column {
            Some(numbers) => numbers.is_valid(row).then(|| numbers.value(row)),
            None => Some(default),
        };
        let clips = match &self.clips {
            Some(clips) => clips.is_valid(row).then(|| clips.value(row)),
            None => Some(true),
        };
        let (Some(extent), Some(buffer), Some(clips), true) = (
            number(&self.extents, 4096.0),
            number(&self.buffers, 256.0),
            clips,
            self.bounds.is_valid(row),
        ) else {
            return Ok(None);
        };
        let bounds = geometry_of(self.bounds.value(row))?;
        let grid = Grid::new(&bounds, is_lon_lat, extent)?;
        grid.clipped_to(buffer, clips).map(Some)
    }
}

fn run(values: &[ColumnarValue], is_lon_lat: bool) -> Result<ColumnarValue> {
    let is_array = |value: &ColumnarValue| matches!(value, ColumnarValue::Array(_));
    let rows = values.iter().find_map(|value| match value {
        ColumnarValue::Array(array) => Some(array.len()),
        ColumnarValue::Scalar(_) => None,
    });
    let columns = Columns::new(values, rows.unwrap_or(1))?;
    // Of one tile, as they mostly are, once for all rows.
    let constant = !values.iter().skip(1).any(is_array);
    let mut grid = None;
    let mut answers = Geometry::builder();
    for row in 0..rows.unwrap_or(1) {
        if row == 0 || !constant {
            grid = columns.grid(row, is_lon_lat)?;
        }
        let cut = match &grid {
            Some(grid) if columns.geometries.is_valid(row) => {
                let geometry = geometry_of(columns.geometries.value(row))?;
                caught(|| grid.cut(&geometry))?
            }
            _ => None,
        };
        Geometry::append(&mut answers, cut)?;
    }
    let answers = Geometry::finish(answers);
    Ok(match rows {
        Some(_) => ColumnarValue::Array(answers),
        None => ColumnarValue::Scalar(ScalarValue::try_from_array(&answers, 0)?),
    })
}

/// A whole number between bounds, of an argument.
fn whole(value: f64, what: &str, bounds: std::ops::RangeInclusive<f64>) -> Result<f64> {
    if value.fract() == 0.0 && bounds.contains(&value) {
        return Ok(value);
    }
    exec_err!(
        "the {what} is {value}: give a whole number from {} to {}",
        bounds.start(),
        bounds.end()
    )
}
