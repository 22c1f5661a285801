//! What is kept, what goes, and what a reader of something gone is told.

use std::fs;

use chrono::{TimeDelta, Utc};
use layers::{StoreError, Version, store::Retention};

use crate::fixtures::{POINT, Place, geojson, id};

/// A layer of so many versions.
fn versions(count: usize) -> Place {
    let place = Place::new();
    let source = place.file("a.geojson", geojson(&[("a", POINT)]));
    for _ in 0..count {
        place.import(&source).unwrap();
    }
    place
}

fn kept(place: &Place) -> Vec<u32> {
    let versions = place.twin.versions(&id("probe")).unwrap();
    versions.iter().map(|meta| meta.version.0).collect()
}

fn folders(place: &Place) -> Vec<String> {
    let folder = place.twin.dir().join("layers/probe");
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

const fn keep(keep: u32) -> Retention {
    Retention {
        keep,
        younger_than: None,
    }
}

#[test]
fn the_newest_the_current_and_the_pinned_versions_stay() {
    let place = versions(6);
    let probe = id("probe");
    place.twin.rollback(&probe, Version(2)).unwrap();
    place.twin.pin(&probe, Version(3), "kiểm kê 2024").unwrap();
    let planned = place.twin.plan_prune(keep(1), None, Utc::now()).unwrap();
    assert_eq!(kept(&place), [1, 2, 3, 4, 5, 6], "a plan removes nothing");
    let size = |version: u32| -> u64 {
        let folder = place.twin.dir().join(format!("layers/probe/v{version}"));
        let files = fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum()
    };
    let expected = size(1) + size(4) + size(5);
    let pruned = place.twin.prune(keep(1), None, Utc::now()).unwrap();
    assert_eq!(pruned, planned);
    assert_eq!((pruned.bytes(), pruned.kept), (expected, 3));
    assert_eq!(kept(&place), [2, 3, 6]);
    assert_eq!(folders(&place), ["v2", "v3", "v6"]);
    place.twin.unpin(&probe, Version(3)).unwrap();
    place.twin.prune(keep(0), Some(&probe), Utc::now()).unwrap();
    assert_eq!(
        kept(&place),
        [2],
        "the current version stays whatever is asked"
    );
    assert_eq!(place.twin.read(&probe).unwrap().len(), 1);
}

#[test]
fn the_number_of_a_removed_version_is_never_used_again() {
    let place = versions(3);
    place.twin.rollback(&id("probe"), Version(1)).unwrap();
    place.twin.prune(keep(0), None, Utc::now()).unwrap();
    assert_eq!(kept(&place), [1]);
    let source = place.file("a.geojson", geojson(&[("a", POINT)]));
    assert_eq!(place.import(&source).unwrap().version, Some(Version(4)));
}

#[test]
fn young_versions_stay() {
    let place = versions(3);
    let policy = Retention {
        keep: 1,
        younger_than: Some(TimeDelta::days(30)),
    };
    let now = Utc::now();
    assert!(
        place
            .twin
            .prune(policy, None, now)
            .unwrap()
            .removed
            .is_empty()
    );
    let later = now + TimeDelta::days(31);
    assert_eq!(
        place.twin.prune(policy, None, later).unwrap().removed.len(),
        2
    );
}

#[test]
fn a_reader_of_a_removed_version_is_told_so() {
    let place = versions(3);
    let probe = id("probe");
    let first = Utc::now();
    let reader = layers::Twin::open(place.twin.dir()).unwrap();
    let held = reader.versions(&probe).unwrap().swap_remove(0);
    place.twin.prune(keep(1), None, Utc::now()).unwrap();
    for error in [
        reader.read_version(&probe, Version(1)).unwrap_err(),
        reader.verify(&held).unwrap_err(),
        reader.quarantine(&probe, Version(1)).unwrap_err(),
        reader.rollback(&probe, Version(1)).unwrap_err(),
        reader.pin(&probe, Version(1), "").unwrap_err(),
    ] {
        assert!(
            matches!(&error, StoreError::Removed { known, .. } if known == &["v3"]),
            "{error:?}"
        );
    }
    let never = reader.read_version(&probe, Version(9)).unwrap_err();
    assert!(matches!(never, StoreError::UnknownVersion { .. }));
    let at = reader.history().unwrap()[0].at;
    let then = reader.layers_at(at).unwrap();
    assert_eq!(then.removed, [(probe.clone(), Version(1))]);
    assert_eq!(
        reader.layers_at(first).unwrap().layers[0].version,
        Version(3)
    );
}

#[test]
fn nothing_is_removed_of_a_layer_whose_current_version_is_damaged() {
    let place = versions(3);
    fs::write(
        place.twin.dir().join("layers/probe/v3/data.parquet"),
        "damaged",
    )
    .unwrap();
    let pruned = place.twin.prune(keep(1), None, Utc::now()).unwrap();
    assert!(pruned.removed.is_empty());
    assert_eq!(pruned.spared[0].layer, id("probe"));
    assert_eq!(kept(&place), [1, 2, 3]);
}

#[test]
fn compacting_removes_what_the_catalog_does_not_name_and_shrinks_it() {
    let place = versions(40);
    let dir = place.twin.dir().to_path_buf();
    place.twin.prune(keep(1), None, Utc::now()).unwrap();
    let left = dir.join("layers/probe/.removed-v7");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("data.parquet"), "1234").unwrap();
    let stray = dir.join("layers/probe/v40/data.parquet.aux.xml");
    fs::write(&stray, "12345").unwrap();
    let compacted = place.twin.compact().unwrap();
    assert!(
        compacted.catalog_after < compacted.catalog_before,
        "{compacted:?}"
    );
    let mut removed = compacted.removed.clone();
    removed.sort();
    let names = [
        "layers/probe/.removed-v7",
        "layers/probe/v40/data.parquet.aux.xml",
    ];
    assert_eq!(removed, names.map(std::path::PathBuf::from));
    assert_eq!(compacted.removed_bytes, 9);
    assert_eq!(place.twin.read(&id("probe")).unwrap().len(), 1);
    let again = place.twin.compact().unwrap();
    assert!(again.removed.is_empty());
}
