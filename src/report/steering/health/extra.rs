//! What v1.7 could not say: the rule as the router shows it, what is heard of autorate, the evidence.

use super::super::words;
use crate::report::health::{rounded, seconds};
use crate::report::words::unsent;
use crate::router::steering::Refusal;
use crate::steer::{EchoStatus, ListStatus, SteerStatus};
use crate::steering::evidence;
use crate::time::Instant;
use crate::units::Millis;

#[derive(serde::Serialize)]
pub(super) struct Rule<'a> {
    comment: &'a str,
    state: &'static str,
    invalid: bool,
    refused: Option<&'static str>,
    not_as_wanted_for_seconds: Option<f64>,
    left_alone_for_seconds: Option<f64>,
    switched: u64,
    switched_by_hand: u64,
}

#[derive(serde::Serialize)]
pub(super) struct Autorate<'a> {
    wan: &'a str,
    state: &'static str,
    age_seconds: Option<f64>,
    not_fresh_for_seconds: Option<f64>,
    zone: Option<super::Text<super::Zone>>,
    at_floor: bool,
}

#[derive(serde::Serialize)]
pub(super) struct Measurement {
    rtt_ms: Option<f64>,
    baseline_rtt_ms: Option<f64>,
    delta_ms: Option<f64>,
    smoothed_delta_ms: Option<f64>,
    drops: Option<u64>,
    router_counts_drops: bool,
    queued_packets: Option<u64>,
    queue_refused: Option<&'static str>,
    loss_percent: Option<f64>,
    line: &'static str,
    #[serde(flatten)]
    echoes: Echoes,
}

#[derive(serde::Serialize)]
struct Echoes {
    last_reply_age_seconds: Option<f64>,
    send_error: Option<&'static str>,
    answered: u64,
    lost: u64,
}

#[derive(serde::Serialize)]
pub(super) struct Alternate<'a> {
    wan: &'a str,
    answers: Option<bool>,
    rtt_ms: Option<f64>,
    /// On top of its own calm.
    delay_ms: Option<f64>,
    #[serde(flatten)]
    echoes: Echoes,
}

#[derive(serde::Serialize)]
pub(super) struct List<'a> {
    name: &'a str,
    entries: Option<u32>,
}

/// Address lists.
pub(super) struct Lists<'a>(pub(super) &'a [ListStatus]);

pub(super) fn rule(status: &SteerStatus) -> Rule<'_> {
    let rule = &status.rule;
    let ago = |since: Instant| seconds(status.now - since);
    Rule {
        comment: &status.setup.comment,
        state: words::belief(rule.belief),
        invalid: rule.invalid,
        refused: refused(rule.refused),
        not_as_wanted_for_seconds: rule.behind_since.map(ago),
        left_alone_for_seconds: rule.yielding_until.map(|until| seconds(until - status.now)),
        switched: rule.switched,
        switched_by_hand: rule.by_hand,
    }
}

pub(super) fn autorate(status: &SteerStatus) -> Autorate<'_> {
    let feed = &status.feed;
    Autorate {
        wan: &status.setup.primary,
        state: words::feed(feed.state),
        age_seconds: feed.age.map(seconds),
        not_fresh_for_seconds: feed.unfit_since.map(|since| seconds(status.now - since)),
        zone: status.picture.zone.map(super::Text),
        at_floor: status.picture.at_floor,
    }
}

pub(super) fn measurement(status: &SteerStatus) -> Measurement {
    let picture = &status.picture;
    let ms = |ms: Option<Millis>| ms.map(|ms| rounded(ms, 2));
    Measurement {
        rtt_ms: ms(status.rtt),
        baseline_rtt_ms: ms(status.baseline),
        delta_ms: ms(picture.delta),
        smoothed_delta_ms: ms(picture.smoothed),
        drops: picture.drops,
        router_counts_drops: picture.counts_drops,
        queued_packets: picture.queue,
        queue_refused: refused(status.queue_refused),
        loss_percent: picture.loss.map(|loss| (loss * 1_000.0).round() / 10.0),
        line: words::line(picture.line),
        echoes: echoes(&status.primary, status.now),
    }
}

pub(super) fn alternate(status: &SteerStatus) -> Option<Alternate<'_>> {
    let echo = status.alternate.as_ref()?;
    Some(Alternate {
        wan: &status.setup.alternate,
        answers: match status.alternate_answers {
            evidence::Alternate::Unknown => None,
            evidence::Alternate::Answers => Some(true),
            evidence::Alternate::Silent => Some(false),
        },
        rtt_ms: echo.rtt.map(|rtt| rounded(rtt, 2)),
        delay_ms: status
            .picture
            .alternate_delay
            .map(|delay| rounded(delay, 2)),
        echoes: echoes(echo, status.now),
    })
}

pub(super) fn list(list: &ListStatus) -> List<'_> {
    List {
        name: &list.name,
        entries: list.entries,
    }
}

fn echoes(echo: &EchoStatus, now: Instant) -> Echoes {
    Echoes {
        last_reply_age_seconds: echo.heard_at.map(|at| seconds(now - at)),
        send_error: echo.unsent.map(|(_, why)| unsent(why)),
        answered: echo.answered,
        lost: echo.lost,
    }
}

fn refused(entry: Option<(Instant, Refusal)>) -> Option<&'static str> {
    entry.map(|(_, why)| why.explain())
}
