//! Differences between versions, against planted ones.

use std::{collections::BTreeMap, fmt::Write as _};

use geo::GeodesicArea as _;
use layers::{
    Language, LayerId, StoreError, Version,
    store::{DiffRequest, MatchedBy, VersionDiff},
};

use crate::fixtures::{Place, id};

/// A parcel of the test: key, code, west edge by number, size in degrees.
#[derive(Clone)]
struct Parcel {
    key: Option<u32>,
    code: &'static str,
    at: u32,
    size: f64,
}

impl Parcel {
    fn ring(&self) -> [(f64, f64); 5] {
        let (west, south) = (
            106.0 + f64::from(self.at % 40) * 0.01,
            20.6 + f64::from(self.at / 40) * 0.01,
        );
        let (east, north) = (west + self.size, south + self.size);
        [
            (west, south),
            (east, south),
            (east, north),
            (west, north),
            (west, south),
        ]
    }

    /// By Karney's algorithm.
    fn area_m2(&self) -> f64 {
        let ring: Vec<_> = self.ring().map(geo::Coord::from).into();
        geo::Polygon::new(ring.into(), Vec::new()).geodesic_area_unsigned()
    }
}

fn parcels() -> Vec<Parcel> {
    let parcel = |at: u32| Parcel {
        key: Some(at),
        code: ["LUC", "ONT", "CLN"][at as usize % 3],
        at,
        size: 0.001,
    };
    (0..300).map(parcel).collect()
}

fn import(place: &Place, parcels: &[Parcel]) -> Version {
    let mut csv = "key,code,wkt\n".to_owned();
    for parcel in parcels {
        let key = parcel.key.map(|key| format!("P{key}")).unwrap_or_default();
        let ring: Vec<_> = parcel
            .ring()
            .iter()
            .map(|(x, y)| format!("{x} {y}"))
            .collect();
        writeln!(
            csv,
            "{key},{},\"POLYGON(({}))\"",
            parcel.code,
            ring.join(",")
        )
        .unwrap();
    }
    let source = place.file("parcels.csv", csv);
    place.import(&source).unwrap().version.unwrap()
}

fn diff(place: &Place, key: Option<&str>, by: Option<&str>) -> VersionDiff {
    place.twin.diff(&request(key, by)).unwrap()
}

fn request(key: Option<&str>, by: Option<&str>) -> DiffRequest {
    DiffRequest {
        layer: probe(),
        from: Version(1),
        to: Version(2),
        key: key.map(str::to_owned),
        by: by.map(str::to_owned),
    }
}

fn probe() -> LayerId {
    id("probe")
}

/// Two versions with planted differences: 3 removed, 2 added, 4 recoded, 5 resized, 1 moved far and recoded.
fn planted() -> Place {
    let place = Place::new();
    let before = parcels();
    import(&place, &before);
    let mut after = before[3..].to_vec();
    for parcel in &mut after[10..14] {
        parcel.code = "SKC";
    }
    for parcel in &mut after[20..25] {
        parcel.size = 0.002;
    }
    (after[100].at, after[100].code) = (900, "DGT");
    for at in [500, 501] {
        let key = Some(at);
        let new = Parcel {
            key,
            at,
            ..before[0].clone()
        };
        after.push(new);
    }
    // The order of the source means nothing.
    after.reverse();
    import(&place, &after);
    let karney = |parcels: &[Parcel]| {
        let mut areas = BTreeMap::new();
        for parcel in parcels {
            *areas.entry(parcel.code).or_insert(0.0) += parcel.area_m2();
        }
        areas
    };
    let found = diff(&place, Some("key"), Some("code"));
    for (areas, of) in [
        (
            karney(&before),
            (|class| class.before_m2) as fn(&layers::store::ClassArea) -> f64,
        ),
        (karney(&after), |class| class.after_m2),
    ] {
        for class in &found.classes {
            let code = class.class.as_deref().unwrap();
            let expected = areas.get(code).copied().unwrap_or(0.0);
            assert!(
                (of(class) - expected).abs() <= 1e-6 * expected,
                "{code}: {} m², not {expected}",
                of(class)
            );
        }
    }
    place
}

