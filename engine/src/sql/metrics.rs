//! What an answer has cost.

use std::{sync::Arc, time::Duration};

use datafusion::physical_plan::{
    ExecutionPlan,
    metrics::{MetricValue, MetricsSet},
};
use serde::Serialize;

/// Rows and time of one query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SqlMetrics {
    /// Rows read from layers: all of them, or those that a window or a cell left. What a join reaches through an index is in its pairs.
    pub rows_read: usize,
    /// Pairs of rows whose geometries were compared in spatial joins.
    pub pairs_tested: usize,
    /// Pairs of rows of spatial joins that followed from the index alone.
    pub pairs_untested: usize,
    /// Rows given.
    pub rows: usize,
    /// Time until there was a plan, in microseconds.
    pub planning_us: u64,
    /// Time in which rows were computed, in microseconds; that in which they waited for a reader is not counted.
    pub execution_us: u64,
}

impl SqlMetrics {
    pub(super) fn planned(&mut self, time: Duration) {
        self.planning_us = micros(time);
    }

    pub(super) fn executed(&mut self, time: Duration) {
        self.execution_us += micros(time);
    }

    /// Adds what the operators of a plan have counted.
    pub(super) fn count(&mut self, plan: &Arc<dyn ExecutionPlan>) {
        for metric in plan.metrics().iter().flat_map(MetricsSet::iter) {
            match metric.value() {
                MetricValue::OutputRows(count) if plan.name() == "ResidentScanExec" => {
                    self.rows_read += count.value();
                }
                MetricValue::Count { name, count } if name == "rows_tested" => {
                    self.pairs_tested += count.value();
                }
                MetricValue::Count { name, count } if name == "rows_taken_untested" => {
                    self.pairs_untested += count.value();
                }
                _ => {}
            }
        }
        for child in plan.children() {
            self.count(child);
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
