//! `ST_DWithinSpheroid(geom, constant, metres)` as a window in degrees.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, ScalarValue},
    logical_expr::Expr,
};
use layers::{Extent, Layer};

use crate::{
    LayerSnapshot,
    shape::{Shape, within_metres},
};

/// All longitudes and latitudes.
const EARTH: Extent = Extent {
    min_x: -180.0,
    min_y: -90.0,
    max_x: 180.0,
    max_y: 90.0,
};

/// So many metres around a constant geometry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    around: Extent,
    metres: f64,
}

impl Reach {
    /// What a filter asks for, if it is a distance in metres from the geometry column to a constant.
    pub(super) fn of(filter: &Expr) -> Option<Self> {
        let Expr::ScalarFunction(call) = filter else {
            return None;
        };
        let [a, b, metres] = call.args.as_slice() else {
            return None;
        };
        let is_geom =
            |side: &Expr| matches!(side, Expr::Column(Column { name, .. }) if name == Layer::GEOM);
        let constant = match (is_geom(a), is_geom(b)) {
            (true, false) => b,
            (false, true) => a,
            _ => return None,
        };
        let reach = Self {
            around: extent_of(constant)?,
            metres: number_of(metres).filter(|metres| *metres >= 0.0)?,
        };
        (call.func.name() == "st_dwithinspheroid").then_some(reach)
    }

    /// The window outside of which no row of a layer is so near; none where it would go around a pole or the antimeridian.
    pub(super) fn window(&self, layer: &LayerSnapshot) -> Option<Extent> {
        if self.around.is_empty() {
            return Some(Extent::EMPTY);
        }
        // A row elsewhere may lie whole turns away from where it says.
        let is_on_earth = layer.meta.extent.is_none_or(|extent| EARTH.covers(&extent));
        within_metres(&self.around, self.metres).filter(|_| is_on_earth)
    }
}

fn extent_of(constant: &Expr) -> Option<Extent> {
    let Expr::Literal(
        ScalarValue::Binary(Some(bytes))
        | ScalarValue::LargeBinary(Some(bytes))
        | ScalarValue::BinaryView(Some(bytes)),
        _,
    ) = constant
    else {
        return None;
    };
    Some(*Shape::from_wkb(bytes)?.extent())
}

fn number_of(constant: &Expr) -> Option<f64> {
    let Expr::Literal(value, _) = constant else {
        return None;
    };
    match value.cast_to(&DataType::Float64) {
        Ok(ScalarValue::Float64(number)) => number,
        _ => None,
    }
}
