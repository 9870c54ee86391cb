//! The beat: an absolute timerfd. It never drifts, and ticks that came too late are dropped and
//! counted, never replayed.

use core::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd};

use mio::event::Source;
use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};

use super::Errno;
use super::clock::Clock;
use crate::time::{Duration, Instant};

/// A timer that beats at `first`, `first + period`, `first + 2 * period` …
#[derive(Debug)]
pub struct Timer {
    file: File,
    first_at: Instant,
    period: Duration,
    ticks: u64,
    dropped: u64,
}

/// What the timer says when it is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Beat {
    /// Ticks since it was last read: 0 if it was woken for nothing, more than 1 if some came too late
    /// to be of use.
    pub due: u64,
    /// How long ago the newest of them was due.
    pub late: Duration,
}

/// The system gives no timer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimerError(Errno);

impl fmt::Display for TimerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot set up a timer: {}", self.0)
    }
}

impl core::error::Error for TimerError {}

impl Timer {
    /// A timer whose first tick is due at `first_at`.
    ///
    /// # Errors
    /// If the system has no file descriptor or memory left.
    pub fn start(clock: Clock, first_at: Instant, period: Duration) -> Result<Self, TimerError> {
        let timer = sys::create().map_err(TimerError)?;
        let first = clock.monotonic_nanos(first_at);
        sys::arm(&timer, first, period.as_micros() * 1_000).map_err(TimerError)?;
        Ok(Self {
            file: File::from(timer),
            first_at,
            period,
            ticks: 0,
            dropped: 0,
        })
    }

    /// Reads the timer; to be called when it is readable.
    pub fn fire(&mut self, clock: Clock) -> Beat {
        let mut count = [0; 8];
        let due = match self.file.read(&mut count) {
            Ok(8) => u64::from_ne_bytes(count),
            _ => 0,
        };
        self.ticks += due;
        self.dropped += due.saturating_sub(1);
        let late = match self.ticks.checked_sub(1) {
            Some(periods) if due > 0 => {
                let span = Duration::from_micros(self.period.as_micros() * periods);
                clock.now() - (self.first_at + span)
            }
            _ => Duration::ZERO,
        };
        Beat { due, late }
    }

    /// Ticks that were never worked on, since the start.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Source for Timer {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interests: Interest,
    ) -> io::Result<()> {
        SourceFd(&self.file.as_raw_fd()).register(registry, token, interests)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interests: Interest,
    ) -> io::Result<()> {
        SourceFd(&self.file.as_raw_fd()).reregister(registry, token, interests)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        SourceFd(&self.file.as_raw_fd()).deregister(registry)
    }
}

#[expect(unsafe_code, reason = "neither std nor socket2 knows timerfd")]
mod sys {
    use super::{AsRawFd, Errno, OwnedFd};
    use std::os::fd::FromRawFd;

    pub(super) fn create() -> Result<OwnedFd, Errno> {
        let flags = libc::TFD_NONBLOCK | libc::TFD_CLOEXEC;
        // SAFETY: no pointers.
        let fd = unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) };
        if fd < 0 {
            return Err(Errno::last());
        }
        // SAFETY: the kernel has just opened it for us, and nobody else knows it.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }

    pub(super) fn arm(timer: &OwnedFd, first: u64, period: u64) -> Result<(), Errno> {
        let spec = libc::itimerspec {
            it_interval: timespec(period),
            // A first expiry of 0 would disarm the timer.
            it_value: timespec(first.max(1)),
        };
        // SAFETY: `spec` lives through the call, and the old setting is not asked for.
        Errno::check(unsafe {
            libc::timerfd_settime(
                timer.as_raw_fd(),
                libc::TFD_TIMER_ABSTIME,
                &raw const spec,
                core::ptr::null_mut(),
            )
        })
    }

    fn timespec(nanos: u64) -> libc::timespec {
        libc::timespec {
            tv_sec: libc::time_t::try_from(nanos / 1_000_000_000).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::try_from(nanos % 1_000_000_000).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(5);

    fn wait_until(clock: Clock, at: Instant) {
        while clock.now() < at {
            std::thread::yield_now();
        }
    }

    #[test]
    fn ticks_that_came_too_late_are_dropped_and_counted() {
        let clock = Clock::start();
        let first_at = clock.now() + PERIOD;
        let mut timer = Timer::start(clock, first_at, PERIOD).unwrap();
        assert_eq!(timer.fire(clock).due, 0);
        wait_until(clock, first_at + Duration::from_millis(21));
        let beat = timer.fire(clock);
        assert!(beat.due >= 5, "{beat:?}");
        assert_eq!(timer.dropped(), beat.due - 1);
        assert!(beat.late >= Duration::from_millis(1) || beat.due > 5);
    }

    #[test]
    fn a_beat_wakes_the_poll_at_its_own_time_and_not_after_the_last_one() {
        let clock = Clock::start();
        let first_at = clock.now() + PERIOD;
        let mut timer = Timer::start(clock, first_at, PERIOD).unwrap();
        let mut poll = mio::Poll::new().unwrap();
        let mut events = mio::Events::with_capacity(8);
        let token = Token(7);
        poll.registry()
            .register(&mut timer, token, Interest::READABLE)
            .unwrap();
        let mut ticks = 0;
        while ticks < 20 {
            poll.poll(&mut events, None).unwrap();
            assert!(events.iter().all(|event| event.token() == token));
            ticks += timer.fire(clock).due;
            let due_at = first_at + Duration::from_micros(PERIOD.as_micros() * (ticks - 1));
            assert!(clock.now() >= due_at);
        }
        poll.registry().deregister(&mut timer).unwrap();
    }

    #[test]
    fn a_first_tick_in_the_past_is_due_at_once() {
        let clock = Clock::start();
        wait_until(clock, Instant::from_micros(100));
        let mut timer = Timer::start(clock, Instant::ZERO, Duration::from_secs(60)).unwrap();
        let beat = timer.fire(clock);
        assert_eq!(beat.due, 1);
        assert!(beat.late >= Duration::from_micros(100));
    }
}
