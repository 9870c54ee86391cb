//! Whether the loop keeps its beat.

use super::histogram::{Histogram, TickLateness};
use crate::program::Beat;
use crate::time::{Duration, Instant, WallTime};

/// By how much both readings of the clocks may differ though nobody has set one.
const SAME_SECONDS: u64 = 1;

/// Whether the loop keeps its beat.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pulse {
    /// When the process started, by the wall clock as it is set now; 1970 before the first tick.
    pub began: WallTime,
    /// Ticks worked off.
    pub ticks: u64,
    /// Ticks that were dropped because an earlier one took too long or the process did not run.
    pub missed: u64,
    /// How late the last tick woke up.
    pub late: Duration,
    /// How late the latest one ever was.
    pub worst: Duration,
    /// How often ticks were how late.
    pub lateness: Histogram<TickLateness>,
    /// Time the last tick's work took.
    pub work: Duration,
    /// Records that did not fit into the scribe's queue, and lines that no file took.
    pub records_lost: u64,
    /// State documents that could not be written when they were last due.
    pub unsaved: u32,
    /// Whether the history cannot be written, and that was told.
    pub history_failing: bool,
    /// Rows of the history that waited too long to be written, in total.
    pub history_lost: u64,
}

impl Pulse {
    /// One beat more.
    pub fn feel(&mut self, now: Instant, beat: Beat) {
        self.date(beat.wall.before(now - Instant::ZERO));
        self.lateness.observe(beat.late);
        *self = Self {
            ticks: self.ticks + 1,
            missed: self.missed + beat.missed,
            late: beat.late,
            worst: self.worst.max(beat.late),
            work: beat.work,
            records_lost: beat.records_lost,
            unsaved: beat.unsaved,
            history_failing: beat.history_failing,
            history_lost: beat.history_lost,
            ..*self
        };
    }

    /// A board without a battery learns the time after its start: what was said before was wrong.
    const fn date(&mut self, began: WallTime) {
        if self.began.secs.abs_diff(began.secs) > SAME_SECONDS {
            self.began = began;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When it began, after so many seconds, with a clock that shows this.
    fn felt(pulse: &mut Pulse, secs: u64, wall: (u64, u32)) -> f64 {
        let now = Instant::ZERO + Duration::from_secs(secs);
        let (secs, nanos) = wall;
        let wall = WallTime { secs, nanos };
        pulse.feel(
            now,
            Beat {
                wall,
                ..Beat::default()
            },
        );
        pulse.began.as_secs_f64()
    }

    #[test]
    fn the_start_stays_where_it_is_until_the_clock_is_set() {
        let mut pulse = Pulse::default();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
        assert!(close(felt(&mut pulse, 10, (1_000, 250_000_000)), 990.25));
        // The two clocks are not read at the same moment.
        assert!(close(felt(&mut pulse, 20, (1_011, 100_000_000)), 990.25));
        // Somebody told the machine what time it is.
        assert!(close(felt(&mut pulse, 30, (1_700_000_030, 0)), 1.7e9));
    }

    #[test]
    fn every_beat_counts() {
        let mut pulse = Pulse::default();
        for (late, missed) in [(40, 0), (70_000, 1), (30, 0)] {
            let beat = Beat {
                late: Duration::from_micros(late),
                missed,
                ..Beat::default()
            };
            pulse.feel(Instant::ZERO, beat);
        }
        assert_eq!((pulse.ticks, pulse.missed), (3, 1));
        assert_eq!(pulse.late, Duration::from_micros(30));
        assert_eq!(pulse.worst, Duration::from_millis(70));
        assert_eq!(pulse.lateness.count(), 3);
        assert_eq!(pulse.lateness.sum(), Duration::from_micros(70_070));
    }
}
