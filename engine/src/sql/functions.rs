//! Every function an analyst may call beyond plain SQL: Sedona's `ST_`, our predicates, our `h3_`.

mod bounded;
mod constructors;
mod guard;
mod h3;
mod predicates;

use datafusion::error::Result;
use sedona_expr::function_set::FunctionSet;

pub(super) use self::{
    bounded::bound,
    guard::Guard,
    h3::{containment, cover_of_wkb},
};

/// All spatial functions, each under guard of the query's deadline.
///
/// # Errors
/// When two kernels cannot share a name, which only a new version of a dependency can bring about.
pub(super) fn all() -> Result<FunctionSet> {
    let mut functions = sedona_functions::register::default_function_set();
    for (name, kernels) in sedona_geo::register::scalar_kernels() {
        functions.add_scalar_udf_impl(name, kernels)?;
    }
    for function in sedona_geo::register::aggregate_udfs() {
        functions.add_aggregate_udf(function)?;
    }
    for (name, kernels) in predicates::kernels() {
        functions.add_scalar_udf_impl(name, kernels)?;
    }
    for (name, kernels) in h3::kernels() {
        functions.add_scalar_udf_impl(name, kernels)?;
    }
    constructors::assume_lon_lat(&mut functions);
    let guarded: Vec<_> = functions
        .scalar_udfs()
        .cloned()
        .map(guard::under_guard)
        .collect();
    for function in guarded {
        functions.insert_scalar_udf(function);
    }
    Ok(functions)
}
