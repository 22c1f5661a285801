//! A twin on disk, opened, published to and damaged while it is read.

use std::{fs, sync::Arc};

use arrow::array::{ArrayRef, Date32Array};
use engine::{
    Engine, MAX_DAYS, TwinSnapshot,
    tiles::{TileOptions, vector_tile},
};
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

    let fresh = Engine::open(twin).unwrap().snapshot();
    assert!(fresh.layer(&id).is_none() && fresh.failures.contains_key(&id));
    let error = fresh.require(&id).unwrap_err();
    assert_eq!(error.to_string(), "layer \"districts\" is not in this twin");
}

/// Districts, and units of which two hold until 2025-07-01 and one from then on.
fn dated(twin: &Arc<Twin>) -> Engine {
    let reform = 20_270; // days from 1970 to 2025-07-01
    let column =
        |days: [Option<i32>; 3]| -> ArrayRef { Arc::new(Date32Array::from(days.to_vec())) };
    let columns = vec![
        ("valid_from", column([None, None, Some(reform)])),
        ("valid_to", column([Some(reform), Some(reform), None])),
    ];
    let place = |n: u32| Some(Point::new(106.3 + f64::from(n) * 0.01, 20.9).into());
    let places = [place(0), place(1), place(2)];
    let units = built::sorted_layer("units", GeometryKind::Point, columns, &places);
    twin.publish(&units).unwrap();
    twin.publish(&districts()).unwrap();
    Engine::open(Arc::clone(twin)).unwrap()
}

fn at(engine: &Engine, text: &str) -> Arc<TwinSnapshot> {
    engine.snapshot_at(day(text).unwrap()).unwrap()
}

#[test]
fn a_day_shows_the_rows_that_hold_on_it_and_shares_what_has_no_days() {
    let dir = tempfile::tempdir().unwrap();
    let engine = dated(&Arc::new(Twin::create_or_open(dir.path()).unwrap()));
    let (districts, units) = ("districts".parse().unwrap(), "units".parse().unwrap());
    let mut seen = Vec::new();
    for (text, count) in [("2025-06-30", 2), ("2025-07-01", 1)] {
        let snapshot = at(&engine, text);
        let fids = rows(&snapshot, "SELECT fid FROM units ORDER BY fid");
        let fids: Vec<u64> = fids
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row[0].as_u64().unwrap())
            .collect();
        let meta = &snapshot.layer(&units).unwrap().meta;
        assert_eq!((fids.len(), meta.feature_count), (count, count as u64));
        assert_eq!(meta.notes["valid_at"], text);
        let whole = TileCoord::new(0, 0, 0).unwrap();
        let tile = vector_tile(
            &snapshot,
            std::slice::from_ref(&units),
            whole,
            &TileOptions::default(),
        );
        let features = &tile.unwrap().layers[0].features;
        let ids: Vec<u64> = features.iter().map(|feature| feature.id.0).collect();
        assert_eq!(ids, fids, "features keep their numbers in tiles");
        seen.extend(fids);
        assert!(Arc::ptr_eq(
            snapshot.layer(&districts).unwrap(),
            engine.snapshot().layer(&districts).unwrap()
        ));
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2]);
}

#[test]
fn the_last_days_asked_for_stay_at_hand_until_something_is_published() {
    let dir = tempfile::tempdir().unwrap();
    let twin = Arc::new(Twin::create_or_open(dir.path()).unwrap());
    let engine = dated(&twin);
    let first = at(&engine, "2025-07-01");
    assert!(Arc::ptr_eq(&first, &at(&engine, "2025-07-01")));
    for n in 1..=MAX_DAYS {
        at(&engine, &format!("2020-01-{n:02}"));
    }
    let again = at(&engine, "2025-07-01");
    assert!(
        !Arc::ptr_eq(&first, &again),
        "the day used longest ago was let go"
    );
    twin.publish(&districts()).unwrap();
    engine.refresh().unwrap();
    let newer = at(&engine, "2025-07-01");
    let id = "districts".parse().unwrap();
    assert_eq!(newer.layer(&id).unwrap().meta.version, Version(2));
}
