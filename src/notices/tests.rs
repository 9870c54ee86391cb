//! Evenings in facts, and what is told of them.

mod steering;

use super::*;
use crate::control::blackout::{Blind, Findings, Step};
use crate::control::controller::{Judgement, Source};
use crate::control::delay::Delay;
use crate::control::law::adaptive::{Blocker, Decision, Mode, Reason};
use crate::control::law::{Verdict, Why};
use crate::control::zone::Zone;
use crate::direction::{Both, Direction};
use crate::program::{Fact, LinkFact};
use crate::router::Failure;
use crate::status::label;
use crate::units::{Millis, Rate};

const PARAMS: NoticeParams = NoticeParams {
    kinds: Kinds::OF_A_WAN.with(Kind::Steering).with(Kind::Rule),
    cooldown: Duration::from_secs(900),
    sustained: Duration::from_secs(60),
    outage: Duration::from_secs(30),
};

/// What a watch tells, in virtual time.
struct Evening<F, W: Watch<F>> {
    watch: W,
    secs: u64,
    told: Vec<String>,
    notices: Vec<Notice>,
    facts: core::marker::PhantomData<F>,
}

impl<F, W: Watch<F>> Evening<F, W> {
    fn of(watch: W) -> Self {
        Self {
            watch,
            secs: 0,
            told: Vec::new(),
            notices: Vec::new(),
            facts: core::marker::PhantomData,
        }
    }

    fn when(&self) -> When {
        When {
            now: Instant::ZERO + Duration::from_secs(self.secs),
            wall: WallTime {
                secs: 1_000 + self.secs,
                nanos: 0,
            },
        }
    }

    fn hear(&mut self, fact: &F) {
        self.watch.hear(self.when(), fact);
    }

    /// Seconds in which the same happens again and again, or nothing.
    fn pass(&mut self, secs: u64, facts: &[F]) {
        for _ in 0..secs {
            self.secs += 1;
            for fact in facts {
                self.hear(fact);
            }
            for notice in self.watch.due(self.when()) {
                let state = match notice.turn {
                    Turn::Problem => "+",
                    Turn::Resolved => "-",
                };
                let direction = notice.direction.map(|it| format!(" {it}"));
                let direction = direction.unwrap_or_default();
                self.told
                    .push(format!("{} {state}{}{direction}", self.secs, notice.kind()));
                self.notices.push(notice);
            }
        }
    }
}

fn wan() -> Evening<Fact, WanWatch> {
    Evening::of(WanWatch::new(Instant::ZERO, &label("wan1"), PARAMS, true))
}

/// A cycle in which the download is so, and the upload is well.
fn cycle(zone: Zone, why: Why, source: Source) -> Fact {
    let verdict = |zone, why, rate| Verdict {
        zone,
        was: zone,
        rate,
        why,
    };
    let judgement = Judgement {
        rtt: Millis::of(105),
        source,
        delay: Delay {
            load: Millis::of(105),
            baseline: Millis::of(20),
            ..Delay::default()
        },
        verdicts: Both {
            down: verdict(zone, why, Rate::mbit(150)),
            up: verdict(Zone::Green, Why::AtCeiling, Rate::mbit(38)),
        },
    };
    Fact::Cycle {
        judgement,
        notable: false,
    }
}

fn well() -> Fact {
    cycle(Zone::Green, Why::AtCeiling, Source::Icmp)
}

fn red(why: Why) -> Fact {
    cycle(Zone::Red, why, Source::Icmp)
}

/// A check round in which TCP got no answer.
fn fallback(step: Step, gateway: bool) -> Fact {
    let findings = Findings { gateway, tcp: None };
    Fact::Fallback {
        step,
        rounds: 1,
        findings,
    }
}

#[test]
fn an_ordinary_evening_wakes_nobody() {
    let mut evening = wan();
    for _ in 0..60 {
        evening.pass(50, &[well()]);
        evening.pass(10, &[red(Why::Cut)]);
    }
    // ICMP is lost now and then, and the router misses a beat.
    for _ in 0..60 {
        evening.hear(&Fact::Silent);
        evening.hear(&fallback(Step::Fail(Blind::TotalLoss), false));
        evening.hear(&Fact::Link(LinkFact::Failed {
            why: Failure::TimedOut,
            failures: 1,
        }));
        evening.pass(10, &[]);
        evening.hear(&Fact::Link(LinkFact::Up { outage: None }));
        evening.pass(50, &[well()]);
    }
    assert_eq!(evening.told, Vec::<String>::new());
}

