//! A twin on disk, opened, published to and damaged while it is read.

use std::{fs, sync::Arc};

use engine::Engine;
use layers::{Twin, Version};

use crate::fixture::{districts, province, rows};

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
