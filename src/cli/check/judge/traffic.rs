//! Two seconds of counters: does the traffic go through the queues, and how fresh are their numbers?

use super::queue::Seen;
use crate::cli::check::facts::{Router, Traffic};
use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::object::{Object, named};
use crate::time::Duration;

/// Below that a line is idle: 1 Mbit/s.
const BUSY: f64 = 1e6;
/// A queue that counts less than this share of its port's bytes is being gone around.
const SHARE: f64 = 0.01;
/// Parents of parents; RouterOS allows no deeper trees.
const DEPTH: usize = 8;
const GLOBAL: &str = "global";

/// About one queue.
pub(super) fn traffic(seen: &Seen<'_>, router: &Router) -> Vec<Finding> {
    let Some(queue) = seen.queue() else {
        return Vec::new();
    };
    let root = root(seen, queue);
    let mut findings = Vec::new();
    if root == GLOBAL && router.fasttrack == Some(true) {
        let what = format!(
            "FastTrack is on, and {} has the parent global.",
            seen.name()
        );
        let finding = Finding::warning(seen.subject(), "fasttrack", what);
        findings.push(around(finding, root, router));
    } else if let Some(traffic) = &router.traffic
        && !queue.is_on("disabled")
        && !queue.is_on("invalid")
    {
        findings.extend(counters(seen, root, router, traffic));
    }
    findings
}

fn counters(seen: &Seen<'_>, root: &str, router: &Router, traffic: &Traffic) -> Option<Finding> {
    let counts = &traffic.bytes[seen.direction];
    let moved = counts.last()?.checked_sub(*counts.first()?)?;
    let (port, passed) = busiest(root, traffic);
    let seconds = traffic.span.as_secs_f64().max(1e-3);
    let rate = |bytes: u64| bytes as f64 * 8.0 / seconds;
    if rate(passed) > BUSY && (moved as f64) < passed as f64 * SHARE {
        let what = format!(
            "{} counted {moved} bytes in {seconds:.1} s, while {port} passed {:.1} Mbit/s.",
            seen.name(),
            rate(passed) / 1e6
        );
        let finding = Finding::warning(seen.subject(), "counters-still", what);
        return Some(around(finding, root, router));
    }
    // What the adaptive law makes of it is said for every way there is to the router.
    (moved > 0 && !super::counters::are_needed(seen.config))
        .then(|| freshness(seen, counts, traffic.span))
}

fn freshness(seen: &Seen<'_>, counts: &[u64], span: Duration) -> Finding {
    let looks = counts.len().saturating_sub(1);
    let changes = counts.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let what = format!(
        "{}'s byte counter changed in {changes} of {looks} looks.",
        seen.name()
    );
    if changes * 2 >= looks {
        return Finding::ok(seen.subject(), "counters-fresh", what);
    }
    let every = span.as_secs_f64() * 1e3 / changes.max(1) as f64;
    let why = format!(
        "About every {every:.0} ms: a line with little traffic, or counters that RouterOS refreshes that \
         slowly. Nothing depends on it unless rates are to follow the load."
    );
    Finding::note(seen.subject(), "counters-slow", what).why(why)
}

/// Traffic goes around a queue.
fn around(finding: Finding, root: &str, router: &Router) -> Finding {
    let mut finding = finding.why(
        "Traffic that goes around the queue is not limited by it, so wanctl steers a wheel without an \
         axle. FastTrack does that to queues below global, fast path and switch chips to others.",
    );
    // Where no rule is found, a terminal would only complain.
    if router.fasttrack != Some(false) {
        finding = finding
            .on_router("/ip firewall filter set [find action=fasttrack-connection] disabled=yes");
    }
    if root != GLOBAL || router.fasttrack == Some(false) {
        finding = finding.on_router("/ip settings set allow-fast-path=no");
    }
    if root == GLOBAL {
        return finding;
    }
    finding
        .advice("And see that the queue's parent is the port this traffic leaves by,")
        .advice("and that no switch chip routes past it (l3-hw-offloading of the switch, hw of the port).")
}

/// Where the chain of parents ends: an interface or `global`.
fn root<'s>(seen: &Seen<'s>, queue: &'s Object) -> &'s str {
    let mut at = queue;
    for _ in 0..DEPTH {
        match named(seen.queues, at.shown("parent")) {
            Some(parent) => at = parent,
            None => break,
        }
    }
    at.shown("parent")
}

/// The port that must have passed what the queue should have counted, and how much it did: what the
/// parent sent, or whatever any port did where the parent is none.
fn busiest<'t>(root: &'t str, traffic: &'t Traffic) -> (&'t str, u64) {
    let passed = |after: &Object, keys: &[&str]| {
        let before = named(&traffic.before, after.shown("name"))?;
        let grown = |key: &&str| after.number(key)?.checked_sub(before.number(key)?);
        keys.iter().filter_map(grown).max()
    };
    if let Some(port) = named(&traffic.after, root) {
        return (root, passed(port, &["tx-byte", "fp-tx-byte"]).unwrap_or(0));
    }
    let keys = ["rx-byte", "tx-byte", "fp-rx-byte", "fp-tx-byte"];
    let ports = traffic.after.iter();
    ports
        .filter_map(|port| Some((port.shown("name"), passed(port, &keys)?)))
        .max_by_key(|&(_, bytes)| bytes)
        .unwrap_or(("no port", 0))
}

/// Nothing to see on an idle line.
pub(super) fn idle(router: &Router) -> Option<Finding> {
    let traffic = router.traffic.as_ref()?;
    let still = |counts: &Vec<u64>| counts.first() == counts.last();
    let counted = !traffic.bytes.down.is_empty() || !traffic.bytes.up.is_empty();
    if !counted || !still(&traffic.bytes.down) || !still(&traffic.bytes.up) {
        return None;
    }
    let all = traffic.after.iter().map(|port| port.shown("name"));
    let busy = all.map(|port| busiest(port, traffic).1).max().unwrap_or(0);
    let seconds = traffic.span.as_secs_f64().max(1e-3);
    if busy as f64 * 8.0 / seconds > BUSY {
        return None;
    }
    let what = "The line was idle: nothing went through either queue for two seconds.";
    Some(
        Finding::note(Subject::Router, "counters-idle", what).why(
            "Run this again during a download to see that the traffic really takes the queues.",
        ),
    )
}
