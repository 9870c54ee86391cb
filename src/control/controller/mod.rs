//! One WAN: a step in, a decision out, whichever law decides.

mod adaptive;
mod classic;

use self::adaptive::Adapting;
use self::classic::Classic;
use crate::control::blackout::{Blind, Step};
use crate::control::bloat::oneway::{Stamps, Turn};
use crate::control::delay::{Delay, DelayTracker};
use crate::control::law::Verdict;
use crate::control::law::adaptive::Pilot;
use crate::control::law::classic::{Floors, Shaper};
use crate::control::zone::{Streaks, Thresholds, Zone};
use crate::direction::Both;
use crate::time::{Duration, Instant};
use crate::units::{Millis, Rate};

/// Where the RTT of a judgement came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// Echo replies.
    Icmp,
    /// TCP connects, while ICMP is silent.
    Tcp,
    /// The last load RTT once more, while nothing can be measured.
    LastRtt,
}

/// A judgement of both directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The RTT that was judged.
    pub rtt: Millis,
    /// Where it came from.
    pub source: Source,
    /// The averages after it.
    pub delay: Delay,
    /// What the law says.
    pub verdicts: Both<Verdict>,
}

/// What one cycle decided.
#[expect(
    clippy::large_enum_variant,
    reason = "it is made once a cycle, and a box would be an allocation"
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    /// A time was there and both directions judged it.
    Judged(Judgement),
    /// Nothing new: averages and rates stand.
    Held,
    /// ICMP is silent but the network is there: averages and rates stand.
    Frozen,
    /// Nothing could be measured: averages and rates stand, the cycle failed.
    Failed(Blind),
}

/// The control law of one WAN with its averages.
#[derive(Clone, Debug)]
pub struct Controller(Law);

#[expect(
    clippy::large_enum_variant,
    reason = "there is one per WAN, and v1.7's is the one of most of them"
)]
#[derive(Clone, Debug)]
enum Law {
    Classic(Classic),
    Adaptive(Box<Adapting>),
}

impl Controller {
    /// v1.7's law, from its parts, fresh or restored.
    pub const fn new(delay: DelayTracker, shapers: Both<Shaper>) -> Self {
        Self(Law::Classic(Classic::new(delay, shapers)))
    }

    /// The capacity-anchored law, fresh or restored.
    pub fn adaptive(pilot: Pilot, baseline: Millis) -> Self {
        Self(Law::Adaptive(Box::new(Adapting::new(pilot, baseline))))
    }

    /// One cycle.
    pub fn step(&mut self, now: Instant, step: Step) -> Decision {
        match &mut self.0 {
            Law::Classic(law) => law.step(step),
            Law::Adaptive(law) => law.step(now, step),
        }
    }

    /// What CAKE should be told now.
    pub fn rates(&self) -> Both<Rate> {
        match &self.0 {
            Law::Classic(law) => law.shapers().as_ref().map(Shaper::rate),
            Law::Adaptive(law) => law.pilot().rates(),
        }
    }

    /// The averages of ICMP.
    pub const fn delay(&self) -> Delay {
        match &self.0 {
            Law::Classic(law) => law.delay(),
            Law::Adaptive(law) => law.delay(),
        }
    }

    /// The zones of the last judgement.
    pub fn zones(&self) -> Both<Zone> {
        match &self.0 {
            Law::Classic(law) => law.shapers().as_ref().map(Shaper::zone),
            Law::Adaptive(law) => law.zones(),
        }
    }

    /// Where the zones begin.
    pub fn thresholds(&self) -> Both<Thresholds> {
        match &self.0 {
            Law::Classic(law) => {
                let of = |shaper: &Shaper| shaper.params().thresholds;
                law.shapers().as_ref().map(of)
            }
            Law::Adaptive(law) => law.thresholds(),
        }
    }

    /// Where falls stop.
    pub fn floors(&self) -> Both<Floors> {
        match &self.0 {
            Law::Classic(law) => {
                let of = |shaper: &Shaper| shaper.params().floors;
                law.shapers().as_ref().map(of)
            }
            Law::Adaptive(law) => {
                let shapers = law.pilot().law().shapers().as_ref();
                shapers.map(|shaper| Floors::single(shaper.params().floor))
            }
        }
    }

    /// Where rises stop.
    pub fn ceilings(&self) -> Both<Rate> {
        match &self.0 {
            Law::Classic(law) => {
                let of = |shaper: &Shaper| shaper.params().ceiling;
                law.shapers().as_ref().map(of)
            }
            Law::Adaptive(law) => {
                let shapers = law.pilot().law().shapers().as_ref();
                shapers.map(|shaper| shaper.params().ceiling)
            }
        }
    }

    /// v1.7's counters of cycles; a law without them has none.
    pub fn streaks(&self) -> Both<Streaks> {
        match &self.0 {
            Law::Classic(law) => law.shapers().as_ref().map(Shaper::streaks),
            Law::Adaptive(_) => Both::default(),
        }
    }

    /// A rise of the load RTT by more than this in one cycle is a spike; the adaptive law knows none.
    pub const fn spike_above(&self) -> Millis {
        match &self.0 {
            Law::Classic(law) => law.spike_above(),
            Law::Adaptive(_) => Millis::ZERO,
        }
    }

    /// A baseline outside these bounds is refused; the adaptive law refuses none.
    pub const fn baseline_bounds(&self) -> (Millis, Millis) {
        match &self.0 {
            Law::Classic(law) => law.baseline_bounds(),
            Law::Adaptive(_) => (Millis::ZERO, Millis::ZERO),
        }
    }

    /// It is the n-th reflector's turn: says what to ask it.
    pub fn ask(&mut self, now: Instant, n: u8) -> Turn {
        match &mut self.0 {
            Law::Classic(_) => Turn::Echo,
            Law::Adaptive(law) => law.pilot_mut().ask(now, n),
        }
    }

    /// The n-th reflector answered after `rtt`, perhaps with its time.
    pub fn answered(&mut self, now: Instant, n: u8, rtt: Duration, stamps: Option<Stamps>) {
        if let Law::Adaptive(law) = &mut self.0 {
            law.pilot_mut().answered(now, n, rtt, stamps);
        }
    }

    /// The adaptive law at work, if it is that.
    pub fn pilot(&self) -> Option<&Pilot> {
        match &self.0 {
            Law::Classic(_) => None,
            Law::Adaptive(law) => Some(law.pilot()),
        }
    }

    /// The same, to be told what the router counts and how long it takes.
    pub fn pilot_mut(&mut self) -> Option<&mut Pilot> {
        match &mut self.0 {
            Law::Classic(_) => None,
            Law::Adaptive(law) => Some(law.pilot_mut()),
        }
    }
}
