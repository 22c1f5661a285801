//! The way of one request: open the twin, find a window, cut a vector tile, draw a raster tile.

use std::{collections::BTreeMap, hint::black_box, sync::Arc};

use benches::Province;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use engine::{
    Engine, TwinSnapshot,
    index::{DynamicIndex, PackedIndex, SpatialIndex as _},
    sql::{SqlRequest, query},
    tiles::{TileOptions, encode_mvt, raster_tile, vector_tile},
};
use layers::{Extent, LayerId, LonLat, TileCoord};
use render::{DrawOptions, Renderer, RendererOptions, Style, TileInputs};

/// Hải Dương city: the densest part of the province.
const CITY: LonLat = LonLat {
    lon: 106.3146,
    lat: 20.9373,
};

fn layer_id(name: &str) -> LayerId {
    name.parse().expect("a valid layer id")
}

/// A window about 300 m wide in the middle of the first parcel found in the city.
fn window(snapshot: &TwinSnapshot) -> Extent {
    let parcels = &snapshot.layers[&layer_id("parcels")];
    let row = parcels.len() / 2;
    let (x, y) = parcels
        .extent_of(u32::try_from(row).expect("few rows"))
        .expect("a geometry")
        .center();
    Extent::from_corners((x, y), (x, y)).grown(0.0005)
}

fn open(criterion: &mut Criterion, province: &Province) {
    criterion.bench_function("open/all layers", |bencher| {
        bencher.iter(|| Engine::open(Arc::clone(&province.twin)).expect("the twin opens"));
    });
}

fn windows(criterion: &mut Criterion, snapshot: &Arc<TwinSnapshot>) {
    let parcels = &snapshot.layers[&layer_id("parcels")];
    let rows = 0..u32::try_from(parcels.len()).expect("few rows");
    let extents: Vec<Extent> = rows
        .map(|row| parcels.extent_of(row).unwrap_or(Extent::EMPTY))
        .collect();
    let window = window(snapshot);
    let mut group = criterion.benchmark_group("window");

    let packed = PackedIndex::in_order(extents.clone());
    let sorted = PackedIndex::new(extents.clone());
    let dynamic = DynamicIndex::new((0..).zip(extents.iter().copied()));
    group.bench_function("packed tree in the order of rows", |bencher| {
        bencher.iter(|| packed.search(black_box(&window)));
    });
    group.bench_function("packed tree in Hilbert order", |bencher| {
        bencher.iter(|| sorted.search(black_box(&window)));
    });
    group.bench_function("rstar", |bencher| {
        bencher.iter(|| dynamic.search(black_box(&window)));
    });
    group.bench_function("scan of all extents", |bencher| {
        bencher.iter(|| {
            extents
                .iter()
                .filter(|extent| extent.intersects(black_box(&window)))
                .count()
        });
    });

    let request = SqlRequest::new(format!(
        "SELECT count(*) FROM parcels WHERE ST_Intersects(geom, ST_GeomFromText('POLYGON(({0} {1}, {2} {1}, {2} {3}, {0} {3}, {0} {1}))'))",
        window.min_x, window.min_y, window.max_x, window.max_y
    ));
    group.bench_function("SQL", |bencher| {
        bencher.iter(|| query(snapshot, &request).expect("an answer"));
    });
    group.finish();
}

fn tiles(criterion: &mut Criterion, snapshot: &Arc<TwinSnapshot>) {
    let metas: Vec<_> = snapshot
        .layers
        .values()
        .map(|layer| layer.meta.as_ref().clone())
        .collect();
    let (style, _) = Style::parse(&render::cartography::topo(&metas)).expect("our own style");
    let renderer = Renderer::new(&RendererOptions::default()).expect("a Vulkan device");
    let mut group = criterion.benchmark_group("tile");
    for zoom in [10, 13, 15] {
        let coord = TileCoord::containing(CITY, zoom);
        let inputs = style.inputs(f64::from(zoom) - 1.0);
        let ids: Vec<LayerId> = inputs
            .vector_layers
            .iter()
            .map(|name| layer_id(name))
            .collect();
        let cut = || vector_tile(snapshot, &ids, coord, &TileOptions::default()).expect("a tile");
        group.bench_function(format!("cut and encode MVT, z{zoom}"), |bencher| {
            bencher.iter(|| encode_mvt(&cut()));
        });

        let rasters: BTreeMap<_, _> = inputs
            .rasters
            .iter()
            .map(|name| {
                let layer = &snapshot.layers[&layer_id(name)];
                (name.clone(), raster_tile(layer, coord, 256))
            })
            .collect();
        let options = DrawOptions {
            size_px: 256,
            pixel_ratio: 1.0,
        };
        group.bench_function(format!("draw and encode PNG, z{zoom}"), |bencher| {
            bencher.iter_batched(
                cut,
                |vector| {
                    let inputs = TileInputs {
                        vector: &vector,
                        rasters: &rasters,
                    };
                    renderer
                        .draw(&style, &inputs, &options)
                        .expect("an image")
                        .to_png()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn spine(criterion: &mut Criterion) {
    let province = Province::make().expect("the default province");
    open(criterion, &province);
    let engine = Engine::open(Arc::clone(&province.twin)).expect("the twin opens");
    let snapshot = engine.snapshot();
    windows(criterion, &snapshot);
    tiles(criterion, &snapshot);
}

criterion_group!(benches, spine);
criterion_main!(benches);
