//! What the decisions tell.

use core::fmt::{self, Display};

use log::Level;

use super::rule;
use super::words::{State, over};
use crate::steering::confidence::Scored;
use crate::steering::evidence::FeedState;
use crate::steering::fact::{Fact, Standing};
use crate::time::Duration;

/// How loud a fact is.
pub(super) const fn level(fact: &Fact) -> Level {
    match fact {
        Fact::Rule(fact) => rule::level(fact),
        // It comes with a line about the baseline.
        Fact::Feed {
            to: FeedState::OutOfBounds,
            ..
        } => Level::Debug,
        Fact::BaselineFound(_)
        | Fact::BaselineMoved { .. }
        | Fact::Feed {
            to: FeedState::Fresh,
            ..
        }
        | Fact::QueueReadable(_)
        | Fact::Moved { .. }
        | Fact::Sustaining(_)
        | Fact::Recovering
        | Fact::RecoveryBroken
        | Fact::WouldDisable(..) => Level::Info,
        Fact::BaselineRefused(_)
        | Fact::Feed { .. }
        | Fact::RttRefused(_)
        | Fact::DeltaCut(_)
        | Fact::QueueUnreadable(0..=2)
        | Fact::Adopted(_)
        | Fact::WouldEnable(..)
        | Fact::BrakeReleased => Level::Warn,
        Fact::QueueUnreadable(_) | Fact::BrakeEngaged { .. } => Level::Error,
    }
}

/// Puts it into words; `about` is the name that belongs into the sentence.
pub(super) fn write(f: &mut fmt::Formatter<'_>, about: &str, fact: &Fact) -> fmt::Result {
    match fact {
        Fact::BaselineFound(ms) => write!(f, "Initialized baseline RTT: {ms:.2}ms"),
        Fact::BaselineMoved { from, to } => {
            write!(f, "Baseline RTT updated: {from:.2}ms -> {to:.2}ms")
        }
        Fact::BaselineRefused(ms) => write!(
            f,
            "Baseline RTT {ms:.1}ms is outside thresholds.baseline_rtt_bounds, ignoring (possible autorate \
             compromise); if {about} really is like that, widen the bounds"
        ),
        Fact::Feed { to, .. } => feed(f, about, *to),
        Fact::RttRefused(ms) => write!(f, "An RTT of {ms:.0}ms cannot be one: ignored"),
        Fact::DeltaCut(ms) => write!(
            f,
            "RTT delta {ms:.1}ms is above 1000ms: it counts as 1000ms"
        ),
        Fact::QueueUnreadable(failures) => write!(
            f,
            "CAKE stats read failed for {about}, using RTT-only decisions (failure {failures})"
        ),
        Fact::QueueReadable(failures) => {
            write!(
                f,
                "CAKE stats of {about} can be read again (after {failures} failures)"
            )
        }
        Fact::Moved { from, to } => write!(
            f,
            "State transition: {} (before: {}), {}",
            State(about, *to),
            State(about, *from),
            over(*to)
        ),
        Fact::Adopted(standing) => write!(
            f,
            "The router's rule says otherwise than the state document: going on as {}, {}",
            State(about, *standing),
            over(*standing)
        ),
        Fact::Rule(fact) => rule::write(f, about, fact),
        Fact::Sustaining(_)
        | Fact::Recovering
        | Fact::RecoveryBroken
        | Fact::WouldEnable(..)
        | Fact::WouldDisable(..)
        | Fact::BrakeEngaged { .. }
        | Fact::BrakeReleased => confidence(f, fact),
    }
}

fn feed(f: &mut fmt::Formatter<'_>, primary: &str, state: FeedState) -> fmt::Result {
    let cautious = "until it is back, decisions take longer";
    match state {
        FeedState::Fresh => write!(f, "Autorate's word on {primary} is fresh"),
        FeedState::Stale => write!(
            f,
            "Autorate's word on {primary} is stale: see that wanctl runs for it; {cautious}"
        ),
        FeedState::Missing => write!(
            f,
            "Autorate's word on {primary} is missing: see that wanctl runs for it and that \
             cake_state_sources.primary names its state document; {cautious}"
        ),
        FeedState::OutOfBounds => {
            write!(
                f,
                "Autorate's baseline of {primary} is out of bounds; {cautious}"
            )
        }
    }
}

fn confidence(f: &mut fmt::Formatter<'_>, fact: &Fact) -> fmt::Result {
    match fact {
        Fact::Sustaining(scored) => {
            write!(
                f,
                "[CONFIDENCE] Bad enough to steer if it lasts: {}",
                Score(scored)
            )
        }
        Fact::Recovering => f.write_str("[CONFIDENCE] Calm enough to return if it lasts"),
        Fact::RecoveryBroken => {
            f.write_str("[CONFIDENCE] Not calm any more: the return is put off")
        }
        Fact::WouldEnable(scored, time) => would(f, "ENABLE", scored, *time),
        Fact::WouldDisable(scored, time) => would(f, "DISABLE", scored, *time),
        Fact::BrakeEngaged {
            toggles,
            threshold,
            lasts,
        } => write!(
            f,
            "[FLAP-BRAKE] ENGAGED: {toggles} toggles in the window, steering needs a score of {threshold}, and there is no return, \
             until the primary has been calm for {:.0}s",
            lasts.as_secs_f64()
        ),
        _ => f.write_str("[FLAP-BRAKE] DISENGAGED"),
    }
}

/// Contract 4.7.
fn would(
    f: &mut fmt::Formatter<'_>,
    verb: &str,
    scored: &Scored,
    sustained: Duration,
) -> fmt::Result {
    write!(
        f,
        "[CONFIDENCE][DRY-RUN] WOULD_{verb}_STEERING confidence={} sustained={:?}s signals=[{}]",
        scored.score,
        sustained.as_secs_f64(),
        Contributors(scored)
    )
}

/// The live controller has decided.
pub(super) fn scored(f: &mut fmt::Formatter<'_>, to: Standing, scored: &Scored) -> fmt::Result {
    let verb = match to {
        Standing::Degraded => "ENABLE",
        Standing::Good => "DISABLE",
    };
    write!(f, "[CONFIDENCE] {verb}_STEERING {}", Score(scored))
}

struct Score<'a>(&'a Scored);

impl Display for Score<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let score = self.0.score;
        write!(f, "confidence={score} signals=[{}]", Contributors(self.0))
    }
}

struct Contributors<'a>(&'a Scored);

impl Display for Contributors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, contributor) in self.0.contributors.iter().enumerate() {
            let separator = if n > 0 { ", " } else { "" };
            write!(f, "{separator}{contributor}")?;
        }
        Ok(())
    }
}
