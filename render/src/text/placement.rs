//! Which labels are shown: a rule that every tile answers alike.
//!
//! Candidates come from whole features and have a total order. In each round a candidate wins if it precedes all undecided
//! candidates that it overlaps; a winner rules out the others it overlaps. What is undecided after the last round is not
//! shown. So an answer depends on candidates within a bounded distance only, never on where a tile was cut.

use std::{cmp::Ordering, collections::HashMap};

/// Rounds of the rule. Each looks two labels further, so few rounds keep the answer local; on dense maps nearly all
/// candidates are decided after three.
const ROUNDS: usize = 3;

/// Side of the squares candidates are sorted into to find overlaps, in pixels.
const SQUARE_PX: f64 = 96.0;

/// A rectangle at an angle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct OrientedBox {
    pub(crate) center: [f64; 2],
    /// Half of its length along and across its direction.
    pub(crate) half: [f64; 2],
    /// Cosine and sine of its direction.
    pub(crate) direction: [f64; 2],
}

impl OrientedBox {
    /// Half of the sides of the upright rectangle around it.
    pub(crate) fn upright_half(&self) -> [f64; 2] {
        let [c, s] = self.direction.map(f64::abs);
        [
            self.half[0] * c + self.half[1] * s,
            self.half[0] * s + self.half[1] * c,
        ]
    }

    fn overlaps(&self, other: &Self) -> bool {
        let gap = [
            other.center[0] - self.center[0],
            other.center[1] - self.center[1],
        ];
        // separating axes: two rectangles are apart if they are along one of their four sides
        [self.direction, other.direction].iter().all(|[c, s]| {
            [[*c, *s], [-*s, *c]].iter().all(|axis| {
                let distance = (gap[0] * axis[0] + gap[1] * axis[1]).abs();
                distance < self.extent_along(*axis) + other.extent_along(*axis)
            })
        })
    }

    fn extent_along(&self, axis: [f64; 2]) -> f64 {
        let [c, s] = self.direction;
        self.half[0] * (c * axis[0] + s * axis[1]).abs()
            + self.half[1] * (c * axis[1] - s * axis[0]).abs()
    }
}

/// A label that could be shown.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) bounds: OrientedBox,
    /// Lower is shown first: layer from the top, then the style's sort key.
    pub(crate) rank: (usize, f64),
    /// Decides between equal ranks; the same on every tile.
    pub(crate) hash: u64,
    /// Shown whatever it overlaps.
    pub(crate) always: bool,
    /// Lets others overlap it.
    pub(crate) yields: bool,
    /// Labels of one text stay this far apart, in pixels.
    pub(crate) text: Option<(u64, f64)>,
}

impl Candidate {
    fn order(&self, other: &Self) -> Ordering {
        let rank = self
            .rank
            .0
            .cmp(&other.rank.0)
            .then(self.rank.1.total_cmp(&other.rank.1));
        let place = |candidate: &Self| candidate.bounds.center.map(f64::to_bits);
        rank.then(self.hash.cmp(&other.hash))
            .then(place(self).cmp(&place(other)))
    }

    fn conflicts(&self, other: &Self) -> bool {
        if self.yields || other.yields {
            return false;
        }
        let repeats = match (self.text, other.text) {
            (Some((text, apart)), Some((same, other_apart))) if text == same => {
                let [x, y] =
                    [0, 1].map(|axis: usize| self.bounds.center[axis] - other.bounds.center[axis]);
                x.hypot(y) < apart.min(other_apart)
            }
            _ => false,
        };
        repeats || self.bounds.overlaps(&other.bounds)
    }

