//! Tiles of layers built in memory, against brute force and GDAL.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    sync::Arc,
};

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray};
use engine::{
    EngineError, LayerSnapshot, TwinSnapshot,
    tiles::{LabelScope, Resampling, TileOptions, encode_mvt, raster_tile, resample, vector_tile},
};
use geo::{
    Area as _, Coord, Geometry, Intersects as _, LineString, MapCoords as _, Point, Polygon, Rect,
};
use layers::{
    Extent, GeometryKind, LayerKind, LonLat, Raster, TileCoord, TileGeometry, TileLabel, TileLayer,
    VectorTile, tile_coord::mercator_from_lonlat,
};

use crate::built::{self, scatter};

const PROVINCE: Extent = Extent {
    min_x: 106.12,
    min_y: 20.68,
    max_x: 106.62,
    max_y: 21.24,
};

fn place(seed: u32) -> Coord<f64> {
    Coord {
        x: PROVINCE.min_x + PROVINCE.width() * scatter(2 * seed),
        y: PROVINCE.min_y + PROVINCE.height() * scatter(2 * seed + 1),
    }
}

/// A blob around a place.
fn blob(seed: u32, radius_deg: f64, corners: u32) -> Geometry<f64> {
    let middle = place(seed);
    let corner = |step: u32| {
        let angle = f64::from(step) / f64::from(corners) * std::f64::consts::TAU;
        let reach = radius_deg * (0.6 + 0.4 * scatter(seed * 31 + step));
        Coord {
            x: middle.x + reach * angle.cos(),
            y: middle.y + reach * angle.sin(),
        }
    };
    Polygon::new((0..corners).map(corner).collect(), Vec::new()).into()
}

/// A wandering line.
fn road(seed: u32, vertices: u32) -> Geometry<f64> {
    let mut at = place(seed);
    let mut heading = scatter(seed + 9_999) * std::f64::consts::TAU;
    let step = |index: u32| {
        heading += (scatter(seed * 97 + index) - 0.5) * 0.9;
        at = Coord {
            x: at.x + 0.004 * heading.cos(),
            y: at.y + 0.004 * heading.sin(),
        };
        at
    };
    Geometry::LineString((0..vertices).map(step).collect::<LineString<f64>>())
}

/// Places, roads, lakes, and the one district around it all.
fn province() -> Arc<TwinSnapshot> {
    let named = |prefix: &str, count: u32| -> Arc<StringArray> {
        Arc::new(
            (0..count)
                .map(|row| Some(format!("{prefix} {row}")))
                .collect(),
        )
    };
    let points: Vec<Geometry<f64>> = (0..300).map(|seed| Point(place(seed)).into()).collect();
    let roads: Vec<Geometry<f64>> = (0..120).map(|seed| road(seed + 500, 80)).collect();
    let lakes: Vec<Geometry<f64>> = (0..800)
        .map(|seed| blob(seed + 1_000, 0.003 + 0.02 * scatter(seed), 40))
        .collect();
    let outline = Rect::new(
        (PROVINCE.min_x, PROVINCE.min_y),
        (PROVINCE.max_x, PROVINCE.max_y),
    )
    .to_polygon();
    built::twin(vec![
        built::layer(
            "places",
            GeometryKind::Point,
            vec![("name", named("Làng", 300))],
            &points,
        ),
        built::layer(
            "roads",
            GeometryKind::Line,
            vec![("name", named("Đường", 120))],
            &roads,
        ),
        built::layer(
            "lakes",
            GeometryKind::Polygon,
            vec![("name", named("Hồ", 800))],
            &lakes,
        ),
        built::layer(
            "district",
            GeometryKind::Polygon,
            vec![("name", named("Huyện", 1))],
            &[outline.into()],
        ),
    ])
}

fn tile(twin: &TwinSnapshot, layer: &str, coord: TileCoord) -> TileLayer {
    let tile = vector_tile(twin, &[built::id(layer)], coord, &TileOptions::default()).unwrap();
    tile.layers.into_iter().next().unwrap()
}

fn ids(layer: &TileLayer) -> BTreeSet<u64> {
    layer.features.iter().map(|feature| feature.id.0).collect()
}

