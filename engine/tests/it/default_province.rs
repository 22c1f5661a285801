//! The generated province, imported as a person would: both analyses find what was planted in it, and its tiles hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
    sync::Arc,
    time::Instant,
};

use arrow::{
    array::{AsArray as _, StringArray},
    compute::cast,
    datatypes::{DataType, Float64Type},
};
use engine::{
    CancelToken, Engine, TwinSnapshot,
    analysis::{self, AnalysisContext, Outcome},
    tiles::{TileOptions, encode_mvt, vector_tile},
};
use layers::{Extent, FindingCode, ImportReport, ImportRequest, LayerId, Silent, TileCoord, Twin};
use serde_json::{Value, json};

/// What the checks need of the province.
const LAYERS: [&str; 5] = ["communes", "parcels", "land_use_plan", "accidents", "roads"];

/// Those of them that neither overlap nor leave gaps.
const PARTITIONS: [&str; 3] = ["communes", "parcels", "land_use_plan"];

fn it_is_a_clean_partition(report: &ImportReport) {
    let checked = report.finding(FindingCode::PartitionChecked).unwrap();
    assert_eq!(checked.count, report.features_published, "{checked:?}");
    for code in [
        FindingCode::PartitionOverlap,
        FindingCode::PartitionGap,
        FindingCode::PartitionSliver,
    ] {
        assert_eq!(report.finding(code), None, "{}", report.layer);
    }
}

#[test]
fn the_default_province_gives_up_what_was_planted_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let made = Instant::now();
    let files = folder.path().join("files");
    let manifest =
        datasets::generate(&files, &datasets::Options::default(), &mut |_, _| {}).unwrap();
    let twin = Twin::create_or_open(&folder.path().join("twin")).unwrap();
    for entry in manifest
        .entries
        .iter()
        .filter(|entry| LAYERS.contains(&entry.layer.as_str()))
    {
        let sources = entry
            .sources
            .iter()
            .map(|source| files.join(source))
            .collect();
        let request = ImportRequest {
            synthetic: true,
            partition: PARTITIONS.contains(&entry.layer.as_str()),
            ..ImportRequest::new(sources, entry.layer.parse().unwrap())
        };
        let report = layers::import::import(&twin, &request, &Silent).unwrap();
        if request.partition {
            it_is_a_clean_partition(&report);
        }
    }
    let engine = Engine::open(Arc::new(twin)).unwrap();
    println!("made, imported and opened in {:.1?}", made.elapsed());
    let truths: Value =
        serde_json::from_reader(File::open(files.join("truths.json")).unwrap()).unwrap();
    planted_conflicts_are_found(&engine.snapshot(), &truths["plan_conflicts"]);
    planted_hot_spot_is_found(&engine.snapshot(), &truths["hot_spot"]);
    tiles_stay_within_their_size(&engine.snapshot());
    outcome_is_kept(&engine.snapshot(), folder.path());
}

fn run(twin: &Arc<TwinSnapshot>, name: &str, parameters: &Value) -> Outcome {
    let context = AnalysisContext {
        snapshot: Arc::clone(twin),
        progress: &|_, _| {},
        cancel: CancelToken::new(),
    };
    let started = Instant::now();
    let outcome = analysis::find(name)
        .unwrap()
        .run(&context, parameters)
        .unwrap();
    println!("{name} in {:.1?}", started.elapsed());
    outcome
}

fn texts(outcome: &Outcome, name: &str) -> StringArray {
    let column = outcome.layer.batches[0].column_by_name(name).unwrap();
    cast(column, &DataType::Utf8).unwrap().as_string().clone()
}

/// A conflict by what names it in the truths: commune, sheet, parcel, present and planned code.
type Named = [String; 5];

