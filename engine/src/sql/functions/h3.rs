//! The `h3_` functions. Cells are `UInt64`; where one is read, a whole number or its hexadecimal text will do.
//! Null in, null out; a value that is no cell, resolution or position fails the query and says which.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, AsArray as _, BinaryArray, BooleanArray, Float64Array,
            ListBuilder, StringArray, UInt8Array, UInt64Array, UInt64Builder,
        },
        compute::cast,
        datatypes::{DataType, Field, Float64Type, Int64Type, UInt64Type},
    },
    common::{DataFusionError, ScalarValue, exec_datafusion_err, exec_err},
    error::Result,
    logical_expr::ColumnarValue,
};
use geo::{Geometry, MultiPolygon, Point};
use h3o::{CellIndex, LatLng, Resolution, geom::ContainmentMode};
use sedona_expr::scalar_udf::{ScalarKernelRef, SimpleSedonaScalarKernel};
use sedona_geometry::types::Edges;
use sedona_schema::{
    crs::lnglat,
    datatypes::SedonaType,
    matchers::{ArgMatcher, TypeMatcher},
};

use super::wkb_of;
use crate::h3::{H3Error, cell_at, cell_of, cell_of_text, cover, disk, outline, resolution_of};

type Matcher = Arc<dyn TypeMatcher + Send + Sync>;

/// Kernels by function name.
pub(super) fn kernels() -> impl Iterator<Item = (&'static str, Vec<ScalarKernelRef>)> {
    makers().into_iter().chain(readers())
}

/// Functions that answer cells.
fn makers() -> Vec<(&'static str, Vec<ScalarKernelRef>)> {
    let (number, whole, text) = (
        ArgMatcher::is_numeric,
        ArgMatcher::is_integer,
        ArgMatcher::is_string,
    );
    let position = || vec![number(), number(), whole()];
    let polygons = vec![
        ArgMatcher::is_geometry(),
        whole(),
        ArgMatcher::optional(text()),
    ];
    let item = Field::new_list_field(DataType::UInt64, true);
    let cells = || SedonaType::Arrow(DataType::List(Arc::new(item.clone())));
    let one = || SedonaType::Arrow(DataType::UInt64);
    vec![
        (
            "h3_latlng_to_cell",
            kernel(position(), one(), |args| latlng_to_cell(args, [0, 1])),
        ),
        (
            "h3_lnglat_to_cell",
            kernel(position(), one(), |args| latlng_to_cell(args, [1, 0])),
        ),
        (
            "h3_string_to_cell",
            kernel(vec![text()], one(), string_to_cell),
        ),
        (
            "h3_cell_to_parent",
            kernel(vec![cell(), whole()], one(), cell_to_parent),
        ),
        (
            "h3_grid_disk",
            kernel(vec![cell(), whole()], cells(), grid_disk),
        ),
        (
            "h3_polygon_to_cells",
            kernel(polygons, cells(), polygon_to_cells),
        ),
    ]
}

/// Functions that tell something of a cell.
fn readers() -> Vec<(&'static str, Vec<ScalarKernelRef>)> {
    let with_unit = vec![cell(), ArgMatcher::optional(ArgMatcher::is_string())];
    let geometry = || SedonaType::Wkb(Edges::Planar, lnglat());
    let of_cell = |gives, run| kernel(vec![cell()], gives, run);
    vec![
        (
            "h3_cell_to_boundary",
            of_cell(geometry(), |args| shapes(args, |cell| outline(cell).into())),
        ),
        (
            "h3_cell_to_point",
            of_cell(geometry(), |args| shapes(args, middle)),
        ),
        (
            "h3_cell_area",
            kernel(with_unit, SedonaType::Arrow(DataType::Float64), cell_area),
        ),
        (
            "h3_cell_to_string",
            of_cell(SedonaType::Arrow(DataType::Utf8), cell_to_string),
        ),
        (
            "h3_get_resolution",
            of_cell(SedonaType::Arrow(DataType::UInt8), get_resolution),
        ),
        (
            "h3_is_valid_cell",
            of_cell(SedonaType::Arrow(DataType::Boolean), is_valid_cell),
        ),
    ]
}

/// A cell as a whole number or as text.
fn cell() -> Matcher {
    ArgMatcher::or(vec![ArgMatcher::is_integer(), ArgMatcher::is_string()])
}

fn kernel(
    takes: Vec<Matcher>,
    gives: SedonaType,
    run: fn(&Arguments<'_>) -> Result<ArrayRef>,
) -> Vec<ScalarKernelRef> {
    let invoke = move |types: &[SedonaType], values: &[ColumnarValue]| {
        let is_constant = values
            .iter()
            .all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let answer = run(&Arguments {
            types,
            columns: ColumnarValue::values_to_arrays(values)?,
        })?;
        if is_constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
                &answer, 0,
            )?));
        }
        Ok(ColumnarValue::Array(answer))
    };
    vec![SimpleSedonaScalarKernel::new_ref(
        ArgMatcher::new(takes, gives),
        Arc::new(invoke),
    )]
}

