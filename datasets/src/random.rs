//! A small generator of random numbers of our own: the same seed gives the same province with any version of any crate.

/// A stream of the `SplitMix64` generator.
///
/// # References
/// Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014, <https://doi.org/10.1145/2660193.2660195>.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

/// Mixes 64 bits so that neighbouring inputs give unrelated outputs.
pub(crate) const fn mix(value: u64) -> u64 {
    let z = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// A stream for one topic, independent of how many numbers other topics draw.
    pub(crate) fn new(seed: u64, topic: &str) -> Self {
        let topic = topic.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self {
            state: mix(seed ^ mix(topic)),
        }
    }

    /// A stream for one numbered part of a topic.
    pub(crate) fn part(seed: u64, topic: &str, part: u64) -> Self {
        Self::new(seed ^ mix(part.wrapping_add(0x5851_f42d_4c95_7f2d)), topic)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// Uniform in 0 ≤ x < 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `low` ≤ x < `high`.
    pub(crate) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in 0 ≤ n < `count`; 0 for an empty range.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of a slice that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Standard normal (Box–Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}
