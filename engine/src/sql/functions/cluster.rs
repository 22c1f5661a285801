//! `ST_ClusterDBSCAN(geometry, eps, minpoints) OVER (PARTITION BY …)`: which rows lie densely together.
//!
//! A row with at least `minpoints` rows, itself included, at most `eps` away is a core; cores so near to each other are of one
//! cluster, and so is a row near one, the nearest, that is no core itself. The answer does not depend on the order of the rows.
//!
//! # References
//! Ester, Kriegel, Sander, Xu (1996), A density-based algorithm for discovering clusters in large spatial databases with noise.

use std::{
    hash::{Hash, Hasher},
    ops::Range,
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array as _, ArrayRef, AsArray as _, BinaryArray, Int64Array},
        compute::cast,
        datatypes::{DataType, Field, FieldRef},
    },
    common::{ScalarValue, plan_datafusion_err, plan_err},
    error::Result,
    logical_expr::{
        PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
        function::{PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
    physical_expr::expressions::Literal,
};
use layers::Extent;
use sedona_schema::datatypes::SedonaType;

use super::guard::Guard;
use crate::{
    index::{PackedIndex, SpatialIndex as _, is_placed, reach},
    shape::Shape,
};

const NAME: &str = "st_clusterdbscan";

const USAGE: &str = "st_clusterdbscan(geometry, eps, minpoints) OVER (PARTITION BY …)";

/// Distances measured between two looks whether the query is still wanted.
const CHECK_EVERY: u32 = 1024;

/// `ST_ClusterDBSCAN` under the guard of a query: a window function sees no options of the session.
pub(in crate::sql) fn cluster_dbscan(guard: Guard) -> WindowUDF {
    WindowUDF::new_from_impl(ClusterDbscan {
        signature: Signature::any(3, Volatility::Immutable),
        guard,
    })
}

#[derive(Debug)]
struct ClusterDbscan {
    signature: Signature,
    guard: Guard,
}

// One query has one guard.
impl PartialEq for ClusterDbscan {
    fn eq(&self, other: &Self) -> bool {
        self.signature == other.signature
    }
}

impl Eq for ClusterDbscan {}

impl Hash for ClusterDbscan {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.signature.hash(state);
    }
}

impl WindowUDFImpl for ClusterDbscan {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn field(&self, args: WindowUDFFieldArgs<'_>) -> Result<FieldRef> {
        let Some(geometry) = args.get_input_field(0) else {
            return plan_err!("{NAME} has no arguments; call it as {USAGE}");
        };
        let kind = SedonaType::from_storage_field(&geometry)?;
        let is_geometry = matches!(
            kind,
            SedonaType::Wkb(..) | SedonaType::WkbView(..) | SedonaType::WkbLarge(..)
        );
        if !is_geometry && !geometry.data_type().is_null() {
            return plan_err!("the first argument of {NAME} is no geometry; call it as {USAGE}");
        }
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }

    fn partition_evaluator(
        &self,
        args: PartitionEvaluatorArgs<'_>,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        let number = |place: usize, what: &str| {
            let literal = args.input_exprs()[place].downcast_ref::<Literal>();
            let value = literal.map(|literal| literal.value().cast_to(&DataType::Float64));
            match value.transpose()? {
                Some(ScalarValue::Float64(Some(number))) => Ok(number),
                _ => Err(plan_datafusion_err!(
                    "{what} is no constant number; call it as {USAGE}"
                )),
            }
        };
        let (eps, fewest) = (number(1, "eps")?, number(2, "minpoints")?);
        if !(eps >= 0.0 && eps.is_finite()) {
            return plan_err!(
                "{NAME}: eps is {eps}: give a distance of 0 or more in the unit of the CRS"
            );
        }
        if !(fewest >= 1.0 && fewest.fract() == 0.0) {
            return plan_err!("{NAME}: minpoints is {fewest}: give a whole number of 1 or more");
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number of 1 or more; beyond usize is as many as no partition has"
        )]
        let fewest = fewest as usize;
        Ok(Box::new(Partition {
            eps,
            fewest,
            guard: self.guard.clone(),
        }))
    }
}

#[derive(Debug)]
struct Partition {
    eps: f64,
    fewest: usize,
    guard: Guard,
}

impl PartitionEvaluator for Partition {
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        let geometries = cast(&values[0], &DataType::Binary)?;
        let mut search = Search::new(self, geometries.as_binary());
        let clusters = search.clusters()?;
        Ok(Arc::new(Int64Array::from(clusters)))
    }

    fn get_range(&self, _: usize, rows: usize) -> Result<Range<usize>> {
        Ok(0..rows)
    }
}

