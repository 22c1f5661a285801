//! The same seed gives the same bytes, another seed others.

use std::{collections::BTreeMap, fs, path::Path};

use datasets::{Manifest, Options, generate};

use crate::province;

fn contents(folder: &Path, into: &mut BTreeMap<String, Vec<u8>>, prefix: &str) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            contents(&entry.path(), into, &format!("{name}/"));
        } else {
            into.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    contents(folder, &mut files, "");
    files
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let first = files(&province::folder());
    let again = tempfile::tempdir().unwrap();
    let mut shares = Vec::new();
    generate(again.path(), &Options::default(), &mut |_, share| {
        shares.push(share);
    })
    .unwrap();
    let second = files(again.path());
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &first {
        assert!(bytes == &second[name], "\"{name}\" differs");
    }
    assert!(shares.is_sorted(), "progress never goes back: {shares:?}");

    let other = Options {
        seed: 7,
        ..Options::default()
    };
    let manifest = generate(again.path(), &other, &mut |_, _| {}).unwrap();
    assert_eq!(Manifest::read(again.path()).unwrap(), manifest);
    let third = files(again.path());
    for name in [
        "communes.geojson",
        "roads.parquet",
        "parcels/hai_duong.shp",
        "elevation.tif",
        "accidents.csv",
    ] {
        assert!(
            first[name] != third[name],
            "\"{name}\" does not depend on the seed"
        );
    }
}

#[test]
fn every_title_says_that_the_data_are_synthetic() {
    let manifest = Manifest::read(&province::folder()).unwrap();
    assert_eq!(manifest.entries.len(), 25);
    for entry in &manifest.entries {
        assert!(entry.title_vi.ends_with("(tổng hợp)"), "{entry:?}");
        assert!(entry.title_en.ends_with("(synthetic)"), "{entry:?}");
        for source in &entry.sources {
            assert!(
                province::folder().join(source).is_file(),
                "{}",
                source.display()
            );
        }
    }
}

#[test]
fn a_folder_without_a_manifest_is_not_read() {
    let empty = tempfile::tempdir().unwrap();
    let error = Manifest::read(empty.path()).unwrap_err();
    assert!(
        error.to_string().contains("run the generator again"),
        "{error}"
    );
}

#[test]
fn every_layer_says_whose_it_is_and_whom_it_serves() {
    let manifest = Manifest::read(&province::folder()).unwrap();
    for entry in &manifest.entries {
        let record = &entry.record;
        assert!(record.agency.contains("synthetic"), "{entry:?}");
        assert!(!record.sectors.is_empty(), "{entry:?}");
    }
}
