//! How a query reaches the rows it needs: through the R-tree, through the H3 order, or all of them.

mod reach;

use std::collections::BTreeSet;

use datafusion::{
    common::{Column, ScalarValue},
    error::Result,
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList},
};
use h3o::CellIndex;
use layers::{Extent, Layer};
use sedona_expr::spatial_filter::SpatialFilterFactory;
use sedona_geometry::interval::IntervalTrait as _;

use self::reach::Reach;
use super::boxes::without_envelopes;
use crate::LayerSnapshot;

/// Above this share of a layer's rows, reading them all costs less than picking them.
const MOST_TO_PICK: f64 = 0.25;

/// How far, of the largest coordinate, a distance may round across the edge of its window.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// The rows a scan reads, and why these.
#[derive(Clone, Debug)]
pub(super) struct Access {
    /// The rows, ascending; none for all.
    pub(super) rows: Option<Vec<u32>>,
    /// The index used and for what, or why none; for EXPLAIN.
    pub(super) reason: String,
}

/// Whether a filter narrows down the rows through an index. Negations and disjointness never do.
pub(super) fn can_use(filter: &Expr) -> Result<bool> {
    Ok(window_of(filter)?.is_some() || cells_of(filter).is_some() || Reach::of(filter).is_some())
}

/// Chooses the rows that may satisfy all filters.
pub(super) fn choose(layer: &LayerSnapshot, filters: &[Expr]) -> Result<Access> {
    let mut window: Option<Extent> = None;
    let mut cells: Option<Vec<Cells>> = None;
    let mut reason = "no filter on geom or h3";
    for filter in filters {
        let mut found = window_of(filter)?;
        if let Some(reach) = Reach::of(filter) {
            found = reach.window(layer);
            if found.is_none() {
                reason = "the distance reaches a pole or the antimeridian";
            }
        }
        if let Some(found) = found {
            window = Some(window.map_or(found, |window| intersection(&window, &found)));
        }
        if let Some(found) = cells_of(filter) {
            cells.get_or_insert_default().push(found);
        }
    }
    if let Some(cells) = cells {
        return Ok(by_cells(layer, &cells, window));
    }
    let Some(window) = window else {
        return Ok(all(reason));
    };
    if window.is_empty() {
        return Ok(all("the window is empty"));
    }
    let share = layer.index().at_most(&window) as f64 / layer.len().max(1) as f64;
    if share > MOST_TO_PICK {
        return Ok(all(&format!(
            "the window covers about {:.0} % of the layer",
            share * 100.0
        )));
    }
    let rows = merged(layer.window(&window), layer.unplaced());
    Ok(Access {
        rows: Some(rows),
        reason: format!("packed r-tree window={}", text_of(&window)),
    })
}

fn all(reason: &str) -> Access {
    Access {
        rows: None,
        reason: format!("none ({reason})"),
    }
}

/// Rows by their cells, narrowed by a window where there is one too.
fn by_cells(layer: &LayerSnapshot, filters: &[Cells], window: Option<Extent>) -> Access {
    let mut rows: Option<BTreeSet<u32>> = None;
    let mut count = 0;
    for filter in filters {
        count += filter.len();
        let found: BTreeSet<u32> = filter.rows(layer).into_iter().collect();
        rows = Some(rows.map_or_else(|| found.clone(), |rows| &rows & &found));
    }
    let mut reason = format!("h3 cells={count}");
    let mut rows: Vec<u32> = rows.unwrap_or_default().into_iter().collect();
    if let Some(window) = window.filter(|window| !window.is_empty()) {
        rows.retain(|row| {
            layer
                .extent_of(*row)
                .is_none_or(|extent| extent.intersects(&window))
        });
        reason = format!("{reason} window={}", text_of(&window));
    }
    Access {
        rows: Some(rows),
        reason,
    }
}

