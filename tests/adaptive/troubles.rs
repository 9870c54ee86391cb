//! What goes wrong around it.

use wanctl::control::law::Why;
use wanctl::control::law::adaptive::{Mode, Reason};
use wanctl::direction::Direction;
use wanctl::program::{AdaptiveFact, Fact, WanId};
use wanctl::sim::line::LineOptions;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::status::Sight;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::adaptive_file::config;
use crate::harness::world::Trouble;
use crate::world::{Watched, evening, second};

#[test]
fn without_its_router_it_holds_near_the_base_and_recovers() {
    let mut evening = Watched::new(evening());
    evening.until(second(60));
    let before = evening.wan().router.applied.down;
    evening.worlds.trouble.unplugged = true;
    evening.until(second(80));
    let wan = evening.wan();
    assert!(!wan.router.link.reachable);
    assert_eq!(wan.router.applied.down, before, "nobody can change it");
    let Why::Adaptive(decision) = wan.why.down else {
        panic!("{:?}", wan.why.down);
    };
    assert_eq!(decision.mode, Mode::Blind);
    let health = evening.health();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["wans"][0]["adaptive"]["counters"]["state"], "none");
    // A router that cannot be reached is told as that.
    let uncounted = |fact: &AdaptiveFact| matches!(fact, AdaptiveFact::Uncounted { .. });
    assert!(!evening.said().iter().any(uncounted));
    evening.worlds.trouble.unplugged = false;
    evening.until(second(90));
    let wan = evening.wan();
    assert!(wan.router.link.up);
    assert_eq!(wan.router.applied.down, Some(wan.rates.down));
    assert!(wan.rates.down < Rate::mbit(275), "{}", wan.rates.down);
    assert_eq!(
        evening.health()["wans"][0]["adaptive"]["counters"]["state"],
        "fresh"
    );
}

#[test]
fn a_dead_line_changes_nothing_and_says_that_nothing_passes() {
    let mut evening = Watched::new(evening());
    evening.until(second(60));
    evening.worlds.trouble = Trouble {
        dead: true,
        ..Trouble::default()
    };
    let line = &mut evening.worlds.sides[0].scene.first.line;
    line.set_demand(evening.worlds.now, Direction::Down, Rate::ZERO);
    evening.until(second(62));
    let rates = evening.wan().rates;
    evening.until(second(80));
    assert_eq!(evening.wan().rates, rates);
    assert!(matches!(
        evening.wan().measurement.sight,
        Sight::Frozen | Sight::Blind(_)
    ));
    let health = evening.health();
    let wan = &health["wans"][0];
    assert_eq!(wan["adaptive"]["reflectors"], "outage");
    assert_eq!(wan["download"]["adaptive"]["blocker"], "nothing_passes");
    evening.worlds.trouble = Trouble::default();
    evening.until(second(85));
    assert_eq!(
        evening.health()["wans"][0]["adaptive"]["reflectors"],
        "heard"
    );
}

/// A law that steps twenty times a second is not told by replies alone: most cuts come when they are late.
#[test]
fn what_is_decided_while_nothing_is_heard_is_told_as_well() {
    let down = Direction::Down;
    let mut story = Schedule::new().at(second(10), Change::Demand(down, Rate::mbit(900)));
    for n in 1..10 {
        let capacity = if n % 2 == 0 { 500 } else { 120 };
        story = story.at(second(20 * n), Change::Capacity(down, Rate::mbit(capacity)));
    }
    let mut evening = Watched::new(story);
    let (mut cuts, mut returns) = (0, 0);
    for tick in 1..4_000 {
        evening.until(Duration::from_millis(50 * tick));
        let wan = evening.worlds.program.wan(WanId::default());
        let pilot = wan.controller().pilot().expect("the adaptive law");
        let decision = pilot.decisions().expect("it has stepped").down;
        cuts += u64::from(decision.reason == Reason::Cut);
        returns += u64::from(decision.reason == Reason::Returned);
        assert_eq!(
            evening.wan().rates.down,
            decision.rate,
            "after {tick} ticks"
        );
    }
    let steps = evening.wan().adaptive.expect("it decides").steps.down;
    assert!(cuts >= 4, "{cuts}");
    assert_eq!(steps.cuts, cuts);
    assert!(steps.returns >= returns, "{steps:?}");
}

