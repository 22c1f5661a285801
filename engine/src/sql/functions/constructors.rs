//! Geometries written in a query are longitude and latitude unless it says otherwise.
//!
//! Published layers are in OGC:CRS84 and Sedona refuses to compare geometries of different CRSs, also a known one with an
//! unknown one. Analysts write `ST_Intersects(geom, ST_GeomFromText('POLYGON …'))` and mean degrees, so constructors
//! without an SRID, or with SRID 0, answer OGC:CRS84. For metres say so: `ST_Point(584527, 2316227, 9209)`.

use std::sync::Arc;

use datafusion::{
    common::{ScalarValue, config::ConfigOptions},
    error::Result,
    logical_expr::ColumnarValue,
};
use sedona_expr::{
    function_set::FunctionSet,
    scalar_udf::{ScalarKernelRef, SedonaScalarKernel},
};
use sedona_schema::{crs::lnglat, datatypes::SedonaType};

use super::around_kernels;

/// The functions that make a geometry from text, bytes or numbers.
const CONSTRUCTORS: [&str; 17] = [
    "st_geomfromwkt",
    "st_geomcollfromtext",
    "st_linefromtext",
    "st_mlinefromtext",
    "st_mpointfromtext",
    "st_mpolyfromtext",
    "st_pointfromtext",
    "st_polygonfromtext",
    "st_geomfromwkb",
    "st_geomfromwkbunchecked",
    "st_linestringfromwkb",
    "st_pointfromwkb",
    "st_makeenvelope",
    "st_point",
    "st_pointm",
    "st_pointz",
    "st_pointzm",
];

/// Gives the constructors their CRS.
pub(super) fn assume_lon_lat(functions: &mut FunctionSet) {
    for name in CONSTRUCTORS {
        let Some(function) = functions.scalar_udf(name) else {
            continue;
        };
        let in_lon_lat = around_kernels(function, |kernel| Arc::new(InLonLat(kernel)));
        functions.insert_scalar_udf(in_lon_lat);
    }
}

#[derive(Debug)]
struct InLonLat(ScalarKernelRef);

impl SedonaScalarKernel for InLonLat {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        Ok(self.0.return_type(types)?.map(in_lon_lat))
    }

    fn return_type_from_args_and_scalars(
        &self,
        types: &[SedonaType],
        scalars: &[Option<&ScalarValue>],
    ) -> Result<Option<SedonaType>> {
        Ok(self
            .0
            .return_type_from_args_and_scalars(types, scalars)?
            .map(in_lon_lat))
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        self.0.invoke_batch(types, values)
    }

    fn invoke_batch_from_args(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
        return_type: &SedonaType,
        rows: usize,
        options: Option<&ConfigOptions>,
    ) -> Result<ColumnarValue> {
        self.0
            .invoke_batch_from_args(types, values, return_type, rows, options)
    }
}

fn in_lon_lat(made: SedonaType) -> SedonaType {
    match made {
        SedonaType::Wkb(edges, None) => SedonaType::Wkb(edges, lnglat()),
        SedonaType::WkbLarge(edges, None) => SedonaType::WkbLarge(edges, lnglat()),
        SedonaType::WkbView(edges, None) => SedonaType::WkbView(edges, lnglat()),
        other => other,
    }
}