/// The arguments of one batch, all of one length.
struct Arguments<'a> {
    types: &'a [SedonaType],
    columns: Vec<ArrayRef>,
}

impl Arguments<'_> {
    fn rows(&self) -> usize {
        self.columns[0].len()
    }

    fn numbers(&self, place: usize) -> Result<Float64Array> {
        Ok(cast(&self.columns[place], &DataType::Float64)?
            .as_primitive::<Float64Type>()
            .clone())
    }

    fn whole_numbers(&self, place: usize) -> Result<impl Iterator<Item = Option<i64>>> {
        let column = cast(&self.columns[place], &DataType::Int64)?
            .as_primitive::<Int64Type>()
            .clone();
        Ok((0..column.len()).map(move |row| column.is_valid(row).then(|| column.value(row))))
    }

    /// The text of an optional argument, row by row.
    fn texts(&self, place: usize) -> Result<impl Iterator<Item = Option<String>>> {
        let rows = self.rows();
        let column = self
            .columns
            .get(place)
            .map(|column| cast(column, &DataType::Utf8))
            .transpose()?;
        Ok((0..rows).map(move |row| {
            let column: &StringArray = column.as_ref()?.as_string::<i32>();
            column.is_valid(row).then(|| column.value(row).to_owned())
        }))
    }

    fn checked_cells(
        &self,
        place: usize,
    ) -> Result<Box<dyn Iterator<Item = Result<Option<CellIndex>, H3Error>>>> {
        let column = &self.columns[place];
        if matches!(
            column.data_type(),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        ) {
            let texts: Vec<_> = self.texts(place)?.collect();
            return Ok(Box::new(
                texts
                    .into_iter()
                    .map(|text| text.map(|text| cell_of_text(&text)).transpose()),
            ));
        }
        let column = cast(column, &DataType::UInt64)?
            .as_primitive::<UInt64Type>()
            .clone();
        let value = move |row| column.is_valid(row).then(|| column.value(row));
        Ok(Box::new(
            (0..self.rows()).map(move |row| value(row).map(cell_of).transpose()),
        ))
    }

    /// A number for every cell.
    fn map_cells<T, C: FromIterator<Option<T>>>(&self, of: impl Fn(CellIndex) -> T) -> Result<C> {
        self.checked_cells(0)?
            .map(|cell| Ok(cell.map_err(external)?.map(&of)))
            .collect()
    }
}

fn latlng_to_cell(args: &Arguments<'_>, [lat, lon]: [usize; 2]) -> Result<ArrayRef> {
    let (lat, lon) = (args.numbers(lat)?, args.numbers(lon)?);
    let positions = lat.iter().zip(lon.iter()).zip(args.whole_numbers(2)?);
    let cells = positions.map(|((lat, lon), resolution)| {
        let (Some(lat), Some(lon), Some(resolution)) = (lat, lon, resolution) else {
            return Ok(None);
        };
        let resolution = resolution_of(resolution).map_err(external)?;
        Ok(Some(u64::from(
            cell_at(lat, lon, resolution).map_err(external)?,
        )))
    });
    Ok(Arc::new(cells.collect::<Result<UInt64Array>>()?))
}

fn string_to_cell(args: &Arguments<'_>) -> Result<ArrayRef> {
    Ok(Arc::new(args.map_cells::<_, UInt64Array>(u64::from)?))
}

fn cell_to_parent(args: &Arguments<'_>) -> Result<ArrayRef> {
    let parents = args
        .checked_cells(0)?
        .zip(args.whole_numbers(1)?)
        .map(|(cell, resolution)| {
            let (Some(cell), Some(resolution)) = (cell.map_err(external)?, resolution) else {
                return Ok(None);
            };
            let asked = resolution_of(resolution).map_err(external)?;
            let no_parent = || {
                external(H3Error::NoParent {
                    of: cell.resolution().into(),
                    asked: asked.into(),
                })
            };
            Ok(Some(u64::from(cell.parent(asked).ok_or_else(no_parent)?)))
        });
    Ok(Arc::new(parents.collect::<Result<UInt64Array>>()?))
}

fn grid_disk(args: &Arguments<'_>) -> Result<ArrayRef> {
    let disks = args
        .checked_cells(0)?
        .zip(args.whole_numbers(1)?)
        .map(|(cell, k)| {
            let (Some(cell), Some(k)) = (cell.map_err(external)?, k) else {
                return Ok(None);
            };
            let k = u32::try_from(k).map_err(|_out_of_range| {
                exec_datafusion_err!("h3_grid_disk: {k} steps do not exist: use 0 or more")
            })?;
            Ok(Some(disk(cell, k).map_err(external)?))
        });
    lists(disks)
}

