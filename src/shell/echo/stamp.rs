//! Receive times from the kernel's stamps. They are of the wall clock, which may be set at any time,
//! so only their age counts, and only while that clock has not been set.

use crate::shell::clock::Reading;
use crate::time::{Duration, Instant};

/// The wall clock gains or loses less on the monotonic one, unless it is set: both are slewed alike.
const SAME: u64 = 1_000_000;
/// No datagram waits longer for a loop that is alive.
const OLDEST: Duration = Duration::from_secs(2);

/// Watches the wall clock for being set.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// What the wall showed at the start of the monotonic clock, in nanoseconds, as seen when there
    /// was last nothing left to receive.
    start: Option<u64>,
}

/// When a datagram came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Arrival {
    /// When we took it.
    pub(super) taken_at: Instant,
    /// When the kernel had it, or else when we took it.
    pub(super) received_at: Instant,
    /// Whether the kernel's word was taken for it.
    pub(super) stamped: bool,
}

impl Stamps {
    /// All that will come from now on will be stamped after this.
    pub(super) const fn emptied(&mut self, reading: Reading) {
        self.start = Some(wall_at_start(reading));
    }

    /// Whether [`emptied`](Self::emptied) was never called.
    pub(super) const fn is_new(&self) -> bool {
        self.start.is_none()
    }

    pub(super) fn arrival(&self, reading: Reading, stamp: Option<u64>) -> Arrival {
        let taken_at = reading.now;
        let unset = self
            .start
            .is_some_and(|start| wall_at_start(reading).abs_diff(start) < SAME);
        let age = stamp
            .filter(|_| unset)
            .and_then(|stamp| reading.realtime.checked_sub(stamp))
            .map(|nanos| Duration::from_micros(nanos / 1_000))
            .filter(|&age| age < OLDEST);
        Arrival {
            taken_at,
            received_at: taken_at - age.unwrap_or(Duration::ZERO),
            stamped: age.is_some(),
        }
    }
}

const fn wall_at_start(reading: Reading) -> u64 {
    reading
        .realtime
        .saturating_sub(reading.now.as_micros() * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: u64 = 1_000_000;
    const WALL: u64 = 1_790_000_000_000_000_000;

    /// So many ms after the start, the wall clock being so many ms ahead of what it was then.
    fn reading(ms: u64, set_by: i64) -> Reading {
        let wall = WALL.saturating_add_signed(set_by * 1_000_000);
        Reading {
            now: Instant::ZERO + Duration::from_millis(ms),
            realtime: wall + ms * MILLI,
        }
    }

    fn emptied_at(ms: u64) -> Stamps {
        let mut stamps = Stamps::default();
        stamps.emptied(reading(ms, 0));
        stamps
    }

    #[test]
    fn a_late_wake_up_does_not_lengthen_an_rtt() {
        for waited in [0, 1, 49, 51, 400] {
            let stamp = WALL + 1_000 * MILLI;
            let got = emptied_at(950).arrival(reading(1_000 + waited, 0), Some(stamp));
            assert!(got.stamped);
            assert_eq!(
                got.received_at,
                Instant::ZERO + Duration::from_millis(1_000)
            );
        }
    }

    #[test]
    fn a_wall_clock_that_was_set_meanwhile_is_not_believed() {
        let stamp = WALL + 1_000 * MILLI;
        for set_by in [-3_600_000, -20, 20, 49, 3_600_000] {
            let mut stamps = emptied_at(950);
            let now = reading(1_001, set_by);
            let got = stamps.arrival(now, Some(stamp));
            assert!(!got.stamped, "set by {set_by} ms");
            assert_eq!(got.received_at, now.now);
            // What comes afterwards is stamped by the clock as it is now.
            stamps.emptied(now);
            let stamp = reading(1_050, set_by).realtime;
            let got = stamps.arrival(reading(1_060, set_by), Some(stamp));
            assert!(got.stamped, "after it was set by {set_by} ms");
        }
    }

    #[test]
    fn what_cannot_be_is_not_believed() {
        let now = reading(10_000, 0);
        for stamp in [None, Some(now.realtime + MILLI), Some(WALL), Some(0)] {
            assert!(!emptied_at(9_950).arrival(now, stamp).stamped, "{stamp:?}");
        }
        let stamp = Some(now.realtime);
        assert!(!Stamps::default().arrival(now, stamp).stamped);
    }
}
