//! The store: versions, rollback, one writer, clear refusals.

use std::{fmt::Write as _, fs, os::unix::fs::PermissionsExt as _};

use layers::{StoreError, Twin, Version, store::Retention};

use crate::fixtures::{POINT, Place, geojson, id};

#[test]
fn versions_follow_each_other_and_an_earlier_one_can_be_current_again() {
    let place = Place::new();
    assert_eq!(place.twin.publication().unwrap(), 0);
    let one = place.file("one.geojson", geojson(&[("a", POINT)]));
    let two = place.file("two.geojson", geojson(&[("a", POINT), ("b", POINT)]));
    assert_eq!(place.import(&one).unwrap().version, Some(Version(1)));
    assert_eq!(place.import(&two).unwrap().version, Some(Version(2)));
    assert_eq!(place.twin.read(&id("probe")).unwrap().len(), 2);
    place.twin.rollback(&id("probe"), Version(1)).unwrap();
    assert_eq!(place.twin.read(&id("probe")).unwrap().len(), 1);
    assert_eq!(place.twin.publication().unwrap(), 3);
    assert_eq!(
        place
            .twin
            .read_version(&id("probe"), Version(2))
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        place.import(&one).unwrap().version,
        Some(Version(3)),
        "numbers are never used twice"
    );
    let error = place
        .twin
        .rollback(&id("probe"), Version(9))
        .unwrap_err()
        .to_string();
    assert!(error.contains("v1, v2, v3"), "{error}");
    assert!(
        place
            .twin
            .read(&id("nothing"))
            .unwrap_err()
            .to_string()
            .contains("probe")
    );
}

#[test]
fn another_process_sees_what_was_published() {
    let place = Place::new();
    let reader = Twin::open(place.twin.dir()).unwrap();
    let before = reader.publication().unwrap();
    place
        .import(&place.file("a.geojson", geojson(&[("a", POINT)])))
        .unwrap();
    assert_eq!(reader.publication().unwrap(), before + 1);
    assert_eq!(reader.layers().unwrap().len(), 1);
    assert_eq!(reader.layers().unwrap(), place.twin.layers().unwrap());
}

#[test]
fn a_layer_made_in_memory_is_published_like_any_other() {
    let place = Place::new();
    place
        .import(&place.file("a.geojson", geojson(&[("a", POINT)])))
        .unwrap();
    let layer = place.twin.read(&id("probe")).unwrap();
    assert_eq!(place.twin.publish(&layer).unwrap(), Version(2));
    assert_eq!(
        place.twin.read(&id("probe")).unwrap().batches,
        layer.batches
    );
}

#[test]
fn a_folder_that_is_no_twin_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        Twin::open(dir.path()),
        Err(StoreError::NoTwin { .. })
    ));
    assert!(matches!(
        Twin::open(&dir.path().join("absent")),
        Err(StoreError::NoTwin { .. })
    ));
    fs::write(dir.path().join("letter.docx"), "x").unwrap();
    assert!(matches!(
        Twin::create_or_open(dir.path()),
        Err(StoreError::NotATwin { .. })
    ));
    let other = tempfile::tempdir().unwrap();
    fs::write(
        other.path().join("twin.db"),
        "this is no database, but long enough to be looked at",
    )
    .unwrap();
    let error = Twin::open(other.path()).unwrap_err();
    assert!(matches!(error, StoreError::Catalog { .. }), "{error:?}");
}

#[test]
fn a_second_writer_is_told_to_wait() {
    let place = Place::new();
    let lock = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .read(true)
        .open(place.twin.dir().join("twin.lock"))
        .unwrap();
    lock.lock().unwrap();
    let source = place.file("a.geojson", geojson(&[("a", POINT)]));
    let error = place.import(&source).unwrap_err();
    assert!(
        matches!(
            &error,
            layers::ImportError::Store(StoreError::Locked { .. })
        ),
        "{error:?}"
    );
    assert!(error.to_string().contains("wait"), "{error}");
    assert!(
        place.twin.layers().unwrap().is_empty(),
        "readers are not kept out"
    );
    drop(lock);
    place.import(&source).unwrap();
}

