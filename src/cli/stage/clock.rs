//! Real time as the simulator's numbers.

use crate::time::{Duration, Instant};

/// A clock that started at zero when it was made; its copies agree.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    zero: std::time::Instant,
}

impl Clock {
    /// Starts now.
    #[expect(
        clippy::new_without_default,
        reason = "a default that reads the clock would surprise"
    )]
    pub fn new() -> Self {
        Self { zero: real_now() }
    }

    /// The time since the start.
    pub fn now(&self) -> Instant {
        let micros = real_now().duration_since(self.zero).as_micros();
        // 2^64 microseconds are 580,000 years.
        Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// For std's waits.
pub(super) const fn real(span: Duration) -> std::time::Duration {
    std::time::Duration::from_micros(span.as_micros())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the stage plays in real time, and this is its only look at the clock"
)]
fn real_now() -> std::time::Instant {
    std::time::Instant::now()
}
