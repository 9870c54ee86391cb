//! When somebody is killed.

use core::fmt;
use std::time::Duration;

use wanctl::sim::random::Random;

/// A moment to kill in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// So long after it was started, ready or not.
    Starting(Duration),
    /// So long after it was ready.
    Running(Duration),
    /// As soon as the new state document lies beside the old one, not before it has run for so long.
    Saving(Duration),
    /// So long after it began to write a batch of its history.
    Recording(Duration),
    /// So long after it was ready, when there is a history that must not be lost.
    Late(Duration),
}

/// A moment without its time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Starting,
    Running,
    Saving,
    Recording,
    Late,
}

/// A batch of the history is written so long after the start (`RecorderParams::new`).
pub(crate) const BATCH: Duration = Duration::from_secs(30);

impl Moment {
    /// All that can be drawn.
    pub(crate) const KINDS: [Kind; 5] = [
        Kind::Starting,
        Kind::Running,
        Kind::Saving,
        Kind::Recording,
        Kind::Late,
    ];

    /// Mostly short lives; one of eight long enough for a batch of the history.
    pub(crate) fn draw(random: &mut Random) -> Self {
        let mut up_to = |micros| Duration::from_micros(random.below(micros));
        match up_to(100).as_micros() {
            0..38 => Self::Starting(up_to(150_000)),
            38..74 => Self::Running(up_to(2_500_000)),
            74..88 => Self::Saving(up_to(1_500_000)),
            88..94 => Self::Recording(up_to(8_000)),
            // From one batch to just after the next one: the most that can be lost is lost just before it.
            _ => Self::Late(BATCH + Duration::from_secs(1) + up_to(31_000_000)),
        }
    }

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Starting(_) => Kind::Starting,
            Self::Running(_) => Kind::Running,
            Self::Saving(_) => Kind::Saving,
            Self::Recording(_) => Kind::Recording,
            Self::Late(_) => Kind::Late,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "while it started",
            Self::Running => "while it ran",
            Self::Saving => "while it replaced its state document",
            Self::Recording => "while it wrote its history",
            Self::Late => "after half a minute",
        })
    }
}
