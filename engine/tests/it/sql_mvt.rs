//! Vector tiles made by SQL, decoded again.

use arrow::array::AsArray as _;
use engine::sql::Answer;
use fast_mvt::{MvtGeometry, MvtLayer, MvtReaderRef, MvtValue};

use crate::fixture::{ask, province, rows};

/// A tile of the made province.
const TILE: &str = "tile_bbox(13, 6513, 3608)";

#[track_caller]
fn tiles(query: &str) -> Vec<Vec<u8>> {
    let answer: Answer = ask(&province(), query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let columns = answer.batches.iter().map(|batch| batch.column(0));
    columns
        .flat_map(|column| {
            column
                .as_binary::<i32>()
                .iter()
                .flatten()
                .map(<[u8]>::to_vec)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[track_caller]
fn layer(query: &str) -> MvtLayer {
    let tiles = tiles(query);
    assert_eq!(tiles.len(), 1, "{query}");
    let mut tile = MvtReaderRef::new(&tiles[0]).unwrap().to_tile().unwrap();
    assert_eq!(tile.layers.len(), 1, "{query}");
    tile.layers.remove(0)
}

fn error(query: &str) -> String {
    let answer = ask(&province(), query).map(|answer| answer.batches);
    answer.unwrap_err().to_string()
}

#[track_caller]
fn cut(geometry: &str, others: &str) -> Option<String> {
    let query = format!("SELECT ST_AsText(ST_AsMVTGeom({geometry}, {others}))");
    rows(&province(), &query)[0][0].as_str().map(str::to_owned)
}

/// Between the tile's edges and its middle, in the plane, where a unit is a tile unit.
#[test]
fn a_geometry_is_placed_cut_and_rounded() {
    let in_plane = |wkt: &str| format!("ST_SetSRID(ST_GeomFromText('{wkt}'), 9209)");
    let bounds = "ST_MakeEnvelope(0, 0, 4096, 4096, 9209)";
    for (wkt, others, expected) in [
        ("POINT (10.4 20.6)", "", Some("POINT(10 4075)")),
        ("POINT (-256 4096)", "", Some("POINT(-256 0)")),
        ("POINT (-257 4096)", "", None),
        (
            "POINT (-257 4096)",
            ", 4096, 256, false",
            Some("POINT(-257 0)"),
        ),
        ("POINT (2048 2048)", ", 512", Some("POINT(256 256)")),
        ("MULTIPOINT ((0 0), (9000 0))", "", Some("POINT(0 4096)")),
        (
            "LINESTRING (-1000 96, 9000 96)",
            ", 4096, 0",
            Some("LINESTRING(0 4000,4096 4000)"),
        ),
        ("LINESTRING (1 1, 1.2 1.2)", "", None),
        (
            "LINESTRING (5000 0, 0 9000)",
            ", 4096, 0",
            Some("LINESTRING(4096 2469,2724 0)"),
        ),
        ("POLYGON ((1 1, 1.3 1, 1.3 1.3, 1 1))", "", None),
        (
            "POLYGON ((9000 9000, 9001 9000, 9001 9001, 9000 9000))",
            "",
            None,
        ),
        ("POLYGON EMPTY", "", None),
        (
            "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 4096, 96 4096))",
            "",
            Some("LINESTRING(0 0,96 0)"),
        ),
    ] {
        let found = cut(&in_plane(wkt), &format!("{bounds}{others}"));
        assert_eq!(found.as_deref(), expected, "{wkt}{others}");
    }
    let area = |wkt: &str, others: &str| {
        let query = format!(
            "SELECT ST_Area(g), ST_IsValid(g) FROM (SELECT ST_AsMVTGeom({}, {bounds}{others}) AS g)",
            in_plane(wkt)
        );
        rows(&province(), &query)[0].clone()
    };
    let huge = "POLYGON ((-9000 -9000, 9000 -9000, 9000 9000, -9000 9000, -9000 -9000))";
    assert_eq!(
        area(huge, ", 4096, 64"),
        serde_json::json!([4224.0 * 4224.0, true])
    );
    // Two corners that rounding joins.
    let pinched = "POLYGON ((0 0, 10 0, 10 5.2, 5 5.3, 10 5.4, 10 10, 0 10, 0 0))";
    assert_eq!(area(pinched, "")[1], true);
}

#[test]
fn longitude_and_latitude_are_shown_in_web_mercator() {
    let query = format!(
        "SELECT ST_AsText(ST_AsMVTGeom(geom, geom)), \
                ST_AsText(ST_AsMVTGeom(ST_Point((min_lon + max_lon) / 2, max_lat), geom)) FROM {TILE}"
    );
    assert_eq!(rows(&province(), &query)[0][1], "POINT(2048 0)");
    let whole = cut(
        "ST_MakeEnvelope(-180, -85.0511287798, 180, 85.0511287798)",
        "ST_MakeEnvelope(-180, -85.0511287798, 180, 85.0511287798), 4096, 0",
    );
    let whole = whole.unwrap();
    assert!(
        ["0 0", "4096 0", "4096 4096", "0 4096"]
            .iter()
            .all(|corner| whole.contains(corner)),
        "{whole}"
    );
    // 45° north is at 0.5 − ln(tan(67.5°)) / 2π of the height, where a plane of degrees would say 0.2355.
    let north = cut(
        "ST_Point(0, 45)",
        "ST_MakeEnvelope(-180, -85.0511287798, 180, 85.0511287798)",
    );
    assert_eq!(north.as_deref(), Some("POINT(2048 1473)"));
}

#[test]
fn a_layer_of_a_tile_holds_what_the_rows_hold() {
    let rows_of = format!(
        "SELECT ST_AsMVTGeom(p.geom, t.geom, 4096, 64) AS geom, p.so_thua, p.ma_dat, p.so_thua / 2.0 AS half, p.so_thua % 2 = 0 AS even, \
                CAST(NULL AS VARCHAR) AS nothing, p.h3, p.fid \
         FROM parcels p JOIN {TILE} t ON ST_Intersects(p.geom, t.geom)"
    );
    let found = layer(&format!(
        "SELECT ST_AsMVT(named_struct('geom', geom, 'so_thua', so_thua, 'ma_dat', ma_dat, 'half', half, 'even', even, 'nothing', nothing, 'fid', fid), \
                         'parcels', 4096, 'geom', 'fid') FROM ({rows_of})"
    ));
    let kept = rows(
        &province(),
        &format!(
            "SELECT so_thua, ma_dat, fid FROM ({rows_of}) WHERE geom IS NOT NULL ORDER BY fid"
        ),
    );
    let kept = kept.as_array().unwrap();
    assert_eq!((found.name.as_str(), found.extent.get()), ("parcels", 4096));
    assert!(kept.len() > 50, "{}", kept.len());
    let mut features = found.features;
    features.sort_by_key(|feature| feature.id);
    assert_eq!(features.len(), kept.len());
    for (feature, row) in features.iter().zip(kept) {
        let so_thua = row[0].as_u64().unwrap();
        assert_eq!(feature.id, row[2].as_u64());
        let expected: Vec<(String, MvtValue)> = vec![
            ("so_thua".to_owned(), MvtValue::UInt(so_thua)),
            (
                "ma_dat".to_owned(),
                MvtValue::String(row[1].as_str().unwrap().to_owned()),
            ),
            ("half".to_owned(), MvtValue::Double(so_thua as f64 / 2.0)),
            ("even".to_owned(), MvtValue::Bool(so_thua.is_multiple_of(2))),
        ];
        assert_eq!(feature.properties, expected);
        assert!(
            matches!(
                &feature.geometry,
                MvtGeometry::Polygon(_) | MvtGeometry::MultiPolygon(_)
            ),
            "{:?}",
            feature.geometry
        );
    }
}

#[test]
fn geometries_come_back_as_they_were_put_in() {
    let of = |wkt: &str| {
        layer(&format!(
            "SELECT ST_AsMVT(named_struct('g', ST_GeomFromText('{wkt}')))"
        ))
    };
    for wkt in [
        "POINT (1 2)",
        "MULTIPOINT ((1 2), (3 4))",
        "LINESTRING (1 2, 3 4)",
        "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))",
        "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((20 20, 29 20, 29 29, 20 20)))",
    ] {
        let found = of(wkt);
        assert_eq!(
            (found.name.as_str(), found.features.len()),
            ("default", 1),
            "{wkt}"
        );
        let kind = format!("{:?}", found.features[0].geometry).to_uppercase();
        let expected = wkt.split(' ').next().unwrap();
        assert!(kind.starts_with(expected), "{wkt}: {kind}");
    }
    let MvtGeometry::Polygon(polygon) =
        &of("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))").features[0].geometry
    else {
        panic!("a polygon")
    };
    assert_eq!(polygon.interiors().len(), 1);
}

#[test]
fn groups_and_partitions_make_one_layer_each() {
    let query = "SELECT ST_AsMVT(named_struct('geom', geom, 'n', so_thua), 'a') \
                 FROM (SELECT ST_AsMVTGeom(geom, ST_MakeEnvelope(106, 20, 107, 22)) AS geom, so_thua, ma_dat FROM parcels) GROUP BY ma_dat";
    let tiles = tiles(query);
    assert_eq!(tiles.len(), 3);
    let counts: Vec<_> = tiles
        .iter()
        .map(|tile| {
            let tile = MvtReaderRef::new(tile).unwrap().to_tile().unwrap();
            assert_eq!(tile.layers.len(), 1);
            tile.layers[0].features.len()
        })
        .collect();
    let kept = "SELECT count(*) FROM (SELECT ST_AsMVTGeom(geom, ST_MakeEnvelope(106, 20, 107, 22)) AS geom FROM parcels) WHERE geom IS NOT NULL";
    assert_eq!(rows(&province(), kept)[0][0], counts.iter().sum::<usize>());
    let empty = self::tiles(
        "SELECT ST_AsMVT(named_struct('geom', ST_AsMVTGeom(geom, ST_MakeEnvelope(0, 0, 1, 1))), 'a') FROM parcels",
    );
    assert_eq!(empty, [Vec::<u8>::new()]);
}

#[test]
fn what_cannot_be_a_tile_says_why() {
    for (expression, expected) in [
        ("ST_AsMVT(1)", "takes rows as structs"),
        ("ST_AsMVT(named_struct('a', 1))", "no geometry"),
        (
            "ST_AsMVT(named_struct('g', ST_Point(1, 2)), '')",
            "has a name",
        ),
        (
            "ST_AsMVT(named_struct('g', ST_Point(1, 2)), 'a', 0)",
            "extent",
        ),
        (
            "ST_AsMVT(named_struct('g', ST_Point(1, 2)), 'a', 4096, 'h')",
            "no column \"h\"",
        ),
        (
            "ST_AsMVT(named_struct('g', ST_Point(1, 2), 'i', 'x'), 'a', 4096, 'g', 'i')",
            "no whole number",
        ),
        (
            "ST_AsMVT(named_struct('g', ST_Point(1, 2), 'l', [1, 2]))",
            "cannot hold the column \"l\"",
        ),
        (
            "ST_AsMVT(named_struct('g', ST_GeomFromText('GEOMETRYCOLLECTION (POINT (1 1))')))",
            "one kind",
        ),
        (
            "ST_AsMVT(named_struct('g', ST_Point(1e30, 2)))",
            "no place on a tile",
        ),
        ("ST_AsMVTGeom(ST_Point(1, 2), ST_Point(1, 2))", "no area"),
        (
            "ST_AsMVTGeom(ST_Point(1, 2), ST_MakeEnvelope(0, 0, 1, 1), 0.5)",
            "whole number",
        ),
        (
            "ST_AsMVTGeom(ST_Point(1, 2, 9209), ST_MakeEnvelope(0, 0, 1, 1))",
            "ST_Transform",
        ),
    ] {
        let error = error(&format!("SELECT {expression}"));
        assert!(error.contains(expected), "{expression}: {error}");
    }
}