#[test]
fn what_a_killed_import_left_is_removed_by_the_next_one() {
    let place = Place::new();
    let layer = place.twin.dir().join("layers/probe");
    for left in [".staging-1", "v7"] {
        fs::create_dir_all(layer.join(left)).unwrap();
        fs::write(layer.join(left).join("data.parquet"), "half").unwrap();
    }
    place
        .import(&place.file("a.geojson", geojson(&[("a", POINT)])))
        .unwrap();
    let names: Vec<_> = fs::read_dir(&layer)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["v1"]);
}

#[test]
fn a_damaged_version_is_told_and_others_still_serve() {
    let place = Place::new();
    let source = place.file("a.geojson", geojson(&[("a", POINT)]));
    place.import(&source).unwrap();
    place.import(&source).unwrap();
    let data = place.twin.dir().join("layers/probe/v2/data.parquet");
    fs::write(&data, "PAR1 no more").unwrap();
    let error = place.twin.read(&id("probe")).unwrap_err();
    assert!(
        matches!(error, StoreError::Damaged { .. }) && error.to_string().contains("roll back"),
        "{error}"
    );
    place.twin.rollback(&id("probe"), Version(1)).unwrap();
    assert_eq!(place.twin.read(&id("probe")).unwrap().len(), 1);
}

#[test]
fn a_full_disk_is_told_and_leaves_the_published_version() {
    let place = Place::new();
    let disk = place.path("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"])
        .arg(&disk)
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        println!("skipped: mounting a small file system is not allowed here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| fill_disk(&place, &disk));
    std::process::Command::new("umount")
        .arg(&disk)
        .status()
        .unwrap();
    outcome.unwrap();
}

fn fill_disk(place: &Place, disk: &std::path::Path) {
    let twin = Twin::create_or_open(disk).unwrap();
    let small = layers::ImportRequest::new(
        vec![place.file("a.geojson", geojson(&[("a", POINT)]))],
        id("probe"),
    );
    layers::import::import(&twin, &small, &layers::Silent).unwrap();
    let mut csv = "name,lon,lat\n".to_owned();
    for at in 0..40_000_u64 {
        let noise = at.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 1_000_003;
        let other = noise * 7 % 1_000_003;
        writeln!(csv, "n{noise},106.{noise:06},20.{other:06}").unwrap();
    }
    let large = layers::ImportRequest::new(vec![place.file("large.csv", csv)], id("probe"));
    let error = layers::import::import(&twin, &large, &layers::Silent).unwrap_err();
    assert!(
        matches!(
            &error,
            layers::ImportError::Store(StoreError::DiskFull { .. })
        ),
        "{error:?}"
    );
    assert_eq!(twin.read(&id("probe")).unwrap().len(), 1);
    let left: Vec<_> = fs::read_dir(disk.join("layers/probe"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["v1"], "nothing half-written is left");
    layers::import::import(&twin, &small, &layers::Silent).unwrap();
    fs::write(disk.join("sources"), vec![0; 1 << 20]).unwrap_err();
    every_write_succeeds_or_changes_nothing(&twin);
    fs::remove_file(disk.join("sources")).unwrap();
    let policy = Retention {
        keep: 1,
        younger_than: None,
    };
    twin.prune(policy, None, chrono::Utc::now()).unwrap();
    twin.compact().unwrap();
    assert_eq!(twin.versions(&id("probe")).unwrap().len(), 1);
}

/// On a disk without a free byte.
fn every_write_succeeds_or_changes_nothing(twin: &Twin) {
    let policy = Retention {
        keep: 1,
        younger_than: None,
    };
    let probe = id("probe");
    let writes: [&dyn Fn() -> Result<(), StoreError>; 3] = [
        &|| twin.rollback(&probe, Version(1)),
        &|| twin.compact().map(drop),
        &|| twin.prune(policy, None, chrono::Utc::now()).map(drop),
    ];
    for write in writes {
        let before = (twin.publication().unwrap(), twin.layers().unwrap());
        if let Err(error) = write() {
            assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
            assert_eq!(
                (twin.publication().unwrap(), twin.layers().unwrap()),
                before
            );
        }
        assert_eq!(twin.read(&probe).unwrap().len(), 1);
    }
}

#[test]
fn a_twin_that_may_not_be_written_says_so() {
    let place = Place::new();
    let dir = place.path("closed");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    match Twin::create_or_open(&dir.join("twin")) {
        Err(error) => assert!(
            matches!(error, StoreError::PermissionDenied { .. }),
            "{error:?}"
        ),
        Ok(_) => println!("skipped: root may write anywhere"),
    }
}
