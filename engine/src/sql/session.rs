//! The SQL session: DataFusion with Sedona's types and functions, assembled once, copied for each query.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use datafusion::{
    catalog::{
        CatalogProvider as _, CatalogProviderList as _, MemoryCatalogProvider,
        MemoryCatalogProviderList, SchemaProvider, TableProvider,
    },
    common::{config::Dialect, internal_datafusion_err},
    error::{DataFusionError, Result},
    execution::{FunctionRegistry as _, SessionState, SessionStateBuilder},
    prelude::SessionConfig,
};
use layers::{LayerId, LayerKind};
use sedona_common::SedonaOptions;
use sedona_proj::transform::{LazyProjEngine, ProjCrsEngineBuilder, configure_global_proj_engine};
use sedona_query_planner::{
    optimizer::{
        register_sedona_analyzer_rules, register_spatial_join_logical_optimizer,
        register_vendored_optimizer_rules,
    },
    query_planner::SedonaQueryPlanner,
};

use super::{
    about::{self, AboutSchema},
    boxes::Boxes,
    cell_text::CellText,
    functions::{self, Guard},
    join::{DistanceAsPredicate, DistanceOfSearch, MetresInJoins, SpatialJoins},
    nearest::NearestFirst,
    plain,
    table::ResidentTable,
    table_functions,
    yielding::YieldWhereRowsGrow,
};
use crate::TwinSnapshot;

/// The catalog that every layer is in.
pub const CATALOG: &str = "twin";

/// The schema that every layer is in.
pub const SCHEMA: &str = "public";

/// Names of the PROJ library, newest first; 25 is PROJ 9, 22 is PROJ 8.
const PROJ_LIBRARIES: [&str; 3] = ["libproj.so.25", "libproj.so.22", "libproj.so"];

/// How thoroughly a session optimizes plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// Every rule there is.
    All,
    /// Those that can matter to a plain question, see [`is_plain`](super::plain::is_plain): planning takes a third of the time.
    Plain,
}

/// A session over the layers of a snapshot, its functions under guard.
///
/// # Errors
/// When the session cannot be assembled, which only a new version of a dependency can bring about.
pub(super) fn open(
    snapshot: &Arc<TwinSnapshot>,
    guard: Guard,
    rules: Rules,
) -> Result<SessionState> {
    static BASE: OnceLock<Result<[SessionState; 2], String>> = OnceLock::new();
    let assemble = || Ok([assemble(Rules::All)?, assemble(Rules::Plain)?]);
    let base = BASE.get_or_init(|| assemble().map_err(|error: DataFusionError| error.to_string()));
    let [all, plain] = base
        .as_ref()
        .map_err(|error| internal_datafusion_err!("{error}"))?;
    let mut state = if rules == Rules::All {
        all.clone()
    } else {
        plain.clone()
    };
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, Arc::new(ResidentSchema(Arc::clone(snapshot))))?;
    catalog.register_schema(about::SCHEMA, Arc::new(AboutSchema(Arc::clone(snapshot))))?;
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    state.register_catalog_list(Arc::new(catalogs));
    state.register_udwf(Arc::new(functions::cluster_dbscan(guard.clone())))?;
    state.config_mut().options_mut().extensions.insert(guard);
    table_functions::register(&mut state, snapshot);
    state.mark_start_execution();
    Ok(state)
}

