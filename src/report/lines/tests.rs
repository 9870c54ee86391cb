//! What readers of the log rely on.

use super::*;
use crate::control::blackout::Findings;
use crate::control::controller::{Judgement, Source};
use crate::control::delay::Delay;
use crate::control::law::adaptive::{Blocker, Decision, Mode, Reason};
use crate::control::law::{Verdict, Why};
use crate::control::load::Verdict as Counter;
use crate::control::zone::Zone;
use crate::direction::{Both, Direction};
use crate::program::{AdaptiveFact, LinkFact};
use crate::router::{Failure, Transport};
use crate::status::Unsent;
use crate::time::Duration;
use crate::units::{Millis, Rate};

fn line(fact: Fact) -> String {
    Line {
        wan: "wan1",
        fact: &fact,
    }
    .to_string()
}

#[test]
fn the_cycle_line_is_v1_7s() {
    let verdict = |zone, rate| Verdict {
        zone,
        was: zone,
        rate,
        why: Why::Cut,
    };
    let judgement = Judgement {
        rtt: Millis::of(60),
        source: Source::Icmp,
        delay: Delay {
            load: Millis::new(42.5).unwrap(),
            baseline: Millis::of(25),
            ..Delay::default()
        },
        verdicts: Both {
            down: verdict(Zone::Yellow, Rate::mbit(480)),
            up: verdict(Zone::SoftRed, Rate::mbit(47)),
        },
    };
    assert_eq!(
        line(Fact::Cycle {
            judgement,
            notable: true
        }),
        "wan1: [YELLOW/SOFT_RED] RTT=60.0ms, load_ewma=42.5ms, baseline=25.0ms, delta=17.5ms | DL=480M, UL=47M"
    );
}

#[test]
fn one_too_many_is_a_debug_line_and_counted_as_loud_as_it_would_have_been() {
    let spike = |notable| Fact::Spike {
        rise: Millis::of(13),
        above: Millis::of(12),
        notable,
    };
    let transition = |notable| Fact::Transition {
        direction: Direction::Up,
        to: Zone::Red,
        delta: Millis::of(50),
        edge: Millis::of(45),
        notable,
    };
    let suppressed = |noise| Fact::Suppressed { noise, count: 37 };
    let uploads = Noise::Transitions(Direction::Up);
    for (fact, noise, loud, text) in [
        (
            spike as fn(bool) -> Fact,
            Noise::Spikes,
            Level::Warn,
            "wan1: 37 more RTT spikes suppressed",
        ),
        (
            transition,
            uploads,
            Level::Info,
            "wan1: 37 more upload zone changes suppressed",
        ),
    ] {
        assert_eq!(level(&fact(true)), loud);
        assert_eq!(level(&fact(false)), Level::Debug);
        assert_eq!(level(&suppressed(noise)), loud);
        assert_eq!(line(suppressed(noise)), text);
        assert_eq!(line(fact(true)), line(fact(false)));
    }
    for (noise, text) in [
        (Noise::Cycles, "wan1: 37 more cycle lines suppressed"),
        (
            Noise::Modes(Direction::Up),
            "wan1: 37 more upload mode changes suppressed",
        ),
        (
            Noise::Silences,
            "wan1: 37 more short ICMP outages suppressed",
        ),
        (
            Noise::Unsent,
            "wan1: 37 more reports that echo requests cannot leave suppressed",
        ),
    ] {
        assert_eq!(line(suppressed(noise)), text);
    }
}

#[test]
fn words_of_v1_7_are_kept() {
    let twelve = Millis::new(12.5).unwrap();
    for (fact, text) in [
        (
            Fact::Spike {
                rise: twelve,
                above: Millis::of(12),
                notable: true,
            },
            "wan1: RTT spike detected! delta_accel=12.5ms (threshold=12.0ms) - forcing RED",
        ),
        (
            Fact::Recovered { rounds: 3 },
            "wan1: ICMP recovered after 3 cycles",
        ),
        (
            Fact::Link(LinkFact::Up {
                outage: Some((Duration::from_millis(61_250), 9)),
            }),
            "wan1: Router reconnected after 61.2s outage (9 failures)",
        ),
        (
            Fact::Link(LinkFact::Switched {
                to: Transport::Ssh,
                why: Some(Failure::ConnectionRefused),
            }),
            "wan1: Router transport rest failed (connection refused): switched to ssh, rest is probed until it answers",
        ),
        (
            Fact::Link(LinkFact::Switched {
                to: Transport::Rest,
                why: None,
            }),
            "wan1: Router transport rest answers again: switched back",
        ),
        (
            Fact::Link(LinkFact::Failed {
                why: Failure::TimedOut,
                failures: 3,
            }),
            "wan1: Router communication failed (timeout, 3 consecutive): no answer in time",
        ),
        (
            Fact::Link(LinkFact::Failed {
                why: Failure::Status(503),
                failures: 1,
            }),
            "wan1: Router communication failed (unknown, 1 consecutive): it refused to list the queues (HTTP 503)",
        ),
        (
            Fact::Unsent {
                why: Unsent::NoInterface,
            },
            "wan1: Echo requests cannot leave: the interface has gone",
        ),
        (
            Fact::Leaving {
                after: Duration::from_millis(61_250),
            },
            "wan1: Echo requests leave again after 61.2s",
        ),
        (
            Fact::Fallback {
                step: Step::Fail(Blind::TotalLoss),
                rounds: 0,
                findings: Findings::default(),
            },
            "wan1: Total connectivity loss - skipping cycle",
        ),
    ] {
        assert_eq!(line(fact), text);
    }
}

