//! v1.7's confidence controller (contract 4.7): a score of the evidence, and timers that keep it from
//! acting on a moment. All times are real time; v1.7 counted every evaluation as 0.05 s (W-52).
//!
//! ```text
//!  Good ─score─▶ Sustaining ─steer_at, confirmed─▶ Holding ─until─▶ Steered ─calm─▶ Recovering
//!    ▲ ◀─lower──────┘                                                 ▲ ◀─not calm────┤
//!    └──────────────────────────────── confirmed, after return_at ────────────────────┘
//! ```

use core::fmt;

use crate::control::zone::Zone;
use crate::steering::assessment::Reason;
use crate::steering::fact::{Fact, Facts, Standing, tell};
use crate::steering::flap::{Brake, Flap, FlapParams};
use crate::steering::hysteresis::cautiously;
use crate::steering::rule::Switch;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// A delta above this adds 25 points (contract 4.7).
const SEVERE: Millis = Millis::of(120);
/// A delta above this adds 15.
const HIGH: Millis = Millis::of(80);
/// Queues above this, in packets, add 10.
const QUEUE_HIGH: f64 = 50.0;
/// Calm needs a delta below this.
const CALM_DELTA: Millis = Millis::of(10);
/// Calm needs fewer drops per second than this.
const CALM_DROPS: f64 = 0.001;
/// What a RED adds that v1.7 could not see. With the 50 of RED it reaches the default threshold of 55, which
/// RED alone does not: without drops and with moderate delay no RED of a RouterOS router would ever steer.
const OTHER_WAY: u8 = 15;
/// A dead line needs no second opinion: with the 50 of RED it is 100.
const DEAD: u8 = 50;

/// `confidence`, defaults in [`crate::config`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceParams {
    /// `steer_threshold`, 0 to 100: this score is bad.
    pub steer: f64,
    /// `recovery_threshold`, below `steer`: this score is calm.
    pub recovery: f64,
    /// `sustain_duration_sec`.
    pub sustain: Duration,
    /// `recovery_sustain_sec`.
    pub recover: Duration,
    /// `hold_down_duration_sec`: no return before this, however calm.
    pub hold: Duration,
    /// The flap brake.
    pub flap: FlapParams,
    /// `dry_run`: tell, and let the hysteresis decide.
    pub dry_run: bool,
}

/// What the score is made of. Slices hold the newest value last.
#[derive(Clone, Copy, Debug)]
pub struct Signals<'h> {
    /// This cycle's zone.
    pub zone: Zone,
    /// Why it is so.
    pub reason: Reason,
    /// The last zones, this one included.
    pub zones: &'h [Zone],
    /// The raw delta; `None` if it is not known.
    pub delta: Option<Millis>,
    /// Drops per second at the last reads.
    pub drops: &'h [f64],
    /// Packets waiting at the last reads.
    pub queue: &'h [f64],
    /// Whether decisions need longer than usual.
    pub cautious: bool,
    /// Whether the alternate is worse than the primary, however bad that is.
    pub alternate_worse: bool,
}

/// One part of a score. Prints as v1.7 did; its `%` are packets and always were (W-52).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Contributor {
    /// 50 points.
    Red,
    /// 25 points.
    SoftRedSustained,
    /// 10 points.
    Yellow,
    /// 25 points.
    DeltaSevere(Millis),
    /// 15 points.
    DeltaHigh(Millis),
    /// 10 points, at so many drops per second.
    DropsIncreasing(f64),
    /// 10 points, with so many packets.
    QueueHigh(f64),
    /// 50 points: nothing answers.
    Dead,
    /// 15 points: a RED that v1.7 did not know.
    OtherWay(Reason),
}

