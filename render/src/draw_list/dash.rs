//! Lines cut into dashes so that neighbouring tiles agree on where a dash begins.
//!
//! A tile does not know how long a line is before it enters. So the pattern starts anew wherever the line crosses the tile's
//! edge, a place both tiles know, and between two crossings it is stretched to end with a whole number of repetitions. It
//! starts in the middle of its first dash, so that it is the same from either end: the common border of two polygons is drawn
//! once by each of them, in opposite directions, and must not fill its own gaps.

/// Patterns shorter than this, in pixels, are not worth cutting: the line is drawn solid.
const SHORTEST_PERIOD_PX: f64 = 1.5;

/// Points nearer to the edge than this, in pixels, are on it: far below what can be seen, far above rounding.
const SNAP_PX: f64 = 1e-9;

/// A line with more repetitions than this is drawn solid behind them: nobody could count them.
const MOST_REPEATS: f64 = 10_000.0;

/// A point and its distance along the line.
type Station = ([f64; 2], f64);

/// The dashes of a line; `pattern_px` alternates dash and gap lengths, `side_px` is the image's side.
pub(super) fn dashes(line: &[[f64; 2]], pattern_px: &[f64], side_px: f64) -> Vec<Vec<[f64; 2]>> {
    let mut pattern: Vec<f64> = pattern_px.iter().map(|length| length.max(0.0)).collect();
    if pattern.len() % 2 == 1 {
        pattern.extend_from_within(..);
    }
    let period: f64 = pattern.iter().sum();
    if period < SHORTEST_PERIOD_PX {
        return vec![line.to_vec()];
    }
    let stations = stations(line, side_px);
    let crossings = |point: &[f64; 2]| {
        point
            .iter()
            .any(|at| at.abs() < SNAP_PX || (*at - side_px).abs() < SNAP_PX)
    };
    let mut dashes = Vec::new();
    let mut first = 0;
    for last in 1..stations.len() {
        let at_end = last + 1 == stations.len();
        if crossings(&stations[last].0) || at_end {
            let part = &stations[first..=last];
            let length = part[part.len() - 1].1 - part[0].1;
            let between_crossings = crossings(&part[0].0) && crossings(&part[part.len() - 1].0);
            let stretch = if between_crossings {
                length / (length / period).round().max(1.0) / period
            } else {
                1.0
            };
            // a part that ends at a crossing but began inside is measured from the crossing
            let backwards = !crossings(&part[0].0) && crossings(&part[part.len() - 1].0);
            cut(
                part,
                &pattern,
                Phase {
                    period,
                    stretch,
                    backwards,
                },
                &mut dashes,
            );
            first = last;
        }
    }
    dashes
}

#[derive(Clone, Copy)]
struct Phase {
    period: f64,
    stretch: f64,
    backwards: bool,
}

/// The line's points with their distances, and a point more wherever it crosses the image's edge.
fn stations(line: &[[f64; 2]], side_px: f64) -> Vec<Station> {
    let mut stations: Vec<Station> = Vec::with_capacity(line.len());
    let mut travelled = 0.0;
    for pair in line.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        stations.push((from, travelled));
        let mut shares: Vec<f64> = [(0, 0.0), (0, side_px), (1, 0.0), (1, side_px)]
            .into_iter()
            .filter_map(|(axis, edge)| {
                let share = (edge - from[axis]) / (to[axis] - from[axis]);
                let other = from[1 - axis] + (to[1 - axis] - from[1 - axis]) * share;
                ((f64::EPSILON..1.0 - f64::EPSILON).contains(&share)
                    && (0.0..=side_px).contains(&other))
                .then_some((share, axis, edge))
            })
            .map(|(share, ..)| share)
            .collect();
        shares.sort_by(f64::total_cmp);
        for share in shares {
            let snap = |value: f64| {
                if value.abs() < SNAP_PX {
                    0.0
                } else if (value - side_px).abs() < SNAP_PX {
                    side_px
                } else {
                    value
                }
            };
            let point =
                [0, 1].map(|axis: usize| snap(from[axis] + (to[axis] - from[axis]) * share));
            stations.push((point, travelled + length * share));
        }
        travelled += length;
    }
    stations.extend(line.last().map(|last| (*last, travelled)));
    stations
}