fn polygon_to_cells(args: &Arguments<'_>) -> Result<ArrayRef> {
    let crs = args.types[0].crs();
    if crs.is_some() && *crs != lnglat() {
        return exec_err!(
            "h3_polygon_to_cells takes degrees: write ST_Transform(geometry, 'EPSG:4326')"
        );
    }
    let geometries = cast(&args.columns[0], &DataType::Binary)?;
    let covers = geometries
        .as_binary::<i32>()
        .iter()
        .zip(args.whole_numbers(1)?)
        .zip(args.texts(2)?);
    lists(covers.map(|((bytes, resolution), mode)| {
        let (Some(bytes), Some(resolution)) = (bytes, resolution) else {
            return Ok(None);
        };
        let resolution = resolution_of(resolution).map_err(external)?;
        let mode = containment(mode.as_deref())?;
        Ok(Some(cover_of_wkb(bytes, resolution, mode)?))
    }))
}

pub(in crate::sql) fn cover_of_wkb(
    bytes: &[u8],
    resolution: Resolution,
    mode: ContainmentMode,
) -> Result<Vec<u64>> {
    use geo_traits::to_geo::ToGeoGeometry as _;
    let read = wkb::reader::read_wkb(bytes)
        .map_err(|error| exec_datafusion_err!("h3_polygon_to_cells: {error}"))?;
    match read.try_to_geometry() {
        None => Ok(Vec::new()),
        Some(Geometry::Polygon(polygon)) => {
            cover(MultiPolygon::new(vec![polygon]), resolution, mode).map_err(external)
        }
        Some(Geometry::MultiPolygon(polygons)) => {
            cover(polygons, resolution, mode).map_err(external)
        }
        Some(_) => exec_err!(
            "h3_polygon_to_cells takes a polygon or multipolygon; for a point use h3_latlng_to_cell"
        ),
    }
}

/// The containment mode of its word; the cell's middle inside the polygon unless said otherwise.
pub(in crate::sql) fn containment(mode: Option<&str>) -> Result<ContainmentMode> {
    match mode {
        None | Some("centroid") => Ok(ContainmentMode::ContainsCentroid),
        Some("contains") => Ok(ContainmentMode::ContainsBoundary),
        Some("intersects") => Ok(ContainmentMode::IntersectsBoundary),
        Some("covers") => Ok(ContainmentMode::Covers),
        Some(other) => exec_err!(
            "mode '{other}' of a cover in H3 cells is not known: use 'centroid' (the cell's middle is inside), 'contains' \
             (the whole cell is inside), 'intersects' (any part is) or 'covers' (as 'intersects', and never nothing)"
        ),
    }
}

fn cell_area(args: &Arguments<'_>) -> Result<ArrayRef> {
    let areas = args
        .checked_cells(0)?
        .zip(args.texts(1)?)
        .map(|(cell, unit)| {
            let Some(cell) = cell.map_err(external)? else {
                return Ok(None);
            };
            match unit.as_deref() {
                None | Some("km^2" | "km2") => Ok(Some(cell.area_km2())),
                Some("m^2" | "m2") => Ok(Some(cell.area_m2())),
                Some(other) => {
                    exec_err!("h3_cell_area: unit '{other}' is not known: use 'km^2' or 'm^2'")
                }
            }
        });
    Ok(Arc::new(areas.collect::<Result<Float64Array>>()?))
}

fn cell_to_string(args: &Arguments<'_>) -> Result<ArrayRef> {
    Ok(Arc::new(
        args.map_cells::<_, StringArray>(|cell| cell.to_string())?,
    ))
}

fn get_resolution(args: &Arguments<'_>) -> Result<ArrayRef> {
    Ok(Arc::new(args.map_cells::<_, UInt8Array>(|cell| {
        cell.resolution().into()
    })?))
}

fn is_valid_cell(args: &Arguments<'_>) -> Result<ArrayRef> {
    let checked = args
        .checked_cells(0)?
        .map(|cell| cell.map_or(Some(false), |cell| cell.map(|_| true)));
    Ok(Arc::new(checked.collect::<BooleanArray>()))
}

fn middle(cell: CellIndex) -> Geometry<f64> {
    let middle = LatLng::from(cell);
    Point::new(middle.lng(), middle.lat()).into()
}

/// A WKB geometry for every cell.
fn shapes(args: &Arguments<'_>, of: fn(CellIndex) -> Geometry<f64>) -> Result<ArrayRef> {
    let shapes = args.checked_cells(0)?.map(|cell| {
        let Some(cell) = cell.map_err(external)? else {
            return Ok(None);
        };
        wkb_of(&of(cell)).map(Some)
    });
    Ok(Arc::new(shapes.collect::<Result<BinaryArray>>()?))
}

fn lists(rows: impl Iterator<Item = Result<Option<Vec<u64>>>>) -> Result<ArrayRef> {
    let mut lists = ListBuilder::new(UInt64Builder::new());
    for row in rows {
        match row? {
            Some(cells) => {
                lists.values().append_slice(&cells);
                lists.append(true);
            }
            None => lists.append_null(),
        }
    }
    Ok(Arc::new(lists.finish()))
}

fn external(error: H3Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
