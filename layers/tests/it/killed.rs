//! Imports killed at random moments, and two processes that import at once.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use layers::{ImportRequest, Silent, Twin};

use crate::fixtures::{Place, id};

/// Set for a child process: the twin and the source to import, over and over.
const CHILD: &str = "LUCDAU_TEST_IMPORT";

fn spawn(twin: &Path, source: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["killed::child_that_imports", "--exact", "--nocapture"])
        .env(CHILD, format!("{}|{}", twin.display(), source.display()))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

/// Does nothing unless it is the child of another test here.
#[test]
fn child_that_imports() {
    let Ok(task) = std::env::var(CHILD) else {
        return;
    };
    let (twin, source) = task.split_once('|').unwrap();
    let twin = Twin::create_or_open(Path::new(twin)).unwrap();
    let request = ImportRequest::new(vec![source.into()], id("probe"));
    for _ in 0..1000 {
        // Another process may hold the lock.
        layers::import::import(&twin, &request, &Silent).ok();
    }
}

fn source(place: &Place) -> PathBuf {
    let mut csv = "name,lon,lat\n".to_owned();
    for at in 0..2000 {
        let (lon, lat) = (
            106.0 + f64::from(at) / 4000.0,
            20.7 + f64::from(at % 50) / 100.0,
        );
        writeln!(csv, "điểm {at},{lon},{lat}").unwrap();
    }
    place.file("points.csv", csv)
}

#[track_caller]
fn every_version_is_whole(twin: &Path) -> usize {
    let twin = Twin::open(twin).unwrap();
    for meta in twin.layers().unwrap() {
        assert_eq!(
            twin.read(&meta.id).unwrap().len() as u64,
            meta.feature_count
        );
    }
    let versions = twin.versions(&id("probe")).unwrap();
    let newest = versions.iter().rev().take(3);
    for meta in newest {
        assert_eq!(
            twin.read_version(&meta.id, meta.version).unwrap().len(),
            2000
        );
    }
    versions.len()
}

#[test]
fn an_import_killed_at_any_moment_leaves_the_published_versions_whole() {
    let place = Place::new();
    let source = source(&place);
    let twin = place.twin.dir().to_path_buf();
    place.import(&source).unwrap();
    // Uneven moments from the golden ratio, so that each falls elsewhere in an import's course.
    for round in 0..20_u32 {
        let mut child = spawn(&twin, &source);
        let millis = 40.0 + (f64::from(round) * 0.618_033_988_75).fract() * 400.0;
        std::thread::sleep(Duration::from_secs_f64(millis / 1000.0));
        child.kill().unwrap();
        child.wait().unwrap();
        every_version_is_whole(&twin);
    }
    let before = every_version_is_whole(&twin);
    place.import(&source).unwrap();
    assert_eq!(
        every_version_is_whole(&twin),
        before + 1,
        "the next import works"
    );
    let folders = std::fs::read_dir(twin.join("layers/probe"))
        .unwrap()
        .count();
    assert_eq!(folders, before + 1, "nothing half-written is left");
}

#[test]
fn two_processes_that_import_at_once_take_turns() {
    let place = Place::new();
    let source = source(&place);
    let twin = place.twin.dir().to_path_buf();
    let mut children = [spawn(&twin, &source), spawn(&twin, &source)];
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while place.twin.publication().unwrap() < 6 {
        assert!(
            std::time::Instant::now() < deadline,
            "no progress in a minute"
        );
        std::thread::sleep(Duration::from_millis(20));
        for meta in place.twin.layers().unwrap() {
            assert_eq!(
                place
                    .twin
                    .read_version(&meta.id, meta.version)
                    .unwrap()
                    .len(),
                2000
            );
        }
    }
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(every_version_is_whole(&twin) >= 6);
}
