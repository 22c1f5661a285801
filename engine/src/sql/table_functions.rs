//! Functions that stand where a table does: `FROM nearest('schools', ST_Point(106.31, 20.94), 5)`.
//!
//! Their arguments are constants. Geometries are longitude and latitude.

use std::{fmt, sync::Arc};

use chrono::NaiveDate;
use datafusion::{
    arrow::{
        array::{
            ArrayRef, BinaryArray, Float64Array, RecordBatch, RecordBatchOptions, UInt32Array,
            UInt64Array,
        },
        compute::take,
        datatypes::{DataType, Field, Schema},
    },
    catalog::{MemTable, TableFunctionArgs, TableFunctionImpl, TableProvider},
    common::{
        DFSchema, DataFusionError, ScalarValue, exec_datafusion_err, plan_datafusion_err, plan_err,
    },
    error::Result,
    execution::SessionState,
};
use layers::{Layer, LayerKind, TileCoord, crs::STORED_CRS, layer::geometry_field};
use sedona_schema::{crs::lnglat, datatypes::SedonaType};

use super::{
    functions::{containment, cover_of_wkb, wkb_of},
    join::Indexed,
    table::ResidentTable,
};
use crate::{
    LayerSnapshot, TwinSnapshot, h3::resolution_of, shape::Shape, twin::layer_at as layer_at_day,
};

/// The most rows that `nearest` answers with.
const MOST_NEAREST: i64 = 100_000;

/// The functions by name, each with how it is called.
const FUNCTIONS: [(&str, &str, Make); 4] = [
    ("nearest", "nearest('layer', point, count)", nearest),
    ("layer_at", "layer_at('layer', 'YYYY-MM-DD')", layer_at),
    ("tile_bbox", "tile_bbox(z, x, y)", tile_bbox),
    (
        "h3_cover",
        "h3_cover(polygon, resolution[, mode])",
        h3_cover,
    ),
];

type Make = fn(&Arc<TwinSnapshot>, &Arguments) -> Result<Arc<dyn TableProvider>>;

/// Puts the table functions over a snapshot into a session.
pub(super) fn register(state: &mut SessionState, snapshot: &Arc<TwinSnapshot>) {
    for (name, usage, make) in FUNCTIONS {
        let snapshot = Arc::clone(snapshot);
        state.register_udtf(
            name,
            Arc::new(Function {
                snapshot,
                usage,
                make,
            }),
        );
    }
}

struct Function {
    snapshot: Arc<TwinSnapshot>,
    usage: &'static str,
    make: Make,
}

impl TableFunctionImpl for Function {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        (self.make)(&self.snapshot, &Arguments::of(&args, self.usage)?)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.usage)
    }
}

/// Constants, each with the type it was written as.
struct Arguments {
    usage: &'static str,
    values: Vec<(ScalarValue, SedonaType)>,
}

impl Arguments {
    fn of(args: &TableFunctionArgs<'_, '_>, usage: &'static str) -> Result<Self> {
        let (nothing, names) = (Arc::new(Schema::empty()), DFSchema::empty());
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let row = RecordBatch::try_new_with_options(Arc::clone(&nothing), Vec::new(), &options)?;
        let values = args.exprs().iter().map(|expression| {
            let made = args
                .session()
                .create_physical_expr(expression.clone(), &names);
            let made = made.ok().ok_or_else(|| {
                plan_datafusion_err!("{usage} takes constants, and {expression} is none")
            })?;
            let value = ScalarValue::try_from_array(&made.evaluate(&row)?.into_array(1)?, 0)?;
            Ok((
                value,
                SedonaType::from_storage_field(&*made.return_field(&nothing)?)?,
            ))
        });
        Ok(Self {
            usage,
            values: values.collect::<Result<_>>()?,
        })
    }

    fn wrong(&self, what: &str) -> DataFusionError {
        plan_datafusion_err!("{what}; call it as {}", self.usage)
    }

    fn check(&self, counts: std::ops::RangeInclusive<usize>) -> Result<()> {
        if counts.contains(&self.values.len()) {
            return Ok(());
        }
        Err(self.wrong(&format!("{} arguments are given", self.values.len())))
    }

    fn text(&self, place: usize) -> Result<String> {
        match self.values[place].0.cast_to(&DataType::Utf8)? {
            ScalarValue::Utf8(Some(text)) => Ok(text),
            _ => Err(self.wrong(&format!("argument {} is null", place + 1))),
        }
    }

    fn whole(&self, place: usize) -> Result<i64> {
        match self.values[place].0.cast_to(&DataType::Int64)? {
            ScalarValue::Int64(Some(value)) => Ok(value),
            _ => Err(self.wrong(&format!("argument {} is null", place + 1))),
        }
    }

    /// The WKB of a geometry in longitude and latitude.
    fn geometry(&self, place: usize) -> Result<Vec<u8>> {
        let (value, kind) = &self.values[place];
        let (SedonaType::Wkb(_, crs) | SedonaType::WkbView(_, crs) | SedonaType::WkbLarge(_, crs)) =
            kind
        else {
            return Err(self.wrong(&format!("argument {} is no geometry", place + 1)));
        };
        if crs.is_some() && *crs != lnglat() {
            return Err(self.wrong("the geometry is not in longitude and latitude: write ST_Transform(geometry, 'OGC:CRS84')"));
        }
        match value.cast_to(&DataType::Binary)? {
            ScalarValue::Binary(Some(bytes)) => Ok(bytes),
            _ => Err(self.wrong(&format!("argument {} is null", place + 1))),
        }
    }

