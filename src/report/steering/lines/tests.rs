//! What readers of steering's log rely on.

use super::*;
use crate::program::LinkFact;
use crate::report::Line;
use crate::status::{Unsent, label};
use crate::steer::{Cycle, Steer};
use crate::steering::assessment::{Assessment, Reason};
use crate::steering::confidence::{Contributor, Scored};
use crate::steering::evidence::FeedState;
use crate::steering::fact;
use crate::steering::rule::{RuleFact, Since, Switch};
use crate::steering::{Counts, Decides};
use crate::time::Duration;
use crate::units::Millis;

fn line(fact: &Fact) -> String {
    let wan = "steering";
    Line::<Steer> { wan, fact }.to_string()
}

fn said(facts: &[(Fact, Level, &str)]) {
    for (fact, loud, text) in facts {
        assert_eq!(line(fact), *text);
        assert_eq!(level(fact), *loud, "{text}");
    }
}

fn cycle(standing: Standing, reason: Reason) -> Cycle {
    Cycle {
        prefix: label("WAN1"),
        cake_aware: true,
        standing,
        assessment: Assessment {
            zone: reason.zone(),
            reason,
        },
        rtt: Some(Millis::of(40)),
        baseline: Some(Millis::of(25)),
        delta: Millis::new(15.04),
        smoothed: Millis::new(12.5),
        drops: Some(3),
        queue: Some(61),
        counts: Counts {
            bad: 1,
            good: 3,
            queue_failures: 0,
        },
        needed: (2, 15),
        decides: Decides::Hysteresis,
        trouble: None,
    }
}

fn about(name: &str, fact: fact::Fact) -> Fact {
    let about = label(name);
    Fact::Decision { about, fact }
}

fn rule(fact: RuleFact) -> Fact {
    about("ADAPTIVE: Steer X", fact::Fact::Rule(fact))
}

fn left(left: Left) -> Fact {
    let comment = label("ADAPTIVE: Steer X");
    Fact::Left { left, comment }
}

/// Contract 9.3, byte for byte.
#[test]
fn the_cycle_line_is_v1_7s_in_either_mode() {
    let good = cycle(Standing::Good, Reason::Calm);
    let told = |cycle: &Cycle, notable| Fact::Cycle {
        cycle: cycle.clone(),
        notable,
    };
    let text = "[WAN1_GOOD] rtt=15.0ms ewma=12.5ms drops=3 q=61 | congestion=GREEN";
    said(&[
        (told(&good, true), Level::Info, text),
        (told(&good, false), Level::Debug, text),
    ]);
    let mut legacy = cycle(Standing::Degraded, Reason::Delay);
    legacy.cake_aware = false;
    let text = "[WAN1_DEGRADED] RTT=40.0ms, baseline=25.0ms, delta=15.0ms | bad_count=1/2, good_count=3/15";
    said(&[(told(&legacy, true), Level::Info, text)]);
}

#[test]
fn what_v1_7_could_not_know_is_added_and_what_is_not_known_is_said() {
    let mut blind = cycle(Standing::Good, Reason::Dead);
    blind.delta = None;
    blind.smoothed = None;
    blind.drops = None;
    blind.queue = None;
    let text =
        "[WAN1_GOOD] rtt=n/a ewma=n/a drops=n/a q=n/a | congestion=RED (primary does not answer)";
    let fact = Fact::Cycle {
        cycle: blind,
        notable: true,
    };
    said(&[(fact, Level::Info, text)]);
}

/// Contract 9.3, byte for byte.
#[test]
fn the_way_to_a_decision_has_v1_7s_words() {
    use Reason::{Calm, DelayDropsQueue, Queue};
    let progress = |standing, reason| Fact::Progress(cycle(standing, reason));
    let sustained = |to, reason| {
        let mut cycle = cycle(Standing::Good, reason);
        cycle.counts.bad = 2;
        cycle.counts.good = 15;
        Fact::Sustained { to, cycle }
    };
    let comment = label("ADAPTIVE: Steer X");
    let switching = |to| Fact::Switching {
        to,
        comment: comment.clone(),
    };
    said(&[
        (
            progress(Standing::Good, DelayDropsQueue),
            Level::Info,
            "[WAN1_GOOD] [RED] rtt=15.0ms ewma=12.5ms drops=3 q=61 | red_count=1/2",
        ),
        (
            progress(Standing::Good, Queue),
            Level::Info,
            "[WAN1_GOOD] [YELLOW] rtt=15.0ms ewma=12.5ms drops=3 q=61 | early warning, no action",
        ),
        (
            progress(Standing::Degraded, Calm),
            Level::Info,
            "[WAN1_DEGRADED] [GREEN] rtt=15.0ms ewma=12.5ms drops=3 q=61 | good_count=3/15",
        ),
        (
            progress(Standing::Degraded, Queue),
            Level::Info,
            "[WAN1_DEGRADED] [YELLOW] rtt=15.0ms ewma=12.5ms drops=3 q=61 | still degraded",
        ),
        (
            sustained(Standing::Degraded, DelayDropsQueue),
            Level::Warn,
            "WAN1 DEGRADED detected - rtt=15.0ms ewma=12.5ms drops=3 q=61 (sustained 2 samples)",
        ),
        (
            sustained(Standing::Good, Calm),
            Level::Info,
            "WAN1 RECOVERED - rtt=15.0ms ewma=12.5ms drops=3 q=61 (sustained 15 samples)",
        ),
        (
            switching(Switch::On),
            Level::Info,
            "Enabling steering rule: ADAPTIVE: Steer X",
        ),
        (
            switching(Switch::Off),
            Level::Info,
            "Disabling steering rule: ADAPTIVE: Steer X",
        ),
    ]);
}

