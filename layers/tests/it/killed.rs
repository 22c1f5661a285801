//! Writers killed at random moments, and processes that read and write at once.
//!
//! A killed process loses nothing that it gave to the system; that what it synced outlives a power cut is the system's promise.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use layers::{
    ImportRequest, Silent, StoreError, Twin,
    store::{Action, Retention},
};

use crate::fixtures::{Place, id};

/// Set for a child process: what to do, the twin, and the source to import.
const CHILD: &str = "LUCDAU_TEST_CHILD";

/// Features of the source.
const FEATURES: usize = 500;

/// How often a writer is killed.
const KILLS: u32 = 200;

fn spawn(task: &str, twin: &Path, source: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["killed::child_that_works", "--exact", "--nocapture"])
        .env(
            CHILD,
            format!("{task}|{}|{}", twin.display(), source.display()),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until a child says that its work begins.
fn wait_until_ready(child: &mut Child) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.map_while(Result::ok).any(|line| line.contains(READY));
    assert!(ready, "the child ended before its work");
}

/// What a child prints when its work begins.
const READY: &str = "ready to work";

/// Does nothing unless it is the child of another test here.
#[test]
fn child_that_works() {
    let Ok(task) = std::env::var(CHILD) else {
        return;
    };
    let [task, twin, source] = task.split('|').collect::<Vec<_>>()[..] else {
        panic!("{task}");
    };
    let twin = Twin::create_or_open(Path::new(twin)).unwrap();
    let request = ImportRequest::new(vec![source.into()], id("probe"));
    // GDAL and PROJ take longer to start than an import takes.
    layers::import::examine(&request, &Silent).unwrap();
    println!("{READY}");
    if task == "read" {
        read(&twin);
    } else {
        write(&twin, &request, task.parse().unwrap());
    }
}

/// Imports, rolls back, prunes and compacts, until killed; another process may hold the lock.
fn write(twin: &Twin, request: &ImportRequest, first: u32) {
    let policy = Retention {
        keep: 3,
        younger_than: None,
    };
    for step in first..first + 2000 {
        match step % 5 {
            0 | 1 => drop(layers::import::import(twin, request, &Silent)),
            2 => {
                let versions = twin.versions(&id("probe")).unwrap();
                let some = &versions[step as usize % versions.len()];
                twin.rollback(&id("probe"), some.version).ok();
            }
            3 => drop(twin.prune(policy, None, chrono::Utc::now())),
            _ => drop(twin.compact()),
        }
    }
}

/// Reads the current version over and over, while others write, until there were enough publications.
fn read(twin: &Twin) {
    while twin.publication().unwrap() < ENOUGH {
        for meta in twin.layers().unwrap() {
            match twin.read_version(&meta.id, meta.version) {
                // The current version became an old one, and was removed, since it was asked for.
                Err(StoreError::Removed { .. }) => {}
                layer => assert_eq!(layer.unwrap().len(), FEATURES),
            }
        }
    }
}

/// Publications after which readers and writers have had their turns.
const ENOUGH: u64 = 40;

fn source(place: &Place) -> PathBuf {
    let mut csv = "name,lon,lat\n".to_owned();
    for at in 0..FEATURES {
        let (lon, lat) = (106.0 + at as f64 / 4000.0, 20.7 + (at % 50) as f64 / 100.0);
        writeln!(csv, "điểm {at},{lon},{lat}").unwrap();
    }
    place.file("points.csv", csv)
}

/// Opens the twin anew and reads everything the catalog names, hashing every byte; gives the number of versions.
#[track_caller]
fn every_version_is_whole(dir: &Path) -> usize {
    let twin = Twin::open(dir).unwrap();
    let versions = twin.versions(&id("probe")).unwrap();
    for meta in &versions {
        twin.verify_fully(meta).unwrap();
        let layer = twin.read_version(&meta.id, meta.version).unwrap();
        assert_eq!(layer.len(), FEATURES);
    }
    let current = twin.meta(&id("probe")).unwrap();
    assert!(versions.contains(&current));
    let history = twin.history().unwrap();
    let last = history
        .iter()
        .rfind(|entry| entry.action != Action::Remove)
        .unwrap();
    assert_eq!(last.version, current.version, "the history agrees");
    assert_eq!(
        history.last().unwrap().publication,
        twin.publication().unwrap()
    );
    versions.len()
}

/// Whether a writer left something unfinished: a staging folder, or files of a version that is not in the catalog.
fn has_leftovers(dir: &Path, published: usize) -> bool {
    let entries = std::fs::read_dir(dir.join("layers/probe")).unwrap();
    entries.count() != published
}

#[test]
fn a_writer_killed_at_any_moment_leaves_the_catalog_and_every_version_whole() {
    let place = Place::new();
    let source = source(&place);
    let dir = place.twin.dir().to_path_buf();
    place.import(&source).unwrap();
    let mut interrupted = 0;
    // Uneven moments from the golden ratio, so that each falls elsewhere in a writer's course.
    for round in 0..KILLS {
        let mut child = spawn(&round.to_string(), &dir, &source);
        wait_until_ready(&mut child);
        let millis = (f64::from(round) * 0.618_033_988_75).fract() * 60.0;
        std::thread::sleep(Duration::from_secs_f64(millis / 1000.0));
        child.kill().unwrap();
        child.wait().unwrap();
        let published = every_version_is_whole(&dir);
        interrupted += u32::from(has_leftovers(&dir, published));
    }
    assert!(
        interrupted > KILLS / 20,
        "only {interrupted} of {KILLS} kills fell into unfinished work"
    );
    println!("{interrupted} of {KILLS} kills fell into unfinished work");
    place.import(&source).unwrap();
    let published = every_version_is_whole(&dir);
    assert!(
        !has_leftovers(&dir, published),
        "the next writer removed what was unfinished"
    );
}

#[test]
fn processes_read_without_a_pause_while_two_others_write_in_turns() {
    let place = Place::new();
    let source = source(&place);
    let dir = place.twin.dir().to_path_buf();
    place.import(&source).unwrap();
    let mut writers = ["0", "1"].map(|task| spawn(task, &dir, &source));
    let readers = ["read", "read"].map(|task| spawn(task, &dir, &source));
    for reader in readers {
        let output = reader.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}");
    }
    assert!(place.twin.publication().unwrap() >= ENOUGH);
    for writer in &mut writers {
        writer.kill().unwrap();
        writer.wait().unwrap();
    }
    every_version_is_whole(&dir);
}