/// Zones change between replies as well; the next judgement tells of it.
#[test]
fn every_judgement_goes_on_from_the_zone_of_the_one_before() {
    let mut evening = Watched::new(evening());
    evening.until(second(60));
    let judged = evening.ear.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Cycle { judgement, .. } => Some(judgement.verdicts.down),
        _ => None,
    });
    let verdicts: Vec<_> = judged.collect();
    assert!(verdicts.iter().any(|verdict| verdict.zone != verdict.was));
    for pair in verdicts.windows(2) {
        assert_eq!(pair[0].zone, pair[1].was);
    }
}

/// The floor is 80 Mbit/s, and the line can do 40.
#[test]
fn a_floor_above_what_the_line_can_do_is_told_once() {
    let down = Direction::Down;
    let story = Schedule::new()
        .at(second(10), Change::Demand(down, Rate::mbit(900)))
        .at(second(20), Change::Capacity(down, Rate::mbit(40)));
    // A buffer of a quarter of a second, as modems have.
    let mut line = LineOptions::default();
    line.buffer.down = 1_250_000;
    let mut evening = Watched::on(line, story);
    evening.until(second(70));
    let holds = |evening: &mut Watched| {
        let said = evening.said();
        let holds = said.into_iter().filter_map(|fact| match fact {
            AdaptiveFact::FloorHolds {
                direction, rate, ..
            } => Some((direction, rate)),
            _ => None,
        });
        holds.collect::<Vec<_>>()
    };
    assert_eq!(holds(&mut evening), []);
    evening.until(second(200));
    assert_eq!(holds(&mut evening), [(down, Rate::mbit(80))]);
    assert!(evening.wan().is_at_floor(down));
}

#[test]
fn a_dry_run_reads_and_writes_nothing() {
    // Eight places for WANs are moved about, and debug builds do not spare the stack.
    let roomy = std::thread::Builder::new().stack_size(16 << 20);
    let story = roomy.spawn(dry_run).expect("a thread");
    if let Err(panic) = story.join() {
        std::panic::resume_unwind(panic);
    }
}

fn dry_run() {
    let mut evening = Watched::dry(&config("wan1"), evening());
    evening.until(second(40));
    assert_eq!(evening.worlds.tally.writes, 0);
    let health = evening.health();
    assert_eq!(health["wans"][0]["adaptive"]["counters"]["state"], "fresh");
    assert_eq!(
        health["wans"][0]["router"]["last_outcome"],
        "withheld (dry run)"
    );
    let router = &evening.worlds.sides[0].scene.router;
    let limit = router
        .queue("WAN-Download")
        .map(|queue| queue.number("max-limit"));
    assert_eq!(limit, Some(500_000_000));
}

/// For five minutes the line loses four fifths of itself every four seconds, and gets them back.
#[test]
fn a_line_that_flaps_does_not_fill_the_log_and_what_is_left_out_is_counted() {
    let down = Direction::Down;
    let story = Schedule::new()
        .at(second(0), Change::Demand(down, Rate::mbit(900)))
        .at(second(1), Change::Capacity(down, Rate::mbit(100)))
        .at(second(3), Change::Capacity(down, Rate::mbit(500)))
        .repeating_every(second(4));
    let mut evening = Watched::new(story);
    evening.until(second(300));
    let suppressed = evening.wan().counters.suppressed;
    let modes: Vec<_> = evening
        .said()
        .into_iter()
        .filter_map(|fact| match fact {
            AdaptiveFact::Mode {
                direction, notable, ..
            } if direction == down => Some(notable),
            _ => None,
        })
        .collect();
    let loud = modes.iter().filter(|&&notable| notable).count();
    assert!(modes.len() > 100, "{}", modes.len());
    assert!(loud <= 10 + 30, "{loud} of {}", modes.len());
    assert!(suppressed >= (modes.len() - loud) as u64);
}
