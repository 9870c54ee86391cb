//! When ICMP goes silent: ask the gateway, try TCP, and decide what a cycle may still do
//! (contract 3.6, without blocking anything).
//!
//! ```text
//! Hearing ─silent─▶ Checking ─answers or deadline─▶ Waiting ─next_at─▶ Checking ─▶ …
//!    ▲                  │                              │
//!    └──────────────────┴───────── a reply ────────────┘
//! ```
//!
//! v1.7 counted blacked-out *cycles*, each of which took one to three seconds of waiting for `ping`.
//! Here a cycle is always 50 ms, so what is counted is check rounds, at most one per
//! [`CHECK_EVERY`]: `max_fallback_cycles: 3` means about three seconds, as it did (W-62).

mod words;

use heapless::Vec;

pub use self::words::{BlackoutParams, Blind, FallbackMode, Findings, Outcome, Step};

use crate::control::prober::{Sample, median};
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Targets of `fallback_checks.tcp_targets`; the config check refuses more.
pub const MAX_TCP_TARGETS: usize = 8;
/// v1.7 allows each connect half a second (contract 3.6).
pub const CHECK_FOR: Duration = Duration::from_millis(500);
/// Shortest time from one check round to the next: about v1.7's, whose `ping` waited one second.
pub const CHECK_EVERY: Duration = Duration::from_secs(1);
/// A connect that took less than this share of the ICMP baseline was answered by something nearer
/// than the internet (a transparent proxy, a CGNAT accelerator, W-10): proof of a network, not a time.
const CREDIBLE_SHARE: f64 = 0.5;

#[derive(Clone, Debug)]
enum State {
    Hearing,
    Checking {
        started_at: Instant,
        gateway: bool,
        times: Vec<Millis, MAX_TCP_TARGETS>,
        /// TCP targets that have not succeeded or failed yet.
        undecided: u8,
    },
    Waiting {
        next_at: Instant,
    },
}

/// The fallback machine of one WAN.
#[derive(Clone, Debug)]
pub struct Blackout {
    params: BlackoutParams,
    state: State,
    /// Check rounds with a network but without ICMP, v1.7's `icmp_unavailable` count.
    unavailable: u32,
    findings: Findings,
}

impl Blackout {
    /// Starts hearing.
    pub const fn new(params: BlackoutParams) -> Self {
        Self {
            params,
            state: State::Hearing,
            unavailable: 0,
            findings: Findings {
                gateway: false,
                tcp: None,
            },
        }
    }

    /// One cycle. `baseline` is the ICMP baseline, against which a TCP time is judged credible.
    pub fn observe(&mut self, now: Instant, sample: Sample, baseline: Millis) -> Outcome {
        match sample {
            Sample::Rtt(rtt) => {
                let was_blind = !matches!(self.state, State::Hearing);
                self.state = State::Hearing;
                let rounds = core::mem::take(&mut self.unavailable);
                Outcome {
                    step: Step::Judge(rtt),
                    check: false,
                    recovered_after: was_blind.then_some(rounds),
                }
            }
            Sample::Pending => step(Step::Hold),
            Sample::Silent { .. } => self.silent(now, baseline),
        }
    }

    /// The gateway answered.
    pub fn gateway_answered(&mut self) {
        if let State::Checking { gateway, .. } = &mut self.state {
            *gateway = true;
        }
    }

    /// One TCP connect ended: with its time, or without.
    pub fn connected(&mut self, time: Option<Duration>) {
        if let State::Checking {
            times, undecided, ..
        } = &mut self.state
        {
            *undecided = undecided.saturating_sub(1);
            if let Some(time) = time {
                // Never full: the config check allows MAX_TCP_TARGETS.
                let _ = times.push(time.as_millis());
            }
        }
    }

    /// Whether ICMP is silent now.
    pub const fn is_silent(&self) -> bool {
        !matches!(self.state, State::Hearing)
    }

    /// What the last check round found.
    pub const fn findings(&self) -> Findings {
        self.findings
    }

    /// Check rounds with a network but without ICMP.
    pub const fn unavailable(&self) -> u32 {
        self.unavailable
    }

    fn silent(&mut self, now: Instant, baseline: Millis) -> Outcome {
        match &mut self.state {
            State::Waiting { next_at } if now < *next_at => step(Step::Hold),
            State::Hearing | State::Waiting { .. } if !self.params.enabled => {
                self.state = State::Waiting {
                    next_at: now + CHECK_EVERY,
                };
                step(Step::Fail(Blind::NoReply))
            }
            State::Hearing | State::Waiting { .. } => {
                self.state = State::Checking {
                    started_at: now,
                    gateway: false,
                    times: Vec::new(),
                    undecided: self.params.tcp_targets,
                };
                Outcome {
                    check: true,
                    ..step(Step::Hold)
                }
            }
            State::Checking {
                started_at,
                gateway,
                times,
                undecided,
            } => {
                let deadline = now - *started_at >= CHECK_FOR;
                // v1.7 asks the gateway first and TCP in any case; TCP's word decides if it has one.
                let decided = *undecided == 0
                    && (*gateway || !times.is_empty() || !self.params.check_gateway);
                if !deadline && !decided {
                    return step(Step::Hold);
                }
                self.findings = Findings {
                    gateway: *gateway,
                    tcp: (!times.is_empty()).then(|| median(times)),
                };
                self.state = State::Waiting {
                    next_at: *started_at + CHECK_EVERY,
                };
                step(self.conclude(baseline))
            }
        }
    }

    fn conclude(&mut self, baseline: Millis) -> Step {
        let Findings { gateway, tcp } = self.findings;
        if !gateway && tcp.is_none() {
            return Step::Fail(Blind::TotalLoss);
        }
        self.unavailable = self.unavailable.saturating_add(1);
        if let Some(time) = tcp
            && time.as_f64() >= CREDIBLE_SHARE * baseline.as_f64()
        {
            return Step::JudgeTcp(time);
        }
        match self.params.mode {
            FallbackMode::GracefulDegradation if self.unavailable == 1 => Step::Repeat,
            FallbackMode::GracefulDegradation if self.unavailable <= self.params.max_cycles => {
                Step::Freeze
            }
            FallbackMode::GracefulDegradation => Step::Fail(Blind::GaveUp),
            FallbackMode::Freeze => Step::Freeze,
            FallbackMode::UseLastRtt => Step::Repeat,
        }
    }
}

const fn step(step: Step) -> Outcome {
    Outcome {
        step,
        check: false,
        recovered_after: None,
    }
}

#[cfg(test)]
mod tests;
