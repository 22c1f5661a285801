//! An import that was stopped goes on where it was, and ends with the same bytes.

use std::{fmt::Write as _, fs, sync::Mutex};

use layers::{FindingCode, ImportError, ImportRequest, Progress, import::import};

use crate::fixtures::{Place, id};

/// Says stop once so many features are read.
struct StopAt {
    features: u64,
    read: Mutex<u64>,
}

impl Progress for StopAt {
    fn step(&self, what: &str, done: u64, _total: Option<u64>) {
        if what == "read" {
            *self.read.lock().unwrap() = done;
        }
    }

    fn is_cancelled(&self) -> bool {
        *self.read.lock().unwrap() >= self.features
    }
}

fn stop_at(features: u64) -> StopAt {
    StopAt {
        features,
        read: Mutex::new(0),
    }
}

/// Points in two sources; the second one has rows to set aside and Vietnamese names from its middle on.
fn sources(place: &Place) -> Vec<std::path::PathBuf> {
    let mut names = Vec::new();
    for source in 0..2_u32 {
        let mut csv = "name,n,lon,lat\n".to_owned();
        for at in 0..60_000_u32 {
            let name = if source == 1 && at > 30_000 {
                "Cẩm Giàng"
            } else {
                "x"
            };
            let lat = if source == 1 && at % 10_000 == 7 {
                "north".to_owned()
            } else {
                format!("20.{:05}", at * 7 % 99_991)
            };
            writeln!(csv, "{name},{at},106.{:05},{lat}", at * 31 % 99_991).unwrap();
        }
        names.push(place.file(&format!("{source}.csv"), csv));
    }
    names
}

#[test]
fn a_stopped_import_goes_on_and_ends_as_if_it_had_never_been_stopped() {
    let place = Place::new();
    let request = ImportRequest {
        memory_bytes: 1 << 20,
        ..ImportRequest::new(sources(&place), id("probe"))
    };
    let whole = Place::new();
    let expected = import(&whole.twin, &request, &stop_at(u64::MAX)).unwrap();
    for features in [50_000, 100_000] {
        let stopped = import(&place.twin, &request, &stop_at(features));
        assert!(
            matches!(stopped, Err(ImportError::Cancelled)),
            "{stopped:?}"
        );
        assert!(
            place.twin.layers().unwrap().is_empty(),
            "nothing is published"
        );
    }
    let report = import(&place.twin, &request, &stop_at(u64::MAX)).unwrap();
    let resumed = report.finding(FindingCode::ImportResumed).unwrap();
    let kept: u64 = resumed.examples[0].parse().unwrap();
    assert!(
        (60_000..120_000).contains(&kept),
        "{kept} features were kept"
    );
    assert_eq!(report.features_set_aside, 6);
    assert_eq!(report.features_published, expected.features_published);
    let others = |report: &layers::ImportReport| {
        let mut findings = report.findings.clone();
        findings.retain(|finding| finding.code != FindingCode::ImportResumed);
        findings
    };
    assert_eq!(others(&report), others(&expected));
    for file in ["data.parquet", "quarantine.parquet"] {
        let bytes =
            |place: &Place| fs::read(place.twin.dir().join("layers/probe/v1").join(file)).unwrap();
        assert!(bytes(&place) == bytes(&whole), "{file} is the same");
    }
    let left = fs::read_dir(place.twin.dir().join("layers/probe"))
        .unwrap()
        .count();
    assert_eq!(left, 1, "nothing else is left");
}
