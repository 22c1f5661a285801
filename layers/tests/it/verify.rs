//! Checksums: what is damaged is refused, what is good is served, and nothing is hashed twice without need.

use std::{fs, path::PathBuf};

use layers::{LayerId, StoreError, Version};

use crate::fixtures::{POINT, Place, geojson, id};

/// A layer of three versions of one, two and three features.
fn three_versions() -> Place {
    let place = Place::new();
    for count in 1..=3 {
        let features: Vec<_> = ["a", "b", "c"][..count]
            .iter()
            .map(|&name| (name, POINT))
            .collect();
        let source = place.file("probe.geojson", geojson(&features));
        place.import(&source).unwrap();
    }
    place
}

fn data(place: &Place, version: u32) -> PathBuf {
    place
        .twin
        .dir()
        .join(format!("layers/probe/v{version}/data.parquet"))
}

/// Flips one bit in the middle, leaving the size.
fn flip(path: &PathBuf) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn probe() -> LayerId {
    id("probe")
}

#[test]
fn one_changed_bit_is_found_and_the_last_good_version_is_served() {
    let place = three_versions();
    assert!(
        place
            .twin
            .good_version(&probe())
            .unwrap()
            .refused
            .is_empty()
    );
    flip(&data(&place, 3));
    let error = place.twin.read(&probe()).unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
    let served = place.twin.good_version(&probe()).unwrap();
    assert_eq!(served.meta.version, Version(2));
    assert_eq!(served.refused[0].version, Version(3));
    fs::remove_file(data(&place, 2)).unwrap();
    let served = place.twin.good_version(&probe()).unwrap();
    assert_eq!((served.meta.version, served.refused.len()), (Version(1), 2));
    let told = served.refused[1].reason.to_string();
    assert!(told.contains("missing"), "{told}");
    fs::write(data(&place, 1), "").unwrap();
    let error = place.twin.good_version(&probe()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { version, .. } if version == Version(3)));
}

#[test]
fn a_version_that_was_rolled_back_from_is_never_served_instead() {
    let place = three_versions();
    place.twin.rollback(&probe(), Version(1)).unwrap();
    flip(&data(&place, 1));
    assert!(place.twin.good_version(&probe()).is_err());
}

#[test]
fn what_was_verified_is_remembered_until_the_file_is_touched() {
    let place = three_versions();
    let memory = place.twin.dir().join("cache/verified.json");
    let remembered = || fs::read_to_string(&memory).unwrap();
    assert!(
        remembered().contains("layers/probe/v3/data.parquet"),
        "publishing hashes what it wrote"
    );
    // A checksum that is remembered is not computed: a wrong one in the memory shows it.
    let before = remembered();
    let meta = place.twin.meta(&probe()).unwrap();
    place.twin.verify_fully(&meta).unwrap();
    assert_eq!(remembered(), before, "nothing new was learnt");
    fs::remove_file(&memory).unwrap();
    let fresh = layers::Twin::open(place.twin.dir()).unwrap();
    assert_eq!(fresh.read(&probe()).unwrap().len(), 3);
    assert!(remembered().contains("v3/data.parquet") && !remembered().contains("v2/data.parquet"));
    // The same bytes under a new time are hashed again, and are good.
    let bytes = fs::read(data(&place, 3)).unwrap();
    fs::write(data(&place, 3), bytes).unwrap();
    fresh.verify(&meta).unwrap();
    fs::write(&memory, "not even JSON").unwrap();
    let other = layers::Twin::open(place.twin.dir()).unwrap();
    other.verify(&meta).unwrap();
}

#[test]
fn verifying_all_names_each_damaged_version_and_its_size() {
    let place = three_versions();
    flip(&data(&place, 2));
    let versions = place.twin.versions(&probe()).unwrap();
    let verdicts = place.twin.verify_all(&versions).unwrap();
    let damaged: Vec<_> = verdicts
        .iter()
        .filter(|verdict| verdict.fault.is_some())
        .map(|verdict| verdict.version)
        .collect();
    assert_eq!(damaged, [Version(2)]);
    let on_disk = |version: u32| -> u64 {
        fs::read_dir(data(&place, version).parent().unwrap())
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum()
    };
    for (at, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict.bytes, on_disk(u32::try_from(at).unwrap() + 1));
    }
}
