//! The queues' counters, for the adaptive law, which acts on what went through: can they be had, are they
//! fresh, and how long does a reading take?

use super::{ms, spread};
use crate::cli::check::facts::Traffic;
use crate::cli::check::finding::{Finding, Subject};
use crate::config::{ControlLaw, Transport, WanConfig};
use crate::control::load::{Pace, WINDOW};
use crate::direction::Direction;
use crate::time::Duration;

/// A counter that moves less often is no help to a law that decides five times a second; as the law's own
/// test of it.
const SLOWEST: Duration = Duration::from_millis(500);

/// Whether the file's law acts on counters.
pub(in crate::cli::check) fn are_needed(config: &WanConfig) -> bool {
    config.control_law == ControlLaw::Adaptive
}

/// What the law would find that way.
pub(in crate::cli::check) fn counters(
    config: &WanConfig,
    way: Transport,
    traffic: &Traffic,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // That a queue is not there is said elsewhere.
    let there = Direction::BOTH.into_iter().filter(|&at| traffic.found[at]);
    for direction in there {
        let name = &config.router.queues[direction];
        let counts = &traffic.bytes[direction];
        findings.push(if counts.len() < 2 {
            missing(direction.into(), name, way)
        } else {
            fresh(direction.into(), name, way, counts, traffic.span)
        });
    }
    if !traffic.reads.is_empty() {
        findings.push(pace(way, &traffic.reads));
    }
    findings
}

/// Nobody says what went through.
pub(in crate::cli::check) fn none(way: Transport) -> Finding {
    let what = format!("By {}, the queues' counters could not be read.", said(way));
    blind(Finding::warning(Subject::Router, "law-counters", what))
}

fn missing(subject: Subject, name: &str, way: Transport) -> Finding {
    let way = said(way);
    let what = format!("By {way}, the router does not say how much went through {name}.");
    blind(Finding::warning(subject, "law-counters", what))
}

fn blind(finding: Finding) -> Finding {
    finding
        .why(
            "Where it cannot count, the adaptive law cuts by delay alone and never grows above base_mbps.",
        )
        .on_router("/queue tree print stats")
}

fn fresh(subject: Subject, name: &str, way: Transport, counts: &[u64], span: Duration) -> Finding {
    let way = said(way);
    let looks = counts.len() - 1;
    let moves = counts.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if moves == 0 {
        let what = format!(
            "By {way}, {name} can be counted; how fresh its counter is cannot be told: nothing went \
             through in {:.1} s.",
            span.as_secs_f64()
        );
        return Finding::note(subject, "law-counters-unseen", what)
            .why("Run this again during a download.");
    }
    let what = format!("By {way}, {name}'s byte counter changed in {moves} of {looks} looks.");
    let every = Duration::from_micros(span.as_micros() / moves as u64);
    if every <= SLOWEST {
        return Finding::ok(subject, "law-counters-fresh", what);
    }
    let why = format!(
        "About every {}: a line with little traffic, or counters that RouterOS refreshes that slowly. The \
         adaptive law needs them every {} or it goes by delay alone. Run this again during a download.",
        ms(every),
        ms(SLOWEST)
    );
    Finding::warning(subject, "law-counters-slow", what).why(why)
}

fn pace(way: Transport, reads: &[Duration]) -> Finding {
    let [min, median, max] = spread(reads);
    let mut pace = Pace::default();
    // As many as it takes for the average of them to be the median.
    for _ in 0..100 {
        pace.answered(median);
    }
    let every = pace.every(true);
    let what = format!(
        "A reading of the counters by {} takes {} ({} to {} in {}): while the line is used, one every {}.",
        said(way),
        ms(median),
        ms(min),
        ms(max),
        reads.len(),
        ms(every)
    );
    if every <= WINDOW {
        return Finding::ok(Subject::Router, "law-pace", what);
    }
    let finding = Finding::note(Subject::Router, "law-pace", what).why(
        "So that the router rests three quarters of the time. A cut is anchored on what went through up \
         to that long ago.",
    );
    match way {
        Transport::Rest => finding.on_router("/tool profile duration=10s"),
        Transport::Ssh => {
            finding.advice("REST answers several times faster: prefer it where both work.")
        }
    }
}

const fn said(way: Transport) -> &'static str {
    match way {
        Transport::Rest => "REST",
        Transport::Ssh => "SSH",
    }
}
