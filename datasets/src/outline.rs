//! The province's outline: a coarse ring of about one kilometre, roughened as a real border is.

use geo::Coord;

use crate::{plane::Plane, random::Random, shape};

/// Official area of the province (1,668.28 km²).
pub(crate) const PROVINCE_AREA_M2: f64 = 1_668.28e6;

/// Shortest side of the roughened ring.
const FINEST_SIDE_M: f64 = 60.0;

/// Longitude and latitude to 0.01°, clockwise from the north-west.
#[rustfmt::skip]
const COARSE: [(f64, f64); 60] = [
    (106.30, 21.12), (106.32, 21.15), (106.31, 21.19), (106.35, 21.17), (106.37, 21.17), (106.37, 21.20),
    (106.41, 21.21), (106.42, 21.23), (106.47, 21.23), (106.49, 21.24), (106.50, 21.22), (106.48, 21.13),
    (106.44, 21.12), (106.45, 21.09), (106.44, 21.08), (106.46, 21.07), (106.52, 21.06), (106.58, 21.06),
    (106.61, 21.02), (106.57, 21.01), (106.56, 21.00), (106.59, 20.95), (106.58, 20.93), (106.55, 20.95),
    (106.53, 20.92), (106.55, 20.87), (106.53, 20.85), (106.48, 20.87), (106.50, 20.84), (106.49, 20.82),
    (106.52, 20.82), (106.48, 20.80), (106.50, 20.76), (106.45, 20.74), (106.41, 20.74), (106.36, 20.70),
    (106.30, 20.69), (106.25, 20.70), (106.23, 20.71), (106.21, 20.73), (106.18, 20.76), (106.15, 20.78),
    (106.12, 20.83), (106.14, 20.86), (106.15, 20.88), (106.14, 20.90), (106.16, 20.92), (106.16, 20.95),
    (106.13, 20.98), (106.14, 21.00), (106.17, 20.97), (106.22, 21.00), (106.27, 20.99), (106.31, 21.06),
    (106.315, 21.075), (106.305, 21.09), (106.31, 21.10), (106.30, 21.105), (106.295, 21.11), (106.30, 21.12),
];

/// The ring on the plane, not closed, with the official area.
pub(crate) fn outline(plane: &Plane, seed: u64) -> Vec<Coord> {
    let mut random = Random::new(seed, "outline");
    let coarse = plane.places(&COARSE[..COARSE.len() - 1]);
    let mut ring = Vec::new();
    for index in 0..coarse.len() {
        let next = coarse[(index + 1) % coarse.len()];
        ring.push(coarse[index]);
        roughen(coarse[index], next, &mut random, &mut ring);
    }
    let scale = (PROVINCE_AREA_M2 / shape::ring_area_m2(&ring).abs()).sqrt();
    let centre = shape::centroid(&ring);
    ring.iter()
        .map(|&place| shape::between(centre, place, scale))
        .collect()
}

/// Midpoint displacement: pushes the points strictly between `a` and `b`, in order.
fn roughen(a: Coord, b: Coord, random: &mut Random, ring: &mut Vec<Coord>) {
    let side_m = shape::distance_m(a, b);
    if side_m < FINEST_SIDE_M {
        return;
    }
    let push = random.normal().clamp(-1.5, 1.5) * 0.13;
    let middle = shape::between(a, b, 0.5);
    let middle = Coord {
        x: middle.x - (b.y - a.y) * push,
        y: middle.y + (b.x - a.x) * push,
    };
    roughen(a, middle, random, ring);
    ring.push(middle);
    roughen(middle, b, random, ring);
}