fn planted_conflicts_are_found(twin: &Arc<TwinSnapshot>, truths: &Value) {
    let outcome = run(twin, "plan_conflicts", &json!({}));
    let names = ["ma_xa", "so_to", "so_thua", "ma_dat", "ma_qh"];
    let columns = names.map(|name| texts(&outcome, name));
    let overlaps = outcome.layer.batches[0]
        .column_by_name("overlap_m2")
        .unwrap()
        .as_primitive::<Float64Type>();
    let mut found: BTreeMap<Named, f64> = BTreeMap::new();
    for row in 0..overlaps.len() {
        *found
            .entry(
                columns
                    .each_ref()
                    .map(|column| column.value(row).to_owned()),
            )
            .or_default() += overlaps.value(row);
    }
    let mut planted: BTreeMap<Named, f64> = BTreeMap::new();
    for conflict in truths["parcels"].as_array().unwrap() {
        let text = |name: &str| {
            conflict[name]
                .as_str()
                .map_or_else(|| conflict[name].to_string(), str::to_owned)
        };
        planted.insert(names.map(text), conflict["overlap_m2"].as_f64().unwrap());
    }
    assert_eq!(
        planted.len(),
        usize::try_from(truths["count"].as_u64().unwrap()).unwrap()
    );
    let keys =
        |conflicts: &BTreeMap<Named, f64>| conflicts.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&found), keys(&planted), "all of them and no other");
    for (conflict, planted_m2) in &planted {
        let found_m2 = found[conflict];
        assert!(
            (found_m2 - planted_m2).abs() < 0.01 + planted_m2 * 1e-5,
            "{conflict:?}: {found_m2} is not {planted_m2}"
        );
    }
}

fn planted_hot_spot_is_found(twin: &Arc<TwinSnapshot>, truths: &Value) {
    let outcome = run(twin, "hot_spots", &json!({}));
    println!("{:#}", outcome.summary);
    let center = h3o::LatLng::new(
        truths["lat"].as_f64().unwrap(),
        truths["lon"].as_f64().unwrap(),
    )
    .unwrap();
    let cell = center.to_cell(h3o::Resolution::Eight).to_string();
    let cells = texts(&outcome, "cell");
    let row = cells.iter().position(|other| other == Some(&cell)).unwrap();
    assert!(
        texts(&outcome, "class").value(row).starts_with("hot"),
        "the planted place is in a hot cell"
    );
}

fn tiles_stay_within_their_size(twin: &Arc<TwinSnapshot>) {
    let layers: Vec<LayerId> = LAYERS.iter().map(|layer| layer.parse().unwrap()).collect();
    let extent = twin.layers[&layers[0]].meta.extent.unwrap_or(Extent::EMPTY);
    let (x, y) = extent.center();
    for z in 6..=16 {
        let middle = Extent::from_corners((x, y), (x, y));
        let around = if z <= 10 { extent } else { middle };
        let (mut largest, mut count) = (0, 0_u32);
        let started = Instant::now();
        for coord in TileCoord::covering(&around, z) {
            let tile = vector_tile(twin, &layers, coord, &TileOptions::for_encoding()).unwrap();
            largest = largest.max(encode_mvt(&tile).len());
            count += 1;
        }
        println!(
            "zoom {z}: {count} tiles, the largest {largest} bytes, {:.1?} each",
            started.elapsed() / count.max(1)
        );
        assert!(largest <= TileOptions::LIMIT_BYTES);
    }
}

/// An answer is a layer like any other: it can be published and read back.
fn outcome_is_kept(twin: &Arc<TwinSnapshot>, folder: &Path) {
    let outcome = run(twin, "plan_conflicts", &json!({}));
    let kept = Twin::create_or_open(&folder.join("kept")).unwrap();
    kept.publish(&outcome.layer).unwrap();
    let read = kept.read(&outcome.layer.meta.id).unwrap();
    assert_eq!(read.meta.feature_count, outcome.layer.meta.feature_count);
    assert_eq!(
        read.meta.notes["provenance"],
        outcome.layer.meta.notes["provenance"]
    );
}
