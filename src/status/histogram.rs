//! Distributions in fixed buckets: what a mean would hide. Counted on the tick, without asking for memory.
//!
//! Every scale has as many edges, so that one type holds all of them. A value that is exactly on an edge is
//! below it, as Prometheus has it (`le`).

use core::fmt;
use core::marker::PhantomData;

use crate::time::Duration;

/// Edges of every scale.
pub const EDGES: usize = 14;

/// Where the buckets of a distribution end.
pub trait Scale {
    /// Rising. What is longer than the last one is counted, too.
    const EDGES: [Duration; EDGES];
}

/// The RTT over the baseline: 1 ms to 1 s. The edges of the zones in every shipped configuration are among
/// them, so the share of each zone can be read off without interpolation.
#[derive(Clone, Copy, Debug, Default)]
pub struct RttDelta;

impl Scale for RttDelta {
    const EDGES: [Duration; EDGES] = micros([
        1_000, 2_000, 3_000, 5_000, 10_000, 12_000, 15_000, 20_000, 30_000, 45_000, 80_000,
        150_000, 300_000, 1_000_000,
    ]);
}

/// How late a tick wakes up: a timer of a quiet machine is about 30 us late, one of a busy machine
/// milliseconds, and beyond 50 ms a tick is lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct TickLateness;

impl Scale for TickLateness {
    const EDGES: [Duration; EDGES] = micros([
        25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
        1_000_000,
    ]);
}

/// From the request of a write to its answer: a few milliseconds over a standing connection to a quick
/// router, tens to hundreds over SSH or to a small one, and no longer than the longest deadline anybody
/// configures.
#[derive(Clone, Copy, Debug, Default)]
pub struct RouterWrite;

impl Scale for RouterWrite {
    const EDGES: [Duration; EDGES] = micros([
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
        2_500_000, 5_000_000, 10_000_000, 30_000_000,
    ]);
}

const fn micros(edges: [u64; EDGES]) -> [Duration; EDGES] {
    let mut durations = [Duration::ZERO; EDGES];
    let mut n = 0;
    while n < EDGES {
        durations[n] = Duration::from_micros(edges[n]);
        n += 1;
    }
    durations
}

/// How often values were how long, since the start.
#[derive(Clone, Copy)]
pub struct Histogram<S> {
    /// Per bucket; the last one is for what is longer than every edge.
    counts: [u64; EDGES + 1],
    sum: Duration,
    scale: PhantomData<S>,
}

impl<S> Default for Histogram<S> {
    fn default() -> Self {
        Self {
            counts: [0; EDGES + 1],
            sum: Duration::ZERO,
            scale: PhantomData,
        }
    }
}

impl<S: Scale> Histogram<S> {
    /// Counts one value.
    pub fn observe(&mut self, value: Duration) {
        let bucket = S::EDGES.partition_point(|&edge| edge < value);
        self.counts[bucket] += 1;
        self.sum = self.sum + value;
    }

    /// Each edge with the number of values up to it; without an edge, all of them.
    pub fn cumulative(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let edges = S::EDGES.into_iter().map(Some).chain([None]);
        edges.zip(self.counts).scan(0, |below, (edge, count)| {
            *below += count;
            Some((edge, *below))
        })
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// As many values as can be counted: for tests of room.
    #[cfg(test)]
    pub(crate) const fn brimful() -> Self {
        Self {
            counts: [u64::MAX / (EDGES as u64 + 1); EDGES + 1],
            sum: Duration::from_micros(u64::MAX),
            scale: PhantomData,
        }
    }

    /// All of them together.
    pub const fn sum(&self) -> Duration {
        self.sum
    }
}

impl<S> fmt::Debug for Histogram<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Histogram")
            .field("counts", &self.counts)
            .field("sum", &self.sum)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_rising<S: Scale>() -> bool {
        S::EDGES.windows(2).all(|pair| pair[0] < pair[1])
    }

    #[test]
    fn edges_rise() {
        assert!(is_rising::<RttDelta>());
        assert!(is_rising::<TickLateness>());
        assert!(is_rising::<RouterWrite>());
    }

    #[test]
    fn an_edge_belongs_to_what_is_below_it() {
        let mut deltas = Histogram::<RttDelta>::default();
        for us in [0, 1_000, 1_001, 2_000, 1_000_000, 1_000_001] {
            deltas.observe(Duration::from_micros(us));
        }
        let below: Vec<u64> = deltas.cumulative().map(|(_, count)| count).collect();
        assert_eq!(below, [2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 6]);
        assert_eq!(deltas.count(), 6);
        assert_eq!(deltas.sum(), Duration::from_micros(2_004_002));
    }

    #[test]
    fn the_last_bucket_has_no_edge_and_holds_all() {
        let mut writes = Histogram::<RouterWrite>::default();
        writes.observe(Duration::from_secs(3_600));
        assert_eq!(writes.cumulative().last(), Some((None, 1)));
        assert_eq!(writes.cumulative().filter(|&(_, n)| n == 0).count(), EDGES);
    }
}
