//! What one cycle knows, before anybody judged it.

use crate::control::zone::Zone;
use crate::steering::queue::QueueReading;
use crate::time::Duration;
use crate::units::Millis;

/// Everything new since the last cycle.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence {
    /// The round trip to `ping_host` over the primary that was measured since the last cycle: the median
    /// if there are several. `None` if no reply came.
    pub rtt: Option<Millis>,
    /// What became of the echoes whose fate was decided since the last cycle.
    pub echoes: Echoes,
    /// The last word of the primary's autorate, however old; `None` if there never was one.
    pub autorate: Option<Feed>,
    /// What the router said of the primary's download queue.
    pub queue: QueueNews,
    /// Whether the alternate is alive.
    pub alternate: Alternate,
    /// The round trip over the alternate that was measured since the last cycle, if it is measured at all.
    pub alternate_rtt: Option<Millis>,
}

/// Echoes to `ping_host` over the primary. One that could not be sent is in neither count: that is this
/// machine's trouble and says nothing about the line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Echoes {
    /// Answered.
    pub answered: u16,
    /// Given up.
    pub lost: u16,
}

/// What autorate knows of the primary: from its state document, or live.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Feed {
    /// How old it is. A state document is written once a minute at least.
    pub age: Duration,
    /// Its baseline RTT (`ewma.baseline_rtt`), not judged yet.
    pub baseline: Option<Millis>,
    /// The download's zone, if it is known.
    pub zone: Option<Zone>,
    /// Whether the download's rate is at its floor, where autorate has nothing left to give.
    pub at_floor: bool,
    /// Whether any of autorate's own reflectors answers, if that is known.
    pub hears: Option<bool>,
}

/// What the router said of the queue since the last cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum QueueNews {
    /// Nothing was due, or the answer is still under way.
    #[default]
    Pending,
    /// A reading.
    Read(QueueReading),
    /// It was asked in vain.
    Failed,
}

/// Whether the alternate line answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Alternate {
    /// Nobody measures it.
    #[default]
    Unknown,
    /// It answers.
    Answers,
    /// It does not: there is nowhere better to go.
    Silent,
}

/// How much autorate's word is worth now. Everything but [`FeedState::Fresh`] makes steering cautious.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FeedState {
    /// There never was one, or it has no baseline.
    #[default]
    Missing,
    /// A baseline of a living autorate.
    Fresh,
    /// Older than it may be: autorate has probably stopped (W-27).
    Stale,
    /// Its baseline is outside `thresholds.baseline_rtt_bounds` and was ignored.
    OutOfBounds,
}

/// Whether the primary answers at all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Line {
    /// `ping_host` has not answered once since the start: it may be mistyped, or filtered.
    #[default]
    NeverHeard,
    /// It answers, or has been silent for a moment only.
    Heard,
    /// `ping_host` is silent while autorate hears its reflectors: the host is down, not the line.
    HostSilent,
    /// Nothing answers over the primary, long enough to believe it, and the alternate is no worse.
    Dead,
    /// Neither line answers: nothing would be won.
    BothSilent,
}

/// The evidence of this cycle and of those before it, checked and put together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Picture {
    /// The newest RTT minus the baseline, never below 0; `None` if either is missing or too old.
    pub delta: Option<Millis>,
    /// The average of the deltas; `None` as for `delta`.
    pub smoothed: Option<Millis>,
    /// Drops within one sample's time; `None` if they are not known.
    pub drops: Option<u64>,
    /// Packets waiting in the queue; `None` if that is not known.
    pub queue: Option<u64>,
    /// Whether the router counts drops at all.
    pub counts_drops: bool,
    /// Autorate's zone, if it is known and of now.
    pub zone: Option<Zone>,
    /// Whether autorate's rate is at its floor, if the zone is of now.
    pub at_floor: bool,
    /// Share of lost echoes, 0 to 1; `None` while too few were sent.
    pub loss: Option<f64>,
    /// Whether the primary answers.
    pub line: Line,
    /// Whether `ping_host` has answered just now: [`Line::Heard`] takes a moment to find out that it does not.
    pub hears_host: bool,
    /// What autorate's word is worth.
    pub feed: FeedState,
    /// Whether the alternate answers.
    pub alternate: Alternate,
    /// How much longer the alternate's round trips are than in its calm, on the average; `None` if it is not
    /// measured, or was not lately.
    pub alternate_delay: Option<Millis>,
    /// The same of the newest round trip alone.
    pub alternate_newest: Option<Millis>,
}

impl Picture {
    /// Whether the alternate is dead and the primary is known not to be.
    pub fn is_alternate_alone_dead(&self) -> bool {
        let primary_lives = match self.line {
            Line::Heard => self.hears_host,
            Line::HostSilent => true,
            Line::NeverHeard | Line::Dead | Line::BothSilent => false,
        };
        self.alternate == Alternate::Silent && primary_lives
    }

    /// Whether decisions need more evidence than usual.
    pub fn is_cautious(&self) -> bool {
        self.feed != FeedState::Fresh
    }
}
