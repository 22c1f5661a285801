//! GDAL's command line reads every file (oracle: `ogrinfo -so -al FILE`, `gdalinfo FILE`).

use std::{path::Path, process::Command};

use crate::{province, read};

/// What the tool prints, or `None` where it is not installed.
fn run(tool: &str, arguments: &[&str], path: &Path) -> Option<String> {
    let output = Command::new(tool).args(arguments).arg(path).output().ok()?;
    assert!(
        output.status.success(),
        "{tool} {}: {}",
        path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[track_caller]
fn check(file: &str, count: usize, epsg: u32) {
    let path = province::folder().join(file);
    let Some(text) = run("ogrinfo", &["-so", "-al"], &path) else {
        println!("skipped: ogrinfo is not installed");
        return;
    };
    assert!(
        text.contains(&format!("Feature Count: {count}\n")),
        "{file}: {text}"
    );
    assert!(
        text.contains(&format!("ID[\"EPSG\",{epsg}]]\nData axis")),
        "{file}: {text}"
    );
}

#[test]
fn gdal_reads_the_vector_files_with_their_counts_and_crs() {
    let folder = province::folder();
    check("communes.geojson", 207, 4326);
    check("districts.geojson", 12, 4326);
    check(
        "railways.geojson",
        read::json(&folder.join("railways.geojson"))["features"]
            .as_array()
            .unwrap()
            .len(),
        4326,
    );
    for district in &datasets::DISTRICTS {
        let file = format!("parcels/{}.shp", district.file_name);
        check(&file, read::shapefile(&folder.join(&file)).len(), 9209);
    }
    check(
        "land_use_plan.fgb",
        read::flatgeobuf(&folder.join("land_use_plan.fgb"), "ma_qh").len(),
        9209,
    );
    check(
        "buildings.fgb",
        read::flatgeobuf(&folder.join("buildings.fgb"), "use").len(),
        4326,
    );
}

#[test]
fn gdal_reads_the_rasters() {
    let folder = province::folder();
    for (file, kind) in [
        ("elevation.tif", "Type=Float32"),
        ("land_cover.tif", "Type=Byte"),
    ] {
        let Some(text) = run("gdalinfo", &["-mm"], &folder.join(file)) else {
            println!("skipped: gdalinfo is not installed");
            return;
        };
        assert!(
            text.contains("Size is 1872, 2088") && text.contains(kind),
            "{text}"
        );
        assert!(text.contains("ID[\"EPSG\",4326]]\nData axis"), "{text}");
        if file == "elevation.tif" {
            let range = text
                .split("Computed Min/Max=")
                .nth(1)
                .unwrap()
                .lines()
                .next()
                .unwrap();
            let highest_m: f64 = range.split(',').nth(1).unwrap().parse().unwrap();
            assert!((605.0..=620.0).contains(&highest_m), "{range}");
        }
    }
}