/// A shape in the units of a tile, not rounded.
fn in_tile(shape: &Geometry<f64>, coord: TileCoord) -> Geometry<f64> {
    let area = coord.extent_mercator();
    let unit = 4096.0 / coord.side_mercator();
    shape.map_coords(|at| {
        let (x, y) = mercator_from_lonlat(LonLat {
            lon: at.x,
            lat: at.y,
        });
        Coord {
            x: (x - area.min_x) * unit,
            y: (area.max_y - y) * unit,
        }
    })
}

fn vertices(geometry: &TileGeometry) -> Vec<[i32; 2]> {
    match geometry {
        TileGeometry::Points(points) => points.clone(),
        TileGeometry::Lines(lines) => lines.concat(),
        TileGeometry::Polygons(polygons) => polygons.iter().flatten().flatten().copied().collect(),
    }
}

#[test]
fn every_feature_that_meets_a_tile_is_in_it_and_no_other() {
    let twin = province();
    for name in ["places", "roads", "lakes", "district"] {
        let layer: &LayerSnapshot = &twin.layers[&built::id(name)];
        for coord in TileCoord::covering(&PROVINCE, 13).step_by(17) {
            let found = ids(&tile(&twin, name, coord));
            let meets = |by: f64| -> BTreeSet<u64> {
                let window = Rect::new((-by, -by), (4096.0 + by, 4096.0 + by));
                let rows = (0..u32::try_from(layer.len()).unwrap()).filter(|row| {
                    in_tile(&layer.geometry(*row).unwrap(), coord).intersects(&window)
                });
                rows.map(u64::from).collect()
            };
            // Simplified and rounded by up to 3 units: sure of what meets the tile's inside, sure of what stays beyond.
            assert!(meets(60.0).is_subset(&found), "{name} {coord}");
            assert!(found.is_subset(&meets(68.0)), "{name} {coord}");
        }
    }
}

#[test]
fn tiles_cover_the_extent_and_a_parent_holds_what_its_children_hold() {
    let twin = province();
    for name in ["places", "roads", "lakes"] {
        let all: BTreeSet<u64> = TileCoord::covering(&PROVINCE.grown(0.4), 11)
            .flat_map(|coord| ids(&tile(&twin, name, coord)))
            .collect();
        assert_eq!(all.len(), twin.layers[&built::id(name)].len(), "{name}");
        for child in TileCoord::covering(&PROVINCE, 12).step_by(5) {
            let parent = ids(&tile(&twin, name, child.parent().unwrap()));
            let inside = tile(&twin, name, child)
                .features
                .into_iter()
                .filter(|feature| {
                    vertices(&feature.geometry)
                        .iter()
                        .any(|[x, y]| (0..=4096).contains(x) && (0..=4096).contains(y))
                });
            let large = inside.filter(|feature| {
                let corners = vertices(&feature.geometry);
                let extent =
                    Extent::around(corners.iter().map(|[x, y]| (f64::from(*x), f64::from(*y))));
                name == "places" || extent.width().max(extent.height()) > 64.0
            });
            for feature in large {
                assert!(
                    parent.contains(&feature.id.0),
                    "{name} {child} {:?}",
                    feature.id
                );
            }
        }
    }
}

/// Where borders of a tile's shapes cross its east or west edge: (feature, place).
fn on_edge(layer: &TileLayer, x: i32) -> BTreeSet<(u64, i32)> {
    let mut found = BTreeSet::new();
    for feature in &layer.features {
        for [at, y] in vertices(&feature.geometry) {
            if at == x && (0..=4096).contains(&y) {
                found.insert((feature.id.0, y));
            }
        }
    }
    found
}

