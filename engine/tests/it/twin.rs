//! A twin on disk, opened, published to and damaged while it is read.

use std::{fs, sync::Arc};

use arrow::array::{ArrayRef, Date32Array, StringArray};
use engine::{Engine, MAX_DAYS};
use geo::Point;
use layers::{GeometryKind, TileCoord, Twin, Version, admin::day};

use crate::{
    built,
    fixture::{districts, province, rows},
};

#[test]
fn what_is_published_is_served_and_readers_keep_what_they_hold() {
    let dir = tempfile::tempdir().unwrap();
    let twin = Arc::new(Twin::create_or_open(dir.path()).unwrap());
    let engine = Engine::open(Arc::clone(&twin)).unwrap();
    let empty = engine.snapshot();
    assert!(empty.layers.is_empty() && engine.refresh().unwrap().is_empty());

    twin.publish(&districts()).unwrap();
    let changes = engine.refresh().unwrap();
    assert_eq!(
        (changes.len(), changes[0].before, changes[0].now),
        (1, None, Some(Version(1)))
    );
    assert!(empty.layers.is_empty(), "a reader keeps what it holds");
    let first = engine.snapshot();
    assert_eq!(
        rows(&first, "SELECT count(*) FROM districts"),
        rows(&province(), "SELECT count(*) FROM districts")
    );

    twin.publish(&districts()).unwrap();
    assert_eq!(engine.refresh().unwrap()[0].now, Some(Version(2)));
    assert!(engine.refresh().unwrap().is_empty());
    twin.rollback(&"districts".parse().unwrap(), Version(1))
        .unwrap();
    let back = engine.refresh().unwrap();
    assert_eq!(
        (back[0].before, back[0].now),
        (Some(Version(2)), Some(Version(1)))
    );
    assert_eq!(Engine::open(twin).unwrap().snapshot().layers.len(), 1);
}

#[test]
fn a_damaged_version_is_reported_and_the_last_good_one_stays() {
    let dir = tempfile::tempdir().unwrap();
    let twin = Arc::new(Twin::create_or_open(dir.path()).unwrap());
    let id = "districts".parse().unwrap();
    twin.publish(&districts()).unwrap();
    let engine = Engine::open(Arc::clone(&twin)).unwrap();
    twin.publish(&districts()).unwrap();
    let folder = twin.folder(&twin.meta(&id).unwrap());
    for file in fs::read_dir(&folder).unwrap() {
        fs::write(file.unwrap().path(), b"no Parquet").unwrap();
    }
    let changes = engine.refresh().unwrap();
    assert_eq!(
        (changes[0].before, changes[0].now),
        (Some(Version(1)), Some(Version(1)))
    );
    assert_eq!(changes[0].failure.as_ref().unwrap().version, Version(2));
    assert_eq!(
        engine.snapshot().layer(&id).unwrap().meta.version,
        Version(1)
    );
    assert_eq!(engine.snapshot().failures[&id].version, Version(2));

    let cold = Engine::open(Arc::clone(&twin)).unwrap();
    let fresh = cold.snapshot();
    assert_eq!(fresh.layer(&id).unwrap().meta.version, Version(1));
    assert_eq!(fresh.failures[&id].version, Version(2));
    assert!(
        fresh.failures[&id].reason.contains("damaged"),
        "{:?}",
        fresh.failures
    );
    twin.publish(&districts()).unwrap();
    assert_eq!(cold.refresh().unwrap()[0].now, Some(Version(3)));
    assert!(cold.snapshot().failures.is_empty());
}