impl fmt::Display for Contributor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Red => f.write_str("RED"),
            Self::SoftRedSustained => f.write_str("SOFT_RED_sustained"),
            Self::Yellow => f.write_str("YELLOW"),
            Self::DeltaSevere(delta) => write!(f, "rtt_delta={delta:.1}ms(severe)"),
            Self::DeltaHigh(delta) => write!(f, "rtt_delta={delta:.1}ms(high)"),
            Self::DropsIncreasing(rate) => write!(f, "drops_increasing({rate:.1}/s)"),
            Self::QueueHigh(packets) => write!(f, "queue_high({packets:.0}%)"),
            Self::Dead => f.write_str("primary_dead"),
            Self::OtherWay(reason) => f.write_str(match reason {
                Reason::Backlog => "backlog_standing",
                Reason::DelayAlone => "delay_standing",
                Reason::AtFloor => "rate_at_floor",
                Reason::DelaySeen => "delay_seen_by_autorate",
                _ => "loss",
            }),
        }
    }
}

/// A score and what it is made of, in v1.7's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// 0 to 100.
    pub score: u8,
    /// At most one each of zone, delta, drops, queue and other way.
    pub contributors: heapless::Vec<Contributor, 5>,
}

impl Scored {
    fn add(&mut self, points: u8, contributor: Contributor) {
        self.score = self.score.saturating_add(points).min(100);
        // Five kinds, five places.
        let _ = self.contributors.push(contributor);
    }
}

/// The score of one cycle.
pub fn score(signals: &Signals<'_>) -> Scored {
    let mut scored = Scored::default();
    let last = |n: usize| signals.zones.iter().rev().take(n);
    match signals.zone {
        Zone::Red => scored.add(50, Contributor::Red),
        Zone::SoftRed if signals.zones.len() >= 3 && last(3).all(|&zone| zone == Zone::SoftRed) => {
            scored.add(25, Contributor::SoftRedSustained);
        }
        Zone::Yellow => scored.add(10, Contributor::Yellow),
        Zone::SoftRed | Zone::Green => {}
    }
    match signals.delta {
        Some(delta) if delta > SEVERE => scored.add(25, Contributor::DeltaSevere(delta)),
        Some(delta) if delta > HIGH => scored.add(15, Contributor::DeltaHigh(delta)),
        _ => {}
    }
    if let [.., first, _, last] = *signals.drops
        && last > first
        && last > 0.0
    {
        scored.add(10, Contributor::DropsIncreasing(last));
    }
    if let [.., before, last] = *signals.queue
        && before > QUEUE_HIGH
        && last > QUEUE_HIGH
    {
        scored.add(10, Contributor::QueueHigh(last));
    }
    match signals.reason {
        Reason::Dead => scored.add(DEAD, Contributor::Dead),
        Reason::Backlog
        | Reason::DelayAlone
        | Reason::AtFloor
        | Reason::DelaySeen
        | Reason::Loss => {
            scored.add(OTHER_WAY, Contributor::OtherWay(signals.reason));
        }
        _ => {}
    }
    scored
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Good,
    Sustaining { since: Instant, steer_at: Instant },
    Holding { until: Instant },
    Steered,
    Recovering { return_at: Instant },
}

/// The controller. Live, it decides instead of the hysteresis (W-23); in a dry run it is a second one, whose
/// decisions are carried out in its own imagination only.
#[derive(Clone, Debug)]
pub struct Confidence {
    params: ConfidenceParams,
    state: State,
    flap: Flap,
    scored: Scored,
}

impl Confidence {
    /// Over the primary.
    pub fn new(params: ConfidenceParams) -> Self {
        Self {
            params,
            state: State::Good,
            flap: Flap::new(params.flap),
            scored: Scored::default(),
        }
    }