fn assemble(rules: Rules) -> Result<SessionState> {
    configure_proj();
    let mut config = SessionConfig::new()
        .with_option_extension(SedonaOptions::default())
        .with_create_default_catalog_and_schema(false)
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_information_schema(true);
    let options = config.options_mut();
    options.sql_parser.dialect = Dialect::PostgreSQL;
    options.sql_parser.collect_spans = true;
    // A layer knows its rows: a few of them are not worth a second thread, also where a filter leaves it open how few.
    options
        .execution
        .use_row_number_estimates_to_optimize_partitioning = true;
    // Without this and the vendored rules, geometry metadata is lost in some plans (datafusion#24933, #22620).
    options
        .optimizer
        .enable_physical_uncorrelated_scalar_subquery = false;
    if rules == Rules::Plain {
        // In the order they are in, once is enough.
        options.optimizer.max_passes = 1;
    }
    if let Some(sedona) = options.extensions.get_mut::<SedonaOptions>() {
        sedona.runtime = sedona.runtime.with_crs_engine(Arc::new(LazyProjEngine));
    }
    let mut builder = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config);
    builder = register_vendored_optimizer_rules(builder)?;
    builder = register_sedona_analyzer_rules(builder)?;
    // Before Sedona's last rule, which looks at the conditions of joins.
    let rules_of_plans = &mut builder.optimizer().get_or_insert_default().rules;
    rules_of_plans.push(Arc::new(MetresInJoins::new()));
    builder = register_spatial_join_logical_optimizer(builder)?;
    // First, as type coercion would turn the cells into text.
    builder
        .analyzer()
        .get_or_insert_default()
        .rules
        .insert(0, Arc::new(CellText));
    builder = builder
        .with_physical_optimizer_rule(Arc::new(NearestFirst))
        .with_physical_optimizer_rule(Arc::new(DistanceOfSearch))
        .with_physical_optimizer_rule(Arc::new(YieldWhereRowsGrow));
    let planner =
        SedonaQueryPlanner::new().with_spatial_join_physical_planner(Arc::new(SpatialJoins));
    if rules == Rules::Plain {
        builder = builder
            .with_optimizer_rules(plain::logical_rules())
            .with_physical_optimizer_rules(plain::physical_rules());
    }
    let mut state = builder.with_query_planner(Arc::new(planner)).build();
    let functions = functions::all()?;
    for function in functions.scalar_udfs() {
        state.register_udf(Arc::new(function.clone().into()))?;
    }
    for function in functions.aggregate_udfs() {
        state.register_udaf(Arc::new(function.clone().into()))?;
    }
    state.register_udaf(Arc::new(functions::as_mvt()))?;
    functions::bound(&mut state)?;
    let boxes = Boxes {
        intersects: state.udf("st_intersects")?,
        envelope: state.udf("st_envelope")?,
    };
    state.register_expr_planner(Arc::new(boxes))?;
    let distance_as_predicate = DistanceAsPredicate {
        within: state.udf("st_dwithin")?,
        within_metres: state.udf("st_dwithinspheroid")?,
    };
    state.add_analyzer_rule(Arc::new(distance_as_predicate));
    Ok(state)
}

/// Points Sedona at the PROJ of the system. Without one, `ST_Transform` fails and says so; all else works.
fn configure_proj() {
    let found = PROJ_LIBRARIES.iter().find_map(|library| {
        let builder = ProjCrsEngineBuilder::default().with_shared_library((*library).into());
        builder.build().is_ok().then_some(builder)
    });
    let Some(builder) = found else {
        tracing::error!(libraries = ?PROJ_LIBRARIES, "PROJ is not installed: ST_Transform will fail");
        return;
    };
    if let Err(error) = configure_global_proj_engine(builder) {
        tracing::error!(%error, "PROJ is not configured: ST_Transform will fail");
    }
}

/// The layers of a snapshot as tables; rasters have no rows and are no tables.
#[derive(Debug)]
struct ResidentSchema(Arc<TwinSnapshot>);

impl ResidentSchema {
    fn find(&self, name: &str) -> Option<ResidentTable> {
        let id: LayerId = name.parse().ok()?;
        let layer = self
            .0
            .layer(&id)
            .filter(|layer| layer.meta.kind != LayerKind::Raster)?;
        Some(ResidentTable::new(Arc::clone(layer)))
    }
}

#[async_trait]
impl SchemaProvider for ResidentSchema {
    fn table_names(&self) -> Vec<String> {
        let tables = self
            .0
            .layers
            .values()
            .filter(|layer| layer.meta.kind != LayerKind::Raster);
        tables.map(|layer| layer.meta.id.to_string()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(self
            .find(name)
            .map(|table| Arc::new(table) as Arc<dyn TableProvider>))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
}