#[test]
fn congestion_is_told_when_it_has_lasted_for_the_direction_that_has_it() {
    let mut evening = wan();
    evening.pass(100, &[well()]);
    evening.pass(100, &[red(Why::Cut)]);
    evening.pass(
        100,
        &[cycle(Zone::SoftRed, Why::HeldInSoftRed, Source::Tcp)],
    );
    evening.pass(100, &[well()]);
    assert_eq!(
        evening.told,
        ["161 +congestion download", "361 -congestion download"]
    );
    let notice = &evening.notices[0];
    assert_eq!(notice.title, "wan1: the download is congested");
    assert_eq!(notice.since.secs, 1_101);
    assert_eq!(notice.direction, Some(Direction::Down));
    assert_eq!(
        notice.message,
        "The download has been SOFT_RED and worse; now RED, 85 ms over the baseline. So for 60 s."
    );
    assert_eq!(evening.notices[1].message, "It lasted 3 min.");
    assert_eq!(evening.notices[1].advice, "");
}

/// b-5: a floor of 200M on a line that carries 75 in the evening.
#[test]
fn a_floor_above_what_the_line_carries_is_told_with_what_to_do() {
    let mut evening = wan();
    evening.pass(100, &[red(Why::AtFloor)]);
    // SOFT_RED holds the same rate, which is still the floor.
    evening.pass(
        50,
        &[cycle(Zone::SoftRed, Why::HeldInSoftRed, Source::Icmp)],
    );
    evening.pass(10, &[well()]);
    assert_eq!(
        evening.told,
        ["61 +congestion download", "61 +floor download"]
    );
    let floor = &evening.notices[1];
    assert_eq!(
        floor.title,
        "wan1: the download rate is at its floor, and the delay stays"
    );
    assert_eq!(
        floor.message,
        "The download may not be shaped below 150 Mbit/s, and its delay is 85 ms over the baseline. So for 60 s."
    );
    assert!(
        floor
            .advice
            .contains("lower the floors of continuous_monitoring.download")
    );
}

/// What the adaptive law decided, and whether its floor stopped it.
fn adaptive(mode: Mode, at_floor: bool) -> Why {
    Why::Adaptive(Decision {
        rate: Rate::mbit(150),
        mode,
        reason: Reason::Held,
        blocker: Some(Blocker::Draining),
        delta: Some(Millis::of(85)),
        threshold: Millis::of(15),
        achieved: None,
        anchor: None,
        at_floor,
    })
}

/// Whose delay it is, is no question of whether it is there.
#[test]
fn congestion_under_the_adaptive_law_is_told_whatever_its_mode() {
    for mode in Mode::ALL {
        let mut evening = wan();
        evening.pass(90, &[red(adaptive(mode, false))]);
        assert_eq!(evening.told, ["61 +congestion download"], "{mode:?}");
        evening.pass(
            90,
            &[cycle(Zone::Green, adaptive(mode, false), Source::Icmp)],
        );
        assert_eq!(evening.told.len(), 2, "{:?}", evening.told);
    }
}

