//! What was current when, also in twins made before that was kept.

use chrono::{DateTime, TimeDelta, Utc};
use layers::{StoreError, Twin, Version, store::Action};
use rusqlite::Connection;

use crate::fixtures::{POINT, Place, geojson, id};

/// Makes a twin's catalog what a program of format 1 left.
pub(crate) fn downgrade(twin: Twin) -> std::path::PathBuf {
    let dir = twin.dir().to_path_buf();
    drop(twin);
    let catalog = Connection::open(dir.join("twin.db")).unwrap();
    catalog
        .execute_batch("DROP TABLE history; DROP TABLE pin; PRAGMA user_version = 1;")
        .unwrap();
    dir
}

fn import(place: &Place, layer: &str) {
    let source = place.file("a.geojson", geojson(&[("a", POINT)]));
    let request = layers::ImportRequest::new(vec![source], id(layer));
    layers::import::import(&place.twin, &request, &layers::Silent).unwrap();
}

fn versions_at(twin: &Twin, moment: DateTime<Utc>) -> Vec<(String, u32)> {
    let then = twin.layers_at(moment).unwrap();
    then.layers
        .iter()
        .map(|meta| (meta.id.to_string(), meta.version.0))
        .collect()
}

#[test]
fn each_moment_has_the_versions_that_were_current_then() {
    let place = Place::new();
    let twin = &place.twin;
    let mut expected = vec![(Utc::now() - TimeDelta::seconds(1), Vec::new())];
    let mut note = |state: &[(&str, u32)]| {
        let state = state
            .iter()
            .map(|&(layer, version)| (layer.to_owned(), version));
        expected.push((Utc::now(), state.collect()));
    };
    import(&place, "roads");
    note(&[("roads", 1)]);
    import(&place, "schools");
    note(&[("roads", 1), ("schools", 1)]);
    import(&place, "roads");
    note(&[("roads", 2), ("schools", 1)]);
    twin.rollback(&id("roads"), Version(1)).unwrap();
    note(&[("roads", 1), ("schools", 1)]);
    import(&place, "roads");
    note(&[("roads", 3), ("schools", 1)]);
    for (moment, state) in &expected {
        assert_eq!(&versions_at(twin, *moment), state, "{moment}");
    }
    let history = twin.history().unwrap();
    assert_eq!(history[2].action, Action::Publish);
    assert_eq!(
        twin.meta_at(&id("roads"), history[2].at).unwrap().version,
        Version(2),
        "the moment of a publication has it"
    );
    assert_eq!(
        history
            .iter()
            .map(|entry| entry.publication)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(twin.publication().unwrap(), 5);
    assert_eq!(history[3].action, Action::Rollback);
}

#[test]
fn a_moment_before_the_first_version_and_a_layer_that_never_was_are_told_apart() {
    let place = Place::new();
    import(&place, "roads");
    let early = Utc::now() - TimeDelta::days(400);
    let error = place.twin.meta_at(&id("roads"), early).unwrap_err();
    assert!(matches!(error, StoreError::NotYet { .. }), "{error:?}");
    let error = place.twin.meta_at(&id("rails"), early).unwrap_err();
    assert!(
        matches!(error, StoreError::UnknownLayer { .. }),
        "{error:?}"
    );
}

#[test]
fn a_twin_of_format_1_opens_and_tells_what_it_knows() {
    let place = Place::new();
    import(&place, "roads");
    let first = Utc::now();
    import(&place, "roads");
    import(&place, "schools");
    place.twin.rollback(&id("roads"), Version(1)).unwrap();
    let dir = downgrade(place.twin);
    let before = Utc::now();
    let twin = Twin::open(&dir).unwrap();
    assert_eq!(versions_at(&twin, first), [("roads".to_owned(), 1)]);
    let state = |roads| vec![("roads".to_owned(), roads), ("schools".to_owned(), 1)];
    assert_eq!(
        versions_at(&twin, before),
        state(2),
        "when it was rolled back is not known"
    );
    assert_eq!(versions_at(&twin, Utc::now()), state(1));
    assert_eq!(twin.meta(&id("roads")).unwrap().version, Version(1));
    twin.rollback(&id("roads"), Version(2)).unwrap();
    assert_eq!(twin.history().unwrap().len(), 5);
    assert_eq!(twin.publication().unwrap(), 5);
    assert_eq!(Twin::open(&dir).unwrap().history().unwrap().len(), 5);
}

#[test]
fn many_processes_that_open_an_old_twin_at_once_all_succeed() {
    let place = Place::new();
    import(&place, "roads");
    let dir = downgrade(place.twin);
    std::thread::scope(|scope| {
        let open = || Twin::open(&dir).unwrap().history().unwrap().len();
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        for opener in openers {
            assert_eq!(opener.join().unwrap(), 1);
        }
    });
}