#[test]
fn neighbours_have_the_same_coordinates_along_their_shared_edge() {
    let twin = province();
    let mut compared = 0;
    for z in [9, 11, 13, 14] {
        for west in TileCoord::covering(&PROVINCE, z).step_by(3) {
            let east = TileCoord::new(z, west.x() + 1, west.y()).unwrap();
            for name in ["roads", "lakes", "district"] {
                let (ours, theirs) = (
                    on_edge(&tile(&twin, name, west), 4096),
                    on_edge(&tile(&twin, name, east), 0),
                );
                assert_eq!(ours, theirs, "{name} {west}");
                compared += ours.len();
            }
        }
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn labels_of_neighbours_are_the_same_after_a_shift() {
    let twin = province();
    for name in ["places", "roads", "lakes"] {
        let mut compared = 0;
        for west in TileCoord::covering(&PROVINCE, 12).step_by(4) {
            let east = TileCoord::new(12, west.x() + 1, west.y()).unwrap();
            let (ours, theirs) = (tile(&twin, name, west), tile(&twin, name, east));
            let place = |layer: &TileLayer, shift: f64| -> Vec<(u64, f64, f64, f64, f64)> {
                let shifted = layer.labels.iter().map(|label| {
                    (
                        label.id.0,
                        label.position[0] + shift,
                        label.position[1],
                        label.angle_rad,
                        label.room,
                    )
                });
                // What both see: the two tiles themselves.
                shifted
                    .filter(|label| (0.0..8192.0).contains(&label.1))
                    .collect()
            };
            assert_eq!(place(&ours, 0.0), place(&theirs, 4096.0), "{name} {west}");
            compared += place(&ours, 0.0).len();
            assert!(
                ours.labels
                    .iter()
                    .all(|label| label.angle_rad.abs() <= std::f64::consts::FRAC_PI_2)
            );
            assert!(ours.labels.iter().all(|label| label.attributes.len() == 1));
        }
        assert!(compared > 50, "{name} {compared}");
    }
}

#[test]
fn a_polygon_is_labelled_inside_itself_once() {
    let twin = province();
    let lakes = &twin.layers[&built::id("lakes")];
    let coord = TileCoord::containing(
        LonLat {
            lon: 106.37,
            lat: 20.96,
        },
        11,
    );
    let tile = tile(&twin, "lakes", coord);
    let labelled: BTreeSet<u64> = tile.labels.iter().map(|label| label.id.0).collect();
    assert_eq!(labelled.len(), tile.labels.len());
    for label in &tile.labels {
        let shape = in_tile(
            &lakes.geometry(u32::try_from(label.id.0).unwrap()).unwrap(),
            coord,
        );
        assert!(
            shape.intersects(&Point::new(label.position[0], label.position[1])),
            "{label:?}"
        );
    }
    let options = TileOptions::for_encoding();
    let encoded = vector_tile(&twin, &[built::id("lakes")], coord, &options).unwrap();
    let is_inside = |label: &&TileLabel| {
        let side = f64::from(tile.extent);
        label
            .position
            .iter()
            .all(|place| (0.0..side).contains(place))
    };
    let inside: Vec<u64> = tile
        .labels
        .iter()
        .filter(is_inside)
        .map(|label| label.id.0)
        .collect();
    let of_encoded: Vec<u64> = encoded.layers[0]
        .labels
        .iter()
        .map(|label| label.id.0)
        .collect();
    assert_eq!(
        of_encoded, inside,
        "an encoded tile has the labels that stand on it, no others"
    );
}

/// The sides that rings of a tile do not walk once in each direction.
fn owned_once(layer: &TileLayer) -> Vec<([i32; 2], [i32; 2])> {
    let mut sides: BTreeMap<([i32; 2], [i32; 2]), i32> = BTreeMap::new();
    for feature in &layer.features {
        let TileGeometry::Polygons(polygons) = &feature.geometry else {
            continue;
        };
        for ring in polygons.iter().flatten() {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                *sides.entry((*a.min(b), *a.max(b))).or_default() += if a < b { 1 } else { -1 };
            }
        }
    }
    sides
        .into_iter()
        .filter(|(_, sum)| *sum != 0)
        .map(|(side, _)| side)
        .collect()
}

#[test]
fn communes_that_share_borders_leave_no_gap_at_low_zooms() {
    // A seamless partition: a grid whose inner vertices and borders are shaken, the same for both owners.
    let shaken = |column: u32, row: u32| -> Coord<f64> {
        let inner = |index: u32| f64::from(u8::from(!index.is_multiple_of(100)));
        let (x, y) = (
            scatter(column * 613 + row) - 0.5,
            scatter(column * 613 + row + 70_000) - 0.5,
        );
        Coord {
            x: 106.2 + 0.003 * (f64::from(column) + 0.8 * x * inner(column)),
            y: 20.7 + 0.003 * (f64::from(row) + 0.8 * y * inner(row)),
        }
    };
    let commune = |west: u32, south: u32| -> Geometry<f64> {
        let mut ring: Vec<Coord<f64>> = (0..20).map(|step| shaken(west + step, south)).collect();
        ring.extend((0..20).map(|step| shaken(west + 20, south + step)));
        ring.extend((0..20).map(|step| shaken(west + 20 - step, south + 20)));
        ring.extend((0..20).map(|step| shaken(west, south + 20 - step)));
        Polygon::new(LineString(ring), Vec::new()).into()
    };
    let communes: Vec<Geometry<f64>> = (0..5)
        .flat_map(|column| (0..5).map(move |row| (column * 20, row * 20)))
        .map(|(west, south)| commune(west, south))
        .collect();
    let twin = built::twin(vec![built::layer(
        "communes",
        GeometryKind::Polygon,
        Vec::new(),
        &communes,
    )]);
    for z in [6, 7, 8] {
        let coord = TileCoord::containing(
            LonLat {
                lon: 106.35,
                lat: 20.85,
            },
            z,
        );
        let layer = tile(&twin, "communes", coord);
        let sides = owned_once(&layer);
        // Each inner border is walked once in each direction: what is left over is the outline.
        let on_outline = |point: &[i32; 2]| {
            let corners = [
                in_tile(&Point(Coord { x: 106.2, y: 20.7 }).into(), coord),
                in_tile(&Point(Coord { x: 106.5, y: 21.0 }).into(), coord),
            ];
            let [Geometry::Point(south_west), Geometry::Point(north_east)] = corners else {
                panic!("points")
            };
            let near = |place: i32, edge: f64| (f64::from(place) - edge).abs() < 4.0;
            near(point[0], south_west.x())
                || near(point[0], north_east.x())
                || near(point[1], south_west.y())
                || near(point[1], north_east.y())
        };
        for side in sides {
            assert!(
                on_outline(&side.0) && on_outline(&side.1),
                "zoom {z}: {side:?} has one owner"
            );
        }
    }
}

/// More polygons and points than one tile can carry.
fn crowd() -> Arc<TwinSnapshot> {
    let many: Vec<Geometry<f64>> = (0..30_000)
        .map(|seed| blob(seed, 0.004 * scatter(seed + 5), 12))
        .collect();
    let spots: Vec<Geometry<f64>> = (0..30_000).map(|seed| Point(place(seed)).into()).collect();
    let text = |row: u32| Some(format!("thửa số {row} tờ bản đồ {}", row / 100));
    let texts: Arc<StringArray> = Arc::new((0..30_000).map(text).collect());
    let column = || vec![("text", Arc::clone(&texts) as ArrayRef)];
    built::twin(vec![
        built::layer("parcels", GeometryKind::Polygon, column(), &many),
        built::layer("spots", GeometryKind::Point, column(), &spots),
    ])
}

#[test]
fn no_tile_is_larger_than_its_limit_and_the_largest_features_stay() {
    let twin = crowd();
    let wanted = [built::id("parcels"), built::id("spots")];
    let center = LonLat {
        lon: 106.37,
        lat: 20.96,
    };
    let cut = || {
        vector_tile(
            &twin,
            &wanted,
            TileCoord::containing(center, 8),
            &TileOptions::for_encoding(),
        )
        .unwrap()
    };
    let tile = cut();
    let bytes = encode_mvt(&tile);
    assert!(bytes.len() < 500_000, "{}", bytes.len());
    assert!(bytes.len() > 300_000, "the limit is used: {}", bytes.len());
    assert_eq!(tile, cut(), "the same ones each time");
    let parcels = &twin.layers[&wanted[0]];
    let area = |row: u32| parcels.geometry(row).unwrap().unsigned_area();
    let mut by_area: Vec<u32> = (0..30_000).collect();
    by_area.sort_by(|a, b| area(*b).total_cmp(&area(*a)));
    let kept = ids(&tile.layers[0]);
    assert!(kept.len() < 30_000);
    assert!(
        by_area[..1_000]
            .iter()
            .all(|row| kept.contains(&u64::from(*row)))
    );
}

#[test]
fn points_are_thinned_evenly() {
    let twin = crowd();
    let coord = TileCoord::containing(
        LonLat {
            lon: 106.37,
            lat: 20.96,
        },
        8,
    );
    let options = TileOptions {
        limit_bytes: 200_000,
        ..TileOptions::for_encoding()
    };
    let tile = vector_tile(&twin, &[built::id("spots")], coord, &options).unwrap();
    let points: Vec<[i32; 2]> = tile.layers[0]
        .features
        .iter()
        .flat_map(|feature| vertices(&feature.geometry))
        .collect();
    let all = Extent::around(points.iter().map(|[x, y]| (f64::from(*x), f64::from(*y))));
    let (x, y) = all.center();
    let mut quarters = [0_usize; 4];
    for point in &points {
        let (east, south) = (f64::from(point[0]) > x, f64::from(point[1]) > y);
        quarters[usize::from(east) + 2 * usize::from(south)] += 1;
    }
    assert!(points.len() > 1_000 && points.len() < 30_000);
    assert!(
        quarters.iter().all(|quarter| quarter * 5 > points.len()),
        "{quarters:?}"
    );
}

/// Three lakes with an attribute of each kind, some of them absent.
fn every_kind_of_attribute() -> LayerSnapshot {
    let shapes: Vec<Geometry<f64>> = (0..3).map(|seed| blob(seed, 0.02, 16)).collect();
    built::layer(
        "lakes",
        GeometryKind::Polygon,
        vec![
            (
                "name",
                Arc::new(StringArray::from(vec![
                    Some("Hồ Bạch Đằng"),
                    None,
                    Some("Hồ Bình Minh"),
                ])),
            ),
            (
                "depth_m",
                Arc::new(Float64Array::from(vec![Some(2.5), Some(f64::NAN), None])),
            ),
            (
                "visitors",
                Arc::new(Int64Array::from(vec![Some(-4), Some(120_000), Some(7)])),
            ),
            (
                "open",
                Arc::new(BooleanArray::from(vec![true, false, true])),
            ),
            (
                "since",
                Arc::new(Date32Array::from(vec![Some(0), Some(20_000), None])),
            ),
            (
                "codes",
                Arc::new(built::lists(&[Some(&["SON", "MNC"]), None, Some(&["MNC"])])),
            ),
        ],
        &shapes,
    )
}

#[test]
fn gdal_reads_what_was_encoded() {
    if Command::new("ogrinfo").arg("--version").output().is_err() {
        println!("skipped: ogrinfo is not installed");
        return;
    }
    let twin = built::twin(vec![every_kind_of_attribute()]);
    let coord = TileCoord::containing(
        LonLat {
            lon: 106.37,
            lat: 20.96,
        },
        8,
    );
    let options = TileOptions::for_encoding();
    let tile = vector_tile(&twin, &[built::id("lakes")], coord, &options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tile.mvt");
    std::fs::write(&path, encode_mvt(&tile)).unwrap();
    let options = [
        ("X", coord.x()),
        ("Y", coord.y()),
        ("Z", u32::from(coord.z())),
    ];
    let mut command = Command::new("ogrinfo");
    command.args(["-ro", "-al", "-q"]);
    for (name, value) in options {
        command.arg("-oo").arg(format!("{name}={value}"));
    }
    let output = command.arg(&path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(text.matches("OGRFeature(lakes)").count(), 3, "{text}");
    let label_points = text.matches("OGRFeature(lakes:label)").count();
    assert_eq!(label_points, 3, "one label point for each polygon: {text}");
    for expected in [
        "name (String) = Hồ Bạch Đằng",
        "depth_m (Real) = 2.5",
        "= -4",
        "= 120000",
        "since (String) = 1970-01-01",
        "since (String) = 2024-10-04",
        "codes (String) = SON+MNC",
        "codes (String) = MNC",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert_eq!(
        text.matches("depth_m (Real)").count(),
        2,
        "NaN and null are absent: {text}"
    );
}

#[test]
fn rings_turn_the_way_the_format_asks() {
    let square = |west: f64, south: f64, side: f64| {
        Rect::new((west, south), (west + side, south + side))
            .to_polygon()
            .exterior()
            .clone()
    };
    let with_hole = Polygon::new(square(106.3, 20.9, 0.1), vec![square(106.32, 20.92, 0.03)]);
    let twin = built::twin(vec![built::layer(
        "lakes",
        GeometryKind::Polygon,
        Vec::new(),
        &[with_hole.into()],
    )]);
    let layer = tile(
        &twin,
        "lakes",
        TileCoord::containing(
            LonLat {
                lon: 106.33,
                lat: 20.93,
            },
            9,
        ),
    );
    let TileGeometry::Polygons(polygons) = &layer.features[0].geometry else {
        panic!("polygons")
    };
    let area = |ring: &Vec<[i32; 2]>| -> i64 {
        ring.iter()
            .zip(ring.iter().cycle().skip(1))
            .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
            .sum()
    };
    assert!(area(&polygons[0][0]) > 0 && area(&polygons[0][1]) < 0);
    assert_ne!(polygons[0][0].first(), polygons[0][0].last());
}

#[test]
fn a_layer_that_is_not_there_is_an_error_that_names_the_nearest() {
    let twin = province();
    let error = vector_tile(
        &twin,
        &[built::id("lake")],
        TileCoord::new(0, 0, 0).unwrap(),
        &TileOptions::default(),
    )
    .unwrap_err();
    let EngineError::UnknownLayer { layer, nearest } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (layer.as_str(), nearest.as_deref()),
        ("lake", Some("lakes"))
    );
}

#[test]
fn several_layers_come_in_the_order_asked_for_and_empty_ones_stay() {
    let twin = province();
    let elsewhere = TileCoord::new(9, 0, 0).unwrap();
    let wanted = [built::id("roads"), built::id("places"), built::id("roads")];
    let options = TileOptions {
        labels: LabelScope::Only(BTreeSet::from([built::id("places")])),
        ..TileOptions::default()
    };
    let tile: VectorTile = vector_tile(&twin, &wanted, elsewhere, &options).unwrap();
    assert_eq!(
        tile.layers
            .iter()
            .map(|layer| layer.name.as_ref())
            .collect::<Vec<_>>(),
        ["roads", "places"]
    );
    assert!(encode_mvt(&tile).is_empty());
    let here = TileCoord::containing(
        LonLat {
            lon: 106.37,
            lat: 20.96,
        },
        10,
    );
    let tile = vector_tile(&twin, &wanted, here, &options).unwrap();
    assert!(tile.layers[0].labels.is_empty() && !tile.layers[1].labels.is_empty());
}

#[test]
fn a_slope_is_resampled_to_the_slope_and_ends_at_its_edge() {
    let (width, height) = (200, 240);
    let extent = Extent {
        min_x: 106.2,
        min_y: 20.8,
        max_x: 106.4,
        max_y: 21.04,
    };
    let values = (0..height)
        .flat_map(|_| (0..width).map(|column| column as f32 + 0.5))
        .collect();
    let raster = Raster {
        width,
        height,
        extent,
        values,
    };
    let meta = Arc::new(built::meta("elevation", LayerKind::Raster, 0));
    let layer = LayerSnapshot::from_raster(meta, raster.clone());
    let coord = TileCoord::containing(
        LonLat {
            lon: 106.3,
            lat: 20.92,
        },
        12,
    );
    let tile = raster_tile(&layer, coord, 64);
    assert_eq!(tile.values.len(), 66 * 66);
    let ground = coord.extent_lonlat();
    for column in 0..66_u16 {
        let lon = ground.min_x + (f64::from(column) - 0.5) / 64.0 * ground.width();
        let expected = (lon - extent.min_x) / extent.width() * 200.0;
        let value = f64::from(tile.values[66 * 30 + usize::from(column)]);
        assert!(
            (value - expected).abs() < 0.01,
            "column {column}: {value} is not {expected}"
        );
    }
    let coarse = resample(
        &raster,
        TileCoord::containing(
            LonLat {
                lon: 106.3,
                lat: 20.92,
            },
            7,
        ),
        64,
        Resampling::Bilinear,
    );
    assert!(
        coarse.values.iter().any(|value| value.is_nan())
            && coarse.values.iter().any(|value| !value.is_nan())
    );
    let far = raster_tile(&layer, TileCoord::new(5, 0, 0).unwrap(), 16);
    assert!(far.values.iter().all(|value| value.is_nan()));
}

#[test]
fn classes_are_never_mixed() {
    let extent = Extent {
        min_x: 106.2,
        min_y: 20.8,
        max_x: 106.4,
        max_y: 21.0,
    };
    let codes = [10.0_f32, 40.0, 80.0, 90.0];
    let values = (0..10_000_usize)
        .map(|index| codes[(index / 7) % 4])
        .collect();
    let raster = Raster {
        width: 100,
        height: 100,
        extent,
        values,
    };
    assert_eq!(Resampling::suited_to(&raster), Resampling::Nearest);
    let layer = LayerSnapshot::from_raster(
        Arc::new(built::meta("land_cover", LayerKind::Raster, 0)),
        raster,
    );
    let tile = raster_tile(
        &layer,
        TileCoord::containing(
            LonLat {
                lon: 106.3,
                lat: 20.9,
            },
            13,
        ),
        128,
    );
    assert!(
        tile.values
            .iter()
            .all(|value| value.is_nan() || codes.contains(value))
    );
    assert!(tile.values.iter().any(|value| !value.is_nan()));
}
