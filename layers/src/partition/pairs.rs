//! Pairs of features whose bounds overlap, found strip by strip.

use std::cmp::Reverse;

use super::outlines::Outlines;

/// Strips at most; more would only help layers of more than a hundred million features.
const MAX_STRIPS: i64 = 1 << 16;

/// Features by horizontal strips about as high as they are.
pub(super) struct Strips {
    bounds: Vec<[i32; 4]>,
    south: i64,
    height: i64,
    /// For each strip, where its features end in `members`.
    ends: Vec<usize>,
    members: Vec<usize>,
}

impl Strips {
    pub(super) fn new(outlines: &Outlines) -> Self {
        let bounds: Vec<[i32; 4]> = (0..outlines.len())
            .map(|feature| outlines.bounds(feature))
            .collect();
        let placed = || bounds.iter().filter(|[west, _, east, _]| west <= east);
        let count = i64::try_from(placed().count().max(1)).unwrap_or(i64::MAX);
        let heights = placed().map(|[_, south, _, north]| i64::from(*north) - i64::from(*south));
        let mean = heights.sum::<i64>() / count;
        let south = placed()
            .map(|bounds| i64::from(bounds[1]))
            .min()
            .unwrap_or(0);
        let north = placed()
            .map(|bounds| i64::from(bounds[3]))
            .max()
            .unwrap_or(0);
        let height = (2 * mean).max((north - south) / MAX_STRIPS).max(1);
        let mut strips = Self {
            bounds,
            south,
            height,
            ends: Vec::new(),
            members: Vec::new(),
        };
        let mut entries: Vec<(usize, usize)> = Vec::new();
        for (feature, [west, south, east, north]) in strips.bounds.iter().enumerate() {
            if west <= east {
                entries.extend(
                    (strips.strip_of(*south)..=strips.strip_of(*north))
                        .map(|strip| (strip, feature)),
                );
            }
        }
        entries.sort_unstable_by_key(|(strip, feature)| {
            (*strip, strips.bounds[*feature][0], *feature)
        });
        let last = entries.last().map_or(0, |(strip, _)| strip + 1);
        strips.ends = (0..last)
            .map(|strip| entries.partition_point(|entry| entry.0 <= strip))
            .collect();
        strips.members = entries.into_iter().map(|(_, feature)| feature).collect();
        strips
    }

    /// Number of strips.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and MAX_STRIPS"
    )]
    fn strip_of(&self, y: i32) -> usize {
        ((i64::from(y) - self.south) / self.height) as usize
    }

    /// Calls with each pair of a strip whose bounds overlap, and the overlap; each pair is in one strip only. Of every pair
    /// one is among `wanted`.
    pub(super) fn for_each_pair(
        &self,
        strip: usize,
        wanted: &[bool],
        mut take: impl FnMut(usize, usize, [i32; 4]),
    ) {
        let start = strip.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut open: Vec<usize> = Vec::new();
        for &feature in &self.members[start..self.ends[strip]] {
            let bounds = self.bounds[feature];
            open.retain(|other| self.bounds[*other][2] > bounds[0]);
            for &other in &open {
                let other_bounds = self.bounds[other];
                let south = bounds[1].max(other_bounds[1]);
                let north = bounds[3].min(other_bounds[3]);
                if south < north
                    && (wanted[feature] || wanted[other])
                    && self.strip_of(south) == strip
                {
                    let east = bounds[2].min(other_bounds[2]);
                    take(
                        feature.min(other),
                        feature.max(other),
                        [bounds[0], south, east, north],
                    );
                }
            }
            open.push(feature);
        }
    }

    /// The strips, those with most features first, so that threads end together.
    pub(super) fn by_size(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        let size = |strip: &usize| {
            self.ends[*strip] - strip.checked_sub(1).map_or(0, |before| self.ends[before])
        };
        order.sort_by_key(|strip| Reverse(size(strip)));
        order
    }
}
