//! The one place that reads clocks.

use crate::time::{Duration, Instant, WallTime};

const NANOS_PER_SEC: u64 = 1_000_000_000;
const NANOS_PER_MICRO: u64 = 1_000;
/// Reading a clock takes 25 ns; the rest is for slow boards.
const SAME_MOMENT: Duration = Duration::from_micros(50);
/// On a machine that preempts us more often than that, no reading is a good one.
const READ_AGAIN: u32 = 4;

/// The clock of this process: [`Instant`]s count from when it was started.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: u64,
}

/// What both clocks showed at one moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reading {
    /// Monotonic time.
    pub now: Instant,
    /// Nanoseconds of `CLOCK_REALTIME`, which may be set: good for ages only.
    pub realtime: u64,
}

impl Clock {
    /// Starts counting. A process has one clock; copies of it agree.
    pub fn start() -> Self {
        Self {
            started: read(libc::CLOCK_MONOTONIC),
        }
    }

    /// Monotonic time.
    pub fn now(self) -> Instant {
        Instant::from_micros((read(libc::CLOCK_MONOTONIC) - self.started) / NANOS_PER_MICRO)
    }

    /// Both clocks at the same moment.
    pub fn read(self) -> Reading {
        let mut reading = self.read_once();
        for _ in 0..READ_AGAIN {
            // Preempted between the two, they would tell of different moments.
            if self.now() - reading.now < SAME_MOMENT {
                break;
            }
            reading = self.read_once();
        }
        reading
    }

    fn read_once(self) -> Reading {
        Reading {
            now: self.now(),
            realtime: read(libc::CLOCK_REALTIME),
        }
    }

    /// The wall clock, for people and files.
    pub fn wall(self) -> WallTime {
        let nanos = read(libc::CLOCK_REALTIME);
        WallTime {
            secs: nanos / NANOS_PER_SEC,
            nanos: (nanos % NANOS_PER_SEC) as u32,
        }
    }

    /// The same moment on `CLOCK_MONOTONIC`, in nanoseconds, as timers want it.
    pub(super) const fn monotonic_nanos(self, at: Instant) -> u64 {
        self.started
            .saturating_add(at.as_micros().saturating_mul(NANOS_PER_MICRO))
    }
}

/// Waits. For commands that may block; never on the loop.
#[expect(
    clippy::disallowed_methods,
    reason = "the commands that call this have no loop"
)]
pub fn pause(span: Duration) {
    std::thread::sleep(std::time::Duration::from_micros(span.as_micros()));
}

#[expect(unsafe_code, reason = "std hides the kernel's numbers")]
#[expect(clippy::cast_sign_loss, reason = "neither clock runs before 1970")]
fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a timespec to write to. The call cannot fail for these two clocks.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * NANOS_PER_SEC + time.tv_nsec as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_starts_at_zero_and_moves_on() {
        let clock = Clock::start();
        let first = clock.now();
        assert!(first < Instant::ZERO + Duration::from_secs(1));
        while clock.now() == first {}
        assert!(clock.now() > first);
    }

    #[test]
    fn timers_and_instants_mean_the_same_moment() {
        let clock = Clock::start();
        let nanos = clock.monotonic_nanos(clock.now());
        assert!(read(libc::CLOCK_MONOTONIC) - nanos < NANOS_PER_SEC);
    }

    #[test]
    fn the_wall_shows_what_std_reads() {
        let wall = Clock::start().wall();
        let file = tempfile::NamedTempFile::new().unwrap();
        let written = file.as_file().metadata().unwrap().modified().unwrap();
        let since_1970 = written.duration_since(std::time::UNIX_EPOCH).unwrap();
        assert!(since_1970.as_secs().abs_diff(wall.secs) <= 1);
    }
}
