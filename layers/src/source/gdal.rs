//! Vector sources through GDAL: its drivers open them, its Arrow C stream carries the columns.
//!
//! Text columns are taken as bytes, whatever the driver says: a Shapefile is opened without recoding and decoded by
//! [`crate::encoding`]. The stream saves a call per value and a copy per string; it and warping need `unsafe`, which
//! this file alone may use.

use std::{ffi::CStr, path::Path, sync::Arc};

use arrow::{
    array::{Array as _, AsArray as _, StructArray},
    datatypes::{DataType, Field, Fields},
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type},
    ffi_stream::FFI_ArrowArrayStream,
};
use gdal::{
    Dataset,
    cpl::CslStringList,
    vector::{LayerAccess as _, OwnedLayer},
};

use super::{
    About, ROWS_PER_BATCH, Source, SourceBatch, SourceField, address,
    code_page::{self, Text},
};
use crate::{
    Crs, Encoding, GeometryKind, ReadError,
    messages::{listen, quiet},
};

mod open;
mod zones;

pub(crate) use self::open::{open, open_dataset};
use self::{
    open::{choose_layer, read_only_layer},
    zones::Zones,
};

/// Fields by which KML tells how to draw, not what there is; its driver makes them up for files that have none.
const KML_DRAWING: [&[u8]; 4] = [b"tessellate", b"extrude", b"visibility", b"drawOrder"];

/// Features of a GDAL layer.
pub(crate) struct GdalSource {
    // Dropped in this order: the stream reads from the layer, which owns the dataset.
    stream: Box<FFI_ArrowArrayStream>,
    _layer: OwnedLayer,
    about: About,
    fields: Fields,
    /// The columns of the attributes; the geometry comes after all columns that are no geometry.
    attributes: Vec<usize>,
    geometry: Option<usize>,
    /// Whether text may hold escapes that the driver leaves as they are.
    escapes: bool,
    zones: Option<Zones>,
    warnings: Vec<String>,
}

impl std::fmt::Debug for GdalSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("GdalSource")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl GdalSource {
    /// The features of one layer of a dataset.
    pub(crate) fn new(
        path: &Path,
        dataset: Dataset,
        layer: Option<&str>,
        text: Text,
    ) -> Result<Self, ReadError> {
        let (real, path) = (path, &*address::shown(path));
        let format = dataset.driver().long_name();
        let driver = dataset.driver().short_name();
        let index = choose_layer(path, &dataset, layer)?;
        let wanted = layer;
        let damaged = |detail: String| address::failed(path, detail);
        if driver == "OSM" {
            read_only_layer(&dataset, index);
        }
        let mut layer =
            quiet(|| dataset.into_layer(index)).map_err(|error| damaged(error.to_string()))?;
        let geometry = geometry_kind(&layer);
        let crs = quiet(|| layer.spatial_ref());
        let crs = crs.and_then(|spatial_ref| Crs::from_spatial_ref(spatial_ref).ok());
        let names = field_names(&layer);
        let (opened, heard) = listen(|| open_stream(&mut layer));
        let mut stream = opened
            .ok_or_else(|| damaged(heard.first().unwrap_or_else(|| "no stream".to_owned())))?;
        let types = column_types(&mut stream).map_err(&damaged)?;
        let fields: Fields = types
            .iter()
            .enumerate()
            .map(|(at, data_type)| Field::new(format!("c{at}"), as_bytes(data_type), true))
            .collect();
        let mut warnings: Vec<String> = heard.texts().collect();
        let attributes = chosen_attributes(&driver, &names, &mut warnings);
        let source_fields = attributes
            .iter()
            .map(|at| SourceField {
                name: names[*at].clone(),
                data_type: as_bytes(&types[*at]),
                text: matches!(types[*at], DataType::Utf8 | DataType::LargeUtf8),
            })
            .collect();
        let moments = (0..names.len()).filter(|at| matches!(types[*at], DataType::Timestamp(..)));
        let zones = Zones::open(real, &driver, wanted, moments.collect())?;
        let (feature_count, counting) = listen(|| layer.try_feature_count());
        if let Some(failure) = counting.failure().filter(|_| !address::is_file(path)) {
            // A service that failed once says nothing the next time, and would seem to have no features.
            return Err(damaged(failure));
        }
        let about = About {
            path: path.into(),
            format,
            fields: source_fields,
            geometry,
            crs_from: if crs.is_some() {
                "nguồn ghi · from the source"
            } else {
                ""
            },
            crs,
            declared_encoding: match text {
                Text::Bytes(declared) => declared,
                Text::Unicode | Text::Decoded => Some(Encoding::Utf8),
            },
            raw_text: matches!(text, Text::Bytes(_)),
            code_pages: code_page::is_used_by(&driver),
            feature_count,
        };
        Ok(Self {
            stream,
            _layer: layer,
            about,
            geometry: (names.len() < fields.len()).then_some(names.len()),
            fields,
            attributes,
            escapes: driver == "DXF" && text == Text::Decoded,
            zones,
            warnings,
        })
    }
}

