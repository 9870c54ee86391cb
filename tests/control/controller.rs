//! Whichever law decides: what is told of it, and what a cycle without a measurement does.

use wanctl::control::blackout::{Blind, Step};
use wanctl::control::bloat::oneway::Turn;
use wanctl::control::controller::{Controller, Decision, Judgement, Source};
use wanctl::control::delay::{DelayParams, DelayTracker};
use wanctl::control::law::Why;
use wanctl::control::law::adaptive::{self, Pilot, PilotParams, Preset};
use wanctl::control::law::classic::{Floors, Shaper, ShaperParams};
use wanctl::control::zone::{Streaks, Thresholds, Zone};
use wanctl::direction::{Both, Direction};
use wanctl::time::{Duration, Instant};
use wanctl::units::{Alpha, Factor, Rate};

use crate::{at, ms};

const DELAY: DelayParams = DelayParams {
    load: Alpha::new(0.5).unwrap(),
    baseline: Alpha::new(0.1).unwrap(),
    idle_below: wanctl::units::Millis::of(3),
    spike_above: wanctl::units::Millis::of(12),
    baseline_bounds: (wanctl::units::Millis::of(10), wanctl::units::Millis::of(60)),
};

fn settings(ceiling: u64, soft_red: Option<f64>) -> ShaperParams {
    ShaperParams {
        thresholds: Thresholds {
            green: ms(15.0),
            yellow: ms(45.0),
            soft_red: soft_red.map(ms),
        },
        ceiling: Rate::mbit(ceiling),
        floors: Floors::single(Rate::mbit(ceiling / 10)),
        decay_yellow: Factor::new(0.96).unwrap(),
        decay_red: Factor::new(0.85).unwrap(),
        step_up: Rate::mbit(5),
        green_required: 5,
    }
}

const fn both<T>(down: T, up: T) -> Both<T> {
    Both { down, up }
}

fn classic() -> Controller {
    let shapers = both(settings(500, Some(80.0)), settings(50, None)).map(Shaper::new);
    Controller::new(DelayTracker::new(DELAY, ms(25.0)), shapers)
}

fn capacity_anchored() -> Controller {
    let shaper = |ceiling| adaptive::ShaperParams {
        floor: Rate::mbit(ceiling / 10),
        base: Rate::mbit(ceiling / 2),
        ceiling: Rate::mbit(ceiling),
        tuning: Preset::Cable.tuning(),
    };
    let params = PilotParams {
        reflectors: 6,
        echo_every: Duration::from_millis(50),
        shapers: both(shaper(500), shaper(50)),
        learned: None,
        one_way: false,
    };
    Controller::adaptive(Pilot::new(Instant::ZERO, &params), ms(25.0))
}

