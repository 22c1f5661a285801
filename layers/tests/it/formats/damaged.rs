//! Files of every format cut short and with bytes changed: refused in words, or read with counts that add up.

use std::path::{Path, PathBuf};

use layers::{ImportRequest, Silent};

use super::known::{PARCELS, STATIONS, convert};
use crate::fixtures::{Place, id};

/// Numbers that are the same each time (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

/// A source and the files it is made of.
fn made(place: &Place, file: &str, content: &str, options: &[&str]) -> (PathBuf, Vec<PathBuf>) {
    let path = convert(place, content, file, options);
    let mut files = Vec::new();
    if path.is_dir() {
        files.extend(
            std::fs::read_dir(&path)
                .unwrap()
                .map(|entry| entry.unwrap().path()),
        );
    } else {
        let stem = path.file_stem().unwrap().to_owned();
        let beside = std::fs::read_dir(place.dir.path()).unwrap();
        files.extend(
            beside
                .map(|entry| entry.unwrap().path())
                .filter(|other| other.file_stem() == Some(&stem)),
        );
    }
    files.sort();
    (path, files)
}

/// The bytes of a file, damaged in many ways.
fn variants(bytes: &[u8], many: usize, numbers: &mut Numbers) -> Vec<Vec<u8>> {
    let length = bytes.len();
    let mut cuts = vec![
        0,
        1,
        10,
        length / 4,
        length / 2,
        length * 3 / 4,
        length.saturating_sub(10),
        length.saturating_sub(1),
    ];
    cuts.dedup();
    let mut variants: Vec<Vec<u8>> = cuts
        .into_iter()
        .filter(|cut| *cut < length)
        .map(|cut| bytes[..cut].to_vec())
        .collect();
    for count in 0..many {
        let mut bytes = bytes.to_vec();
        // Heads decide how the rest is read: half of the changes are there.
        let within = if count % 2 == 0 {
            length.min(512)
        } else {
            length
        };
        for _ in 0..=count % 4 {
            bytes[numbers.below(within)] = numbers.next().to_le_bytes()[0];
        }
        variants.push(bytes);
    }
    variants
}

/// Examines a source; it must be refused, or read with counts that add up.
#[track_caller]
fn check(source: &Path, what: &str, outcome: &mut [u64; 2]) {
    let mut request = ImportRequest::new(vec![source.into()], id("probe"));
    match source.extension().and_then(|extension| extension.to_str()) {
        Some("dxf" | "dgn" | "csv") => request.crs = Some("EPSG:9209".parse().unwrap()),
        Some("pbf") => request.source_layer = Some("multipolygons".to_owned()),
        _ => {}
    }
    match layers::import::examine(&request, &Silent) {
        Ok(report) => {
            let all = report.features_published + report.features_set_aside;
            assert_eq!(report.features_read, all, "{what}");
            outcome[0] += 1;
        }
        Err(error) => {
            assert!(error.is_refusal(), "{what}: {error:?}");
            outcome[1] += 1;
        }
    }
}

#[track_caller]
fn damage((source, files): (PathBuf, Vec<PathBuf>), many: usize) {
    let mut outcome = [0; 2];
    check(&source, "untouched", &mut outcome);
    assert_eq!(outcome, [1, 0], "{} is read as it is", source.display());
    let mut numbers = Numbers(2025);
    for file in &files {
        let whole = std::fs::read(file).unwrap();
        if whole.is_empty() {
            continue;
        }
        for (at, bytes) in variants(&whole, many, &mut numbers).into_iter().enumerate() {
            std::fs::write(file, bytes).unwrap();
            check(
                &source,
                &format!("{} variant {at}", file.display()),
                &mut outcome,
            );
        }
        std::fs::write(file, whole).unwrap();
    }
    assert!(
        outcome[1] > 0,
        "{}: no damage was noticed",
        source.display()
    );
    for file in files {
        std::fs::remove_file(file).unwrap();
    }
}

#[test]
fn damaged_files_are_refused_or_read_with_counts_that_add_up() {
    let place = Place::new();
    let formats: [(&str, &[&str]); 13] = [
        ("a.shp", &["-f", "ESRI Shapefile"]),
        ("b.gpkg", &["-f", "GPKG"]),
        ("c.geojson", &["-f", "GeoJSON"]),
        ("d.geojsonl", &["-f", "GeoJSONSeq"]),
        ("e.fgb", &["-f", "FlatGeobuf"]),
        ("f.gml", &["-f", "GML", "-dsco", "FORMAT=GML3.2"]),
        ("g.kml", &["-f", "KML"]),
        ("h.tab", &["-f", "MapInfo File"]),
        ("i.mif", &["-f", "MapInfo File", "-dsco", "FORMAT=MIF"]),
        ("j.csv", &["-f", "CSV", "-lco", "GEOMETRY=AS_WKT"]),
        ("k.dxf", &["-f", "DXF", "-select", ""]),
        ("l.dgn", &["-f", "DGN", "-select", ""]),
        ("m.sqlite", &["-f", "SQLite"]),
    ];
    for (file, options) in formats {
        let options = [options, &["-t_srs", "EPSG:9209"]].concat();
        damage(made(&place, file, PARCELS, &options), 24);
    }
}

#[test]
fn damaged_archives_and_databases_are_refused_or_read_with_counts_that_add_up() {
    let place = Place::new();
    let formats: [(&str, &str, &[&str]); 3] = [
        (
            "n.gdb",
            PARCELS,
            &[
                "-f",
                "OpenFileGDB",
                "-nlt",
                "MULTIPOLYGON",
                "-t_srs",
                "EPSG:9209",
            ],
        ),
        ("o.xlsx", STATIONS, &["-f", "XLSX"]),
        ("p.ods", STATIONS, &["-f", "ODS"]),
    ];
    for (file, content, options) in formats {
        let many = if file == "n.gdb" { 4 } else { 24 };
        damage(made(&place, file, content, options), many);
    }
    let osm = place.file("q.osm.pbf", super::osm::extract(10));
    damage((osm.clone(), vec![osm]), 60);
    let points = place.file("points.geojson", PARCELS);
    place.import(&points).unwrap();
    let parquet = place.path("r.parquet");
    place
        .twin
        .read(&id("probe"))
        .unwrap()
        .to_geoparquet(&parquet)
        .unwrap();
    damage((parquet.clone(), vec![parquet]), 60);
    let raster = crate::rasters::grid(
        &place,
        "s.tif",
        ("EPSG:4326", "Float32"),
        (106.3, 20.9, 0.001),
    );
    damage((raster.clone(), vec![raster]), 60);
}

#[test]
fn what_fuzzing_starts_from_and_what_it_found_is_refused_or_read() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    let place = Place::new();
    let mut outcome = [0; 2];
    for (folder, extension) in [("parquet", "parquet"), ("csv", "csv")] {
        for seed in std::fs::read_dir(seeds.join(folder)).unwrap() {
            let seed = seed.unwrap().path();
            let source = place.file(&format!("a.{extension}"), std::fs::read(&seed).unwrap());
            check(&source, &format!("{seed:?}"), &mut outcome);
        }
    }
    assert_eq!(outcome, [3, 3]);
}
