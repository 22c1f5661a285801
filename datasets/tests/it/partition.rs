//! Districts and communes: official counts and areas, valid, seamless.

use std::collections::{BTreeMap, BTreeSet};

use datasets::DISTRICTS;
use geo::{Coord, GeodesicArea as _, LineString, MultiPolygon, Polygon, Validation as _};

use crate::{province, read};

type Vertex = (u64, u64);

fn vertex(place: Coord) -> Vertex {
    (place.x.to_bits(), place.y.to_bits())
}

fn edges(shape: &MultiPolygon) -> Vec<(Vertex, Vertex)> {
    let rings = shape
        .iter()
        .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    rings
        .flat_map(LineString::lines)
        .map(|line| (vertex(line.start), vertex(line.end)))
        .collect()
}

fn area_km2(shape: &MultiPolygon) -> f64 {
    shape.geodesic_area_unsigned() / 1e6
}

/// The ring left when every edge that two units share is taken away; fails if there is more than one ring.
#[track_caller]
pub(crate) fn outer_ring(shapes: &[MultiPolygon]) -> Polygon {
    let mut once = BTreeSet::new();
    for (from, to) in shapes.iter().flat_map(edges) {
        assert!(
            once.insert((from, to)),
            "two units lie on the same side of an edge: overlap"
        );
    }
    let open: BTreeMap<Vertex, Vertex> = once
        .iter()
        .filter(|(from, to)| !once.contains(&(*to, *from)))
        .copied()
        .collect();
    let (&start, _) = open.first_key_value().unwrap();
    let mut ring = Vec::new();
    let mut at = start;
    loop {
        ring.push(Coord {
            x: f64::from_bits(at.0),
            y: f64::from_bits(at.1),
        });
        at = open[&at];
        if at == start {
            break;
        }
    }
    assert_eq!(
        ring.len(),
        open.len(),
        "an edge inside belongs to one unit only: gap"
    );
    Polygon::new(LineString::new(ring), Vec::new())
}

#[test]
fn communes_are_207_of_the_right_kinds_and_valid() {
    let communes = read::polygons(&province::folder().join("communes.geojson"));
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for (shape, attributes) in &communes {
        assert!(shape.is_valid(), "{attributes}");
        assert_eq!(shape.0.len(), 1, "in one piece: {attributes}");
        *kinds
            .entry(attributes["kind"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    let expected = [("phường", 46), ("thị trấn", 10), ("xã", 151)];
    assert_eq!(
        kinds,
        expected
            .map(|(kind, count)| (kind.to_owned(), count))
            .into()
    );
    let people: u64 = communes
        .iter()
        .map(|(_, a)| a["population"].as_u64().unwrap())
        .sum();
    assert!((1_945_000..=1_955_000).contains(&people), "{people}");
}

#[test]
fn districts_have_their_official_areas() {
    let districts = read::polygons(&province::folder().join("districts.geojson"));
    assert_eq!(districts.len(), 12);
    let mut sum_km2 = 0.0;
    for ((shape, attributes), official) in districts.iter().zip(&DISTRICTS) {
        assert!(shape.is_valid(), "{attributes}");
        let area_km2 = area_km2(shape);
        let off = area_km2 / official.area_km2 - 1.0;
        assert!(
            off.abs() < 0.03,
            "{}: {area_km2:.2} km² is {:.1} % off",
            official.name,
            off * 100.0
        );
        sum_km2 += area_km2;
    }
    assert!((sum_km2 / 1668.0 - 1.0).abs() < 0.01, "{sum_km2}");
}

#[test]
fn communes_and_districts_are_seamless_and_have_one_outline() {
    let folder = province::folder();
    let shapes = |name: &str| -> Vec<MultiPolygon> {
        read::polygons(&folder.join(name))
            .into_iter()
            .map(|(shape, _)| shape)
            .collect()
    };
    let communes = shapes("communes.geojson");
    let districts = shapes("districts.geojson");
    let outline = outer_ring(&communes);
    let whole_km2 = area_km2(&MultiPolygon::new(vec![outline.clone()]));
    for units in [&communes, &districts] {
        let sum_km2: f64 = units.iter().map(area_km2).sum();
        assert!(
            (sum_km2 - whole_km2).abs() < 1e-3,
            "{sum_km2} of {whole_km2} km²"
        );
    }
    let same = outer_ring(&districts);
    assert!((area_km2(&MultiPolygon::new(vec![same])) - whole_km2).abs() < 1e-6);
}

#[test]
fn each_district_is_made_of_its_communes() {
    let folder = province::folder();
    let communes = read::polygons(&folder.join("communes.geojson"));
    for (shape, attributes) in read::polygons(&folder.join("districts.geojson")) {
        let own: Vec<MultiPolygon> = communes
            .iter()
            .filter(|(_, commune)| commune["district_code"] == attributes["code"])
            .map(|(shape, _)| shape.clone())
            .collect();
        let sum_km2: f64 = own.iter().map(area_km2).sum();
        assert!((sum_km2 - area_km2(&shape)).abs() < 1e-4, "{attributes}");
    }
}
