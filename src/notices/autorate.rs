//! What autorate's facts mean.

use super::notice::Notice;
use super::trouble::{Pace, Told, Trouble};
use super::words::{self, Cause};
use super::{NoticeParams, Watch, When};
use crate::control::blackout::{Blind, Findings, Step};
use crate::control::controller::{Judgement, Source};
use crate::control::law::{Verdict, Why};
use crate::control::zone::Zone;
use crate::direction::{Both, Direction};
use crate::program::{Fact, LinkFact};
use crate::router::Failure;
use crate::status::{Label, Unsent};
use crate::time::{Duration, Instant};
use crate::units::{Millis, Rate};

/// Without a measured cycle for this long, there is none: they come twenty times a second.
const UNMEASURED: Duration = Duration::from_secs(2);

/// Who leaves a floor for less than this tries something: the adaptive law does, for five seconds.
const TRIAL: Duration = Duration::from_secs(10);

/// Watches one WAN.
#[derive(Clone, Debug)]
pub struct WanWatch {
    name: Label,
    params: NoticeParams,
    directions: Both<Lane>,
    delta: Millis,
    measured_at: Instant,
    /// Whether TCP is tried when ICMP is silent.
    tries_tcp: bool,
    /// What the last check round found, since anything was measured.
    findings: Option<Findings>,
    unsent: Option<Unsent>,
    link: Option<Failure>,
    router: Trouble,
    down: Trouble,
    blind: Trouble,
}

/// What is watched of one direction.
#[derive(Clone, Copy, Debug)]
struct Lane {
    zone: Zone,
    rate: Rate,
    /// The rate at which a floor last stopped the fall, and when it last did.
    floor: Option<Rate>,
    floor_at: Instant,
    congestion: Trouble,
    at_floor: Trouble,
}

impl WanWatch {
    /// One that has seen nothing yet. Without `tries_tcp` a silent line may be down or not, and is blind.
    pub fn new(now: Instant, name: &Label, params: NoticeParams, tries_tcp: bool) -> Self {
        let trouble = |after| {
            Trouble::new(Pace {
                after,
                cooldown: params.cooldown,
            })
        };
        let lane = Lane {
            zone: Zone::Green,
            rate: Rate::ZERO,
            floor: None,
            floor_at: now,
            congestion: trouble(params.sustained),
            at_floor: trouble(params.sustained),
        };
        Self {
            name: name.clone(),
            params,
            directions: Both {
                down: lane,
                up: lane,
            },
            delta: Millis::ZERO,
            measured_at: now,
            tries_tcp,
            findings: None,
            unsent: None,
            link: None,
            router: trouble(params.outage),
            down: trouble(params.outage),
            blind: trouble(params.sustained),
        }
    }

    fn judged(&mut self, when: When, judgement: &Judgement) {
        if judgement.source == Source::LastRtt {
            return;
        }
        self.measured_at = when.now;
        self.findings = None;
        self.delta = judgement.delay.delta();
        self.down.set(when, false);
        self.blind.set(when, false);
        for direction in Direction::BOTH {
            let verdict = &judgement.verdicts[direction];
            self.directions[direction].judged(when, verdict);
        }
    }

    fn link(&mut self, when: When, fact: LinkFact) {
        match fact {
            LinkFact::Failed { why, .. } => {
                self.link = Some(why);
                self.router.set(when, true);
            }
            LinkFact::Up { .. } => self.reached(when),
            // Whether it serves is told besides.
            LinkFact::Switched { .. } | LinkFact::SpareFailed { .. } => {}
        }
    }

    fn reached(&mut self, when: When) {
        self.router.set(when, false);
    }

    fn is_unmeasured(&self, now: Instant) -> bool {
        now - self.measured_at >= UNMEASURED
    }

