//! What a household sees.

use wanctl::control::law::Why;
use wanctl::control::law::adaptive::Mode;
use wanctl::control::load::Verdict;
use wanctl::direction::Direction;
use wanctl::program::{AdaptiveFact, Program, WanId};
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::status::CounterState;
use wanctl::time::Duration;
use wanctl::units::{Millis, Rate};

use crate::adaptive_file::config;
use crate::world::{Watched, evening, second};

/// Half of the capacity goes in the middle of a download, and comes back.
#[test]
fn a_drop_is_cut_drained_and_returned_from_and_the_capacity_is_found_again() {
    let mut evening = Watched::new(evening());
    evening.until(second(30));
    assert!(
        evening.wan().rates.down > Rate::mbit(400),
        "no queue, no cut"
    );
    evening.said();
    evening.until(second(32));
    let modes: Vec<_> = evening
        .said()
        .into_iter()
        .filter_map(|fact| match fact {
            AdaptiveFact::Mode {
                direction: Direction::Down,
                was,
                decision,
                ..
            } => Some((was, decision.mode)),
            _ => None,
        })
        .collect();
    assert_eq!(
        modes[..2],
        [(Mode::Clear, Mode::Draining), (Mode::Draining, Mode::Clear)]
    );
    let rate = evening.wan().rates.down;
    assert!(Rate::mbit(200) < rate && rate < Rate::mbit(262), "{rate}");
    let steps = evening.wan().adaptive.expect("it decides").steps.down;
    assert!(steps.cuts >= 1 && steps.returns >= 1, "{steps:?}");
    evening.until(second(90));
    let rate = evening.wan().rates.down;
    assert!(Rate::mbit(200) < rate && rate < Rate::mbit(275), "{rate}");
    assert!(evening.wan().delay.delta() < Millis::of(40));
    evening.until(second(150));
    let rate = evening.wan().rates.down;
    assert!(rate > Rate::mbit(400), "{rate}");
    assert_eq!(evening.worlds.tally.lies, 0);
    let upload = evening.wan().rates.up;
    evening.until(second(200));
    assert_eq!(
        evening.wan().rates.up,
        upload,
        "an idle line teaches nothing"
    );
}

#[test]
fn every_decision_is_explained_in_health_and_log() {
    let down = Direction::Down;
    let story = Schedule::new()
        .at(second(10), Change::Demand(down, Rate::mbit(450)))
        .at(second(30), Change::Capacity(down, Rate::mbit(250)));
    let mut evening = Watched::new(story);
    let mut cut = None;
    for tick in 0..60 {
        evening.until(second(30) + Duration::from_millis(50 * tick));
        let health = evening.health();
        let said = health["wans"][0]["download"]["adaptive"].clone();
        if said["reason"] == "cut" {
            cut = Some(said);
            break;
        }
    }
    let said = cut.expect("it cuts within three seconds");
    assert_eq!(said["mode"], "draining");
    assert_eq!(said["blocker"], "draining");
    let number = |key: &str| {
        said[key]
            .as_f64()
            .unwrap_or_else(|| panic!("{key} in {said}"))
    };
    for key in ["delta_ms", "threshold_ms", "achieved_mbps", "anchor_mbps"] {
        assert!(number(key) >= 0.0, "{said}");
    }
    let health = evening.health();
    let wan = &health["wans"][0];
    assert_eq!(wan["control_law"], "adaptive");
    assert_eq!(wan["adaptive"]["reflectors"], "heard");
    assert_eq!(wan["adaptive"]["counters"]["state"], "fresh");
    assert_eq!(wan["measurement"]["reflectors"][5]["left_out"], false);
    let baseline = wan["measurement"]["reflectors"][5]["baseline_ms"].as_f64();
    assert!(
        baseline.is_some_and(|ms| (23.0..26.0).contains(&ms)),
        "{wan}"
    );
    let why = wan["download"]["why"].as_str().expect("a sentence");
    assert!(why.contains("cut to what was delivered"), "{why}");
    evening.until(second(35));
    let anchor = evening.health()["wans"][0]["download"]["adaptive"]["anchor_mbps"].as_f64();
    assert!(
        anchor.is_some_and(|mbps| (225.0..=275.0).contains(&mbps)),
        "{anchor:?}"
    );
    let log = evening.log();
    let told = |words: &str| log.iter().any(|line| line.contains(words));
    assert!(told("download clear -> draining at "), "{log:#?}");
    assert!(
        told("The queues' byte counters are fresh: they move every "),
        "{log:#?}"
    );
}

#[test]
fn counters_are_read_ten_times_a_second_under_load_and_once_when_idle() {
    let mut evening = Watched::new(evening());
    let count = |evening: &mut Watched, from, to| {
        evening.until(second(from));
        let before = evening.requests();
        evening.until(second(to));
        evening.requests() - before
    };
    let loaded = count(&mut evening, 15, 25);
    assert!(
        (80..=125).contains(&loaded),
        "{loaded} in ten seconds of load"
    );
    let idle = count(&mut evening, 170, 190);
    assert!((18..=24).contains(&idle), "{idle} in twenty idle seconds");
    let shown = evening.wan().adaptive.expect("it decides");
    let Verdict::Fresh(period) = shown.counters.verdict else {
        panic!("{:?}", shown.counters);
    };
    assert!(period <= Duration::from_millis(150), "{period}");
    let state = shown.counters.state(evening.worlds.now);
    assert_eq!(state, CounterState::Fresh(period));
}

/// Two lines of the same house: what one does is nothing to the other.
#[test]
fn several_wans_decide_each_for_itself() {
    let configs = [config("wan1"), config("wan2")];
    let mut house = Watched::of(&configs, Schedule::new());
    let line = &mut house.worlds.sides[1].scene.first.line;
    line.set_demand(house.worlds.now, Direction::Down, Rate::mbit(900));
    line.set_capacity(house.worlds.now, Direction::Down, Rate::mbit(250));
    house.until(second(30));
    let wans = &house.worlds.program.status().wans;
    assert!(
        wans[1].rates.down < Rate::mbit(275),
        "{}",
        wans[1].rates.down
    );
    assert_eq!(wans[0].rates.down, Rate::mbit(330), "the base");
    assert!(matches!(wans[0].why.down, Why::Adaptive(_)));
    let cuts = |n: usize| wans[n].adaptive.expect("it decides").steps.down.cuts;
    assert_eq!(cuts(0), 0);
    assert!(cuts(1) > 0);
    let moved = |fact: &(WanId, _)| {
        matches!(
            fact.1,
            wanctl::program::Fact::Adaptive(AdaptiveFact::Mode { .. })
        ) && fact.0 == WanId(0)
    };
    assert!(!house.ear.facts.iter().any(moved));
}

/// v1.7's law neither counts nor says anything of it.
#[test]
fn classic_says_nothing_of_all_that() {
    let mut evening = Watched::classic(&evening());
    evening.until(second(15));
    let before = evening.requests();
    let written = evening.wan().counters.updates;
    evening.until(second(25));
    let reads = evening.requests() - before - (evening.wan().counters.updates - written);
    assert!(reads <= 12, "{reads}: it only verifies, once a second");
    evening.until(second(60));
    assert!(evening.wan().rates.down < Rate::mbit(300), "it has cut");
    assert_eq!(evening.said(), []);
    let health = evening.health().to_string();
    assert!(!health.contains("adaptive") && !health.contains("control_law"));
}
