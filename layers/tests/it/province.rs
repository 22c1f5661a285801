//! The shared open data of the province: counts and areas equal GDAL's.

use std::path::PathBuf;

use arrow::array::AsArray as _;
use geo::{Area as _, MapCoords as _};
use geo_traits::to_geo::ToGeoGeometry as _;
use layers::{Crs, Layer, Transformer};

use crate::fixtures::{Place, id, run};

#[expect(clippy::print_stdout, reason = "tells that tests were skipped")]
pub(crate) fn shared_data() -> Option<PathBuf> {
    let given = std::env::var_os("LUCDAU_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let found = given.unwrap_or(beside).join("data");
    if found.is_dir() {
        return Some(found);
    }
    println!("skipped: no shared data at {}", found.display());
    None
}

#[test]
fn every_shared_file_has_the_features_that_ogrinfo_counts() {
    let Some(data) = shared_data() else { return };
    let place = Place::new();
    let mut files = 0;
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_none_or(|extension| extension != "geojson")
        {
            continue;
        }
        let info = run("ogrinfo", &["-so", "-al", path.to_str().unwrap()]);
        let count = info
            .lines()
            .find_map(|line| line.strip_prefix("Feature Count: "))
            .unwrap();
        let report = place.import(&path).unwrap();
        assert_eq!(report.features_read.to_string(), count, "{path:?}");
        assert_eq!(report.features_set_aside, 0, "{path:?}: {report:?}");
        files += 1;
    }
    assert!(files >= 5);
}

#[test]
fn the_districts_have_the_area_that_gdal_computes() {
    let Some(data) = shared_data() else { return };
    let path = data.join("hd_districts_osm_2021.geojson");
    let place = Place::new();
    place.import(&path).unwrap();
    let area = area_9209(&place.twin.read(&id("probe")).unwrap());
    let projected = place.ogr2ogr(
        "districts.gpkg",
        &path,
        &["-t_srs", "EPSG:9209", "-nln", "d"],
    );
    let sql = "SELECT sum(ST_Area(geom)) AS area FROM d";
    let answer = run(
        "ogrinfo",
        &[
            "-q",
            "-dialect",
            "SQLite",
            "-sql",
            sql,
            projected.to_str().unwrap(),
        ],
    );
    let expected: f64 = answer
        .lines()
        .find_map(|line| line.split_once(" = "))
        .unwrap()
        .1
        .trim()
        .parse()
        .unwrap();
    assert!((area / expected - 1.0).abs() < 1e-4, "{area} {expected}");
    assert!((area / 1e6 - 1668.4).abs() < 0.2, "{area}");
}

fn area_9209(layer: &Layer) -> f64 {
    let transformer = Transformer::new(&Crs::stored(), &"EPSG:9209".parse().unwrap()).unwrap();
    let columns = layer
        .batches
        .iter()
        .map(|batch| batch.column_by_name("geom").unwrap().as_binary::<i32>());
    let shapes = columns.flat_map(|column| column.iter().flatten());
    let area = |wkb: &[u8]| {
        let geometry = wkb::reader::read_wkb(wkb).unwrap().to_geometry();
        let plane = geometry.map_coords(|at| {
            let (mut x, mut y) = ([at.x], [at.y]);
            transformer.transform(&mut x, &mut y);
            geo::Coord { x: x[0], y: y[0] }
        });
        plane.unsigned_area()
    };
    shapes.map(area).sum()
}