#[test]
fn what_becomes_of_the_rule_has_v1_7s_words_and_says_what_to_do() {
    said(&[
        (
            rule(RuleFact::Verified(Switch::On)),
            Level::Info,
            "Steering rule enabled and verified",
        ),
        (
            rule(RuleFact::Verified(Switch::Off)),
            Level::Info,
            "Steering rule disabled and verified",
        ),
        (
            rule(RuleFact::ByHand(Switch::On, Duration::from_secs(60))),
            Level::Warn,
            "Somebody enabled the steering rule on the router: it is left so for 60s, and then decided again",
        ),
        (
            rule(RuleFact::Reasserting(
                Switch::Off,
                Since::Away(Duration::from_secs(61)),
            )),
            Level::Warn,
            "After 61s without a word from the router, which may have been rebooted, the steering rule is not as it \
             was left: Disabling steering rule: ADAPTIVE: Steer X",
        ),
        (
            rule(RuleFact::Reasserting(Switch::Off, Since::Grace)),
            Level::Warn,
            "The steering rule is not left any longer as somebody switched it: Disabling steering rule: ADAPTIVE: Steer X",
        ),
        (
            left(Left::Off),
            Level::Info,
            "The steering rule is disabled: new latency-sensitive connections go over the primary",
        ),
        (
            left(Left::On),
            Level::Info,
            "The steering rule stays enabled, as steering.on_exit: leave has it: new latency-sensitive connections \
             go over the alternate until steering runs again; wanctl-steering --reset disables it",
        ),
        (
            left(Left::Unknown(Standing::Degraded)),
            Level::Warn,
            "The steering rule is left as it is, and the router could not be asked how that is; when it was last \
             seen, new latency-sensitive connections go over the alternate",
        ),
        (
            left(Left::NotDisabled),
            Level::Warn,
            "The steering rule \"ADAPTIVE: Steer X\" was not seen to be disabled and may still be enabled: disable \
             it with wanctl-steering --reset, or by hand",
        ),
        (
            rule(RuleFact::Missing),
            Level::Error,
            "No mangle rule has the comment \"ADAPTIVE: Steer X\", so nothing can be switched: compare \
             mangle_rule.comment with what the router shows for /ip firewall mangle print where comment!=\"\"",
        ),
        (
            rule(RuleFact::Ambiguous(2)),
            Level::Error,
            "2 mangle rules have the comment \"ADAPTIVE: Steer X\", so none is touched: give each its own comment; \
             list them with /ip firewall mangle print where comment!=\"\"",
        ),
        (
            Fact::RuleRefused(Refusal::Status(500)),
            Level::Error,
            "The steering rule cannot be read or switched: the router refused it (HTTP 500)",
        ),
    ]);
    for (fact, beginning) in [
        (
            RuleFact::WriteFailed(Switch::On),
            "Failed to enable steering rule",
        ),
        (
            RuleFact::WriteFailed(Switch::Off),
            "Failed to disable steering rule",
        ),
        (
            RuleFact::NotVerified(Switch::On),
            "Steering rule enable verification failed after retries",
        ),
    ] {
        let fact = rule(fact);
        assert!(line(&fact).starts_with(beginning), "{}", line(&fact));
        assert_eq!(level(&fact), Level::Error);
    }
}

