//! Twins that may be read and not written: another user's, and on a read-only file system.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::Command,
};

use layers::{StoreError, Twin, Version};

use crate::{
    fixtures::{POINT, Place, geojson, id},
    history::downgrade,
};

/// Set for a child process: the twin to read, and what must be found there: versions of `probe`, the current one first.
const CHILD: &str = "LUCDAU_TEST_READ_ONLY";

/// A user who owns nothing.
const NOBODY: u32 = 65534;

/// Does nothing unless it is the child of another test here.
#[test]
fn child_that_may_only_read() {
    let Ok(task) = std::env::var(CHILD) else {
        return;
    };
    let (dir, versions) = task.split_once('|').unwrap();
    let (current, all) = versions.split_once('|').unwrap();
    only_reads(
        Path::new(dir),
        current.parse().unwrap(),
        all.parse().unwrap(),
    );
}

#[track_caller]
fn only_reads(dir: &Path, current: u32, all: usize) {
    let twin = Twin::open(dir).unwrap();
    let probe = id("probe");
    assert_eq!(twin.meta(&probe).unwrap().version, Version(current));
    assert_eq!(twin.versions(&probe).unwrap().len(), all);
    assert_eq!(twin.read(&probe).unwrap().len(), 1);
    assert!(twin.publication().unwrap() >= all as u64);
    let at = twin.history().unwrap()[0].at;
    assert_eq!(twin.meta_at(&probe, at).unwrap().version, Version(1));
    let error = twin.rollback(&probe, Version(1)).unwrap_err();
    assert!(
        matches!(error, StoreError::PermissionDenied { .. }),
        "{error:?}"
    );
    let error = layers::ImportError::from(error);
    assert!(error.to_string().contains("permissions"), "{error}");
    let vietnamese = error.explain(layers::Language::Vietnamese);
    assert!(vietnamese.contains("quyền"), "{vietnamese}");
}

/// Runs the child as a user who may not write; false where this process may not become another.
#[must_use]
fn as_nobody(place: &Place, dir: &Path, current: u32, all: usize) -> bool {
    for folder in [place.dir.path(), dir] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Where the other user can reach it.
    let program = place.path("child");
    if !program.try_exists().unwrap() {
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    }
    let child = Command::new(&program)
        .args([
            "read_only::child_that_may_only_read",
            "--exact",
            "--nocapture",
        ])
        .env(CHILD, format!("{}|{current}|{all}", dir.display()))
        .uid(NOBODY)
        .gid(NOBODY)
        .output();
    let output = match child {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return false;
        }
        child => child.unwrap(),
    };
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    true
}

#[test]
fn another_users_twin_is_read_at_rest_and_while_it_is_written() {
    let place = Place::new();
    let source = place.file("a.geojson", geojson(&[("a", POINT)]));
    place.import(&source).unwrap();
    place.import(&source).unwrap();
    let dir = place.twin.dir().to_path_buf();
    if !as_nobody(&place, &dir, 2, 2) {
        println!("skipped: only root may become another user");
        return;
    }
    // What is only in the writer's log is seen too.
    place.import(&source).unwrap();
    assert!(as_nobody(&place, &dir, 3, 3));
    let Place { dir: keep, twin } = place;
    drop(twin);
    let place = Place {
        twin: Twin::create_or_open(&keep.path().join("other")).unwrap(),
        dir: keep,
    };
    assert!(
        !dir.join("twin.db-wal").try_exists().unwrap(),
        "the last to close it takes the log away"
    );
    assert!(as_nobody(&place, &dir, 3, 3));
    downgrade(Twin::open(&dir).unwrap());
    assert!(as_nobody(&place, &dir, 3, 3));
}

#[test]
fn a_twin_on_a_read_only_file_system_is_read() {
    let place = Place::new();
    let disk = place.path("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |arguments: &[&str]| {
        let mounted = Command::new("mount").args(arguments).arg(&disk).output();
        mounted.is_ok_and(|output| output.status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", "size=8m", "tmpfs"]) {
        println!("skipped: mounting a file system is not allowed here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let source = place.file("a.geojson", geojson(&[("a", POINT)]));
        let twin = Twin::create_or_open(&disk).unwrap();
        let request = layers::ImportRequest::new(vec![source], id("probe"));
        layers::import::import(&twin, &request, &layers::Silent).unwrap();
        drop(twin);
        assert!(mount(&["-o", "remount,ro"]));
        only_reads(&disk, 1, 1);
    });
    Command::new("umount").arg(&disk).status().unwrap();
    outcome.unwrap();
}
