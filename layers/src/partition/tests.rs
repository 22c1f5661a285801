use geo::{
    BooleanOps as _, Geometry, MapCoords as _, MultiPolygon, Polygon, Rect, orient::Orient as _,
};
use proptest::prelude::*;

use super::*;

/// The plane of all tests; its origin is the zero of their metres.
fn plane() -> Plane {
    Plane::at(106.3, 20.9)
}

fn outlines(polygons: &[Geometry]) -> Outlines {
    let plane = plane();
    let mut outlines = Outlines::default();
    for (number, polygon) in (1..).zip(polygons) {
        let mut one = Outlines::default();
        one.add(
            &polygon.map_coords(|at| plane.degrees(at)),
            &plane,
            (0, number),
        );
        outlines.merge(one);
    }
    outlines
}

fn ring(corners: Vec<(f64, f64)>) -> Geometry {
    let polygon = Polygon::new(corners.into(), Vec::new());
    Geometry::Polygon(polygon.orient(geo::orient::Direction::Default))
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Geometry {
    ring(vec![
        (west, south),
        (east, south),
        (east, north),
        (west, north),
    ])
}

const NONE: (u64, f64) = (0, 0.0);

/// Overlaps, gaps and slivers: how many, and their area in m².
#[track_caller]
fn finds(polygons: &[Geometry], expected: [(u64, f64); 3]) {
    let defects = check(&outlines(polygons), &plane());
    let codes = [
        FindingCode::PartitionOverlap,
        FindingCode::PartitionGap,
        FindingCode::PartitionSliver,
    ];
    for (code, (count, area_m2)) in codes.into_iter().zip(expected) {
        let (found, found_m2) = defects.of(code);
        assert_eq!(found, count, "{code:?}: {defects:?}");
        let near = (found_m2 - area_m2).abs() < 0.05 + 1e-3 * area_m2;
        assert!(near, "{code:?}: {found_m2} {area_m2}");
    }
}

/// Squares of 10 m, `size` by `size`, without those in `except`.
fn grid(size: i32, except: &[(i32, i32)]) -> Vec<Geometry> {
    let cells = (0..size).flat_map(|x| (0..size).map(move |y| (x, y)));
    cells
        .filter(|cell| !except.contains(cell))
        .map(|(x, y)| (10.0 * f64::from(x), 10.0 * f64::from(y)))
        .map(|(x, y)| rectangle(x, y, x + 10.0, y + 10.0))
        .collect()
}

#[test]
fn a_clean_grid_has_no_defect_and_its_outer_bound_is_no_gap() {
    finds(&grid(5, &[]), [NONE; 3]);
    finds(&[], [NONE; 3]);
    finds(&[Geometry::Point(geo::Point::new(1.0, 1.0))], [NONE; 3]);
    // A bay is open to the outside.
    finds(&grid(5, &[(0, 2), (1, 2)]), [NONE; 3]);
}

#[test]
fn gaps_that_touch_the_outside_or_each_other_at_a_corner_are_gaps() {
    finds(&grid(4, &[(0, 0), (1, 1)]), [NONE, (1, 100.0), NONE]);
    finds(&grid(5, &[(1, 1), (2, 2)]), [NONE, (2, 200.0), NONE]);
}

#[test]
fn planted_defects_are_found_each_with_its_area() {
    let mut cells = grid(6, &[(1, 1), (3, 3)]);
    // (1, 1) comes back 2 m wider than its place, (3, 3) 1 m shorter.
    cells.push(rectangle(10.0, 10.0, 22.0, 20.0));
    cells.push(rectangle(30.0, 30.0, 40.0, 39.0));
    finds(&cells, [(1, 20.0), (1, 10.0), NONE]);
    // A missing cell, a sliver outside, a copy of a whole cell.
    let mut cells = grid(6, &[(2, 2)]);
    cells.push(rectangle(60.0, 0.0, 60.4, 10.0));
    cells.push(rectangle(0.0, 0.0, 10.0, 10.0));
    finds(&cells, [(1, 100.0), (1, 100.0), (1, 4.0)]);
}

#[test]
fn defects_below_the_tolerances_are_none() {
    let mut cells = grid(4, &[(1, 1), (2, 2)]);
    cells.push(rectangle(10.0, 10.0, 20.04, 20.0));
    cells.push(rectangle(20.0, 20.0, 29.96, 30.0));
    finds(&cells, [NONE; 3]);
    // 12 cm are told.
    cells.push(rectangle(40.0, 0.0, 50.0, 10.0));
    cells.push(rectangle(49.88, 0.0, 60.0, 10.0));
    finds(&cells, [(1, 1.2), NONE, NONE]);
}

#[test]
fn neighbours_whose_corners_do_not_match_are_clean() {
    let cells = [
        rectangle(0.0, 0.0, 10.0, 30.0),
        rectangle(10.0, 0.0, 20.0, 12.0),
        rectangle(10.0, 12.0, 20.0, 30.0),
        rectangle(0.0, 30.0, 20.0, 35.0),
    ];
    finds(&cells, [NONE; 3]);
}

#[test]
fn what_lies_within_another_overlaps_it_unless_it_fills_its_hole() {
    let field = |holes: &[Rect]| {
        let (exterior, _) = Rect::new((0.0, 0.0), (90.0, 90.0))
            .to_polygon()
            .into_inner();
        let holes = holes.iter().map(|hole| hole.to_polygon().into_inner().0);
        let field = Polygon::new(exterior, holes.collect());
        Geometry::Polygon(field.orient(geo::orient::Direction::Default))
    };
    let yard = rectangle(30.0, 30.0, 40.0, 50.0);
    finds(&[field(&[]), yard.clone()], [(1, 200.0), NONE, NONE]);
    let hole = Rect::new((30.0, 30.0), (40.0, 50.0));
    finds(&[field(&[hole]), yard], [NONE; 3]);
    finds(&[field(&[hole])], [NONE, (1, 200.0), NONE]);
}

#[test]
fn a_hole_of_more_than_a_hectare_is_left_out_on_purpose() {
    let lake: Vec<_> = (1..12).flat_map(|x| (1..12).map(move |y| (x, y))).collect();
    finds(&grid(14, &lake), [NONE; 3]);
}

#[test]
fn two_clean_partitions_on_top_of_each_other_are_found_out() {
    let mut cells = grid(6, &[]);
    let strips = (0..12).map(|x| 5.0 * f64::from(x));
    cells.extend(strips.map(|x| rectangle(x, 0.0, x + 5.0, 60.0)));
    finds(&cells, [(72, 3600.0), NONE, NONE]);
}

#[test]
fn large_outlines_are_cut_to_where_they_meet() {
    let wave = |start: f64| {
        let side = |at: i32| {
            (
                start + (f64::from(at) / 40.0).sin() * 3.0,
                f64::from(at) / 2.0,
            )
        };
        let east = (0..400).rev().map(side).map(|(x, y)| (x + 20.0, y));
        ring((0..400).map(side).chain(east).collect())
    };
    finds(&[wave(0.0), wave(20.0)], [NONE; 3]);
    finds(&[wave(0.0), wave(19.0)], [(1, 199.5), NONE, NONE]);
}

#[test]
fn what_is_beyond_the_plane_is_counted_as_not_looked_at() {
    let mut outlines = Outlines::default();
    let far = Rect::new((-70.0, 10.0), (-69.0, 11.0)).to_polygon();
    outlines.add(&Geometry::Polygon(far), &plane(), (0, 1));
    assert_eq!((outlines.len(), outlines.far), (0, 1));
}

/// A grid of quadrilaterals whose corners were moved: together, as in a clean partition, and some of one cell alone.
fn tessellation() -> impl Strategy<Value = Vec<Geometry>> {
    let moves = prop::collection::vec((-3_i32..4, -3_i32..4), 25);
    let alone = prop::collection::vec((0_usize..16, 0_usize..4, -8_i32..9, -8_i32..9), 0..4);
    (moves, alone).prop_map(|(moves, alone)| {
        let corner = |x: usize, y: usize| {
            let (dx, dy) = moves[5 * x + y];
            (
                20.0 * x as f64 + f64::from(dx),
                20.0 * y as f64 + f64::from(dy),
            )
        };
        let corners = |cell: usize| {
            let (x, y) = (cell / 4, cell % 4);
            vec![
                corner(x, y),
                corner(x + 1, y),
                corner(x + 1, y + 1),
                corner(x, y + 1),
            ]
        };
        let mut cells: Vec<_> = (0..16).map(corners).collect();
        for (cell, at, dx, dy) in alone {
            cells[cell][at].0 += f64::from(dx);
            cells[cell][at].1 += f64::from(dy);
        }
        // Cells that cross themselves are mended before they come here.
        let cells = cells.into_iter().map(ring);
        let is_simple = |cell: &Geometry| {
            crate::repair::mend(cell.clone()).is_ok_and(|sound| !sound.is_repaired())
        };
        cells.filter(is_simple).collect()
    })
}

/// Overlaps of all pairs and holes of the union, by plain overlays: how many, and their area.
fn brute_force(cells: &[Geometry]) -> [(u64, f64); 2] {
    let polygon = |cell: &Geometry| MultiPolygon::from(Polygon::try_from(cell.clone()).unwrap());
    let cells: Vec<MultiPolygon> = cells.iter().map(polygon).collect();
    let is_defect = |polygon: &Polygon| {
        let width_m = 2.0 * area_m2(polygon) / perimeter_m(&polygon.clone().into());
        area_m2(polygon) > MIN_AREA_M2 && width_m > MIN_WIDTH_M
    };
    let add = |(count, sum): (u64, f64), area_m2: f64| (count + 1, sum + area_m2);
    let mut overlaps = NONE;
    for (at, cell) in cells.iter().enumerate() {
        for other in &cells[..at] {
            let mut both = cell.intersection(other);
            both.0.retain(is_defect);
            if !both.0.is_empty() {
                overlaps = add(overlaps, area_m2(&both));
            }
        }
    }
    let union = cells
        .iter()
        .fold(MultiPolygon::empty(), |all, cell| all.union(cell));
    let holes = union.iter().flat_map(Polygon::interiors);
    let gaps = holes
        .map(|hole| Polygon::new(hole.clone(), Vec::new()))
        .filter(is_defect);
    [
        overlaps,
        gaps.fold(NONE, |sum, gap| add(sum, area_m2(&gap))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_found_in_small_tessellations_is_what_plain_overlays_find(cells in tessellation()) {
        let defects = check(&outlines(&cells), &plane());
        let codes = [FindingCode::PartitionOverlap, FindingCode::PartitionGap];
        for (code, (count, area_m2)) in codes.into_iter().zip(brute_force(&cells)) {
            let (found, found_m2) = defects.of(code);
            let near = (found_m2 - area_m2).abs() < 0.2 + 2e-3 * area_m2;
            prop_assert!(found == count && near, "{code:?}: {found} {found_m2}, not {count} {area_m2}");
        }
    }
}