/// The cells a filter asks for, all at their own resolution or as parents of the rows' cells.
enum Cells {
    Exactly(Vec<u64>),
    Under(Vec<CellIndex>),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Exactly(cells) => cells.len(),
            Self::Under(cells) => cells.len(),
        }
    }

    fn rows(&self, layer: &LayerSnapshot) -> Vec<u32> {
        match self {
            Self::Exactly(cells) => cells
                .iter()
                .flat_map(|cell| layer.rows_with_cell(*cell))
                .collect(),
            Self::Under(cells) => cells
                .iter()
                .flat_map(|cell| layer.rows_in_cell(*cell))
                .collect(),
        }
    }
}

/// The window outside of which no row satisfies the filter; none where every row may.
fn window_of(filter: &Expr) -> Result<Option<Extent>> {
    let bounds = SpatialFilterFactory::default()
        .try_from_logical_expr(without_envelopes(filter)?.as_ref())?
        .filter_bbox(Layer::GEOM);
    let (x, y) = (bounds.x(), bounds.y());
    if bounds.is_empty() {
        return Ok(Some(Extent::EMPTY));
    }
    let window = Extent {
        min_x: x.lo(),
        min_y: y.lo(),
        max_x: x.hi(),
        max_y: y.hi(),
    };
    let is_open = [window.min_x, window.min_y, window.max_x, window.max_y]
        .iter()
        .all(|edge| edge.is_infinite());
    let largest = [x.lo(), x.hi(), y.lo(), y.hi()]
        .iter()
        .filter(|edge| edge.is_finite())
        .fold(1.0, |a: f64, b| a.max(b.abs()));
    Ok((!is_open).then_some(window.grown(largest * ROUNDING)))
}

/// The cells of `h3 = …`, `h3 IN (…)`, `h3_cell_to_parent(h3, r) = …` and `… IN (…)`.
fn cells_of(filter: &Expr) -> Option<Cells> {
    let (asked, values) = match filter {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => match (literal_cell(left), literal_cell(right)) {
            (None, Some(cell)) => (left.as_ref(), vec![cell]),
            (Some(cell), None) => (right.as_ref(), vec![cell]),
            _ => return None,
        },
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Or,
            right,
        }) => {
            return match (cells_of(left)?, cells_of(right)?) {
                (Cells::Exactly(a), Cells::Exactly(b)) => Some(Cells::Exactly([a, b].concat())),
                (Cells::Under(a), Cells::Under(b)) => Some(Cells::Under([a, b].concat())),
                _ => None,
            };
        }
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) => (
            expr.as_ref(),
            list.iter().map(literal_cell).collect::<Option<Vec<_>>>()?,
        ),
        _ => return None,
    };
    if is_h3_column(asked) {
        return Some(Cells::Exactly(values));
    }
    match asked {
        Expr::ScalarFunction(call)
            if call.func.name() == "h3_cell_to_parent" && is_h3_column(&call.args[0]) =>
        {
            let cells = values
                .into_iter()
                .map(|cell| CellIndex::try_from(cell).ok())
                .collect::<Option<_>>()?;
            Some(Cells::Under(cells))
        }
        _ => None,
    }
}

fn is_h3_column(expression: &Expr) -> bool {
    matches!(expression, Expr::Column(Column { name, .. }) if name == Layer::H3)
}

fn literal_cell(expression: &Expr) -> Option<u64> {
    match expression {
        Expr::Literal(ScalarValue::UInt64(Some(cell)), _) => Some(*cell),
        Expr::Literal(ScalarValue::Int64(Some(cell)), _) => u64::try_from(*cell).ok(),
        _ => None,
    }
}

fn intersection(a: &Extent, b: &Extent) -> Extent {
    Extent {
        min_x: a.min_x.max(b.min_x),
        min_y: a.min_y.max(b.min_y),
        max_x: a.max_x.min(b.max_x),
        max_y: a.max_y.min(b.max_y),
    }
}

/// Two ascending lists of different rows as one.
fn merged(mut rows: Vec<u32>, others: &[u32]) -> Vec<u32> {
    if !others.is_empty() {
        rows.extend_from_slice(others);
        rows.sort_unstable();
    }
    rows
}

fn text_of(window: &Extent) -> String {
    format!(
        "[{:.6}, {:.6}, {:.6}, {:.6}]",
        window.min_x, window.min_y, window.max_x, window.max_y
    )
}