impl Source for GdalSource {
    fn about(&self) -> &About {
        &self.about
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, ReadError> {
        let (array, heard) = listen(|| next_array(&mut self.stream));
        let damaged = |detail: String| address::failed(&self.about.path, detail);
        if let Some(failure) = heard.failure() {
            return Err(damaged(failure));
        }
        self.warnings.extend(heard.texts());
        let Some(array) = array.map_err(damaged)? else {
            return Ok(None);
        };
        let batch = import_array(array, &self.fields).map_err(damaged)?;
        let mut columns = batch.columns().to_vec();
        if let Some(zones) = &mut self.zones {
            zones.apply(&self.about.path, &mut columns)?;
        }
        let column = |at: usize| Arc::clone(&columns[at]);
        let attribute = |at: usize| match columns[at].as_binary_opt() {
            Some(text) if self.escapes => Arc::new(code_page::unescaped(text)),
            _ => column(at),
        };
        Ok(Some(SourceBatch {
            rows: batch.len(),
            attributes: self.attributes.iter().map(|at| attribute(*at)).collect(),
            geometry: self.geometry.map(column),
        }))
    }

    fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

/// The columns that are attributes: all but, in KML, those that tell how to draw.
fn chosen_attributes(driver: &str, names: &[Vec<u8>], warnings: &mut Vec<String>) -> Vec<usize> {
    let is_drawing =
        |at: &usize| driver == "LIBKML" && KML_DRAWING.contains(&names[*at].as_slice());
    let (left_out, chosen): (Vec<usize>, Vec<usize>) = (0..names.len()).partition(is_drawing);
    if !left_out.is_empty() {
        let text = "đã bỏ các trường chỉ cách vẽ của KML · left out KML's drawing instructions";
        warnings.push(text.to_owned());
    }
    chosen
}

fn geometry_kind(layer: &OwnedLayer) -> Option<GeometryKind> {
    let fields: Vec<_> = layer.defn().geom_fields().collect();
    let code = fields.first()?.field_type() % 1000;
    Some(match code {
        100 => return None,
        1 | 4 => GeometryKind::Point,
        2 | 5 | 8 | 9 | 11 | 13 => GeometryKind::Line,
        3 | 6 | 10 | 12 | 15..=17 => GeometryKind::Polygon,
        _ => GeometryKind::Mixed,
    })
}

/// Text as bytes: nothing may take them for UTF-8 before they are decoded.
fn as_bytes(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8 => DataType::Binary,
        DataType::LargeUtf8 => DataType::LargeBinary,
        DataType::List(item) => DataType::List(Arc::new(Field::new(
            "item",
            as_bytes(item.data_type()),
            true,
        ))),
        other => other.clone(),
    }
}

#[expect(
    unsafe_code,
    reason = "names may be in any encoding; the gdal crate would replace their bytes"
)]
fn field_names(layer: &OwnedLayer) -> Vec<Vec<u8>> {
    // SAFETY: the layer owns its definition and outlives this call.
    let defn = unsafe { layer.defn().c_defn() };
    let name_of = |at: i32| {
        // SAFETY: the definition is valid, as above; `at` is below the field count.
        let field = unsafe { gdal_sys::OGR_FD_GetFieldDefn(defn, at) };
        // SAFETY: the field definition is not null, as `at` is below the field count.
        let name = unsafe { gdal_sys::OGR_Fld_GetNameRef(field) };
        // SAFETY: GDAL gives a string that ends with NUL and lives as long as the definition.
        unsafe { CStr::from_ptr(name) }.to_bytes().to_vec()
    };
    // SAFETY: as above.
    let count = unsafe { gdal_sys::OGR_FD_GetFieldCount(defn) };
    (0..count).map(name_of).collect()
}