    /// Half of the sides of the rectangle in which conflicts must be looked for.
    fn reach(&self) -> [f64; 2] {
        let apart = self.text.map_or(0.0, |(_, apart)| apart / 2.0);
        self.bounds.upright_half().map(|half| half.max(apart))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Undecided,
    Shown,
    Hidden,
}

/// Which candidates are shown.
pub(crate) fn accept(candidates: &[Candidate]) -> Vec<bool> {
    let conflicts = conflicts(candidates);
    let mut states: Vec<State> = candidates
        .iter()
        .map(|candidate| {
            if candidate.always {
                State::Shown
            } else {
                State::Undecided
            }
        })
        .collect();
    for row in 0..candidates.len() {
        if candidates[row].always {
            hide(&mut states, &conflicts[row]);
        }
    }
    for _ in 0..ROUNDS {
        let wins = |row: usize| {
            states[row] == State::Undecided
                && conflicts[row].iter().all(|other| {
                    states[*other] != State::Undecided
                        || candidates[row].order(&candidates[*other]).is_lt()
                })
        };
        let winners: Vec<usize> = (0..candidates.len()).filter(|row| wins(*row)).collect();
        if winners.is_empty() {
            break;
        }
        for row in winners {
            states[row] = State::Shown;
            hide(&mut states, &conflicts[row]);
        }
    }
    states
        .into_iter()
        .map(|state| state == State::Shown)
        .collect()
}

fn hide(states: &mut [State], rows: &[usize]) {
    for row in rows {
        if states[*row] == State::Undecided {
            states[*row] = State::Hidden;
        }
    }
}

/// For each candidate the rows of those it conflicts with.
fn conflicts(candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let mut squares: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    let mut conflicts = vec![Vec::new(); candidates.len()];
    for (row, candidate) in candidates.iter().enumerate() {
        let mut near: Vec<usize> = Vec::new();
        for square in squares_of(candidate) {
            let rows = squares.entry(square).or_default();
            near.extend(rows.iter().copied());
            rows.push(row);
        }
        near.sort_unstable();
        near.dedup();
        for other in near {
            if candidate.conflicts(&candidates[other]) {
                conflicts[row].push(other);
                conflicts[other].push(row);
            }
        }
    }
    conflicts
}

fn squares_of(candidate: &Candidate) -> impl Iterator<Item = (i64, i64)> + use<> {
    let square = |position: f64| crate::narrow::to_i64((position / SQUARE_PX).floor());
    let (center, reach) = (candidate.bounds.center, candidate.reach());
    let [columns, rows] = [0, 1]
        .map(|axis: usize| square(center[axis] - reach[axis])..=square(center[axis] + reach[axis]));
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(x: f64, y: f64, hash: u64) -> Candidate {
        let bounds = OrientedBox {
            center: [x, y],
            half: [30.0, 8.0],
            direction: [1.0, 0.0],
        };
        Candidate {
            bounds,
            rank: (0, 0.0),
            hash,
            always: false,
            yields: false,
            text: None,
        }
    }

    #[test]
    fn the_first_of_two_that_overlap_is_shown() {
        let mut both = [
            candidate(0.0, 0.0, 2),
            candidate(20.0, 4.0, 1),
            candidate(200.0, 0.0, 3),
        ];
        assert_eq!(accept(&both), [false, true, true]);
        both[0].rank = (0, -1.0);
        assert_eq!(
            accept(&both),
            [true, false, true],
            "the sort key comes before the hash"
        );
        both[1].always = true;
        assert_eq!(
            accept(&both),
            [false, true, true],
            "what may overlap is always shown"
        );
    }

    #[test]
    fn shown_labels_never_overlap_and_the_answer_is_local() {
        let scattered: Vec<_> = (0..4000_u64)
            .map(|row| {
                let mixed = row.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                candidate(
                    (mixed >> 20 & 2047) as f64,
                    (mixed >> 40 & 2047) as f64,
                    mixed,
                )
            })
            .collect();
        let shown = accept(&scattered);
        let kept: Vec<_> = scattered
            .iter()
            .zip(&shown)
            .filter(|(_, shown)| **shown)
            .map(|(candidate, _)| candidate)
            .collect();
        assert!(kept.len() > 300, "{}", kept.len());
        for (row, a) in kept.iter().enumerate() {
            assert!(kept[..row].iter().all(|b| !a.bounds.overlaps(&b.bounds)));
        }
        // a window that knows only what lies within reach of the rule answers the same
        let window = |x: f64, margin: f64| {
            move |candidate: &Candidate| (candidate.bounds.center[0] - x).abs() < margin
        };
        let local: Vec<_> = scattered
            .iter()
            .filter(|candidate| window(1024.0, 600.0)(candidate))
            .cloned()
            .collect();
        let local_shown = accept(&local);
        let in_window = |list: &[Candidate], shown: &[bool]| -> Vec<u64> {
            let all = list.iter().zip(shown);
            all.filter(|(candidate, shown)| **shown && window(1024.0, 128.0)(candidate))
                .map(|(c, _)| c.hash)
                .collect()
        };
        assert_eq!(
            in_window(&local, &local_shown),
            in_window(&scattered, &shown)
        );
    }

    #[test]
    fn labels_at_an_angle_overlap_by_their_own_sides() {
        let (s, c) = std::f64::consts::FRAC_PI_4.sin_cos();
        let mut a = candidate(0.0, 0.0, 1);
        let mut b = candidate(40.0, 0.0, 2);
        assert!(a.bounds.overlaps(&b.bounds));
        a.bounds.direction = [c, s];
        b.bounds.direction = [c, s];
        assert!(
            !a.bounds.overlaps(&b.bounds),
            "side by side along the diagonal"
        );
    }
}
