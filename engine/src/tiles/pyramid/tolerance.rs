//! For each vertex, the largest simplification tolerance that keeps it.
//!
//! Douglas–Peucker is run once, by arcs, and each vertex remembers the tolerance at which it would go; a zoom is then a
//! comparison. Two communes that share a border must lose the same vertices of it, or a gap opens between them. Run per
//! ring, the algorithm starts each ring elsewhere and the two sides differ. So rings and lines are first cut where
//! neighbours change (junctions, kept at every zoom), each arc is walked from its lexicographically smaller end whichever
//! way the ring runs, and ties go to the smaller position: both owners of an arc compute the same numbers, bit by bit. An
//! effective-area rank (Visvalingam) would need the same cutting and bounds no distance; Douglas–Peucker's does, which
//! makes "a quarter of a pixel" a promise.
//!
//! Borders whose two sides do not have the same vertices are simplified apart, each within the tolerance.

use super::{Part, Role};

/// Which vertices are junctions: positions that are followed by different neighbours in different rings or lines.
pub(super) fn junctions(positions: &[[f64; 2]], parts: &[Part]) -> Vec<bool> {
    let mut visits: Vec<(u64, u64, u32)> = Vec::with_capacity(positions.len());
    for part in parts.iter().filter(|part| part.role != Role::Points) {
        let vertices = &positions[part.start as usize..part.end as usize];
        let closed = part.role != Role::Line;
        for (index, vertex) in (part.start..part.end).zip(0..vertices.len()) {
            let last = vertices.len() - 1;
            let before = if vertex > 0 {
                Some(vertex - 1)
            } else {
                closed.then_some(last)
            };
            let after = if vertex < last {
                Some(vertex + 1)
            } else {
                closed.then_some(0)
            };
            let neighbour = |index: Option<usize>| index.map_or(1, |index| hash(vertices[index]));
            let around = neighbour(before).wrapping_add(neighbour(after));
            visits.push((hash(vertices[vertex]), around, index));
        }
    }
    visits.sort_unstable();
    let mut fixed = vec![false; positions.len()];
    for same_position in visits.chunk_by(|a, b| a.0 == b.0) {
        if same_position
            .iter()
            .any(|visit| visit.1 != same_position[0].1)
        {
            for visit in same_position {
                fixed[visit.2 as usize] = true;
            }
        }
    }
    fixed
}

/// The tolerances of the vertices of consecutive parts.
pub(super) fn of_parts(positions: &[[f64; 2]], fixed: &[bool], parts: &[Part]) -> Vec<f32> {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return Vec::new();
    };
    let mut tolerances = vec![f32::INFINITY; (last.end - first.start) as usize];
    let mut arc = Arc::default();
    for part in parts {
        let vertices = part.start as usize..part.end as usize;
        let out =
            &mut tolerances[(part.start - first.start) as usize..(part.end - first.start) as usize];
        match part.role {
            Role::Points => {}
            Role::Line => arc.rank_line(&positions[vertices.clone()], &fixed[vertices], out),
            Role::Exterior | Role::Hole => {
                arc.rank_ring(&positions[vertices.clone()], &fixed[vertices], out);
            }
        }
    }
    tolerances
}

/// Vertices between two that always stay, with room to work in.
#[derive(Default)]
struct Arc {
    rows: Vec<usize>,
    path: Vec<[f64; 2]>,
    pending: Vec<(usize, usize, f32)>,
}

impl Arc {
    fn rank_line(&mut self, line: &[[f64; 2]], fixed: &[bool], out: &mut [f32]) {
        let last = line.len() - 1;
        let mut start = 0;
        for (end, stays) in fixed.iter().enumerate().skip(1) {
            if *stays || end == last {
                self.rank(line, start..=end, out);
                start = end;
            }
        }
    }

    fn rank_ring(&mut self, ring: &[[f64; 2]], fixed: &[bool], out: &mut [f32]) {
        let mut stays: Vec<usize> = (0..ring.len()).filter(|vertex| fixed[*vertex]).collect();
        if stays.is_empty() {
            let smallest = (0..ring.len()).min_by(|a, b| order(ring[*a], ring[*b]));
            stays.extend(smallest);
        }
        if let [only] = stays[..] {
            let reach = |vertex: usize| {
                (ring[vertex][0] - ring[only][0]).hypot(ring[vertex][1] - ring[only][1])
            };
            let farther = |a: &usize, b: &usize| {
                reach(*a)
                    .total_cmp(&reach(*b))
                    .then(order(ring[*b], ring[*a]))
            };
            stays.extend(
                (0..ring.len())
                    .max_by(farther)
                    .filter(|farthest| *farthest != only),
            );
            stays.sort_unstable();
        }
        for (index, start) in stays.iter().enumerate() {
            let end = stays
                .get(index + 1)
                .copied()
                .unwrap_or(stays[0] + ring.len());
            self.rank(ring, *start..=end, out);
        }
    }

    /// Ranks the vertices strictly between the ends; indices wrap around the ring.
    fn rank(
        &mut self,
        ring: &[[f64; 2]],
        vertices: std::ops::RangeInclusive<usize>,
        out: &mut [f32],
    ) {
        self.rows.clear();
        self.rows.extend(vertices.map(|vertex| vertex % ring.len()));
        if self.rows.len() < 3 {
            return;
        }
        if self.runs_backwards(ring) {
            self.rows.reverse();
        }
        self.path.clear();
        self.path.extend(self.rows.iter().map(|row| ring[*row]));
        self.pending.push((0, self.path.len() - 1, f32::INFINITY));
        while let Some((start, end, cap)) = self.pending.pop() {
            let (middle, distance) = farthest(&self.path, start, end);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a tolerance needs no more than 24 bits"
            )]
            let tolerance = cap.min(distance as f32);
            out[self.rows[middle]] = tolerance;
            if middle - start > 1 {
                self.pending.push((start, middle, tolerance));
            }
            if end - middle > 1 {
                self.pending.push((middle, end, tolerance));
            }
        }
    }

    /// Whether the arc, read from its other end, comes first in lexicographic order.
    fn runs_backwards(&self, ring: &[[f64; 2]]) -> bool {
        let ends = self.rows.iter().zip(self.rows.iter().rev());
        let first_difference = ends
            .map(|(a, b)| order(ring[*a], ring[*b]))
            .find(|order| order.is_ne());
        first_difference.is_some_and(std::cmp::Ordering::is_gt)
    }
}

