//! Lines and rings on the plane: smoothing, resampling, meandering, measuring.

use geo::Coord;

use crate::noise::Noise;

pub(crate) fn distance_m(a: Coord, b: Coord) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

pub(crate) fn between(a: Coord, b: Coord, share: f64) -> Coord {
    Coord {
        x: a.x + (b.x - a.x) * share,
        y: a.y + (b.y - a.y) * share,
    }
}

pub(crate) fn length_m(line: &[Coord]) -> f64 {
    line.windows(2)
        .map(|pair| distance_m(pair[0], pair[1]))
        .sum()
}

/// Signed area of a ring, closed or not; positive when anticlockwise.
pub(crate) fn ring_area_m2(ring: &[Coord]) -> f64 {
    let Some(&origin) = ring.first() else {
        return 0.0;
    };
    let mut sum = 0.0;
    for (index, a) in ring.iter().enumerate() {
        let b = ring[(index + 1) % ring.len()];
        sum += (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
    }
    sum / 2.0
}

pub(crate) fn centroid(ring: &[Coord]) -> Coord {
    let count = ring.len() as f64;
    Coord {
        x: ring.iter().map(|p| p.x).sum::<f64>() / count,
        y: ring.iter().map(|p| p.y).sum::<f64>() / count,
    }
}

/// Even-odd rule; points on the ring may fall either way.
pub(crate) fn contains(ring: &[Coord], place: Coord) -> bool {
    let mut inside = false;
    let mut previous = ring.len() - 1;
    for index in 0..ring.len() {
        let (a, b) = (ring[index], ring[previous]);
        if (a.y > place.y) != (b.y > place.y)
            && place.x < (b.x - a.x) * (place.y - a.y) / (b.y - a.y) + a.x
        {
            inside = !inside;
        }
        previous = index;
    }
    inside
}

/// A Catmull–Rom curve through the points, with a vertex about every `step_m`.
pub(crate) fn curve(points: &[Coord], step_m: f64) -> Vec<Coord> {
    let mut line = Vec::new();
    for index in 0..points.len().saturating_sub(1) {
        let p1 = points[index];
        let p2 = points[index + 1];
        let p0 = if index == 0 { p1 } else { points[index - 1] };
        let p3 = points.get(index + 2).copied().unwrap_or(p2);
        let steps = (distance_m(p1, p2) / step_m).ceil().max(1.0) as usize;
        for step in 0..steps {
            let t = step as f64 / steps as f64;
            let blend = |a: f64, b: f64, c: f64, d: f64| {
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * b - a - 3.0 * c + d) * t * t * t)
            };
            line.push(Coord {
                x: blend(p0.x, p1.x, p2.x, p3.x),
                y: blend(p0.y, p1.y, p2.y, p3.y),
            });
        }
    }
    line.extend(points.last());
    line
}

/// Evenly spaced vertices along a line; both ends stay.
pub(crate) fn resample(line: &[Coord], step_m: f64) -> Vec<Coord> {
    let total_m = length_m(line);
    let count = (total_m / step_m).round().max(1.0) as usize;
    let mut walk = Walk::new(line);
    (0..=count)
        .map(|index| walk.to(total_m * index as f64 / count as f64))
        .collect()
}

/// Walks forward along a line by distance.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    line: &'a [Coord],
    segment: usize,
    before_m: f64,
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(line: &'a [Coord]) -> Self {
        Self {
            line,
            segment: 0,
            before_m: 0.0,
        }
    }

    /// The place `along_m` from the start; calls must not go backwards; past the end it is the end.
    pub(crate) fn to(&mut self, along_m: f64) -> Coord {
        while self.segment + 1 < self.line.len() {
            let (a, b) = (self.line[self.segment], self.line[self.segment + 1]);
            let segment_m = distance_m(a, b);
            if along_m <= self.before_m + segment_m {
                let share = if segment_m > 0.0 {
                    (along_m - self.before_m) / segment_m
                } else {
                    0.0
                };
                return between(a, b, share.clamp(0.0, 1.0));
            }
            self.before_m += segment_m;
            self.segment += 1;
        }
        self.line[self.line.len() - 1]
    }
}

/// Unit vector to the left of the line at a vertex.
pub(crate) fn left_normal(line: &[Coord], index: usize) -> Coord {
    let a = line[index.saturating_sub(1)];
    let b = line[(index + 1).min(line.len() - 1)];
    let length_m = distance_m(a, b).max(1e-9);
    Coord {
        x: -(b.y - a.y) / length_m,
        y: (b.x - a.x) / length_m,
    }
}

/// Swings a line to both sides with seeded noise; the ends stay where they are.
pub(crate) fn meander(
    line: &[Coord],
    noise: Noise,
    amplitude_m: f64,
    wavelength_m: f64,
) -> Vec<Coord> {
    let total_m = length_m(line);
    let mut along_m = 0.0;
    let mut swung = Vec::with_capacity(line.len());
    for index in 0..line.len() {
        if index > 0 {
            along_m += distance_m(line[index - 1], line[index]);
        }
        let taper = (along_m.min(total_m - along_m) / wavelength_m).clamp(0.0, 1.0);
        let swing_m = noise.fractal(line[index], wavelength_m, 3) * 1.6 * amplitude_m * taper;
        let normal = left_normal(line, index);
        swung.push(Coord {
            x: line[index].x + normal.x * swing_m,
            y: line[index].y + normal.y * swing_m,
        });
    }
    swung
}

/// The stretches of a line whose places all pass a test.
pub(crate) fn runs(
    line: impl Iterator<Item = Coord>,
    passes: impl Fn(Coord) -> bool,
) -> Vec<Vec<Coord>> {
    let mut runs = vec![Vec::new()];
    for place in line {
        if passes(place) {
            if let Some(run) = runs.last_mut() {
                run.push(place);
            }
        } else {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run: &Vec<Coord>| !run.is_empty());
    runs
}

/// The place on a line nearest to a place, its distance and the segment it lies on.
pub(crate) fn nearest(line: &[Coord], place: Coord) -> (Coord, f64, usize) {
    let mut best = (line[0], f64::INFINITY, 0);
    for (index, pair) in line.windows(2).enumerate() {
        let candidate = nearest_on_segment(pair[0], pair[1], place);
        let apart_m = distance_m(candidate, place);
        if apart_m < best.1 {
            best = (candidate, apart_m, index);
        }
    }
    best
}

pub(crate) fn nearest_on_segment(a: Coord, b: Coord, place: Coord) -> Coord {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = dx * dx + dy * dy;
    let share = if square > 0.0 {
        ((place.x - a.x) * dx + (place.y - a.y) * dy) / square
    } else {
        0.0
    };
    between(a, b, share.clamp(0.0, 1.0))
}

/// The crossing of two segments, with its share along the first and the second.
pub(crate) fn crossing(a: Coord, b: Coord, c: Coord, d: Coord) -> Option<(Coord, f64, f64)> {
    let (rx, ry) = (b.x - a.x, b.y - a.y);
    let (sx, sy) = (d.x - c.x, d.y - c.y);
    let cross = rx * sy - ry * sx;
    if cross.abs() < 1e-9 {
        return None;
    }
    let t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / cross;
    let u = ((c.x - a.x) * ry - (c.y - a.y) * rx) / cross;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then(|| (between(a, b, t), t, u))
}
