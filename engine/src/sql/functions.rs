//! Every function an analyst may call beyond plain SQL: Sedona's `ST_`, our predicates, our `h3_`.

mod aggregates;
mod bounded;
mod cluster;
mod constructors;
mod geometry;
mod guard;
mod h3;
mod metres;
mod mvt;
mod predicates;
mod quick;
mod reference;
mod wkb;

use datafusion::error::Result;
use sedona_expr::{
    function_set::FunctionSet,
    scalar_udf::{ScalarKernelRef, SedonaScalarUDF},
};

pub use self::reference::{Chapter, FUNCTION_REFERENCE, FunctionReference, function_document};
pub(super) use self::{
    bounded::bound,
    cluster::cluster_dbscan,
    geometry::wkb_of,
    guard::Guard,
    h3::{containment, cover_of_wkb},
    metres::{InMetres, check as check_degrees, within_in_joins},
    mvt::as_mvt,
};

/// The same function with something put around each of its kernels.
fn around_kernels(
    function: &SedonaScalarUDF,
    around: impl Fn(ScalarKernelRef) -> ScalarKernelRef,
) -> SedonaScalarUDF {
    let kernels = function.kernels().iter().cloned().map(around);
    function.clone().with_kernels(kernels.collect())
}

/// All spatial functions, each under guard of the query's deadline.
///
/// # Errors
/// When two kernels cannot share a name, which only a new version of a dependency can bring about.
pub(super) fn all() -> Result<FunctionSet> {
    let mut functions = sedona_functions::register::default_function_set();
    for (name, kernels) in sedona_geo::register::scalar_kernels() {
        functions.add_scalar_udf_impl(name, kernels)?;
    }
    aggregates::add_to(&mut functions);
    for (name, kernels) in predicates::kernels() {
        functions.add_scalar_udf_impl(name, kernels)?;
    }
    for (name, kernels) in geometry::kernels() {
        // Ours alone, also where Sedona has one of that name.
        functions.insert_scalar_udf(SedonaScalarUDF::from_impl(name, kernels));
    }
    for (name, kernels) in h3::kernels() {
        functions.add_scalar_udf_impl(name, kernels)?;
    }
    let (name, kernels) = mvt::kernels();
    functions.insert_scalar_udf(SedonaScalarUDF::from_impl(name, kernels));
    for function in metres::functions() {
        functions.insert_scalar_udf(function);
    }
    constructors::assume_lon_lat(&mut functions);
    quick::add_to(&mut functions);
    let guarded: Vec<_> = functions.scalar_udfs().map(guard::under_guard).collect();
    for function in guarded {
        functions.insert_scalar_udf(function);
    }
    Ok(functions)
}
