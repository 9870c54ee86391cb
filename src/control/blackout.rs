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

use heapless::Vec;

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

/// `fallback_checks.fallback_mode`: what to do when something answers, but no usable time exists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FallbackMode {
    /// One cycle on the last load RTT, then frozen for `max_fallback_cycles`, then failing.
    GracefulDegradation,
    /// Rates hold.
    Freeze,
    /// Go on with the last load RTT.
    UseLastRtt,
}

/// The WAN file's `fallback_checks`.
#[derive(Clone, Copy, Debug)]
pub struct BlackoutParams {
    /// False: silence is a failed cycle and nothing is checked.
    pub enabled: bool,
    /// Whether an echo goes to the gateway.
    pub check_gateway: bool,
    /// How many TCP targets are tried; 0 when `check_tcp` is off.
    pub tcp_targets: u8,
    /// What to do when only a network, but no time, is there.
    pub mode: FallbackMode,
    /// Check rounds that `GracefulDegradation` bridges.
    pub max_cycles: u32,
}

/// What the controller does this cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A measured RTT.
    Judge(Millis),
    /// A TCP connect time, to be kept away from the ICMP baseline (W-10).
    JudgeTcp(Millis),
    /// Judge the last load RTT once more.
    Repeat,
    /// Nothing new yet: rates stand.
    Hold,
    /// Blind, but the network is there: rates stand, the cycle counts as good.
    Freeze,
    /// The cycle failed: rates stand.
    Fail(Blind),
}

/// Why a cycle failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blind {
    /// No reply, and `fallback_checks` is off.
    NoReply,
    /// Neither reflectors nor gateway nor TCP answer.
    TotalLoss,
    /// The network is there, but no time could be had for longer than `max_fallback_cycles`.
    GaveUp,
}

/// What the last check round found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Findings {
    /// The gateway answered its echo.
    pub gateway: bool,
    /// Median time of the TCP connects that succeeded.
    pub tcp: Option<Millis>,
}

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

/// What one call of [`Blackout::observe`] asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// What the controller does.
    pub step: Step,
    /// Whether a check round begins: ask the gateway and the TCP targets now.
    pub check: bool,
    /// After how many check rounds ICMP came back, on the first cycle that hears it.
    pub recovered_after: Option<u32>,
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
mod tests {
    use super::*;

    const BASELINE: Millis = Millis::of(24);
    const SILENT: Sample = Sample::Silent {
        since: Instant::ZERO,
    };

    fn params(mode: FallbackMode) -> BlackoutParams {
        BlackoutParams {
            enabled: true,
            check_gateway: true,
            tcp_targets: 2,
            mode,
            max_cycles: 3,
        }
    }

    /// What each check round of an outage concludes, when the gateway and TCP answer like this.
    fn rounds(
        params: BlackoutParams,
        gateway: bool,
        tcp_ms: &[u64],
        n: usize,
    ) -> std::vec::Vec<Step> {
        let mut blackout = Blackout::new(params);
        let mut now = Instant::ZERO;
        let mut steps = std::vec::Vec::new();
        while steps.len() < n {
            let outcome = blackout.observe(now, SILENT, BASELINE);
            if outcome.check {
                if gateway {
                    blackout.gateway_answered();
                }
                for n in 0..usize::from(params.tcp_targets) {
                    blackout.connected(tcp_ms.get(n).map(|ms| Duration::from_millis(*ms)));
                }
            }
            if outcome.step != Step::Hold {
                steps.push(outcome.step);
            }
            now = now + Duration::from_millis(50);
        }
        assert!(
            now >= Instant::ZERO + Duration::from_secs(n as u64 - 1),
            "one round a second"
        );
        steps
    }

    #[test]
    fn a_tcp_time_carries_on_in_every_mode_without_limit() {
        for mode in [
            FallbackMode::GracefulDegradation,
            FallbackMode::Freeze,
            FallbackMode::UseLastRtt,
        ] {
            assert_eq!(
                rounds(params(mode), false, &[30, 40], 6),
                [Step::JudgeTcp(Millis::of(35)); 6]
            );
        }
    }

    #[test]
    fn a_gateway_alone_is_bridged_as_the_mode_says() {
        use FallbackMode::{Freeze, GracefulDegradation, UseLastRtt};
        let gave_up = Step::Fail(Blind::GaveUp);
        for (mode, steps) in [
            (
                GracefulDegradation,
                [Step::Repeat, Step::Freeze, Step::Freeze, gave_up],
            ),
            (Freeze, [Step::Freeze; 4]),
            (UseLastRtt, [Step::Repeat; 4]),
        ] {
            assert_eq!(rounds(params(mode), true, &[], 4), steps, "{mode:?}");
        }
    }

    #[test]
    fn nothing_at_all_is_total_loss() {
        let lost = Step::Fail(Blind::TotalLoss);
        assert_eq!(
            rounds(params(FallbackMode::Freeze), false, &[], 3),
            [lost; 3]
        );
    }

    /// W-10: a 0.6 ms answer over a 24 ms line comes from a proxy.
    #[test]
    fn a_proxys_answer_proves_a_network_but_is_no_time() {
        assert_eq!(
            rounds(params(FallbackMode::Freeze), false, &[1, 1], 2),
            [Step::Freeze; 2]
        );
    }

    #[test]
    fn without_checks_silence_fails_once_a_second() {
        let off = BlackoutParams {
            enabled: false,
            ..params(FallbackMode::Freeze)
        };
        assert_eq!(rounds(off, true, &[30], 3), [Step::Fail(Blind::NoReply); 3]);
    }

    #[test]
    fn the_first_reply_ends_it_and_says_how_long_it_took() {
        let mut blackout = Blackout::new(params(FallbackMode::Freeze));
        blackout.observe(Instant::ZERO, SILENT, BASELINE);
        blackout.gateway_answered();
        let later = Instant::ZERO + CHECK_FOR;
        assert_eq!(blackout.observe(later, SILENT, BASELINE).step, Step::Freeze);
        let back = blackout.observe(later, Sample::Rtt(BASELINE), BASELINE);
        assert_eq!(back.step, Step::Judge(BASELINE));
        assert_eq!(back.recovered_after, Some(1));
        assert!(!blackout.is_silent());
    }
}
