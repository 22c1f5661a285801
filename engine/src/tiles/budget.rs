//! Keeps a tile below its size: the least important features go, the same ones every time.

use std::collections::{HashMap, HashSet};

use layers::{FeatureId, TileFeature, TileGeometry, TileLayer, Value, vector_tile::LABEL_POINTS};

/// Grids that points are thinned by, coarse to fine, in tile units. Powers of two up to a quarter of a tile, so that no
/// grid square is cut by a tile's edge.
const THINNING_UNITS: [i32; 10] = [1024, 512, 256, 128, 64, 32, 16, 8, 4, 2];

/// Bytes a feature costs apart from its vertices and attributes: its frame, id and type.
const FEATURE_BYTES: usize = 16;

/// Bytes of one point's geometry, at most: its command and two 32-bit steps.
const POINT_BYTES: usize = 18;

/// Drops features until all layers together are estimated below a number of bytes.
///
/// Layers that need less than an equal share keep everything; the others share what is left. Within a layer points are
/// thinned evenly over the ground, and of other features the largest stay. `size_of` is the drawn size of a row.
pub(super) fn trim(
    layers: &mut [TileLayer],
    limit_bytes: usize,
    size_of: &dyn Fn(usize, FeatureId) -> f32,
) {
    let costs: Vec<usize> = layers
        .iter()
        .map(|layer| Cost::default().of_all(layer))
        .collect();
    if costs.iter().sum::<usize>() <= limit_bytes {
        return;
    }
    let mut by_cost: Vec<usize> = (0..layers.len()).collect();
    by_cost.sort_by_key(|index| costs[*index]);
    let mut left = limit_bytes;
    for (done, index) in by_cost.iter().enumerate() {
        let share = left / (layers.len() - done);
        if costs[*index] > share {
            trim_layer(&mut layers[*index], share, &|id| size_of(*index, id));
        }
        left -= costs[*index].min(share);
    }
}

fn trim_layer(layer: &mut TileLayer, limit_bytes: usize, size_of: &dyn Fn(FeatureId) -> f32) {
    let levels = thinning_levels(&layer.features);
    let mut by_importance: Vec<usize> = (0..layer.features.len()).collect();
    by_importance.sort_by(|a, b| {
        let (one, other) = (&layer.features[*a], &layer.features[*b]);
        let size = size_of(other.id).total_cmp(&size_of(one.id));
        // Rows are stored by place: among equals, their order would empty one side of the tile.
        size.then(levels[*a].cmp(&levels[*b]))
            .then(scattered(one.id).cmp(&scattered(other.id)))
    });
    let mut cost = Cost::default();
    let fits = |index: &usize| cost.add_feature(&layer.features[*index], layer, limit_bytes);
    let kept: HashSet<usize> = by_importance.into_iter().filter(fits).collect();
    let mut index = 0;
    layer.features.retain(|_| {
        index += 1;
        kept.contains(&(index - 1))
    });
}

/// What a layer's labels cost when they are encoded as points; never less than what the encoder writes.
pub(super) fn label_bytes(layer: &TileLayer) -> usize {
    let mut cost = Cost::default();
    for label in &layer.labels {
        cost.add_within(POINT_BYTES, &label.attributes, layer, usize::MAX);
    }
    cost.bytes
}

/// For each feature the coarsest grid in which it stands for its square; 0 for what is not a point.
fn thinning_levels(features: &[TileFeature]) -> Vec<usize> {
    let mut levels = vec![THINNING_UNITS.len(); features.len()];
    for (level, units) in THINNING_UNITS.iter().enumerate().rev() {
        let mut winners: HashMap<[i32; 2], usize> = HashMap::new();
        for (index, feature) in features.iter().enumerate() {
            let TileGeometry::Points(points) = &feature.geometry else {
                levels[index] = 0;
                continue;
            };
            let Some(point) = points.first() else {
                continue;
            };
            let winner = winners
                .entry(point.map(|place| place.div_euclid(*units)))
                .or_insert(index);
            if scattered(feature.id) < scattered(features[*winner].id) {
                *winner = index;
            }
        }
        let mut winners: Vec<usize> = winners.into_values().collect();
        winners.sort_unstable();
        for winner in winners {
            levels[winner] = level;
        }
    }
    levels
}

/// A number for a feature that has nothing to do with where it is (the finaliser of `SplitMix64`).
pub(super) fn scattered(id: FeatureId) -> u64 {
    let mixed = (id.0 ^ (id.0 >> 30))
        .wrapping_add(0x9e37_79b9_7f4a_7c15)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Encoded bytes of a growing set of features; never less than what the encoder writes.
#[derive(Default)]
struct Cost {
    bytes: usize,
    values: HashSet<u32>,
}

impl Cost {
    fn of_all(mut self, layer: &TileLayer) -> usize {
        for feature in &layer.features {
            self.add_feature(feature, layer, usize::MAX);
        }
        self.bytes
    }

    fn add_feature(
        &mut self,
        feature: &TileFeature,
        layer: &TileLayer,
        limit_bytes: usize,
    ) -> bool {
        let shape_bytes = geometry_bytes(&feature.geometry);
        self.add_within(shape_bytes, &feature.attributes, layer, limit_bytes)
    }

    /// Counts one more shape with its attributes, unless that would pass the limit.
    fn add_within(
        &mut self,
        shape_bytes: usize,
        attributes: &[(u32, u32)],
        layer: &TileLayer,
        limit_bytes: usize,
    ) -> bool {
        let header = 32
            + layer.name.len()
            + LABEL_POINTS.len()
            + layer.keys.iter().map(|key| key.len() + 4).sum::<usize>();
        let mut bytes = if self.bytes == 0 { header } else { self.bytes };
        bytes += FEATURE_BYTES + shape_bytes;
        for (key, value) in attributes {
            bytes += varint_bytes(u64::from(*key)) + varint_bytes(u64::from(*value));
            if !self.values.contains(value) {
                bytes += value_bytes(layer.values.get(*value as usize));
            }
        }
        let fits = bytes <= limit_bytes;
        if fits {
            self.bytes = bytes;
            self.values
                .extend(attributes.iter().map(|(_, value)| *value));
        }
        fits
    }
}

fn value_bytes(value: Option<&Value>) -> usize {
    match value {
        Some(Value::Text(text)) => text.len() + 8,
        _ => 12,
    }
}

fn geometry_bytes(geometry: &TileGeometry) -> usize {
    let mut cursor = [0_i32; 2];
    let mut path = |points: &[[i32; 2]]| {
        let mut bytes = 8;
        for point in points {
            for axis in 0..2 {
                let step = i64::from(point[axis]) - i64::from(cursor[axis]);
                bytes += varint_bytes(step.unsigned_abs() * 2);
            }
            cursor = *point;
        }
        bytes
    };
    match geometry {
        TileGeometry::Points(points) => path(points),
        TileGeometry::Lines(lines) => lines.iter().map(|line| path(line)).sum(),
        TileGeometry::Polygons(polygons) => polygons.iter().flatten().map(|ring| path(ring)).sum(),
    }
}

fn varint_bytes(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}
