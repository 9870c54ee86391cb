//! What readers of the log rely on.

use super::*;
use crate::control::blackout::Findings;
use crate::control::controller::{Judgement, Source};
use crate::control::delay::Delay;
use crate::control::law::{Verdict, Why};
use crate::control::zone::Zone;
use crate::direction::{Both, Direction};
use crate::program::LinkFact;
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
