//! How small a p-value must be when many are looked at together.

/// The largest p-value that counts as a discovery while the expected share of false ones among them stays at `alpha`
/// (Benjamini–Hochberg step-up). Where none counts, `alpha / n`, which no p-value then reaches.
///
/// NaN values are no tests and are passed over. `alpha` itself where there is no value at all.
///
/// # Complexity
/// O(n log n).
///
/// # References
/// Benjamini & Hochberg (1995), *Controlling the false discovery rate*; Caldas de Castro & Singer (2006) for local spatial
/// statistics. Agrees with `esda.fdr`.
///
/// ```
/// let p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216];
/// assert!((engine::analysis::false_discovery_threshold(&p, 0.05) - 0.01).abs() < 1e-15);
/// ```
pub fn false_discovery_threshold(p_values: &[f64], alpha: f64) -> f64 {
    let mut sorted: Vec<f64> = p_values.iter().copied().filter(|p| !p.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let bound = |rank: usize| (rank + 1) as f64 * alpha / count;
    let last = (0..sorted.len())
        .rev()
        .find(|rank| sorted[*rank] <= bound(*rank));
    match last {
        Some(rank) => bound(rank),
        None if sorted.is_empty() => alpha,
        None => alpha / count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_the_one_of_the_reference_implementation() {
        // esda.fdr, esda 2.6: reference_numbers.txt
        let p = [
            0.216, 0.001, 0.212, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205,
        ];
        assert!((false_discovery_threshold(&p, 0.05) - 0.01).abs() < 1e-15);
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the level is handed through")]
    fn without_a_discovery_no_value_passes() {
        let p = [0.2, 0.5, f64::NAN, 0.9];
        let threshold = false_discovery_threshold(&p, 0.05);
        assert!((threshold - 0.05 / 3.0).abs() < 1e-15);
        assert!(p.iter().all(|p| p.is_nan() || *p > threshold));
        assert_eq!(false_discovery_threshold(&[], 0.05), 0.05);
    }
}
