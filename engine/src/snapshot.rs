//! One published version of a layer, resident: its rows, its R-tree, its H3 order, its shapes.

mod cells;
mod extents;
mod shapes;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use arrow::{
    array::{
        Array, ArrayRef, AsArray as _, BinaryArray, RecordBatch, UInt64Array, new_empty_array,
    },
    compute::concat,
    datatypes::{FieldRef, Schema, SchemaRef},
    error::ArrowError,
};
use geo_traits::to_geo::ToGeoGeometry as _;
use h3o::CellIndex;
use layers::{Extent, FeatureId, Layer, LayerMeta, Raster, crs::STORED_CRS, layer::geometry_field};
use rayon::prelude::*;

use self::cells::CellOrder;
pub(crate) use self::{
    extents::{all_points, of_rows as extents_of, of_wkb as extent_of},
    shapes::{Ready, Shapes},
};
use crate::{
    EngineError,
    index::{PackedIndex, SpatialIndex as _},
    search::Names,
    tiles::Pyramid,
};

/// A version of a layer as SQL, analyses and tiles read it; immutable.
///
/// Rows are numbered from 0 in stored order, which is the order of their H3 cells.
pub struct LayerSnapshot {
    /// What the catalog knows of it.
    pub meta: Arc<LayerMeta>,
    /// All rows in one batch; no rows and no columns for a raster.
    pub batch: RecordBatch,
    /// Generalised geometry for tiles, made when the first tile is asked for.
    pub(crate) pyramid: OnceLock<Pyramid>,
    /// Folded names, made at the first search.
    names: OnceLock<Names>,
    index: PackedIndex,
    /// Whether every geometry is one point, found out when first asked.
    all_points: OnceLock<bool>,
    /// Geometries made ready for tests, kept for the next query.
    shapes: Shapes,
    /// Rows whose geometry is EMPTY or not finite: no window can rule them out.
    unplaced: Vec<u32>,
    cells: CellOrder,
    geometries: Option<BinaryArray>,
    /// The numbers of the rows where they are not their places: where only the rows of a day were chosen. Ascending.
    fids: Option<UInt64Array>,
    raster: Option<Arc<Raster>>,
}

impl LayerSnapshot {
    /// Indexes the rows of a layer.
    ///
    /// # Errors
    /// When its batches do not share its schema, or `geom` or `h3` is not of the type every layer promises.
    pub fn from_layer(layer: Layer) -> Result<Self, EngineError> {
        let id = &layer.meta.id;
        let schema = with_crs(&layer.schema);
        let batch = columns_of(&layer)
            .and_then(|columns| RecordBatch::try_new(schema, columns))
            .map_err(|source| EngineError::Columns {
                layer: id.clone(),
                source,
            })?;
        let geometries = column::<BinaryArray>(&batch, &layer.meta, Layer::GEOM, "Binary")?;
        let cells =
            column(&batch, &layer.meta, Layer::H3, "UInt64")?.map(|cells| CellOrder::new(&cells));
        let (extents, unplaced) = geometries
            .as_ref()
            .map(extents::of_rows)
            .unwrap_or_default();
        let cells = cells.unwrap_or_default();
        let index = if cells.follows_rows() {
            PackedIndex::in_order(extents)
        } else {
            PackedIndex::new(extents)
        };
        Ok(Self {
            meta: layer.meta,
            all_points: OnceLock::new(),
            shapes: Shapes::new(batch.num_rows()),
            index,
            unplaced,
            cells,
            geometries,
            fids: sparse_fids(&batch),
            raster: None,
            batch,
            pyramid: OnceLock::new(),
            names: OnceLock::new(),
        })
    }

