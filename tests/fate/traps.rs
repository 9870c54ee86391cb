//! The net holds: each planted bug is found, and its fate made so short that a person sees why.
//!
//! `scripts/soak-sim.sh --planted` finds them in drawn fates; here each is hidden among what has nothing to do with it.

use wanctl::direction::Direction;
use wanctl::router::Failure;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::wires::Door;
use wanctl::steering::rule::Switch;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::plan::{Home, Ill, Law, Plan, Route, Service, Trouble, Who};
use crate::planted::Planted;
use crate::play;
use crate::promises::Broken;
use crate::shrink::{Shrunk, shrink};

/// Tries to make one short.
const TRIES: u32 = 30;

/// A quiet house of so many seconds in which these happen, from a second to another one, among others.
fn fate(lasts: u64, troubles: &[(u64, u64, Ill)]) -> Plan {
    let besides = [(1, 2, Ill::ClockStep(3_600)), (3, 4, Ill::DiskFull)];
    let troubles = besides.iter().chain(troubles);
    let troubles = troubles.map(|&(from, to, ill)| Trouble {
        at: Duration::from_secs(from),
        lasts: Duration::from_secs(to - from),
        ill,
    });
    Plan {
        seed: 1,
        law: Law::Classic,
        route: Route::Rest,
        home: Home::QUIET,
        troubles: troubles.collect(),
        lasts: Duration::from_secs(lasts),
    }
}

/// The shortest fate in which this bug breaks its promise; it shows in this one.
fn caught(planted: Planted, plan: &Plan, judge: fn(&Plan, Planted) -> Option<Broken>) -> Shrunk {
    let (_, promise) = Planted::ALL
        .into_iter()
        .find(|(known, _)| *known == planted)
        .expect("a planted bug");
    let first = judge(plan, planted).unwrap_or_else(|| panic!("{planted:?} was not found"));
    assert_eq!(
        first.promise, promise,
        "another promise was broken: {first}"
    );
    let judge = |plan: &Plan, planted| judge(plan, planted).filter(|it| it.promise == promise);
    let shrunk = shrink(plan, &first, TRIES, |plan| judge(plan, planted));
    println!("{planted:?}: {}\n{}", shrunk.broken, shrunk.plan);
    // Without the bug nothing is wrong with it.
    assert_eq!(judge(&shrunk.plan, Planted::Nothing), None, "{planted:?}");
    shrunk
}

/// Found, with no more than so many troubles left.
fn comes_down_to(troubles: usize, planted: Planted, plan: &Plan) {
    let shrunk = caught(planted, plan, |plan, planted| {
        play::play(plan, planted).err()
    });
    assert!(shrunk.plan.troubles.len() <= troubles, "{}", shrunk.plan);
}

/// A line that is dead, or nearly.
const fn collapse(mbit: u64) -> Ill {
    Ill::Capacity(0, Direction::Down, mbit)
}

/// Connections break.
const RESET: Ill = Ill::Router(Fault::Reset);
const KILLED: Ill = Ill::Killed(Who::Autorate, 0);

#[test]
fn a_limit_that_loses_a_digit() {
    let plan = fate(40, &[(5, 20, RESET), (22, 30, collapse(10))]);
    comes_down_to(2, Planted::LosesDigit, &plan);
}

#[test]
fn a_write_that_is_sent_twice() {
    let plan = fate(60, &[(5, 20, RESET), (30, 40, collapse(10))]);
    comes_down_to(2, Planted::WritesTwice, &plan);
}

#[test]
fn a_belief_that_nothing_shakes() {
    let by_hand = Ill::Router(Fault::ChangedByHand(Rate::mbit(30)));
    let troubles = [(5, 10, collapse(10)), (15, 30, RESET), (35, 36, by_hand)];
    comes_down_to(3, Planted::BelievesItself, &fate(90, &troubles));
}

#[test]
fn a_cut_that_gets_lost() {
    let plan = fate(60, &[(5, 6, KILLED), (25, 40, collapse(10))]);
    comes_down_to(2, Planted::LosesCuts, &plan);
}

#[test]
fn a_cycle_that_waits_for_the_router() {
    let plan = fate(30, &[(5, 20, Ill::Router(Fault::Silence))]);
    comes_down_to(1, Planted::WaitsForRouter, &plan);
}

#[test]
fn a_leak() {
    let plan = fate(60, &[(5, 15, collapse(10)), (20, 30, collapse(10))]);
    comes_down_to(2, Planted::Leaks, &plan);
}

#[test]
fn a_health_that_flatters() {
    let plan = fate(40, &[(5, 30, collapse(0))]);
    comes_down_to(1, Planted::FlattersItself, &plan);
}

#[test]
fn a_rule_that_is_not_looked_at() {
    let plan = fate(90, &[(10, 11, Ill::RuleByHand(Switch::On))]);
    comes_down_to(1, Planted::RuleUnseen, &plan);
}

#[test]
fn a_router_that_is_given_up() {
    let shut = Ill::Door(Service::Both, Door::Shut(Failure::ConnectionRefused));
    comes_down_to(1, Planted::GivesUp, &fate(80, &[(5, 15, shut)]));
}

#[test]
fn half_a_document() {
    let slow = Ill::DiskSlow(Duration::from_secs(60));
    let plan = fate(120, &[(40, 110, slow), (105, 108, KILLED)]);
    comes_down_to(2, Planted::TearsDocuments, &plan);
}

#[test]
fn a_limit_that_stays_low() {
    comes_down_to(1, Planted::HearsQueues, &fate(310, &[(5, 6, KILLED)]));
}

#[test]
fn a_transport_that_is_never_asked_again() {
    let shut = Ill::Door(Service::Rest, Door::Shut(Failure::Tls));
    let plan = Plan {
        route: Route::RestThenSsh,
        ..fate(400, &[(6, 12, shut)])
    };
    comes_down_to(1, Planted::Disloyal, &plan);
}

#[test]
fn a_line_that_is_never_returned_to() {
    comes_down_to(1, Planted::Clings, &fate(220, &[(8, 30, collapse(0))]));
}

#[test]
fn a_die_that_no_seed_knows() {
    let twice = |plan: &Plan, planted| play::play_twice(plan, planted).err();
    let shrunk = caught(Planted::Dice, &fate(20, &[]), twice);
    assert!(shrunk.plan.troubles.is_empty(), "{}", shrunk.plan);
}
