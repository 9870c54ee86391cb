//! Measuring and judging.

use super::Difference::{Kept, Told};
use super::{Difference, Setup, if_so, one};
use crate::config::{ControlLaw, DEFAULT_GATEWAY, Host, WanConfig};
use crate::time::Duration;

/// v1.7's control cycle, which all of its constants silently depend on.
const CYCLE: f64 = 0.05;
/// A baseline that follows the line within less than this follows its load as well.
const SLOW_ENOUGH: f64 = 20.0;

pub(super) const DIFFERENCES: &[Difference] = &[
    // W-06
    Kept(
        "SOFT_RED holds the rate, though the milder YELLOW cuts it: such a queue can stand for hours",
    ),
    // W-07
    Kept("floors lift a rate as soon as RED ends, and the queue comes back"),
    // W-08
    Kept("a path that gets longer for good is taken for a queue, and throttled to the floor"),
    // W-13
    Kept("a spike only puts off the next raise"),
    // W-47
    Kept("one delay cuts both directions, and rates climb while nobody uses them"),
    // W-09
    Told(|setup| each(setup, bounds)),
    // W-10
    Told(|setup| {
        let tcp = setup
            .wans
            .iter()
            .any(|wan| !wan.fallback.tcp_targets.is_empty());
        if_so(tcp, || {
            "When pings fail and TCP connects stand in, their times no longer spoil the baseline: a proxy \
             nearby cannot make the line look bad afterwards."
                .to_owned()
        })
    }),
    // W-21
    Told(|setup| each(setup, baseline)),
    // W-44
    Told(|setup| {
        if_so(setup.wans.len() > 1, || {
            "Lines no longer wait for each other: one that is dead costs the others nothing."
                .to_owned()
        })
    }),
    // W-46
    Told(|_| {
        one(
            "The delay is measured with our own echoes, in step with the loop; v1.7 started ping up to sixty \
             times a second. A reflector that is dead slowed it to one look a second, and costs nothing now.",
        )
    }),
    // W-60 told to nobody: a file that v1.7 took keeps its limits, and they mean the same.
    // W-61
    Kept("a stopped daemon leaves the limits where they were; router.on_exit: ceiling opens them"),
    // W-62
    Told(|setup| each(setup, fallback)),
    // W-63 told to nobody: what is restored from a state document is held to today's limits.
];

fn bounds(wan: &WanConfig) -> Option<String> {
    let (low, high) = wan.delay.baseline_bounds;
    let outside = wan.baseline_initial < low || high < wan.baseline_initial;
    (outside && wan.control_law == ControlLaw::Classic).then(|| {
        format!(
            "the baseline of {} ms is outside of {} to {} ms and cannot follow the line, as with v1.7; that is \
             said now and then, no longer twenty times a second. Widen thresholds.baseline_rtt_bounds.",
            wan.baseline_initial.as_f64(),
            low.as_f64(),
            high.as_f64()
        )
    })
}

fn baseline(wan: &WanConfig) -> Option<String> {
    let seconds = CYCLE / wan.delay.baseline.as_f64();
    (seconds < SLOW_ENOUGH && wan.control_law == ControlLaw::Classic).then(|| {
        format!(
            "the baseline follows the line within {seconds:.1} s, as with v1.7, and so also follows its load, which \
             hides it. Numbers like this were made for a loop of two seconds: write \
             thresholds.baseline_time_constant_sec: 100 in place of alpha_baseline."
        )
    })
}

fn fallback(wan: &WanConfig) -> Option<String> {
    let gateway = wan.fallback.gateway.as_ref()?;
    let said = "without any reply, checks come about once a second, and max_fallback_cycles counts those; in v1.7 it \
                counted cycles of unknown length.";
    Some(if *gateway == Host::Address(DEFAULT_GATEWAY) {
        format!(
            "{said} As no gateway is named, {gateway} is asked, as in v1.7, which hardly is yours: set \
             fallback_checks.gateway_ip."
        )
    } else {
        said.to_owned()
    })
}

fn each(setup: &Setup<'_>, tell: impl Fn(&WanConfig) -> Option<String>) -> Vec<String> {
    let told = setup.wans.iter().filter_map(|wan| {
        let sentence = tell(wan)?;
        Some(format!("{}: {sentence}", wan.file.display()))
    });
    told.collect()
}

/// `2 s`, `0.05 s`.
pub(super) fn seconds(span: Duration) -> String {
    format!("{} s", span.as_secs_f64())
}
