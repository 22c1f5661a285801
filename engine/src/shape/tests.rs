//! Shapes against `geo`, which looks at every segment, on a coarse grid where boundaries touch all the time.

use std::cell::OnceCell;

use geo::{
    Area as _, Coord, Distance as _, Euclidean, Geometry, LineString, MultiPoint, MultiPolygon,
    Point, Polygon, Relate as _, Validation as _,
};
use layers::Extent;
use proptest::prelude::*;

use super::*;

fn shape(geometry: &Geometry<f64>) -> Shape<'static> {
    let mut bytes = Vec::new();
    wkb::writer::write_geometry(&mut bytes, geometry, &wkb::writer::WriteOptions::default())
        .unwrap();
    Shape::from_wkb(&bytes).unwrap().into_owned()
}

fn position() -> impl Strategy<Value = Coord<f64>> {
    (0..9_i8, 0..9_i8).prop_map(|(x, y)| Coord {
        x: f64::from(x),
        y: f64::from(y),
    })
}

/// A star around a middle, sometimes with a hole: valid or thrown away.
fn polygon() -> impl Strategy<Value = Polygon<f64>> {
    let ring = prop::collection::vec(position(), 3..7);
    let hole = prop::option::of(prop::collection::vec(position(), 3..4));
    (ring, hole)
        .prop_map(|(ring, hole)| {
            Polygon::new(
                LineString::new(ring),
                hole.into_iter().map(LineString::new).collect(),
            )
        })
        .prop_filter("valid", is_sound)
}

/// Whether a polygon is valid and its rings have areas, which `geo`'s validation does not ask.
fn is_sound(polygon: &Polygon<f64>) -> bool {
    let area = |ring: &LineString<f64>| Polygon::new(ring.clone(), Vec::new()).unsigned_area();
    polygon.is_valid()
        && area(polygon.exterior()) > 0.0
        && polygon.interiors().iter().all(|hole| area(hole) > 0.0)
}

fn geometry() -> impl Strategy<Value = Geometry<f64>> {
    let two = (polygon(), polygon())
        .prop_map(|(a, b)| MultiPolygon::new(vec![a, b]))
        .prop_filter("valid", MultiPolygon::is_valid);
    prop_oneof![
        2 => position().prop_map(|position| Point(position).into()),
        1 => prop::collection::vec(position(), 2..4)
            .prop_map(|places| MultiPoint::from(places.into_iter().map(Point).collect::<Vec<_>>()).into()),
        2 => prop::collection::vec(position(), 2..5)
            .prop_map(LineString::new)
            .prop_filter("valid", LineString::is_valid)
            .prop_map(Geometry::from),
        4 => polygon().prop_map(Geometry::from),
        1 => two.prop_map(Geometry::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    #[test]
    fn predicates_equal_the_matrix(a in geometry(), b in geometry()) {
        let matrix = a.relate(&b);
        let (left, right) = (shape(&a), shape(&b));
        let expected = [
            (Relation::Intersects, matrix.is_intersects()),
            (Relation::Contains, matrix.is_contains()),
            (Relation::Within, matrix.is_within()),
            (Relation::Covers, matrix.is_covers()),
            (Relation::CoveredBy, matrix.is_coveredby()),
            (Relation::Touches, matrix.is_touches()),
            (Relation::Crosses, matrix.is_crosses()),
            (Relation::Overlaps, matrix.is_overlaps()),
            (Relation::Equals, matrix.is_equal_topo()),
            (Relation::Disjoint, matrix.is_disjoint()),
        ];
        for (relation, holds) in expected {
            prop_assert_eq!(relation.holds(&left, &right), holds, "{:?}", relation);
            prop_assert_eq!(relation.inverse().holds(&right, &left), holds, "{:?} inverted", relation);
            prop_assert_eq!(relation.holds_between(&left, &right, &OnceCell::new()), holds);
        }
    }

    #[test]
    fn distances_equal_those_of_every_segment(a in geometry(), b in geometry(), within in 0.0..4.0_f64) {
        let expected = Euclidean.distance(&a, &b);
        let (left, right) = (shape(&a), shape(&b));
        let found = left.distance(&right, f64::INFINITY);
        prop_assert!((found - expected).abs() <= 1e-12, "{found} is not {expected}");
        prop_assert_eq!(found.to_bits(), right.distance(&left, f64::INFINITY).to_bits());
        prop_assert_eq!(left.is_within(&right, within), found <= within);
        prop_assert!(left.is_within(&right, found));
    }

    #[test]
    fn a_rectangle_said_to_be_inside_or_outside_is(
        area in polygon(), x in 0..16_i8, y in 0..16_i8, width in 0..4_i8, height in 0..4_i8,
    ) {
        let corner = (f64::from(x) / 2.0, f64::from(y) / 2.0);
        let extent = Extent::from_corners(corner, (corner.0 + f64::from(width) / 4.0, corner.1 + f64::from(height) / 4.0));
        let middle = Geometry::from(geo::Rect::new((extent.min_x, extent.min_y), (extent.max_x, extent.max_y)).to_polygon());
        let matrix = Geometry::from(area.clone()).relate(&middle);
        match shape(&area.into()).side_of(&extent) {
            Side::Outside => prop_assert!(width == 0 || height == 0 || matrix.is_disjoint()),
            Side::Inside => prop_assert!(width == 0 || height == 0 || matrix.is_contains_properly()),
            Side::Across => {}
        }
    }
}

#[test]
fn empty_is_far_from_everything_and_equal_to_itself() {
    let empty = Shape::from_wkb(&[1, 3, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    let point = shape(&Point::new(0.0, 0.0).into());
    for relation in Relation::ALL {
        assert_eq!(
            relation.holds(&empty, &point),
            relation == Relation::Disjoint,
            "{relation:?}"
        );
        assert_eq!(
            relation.holds(&point, &empty),
            relation == Relation::Disjoint,
            "{relation:?}"
        );
        let of_itself = matches!(relation, Relation::Disjoint | Relation::Equals);
        assert_eq!(relation.holds(&empty, &empty), of_itself, "{relation:?}");
    }
    assert!(
        empty.distance(&point, f64::INFINITY).is_infinite()
            && !empty.is_within(&point, f64::INFINITY)
    );
    assert!(
        !point.is_within(&point, -1.0)
            && !point.is_within(&point, f64::NAN)
            && point.is_within(&point, 0.0)
    );
    assert!(Shape::from_wkb(b"no").is_none());
}

#[test]
fn where_two_polygons_touch_is_boundary() {
    let square = |x: f64, y: f64| geo::Rect::new((x, y), (x + 1.0, y + 1.0)).to_polygon();
    let two = shape(&MultiPolygon::new(vec![square(0.0, 0.0), square(1.0, 1.0)]).into());
    assert_eq!(two.locate(Coord { x: 1.0, y: 1.0 }), Position::Boundary);
    assert_eq!(two.locate(Coord { x: 0.5, y: 0.5 }), Position::Inside);
    assert_eq!(two.locate(Coord { x: 1.5, y: 0.5 }), Position::Outside);
}
