//! Residents of a village by age.

use crate::random::Random;

/// Ages of the columns: 0–2, 3–5, 6–10, 11–14, 15–17, 18–59, 60 and over; shares of a Red River delta province (about 2022).
const SHARES: [f64; 7] = [0.042, 0.049, 0.086, 0.066, 0.043, 0.558, 0.156];

/// People of one village.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Residents {
    pub(crate) households: u32,
    /// By age; sums to the village's population.
    pub(crate) by_age: [u32; 7],
}

/// Divides a population by age; the largest group takes what rounding leaves.
pub(crate) fn residents(population: u32, random: &mut Random) -> Residents {
    let mut by_age =
        SHARES.map(|share| (f64::from(population) * share * random.range(0.88, 1.12)) as u32);
    let others: u32 = by_age.iter().sum::<u32>() - by_age[5];
    by_age[5] = population.saturating_sub(others);
    let households = (f64::from(population) / random.range(3.2, 3.8))
        .round()
        .max(1.0) as u32;
    Residents { households, by_age }
}