fn judged(decision: Decision) -> Judgement {
    match decision {
        Decision::Judged(judgement) => judgement,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cycle_that_measured_nothing_moves_nothing_whichever_law_decides() {
    for mut controller in [classic(), capacity_anchored()] {
        let (rates, delay) = (controller.rates(), controller.delay());
        for (step, decision) in [
            (Step::Hold, Decision::Held),
            (Step::Freeze, Decision::Frozen),
            (Step::Fail(Blind::NoReply), Decision::Failed(Blind::NoReply)),
            (
                Step::Fail(Blind::TotalLoss),
                Decision::Failed(Blind::TotalLoss),
            ),
        ] {
            assert_eq!(controller.step(at(50), step), decision);
        }
        assert_eq!((controller.rates(), controller.delay()), (rates, delay));
    }
}

/// W-10.
#[test]
fn the_time_of_a_tcp_connect_is_judged_and_kept_away_from_the_averages_of_icmp() {
    let mut controller = classic();
    let before = judged(controller.step(at(0), Step::Judge(ms(27.0)))).delay;
    assert_eq!(before, controller.delay());
    let first = judged(controller.step(at(50), Step::JudgeTcp(ms(227.0))));
    assert_eq!((first.rtt, first.source), (ms(227.0), Source::Tcp));
    assert_eq!(
        first.delay.load,
        ms(f64::midpoint(26.0, 227.0)),
        "a copy of them goes on"
    );
    let second = judged(controller.step(at(100), Step::JudgeTcp(ms(227.0))));
    assert!(second.delay.load > first.delay.load);
    assert!(
        second.verdicts.down.rate < Rate::mbit(500),
        "what was judged is acted on"
    );
    assert_eq!(controller.delay(), before);
    // And the copy is thrown away when ICMP is back.
    controller.step(at(150), Step::Judge(ms(26.0)));
    let again = judged(controller.step(at(200), Step::JudgeTcp(ms(227.0))));
    assert_eq!(again.delay.load, ms(f64::midpoint(26.0, 227.0)));
}

#[test]
fn the_last_rtt_is_judged_once_more_as_what_it_was() {
    let mut controller = classic();
    let load = judged(controller.step(at(0), Step::Judge(ms(95.0))))
        .delay
        .load;
    let again = judged(controller.step(at(50), Step::Repeat));
    assert_eq!(
        (again.rtt, again.source, again.delay.load),
        (load, Source::LastRtt, load)
    );
    assert_eq!(
        again.verdicts.map(|verdict| verdict.zone),
        both(Zone::Yellow, Zone::Yellow)
    );
    assert_eq!(controller.zones(), both(Zone::Yellow, Zone::Yellow));
}

/// Who is asked once a second by TCP cannot hold a queue.
#[test]
fn the_adaptive_law_stands_still_while_only_tcp_answers() {
    let mut controller = capacity_anchored();
    let rates = controller.rates();
    for step in [Step::JudgeTcp(ms(300.0)), Step::Repeat] {
        assert_eq!(controller.step(at(50), step), Decision::Frozen);
    }
    assert_eq!(controller.rates(), rates);
}

#[test]
fn v1_7s_law_tells_the_settings_it_was_given() {
    let mut controller = classic();
    assert_eq!(controller.rates(), both(Rate::mbit(500), Rate::mbit(50)));
    assert_eq!(controller.ceilings(), controller.rates());
    let floors = both(50, 5).map(|floor| Floors::single(Rate::mbit(floor)));
    assert_eq!(controller.floors(), floors);
    let given = both(settings(500, Some(80.0)), settings(50, None));
    assert_eq!(controller.thresholds(), given.map(|given| given.thresholds));
    assert_eq!(controller.spike_above(), DELAY.spike_above);
    assert_eq!(controller.baseline_bounds(), DELAY.baseline_bounds);
    assert!(controller.pilot().is_none() && controller.pilot_mut().is_none());
    for n in 0..6 {
        assert_eq!(controller.ask(at(0), n), Turn::Echo);
    }
    controller.step(at(0), Step::Judge(ms(25.0)));
    let green = Streaks {
        green: 1,
        ..Streaks::default()
    };
    assert_eq!(controller.streaks(), both(green, green));
}

#[test]
fn the_adaptive_law_tells_its_limits_and_edges_like_v1_7s() {
    let controller = capacity_anchored();
    assert_eq!(
        controller.rates(),
        both(Rate::mbit(250), Rate::mbit(25)),
        "it starts at the base"
    );
    assert_eq!(controller.ceilings(), both(Rate::mbit(500), Rate::mbit(50)));
    let floors = both(50, 5).map(|floor| Floors::single(Rate::mbit(floor)));
    assert_eq!(controller.floors(), floors);
    let edges = settings(1, Some(80.0)).thresholds;
    let three = Thresholds {
        soft_red: None,
        ..edges
    };
    assert_eq!(
        controller.thresholds(),
        both(edges, three),
        "15, 45 and 80 ms"
    );
    assert_eq!(controller.streaks(), Both::default());
    assert!(controller.pilot().is_some());
}

#[test]
fn the_adaptive_law_judges_in_v1_7s_words() {
    let mut controller = capacity_anchored();
    let mut zones = Vec::new();
    // Half a minute of calm, then a queue that is somebody else's.
    for n in 0..700_u64 {
        let (now, extra) = (at(n * 50), if n < 600 { 0 } else { 60 });
        let reflector = (n % 6) as u8;
        controller.ask(now, reflector);
        let rtt = Duration::from_millis(20 + extra);
        controller.answered(now + rtt, reflector, rtt, None);
        let judgement = judged(controller.step(now + rtt, Step::Judge(rtt.as_millis())));
        assert_eq!(
            (judgement.rtt, judgement.source),
            (rtt.as_millis(), Source::Icmp)
        );
        assert_eq!(judgement.delay, controller.delay());
        for direction in Direction::BOTH {
            let verdict = judgement.verdicts[direction];
            assert_eq!(verdict.rate, controller.rates()[direction]);
            assert!(
                matches!(verdict.why, Why::Adaptive(decision) if decision.rate == verdict.rate)
            );
        }
        let verdict = judgement.verdicts.down;
        assert_eq!(verdict.was, zones.last().copied().unwrap_or(Zone::Green));
        zones.push(verdict.zone);
    }
    let delay = controller.delay();
    assert!(
        (delay.baseline - ms(20.0)).as_f64().abs() < 1.0,
        "{delay:?}"
    );
    assert!((delay.delta() - ms(60.0)).as_f64().abs() < 3.0, "{delay:?}");
    assert_eq!(zones[599], Zone::Green);
    assert_eq!(controller.zones(), both(Zone::SoftRed, Zone::Red));
}
