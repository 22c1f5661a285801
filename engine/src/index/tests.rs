//! Both trees against looking at every row.

use proptest::prelude::*;

use super::*;

/// Coordinates on a coarse grid, so that edges touch and distances tie.
fn extent() -> impl Strategy<Value = Extent> {
    prop_oneof![
        1 => Just(Extent::EMPTY),
        9 => (-8..8_i8, -8..8_i8, 0..4_i8, 0..4_i8).prop_map(|(x, y, width, height)| {
            let (x, y) = (f64::from(x) / 2.0, f64::from(y) / 2.0);
            Extent::from_corners((x, y), (x + f64::from(width) / 2.0, y + f64::from(height) / 2.0))
        }),
    ]
}

fn search_every_row(extents: &[Extent], window: &Extent) -> Vec<u32> {
    (0_u32..)
        .zip(extents)
        .filter(|(_, extent)| extent.intersects(window))
        .map(|(row, _)| row)
        .collect()
}

fn measure_every_row(extents: &[Extent], x: f64, y: f64, count: usize) -> Vec<(u32, f64)> {
    let placed = (0_u32..)
        .zip(extents)
        .filter(|(_, extent)| !extent.is_empty());
    nearest_first(
        placed
            .map(|(row, extent)| (row, squared_distance(x, y, extent)))
            .collect(),
        count,
    )
}

proptest! {
    #[test]
    fn both_trees_find_what_looking_at_every_row_finds(
        extents in prop::collection::vec(extent(), 0..200), window in extent(), count in 0..20_usize,
    ) {
        let sorted = PackedIndex::new(extents.clone());
        let packed = PackedIndex::in_order(extents.clone());
        let dynamic = DynamicIndex::new((0..).zip(extents.iter().copied()));
        let expected = search_every_row(&extents, &window);
        prop_assert_eq!(&packed.search(&window), &expected);
        prop_assert_eq!(&sorted.search(&window), &expected);
        prop_assert_eq!(&dynamic.search(&window), &expected);

        let expected = measure_every_row(&extents, 0.25, -0.25, count);
        prop_assert_eq!(&packed.nearest(0.25, -0.25, count), &expected);
        prop_assert_eq!(&sorted.nearest(0.25, -0.25, count), &expected);
        prop_assert_eq!(&dynamic.nearest(0.25, -0.25, count), &expected);
    }

    #[test]
    fn rows_that_move_and_go_are_found_where_they_are_now(
        mut extents in prop::collection::vec(extent(), 1..60),
        moves in prop::collection::vec((0..60_u32, extent()), 0..60),
        window in extent(),
    ) {
        let mut index = DynamicIndex::new((0..).zip(extents.iter().copied()));
        for (row, to) in moves.into_iter().filter(|(row, _)| (*row as usize) < extents.len()).collect::<Vec<_>>() {
            index.insert(row, to);
            extents[row as usize] = to;
        }
        prop_assert_eq!(index.search(&window), search_every_row(&extents, &window));
        prop_assert_eq!(index.len(), extents.iter().filter(|extent| !extent.is_empty()).count());
    }
}

#[test]
fn extents_that_are_not_numbers_are_left_out() {
    let odd = Extent {
        max_x: f64::INFINITY,
        ..Extent::from_corners((0.0, 0.0), (1.0, 1.0))
    };
    let index = PackedIndex::new(vec![odd, Extent::from_corners((0.0, 0.0), (1.0, 1.0))]);
    assert_eq!(
        index.search(&Extent::from_corners((0.5, 0.5), (0.6, 0.6))),
        [1]
    );
}
