//! Finding places by name.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use engine::{LayerSnapshot, TwinSnapshot, search::search};
use geo::{Geometry, Point};
use layers::GeometryKind;

use crate::{
    built::{Columns, sorted_layer},
    fixture::{districts, shape},
};

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn points(places: &[(f64, f64)]) -> Vec<Option<Geometry<f64>>> {
    places
        .iter()
        .map(|(x, y)| Some(Point::new(*x, *y).into()))
        .collect()
}

fn twin() -> TwinSnapshot {
    let roads: Columns = vec![
        (
            "name",
            texts(&[
                "Đường Nguyễn Lương Bằng",
                "Đường Nguyễn Lương Bằng",
                "Đường Nguyễn Lương Bằng",
                "Quốc lộ 5",
                "Đường Nam Sách",
            ]),
        ),
        (
            "class",
            texts(&["street", "street", "street", "national", "street"]),
        ),
    ];
    let lines = [
        "LINESTRING (106.30 20.93, 106.31 20.93)",
        "LINESTRING (106.31 20.93, 106.32 20.93)",
        "LINESTRING (106.50 20.80, 106.51 20.80)",
        "LINESTRING (106.1 20.9, 106.5 20.9)",
        "LINESTRING (106.4 21.0, 106.41 21.0)",
    ];
    let lines: Vec<_> = lines.iter().map(|line| Some(shape(line))).collect();
    let places: Columns = vec![
        ("name", texts(&["Hải Dương", "Trần Phú", "Thanh Miện"])),
        ("kind", texts(&["city", "phường", "town"])),
        ("rank", Arc::new(Int64Array::from(vec![1, 3, 2]))),
    ];
    let schools: Columns = vec![
        (
            "name",
            texts(&["Trường Tiểu học Trần Phú", "Trường Mầm non Hải Dương"]),
        ),
        ("level", texts(&["primary", "kindergarten"])),
    ];
    TwinSnapshot::from_layers(
        [
            districts(),
            sorted_layer(
                "places",
                GeometryKind::Point,
                places,
                &points(&[(106.2, 21.0), (106.31, 20.94), (106.2, 20.75)]),
            ),
            sorted_layer("roads", GeometryKind::Line, roads, &lines),
            sorted_layer(
                "schools",
                GeometryKind::Point,
                schools,
                &points(&[(106.3, 20.93), (106.31, 20.93)]),
            ),
        ]
        .map(|layer| LayerSnapshot::from_layer(layer).unwrap()),
    )
}

#[track_caller]
fn found(text: &str) -> Vec<(String, String)> {
    search(&twin(), text, 10)
        .into_iter()
        .map(|place| (place.layer.to_string(), place.name))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(layer, name)| ((*layer).to_owned(), (*name).to_owned()))
        .collect()
}

#[test]
fn diacritics_are_not_needed_and_units_come_first() {
    let expected = pairs(&[
        ("districts", "Hải Dương"),
        ("places", "Hải Dương"),
        ("schools", "Trường Mầm non Hải Dương"),
    ]);
    for text in ["hai duong", "Hải Dương", "HẢI DƯƠNG", "hải duong "] {
        assert_eq!(found(text), expected, "{text}");
    }
    assert_eq!(
        found("nam sach")[0],
        ("districts".to_owned(), "Nam Sách".to_owned())
    );
}

#[test]
fn beginnings_of_words_match_and_a_kind_may_stand_before_the_name() {
    assert_eq!(found("luong bang").len(), 2);
    assert_eq!(found("th mi"), pairs(&[("places", "Thanh Miện")]));
    assert_eq!(found("phường trần phú"), pairs(&[("places", "Trần Phú")]));
    assert_eq!(
        found("tran phu"),
        pairs(&[
            ("places", "Trần Phú"),
            ("schools", "Trường Tiểu học Trần Phú")
        ])
    );
    assert!(found("xyz").is_empty() && found("  ").is_empty() && found("…").is_empty());
}

#[test]
fn pieces_of_a_road_are_one_place_and_namesakes_far_away_are_two() {
    let places = search(&twin(), "duong nguyen luong bang", 10);
    assert_eq!(places.len(), 2);
    let extents: Vec<_> = places.iter().map(|place| place.extent.unwrap()).collect();
    assert!(
        extents
            .iter()
            .any(|extent| (extent.width() - 0.02).abs() < 1e-9),
        "{extents:?}"
    );
    assert_eq!(places[0].kind, "street");
    assert!(
        places
            .iter()
            .all(|place| place.extent.unwrap().contains(place.lon, place.lat))
    );
}

#[test]
fn a_place_says_where_it_is() {
    let places = search(&twin(), "thanh mien", 1);
    assert_eq!(
        (places[0].context.as_str(), places[0].extent),
        ("Chí Linh", None)
    );
    assert_eq!(search(&twin(), "chi linh", 1)[0].context, "Lớp districts");
    assert_eq!(search(&twin(), "tran", 1).len(), 1);
    assert!(search(&twin(), "tran", 0).is_empty());
}