    /// Holds the pixels of a raster layer.
    pub fn from_raster(meta: Arc<LayerMeta>, raster: Raster) -> Self {
        Self {
            meta,
            batch: RecordBatch::new_empty(Arc::new(Schema::empty())),
            pyramid: OnceLock::new(),
            names: OnceLock::new(),
            index: PackedIndex::new(Vec::new()),
            all_points: OnceLock::new(),
            shapes: Shapes::new(0),
            unplaced: Vec::new(),
            cells: CellOrder::default(),
            geometries: None,
            fids: None,
            raster: Some(Arc::new(raster)),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape of a row, decoded from WKB; none where it is null, EMPTY as a point, or past the end.
    pub fn geometry(&self, row: u32) -> Option<geo::Geometry<f64>> {
        let bytes = self.wkb(row)?;
        wkb::reader::read_wkb(bytes).ok()?.try_to_geometry()
    }

    /// The WKB of a row; none where it is null or past the end.
    pub fn wkb(&self, row: u32) -> Option<&[u8]> {
        let geometries = self.geometries.as_ref()?;
        let row = row as usize;
        (row < geometries.len() && geometries.is_valid(row)).then(|| geometries.value(row))
    }

    /// The shape of a row made ready for tests; none where it is null or past the end.
    pub(crate) fn shape(&self, row: u32) -> Option<Ready<'_>> {
        self.shapes.of(row, self.wkb(row)?)
    }

    /// The number of a row in its published layer.
    pub(crate) fn id_of(&self, row: u32) -> FeatureId {
        let fid = self.fids.as_ref().map(|fids| fids.value(row as usize));
        FeatureId(fid.unwrap_or_else(|| row.into()))
    }

    /// The row of a number; none where it was not chosen.
    pub(crate) fn row_of(&self, id: FeatureId) -> Option<u32> {
        let row = match &self.fids {
            Some(fids) => fids.values().binary_search(&id.0).ok()?,
            None => usize::try_from(id.0).ok().filter(|row| *row < self.len())?,
        };
        u32::try_from(row).ok()
    }

    /// The extent of a row in degrees; none where it has no position.
    pub fn extent_of(&self, row: u32) -> Option<Extent> {
        self.index.extent_of(row)
    }

    /// The rows whose extent meets a window in degrees, ascending. Rows without a position are in no window.
    pub fn window(&self, window: &Extent) -> Vec<u32> {
        self.index.search(window)
    }

    /// The rows whose representative point lies in an H3 cell, ascending.
    ///
    /// A cell finer than the layer's resolution answers for its parent at that resolution: candidates, never too few.
    pub fn rows_in_cell(&self, cell: CellIndex) -> Vec<u32> {
        self.cells.rows_in(cell)
    }

    /// Whether every geometry is one point, so that its extent says all.
    pub(crate) fn is_all_points(&self) -> bool {
        let look = || self.geometries.as_ref().is_some_and(all_points);
        *self.all_points.get_or_init(look)
    }

    /// The R-tree over the extents of the rows.
    pub fn index(&self) -> &PackedIndex {
        &self.index
    }

    /// The pixels, for a raster layer.
    pub fn raster(&self) -> Option<&Arc<Raster>> {
        self.raster.as_ref()
    }

    /// What can be found in it by name.
    pub(crate) fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(self))
    }

    /// Rows that have a geometry but no position that a window could rule out (EMPTY, not finite), ascending.
    pub(crate) fn unplaced(&self) -> &[u32] {
        &self.unplaced
    }

    /// The rows whose `h3` value is exactly this number, ascending.
    pub(crate) fn rows_with_cell(&self, cell: u64) -> Vec<u32> {
        self.cells.rows_with(cell)
    }
}

/// The columns of all batches of a layer, each in one piece; joined side by side, as copying them is most of opening.
fn columns_of(layer: &Layer) -> Result<Vec<ArrayRef>, ArrowError> {
    if let [only] = layer.batches.as_slice() {
        return Ok(only.columns().to_vec());
    }
    let join = |(at, field): (usize, &FieldRef)| {
        let parts: Vec<&dyn Array> = layer
            .batches
            .iter()
            .map(|batch| batch.column(at).as_ref())
            .collect();
        if parts.is_empty() {
            return Ok(new_empty_array(field.data_type()));
        }
        concat(&parts)
    };
    let fields: Vec<_> = layer.schema.fields().iter().enumerate().collect();
    fields.into_par_iter().map(join).collect()
}

/// The schema with the geometry column known as OGC:CRS84, which every layer's is, also where a writer did not say so.
fn with_crs(schema: &SchemaRef) -> SchemaRef {
    let Some((place, field)) = schema.column_with_name(Layer::GEOM) else {
        return Arc::clone(schema);
    };
    if field.metadata().contains_key("ARROW:extension:name") {
        return Arc::clone(schema);
    }
    let mut fields: Vec<FieldRef> = schema.fields().iter().map(Arc::clone).collect();
    fields[place] = Arc::new(geometry_field(Layer::GEOM, STORED_CRS));
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// The numbers of rows that are not their places.
fn sparse_fids(batch: &RecordBatch) -> Option<UInt64Array> {
    let fids: &UInt64Array = batch.column_by_name(Layer::FID)?.as_primitive_opt()?;
    let is_dense = fids
        .values()
        .last()
        .is_none_or(|last| last + 1 == fids.len() as u64);
    let is_ascending = fids.null_count() == 0 && fids.values().is_sorted_by(|a, b| a < b);
    (is_ascending && !is_dense).then(|| fids.clone())
}

/// A column by name, if the batch has it.
fn column<A: Clone + 'static>(
    batch: &RecordBatch,
    meta: &LayerMeta,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<A>, EngineError> {
    let Some(column) = batch.column_by_name(name) else {
        return Ok(None);
    };
    let typed = column
        .as_any()
        .downcast_ref::<A>()
        .ok_or_else(|| EngineError::Column {
            layer: meta.id.clone(),
            column: name,
            found: column.data_type().to_string(),
            expected,
        })?;
    Ok(Some(typed.clone()))
}

impl fmt::Debug for LayerSnapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LayerSnapshot")
            .field("layer", &self.meta.id)
            .field("version", &self.meta.version)
            .field("rows", &self.len())
            .finish_non_exhaustive()
    }
}
