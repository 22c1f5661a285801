//! Analyses on layers built in memory, with planted truths.

use std::{cell::RefCell, sync::Arc};

use arrow::{
    array::{Array as _, AsArray as _, Float64Array, StringArray},
    datatypes::Float64Type,
};
use engine::{
    CancelToken, TwinSnapshot,
    analysis::{self, AnalysisContext, AnalysisError, Outcome},
};
use geo::{
    Area as _, Contains as _, Coord, Geometry, LineString, MapCoords as _, Point, Polygon, Rect,
};
use layers::{
    GeometryKind, LayerKind,
    crs::{Crs, Transformer},
};
use serde_json::{Value, json};

use crate::built::{self, scatter};

fn run(name: &str, twin: &Arc<TwinSnapshot>, parameters: &Value) -> Result<Outcome, AnalysisError> {
    let context = AnalysisContext {
        snapshot: Arc::clone(twin),
        progress: &|_, _| {},
        cancel: CancelToken::new(),
    };
    analysis::find(name).unwrap().run(&context, parameters)
}

fn reals<'a>(outcome: &'a Outcome, name: &str) -> &'a Float64Array {
    outcome.layer.batches[0]
        .column_by_name(name)
        .unwrap()
        .as_primitive::<Float64Type>()
}

fn texts<'a>(outcome: &'a Outcome, name: &str) -> &'a StringArray {
    outcome.layer.batches[0]
        .column_by_name(name)
        .unwrap()
        .as_string()
}

fn shapes(outcome: &Outcome) -> Vec<Geometry<f64>> {
    let snapshot = engine::LayerSnapshot::from_layer(outcome.layer.clone()).unwrap();
    (0..u32::try_from(snapshot.len()).unwrap())
        .map(|row| snapshot.geometry(row).unwrap())
        .collect()
}

/// Moves a shape between degrees and the VN-2000 plane.
fn moved(shape: &Polygon<f64>, from: &str, to: &str) -> Polygon<f64> {
    let way = Transformer::new(&from.parse::<Crs>().unwrap(), &to.parse::<Crs>().unwrap()).unwrap();
    shape.map_coords(|at| {
        let (mut x, mut y) = ([at.x], [at.y]);
        way.transform(&mut x, &mut y);
        Coord { x: x[0], y: y[0] }
    })
}

/// A rectangle on the plane, by its corner and size in metres from a place in the province, in degrees.
fn field(east_m: f64, north_m: f64, width_m: f64, height_m: f64) -> Geometry<f64> {
    let (x, y) = (588_000.0 + east_m, 2_316_000.0 + north_m);
    moved(
        &Rect::new((x, y), (x + width_m, y + height_m)).to_polygon(),
        "EPSG:9209",
        "OGC:CRS84",
    )
    .into()
}