/// Every half minute it leaves the floor for five seconds, to see whether the delay is its own.
#[test]
fn a_floor_of_the_adaptive_law_is_told_through_its_trials() {
    let mut evening = wan();
    for _ in 0..4 {
        evening.pass(30, &[red(adaptive(Mode::Draining, true))]);
        evening.pass(6, &[red(adaptive(Mode::Weather, false))]);
    }
    let floors = |evening: &Evening<Fact, WanWatch>| {
        let told = evening.told.iter();
        told.filter(|line| line.contains("floor"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(floors(&evening), ["61 +floor download"]);
    // At the floor without delay, and off it with delay, nothing is wrong with it.
    for (zone, at_floor) in [(Zone::Green, true), (Zone::Red, false)] {
        let mut evening = wan();
        evening.pass(
            200,
            &[cycle(zone, adaptive(Mode::Clear, at_floor), Source::Icmp)],
        );
        assert!(floors(&evening).is_empty(), "{zone} {at_floor}");
    }
}

#[test]
fn a_rate_that_is_held_above_its_floor_is_not_at_it() {
    let mut evening = wan();
    evening.pass(
        200,
        &[cycle(Zone::SoftRed, Why::HeldInSoftRed, Source::Icmp)],
    );
    assert_eq!(evening.told, ["61 +congestion download"]);
}

#[test]
fn a_router_is_told_once_and_when_it_is_back() {
    let mut evening = wan();
    for failures in [1, 3, 10] {
        evening.hear(&Fact::Link(LinkFact::Failed {
            why: Failure::ConnectionRefused,
            failures,
        }));
        evening.pass(20, &[well()]);
    }
    evening.hear(&Fact::Link(LinkFact::Up { outage: None }));
    evening.pass(60, &[well()]);
    assert_eq!(evening.told, ["30 +router", "90 -router"]);
    let notice = &evening.notices[0];
    assert_eq!(notice.severity(), Severity::Critical);
    assert!(
        notice.message.contains("connection refused"),
        "{}",
        notice.message
    );
    assert_eq!(evening.notices[1].severity(), Severity::Info);
}

/// A changed password: whoever is woken must not look for a cable.
#[test]
fn a_router_that_turns_us_away_is_not_called_silent() {
    let mut evening = wan();
    evening.hear(&Fact::Link(LinkFact::Failed {
        why: Failure::Unauthorized,
        failures: 1,
    }));
    evening.pass(30, &[well()]);
    let notice = &evening.notices[0];
    assert_eq!(notice.title, "wan1: the router cannot be used");
    assert_eq!(
        notice.message,
        "The router cannot be used: user, password or key refused. It keeps the last limits that it confirmed. So \
         for 30 s."
    );
}

/// A router that is away for a minute, eight times within the cool-down.
#[test]
fn a_router_that_flaps_is_told_once_per_cool_down_with_the_number() {
    let mut evening = wan();
    for _ in 0..9 {
        evening.hear(&Fact::Link(LinkFact::Failed {
            why: Failure::TimedOut,
            failures: 1,
        }));
        evening.pass(60, &[well()]);
        evening.hear(&Fact::Written {
            direction: Direction::Down,
            rate: Rate::mbit(100),
            took: Duration::ZERO,
        });
        evening.pass(60, &[well()]);
    }
    assert_eq!(
        evening.told,
        ["30 +router", "90 -router", "990 +router", "1050 -router"]
    );
    assert_eq!(evening.notices[2].untold, 7);
    let message = &evening.notices[2].message;
    assert!(
        message.ends_with("It came and went 7 times since the notice before."),
        "{message}"
    );
}

/// b-24: a gateway that answers is not the internet.
#[test]
fn a_line_without_icmp_and_tcp_is_down_whatever_the_gateway_says() {
    for (step, gateway) in [
        (Step::Fail(Blind::TotalLoss), false),
        (Step::Freeze, true),
        (Step::Fail(Blind::GaveUp), true),
        (Step::Repeat, true),
    ] {
        let mut evening = wan();
        evening.pass(10, &[well()]);
        evening.hear(&fallback(step, gateway));
        let repeated = [cycle(Zone::Green, Why::AtCeiling, Source::LastRtt)];
        let repeats = if step == Step::Repeat {
            &repeated[..]
        } else {
            &[]
        };
        evening.pass(50, repeats);
        evening.pass(50, &[well()]);
        assert_eq!(evening.told, ["42 +wan_down", "91 -wan_down"], "{step:?}");
        let message = &evening.notices[0].message;
        assert_eq!(
            message.contains("The gateway does answer."),
            gateway,
            "{message}"
        );
    }
}

#[test]
fn a_silent_line_of_which_nobody_asks_more_is_blind() {
    let unchecked = fallback(Step::Fail(Blind::NoReply), false);
    let checked = fallback(Step::Freeze, true);
    for (tries_tcp, fact) in [(true, unchecked), (false, checked)] {
        let name = label("wan1");
        let mut evening = Evening::of(WanWatch::new(Instant::ZERO, &name, PARAMS, tries_tcp));
        evening.pass(10, &[well()]);
        evening.hear(&fact);
        evening.pass(70, &[]);
        evening.pass(70, &[well()]);
        assert_eq!(evening.told, ["72 +blind", "141 -blind"], "{fact:?}");
        assert_eq!(
            evening.notices[0].message,
            "Nothing can be measured (nobody answers ICMP): the rates stay as they are. So for 60 s."
        );
    }
}

#[test]
fn a_line_that_was_never_measured_is_told_with_the_reason() {
    let mut evening = wan();
    evening.hear(&Fact::Unsent {
        why: crate::status::Unsent::Forbidden,
    });
    evening.pass(70, &[]);
    assert_eq!(evening.told, ["62 +blind"]);
    let message = &evening.notices[0].message;
    assert!(
        message.contains("forbidden, perhaps by a firewall"),
        "{message}"
    );
}

/// Measured over TCP, a line is neither blind nor down.
#[test]
fn a_line_without_icmp_that_tcp_measures_is_no_news() {
    let mut evening = wan();
    evening.hear(&Fact::Silent);
    evening.pass(600, &[cycle(Zone::Green, Why::AtCeiling, Source::Tcp)]);
    assert_eq!(evening.told, Vec::<String>::new());
}

/// Of a line that nobody can see, nobody knows whether it is congested.
#[test]
fn congestion_neither_lasts_nor_ends_while_nothing_is_measured() {
    let mut evening = wan();
    evening.pass(50, &[red(Why::Cut)]);
    evening.hear(&fallback(Step::Fail(Blind::TotalLoss), false));
    evening.pass(300, &[]);
    evening.pass(20, &[well()]);
    assert_eq!(evening.told, ["82 +wan_down"]);
}

#[test]
fn only_the_kinds_that_are_wanted_are_told() {
    let params = NoticeParams {
        kinds: Kinds::NONE.with(Kind::Floor),
        ..PARAMS
    };
    let mut evening = Evening::of(WanWatch::new(Instant::ZERO, &label("wan1"), params, true));
    evening.pass(100, &[red(Why::AtFloor)]);
    assert_eq!(evening.told, ["61 +floor download"]);
}