    /// One cycle.
    pub fn observe(&mut self, now: Instant, signals: &Signals<'_>, facts: &mut Facts) {
        if self.flap.observe(now) == Some(Brake::Released) {
            tell(facts, Fact::BrakeReleased);
        }
        self.scored = score(signals);
        let score = f64::from(self.scored.score);
        let elsewhere = signals.reason != Reason::AlternateWorse;
        let bad = elsewhere && score >= self.flap.threshold(self.params.steer);
        let calm = signals.alternate_worse || self.is_calm(signals);
        let wait = |time| now + cautiously(time, signals.cautious);
        if !calm && self.standing() == Standing::Degraded {
            self.flap.unsettled(now);
        }
        let braked = self.flap.engaged_until().is_some();
        if let State::Holding { until } = self.state
            && now >= until
        {
            self.state = State::Steered;
        }
        self.state = match self.state {
            State::Good if bad => {
                tell(facts, Fact::Sustaining(self.scored.clone()));
                let steer_at = wait(self.params.sustain);
                State::Sustaining {
                    since: now,
                    steer_at,
                }
            }
            State::Sustaining { .. } if !bad => State::Good,
            State::Sustaining { since, steer_at } => State::Sustaining {
                since,
                // Caution ends with what called for it, or with the proof that the line is dead.
                steer_at: steer_at.min(since + cautiously(self.params.sustain, signals.cautious)),
            },
            State::Steered if calm && !braked => {
                tell(facts, Fact::Recovering);
                let return_at = wait(self.params.recover);
                State::Recovering { return_at }
            }
            State::Recovering { .. } if !calm => {
                tell(facts, Fact::RecoveryBroken);
                State::Steered
            }
            unchanged => unchanged,
        };
    }

    /// Which way the rule should stand now.
    pub fn wanted(&self, now: Instant) -> Switch {
        match self.state {
            State::Good => Switch::Off,
            State::Sustaining { steer_at, .. } => Switch::on_if(now >= steer_at),
            State::Holding { .. } | State::Steered => Switch::On,
            State::Recovering { return_at } => Switch::on_if(now < return_at),
        }
    }

    /// Where the connections go.
    pub const fn standing(&self) -> Standing {
        match self.state {
            State::Good | State::Sustaining { .. } => Standing::Good,
            State::Holding { .. } | State::Steered | State::Recovering { .. } => Standing::Degraded,
        }
    }

    /// The decision was carried out: the hold-down begins, and the toggle counts.
    pub fn carried_out(&mut self, now: Instant, standing: Standing, facts: &mut Facts) {
        self.stands(now, standing);
        if let Some(Brake::Engaged(toggles)) = self.flap.toggled(now) {
            let threshold = self.flap.threshold(self.params.steer);
            let lasts = self.flap.penalty();
            tell(
                facts,
                Fact::BrakeEngaged {
                    toggles,
                    threshold,
                    lasts,
                },
            );
        }
    }

    /// The router showed this at the start. The hold-down begins anew: a restart must not shorten it.
    pub fn stands(&mut self, now: Instant, standing: Standing) {
        self.state = match standing {
            Standing::Good => State::Good,
            Standing::Degraded => State::Holding {
                until: now + self.params.hold,
            },
        };
    }

    /// Carries the decision out in imagination, and tells it.
    pub fn imagine(&mut self, now: Instant, facts: &mut Facts) {
        let scored = || self.scored.clone();
        let (fact, standing) = match (self.standing(), self.wanted(now)) {
            (Standing::Good, Switch::On) => (
                Fact::WouldEnable(scored(), self.params.sustain),
                Standing::Degraded,
            ),
            (Standing::Degraded, Switch::Off) => (
                Fact::WouldDisable(scored(), self.params.recover),
                Standing::Good,
            ),
            _ => return,
        };
        tell(facts, fact);
        self.carried_out(now, standing, facts);
    }

    /// Cycles were missed: what was being sustained is not known to have lasted.
    pub const fn interrupt(&mut self) {
        self.state = match self.state {
            State::Sustaining { .. } => State::Good,
            State::Recovering { .. } => State::Steered,
            unchanged => unchanged,
        };
    }

    /// The last score.
    pub const fn scored(&self) -> &Scored {
        &self.scored
    }

    /// The brake.
    pub const fn flap(&self) -> &Flap {
        &self.flap
    }

    /// Whether its decisions are only told.
    pub const fn is_dry_run(&self) -> bool {
        self.params.dry_run
    }

    fn is_calm(&self, signals: &Signals<'_>) -> bool {
        f64::from(self.scored.score) <= self.params.recovery
            && signals.zone == Zone::Green
            && signals.delta.is_some_and(|delta| delta < CALM_DELTA)
            && signals.drops.last().is_none_or(|&rate| rate < CALM_DROPS)
    }
}

#[cfg(test)]
mod tests;