#[expect(unsafe_code, reason = "the Arrow C stream interface")]
fn open_stream(layer: &mut OwnedLayer) -> Option<Box<FFI_ArrowArrayStream>> {
    let mut options = CslStringList::new();
    options.set_name_value("INCLUDE_FID", "NO").ok()?;
    options
        .set_name_value("MAX_FEATURES_IN_BATCH", &ROWS_PER_BATCH.to_string())
        .ok()?;
    let mut stream = Box::new(FFI_ArrowArrayStream::empty());
    let out = (&raw mut *stream).cast::<gdal_sys::ArrowArrayStream>();
    // SAFETY: both types are the C struct `ArrowArrayStream`; the stream is kept with, and dropped before, the layer.
    unsafe { layer.read_arrow_stream(out, &options) }.ok()?;
    Some(stream)
}

/// The types of the columns. Their names are not touched: they may not be UTF-8.
#[expect(unsafe_code, reason = "the Arrow C stream interface")]
fn column_types(stream: &mut FFI_ArrowArrayStream) -> Result<Vec<DataType>, String> {
    let read = stream.get_schema.ok_or("the stream has no schema")?;
    let mut schema = FFI_ArrowSchema::empty();
    // SAFETY: the callback belongs to this stream, which is not released; `schema` may be overwritten.
    let code = unsafe { read(stream, &raw mut schema) };
    if code != 0 {
        return Err(last_error(stream));
    }
    schema
        .children()
        .map(|column| DataType::try_from(column).map_err(|error| error.to_string()))
        .collect()
}

#[expect(unsafe_code, reason = "the Arrow C stream interface")]
fn next_array(stream: &mut FFI_ArrowArrayStream) -> Result<Option<FFI_ArrowArray>, String> {
    let read = stream.get_next.ok_or("the stream is closed")?;
    let mut array = FFI_ArrowArray::empty();
    // SAFETY: the callback belongs to this stream, which is not released; `array` may be overwritten.
    let code = unsafe { read(stream, &raw mut array) };
    if code != 0 {
        return Err(last_error(stream));
    }
    Ok((!array.is_released()).then_some(array))
}