    /// The layer that is named, as a table.
    fn layer<'a>(
        &self,
        snapshot: &'a TwinSnapshot,
        place: usize,
    ) -> Result<&'a Arc<LayerSnapshot>> {
        let name = self.text(place)?;
        let id = name
            .parse()
            .map_err(|error| plan_datafusion_err!("{error}"))?;
        let found = snapshot
            .require(&id)
            .map_err(|error| plan_datafusion_err!("{error}"))?;
        if found.meta.kind == LayerKind::Raster {
            return plan_err!("the layer {name} is a raster, which has no rows");
        }
        Ok(found)
    }
}

/// The rows nearest to a point, with `distance_m`, nearest first.
fn nearest(snapshot: &Arc<TwinSnapshot>, args: &Arguments) -> Result<Arc<dyn TableProvider>> {
    args.check(3..=3)?;
    let (layer, point, count) = (args.layer(snapshot, 0)?, args.geometry(1)?, args.whole(2)?);
    let here = Shape::from_wkb(&point).and_then(|shape| shape.as_point());
    let here = here.ok_or_else(|| args.wrong("the geometry is not one point"))?;
    let count = usize::try_from(count)
        .ok()
        .filter(|_| (1..=MOST_NEAREST).contains(&count));
    let count = count
        .ok_or_else(|| args.wrong(&format!("the count is not between 1 and {MOST_NEAREST}")))?;
    let (rows, metres): (Vec<u32>, Vec<f64>) = Indexed::of_layer(layer)
        .nearest_in_metres(here, count, f64::INFINITY)
        .into_iter()
        .unzip();
    let rows = UInt32Array::from(rows);
    let columns = layer
        .batch
        .columns()
        .iter()
        .map(|column| take(column, &rows, None));
    let mut columns: Vec<ArrayRef> = columns.collect::<Result<_, _>>()?;
    columns.push(Arc::new(Float64Array::from(metres)));
    let mut fields: Vec<_> = layer
        .batch
        .schema()
        .fields()
        .iter()
        .map(Arc::clone)
        .collect();
    fields.push(Arc::new(Field::new("distance_m", DataType::Float64, false)));
    table(Schema::new(fields), columns)
}

/// A layer as it was on a day; on its own indexes.
fn layer_at(snapshot: &Arc<TwinSnapshot>, args: &Arguments) -> Result<Arc<dyn TableProvider>> {
    args.check(2..=2)?;
    let (layer, day) = (args.layer(snapshot, 0)?, args.text(1)?);
    let day: NaiveDate = day
        .parse()
        .map_err(|error| args.wrong(&format!("{day:?} is no day ({error})")))?;
    let layer = layer_at_day(layer, day).map_err(|error| exec_datafusion_err!("{error}"))?;
    Ok(Arc::new(ResidentTable::new(layer)))
}

/// One row: the tile's outline in longitude and latitude, and its edges.
fn tile_bbox(_: &Arc<TwinSnapshot>, args: &Arguments) -> Result<Arc<dyn TableProvider>> {
    args.check(3..=3)?;
    let whole = |place: usize| args.whole(place);
    let (z, x, y) = (whole(0)?, whole(1)?, whole(2)?);
    let known = (u8::try_from(z), u32::try_from(x), u32::try_from(y));
    let tile = match known {
        (Ok(z), Ok(x), Ok(y)) => {
            TileCoord::new(z, x, y).map_err(|error| plan_datafusion_err!("{error}"))?
        }
        _ => return Err(args.wrong(&format!("there is no tile {z}/{x}/{y}"))),
    };
    let extent = tile.extent_lonlat();
    let outline =
        geo::Rect::new((extent.min_x, extent.min_y), (extent.max_x, extent.max_y)).to_polygon();
    let bytes = wkb_of(&outline.into())?;
    let edges = [
        ("min_lon", extent.min_x),
        ("min_lat", extent.min_y),
        ("max_lon", extent.max_x),
        ("max_lat", extent.max_y),
    ];
    let mut fields = vec![geometry_field(Layer::GEOM, STORED_CRS)];
    fields.extend(edges.map(|(name, _)| Field::new(name, DataType::Float64, false)));
    let mut columns: Vec<ArrayRef> = vec![Arc::new(BinaryArray::from_iter_values([bytes]))];
    columns.extend(edges.map(|(_, edge)| Arc::new(Float64Array::from(vec![edge])) as ArrayRef));
    table(Schema::new(fields), columns)
}

/// The cells of a polygon, ascending, in the column `h3`.
fn h3_cover(_: &Arc<TwinSnapshot>, args: &Arguments) -> Result<Arc<dyn TableProvider>> {
    args.check(2..=3)?;
    let mode = if args.values.len() == 3 {
        Some(args.text(2)?)
    } else {
        None
    };
    let resolution =
        resolution_of(args.whole(1)?).map_err(|error| plan_datafusion_err!("{error}"))?;
    let cells = cover_of_wkb(
        &args.geometry(0)?,
        resolution,
        containment(mode.as_deref())?,
    )?;
    let field = Field::new(Layer::H3, DataType::UInt64, false);
    table(
        Schema::new(vec![field]),
        vec![Arc::new(UInt64Array::from(cells))],
    )
}

fn table(schema: Schema, columns: Vec<ArrayRef>) -> Result<Arc<dyn TableProvider>> {
    let schema = Arc::new(schema);
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}