#[test]
fn with_a_key_every_planted_difference_is_found() {
    let place = planted();
    let found = diff(&place, Some("key"), Some("code"));
    assert_eq!(found.matched_by, MatchedBy::Key("key".to_owned()));
    assert_eq!((found.features_before, found.features_after), (300, 299));
    assert_eq!((found.added, found.removed, found.changed), (2, 3, 10));
    assert_eq!((found.geometry_changed, found.attributes_changed), (6, 5));
    assert_eq!(found.unchanged, 287);
    assert_eq!((found.shared_keys, found.without_key), ((0, 0), (0, 0)));
    assert_eq!(found.attributes.len(), 1);
    let code = &found.attributes[0];
    assert_eq!((code.name.as_str(), code.features), ("code", 5));
    assert!(
        code.examples
            .iter()
            .all(|example| example.feature.starts_with('P')
                && ["SKC", "DGT"].contains(&example.after.as_deref().unwrap())),
        "{code:?}"
    );
    assert_eq!(found.classes.len(), 5);
    let text = found.to_text(Language::Vietnamese);
    assert!(text.contains("thêm") && text.contains("SKC"), "{text}");
    assert!(found.to_text(Language::English).contains("added"));
}

#[test]
fn without_a_key_what_moved_and_was_recoded_is_one_removed_and_one_added() {
    let place = planted();
    let found = diff(&place, None, None);
    assert_eq!(found.matched_by, MatchedBy::Content);
    assert_eq!((found.added, found.removed, found.changed), (3, 4, 9));
    assert_eq!((found.geometry_changed, found.attributes_changed), (5, 4));
    assert_eq!(found.classes.len(), 1, "the whole layer is one class");
    assert_eq!(found.classes[0].features_before, 300);
}

#[test]
fn a_version_does_not_differ_from_itself() {
    let place = planted();
    let same = DiffRequest {
        to: Version(1),
        ..request(Some("key"), None)
    };
    let found = place.twin.diff(&same).unwrap();
    assert_eq!(
        (found.unchanged, found.added, found.removed, found.changed),
        (300, 0, 0, 0)
    );
}

#[test]
fn rows_that_share_a_key_or_have_none_are_counted() {
    let place = Place::new();
    let mut before = parcels()[..6].to_vec();
    before[1].key = before[0].key;
    before[2].key = None;
    import(&place, &before);
    let mut after = before.clone();
    after[2].code = "SKC";
    after[3].code = "SKC";
    import(&place, &after);
    let found = diff(&place, Some("key"), None);
    assert_eq!(found.shared_keys, (2, 2));
    assert_eq!(found.without_key, (1, 1));
    assert_eq!(
        (found.unchanged, found.changed, found.added, found.removed),
        (4, 1, 1, 1),
        "a row without a key is not known again once it changed"
    );
}

#[test]
fn the_differing_features_are_written_as_geojson_that_gdal_reads() {
    let place = planted();
    let found = diff(&place, Some("key"), None);
    let path = place.path("diff.geojson");
    place.twin.write_diff(&found, &path).unwrap();
    let count = |change: &str| {
        let where_ = format!("diff_change = '{change}'");
        let told = crate::fixtures::run(
            "ogrinfo",
            &["-so", "-al", "-where", &where_, path.to_str().unwrap()],
        );
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix("Feature Count: "));
        line.unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(count("added"), 2);
    assert_eq!(count("removed"), 3);
    assert_eq!(count("geometry"), 5);
    assert_eq!(count("attributes"), 4);
    assert_eq!(count("geometry and attributes"), 1);
}

#[test]
fn columns_that_came_or_went_are_named_and_types_are_compared_as_text() {
    let place = Place::new();
    let csv = |heading: &str, values: [&str; 2]| {
        format!(
            "lon,lat,name,{heading}\n106.3,20.9,a,{}\n106.4,20.8,b,{}\n",
            values[0], values[1]
        )
    };
    let one = place.file("one.csv", csv("n,old", ["1,x", "2,y"]));
    place.import(&one).unwrap();
    let two = place.file("two.csv", csv("n,new", ["1,z", "2b,z"]));
    place.import(&two).unwrap();
    let found = diff(&place, Some("name"), None);
    assert_eq!(found.new_attributes, ["new"]);
    assert_eq!(found.lost_attributes, ["old"]);
    assert_eq!((found.unchanged, found.changed), (1, 1));
    let example = &found.attributes[0].examples[0];
    assert_eq!(
        (example.before.as_deref(), example.after.as_deref()),
        (Some("2"), Some("2b"))
    );
    assert!(found.classes.is_empty(), "points have no area");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let place = planted();
    let error = place.twin.diff(&request(Some("ma"), None)).unwrap_err();
    assert!(
        matches!(&error, StoreError::UnknownAttribute { known, .. } if known == &["key", "code"]),
        "{error:?}"
    );
    let absent = DiffRequest {
        to: Version(7),
        ..request(None, None)
    };
    let error = place.twin.diff(&absent).unwrap_err();
    assert!(matches!(error, StoreError::UnknownVersion { .. }));
}
