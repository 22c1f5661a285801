//! Getis–Ord Gi*: where high or low values stand together more than chance would put them.

/// The z-score of Gi* at each place, with binary weights.
///
/// `neighbours[i]` lists the places within reach of place `i`, itself included; their real number is used, so places at the
/// edge are judged by the neighbours they have. S is the population standard deviation.
///
/// NaN where the statistic is undefined: all values equal, fewer than two places, or a place whose neighbours are all
/// places. Values are to be finite.
///
/// # Complexity
/// O(number of neighbours).
///
/// # References
/// Getis & Ord (1992), *The analysis of spatial association by use of distance statistics*; Ord & Getis (1995). Agrees with
/// `esda.G_Local(star=True, transform="B", permutations=0).Zs`.
///
/// ```
/// let z = engine::analysis::gi_star(&[9.0, 8.0, 1.0, 0.0], &[vec![0, 1], vec![0, 1, 2], vec![1, 2, 3], vec![2, 3]]);
/// assert!(z[0] > 0.0 && z[3] < 0.0);
/// ```
pub fn gi_star(values: &[f64], neighbours: &[Vec<u32>]) -> Vec<f64> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / count;
    let largest = values
        .iter()
        .fold(0.0_f64, |largest, value| largest.max(value.abs()));
    // Equal values may differ from their computed mean in the last bit: that is not a variance.
    let constant = variance.sqrt() <= largest * f64::EPSILON * 4.0;
    let z_score = |near: &Vec<u32>| {
        let sum: f64 = near.iter().map(|place| values[*place as usize]).sum();
        let weights = near.len() as f64;
        let spread = (count * weights - weights * weights) / (count - 1.0);
        if constant || spread.is_nan() || spread <= 0.0 {
            f64::NAN
        } else {
            (sum - mean * weights) / (variance * spread).sqrt()
        }
    };
    neighbours.iter().map(z_score).collect()
}

/// The probability of a standard normal value at least as far from 0 as `z`, on either side; NaN for NaN.
///
/// erfc(|z|/√2): a series of positive terms near 0 and a continued fraction (Abramowitz & Stegun 7.1.6 and 7.1.14) beyond,
/// right to about 1e-14 of its value.
pub fn two_sided_p(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    if x.is_nan() {
        return f64::NAN;
    }
    let scale = (-x * x).exp() / std::f64::consts::PI.sqrt();
    if x < SERIES_END {
        let (mut term, mut sum, mut order) = (2.0 * x, 2.0 * x, 1.0);
        while term > sum * f64::EPSILON {
            term *= 2.0 * x * x / (2.0 * order + 1.0);
            sum += term;
            order += 1.0;
        }
        1.0 - scale * sum
    } else {
        let fraction = (1..=FRACTION_TERMS)
            .rev()
            .fold(0.0, |tail, order| f64::from(order) / 2.0 / (x + tail));
        scale / (x + fraction)
    }
}

/// Below this the series converges in a few dozen terms and loses no digits that matter.
const SERIES_END: f64 = 2.0;

/// Terms after which the continued fraction has converged for every `x` it is used for.
const FRACTION_TERMS: u32 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    /// A lattice with the eight neighbours of a queen, and itself.
    fn queen(rows: i32, columns: i32) -> Vec<Vec<u32>> {
        let number = |row: i32, column: i32| u32::try_from(row * columns + column).unwrap();
        let near = |row: i32, column: i32| {
            let rows = (row - 1).max(0)..=(row + 1).min(rows - 1);
            rows.flat_map(move |row| {
                ((column - 1).max(0)..=(column + 1).min(columns - 1))
                    .map(move |column| number(row, column))
            })
        };
        (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .map(|(row, column)| near(row, column).collect())
            .collect()
    }

    #[test]
    fn the_scores_are_those_of_the_reference_implementation() {
        // esda.G_Local(y, lat2W(6, 6, rook=False), transform="B", star=True).Zs: reference_numbers.txt
        let values: Vec<f64> = (0..36)
            .map(|place| (place % 7) + if place / 6 < 2 && place % 6 < 2 { 5 } else { 0 })
            .map(f64::from)
            .collect();
        let z = gi_star(&values, &queen(6, 6));
        let golden = [
            2.976697, 1.754993, -0.350999, -1.116814, 0.031909, 0.479299, 3.286623, 1.606577,
        ];
        for (place, (ours, theirs)) in z.iter().zip(golden).enumerate() {
            assert!(
                (ours - theirs).abs() < 5e-7,
                "place {place}: {ours} is not {theirs}"
            );
        }
        assert_eq!((0..36).max_by(|a, b| z[*a].total_cmp(&z[*b])), Some(6));
    }

    #[test]
    fn equal_values_have_no_score_and_neither_has_a_place_that_sees_everything() {
        assert!(gi_star(&[0.1; 36], &queen(6, 6)).iter().all(|z| z.is_nan()));
        assert!(
            gi_star(&[1.0, 2.0], &[vec![0, 1], vec![0, 1]])
                .iter()
                .all(|z| z.is_nan())
        );
        assert!(gi_star(&[3.0], &[vec![0]])[0].is_nan());
        assert!(gi_star(&[], &[]).is_empty());
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "symmetric and saturating to the last bit")]
    fn probabilities_are_those_of_the_tables() {
        // 2 * scipy.stats.norm.sf(z)
        let table = [
            (0.0, 1.0),
            (0.5, 0.617_075_077_451_974),
            (1.0, 0.317_310_507_862_914_1),
            (1.959_963_984_540_054, 0.05),
            (2.575_829_303_548_900_4, 0.01),
            (5.0, 5.733_031_437_583_892e-7),
            (10.0, 1.523_970_604_832_104_7e-23),
        ];
        for (z, p) in table {
            assert!(
                (two_sided_p(z) - p).abs() <= p * 1e-12,
                "{z}: {} is not {p}",
                two_sided_p(z)
            );
            assert_eq!(two_sided_p(z), two_sided_p(-z));
        }
        assert!(two_sided_p(f64::NAN).is_nan());
        assert_eq!(two_sided_p(f64::INFINITY), 0.0);
    }
}
