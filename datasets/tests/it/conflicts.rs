//! Parcels and the plan: areas, no overlaps, and exactly the planted conflicts.

use std::{collections::BTreeMap, path::Path};

use datasets::DISTRICTS;
use geo::{Area as _, BooleanOps as _, BoundingRect as _, Coord, Polygon, Rect};

use crate::{province, read};

/// Cells of the search for neighbours.
const BUCKET_M: f64 = 200.0;

/// Which polygons reach into which square of the plane.
struct Buckets(BTreeMap<(i64, i64), Vec<usize>>);

fn squares(rect: Rect) -> impl Iterator<Item = (i64, i64)> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the plane's metres are small numbers"
    )]
    let index = |value: f64| (value / BUCKET_M).floor() as i64;
    let (min, max): (Coord, Coord) = (rect.min(), rect.max());
    (index(min.x)..=index(max.x))
        .flat_map(move |x| (index(min.y)..=index(max.y)).map(move |y| (x, y)))
}

impl Buckets {
    fn new<'a>(polygons: impl Iterator<Item = &'a Polygon>) -> Self {
        let mut buckets: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (row, polygon) in polygons.enumerate() {
            for square in squares(polygon.bounding_rect().unwrap()) {
                buckets.entry(square).or_default().push(row);
            }
        }
        Self(buckets)
    }

    fn near(&self, polygon: &Polygon) -> Vec<usize> {
        let rect = polygon.bounding_rect().unwrap();
        let mut rows: Vec<usize> = squares(rect)
            .flat_map(|square| self.0.get(&square).into_iter().flatten().copied())
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

fn parcels(folder: &Path) -> Vec<read::Row> {
    DISTRICTS
        .iter()
        .flat_map(|district| {
            read::shapefile(&folder.join(format!("parcels/{}.shp", district.file_name)))
        })
        .collect()
}

fn overlap_m2(a: &Polygon, b: &Polygon) -> f64 {
    let (one, two) = (a.bounding_rect().unwrap(), b.bounding_rect().unwrap());
    let apart = one.max().x < two.min().x
        || two.max().x < one.min().x
        || one.max().y < two.min().y
        || two.max().y < one.min().y;
    if apart {
        0.0
    } else {
        a.intersection(b).unsigned_area()
    }
}

#[test]
fn the_parcels_in_conflict_with_the_plan_are_exactly_the_planted_ones() {
    let folder = province::folder();
    let zones = read::flatgeobuf(&folder.join("land_use_plan.fgb"), "ma_qh");
    let buckets = Buckets::new(zones.iter().map(|(polygon, _)| polygon));
    let mut found: BTreeMap<(String, String, String), (String, f64)> = BTreeMap::new();
    for parcel in parcels(&folder) {
        let code = parcel.text("ma_dat");
        for row in buckets.near(&parcel.polygon) {
            let (zone, planned) = &zones[row];
            if code.split('+').any(|part| part == planned) {
                continue;
            }
            let overlap_m2 = overlap_m2(&parcel.polygon, zone);
            assert!(
                !(0.001..=1.0).contains(&overlap_m2),
                "a sliver of {overlap_m2} m²"
            );
            if overlap_m2 > 1.0 {
                let key = (
                    parcel.text("ma_xa"),
                    parcel.text("so_to"),
                    parcel.text("so_thua"),
                );
                assert!(
                    found.insert(key, (planned.clone(), overlap_m2)).is_none(),
                    "two conflicts of one parcel"
                );
            }
        }
    }
    let truths = read::json(&folder.join("truths.json"));
    let planted = truths["plan_conflicts"]["parcels"].as_array().unwrap();
    assert_eq!(planted.len(), found.len());
    let mut by_code: BTreeMap<(String, String), u32> = BTreeMap::new();
    for truth in planted {
        let text = |name: &str| {
            truth[name]
                .as_str()
                .map_or_else(|| truth[name].to_string(), str::to_owned)
        };
        let (planned, overlap_m2) = &found[&(text("ma_xa"), text("so_to"), text("so_thua"))];
        assert_eq!(&text("ma_qh"), planned);
        let expected_m2 = truth["overlap_m2"].as_f64().unwrap();
        assert!(
            (overlap_m2 - expected_m2).abs() < 0.01,
            "{overlap_m2} m² found, {expected_m2} m² planted"
        );
        *by_code.entry((text("ma_dat"), text("ma_qh"))).or_default() += 1;
    }
    let count = |land: &str, planned: &str| {
        by_code
            .get(&(land.to_owned(), planned.to_owned()))
            .copied()
            .unwrap_or(0)
    };
    assert_eq!(count("LUC", "SKK"), 120);
    assert_eq!(count("LUC", "ODT"), 36);
    assert!(count("ONT", "DGT") >= 20, "{by_code:?}");
}

#[test]
fn parcels_do_not_overlap_and_their_areas_are_those_of_their_geometry() {
    let parcels = parcels(&province::folder());
    let buckets = Buckets::new(parcels.iter().map(|parcel| &parcel.polygon));
    for (row, parcel) in parcels.iter().enumerate() {
        let area_m2: f64 = parcel.text("dien_tich").parse().unwrap();
        assert!(
            (area_m2 - parcel.polygon.unsigned_area()).abs() <= 0.051,
            "{area_m2}"
        );
        assert!(area_m2 > 20.0);
        for other in buckets
            .near(&parcel.polygon)
            .into_iter()
            .filter(|&other| other > row)
        {
            let overlap_m2 = overlap_m2(&parcel.polygon, &parcels[other].polygon);
            assert!(
                overlap_m2 < 0.001,
                "parcels {row} and {other} overlap by {overlap_m2} m²"
            );
        }
    }
}