fn text_column(values: &[Option<&str>]) -> Arc<StringArray> {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Four parcels of 100 m × 50 m on a plan of two zones that meet at x = 170 m.
fn plan_twin() -> Arc<TwinSnapshot> {
    let parcels = [
        field(0.0, 0.0, 100.0, 50.0),
        field(100.0, 0.0, 100.0, 50.0),
        field(200.0, 0.0, 100.0, 50.0),
        field(300.0, 0.0, 100.0, 50.0),
    ];
    let zones = [
        field(-50.0, -50.0, 220.0, 300.0),
        field(170.0, -50.0, 229.5, 300.0),
    ];
    built::twin(vec![
        built::layer(
            "parcels",
            GeometryKind::Polygon,
            vec![
                (
                    "ma_xa",
                    text_column(&[Some("10507"), Some("10507"), Some("10510"), Some("10510")]),
                ),
                (
                    "so_thua",
                    text_column(&[Some("1"), Some("2"), Some("3"), Some("4")]),
                ),
                (
                    "ma_dat",
                    text_column(&[Some("LUC"), Some("LUC"), Some("ONT+SKK"), None]),
                ),
            ],
            &parcels,
        ),
        built::layer(
            "land_use_plan",
            GeometryKind::Polygon,
            vec![("ma_qh", text_column(&[Some("LUC"), Some("SKK")]))],
            &zones,
        ),
    ])
}

#[test]
fn a_parcel_half_on_a_zone_of_another_code_is_a_conflict_of_that_half() {
    let outcome = run("plan_conflicts", &plan_twin(), &json!({})).unwrap();
    assert_eq!(
        outcome.layer.batches[0].num_rows(),
        1,
        "{:#}",
        outcome.summary
    );
    assert_eq!(texts(&outcome, "so_thua").value(0), "2");
    assert_eq!(
        (
            texts(&outcome, "ma_dat").value(0),
            texts(&outcome, "ma_qh").value(0)
        ),
        ("LUC", "SKK")
    );
    let overlap_m2 = reals(&outcome, "overlap_m2").value(0);
    assert!(
        (overlap_m2 - 1_500.0).abs() < 0.01,
        "30 m × 50 m, not {overlap_m2}"
    );
    assert!((reals(&outcome, "share").value(0) - 0.3).abs() < 1e-5);
    let Geometry::Polygon(shape) = &shapes(&outcome)[0] else {
        panic!("one polygon")
    };
    assert!((moved(shape, "OGC:CRS84", "EPSG:9209").unsigned_area() - overlap_m2).abs() < 0.01);
    let summary = &outcome.summary;
    assert_eq!(
        (
            &summary["examined"],
            &summary["conflicts"],
            &summary["parcels_without_code"]
        ),
        (&json!(4), &json!(1), &json!(1))
    );
    assert_eq!(summary["by_codes"][0]["parcel_code"], "LUC");
    assert_eq!(summary["by_unit"][0]["unit"], "10507");
    assert_eq!(summary["warnings"][0]["code"], "parcels-without-code");
    assert_eq!(outcome.provenance.parameters["min_overlap_m2"], 1);
    assert_eq!(outcome.provenance.layers.len(), 2);
    assert_eq!(
        outcome.provenance.layers[&built::id("parcels")],
        layers::Version(3)
    );
}

#[test]
fn codes_treated_as_compatible_and_small_overlaps_are_no_conflicts() {
    let agree = run(
        "plan_conflicts",
        &plan_twin(),
        &json!({"treat_as_compatible": [["LUC", "SKK"]]}),
    )
    .unwrap();
    assert_eq!(agree.layer.batches[0].num_rows(), 0);
    assert_eq!(agree.layer.meta.extent, None);
    let large_only = run(
        "plan_conflicts",
        &plan_twin(),
        &json!({"min_overlap_m2": 2000}),
    )
    .unwrap();
    assert_eq!(large_only.layer.batches[0].num_rows(), 0);
    assert_eq!(
        large_only.summary["slivers"]["count"], 1,
        "small ones are counted, not forgotten"
    );
}

#[test]
fn overlaps_are_those_of_brute_force_over_everything() {
    // Parcels on a shaken grid against ragged zones with a hole, every pair intersected on the plane.
    let noise = |seed: u32| scatter(seed) - 0.5;
    let parcels: Vec<Geometry<f64>> = (0..400_u32)
        .map(|seed| {
            field(
                f64::from(seed % 20) * 40.0 + 8.0 * noise(seed),
                f64::from(seed / 20) * 40.0 + 8.0 * noise(seed + 999),
                36.0,
                30.0,
            )
        })
        .collect();
    let ragged = |east_m: f64, radius_m: f64| -> LineString<f64> {
        (0..700_u32)
            .map(|step| {
                (
                    f64::from(step) / 700.0 * std::f64::consts::TAU,
                    radius_m * (0.8 + 0.3 * noise(step * 7)),
                )
            })
            .map(|(angle, reach)| Coord {
                x: 588_400.0 + east_m + reach * angle.cos(),
                y: 2_316_400.0 + reach * angle.sin(),
            })
            .collect()
    };
    let plane_zones = [
        Polygon::new(ragged(-100.0, 280.0), vec![ragged(-100.0, 90.0)]),
        Polygon::new(ragged(250.0, 220.0), Vec::new()),
    ];
    let zones: Vec<Geometry<f64>> = plane_zones
        .iter()
        .map(|zone| moved(zone, "EPSG:9209", "OGC:CRS84").into())
        .collect();
    let twin = built::twin(vec![
        built::layer(
            "parcels",
            GeometryKind::Polygon,
            vec![("ma_dat", text_column(&vec![Some("LUC"); 400]))],
            &parcels,
        ),
        built::layer(
            "land_use_plan",
            GeometryKind::Polygon,
            vec![("ma_qh", text_column(&[Some("SKK"), Some("ODT")]))],
            &zones,
        ),
    ]);
    let outcome = run("plan_conflicts", &twin, &json!({"min_overlap_m2": 0})).unwrap();
    let mut expected = 0.0;
    for parcel in &parcels {
        let Geometry::Polygon(parcel) = parcel else {
            panic!("polygons")
        };
        let parcel = moved(parcel, "OGC:CRS84", "EPSG:9209");
        for zone in &plane_zones {
            expected += geo::BooleanOps::intersection(&parcel, zone).unsigned_area();
        }
    }
    let found: f64 = reals(&outcome, "overlap_m2").values().iter().sum();
    assert!((found - expected).abs() < 0.5, "{found} is not {expected}");
    assert!(found > 100_000.0);
}

/// Events: a few in most places, many around one place.
fn events(hot: Coord<f64>) -> Vec<Geometry<f64>> {
    let thin = (0..900_u32).map(|seed| Coord {
        x: 106.2 + 0.3 * scatter(seed * 2),
        y: 20.8 + 0.3 * scatter(seed * 2 + 1),
    });
    let dense = (0..150_u32).map(|seed| Coord {
        x: hot.x + 0.01 * (scatter(seed + 5_000) - 0.5),
        y: hot.y + 0.01 * (scatter(seed + 9_000) - 0.5),
    });
    thin.chain(dense).map(|at| Point(at).into()).collect()
}

fn accident_twin() -> Arc<TwinSnapshot> {
    let points = events(Coord {
        x: 106.31,
        y: 20.93,
    });
    let weights = (0..points.len())
        .map(|row| (row % 50 != 0).then_some(2.0))
        .collect::<Float64Array>();
    let communes: Vec<Geometry<f64>> = (0..4)
        .map(|quarter| {
            let (west, south) = (
                106.2 + 0.15 * f64::from(quarter % 2),
                20.8 + 0.15 * f64::from(quarter / 2),
            );
            Rect::new((west, south), (west + 0.15, south + 0.15))
                .to_polygon()
                .into()
        })
        .collect();
    let names = text_column(&[
        Some("Xã Tây Nam"),
        Some("Xã Đông Nam"),
        Some("Xã Tây Bắc"),
        Some("Xã Đông Bắc"),
    ]);
    built::twin(vec![
        built::layer(
            "accidents",
            GeometryKind::Point,
            vec![("weight", Arc::new(weights))],
            &points,
        ),
        built::layer(
            "communes",
            GeometryKind::Polygon,
            vec![("name", names)],
            &communes,
        ),
    ])
}

#[test]
fn the_planted_hot_spot_is_found_and_named() {
    let outcome = run("hot_spots", &accident_twin(), &json!({})).unwrap();
    let hot = &outcome.summary["hot_spots"][0];
    assert_eq!(hot["place"], "Xã Tây Nam", "{:#}", outcome.summary);
    assert!(
        (hot["lon"].as_f64().unwrap() - 106.31).abs() < 0.02
            && (hot["lat"].as_f64().unwrap() - 20.93).abs() < 0.02
    );
    assert!(hot["z"].as_f64().unwrap() > 5.0);
    let classes = texts(&outcome, "class");
    let planted = Point::new(106.31, 20.93);
    let row = shapes(&outcome)
        .iter()
        .position(|shape| shape.contains(&planted))
        .unwrap();
    assert_eq!(classes.value(row), "hot_99");
    let hot_cells = (0..classes.len())
        .filter(|row| classes.value(*row).starts_with("hot"))
        .count();
    assert!(
        hot_cells < 25,
        "chance alone makes no hot spots: {hot_cells}"
    );
    let threshold = reals(&outcome, "p_threshold").value(0);
    assert!(threshold > 0.0 && threshold < 0.05);
    assert_eq!(outcome.summary["outside"], 0);
    assert_eq!(outcome.summary["features"], 1_050);
    assert_eq!(outcome.provenance.parameters["study_area"], "communes");
    assert!((reals(&outcome, "count").iter().flatten().sum::<f64>() - 1_050.0).abs() < 1e-9);
    let again = run("hot_spots", &accident_twin(), &json!({})).unwrap();
    assert_eq!(
        again.layer.batches, outcome.layer.batches,
        "the same question has the same answer"
    );
}

#[test]
fn an_attribute_is_added_up_and_points_without_it_are_reported() {
    let outcome = run(
        "hot_spots",
        &accident_twin(),
        &json!({"attribute": "weight", "resolution": 7}),
    )
    .unwrap();
    assert_eq!(outcome.summary["without_value"], 21);
    assert!((outcome.summary["total"].as_f64().unwrap() - 2.0 * 1_029.0).abs() < 1e-9);
}

#[test]
fn empty_cells_are_zero_or_missing_as_asked() {
    let zero = run("hot_spots", &accident_twin(), &json!({})).unwrap();
    let missing = run(
        "hot_spots",
        &accident_twin(),
        &json!({"empty_cells": "missing", "resolution": 9}),
    )
    .unwrap();
    assert!(
        reals(&zero, "count")
            .iter()
            .flatten()
            .any(|count| count == 0.0)
    );
    assert!(
        reals(&missing, "count")
            .iter()
            .flatten()
            .all(|count| count > 0.0)
    );
    assert!(missing.summary["islands"].as_u64().unwrap() > 0);
    assert!(
        missing.summary["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["code"] == "islands")
    );
}

#[test]
fn without_variance_or_with_few_cells_nothing_is_hot_and_the_answer_says_why() {
    let one = |points: &[Geometry<f64>]| {
        built::twin(vec![built::layer(
            "accidents",
            GeometryKind::Point,
            Vec::new(),
            points,
        )])
    };
    let warned = |outcome: &Outcome, code: &str| {
        outcome.summary["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["code"] == code)
    };
    let single = run(
        "hot_spots",
        &one(&[Point::new(106.3, 20.9).into()]),
        &json!({}),
    )
    .unwrap();
    assert!(warned(&single, "too-few-cells"), "{:#}", single.summary);
    let nothing = run("hot_spots", &one(&[]), &json!({})).unwrap();
    assert!(warned(&nothing, "too-few-cells"));
    let spread: Vec<Geometry<f64>> = (0..40)
        .map(|step| {
            Point::new(
                106.2 + 0.02 * f64::from(step % 8),
                20.8 + 0.02 * f64::from(step / 8),
            )
            .into()
        })
        .collect();
    let flat = run(
        "hot_spots",
        &one(&spread),
        &json!({"empty_cells": "missing"}),
    )
    .unwrap();
    assert!(warned(&flat, "no-variance"), "{:#}", flat.summary);
    assert_eq!(flat.summary["p_threshold"], Value::Null);
    assert!((0..40).all(|row| texts(&flat, "class").value(row) == "none" && reals(&flat, "z").is_null(row)));
}

#[track_caller]
fn refused(name: &str, parameters: &Value, message: &str) {
    let mut layers = vec![
        built::layer(
            "accidents",
            GeometryKind::Point,
            vec![("severity", text_column(&[Some("fatal")]))],
            &[Point::new(106.3, 20.9).into()],
        ),
        built::layer("roads", GeometryKind::Line, Vec::new(), &[]),
    ];
    layers.push(built::layer(
        "parcels",
        GeometryKind::Polygon,
        vec![("ma_dat", text_column(&[]))],
        &[],
    ));
    layers.push(built::layer(
        "land_use_plan",
        GeometryKind::Polygon,
        vec![("ma_qh", text_column(&[]))],
        &[],
    ));
    let error = run(name, &built::twin(layers), parameters).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
    assert!(error.is_callers());
}

#[test]
fn a_wrong_question_is_told_what_would_be_right() {
    refused(
        "hot_spots",
        &json!({"layer": "roads"}),
        "layer roads holds lines; this analysis needs a layer of points",
    );
    refused(
        "hot_spots",
        &json!({"layer": "accident"}),
        "did you mean \"accidents\"?",
    );
    refused("hot_spots", &json!({"layer": "No such"}), "layer id");
    refused(
        "hot_spots",
        &json!({"attribute": "severty"}),
        "did you mean \"severity\"?",
    );
    refused(
        "hot_spots",
        &json!({"attribute": "severity"}),
        "name one that holds numbers",
    );
    refused(
        "hot_spots",
        &json!({"resolution": 15}),
        "a whole number from 4 to 11",
    );
    refused(
        "hot_spots",
        &json!({"study_area": "accidents"}),
        "layer accidents holds points; this analysis needs a layer of polygons",
    );
    refused(
        "plan_conflicts",
        &json!({"plan_code": "ma_quy_hoach"}),
        "it has ma_qh",
    );
    refused(
        "plan_conflicts",
        &json!({"plane": "EPSG:4326"}),
        "is not a plane",
    );
    refused(
        "plan_conflicts",
        &json!({"plane": "EPSG:1"}),
        "is not a plane",
    );
    refused(
        "plan_conflicts",
        &json!({"keep": ["so_to"]}),
        "no attribute \"so_to\"",
    );
    assert!(
        analysis::find("hotspots")
            .err()
            .unwrap()
            .to_string()
            .contains("did you mean \"hot_spots\"?")
    );
}

#[test]
fn empty_layers_have_empty_answers() {
    let twin = built::twin(vec![
        built::layer(
            "parcels",
            GeometryKind::Polygon,
            vec![("ma_dat", text_column(&[]))],
            &[],
        ),
        built::layer(
            "land_use_plan",
            GeometryKind::Polygon,
            vec![("ma_qh", text_column(&[]))],
            &[],
        ),
    ]);
    let outcome = run("plan_conflicts", &twin, &Value::Null).unwrap();
    assert_eq!(outcome.layer.batches[0].num_rows(), 0);
    assert_eq!(
        outcome.layer.meta.kind,
        LayerKind::Vector(GeometryKind::Polygon)
    );
}

#[test]
fn a_cancelled_analysis_ends_and_progress_only_rises() {
    let told = RefCell::new(Vec::new());
    let progress = |share: f64, _what: &str| told.borrow_mut().push(share);
    let context = AnalysisContext {
        snapshot: plan_twin(),
        progress: &progress,
        cancel: CancelToken::new(),
    };
    analysis::find("plan_conflicts")
        .unwrap()
        .run(&context, &json!({}))
        .unwrap();
    let told = told.into_inner();
    assert!(
        told.is_sorted() && told.first() == Some(&0.0) && told.last() == Some(&1.0),
        "{told:?}"
    );
    for (name, snapshot) in [
        ("plan_conflicts", plan_twin()),
        ("hot_spots", accident_twin()),
    ] {
        let cancel = CancelToken::new();
        let cancel_soon = |share: f64, _what: &str| {
            if share > 0.0 {
                cancel.cancel();
            }
        };
        let context = AnalysisContext {
            snapshot,
            progress: &cancel_soon,
            cancel: cancel.clone(),
        };
        assert!(matches!(
            analysis::find(name).unwrap().run(&context, &json!({})),
            Err(AnalysisError::Cancelled)
        ));
    }
}

#[test]
fn every_parameter_is_described_in_both_languages_with_its_default() {
    for analysis in analysis::all() {
        let info = analysis.describe();
        assert_eq!(info.name, analysis.name());
        assert!(
            !info.title_vi.is_empty()
                && !info.title_en.is_empty()
                && !info.description_vi.is_empty()
                && !info.description_en.is_empty()
        );
        let properties = info.parameters["properties"].as_object().unwrap();
        for (name, rules) in properties {
            for word in [
                "x-title-vi",
                "x-title-en",
                "x-description-vi",
                "x-description-en",
                "type",
            ] {
                assert!(!rules[word].is_null(), "{name} has no {word}");
            }
            assert!(rules.get("default").is_some(), "{name} has no default");
        }
    }
}