    /// A line of which nothing is known is as congested as it was: no news, good or bad.
    fn due_of_directions(&mut self, when: When, notices: &mut Vec<Notice>) {
        let (name, delta) = (&self.name, self.delta);
        for direction in Direction::BOTH {
            let lane = &mut self.directions[direction];
            let (zone, rate) = (lane.zone, lane.floor.unwrap_or(lane.rate));
            let congestion = Cause::Congestion {
                direction,
                zone,
                delta,
            };
            let floor = Cause::Floor {
                direction,
                rate,
                delta,
            };
            for (trouble, cause) in [
                (&mut lane.congestion, congestion),
                (&mut lane.at_floor, floor),
            ] {
                let told = trouble.due(when);
                notices.extend(told.map(|told| words::notice(when, name, cause, told)));
            }
        }
    }

    fn due_of_the_rest(&mut self, when: When, notices: &mut Vec<Notice>) {
        let link = self.link.unwrap_or(Failure::TimedOut);
        let gateway = self.findings.is_some_and(|findings| findings.gateway);
        for (trouble, cause) in [
            (&mut self.router, Cause::Router(link)),
            (&mut self.down, Cause::WanDown { gateway }),
            (&mut self.blind, Cause::Blind(self.unsent)),
        ] {
            let told = trouble.due(when);
            notices.extend(told.map(|told: Told| words::notice(when, &self.name, cause, told)));
        }
    }
}

impl Lane {
    fn judged(&mut self, when: When, verdict: &Verdict) {
        let Verdict {
            zone, rate, why, ..
        } = *verdict;
        match why {
            Why::AtFloor | Why::LiftedToFloor => self.floor = Some(rate),
            Why::Adaptive(decision) if decision.at_floor => {
                (self.floor, self.floor_at) = (Some(rate), when.now);
            }
            // The law's own trial, whether the delay is ours at all.
            Why::Adaptive(_) if when.now - self.floor_at < TRIAL => {}
            // SOFT_RED holds a rate, and says so even where there is nothing below it.
            Why::HeldInSoftRed if self.floor == Some(rate) => {}
            _ => self.floor = None,
        }
        (self.zone, self.rate) = (zone, rate);
        self.congestion.set(when, zone >= Zone::SoftRed);
        let at_floor = self.floor.is_some() && zone != Zone::Green;
        self.at_floor.set(when, at_floor);
    }
}

impl Watch<Fact> for WanWatch {
    fn hear(&mut self, when: When, fact: &Fact) {
        match *fact {
            Fact::Cycle { ref judgement, .. } => self.judged(when, judgement),
            // The step of a round that is not checked says nothing of the network.
            Fact::Fallback { step, findings, .. } if step != Step::Fail(Blind::NoReply) => {
                self.findings = Some(findings);
            }
            Fact::Link(fact) => self.link(when, fact),
            // Who confirms a write is there, should the word of it have been lost.
            Fact::Written { .. } => self.reached(when),
            Fact::Unsent { why } => self.unsent = Some(why),
            Fact::Leaving { .. } => self.unsent = None,
            Fact::Adaptive(_)
            | Fact::Transition { .. }
            | Fact::Spike { .. }
            | Fact::Suppressed { .. }
            | Fact::BaselineRefused { .. }
            | Fact::Silent
            | Fact::Fallback { .. }
            | Fact::Recovered { .. }
            | Fact::Refused { .. }
            | Fact::Inactive { .. }
            | Fact::Drift { .. }
            | Fact::Throttled { .. } => {}
        }
    }

    fn due(&mut self, when: When) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.is_unmeasured(when.now) {
            // A gateway that answers says nothing of what is behind it.
            let silent = self.findings.is_some_and(|findings| findings.tcp.is_none());
            let down = silent && self.tries_tcp;
            self.down.set(when, down);
            self.blind.set(when, !down);
        } else {
            self.due_of_directions(when, &mut notices);
        }
        self.due_of_the_rest(when, &mut notices);
        notices.retain(|notice| self.params.want(notice));
        notices
    }
}
