//! The topological predicates that Sedona leaves to GEOS, on `geo`'s DE-9IM matrix.

use std::{cell::OnceCell, fmt, sync::Arc};

use datafusion::{
    arrow::{array::BooleanBuilder, datatypes::DataType},
    error::Result,
    logical_expr::ColumnarValue,
};
use geo::{
    BoundingRect as _, Geometry, Intersects as _, PreparedGeometry, Rect, Relate as _,
    relate::IntersectionMatrix,
};
use sedona_expr::scalar_udf::{ScalarKernelRef, SedonaScalarKernel};
use sedona_functions::executor::{GenericExecutor, GeometryFactory};
use sedona_geo::to_geo::GeoTypesGeometryFactory;
use sedona_schema::{datatypes::SedonaType, matchers::ArgMatcher};

/// A predicate of two geometries: true, false, or null where either is null.
#[derive(Clone, Copy)]
struct Predicate {
    name: &'static str,
    holds: fn(&IntersectionMatrix) -> bool,
    /// The answer where the extents do not meet, so that no matrix is needed.
    apart: bool,
}

const PREDICATES: [Predicate; 9] = [
    Predicate {
        name: "st_contains",
        holds: IntersectionMatrix::is_contains,
        apart: false,
    },
    Predicate {
        name: "st_within",
        holds: IntersectionMatrix::is_within,
        apart: false,
    },
    Predicate {
        name: "st_covers",
        holds: IntersectionMatrix::is_covers,
        apart: false,
    },
    Predicate {
        name: "st_coveredby",
        holds: IntersectionMatrix::is_coveredby,
        apart: false,
    },
    Predicate {
        name: "st_touches",
        holds: IntersectionMatrix::is_touches,
        apart: false,
    },
    Predicate {
        name: "st_crosses",
        holds: IntersectionMatrix::is_crosses,
        apart: false,
    },
    Predicate {
        name: "st_overlaps",
        holds: IntersectionMatrix::is_overlaps,
        apart: false,
    },
    Predicate {
        name: "st_equals",
        holds: IntersectionMatrix::is_equal_topo,
        apart: false,
    },
    Predicate {
        name: "st_disjoint",
        holds: IntersectionMatrix::is_disjoint,
        apart: true,
    },
];

/// The kernels by function name.
pub(super) fn kernels() -> impl Iterator<Item = (&'static str, ScalarKernelRef)> {
    PREDICATES
        .into_iter()
        .map(|predicate| (predicate.name, Arc::new(predicate) as ScalarKernelRef))
}

impl SedonaScalarKernel for Predicate {
    fn return_type(&self, types: &[SedonaType]) -> Result<Option<SedonaType>> {
        let geometries = vec![ArgMatcher::is_geometry(), ArgMatcher::is_geometry()];
        ArgMatcher::new(geometries, SedonaType::Arrow(DataType::Boolean)).match_args(types)
    }

    fn invoke_batch(
        &self,
        types: &[SedonaType],
        values: &[ColumnarValue],
    ) -> Result<ColumnarValue> {
        let executor = GenericExecutor::<ShapeFactory, ShapeFactory>::new(types, values);
        let constant = [0, 1].map(|place| matches!(values[place], ColumnarValue::Scalar(_)));
        let mut answers = BooleanBuilder::with_capacity(executor.num_iterations());
        executor.execute_wkb_wkb_void(|a, b| {
            answers.append_option(a.zip(b).map(|(a, b)| self.of(a, b, constant)));
            Ok(())
        })?;
        executor.finish(Arc::new(answers.finish()))
    }
}

impl Predicate {
    /// Whether the predicate holds; a constant side is prepared once for all rows.
    fn of(&self, a: &Shape, b: &Shape, constant: [bool; 2]) -> bool {
        if let (Some(a), Some(b)) = (a.extent, b.extent)
            && !a.intersects(&b)
        {
            return self.apart;
        }
        let matrix = match constant {
            [true, _] => a.prepared().relate(&b.geometry),
            [false, true] => a.geometry.relate(b.prepared()),
            [false, false] => a.geometry.relate(&b.geometry),
        };
        (self.holds)(&matrix)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// A decoded geometry with its extent, prepared on demand.
struct Shape {
    geometry: Geometry<f64>,
    extent: Option<Rect<f64>>,
    prepared: OnceCell<PreparedGeometry<'static, Geometry<f64>>>,
}

impl Shape {
    fn prepared(&self) -> &PreparedGeometry<'static, Geometry<f64>> {
        self.prepared
            .get_or_init(|| PreparedGeometry::from(self.geometry.clone()))
    }
}

#[derive(Default)]
struct ShapeFactory(GeoTypesGeometryFactory);

impl GeometryFactory for ShapeFactory {
    type Geom<'a> = Shape;

    fn try_from_wkb(&self, bytes: &[u8]) -> Result<Shape> {
        let geometry = self.0.try_from_wkb(bytes)?;
        Ok(Shape {
            extent: geometry.bounding_rect(),
            geometry,
            prepared: OnceCell::new(),
        })
    }
}