#[expect(unsafe_code, reason = "the Arrow C stream interface")]
fn last_error(stream: &mut FFI_ArrowArrayStream) -> String {
    let unknown = || "the driver gave no reason".to_owned();
    let Some(read) = stream.get_last_error else {
        return unknown();
    };
    // SAFETY: the callback belongs to this stream, which is not released.
    let text = unsafe { read(stream) };
    if text.is_null() {
        return unknown();
    }
    // SAFETY: the interface gives a string that ends with NUL and lives until the next call on the stream.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}

#[expect(unsafe_code, reason = "the Arrow C data interface")]
fn import_array(array: FFI_ArrowArray, fields: &Fields) -> Result<StructArray, String> {
    // SAFETY: GDAL fills the array as its schema says; text columns are read as binary, which has the same layout.
    let data = unsafe { from_ffi_and_data_type(array, DataType::Struct(fields.clone())) };
    data.map(StructArray::from)
        .map_err(|error| error.to_string())
}

/// Warps rasters into one file, as `gdalwarp` does with these arguments.
#[expect(unsafe_code, reason = "the gdal crate does not wrap GDALWarp")]
pub(crate) fn warp(sources: &[Dataset], target: &Path, arguments: &[String]) -> Result<(), String> {
    let target = std::ffi::CString::new(target.to_string_lossy().as_bytes())
        .map_err(|error| error.to_string())?;
    let mut list = CslStringList::new();
    for argument in arguments {
        list.add_string(argument)
            .map_err(|error| error.to_string())?;
    }
    let mut handles: Vec<_> = sources.iter().map(Dataset::c_dataset).collect();
    let count = i32::try_from(handles.len()).map_err(|error| error.to_string())?;
    let (done, heard) = listen(|| {
        // SAFETY: the list of strings lives through the call; GDAL copies what it needs.
        let options =
            unsafe { gdal_sys::GDALWarpAppOptionsNew(list.as_ptr(), std::ptr::null_mut()) };
        if options.is_null() {
            return false;
        }
        let mut usage_error = 0;
        // SAFETY: target, handles and options are valid through the call; the sources outlive it.
        let warped = unsafe {
            gdal_sys::GDALWarp(
                target.as_ptr(),
                std::ptr::null_mut(),
                count,
                handles.as_mut_ptr(),
                options,
                &raw mut usage_error,
            )
        };
        // SAFETY: made above and used no more.
        unsafe { gdal_sys::GDALWarpAppOptionsFree(options) };
        if warped.is_null() {
            return false;
        }
        // SAFETY: a dataset that was just made and belongs to nobody else; closing writes the rest.
        unsafe { gdal_sys::GDALClose(warped) };
        true
    });
    match heard.failure() {
        Some(failure) => Err(failure),
        None if done => Ok(()),
        None => Err(heard
            .first()
            .unwrap_or_else(|| "GDAL gave no reason".to_owned())),
    }
}

/// WKB of curves and surfaces as WKB of straight segments; none when GDAL cannot.
#[expect(
    unsafe_code,
    reason = "the gdal crate does not wrap the linearising functions"
)]
pub(crate) fn linearised(wkb: &[u8]) -> Option<Vec<u8>> {
    quiet(|| {
        let geometry = gdal::vector::Geometry::from_wkb(wkb).ok()?;
        // SAFETY: the handle is not kept beyond the geometry.
        let handle = unsafe { geometry.c_geometry() };
        // SAFETY: the geometry is alive; GDAL gives a new one that is ours.
        let linear =
            unsafe { gdal_sys::OGR_G_GetLinearGeometry(handle, 0.0, std::ptr::null_mut()) };
        if linear.is_null() {
            return None;
        }
        // SAFETY: not null, and ours alone.
        let linear = unsafe { force_simple(linear) };
        // SAFETY: not null, and ours alone.
        let wkb = unsafe { export_iso(linear) };
        // SAFETY: ours, and used no more.
        unsafe { gdal_sys::OGR_G_DestroyGeometry(linear) };
        wkb
    })
}

/// ISO WKB of a geometry; the gdal crate writes the older kind, in which POINT EMPTY is the origin.
#[expect(unsafe_code, reason = "the gdal crate does not wrap the ISO variant")]
pub(crate) fn iso_wkb(geometry: &gdal::vector::Geometry) -> Option<Vec<u8>> {
    // SAFETY: the handle is not kept beyond the geometry.
    let handle = unsafe { geometry.c_geometry() };
    // SAFETY: the geometry is alive through the call.
    unsafe { export_iso(handle) }
}

/// # Safety
/// The geometry must be valid.
#[expect(unsafe_code, reason = "as its callers")]
unsafe fn export_iso(geometry: gdal_sys::OGRGeometryH) -> Option<Vec<u8>> {
    // SAFETY: valid, says the caller.
    let size = unsafe { gdal_sys::OGR_G_WkbSizeEx(geometry) };
    let mut out = vec![0_u8; size];
    // SAFETY: valid, says the caller; the buffer has the size GDAL asked for.
    let code = unsafe {
        gdal_sys::OGR_G_ExportToIsoWkb(
            geometry,
            gdal_sys::OGRwkbByteOrder::wkbNDR,
            out.as_mut_ptr(),
        )
    };
    (code == gdal_sys::OGRErr::OGRERR_NONE).then_some(out)
}

/// Surfaces, TINs and triangles as polygons; takes the geometry and gives one back.
///
/// # Safety
/// The geometry must be valid and belong to the caller, who gets the result in its place.
#[expect(unsafe_code, reason = "as its caller")]
unsafe fn force_simple(geometry: gdal_sys::OGRGeometryH) -> gdal_sys::OGRGeometryH {
    // SAFETY: valid, says the caller.
    let code = unsafe { gdal_sys::OGR_G_GetGeometryType(geometry) } % 1000;
    if (15..=17).contains(&code) {
        // SAFETY: valid and given up, says the caller.
        unsafe { gdal_sys::OGR_G_ForceToMultiPolygon(geometry) }
    } else {
        geometry
    }
}