fn cut(part: &[Station], pattern: &[f64], phase: Phase, dashes: &mut Vec<Vec<[f64; 2]>>) {
    let (begin, end) = (part[0].1, part[part.len() - 1].1);
    let length = end - begin;
    let repeats = (length / (phase.period * phase.stretch))
        .ceil()
        .clamp(1.0, MOST_REPEATS)
        + 1.0;
    let mut repeat = 0.0;
    while repeat < repeats {
        let mut at = (repeat * phase.period - pattern[0] / 2.0) * phase.stretch;
        for pair in pattern.chunks_exact(2) {
            let (from, to) = (at, at + pair[0] * phase.stretch);
            at = to + pair[1] * phase.stretch;
            let (from, to) = if phase.backwards {
                (length - to, length - from)
            } else {
                (from, to)
            };
            let (from, to) = (from.max(0.0), to.min(length));
            if from < to {
                dashes.push(between(part, begin + from, begin + to));
            }
        }
        repeat += 1.0;
    }
}

/// The stretch of a line between two distances.
fn between(part: &[Station], from: f64, to: f64) -> Vec<[f64; 2]> {
    let mut points = Vec::new();
    for pair in part.windows(2) {
        let ((a, start), (b, end)) = (pair[0], pair[1]);
        if end < from || start > to || end <= start {
            continue;
        }
        let at = |distance: f64| {
            let share = ((distance - start) / (end - start)).clamp(0.0, 1.0);
            [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
        };
        if points.is_empty() {
            points.push(at(from));
        }
        points.push(at(to.min(end)));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_have_the_lengths_of_the_pattern() {
        let dashes = dashes(&[[10.0, 10.0], [60.0, 10.0]], &[4.0, 6.0], 256.0);
        assert_eq!(dashes.len(), 6);
        assert!(
            (dashes[1][0][0] - 18.0).abs() < 1e-9 && (dashes[1][1][0] - 22.0).abs() < 1e-9,
            "{dashes:?}"
        );
    }

    #[test]
    fn both_tiles_start_a_dash_where_the_line_crosses_their_edge() {
        let here = dashes(&[[100.0, 50.0], [270.0, 50.0]], &[4.0, 6.0], 256.0);
        let there = dashes(&[[-20.0, 50.0], [100.0, 50.0]], &[4.0, 6.0], 256.0);
        assert!(
            here.iter()
                .any(|dash| (dash[dash.len() - 1][0] - 256.0).abs() < 1e-9),
            "{here:?}"
        );
        assert!(
            there.iter().any(|dash| dash[0][0].abs() < 1e-9),
            "{there:?}"
        );
    }

    #[test]
    fn a_border_drawn_from_both_sides_keeps_its_gaps() {
        let forth = [[-10.0, 50.0], [120.0, 90.0], [270.0, 50.0]];
        let back = [forth[2], forth[1], forth[0]];
        let middles = |line: &[[f64; 2]]| {
            let mut middles: Vec<i64> = dashes(line, &[4.0, 6.0], 256.0)
                .iter()
                .filter(|dash| {
                    dash[0][0] > 0.0 && dash[dash.len() - 1][0] > 0.0 && dash[0][0] < 256.0
                })
                .map(|dash| crate::narrow::to_i64((dash[0][0] + dash[dash.len() - 1][0]) * 100.0))
                .collect();
            middles.sort_unstable();
            middles
        };
        let (forth, back) = (middles(&forth), middles(&back));
        assert!(forth.len() > 20);
        let inner = |list: &[i64]| list[1..list.len() - 1].to_vec();
        assert!(
            inner(&forth)
                .iter()
                .all(|middle| back.iter().any(|other| (middle - other).abs() < 3)),
            "{forth:?} {back:?}"
        );
    }

    #[test]
    fn a_pattern_of_nothing_is_a_solid_line() {
        let line = [[0.0, 1.0], [9.0, 1.0]];
        assert_eq!(dashes(&line, &[0.0, 0.0], 256.0), vec![line.to_vec()]);
        assert_eq!(dashes(&line, &[], 256.0), vec![line.to_vec()]);
    }
}