#[test]
fn a_layer_without_a_good_version_is_left_out_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let twin = Arc::new(Twin::create_or_open(dir.path()).unwrap());
    let id = "districts".parse().unwrap();
    twin.publish(&districts()).unwrap();
    let data = twin.folder(&twin.meta(&id).unwrap()).join("data.parquet");
    let mut bytes = fs::read(&data).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&data, bytes).unwrap();
    let snapshot = Engine::open(twin).unwrap().snapshot();
    assert!(snapshot.layer(&id).is_none() && snapshot.failures.contains_key(&id));
    let error = snapshot.require(&id).unwrap_err();
    assert_eq!(error.to_string(), "layer \"districts\" is not in this twin");
}

#[test]
fn a_day_shows_the_rows_that_hold_on_it_and_shares_what_has_no_days() {
    let dir = tempfile::tempdir().unwrap();
    let twin = Arc::new(Twin::create_or_open(dir.path()).unwrap());
    let engine = Engine::open(Arc::clone(&twin)).unwrap();
    twin.publish(&districts()).unwrap();
    let reform = 20_270; // days from 1970 to 2025-07-01
    let column =
        |days: [Option<i32>; 3]| -> ArrayRef { Arc::new(Date32Array::from(days.to_vec())) };
    let columns = vec![
        (
            "code",
            Arc::new(StringArray::from(vec!["10507", "10510", "10507"])) as ArrayRef,
        ),
        ("valid_from", column([None, None, Some(reform)])),
        ("valid_to", column([Some(reform), Some(reform), None])),
    ];
    let place = |n: u32| Some(Point::new(106.3 + f64::from(n) * 1e-4, 20.9).into());
    let places = [place(0), place(1), place(2)];
    twin.publish(&built::sorted_layer(
        "units",
        GeometryKind::Point,
        columns,
        &places,
    ))
    .unwrap();
    engine.refresh().unwrap();
    let count = |text: &str| {
        let snapshot = engine.snapshot_at(day(text).unwrap()).unwrap();
        rows(&snapshot, "SELECT count(*) FROM units")[0].clone()
    };
    assert_eq!(
        rows(&engine.snapshot(), "SELECT count(*) FROM units")[0],
        serde_json::json!([3])
    );
    assert_eq!(count("2025-06-30"), serde_json::json!([2]));
    assert_eq!(count("2025-07-01"), serde_json::json!([1]));

    let after = engine.snapshot_at(day("2025-07-01").unwrap()).unwrap();
    let id = "districts".parse().unwrap();
    assert!(Arc::ptr_eq(
        after.layer(&id).unwrap(),
        engine.snapshot().layer(&id).unwrap()
    ));
    let units = after.layer(&"units".parse().unwrap()).unwrap();
    assert_eq!(
        (
            units.meta.feature_count,
            units.meta.notes["valid_at"].as_str()
        ),
        (1, "2025-07-01")
    );
    let fid = rows(&after, "SELECT fid FROM units")[0][0]
        .as_u64()
        .unwrap();
    let tile = TileCoord::new(0, 0, 0).unwrap();
    let tile = engine::tiles::vector_tile(
        &after,
        &[units.meta.id.clone()],
        tile,
        &engine::tiles::TileOptions::default(),
    );
    assert_eq!(
        tile.unwrap().layers[0].features[0].id.0,
        fid,
        "a feature keeps its number in tiles"
    );

    assert!(Arc::ptr_eq(
        &after,
        &engine.snapshot_at(day("2025-07-01").unwrap()).unwrap()
    ));
    for n in 0..MAX_DAYS {
        engine
            .snapshot_at(day(&format!("2020-01-{:02}", n + 1)).unwrap())
            .unwrap();
    }
    let again = engine.snapshot_at(day("2025-07-01").unwrap()).unwrap();
    assert!(
        !Arc::ptr_eq(&after, &again),
        "the day used longest ago was let go"
    );
    twin.publish(&districts()).unwrap();
    engine.refresh().unwrap();
    let newer = engine.snapshot_at(day("2025-07-01").unwrap()).unwrap();
    assert_eq!(
        newer.layer(&id).unwrap().meta.version,
        Version(2),
        "a day of a newer state is made anew"
    );
}