/// The vertex between two that is farthest from the segment they span, and how far.
fn farthest(path: &[[f64; 2]], start: usize, end: usize) -> (usize, f64) {
    let (a, b) = (path[start], path[end]);
    let mut best = (start + 1, -1.0);
    for (vertex, position) in path.iter().enumerate().take(end).skip(start + 1) {
        let distance = segment_distance(*position, a, b);
        let wins =
            distance > best.1 || (distance >= best.1 && order(*position, path[best.0]).is_lt());
        if wins {
            best = (vertex, distance);
        }
    }
    best
}

fn segment_distance(position: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (along_x, along_y) = (b[0] - a[0], b[1] - a[1]);
    let squared = along_x * along_x + along_y * along_y;
    let share = if squared > 0.0 {
        (((position[0] - a[0]) * along_x + (position[1] - a[1]) * along_y) / squared)
            .clamp(0.0, 1.0)
    } else {
        0.0
    };
    (position[0] - a[0] - share * along_x).hypot(position[1] - a[1] - share * along_y)
}

fn order(a: [f64; 2], b: [f64; 2]) -> std::cmp::Ordering {
    a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
}

/// A number for a position; equal positions have equal numbers.
fn hash(position: [f64; 2]) -> u64 {
    let mixed = position[0]
        .to_bits()
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(31)
        ^ position[1].to_bits();
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(rings: &[Vec<[f64; 2]>]) -> Vec<Vec<f32>> {
        let mut positions = Vec::new();
        let mut parts = Vec::new();
        for ring in rings {
            let start = u32::try_from(positions.len()).unwrap();
            positions.extend_from_slice(ring);
            parts.push(Part {
                start,
                end: u32::try_from(positions.len()).unwrap(),
                role: Role::Exterior,
            });
        }
        let tolerances = of_parts(&positions, &junctions(&positions, &parts), &parts);
        parts
            .iter()
            .map(|part| tolerances[part.start as usize..part.end as usize].to_vec())
            .collect()
    }

    #[test]
    fn two_owners_of_a_border_keep_the_same_vertices_at_every_tolerance() {
        let border: Vec<[f64; 2]> = (0..=40)
            .map(f64::from)
            .map(|step| [0.5 + (step * 0.7).sin() * 0.02, step / 40.0])
            .collect();
        let mut west = vec![[0.0, 1.0], [0.0, 0.0]];
        west.extend(&border);
        let mut east = vec![[1.0, 0.0], [1.0, 1.0]];
        east.extend(border.iter().rev());
        let ranked = ranks(&[west, east]);
        let west_border = &ranked[0][2..];
        let east_border: Vec<f32> = ranked[1][2..].iter().rev().copied().collect();
        assert_eq!(west_border, east_border);
        assert!(
            west_border[0].is_infinite() && west_border[40].is_infinite(),
            "where the border ends, both stay"
        );
        assert!(
            west_border[1..40]
                .iter()
                .all(|tolerance| tolerance.is_finite())
        );
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "both owners compute the same bits")]
    fn an_island_and_the_hole_around_it_agree_wherever_their_rings_start() {
        let island: Vec<[f64; 2]> = (0..24)
            .map(|step| f64::from(step) / 24.0 * std::f64::consts::TAU)
            .map(|angle| {
                [
                    0.5 + 0.1 * angle.cos() * (1.0 + 0.2 * (5.0 * angle).sin()),
                    0.5 + 0.1 * angle.sin(),
                ]
            })
            .collect();
        let mut hole: Vec<[f64; 2]> = island.iter().rev().copied().collect();
        hole.rotate_left(7);
        let ranked = ranks(&[island.clone(), hole.clone()]);
        for (vertex, tolerance) in island.iter().zip(&ranked[0]) {
            let in_hole = hole.iter().position(|other| other == vertex).unwrap();
            assert_eq!(*tolerance, ranked[1][in_hole]);
        }
    }

    #[test]
    fn dropping_vertices_below_a_tolerance_moves_no_border_further_than_it() {
        let line: Vec<[f64; 2]> = (0..200)
            .map(f64::from)
            .map(|x| [x / 200.0, (x * 0.31).sin() * 0.01 + (x * 0.05).cos() * 0.03])
            .collect();
        let mut out = vec![f32::INFINITY; line.len()];
        Arc::default().rank_line(&line, &vec![false; line.len()], &mut out);
        for tolerance in [1e-4_f32, 1e-3, 1e-2] {
            let kept: Vec<[f64; 2]> = line
                .iter()
                .zip(&out)
                .filter(|(_, rank)| **rank >= tolerance)
                .map(|(vertex, _)| *vertex)
                .collect();
            assert!(kept.len() < line.len());
            for vertex in &line {
                let nearest = kept
                    .windows(2)
                    .map(|pair| segment_distance(*vertex, pair[0], pair[1]));
                assert!(nearest.fold(f64::INFINITY, f64::min) <= f64::from(tolerance) * 1.000_001);
            }
        }
    }
}
