//! Folders and archives: several files as one layer, or a clear word why not.

use super::known::{PARCELS, check_parcels, convert, import};
use crate::fixtures::{POINT, Place, SQUARE, geojson};

fn shapefile(place: &Place, name: &str, content: &str) {
    let folder = place.path("ho-so");
    std::fs::create_dir_all(&folder).unwrap();
    let options = [
        "-f",
        "ESRI Shapefile",
        "-lco",
        "ENCODING=UTF-8",
        "-t_srs",
        "EPSG:9209",
    ];
    convert(place, content, &format!("ho-so/{name}"), &options);
}

#[test]
fn a_folder_of_shapefiles_with_the_same_attributes_is_one_layer() {
    let place = Place::new();
    for (at, name) in ["Xã A", "Xã B", "Xã C"].iter().enumerate() {
        shapefile(&place, &format!("xa-{at}.shp"), &geojson(&[(name, SQUARE)]));
    }
    std::fs::write(place.path("ho-so/ghi-chu.docx"), "ghi chú").unwrap();
    let (report, layer) = import(&place, &place.path("ho-so"));
    assert_eq!((report.features_published, report.sources.len()), (3, 3));
    assert_eq!(layer.meta.sources.len(), 3);
    assert!(layer.meta.sources[0].path.ends_with("ho-so/xa-0.shp"));
    let report = place
        .import_with(&place.path("ho-so"), |request| {
            request.source_layer = Some("xa-1".into());
        })
        .unwrap();
    assert_eq!(report.features_published, 1, "one of them when it is named");
}

#[test]
fn a_folder_of_different_layers_says_which_two_differ_and_how() {
    let place = Place::new();
    shapefile(&place, "a.shp", &geojson(&[("a", SQUARE)]));
    shapefile(&place, "b.shp", PARCELS);
    let message = place.refused(&place.path("ho-so"), |_| {});
    for word in ["a.shp", "b.shp", "\"n\"", "*.shp"] {
        assert!(message.contains(word), "{message}");
    }
    let place = Place::new();
    shapefile(&place, "a.shp", &geojson(&[("a", POINT)]));
    convert(
        &place,
        &geojson(&[("a", POINT)]),
        "ho-so/a.tab",
        &["-f", "MapInfo File"],
    );
    let message = place.refused(&place.path("ho-so"), |_| {});
    assert!(
        message.contains("a.shp and a.tab") && message.contains("two formats"),
        "{message}"
    );
}

#[test]
fn a_folder_without_any_source_is_refused() {
    let place = Place::new();
    std::fs::create_dir(place.path("ho-so")).unwrap();
    std::fs::write(place.path("ho-so/ghi-chu.docx"), "ghi chú").unwrap();
    place.refused(&place.path("ho-so"), |_| {});
}

#[test]
fn a_zip_of_a_shapefile_is_read_without_unpacking() {
    let place = Place::new();
    let options = [
        "-f",
        "ESRI Shapefile",
        "-lco",
        "ENCODING=UTF-8",
        "-t_srs",
        "EPSG:9209",
    ];
    let path = convert(&place, PARCELS, "thua.shz", &options);
    let zip = place.path("thua.zip");
    std::fs::rename(path, &zip).unwrap();
    let (report, layer) = import(&place, &zip);
    assert_eq!(report.sources[0].crs, "EPSG:9209");
    check_parcels(&layer, 1e-8);
}