/// The geometries of a partition from west to east, without those that are null or EMPTY.
struct Search<'a> {
    partition: &'a Partition,
    /// How many rows there are, and which of them each shape is of.
    count: usize,
    rows: Vec<usize>,
    shapes: Vec<Shape<'a>>,
    index: PackedIndex,
    measured: u32,
}

impl<'a> Search<'a> {
    fn new(partition: &'a Partition, geometries: &'a BinaryArray) -> Self {
        let shapes = (0..geometries.len()).filter_map(|row| {
            let wkb = geometries.is_valid(row).then(|| geometries.value(row))?;
            let shape = Shape::from_wkb(wkb).filter(|shape| is_placed(shape.extent()))?;
            Some((row, wkb, shape))
        });
        let mut shapes: Vec<_> = shapes.collect();
        shapes.sort_by(|(_, a, at), (_, b, to)| {
            let edges = |extent: &Extent| [extent.min_x, extent.min_y, extent.max_x, extent.max_y];
            let (at, to) = (edges(at.extent()), edges(to.extent()));
            let by_place = at.iter().zip(&to).map(|(a, b)| a.total_cmp(b));
            by_place
                .fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
                .then_with(|| a.cmp(b))
        });
        let (rows, shapes): (Vec<_>, Vec<_>) = shapes
            .into_iter()
            .map(|(row, _, shape)| (row, shape))
            .unzip();
        Self {
            partition,
            count: geometries.len(),
            index: PackedIndex::new(shapes.iter().map(|shape| *shape.extent()).collect()),
            rows,
            shapes,
            measured: 0,
        }
    }

    /// The cluster of each row, from 0; none for noise.
    fn clusters(&mut self) -> Result<Vec<Option<i64>>> {
        let is_core: Vec<bool> = (0..self.shapes.len())
            .map(|at| self.is_core(at))
            .collect::<Result<_>>()?;
        let mut joined = Joined::new(self.shapes.len());
        // For a row that is no core: how far the nearest core is, and which.
        let mut nearest: Vec<Option<(f64, usize)>> = vec![None; self.shapes.len()];
        for core in (0..self.shapes.len()).filter(|at| is_core[*at]) {
            let (cores, others): (Vec<_>, Vec<_>) = self
                .candidates(core)
                .into_iter()
                .partition(|near| is_core[*near]);
            // A pair of cores is looked at from the first of them, and not at all where both are known to be together.
            for near in cores.into_iter().filter(|near| *near > core) {
                let is_new = joined.first(near) != joined.first(core);
                if is_new && self.distance(core, near)?.is_some() {
                    joined.join(core, near);
                }
            }
            for near in others {
                if let Some(distance) = self.distance(core, near)?
                    && nearest[near].is_none_or(|(least, _)| distance < least)
                {
                    nearest[near] = Some((distance, core));
                }
            }
        }
        let mut numbers: Vec<Option<i64>> = vec![None; self.shapes.len()];
        let mut next = 0;
        let mut clusters = vec![None; self.count];
        for (at, row) in self.rows.iter().enumerate() {
            let of = if is_core[at] {
                Some(at)
            } else {
                nearest[at].map(|(_, core)| core)
            };
            let Some(first) = of.map(|core| joined.first(core)) else {
                continue;
            };
            let number = *numbers[first].get_or_insert_with(|| {
                next += 1;
                next - 1
            });
            clusters[*row] = Some(number);
        }
        Ok(clusters)
    }

    /// Whether enough are near.
    fn is_core(&mut self, at: usize) -> Result<bool> {
        let candidates = self.candidates(at);
        let mut missing = self.partition.fewest;
        if candidates.len() < missing {
            return Ok(false);
        }
        for near in candidates {
            if near == at || self.distance(at, near)?.is_some() {
                missing -= 1;
            }
            if missing == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All that may be near, ascending.
    fn candidates(&self, at: usize) -> Vec<usize> {
        let extent = self.shapes[at].extent();
        let reach = reach(self.partition.eps, extent);
        let found = self.index.search(&extent.grown(reach));
        found.into_iter().map(|near| near as usize).collect()
    }

    /// How far two are apart, where that is near.
    fn distance(&mut self, a: usize, b: usize) -> Result<Option<f64>> {
        self.measured += 1;
        if self.measured.is_multiple_of(CHECK_EVERY) {
            self.partition.guard.check()?;
        }
        let distance = self.shapes[a].distance(&self.shapes[b], self.partition.eps);
        Ok(distance.is_finite().then_some(distance))
    }
}

/// Which belong together, known by the first of them.
struct Joined(Vec<usize>);

impl Joined {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn first(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b)] = a.min(b);
    }
}