/// One unit of the budget pays for both directions.
#[test]
fn a_spent_budget_is_told_as_what_it_counts() {
    let spent = Fact::Throttled {
        changes: 10,
        window: Duration::from_secs(60),
    };
    assert_eq!(
        line(spent),
        "wan1: Rate limit reached (10 changes per 60s, each of up to two writes): the router keeps its \
         limits for now"
    );
}

fn decision() -> Decision {
    Decision {
        rate: Rate::bps(72_100_000),
        mode: Mode::Draining,
        reason: Reason::Cut,
        blocker: Some(Blocker::Draining),
        delta: Some(Millis::of(39)),
        threshold: Millis::new(15.2).unwrap(),
        achieved: Some(Rate::bps(80_100_000)),
        anchor: Some(Rate::mbit(85)),
        at_floor: false,
    }
}

/// State, signal, anchor and blocker of both directions, behind v1.7's words.
#[test]
fn the_adaptive_cycle_line_has_all_it_was_decided_on() {
    let blank = Decision {
        mode: Mode::Clear,
        reason: Reason::Raised,
        blocker: None,
        delta: None,
        achieved: None,
        anchor: None,
        ..decision()
    };
    let verdict = |decision: Decision| Verdict {
        zone: Zone::Yellow,
        was: Zone::Yellow,
        rate: decision.rate,
        why: Why::Adaptive(decision),
    };
    let judgement = Judgement {
        rtt: Millis::of(60),
        source: Source::Icmp,
        delay: Delay {
            load: Millis::of(64),
            baseline: Millis::of(25),
            ..Delay::default()
        },
        verdicts: Both {
            down: verdict(decision()),
            up: verdict(blank),
        },
    };
    let text = line(Fact::Cycle {
        judgement,
        notable: false,
    });
    assert_eq!(
        text,
        "wan1: [YELLOW/YELLOW] RTT=60.0ms, load_ewma=64.0ms, baseline=25.0ms, delta=39.0ms | DL=72M, UL=72M \
         | DL draining/cut/draining 39.0>15.2ms 80.1M of 85.0M | UL clear/raised/- ?<15.2ms ? of ?"
    );
    let decisions = Both {
        down: decision(),
        up: blank,
    };
    let stood = Fact::Adaptive(AdaptiveFact::Stood { decisions });
    assert_eq!(level(&stood), Level::Debug);
    assert_eq!(
        line(stood),
        "wan1: [no reply] DL=72M, UL=72M | DL draining/cut/draining 39.0>15.2ms 80.1M of 85.0M \
         | UL clear/raised/- ?<15.2ms ? of ?"
    );
}

#[test]
fn what_the_adaptive_law_has_to_say_is_said_in_sentences() {
    let mode = |notable| AdaptiveFact::Mode {
        direction: Direction::Down,
        was: Mode::Clear,
        decision: decision(),
        notable,
    };
    assert_eq!(level(&Fact::Adaptive(mode(false))), Level::Debug);
    for (fact, loud, text) in [
        (
            mode(true),
            Level::Info,
            "download clear -> draining at 72.1M: cut to what was delivered, less what drains the queue; \
             39.0ms of queue, bloat begins at 15.2ms; 80.1M passes; the line last showed 85M; \
             not higher: a queue is being emptied",
        ),
        (
            AdaptiveFact::Tested(Counter::Fresh(Duration::from_millis(104))),
            Level::Info,
            "The queues' byte counters are fresh: they move every 104ms",
        ),
        (
            AdaptiveFact::Tested(Counter::Slow(Duration::from_secs(1))),
            Level::Warn,
            "The queues' byte counters move every 1000ms only, too rarely to decide on: rates follow the delay \
             alone and drift to base_mbps",
        ),
        (
            AdaptiveFact::Uncounted {
                missing: Duration::from_secs(10),
            },
            Level::Warn,
            "The queues' byte counters have not been read for 10s: until they are, rates follow the delay alone \
             and drift to base_mbps",
        ),
        (
            AdaptiveFact::Counted {
                after: Duration::from_secs(61),
            },
            Level::Info,
            "The queues' byte counters are read again after 61s",
        ),
        (
            AdaptiveFact::FloorHolds {
                direction: Direction::Up,
                rate: Rate::mbit(5),
                lasting: Duration::from_secs(60),
            },
            Level::Warn,
            "upload: delay has stayed for 60s at the floor of 5M: the floor may lie above what the line can do \
             now",
        ),
    ] {
        let fact = Fact::Adaptive(fact);
        assert_eq!(level(&fact), loud, "{text}");
        assert_eq!(line(fact), format!("wan1: {text}"));
    }
}