#[test]
fn the_baseline_and_the_queue_have_v1_7s_words() {
    let ms = |ms| Millis::new(ms).unwrap();
    said(&[
        (
            about("wan1", fact::Fact::BaselineFound(ms(25.126))),
            Level::Info,
            "Initialized baseline RTT: 25.13ms",
        ),
        (
            about(
                "wan1",
                fact::Fact::BaselineMoved {
                    from: ms(25.0),
                    to: ms(31.5),
                },
            ),
            Level::Info,
            "Baseline RTT updated: 25.00ms -> 31.50ms",
        ),
        (
            about("wan1", fact::Fact::BaselineRefused(ms(75.04))),
            Level::Warn,
            "Baseline RTT 75.0ms is outside thresholds.baseline_rtt_bounds, ignoring (possible autorate \
             compromise); if wan1 really is like that, widen the bounds",
        ),
        (
            about("WAN-Download-1", fact::Fact::QueueUnreadable(1)),
            Level::Warn,
            "CAKE stats read failed for WAN-Download-1, using RTT-only decisions (failure 1)",
        ),
        (
            about("WAN-Download-1", fact::Fact::QueueUnreadable(3)),
            Level::Error,
            "CAKE stats read failed for WAN-Download-1, using RTT-only decisions (failure 3)",
        ),
        (
            about(
                "WAN1",
                fact::Fact::Moved {
                    from: Standing::Good,
                    to: Standing::Degraded,
                },
            ),
            Level::Info,
            "State transition: WAN1_DEGRADED (before: WAN1_GOOD), new latency-sensitive connections go over the \
             alternate",
        ),
    ]);
}

/// Contract 4.7.
#[test]
fn the_score_has_v1_7s_words_and_a_dry_run_three_lines() {
    let mut scored = Scored {
        score: 85,
        ..Scored::default()
    };
    let severe = Contributor::DeltaSevere(Millis::new(120.1).unwrap());
    scored.contributors.push(Contributor::Red).unwrap();
    scored.contributors.push(severe).unwrap();
    scored
        .contributors
        .push(Contributor::QueueHigh(60.0))
        .unwrap();
    let two = Duration::from_secs(2);
    let three = Duration::from_millis(3_500);
    said(&[
        (
            about("WAN1", fact::Fact::WouldEnable(scored.clone(), two)),
            Level::Warn,
            "[CONFIDENCE][DRY-RUN] WOULD_ENABLE_STEERING confidence=85 sustained=2.0s \
             signals=[RED, rtt_delta=120.1ms(severe), queue_high(60%)]",
        ),
        (
            about("WAN1", fact::Fact::WouldDisable(Scored::default(), three)),
            Level::Info,
            "[CONFIDENCE][DRY-RUN] WOULD_DISABLE_STEERING confidence=0 sustained=3.5s signals=[]",
        ),
        (
            Fact::WouldSwitch(Switch::On),
            Level::Info,
            "Would execute: enable mangle rule",
        ),
        (
            Fact::WouldSwitch(Switch::Off),
            Level::Info,
            "Would execute: disable mangle rule",
        ),
        (
            Fact::RoutingUnchanged,
            Level::Info,
            "Actual routing unchanged",
        ),
        (
            Fact::Scored {
                to: Standing::Degraded,
                scored,
            },
            Level::Warn,
            "[CONFIDENCE] ENABLE_STEERING confidence=85 signals=[RED, rtt_delta=120.1ms(severe), queue_high(60%)]",
        ),
        (
            about(
                "WAN1",
                fact::Fact::BrakeEngaged {
                    toggles: 5,
                    threshold: 70.0,
                    lasts: Duration::from_secs(60),
                },
            ),
            Level::Error,
            "[FLAP-BRAKE] ENGAGED: 5 toggles in the window, steering needs a score of 70, and there is no return, \
             until the primary has been calm for 60s",
        ),
        (
            about("WAN1", fact::Fact::BrakeReleased),
            Level::Warn,
            "[FLAP-BRAKE] DISENGAGED",
        ),
    ]);
}

#[test]
fn what_v1_7_had_no_words_for_has_one_sentence() {
    let feed = |to| {
        let from = FeedState::Missing;
        about("wan1", fact::Fact::Feed { from, to })
    };
    said(&[
        (
            feed(FeedState::Fresh),
            Level::Info,
            "Autorate's word on wan1 is fresh",
        ),
        (
            feed(FeedState::Stale),
            Level::Warn,
            "Autorate's word on wan1 is stale: see that wanctl runs for it; until it is back, decisions take longer",
        ),
        (
            Fact::Unsent {
                line: Side::Alternate,
                why: Unsent::NoInterface,
            },
            Level::Warn,
            "Echo requests over the alternate cannot leave: the interface has gone",
        ),
        (
            Fact::Leaving {
                line: Side::Primary,
                after: Duration::from_millis(61_250),
            },
            Level::Info,
            "Echo requests over the primary leave again after 61.2s",
        ),
        (
            Fact::Entries {
                list: label("TO_WAN2"),
                count: 3,
            },
            Level::Info,
            "Address list TO_WAN2 has 3 entries",
        ),
        (
            Fact::Link(LinkFact::Up { outage: None }),
            Level::Info,
            "Router connected",
        ),
    ]);
    assert_eq!(level(&feed(FeedState::OutOfBounds)), Level::Debug);
    let hungry = Fact::NoBaseline {
        primary: label("wan1"),
    };
    assert!(
        line(&hungry)
            .starts_with("Cannot proceed without baseline RTT: see that wanctl runs for wan1")
    );
    assert_eq!(level(&hungry), Level::Error);
}
