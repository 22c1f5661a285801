//! A layer as a SQL table.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::Statistics,
    error::Result,
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    physical_plan::ExecutionPlan,
};

use super::{access, scan::ResidentScanExec};
use crate::LayerSnapshot;

/// Reads from a snapshot; filters on `geom` and `h3` choose rows through its indexes.
#[derive(Debug)]
pub(super) struct ResidentTable {
    layer: Arc<LayerSnapshot>,
}

impl ResidentTable {
    pub(super) fn new(layer: Arc<LayerSnapshot>) -> Self {
        Self { layer }
    }
}

#[async_trait]
impl TableProvider for ResidentTable {
    fn schema(&self) -> SchemaRef {
        self.layer.batch.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let access = access::choose(&self.layer, filters)?;
        let partitions = state.config().target_partitions();
        let scan = ResidentScanExec::new(
            Arc::clone(&self.layer),
            access,
            projection.map(Vec::as_slice),
            partitions,
        )?;
        Ok(Arc::new(scan.limited_to(limit)))
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        // Inexact: the index answers with extents and cells, so DataFusion still tests every row that comes out.
        let support = |filter: &&Expr| {
            Ok(if access::can_use(filter)? {
                TableProviderFilterPushDown::Inexact
            } else {
                TableProviderFilterPushDown::Unsupported
            })
        };
        filters.iter().map(support).collect()
    }

    fn statistics(&self) -> Option<Statistics> {
        ResidentScanExec::statistics_of(&self.layer.batch.schema(), self.layer.len()).into()
    }
}
