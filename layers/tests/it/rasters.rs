//! Rasters: in the stored CRS, with their values, nodata as NaN.

use layers::{LayerKind, Raster};

use crate::fixtures::{Place, id, run};

/// A grid whose value is its column, as an ASCII raster in the given CRS made a `GeoTIFF`.
pub(crate) fn grid(
    place: &Place,
    name: &str,
    (crs, kind): (&str, &str),
    (x, y, pixel): (f64, f64, f64),
) -> std::path::PathBuf {
    let mut text = format!(
        "ncols 40\nnrows 30\nxllcorner {x}\nyllcorner {y}\ncellsize {pixel}\nNODATA_value -9999\n"
    );
    for row in 0..30 {
        let line: Vec<_> = (0..40)
            .map(|column| {
                if row == 0 {
                    "-9999".to_owned()
                } else {
                    column.to_string()
                }
            })
            .collect();
        text += &(line.join(" ") + "\n");
    }
    let source = place.file("grid.asc", text);
    let path = place.path(name);
    run(
        "gdal_translate",
        &[
            "-q",
            "-a_srs",
            crs,
            "-ot",
            kind,
            source.to_str().unwrap(),
            path.to_str().unwrap(),
        ],
    );
    path
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions within the raster"
)]
fn value_at(raster: &Raster, lon: f64, lat: f64) -> f32 {
    let column = (lon - raster.extent.min_x) / raster.extent.width() * raster.width as f64;
    let row = (raster.extent.max_y - lat) / raster.extent.height() * raster.height as f64;
    raster.values[row as usize * raster.width + column as usize]
}

#[test]
fn a_raster_in_degrees_keeps_its_grid_and_values() {
    let place = Place::new();
    let path = grid(
        &place,
        "a.tif",
        ("EPSG:4326", "Float32"),
        (106.3, 20.9, 0.001),
    );
    let report = place.import(&path).unwrap();
    let meta = place.twin.meta(&id("probe")).unwrap();
    assert_eq!(
        (meta.kind, meta.feature_count, report.features_read),
        (LayerKind::Raster, 1200, 1200)
    );
    let raster = place.twin.read_raster(&id("probe")).unwrap();
    assert_eq!((raster.width, raster.height), (40, 30));
    assert!(
        (raster.extent.min_x - 106.3).abs() < 1e-9 && (raster.extent.max_y - 20.93).abs() < 1e-9
    );
    assert!(
        raster.values[..40].iter().all(|value| value.is_nan()),
        "nodata is NaN"
    );
    assert_eq!(
        raster.values[40..80],
        (0..40).map(|column| column as f32).collect::<Vec<_>>()
    );
    assert!(place.twin.read(&id("probe")).unwrap().batches.is_empty());
}

#[test]
fn a_cloud_optimised_geotiff_with_tiles_and_overviews_gives_the_same_values() {
    let place = Place::new();
    let at = (106.3, 20.9, 0.001);
    let path = grid(&place, "a.tif", ("EPSG:4326", "Float32"), at);
    place.import(&path).unwrap();
    let plain = place.twin.read_raster(&id("probe")).unwrap();
    let cog = place.path("b.tif");
    let options = [
        "-q",
        "-of",
        "COG",
        "-co",
        "BLOCKSIZE=128",
        "-co",
        "COMPRESS=DEFLATE",
        "-outsize",
        "1000%",
        "1000%",
    ];
    let files = [path.to_str().unwrap(), cog.to_str().unwrap()];
    run("gdal_translate", &[&options[..], &files].concat());
    let report = place.import(&cog).unwrap();
    assert_eq!(
        (report.sources[0].format.as_str(), report.features_read),
        ("GeoTIFF", 120_000)
    );
    let fine = place.twin.read_raster(&id("probe")).unwrap();
    assert_eq!((fine.width, fine.height), (400, 300));
    for (lon, lat) in [
        (106.3005, 20.9005),
        (106.3205, 20.9155),
        (106.3395, 20.9285),
    ] {
        assert!((value_at(&fine, lon, lat) - value_at(&plain, lon, lat)).abs() < 1e-6);
    }
}

#[test]
fn a_raster_in_vn2000_lies_where_it_should() {
    let place = Place::new();
    let path = grid(
        &place,
        "a.tif",
        ("EPSG:9209", "Float32"),
        (584_000.0, 2_316_000.0, 30.0),
    );
    place.import(&path).unwrap();
    let raster = place.twin.read_raster(&id("probe")).unwrap();
    // The control point EPSG:9209 584527.145 2316227.333 lies in column 17, 0.07 columns right of its middle.
    let value = value_at(&raster, 106.3146, 20.9373);
    assert!((value - 17.07).abs() < 1.0, "{value}");
}

#[test]
fn classes_are_not_mixed() {
    let place = Place::new();
    let path = grid(
        &place,
        "a.tif",
        ("EPSG:9209", "Int16"),
        (584_000.0, 2_316_000.0, 30.0),
    );
    place.import(&path).unwrap();
    let raster = place.twin.read_raster(&id("probe")).unwrap();
    assert!(
        raster
            .values
            .iter()
            .all(|value| value.is_nan() || value.fract() == 0.0)
    );
    assert!(raster.values.iter().any(|value| value.is_nan()));
}

#[test]
fn a_raster_cut_short_or_mixed_with_features_is_refused() {
    let place = Place::new();
    let path = grid(
        &place,
        "a.tif",
        ("EPSG:4326", "Float32"),
        (106.3, 20.9, 0.001),
    );
    let points = place.file(
        "a.geojson",
        crate::fixtures::geojson(&[("a", crate::fixtures::POINT)]),
    );
    let message = place.refused(&path, |request| request.sources.push(points));
    assert!(message.contains("cannot be one layer"), "{message}");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let message = place.refused(&path, |_| {});
    assert!(message.contains("damaged"), "{message}");
    place
        .import(&place.file(
            "b.geojson",
            crate::fixtures::geojson(&[("a", crate::fixtures::POINT)]),
        ))
        .unwrap();
    assert!(
        place
            .twin
            .read_raster(&id("probe"))
            .unwrap_err()
            .to_string()
            .contains("not a raster")
    );
}
